"""From findings in the engine to the table `exceptions`: key, record in words, person, team, id, group, order.

Everything is done in the engine, a query a table that has findings, so that Python never holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from dq.builtin import KINDS
from dq.calendar import FIRST, LAST
from dq.contract import Column, Contract, Table
from dq.engines.duckdb import ROUTES
from dq.functions import Tree
from dq.model import EXCEPTION_COLUMNS
from dq.rules import Rule
from dq.sqltext import cell_text, column, joined, key_text, named, table, text

_FOUND = """
CREATE VIEW dq_found AS
SELECT rule, table_name, row_id, NULL::SMALLINT AS file_id, NULL::BIGINT AS source_row, fields, "values", primary_table,
       primary_row, group_text, CASE WHEN row_id IS NULL THEN 'extract' ELSE '' END AS own_key, NULL::BIGINT AS other_row
FROM dq_finding ANTI JOIN dq_repeated USING (rule)
UNION ALL
SELECT rule, table_name, row_id, NULL, NULL,
       arg_min(fields, statement), arg_min("values", statement), arg_min(primary_table, statement), min(primary_row),
       max(group_text), CASE WHEN row_id IS NULL THEN 'extract' ELSE '' END, NULL
FROM dq_finding SEMI JOIN dq_repeated USING (rule) GROUP BY rule, table_name, row_id
UNION ALL
SELECT rule, table_name, row_id, NULL, NULL, fields, "values", NULL, NULL, group_text, key, other_row FROM dq_pair_finding
UNION ALL
SELECT rule, table_name, row_id, any_value(file_id), min(source_row),
       string_agg(DISTINCT field, ';' ORDER BY field), json_group_object(shown, text)::VARCHAR,
       NULL, NULL, '', CASE WHEN row_id IS NULL THEN own_key ELSE '' END, NULL
FROM (SELECT rule, table_name, row_id, file_id, source_row,
             replace(coalesce(field, ''), ', ', ';') AS field,
             CASE WHEN rule LIKE 'reconciliation.%' OR rule LIKE 'structure.%' THEN message
                  ELSE replace(coalesce(field, ''), ', ', ' and ') END AS shown,
             coalesce(text, '') AS text,
             CASE WHEN row_id IS NOT NULL THEN ''
                  WHEN rule LIKE 'structure.%' THEN coalesce(field, message)
                  ELSE 'row ' || left(md5(coalesce(text, '') || coalesce(message, '')), 12) END AS own_key
      FROM (SELECT * FROM ingest_finding ORDER BY rule, table_name, row_id, source_row, field, text))
GROUP BY rule, table_name, row_id, own_key, CASE WHEN row_id IS NULL THEN file_id END, CASE WHEN row_id IS NULL THEN source_row END
"""

_ASSEMBLE = """
INSERT INTO dq_exception
SELECT left(md5(concat_ws(chr(31), f.rule, f.table_name, CASE WHEN f.other_row IS NULL THEN coalesce(b.key, f.own_key)
                                   ELSE f.own_key END,
                          CASE WHEN f.other_row IS NULL THEN coalesce(o.occurrence, 1) ELSE 1 END::VARCHAR)), 12),
       f.rule, f.table_name, CASE WHEN f.other_row IS NULL THEN coalesce(b.key, f.own_key) ELSE f.own_key END,
       coalesce(b.record || coalesce('; ' || c.record, ''), r.table_title), t.person, t.worker,
       CASE WHEN r.owner <> '' THEN r.owner ELSE coalesce(t.team, $owner) END,
       r.severity, r.dimension, f.fields, f."values", r.title, r.fix,
       CASE WHEN f.group_text <> '' THEN left(md5(concat_ws(chr(31), f.rule, f.group_text)), 12) ELSE '' END, coalesce(i.name, ''),
       coalesce(b.source_row, f.source_row), f.row_id, f.primary_table, f.primary_row
FROM dq_found AS f
JOIN dq_rule AS r ON r.rule = f.rule
LEFT JOIN dq_base AS b ON b.row_id = f.row_id
LEFT JOIN dq_base AS c ON c.row_id = f.other_row
LEFT JOIN dq_occurrence AS o ON o.row_id = f.row_id
LEFT JOIN dq_way AS t ON t.row_id = f.row_id
LEFT JOIN input_file AS i ON i.file_id = coalesce(b.file_id, f.file_id) AND i.table_name = f.table_name
WHERE f.table_name = $table
"""

_GROUP = """
UPDATE dq_exception AS e SET "group" = p.id FROM dq_exception AS p
WHERE e."group" = '' AND p.rule = e.rule AND p."table" = e.primary_table AND p.row_id = e.primary_row
"""
_ALONE = """UPDATE dq_exception SET "group" = id WHERE "group" = '' AND primary_row IS NOT NULL"""


@dataclass(frozen=True)
class RuleFacts:
    """What every exception of a rule says."""

    rule: str
    table_title: str
    owner: str
    severity: str
    dimension: str
    title: str
    fix: str


def facts(contract: Contract, rules: Iterable[Rule]) -> list[RuleFacts]:
    """Facts of the rules and of the built-in rules of every table."""
    found = [
        RuleFacts(rule.id, _title(contract, rule), rule.owner or "", rule.severity, rule.dimension, rule.title, rule.fix)
        for rule in rules
    ]
    for subject in contract.tables.values():
        for kind in KINDS.values():
            owner = contract.owner if kind.to_owner else ""
            found.append(
                RuleFacts(f"{kind.kind}.{subject.name}", subject.title, owner, kind.severity, kind.dimension, kind.title, kind.fix)
            )
    return found


def _title(contract: Contract, rule: Rule) -> str:
    """What a finding without a record speaks of: the whole extract, or of checks that cannot tell rows apart the table."""
    return (
        "The whole extract" if rule.scope == "extract" or rule.table not in contract.tables else contract.tables[rule.table].title
    )


def collect(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Iterable[Rule]) -> None:
    """Create the view `exceptions` from dq_finding, which is gone after it, and ingest_finding; who shows it orders it."""
    rules = list(rules)
    connection.execute("CREATE TABLE dq_repeated (rule VARCHAR)")
    several = [rule.id for rule in rules if _may_repeat(contract, rule)]
    connection.execute("INSERT INTO dq_repeated SELECT unnest(?)", [several])
    connection.execute(_FOUND)
    connection.execute(
        "CREATE TABLE dq_rule (rule VARCHAR, table_title VARCHAR, owner VARCHAR, severity VARCHAR, dimension VARCHAR, "
        "title VARCHAR, fix VARCHAR)"
    )
    every = facts(contract, rules)
    columns = [[getattr(each, part) for each in every] for part in RuleFacts.__dataclass_fields__]
    connection.execute("INSERT INTO dq_rule SELECT " + ", ".join(["unnest(?)"] * len(columns)), columns)
    text_columns = ", ".join(f'"{word}" VARCHAR' for word in EXCEPTION_COLUMNS if word != "source_row")
    connection.execute(
        f"CREATE TABLE dq_exception ({text_columns}, source_row BIGINT, row_id BIGINT, primary_table VARCHAR, primary_row BIGINT)"
    )
    names = [row[0] for row in connection.execute("SELECT DISTINCT table_name FROM dq_found ORDER BY 1").fetchall()]
    for each in names:
        _assemble(connection, contract, each)
    connection.execute("DROP VIEW dq_found")
    connection.execute("DROP TABLE dq_finding")
    connection.execute(_GROUP)
    connection.execute(_ALONE)
    shown = ", ".join(f'"{word}"' for word in EXCEPTION_COLUMNS)
    connection.execute(f"CREATE VIEW exceptions AS SELECT {shown} FROM dq_exception")


def _may_repeat(contract: Contract, rule: Rule) -> bool:
    """Whether a rule may find one record twice: by two statements, beside another, by two rows of a view, from outside."""
    several = len(rule.statements) > 1 or bool(rule.also) or rule.kind in ("pandera", "expectations")
    return several or any(each.table not in contract.tables for each in rule.statements)


def _assemble(connection: duckdb.DuckDBPyConnection, contract: Contract, table_name: str) -> None:
    """Add the exceptions of one table; a name that is no contract table (a view of the whole extract) has no records."""
    subject = contract.tables.get(table_name)
    base = _base(subject) if subject is not None else _nothing()
    _replace(connection, "dq_base", base)
    way = exp.select("*").from_(table(table_name, schema=ROUTES)) if subject is not None else _nowhere()
    connection.execute(f"CREATE OR REPLACE TEMP VIEW dq_way AS {way.sql(dialect='duckdb')}")
    _replace(
        connection,
        "dq_occurrence",
        _occurrences(subject) if subject is not None else exp.select("NULL::BIGINT AS row_id, 1 AS occurrence").where("false"),
    )
    connection.execute(_ASSEMBLE, {"owner": contract.owner, "table": table_name})


def _replace(connection: duckdb.DuckDBPyConnection, target: str, query: Tree) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS {query.sql(dialect='duckdb')}")


def _base(subject: Table) -> exp.Select:
    """Key, record in words, file and line of the table's records that have findings."""
    alias = subject.name
    select = exp.select(
        named(column("row_id", alias), "row_id"),
        named(key_text(subject, alias), "key"),
        named(record_text(subject, alias), "record"),
        named(column("file_id", alias), "file_id"),
        named(column("source_row", alias), "source_row"),
    ).from_(table(alias))
    mine = exp.EQ(this=exp.column("table_name"), expression=text(alias))
    wanted = exp.union(*(exp.select(word).from_("dq_found").where(mine.copy()) for word in ("row_id", "other_row")))
    return select.where(exp.In(this=column("row_id", alias), query=exp.Subquery(this=wanted)))


def _nothing() -> exp.Select:
    return exp.select(
        "NULL::BIGINT AS row_id",
        "NULL::VARCHAR AS key",
        "NULL::VARCHAR AS record",
        "NULL::SMALLINT AS file_id",
        "NULL::BIGINT AS source_row",
    ).where("false")


def _nowhere() -> exp.Select:
    words = ("person", "worker", "team")
    return exp.select("NULL::BIGINT AS row_id", *(f"NULL::VARCHAR AS {word}" for word in words)).where("false")


def _occurrences(subject: Table) -> exp.Select:
    """Which of several records of the same key each is: 1, 2, ... by the hash of its content. Only such records."""
    alias = subject.name
    keyed = exp.select(
        named(column("row_id", alias), "row_id"),
        named(column("row_hash", alias), "row_hash"),
        named(key_text(subject, alias), "key"),
    ).from_(table(alias))
    repeated = exp.select("key").from_("keyed").group_by("key").having("count(*) > 1")
    number = "row_number() OVER (PARTITION BY keyed.key ORDER BY keyed.row_hash, keyed.row_id) AS occurrence"
    select = exp.select("keyed.row_id", number).from_("keyed").join("repeated", on="repeated.key = keyed.key")
    return select.with_("keyed", as_=keyed).with_("repeated", as_=repeated)


def record_text(subject: Table, alias: str) -> Tree:
    """The record as a person would name it: the contract's phrase with its values; dates as 5 May 2026."""
    parts: list[Tree] = []
    for position, piece in enumerate(re.split(r"\{(\w+)\}", subject.record or subject.title)):
        if position % 2 == 0:
            parts += [text(piece)] if piece else []
        else:
            parts.append(exp.func("coalesce", _spoken(subject.columns[piece], alias), text("(blank)")))
    return joined(parts)


def _spoken(field: Column, alias: str) -> Tree:
    if field.type not in ("date", "datetime"):
        return cell_text(field, alias)
    pattern = "%-d %B %Y" if field.type == "date" else "%-d %B %Y %H:%M"
    spoken = exp.Anonymous(this="strftime", expressions=[column(field.name, alias), text(pattern)])
    return exp.func("coalesce", spoken, column(f"raw__{field.name}", alias))


def find_outside_calendar(connection: duckdb.DuckDBPyConnection, contract: Contract, columns: Iterable[tuple[str, str]]) -> None:
    """Add a finding for each date that working days are counted from and that the calendar does not hold."""
    for table_name, word in sorted(set(columns)):
        subject = contract.tables.get(table_name)
        if subject is None or word not in subject.columns:
            continue
        day = exp.cast(column(word, table_name), "date")
        outside = exp.or_(
            exp.LT(this=day, expression=exp.cast(text(FIRST.isoformat()), "date")),
            exp.GT(this=day.copy(), expression=exp.cast(text(LAST.isoformat()), "date")),
        )
        select = exp.select(
            text(f"calendar.{table_name}"),
            text(table_name),
            *(column(each, table_name) for each in ("row_id", "file_id", "source_row")),
            text(word),
            cell_text(subject.columns[word], table_name),
            text("Working days cannot be counted from this date."),
        )
        connection.execute(exp.insert(select.from_(table(table_name)).where(outside), "ingest_finding").sql(dialect="duckdb"))


def keep_only(connection: duckdb.DuckDBPyConnection, silent: Iterable[str], built_in: Iterable[str]) -> None:
    """Forget the findings of rules that ran only because another depends on them, and of built-in rules not wanted."""
    connection.execute("DELETE FROM dq_finding WHERE rule IN (SELECT unnest(?::VARCHAR[]))", [list(silent)])
    connection.execute("DELETE FROM dq_pair_finding WHERE rule IN (SELECT unnest(?::VARCHAR[]))", [list(silent)])
    connection.execute("DELETE FROM ingest_finding WHERE rule NOT IN (SELECT unnest(?::VARCHAR[]))", [sorted(built_in)])
