"""Whether the records of exceptions that a run did not find are in its extract: one join a table, in the engine."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from dq.contract import Contract, Table
from dq.lifecycle import Presence
from dq.sqltext import column, key_text, name, named, table

Followed = tuple[str, str, str, str, str]
"""id, rule, table, key, and what the exception is about: `record`, `pair` or `whole`."""

_CREATE = """
CREATE OR REPLACE TEMP TABLE dq_followed AS
SELECT unnest(?::VARCHAR[]) AS id, unnest(?::VARCHAR[]) AS rule, unnest(?::VARCHAR[]) AS table_name,
       unnest(?::VARCHAR[]) AS key, unnest(?::VARCHAR[]) AS about
"""

_RECORDS = """
SELECT f.id FROM dq_followed AS f JOIN ({keyed}) AS k ON k.key = f.key
WHERE f.about = 'record' AND f.table_name = $table
  AND f.id = left(md5(concat_ws(chr(31), f.rule, f.table_name, f.key, k.occurrence::VARCHAR)), 12)
"""
"""The id says which of several records of one key is meant: the same sum as in `dq.results`."""

_PAIRS = """
SELECT f.id FROM dq_followed AS f
WHERE f.about = 'pair' AND f.table_name = $table AND len(string_split(f.key, '|')) = 2
  AND split_part(f.key, '|', 1) IN (SELECT key FROM ({keys})) AND split_part(f.key, '|', 2) IN (SELECT key FROM ({keys}))
"""


def look(connection: duckdb.DuckDBPyConnection, contract: Contract, followed: Sequence[Followed]) -> dict[str, Presence]:
    """By id: `present`; `gone` where the table came and the record did not; `unknown` where the table did not come.

    What is about the whole extract is present. Of a pair both records must be. The run's tables are still loaded.
    """
    connection.execute(_CREATE, [list(part) for part in zip(*followed, strict=True)] or [[]] * 5)
    absent = {str(row[0]) for row in connection.execute("SELECT table_name FROM absent_table").fetchall()}
    here: set[str] = set()
    came = [each for each in sorted({row[2] for row in followed}) if each in contract.tables and each not in absent]
    for each in came:
        for query in _queries(contract.tables[each]):
            here.update(row[0] for row in connection.execute(query, {"table": each}).fetchall())
    connection.execute("DROP TABLE dq_followed")
    there = set(came)
    return {row[0]: _presence(row, row[0] in here, row[2] in there) for row in followed}


def _presence(row: Followed, here: bool, came: bool) -> Presence:
    if row[4] == "whole":
        return "present"
    if not came or (row[4] == "pair" and row[3].count("|") != 1):
        return "unknown"
    return "present" if here else "gone"


def _queries(subject: Table) -> list[str]:
    alias = subject.name
    keyed = exp.select(named(key_text(subject, alias), "key")).from_(table(alias))
    wanted = exp.select("key").from_(exp.Subquery(this=keyed, alias=exp.TableAlias(this=name("every"))))
    wanted = wanted.where("key IN (SELECT key FROM dq_followed)")
    numbered = exp.select("key", "row_number() OVER (PARTITION BY key) AS occurrence").from_(
        exp.Subquery(this=wanted, alias=exp.TableAlias(this=name("mine")))
    )
    queries = [_RECORDS.format(keyed=numbered.sql(dialect="duckdb"))]
    if len(subject.key) == 1:
        keys = exp.select(named(exp.cast(column(subject.key[0], alias), "text"), "key")).from_(table(alias))
        queries.append(_PAIRS.format(keys=keys.sql(dialect="duckdb")))
    return queries
