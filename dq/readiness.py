"""Which children are ready, in all and by every cut: sets in the engine, over the exceptions of a finished run.

Leaves in the connection, for those who ask further: ``dq_allowed`` (id, because, approver), ``dq_person`` (person, team),
``dq_open`` (person), ``dq_block`` (person, rule, table_name, dimension, theme: what keeps each person from being ready).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from dq import route
from dq.compile import Compiler
from dq.contract import Contract
from dq.dispositions import Lenience
from dq.engines.duckdb import ROUTES
from dq.expression import Reader, Scope
from dq.model import LEAVERS, UNALLOCATED
from dq.score import RuleCounts
from dq.shortest import shortest
from dq.sqltext import column, named, table, text
from dq.summary import Allowance, Cut, Gain, Readiness, ShortList

WAIVED, ON_THE_WAY = "waived", "transform on the way"
LEVELS = ("team", "service", "head", "director")


@dataclass(frozen=True)
class ReadinessFound:
    """Readiness of a run, its cuts, what each rule keeps back, and what is allowed."""

    whole: Readiness
    cuts: tuple[Cut, ...]
    gains: tuple[Gain, ...]
    allowed: tuple[Allowance, ...]
    blocked: Mapping[frozenset[str], int]

    def short_list(self, share: float) -> ShortList:
        """The fewest rules to clear so that a share of the open children is ready."""
        return shortest(self.blocked, self.whole.ready_children, self.whole.open_children, share)


def allow(connection: duckdb.DuckDBPyConnection, lenience: Lenience, as_of: dt.date) -> None:
    """Note which exceptions do not count against readiness: ``dq_allowed``, each once, a waiver before anything else."""
    held = [each for each in lenience.waivers if each.holds(as_of)]
    connection.execute("CREATE TEMP TABLE dq_allowed (id VARCHAR, because VARCHAR, approver VARCHAR)")
    words = {"number": "INTEGER", "exception": "VARCHAR", "rule": "VARCHAR", "table": "VARCHAR", "team": "VARCHAR", "until": "DATE",
             "approver": "VARCHAR"}  # fmt: skip
    columns = ", ".join(f'unnest(?::{kind}[]) AS "{word}"' for word, kind in words.items())
    connection.execute(f"CREATE TEMP TABLE dq_held AS SELECT {columns}", [[getattr(each, word) for each in held] for word in words])
    connection.execute(_WAIVED, {"because": WAIVED})
    connection.execute(
        "INSERT INTO dq_allowed SELECT DISTINCT t.id, ?, t.who "
        "FROM (SELECT unnest(?::VARCHAR[]) AS id, unnest(?::VARCHAR[]) AS who) AS t "
        "SEMI JOIN exceptions USING (id) ANTI JOIN dq_allowed USING (id)",
        [ON_THE_WAY, list(lenience.transformed), list(lenience.transformed.values())],
    )


_WAIVED = """
INSERT INTO dq_allowed
SELECT DISTINCT ON (c.id) c.id, $because, c.approver FROM (
  SELECT e.id, w.approver, w.until, w.number FROM exceptions AS e JOIN dq_held AS w ON w.exception = e.id
  UNION ALL
  SELECT e.id, w.approver, w.until, w.number FROM exceptions AS e JOIN dq_held AS w
    ON w.exception = '' AND w.rule = e.rule AND w."table" IN ('', e."table") AND w.team IN ('', coalesce(e.team, ''))
) AS c ORDER BY c.id, c.until DESC, c.number DESC
"""


def find(
    connection: duckdb.DuckDBPyConnection, contract: Contract, compiler: Compiler, counts: Sequence[RuleCounts],
    themes: Mapping[str, str], titles: Mapping[str, str],
) -> ReadinessFound:  # fmt: skip
    """Readiness of the open children and of all, and every cut of it. `themes` and `titles` are those of the rules."""
    _people(connection, contract, compiler)
    _blocks(connection, contract, counts, themes)
    reasons = tuple(_unattached(connection, counts))
    is_open, is_ready, everybody, all_ready, unchecked, allowed = (int(each) for each in connection.execute(_NUMBERS).fetchall()[0])
    cannot, touched = _touched(connection, contract, contract.person_table)
    whole = Readiness(is_open, is_ready, everybody, all_ready, bool(reasons), reasons, unchecked, allowed, cannot, touched)
    return ReadinessFound(
        whole, tuple(_cuts(connection, counts, themes, contract.owner)), tuple(_gains(connection, titles)),
        tuple(_allowed(connection)), _patterns(connection),
    )  # fmt: skip


_NUMBERS = """
SELECT (SELECT count(*) FROM dq_open), (SELECT count(*) FROM dq_open ANTI JOIN dq_block USING (person)),
       (SELECT count(*) FROM dq_person), (SELECT count(*) FROM dq_person ANTI JOIN dq_block USING (person)),
       (SELECT count(*) FROM dq_open SEMI JOIN (SELECT person FROM dq_block WHERE NOT ran) AS b USING (person)
                                     ANTI JOIN (SELECT person FROM dq_block WHERE ran) AS c USING (person)),
       (SELECT count(*) FROM dq_open ANTI JOIN dq_block USING (person)
          SEMI JOIN (SELECT person FROM exceptions SEMI JOIN dq_allowed USING (id) WHERE severity = 'blocker') AS w USING (person))
"""


def _people(connection: duckdb.DuckDBPyConnection, contract: Contract, compiler: Compiler) -> None:
    """Everybody of the person table with a team, and those with an open case."""
    people = contract.tables[contract.person_table]
    person = exp.select(
        named(column("person", "r"), "person"), named(exp.Min(this=column("team", "r")), "team")
    ).from_(table(people.name, "r", ROUTES)).group_by(column("person", "r"))  # fmt: skip
    connection.execute(f"CREATE TEMP TABLE dq_person AS SELECT * FROM ({person.sql(dialect='duckdb')}) WHERE person IS NOT NULL")
    parts: list[exp.Select] = []
    for name, subject in contract.tables.items():
        if subject.open is None:
            continue
        still_open = Reader(compiler.catalogue).predicate(subject.open, Scope({name: compiler.relations[name]}))
        same = exp.EQ(this=column("row_id", "r"), expression=column("row_id", name))
        select = exp.select(named(column("person", "r"), "person")).from_(table(name)).join(table(name, "r", ROUTES), on=same)
        parts.append(select.where(compiler.lower(still_open, "duckdb")))
    everyone = exp.select(named(exp.cast(exp.null(), "text"), "person")).where(exp.false())
    united = exp.union(everyone, exp.union(*parts) if len(parts) > 1 else parts[0]) if parts else everyone
    connection.execute(
        f"CREATE TEMP TABLE dq_open AS SELECT DISTINCT person FROM ({united.sql(dialect='duckdb')}) WHERE person IS NOT NULL"
    )


def _blocks(
    connection: duckdb.DuckDBPyConnection, contract: Contract, counts: Sequence[RuleCounts], themes: Mapping[str, str]
) -> None:
    """What keeps each person from being ready: blockers that count, and blocker rules that would have read a record."""
    connection.execute(
        "CREATE TEMP TABLE dq_theme AS SELECT unnest(?::VARCHAR[]) AS rule, unnest(?::VARCHAR[]) AS theme",
        [list(themes), list(themes.values())],
    )
    connection.execute(
        'CREATE TEMP TABLE dq_block AS SELECT DISTINCT person, e.rule, e."table" AS table_name, e.dimension, '
        "coalesce(t.theme, '') AS theme, true AS ran FROM exceptions AS e LEFT JOIN dq_theme AS t ON t.rule = e.rule "
        "ANTI JOIN dq_allowed USING (id) WHERE e.severity = 'blocker' AND e.person IS NOT NULL"
    )
    for rule in counts:
        if rule.severity == "blocker" and not rule.evaluated and rule.table in contract.tables:
            words = {"rule": rule.rule, "table_name": rule.table, "dimension": rule.dimension, "theme": themes.get(rule.rule, "")}
            read = exp.select(column("person", "r"), *(named(text(value), word) for word, value in words.items()), "false")
            read = read.distinct().from_(table(rule.table, "r", ROUTES)).where("r.person IS NOT NULL")
            connection.execute(f"INSERT INTO dq_block {read.sql(dialect='duckdb')}")


_UNATTACHED = """
SELECT count(*) FILTER (WHERE rule LIKE 'reconciliation.%'),
       count(*) FILTER (WHERE key = 'extract' AND source_row IS NULL),
       count(*)
FROM exceptions ANTI JOIN dq_person USING (person) ANTI JOIN dq_allowed USING (id)
WHERE severity = 'blocker'
"""


def _unattached(connection: duckdb.DuckDBPyConnection, counts: Sequence[RuleCounts]) -> Iterable[str]:
    """Reasons why the figure is only "at most", each a sentence."""
    rejected, whole, total = connection.execute(_UNATTACHED).fetchone() or (0, 0, 0)
    not_run = sum(not rule.evaluated and rule.severity == "blocker" for rule in counts)
    reasons = (
        (rejected, "row of the extract could not be read", "rows of the extract could not be read"),
        (whole, "blocker concerns the extract as a whole", "blockers concern the extract as a whole"),
        (
            total - rejected - whole,
            "record with a blocker leads to no child in the extract",
            "records with a blocker lead to no child in the extract",
        ),
        (not_run, "blocker rule could not run", "blocker rules could not run"),
    )
    for number, one, several in reasons:
        if number:
            yield f"{number:,} {one if number == 1 else several}."


_TOUCHED = """
WITH gone AS (SELECT DISTINCT person FROM dq_block WHERE table_name = $people AND ran), ends AS ({ends}), linked AS (
  SELECT e.other AS person FROM ends AS e JOIN gone AS g ON g.person = e.one
  UNION SELECT e.one FROM ends AS e JOIN gone AS g ON g.person = e.other
)
SELECT (SELECT count(*) FROM gone),
       (SELECT count(*) FROM dq_open SEMI JOIN linked USING (person) ANTI JOIN gone USING (person))
"""


def _touched(connection: duckdb.DuckDBPyConnection, contract: Contract, people: str) -> tuple[int, int]:
    """People with a blocker on their own record, and further open children with a link to one of them."""
    ends = "SELECT NULL::VARCHAR AS one, NULL::VARCHAR AS other WHERE false"
    for name, subject in contract.tables.items():
        links = [word for word, each in subject.columns.items() if each.link is not None and each.link[0] == people]
        for place, one in enumerate(links):
            for other in links[place + 1 :]:
                pair = exp.select(
                    named(exp.cast(column(one, name), "text"), "one"), named(exp.cast(column(other, name), "text"), "other")
                )
                ends += f" UNION {pair.from_(table(name)).sql(dialect='duckdb')}"
    found = connection.execute(_TOUCHED.format(ends=ends), {"people": people}).fetchall()[0]
    return int(found[0]), int(found[1])


_BY_UNIT = """
SELECT {place} AS name, count(*), count(*) FILTER (WHERE b.person IS NULL)
FROM (SELECT o.person, coalesce(p.team, $nobody) AS team FROM dq_open AS o LEFT JOIN dq_person AS p ON p.person = o.person) AS d
LEFT JOIN {units} AS u ON u.team = d.team
LEFT JOIN (SELECT DISTINCT person FROM dq_block) AS b ON b.person = d.person
GROUP BY 1 ORDER BY 1
"""


def _cuts(
    connection: duckdb.DuckDBPyConnection, counts: Sequence[RuleCounts], themes: Mapping[str, str], owner: str
) -> Iterable[Cut]:
    """By unit of the organisation (blank where none is known); by theme, dimension and table of blocker rules; by severity."""
    for level in LEVELS:
        place = (
            "d.team"
            if level == "team"
            else f"CASE WHEN d.team IN ($nobody, $leavers, $owner) THEN d.team ELSE coalesce(u.{level}, '') END"
        )
        query = _BY_UNIT.format(place=place, units=route.UNITS)
        nobody = {"nobody": UNALLOCATED}
        special = nobody if level == "team" else {**nobody, "leavers": LEAVERS, "owner": owner}
        for name, number, ready in connection.execute(query, special).fetchall():
            yield Cut(level, str(name), int(number), int(ready))
    total = int(connection.execute("SELECT count(*) FROM dq_open").fetchall()[0][0])
    blockers = [rule for rule in counts if rule.severity == "blocker"]
    names = {
        "theme": {themes.get(rule.rule, "") for rule in blockers} - {""},
        "dimension": {rule.dimension for rule in blockers},
        "table_name": {rule.table for rule in blockers},
    }
    for word, known in names.items():
        found = connection.execute(
            f"SELECT {word}, count(DISTINCT person) FROM dq_block SEMI JOIN dq_open USING (person) GROUP BY 1"
        ).fetchall()
        held = {str(name): int(number) for name, number in found}
        for name in sorted(known | (set(held) - {""})):
            yield Cut(word.removesuffix("_name"), name, total, total - held.get(name, 0))
    for severity in ("blocker", "major", "minor"):
        query = (
            "SELECT count(*) FROM dq_open ANTI JOIN (SELECT person FROM exceptions ANTI JOIN dq_allowed USING (id) "
            "WHERE severity = ?) AS e USING (person)"
        )
        yield Cut("severity", severity, total, int(connection.execute(query, [severity]).fetchall()[0][0]))


def _patterns(connection: duckdb.DuckDBPyConnection) -> dict[frozenset[str], int]:
    """Open children by the set of rules that block them."""
    rows = connection.execute(
        "SELECT rules, count(*) FROM (SELECT person, list_sort(list(DISTINCT rule)) AS rules FROM dq_block "
        "SEMI JOIN dq_open USING (person) GROUP BY person) GROUP BY rules ORDER BY rules"
    ).fetchall()
    return {frozenset(rules): int(number) for rules, number in rows}


def _gains(connection: duckdb.DuckDBPyConnection, titles: Mapping[str, str]) -> Iterable[Gain]:
    """Rules that block open children, those first that would free most if they alone were cleared."""
    children: dict[str, int] = {}
    alone: dict[str, int] = {}
    for rules, number in _patterns(connection).items():
        for rule in rules:
            children[rule] = children.get(rule, 0) + number
            alone[rule] = alone.get(rule, 0) + (number if len(rules) == 1 else 0)
    for rule in sorted(children, key=lambda each: (-alone[each], -children[each], each)):
        yield Gain(rule, titles.get(rule, ""), children[rule], alone[rule])


def _allowed(connection: duckdb.DuckDBPyConnection) -> Iterable[Allowance]:
    rows = connection.execute(
        "SELECT a.because, a.approver, count(*) FROM dq_allowed AS a JOIN exceptions AS e USING (id) WHERE e.severity = 'blocker' "
        "GROUP BY ALL ORDER BY 1, 2"
    ).fetchall()
    return [Allowance(str(because), str(approver), int(number)) for because, approver, number in rows]
