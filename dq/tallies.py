"""From a run's connection and outcomes to numbers: counts by rule, readiness, rates, metrics, and the summary."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from dq import score
from dq.builtin import KINDS
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Column, Contract
from dq.engines.base import Outcome
from dq.engines.duckdb import ROUTES
from dq.expression import Reader, Scope
from dq.model import VERSION
from dq.pack import Pack
from dq.report import count_exceptions
from dq.request import Request
from dq.score import RuleCounts
from dq.sqltext import column, named, table
from dq.summary import NO_TABLE, ColumnNote, Gate, InputFile, OwnRule, Readiness, RuleRow, RunSummary, SwitchedOff, TableNote

HARDLY = 0.5
"""Share of the records in scope below which those assessed are too few to speak for the rest."""


@dataclass(frozen=True)
class Measured:
    """What was counted before the gates are judged."""

    rows: tuple[RuleRow, ...]
    counts: tuple[RuleCounts, ...]
    ready: Readiness
    metrics: Mapping[str, float | None]


def measure(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    compiler: Compiler,
    rules: Sequence[CompiledRule],
    outcomes: Mapping[str, Outcome],
    built_in: Container[str],
) -> Measured:
    """Count everything that gates and papers speak of."""
    rows, counts = [], []
    absent = {str(row[0]) for row in connection.execute("SELECT table_name FROM absent_table").fetchall()}
    for row, teams in (*_rule_rows(rules, outcomes, contract.owner, absent), *_built_in_rows(connection, contract)):
        if row.rule not in outcomes and row.rule not in built_in:
            continue
        rows.append(row)
        evaluated = row.status != "not_evaluated"
        counts.append(RuleCounts(row.rule, row.table, row.severity, row.dimension, evaluated, row.assessed, row.failing, teams))
    ready = _readiness(connection, contract, compiler, counts)
    severities = dict(connection.execute("SELECT severity, count(*) FROM exceptions GROUP BY 1").fetchall())
    lost = connection.execute("SELECT count(*) FROM ingest_finding WHERE rule LIKE 'reconciliation.%'").fetchone()
    metrics = score.metrics(ready, severities, counts, int(lost[0]) if lost else None)
    return Measured(tuple(rows), tuple(counts), ready, metrics)


def _rule_rows(
    rules: Iterable[CompiledRule], outcomes: Mapping[str, Outcome], owner: str, absent: Container[str]
) -> Iterable[tuple[RuleRow, dict[str, tuple[int, int]]]]:
    for compiled in rules:
        rule, outcome = compiled.rule, outcomes[compiled.rule.id]
        counts = outcome.counts
        table = compiled.statements[0].table or rule.table
        status = "not_evaluated" if not outcome.evaluated else "failed" if counts.failing else "passed"
        row = RuleRow(
            rule.id, rule.title, table, rule.severity, rule.dimension, status,  # type: ignore[arg-type]
            counts.in_scope, counts.assessed, counts.failing, counts.in_scope - counts.assessed, outcome.seconds,
            outcome.reason or _doubt(counts.in_scope, counts.assessed, table if table in absent else ""),
        )  # fmt: skip
        yield row, _by_team(outcome, rule.owner, owner)


def _by_team(outcome: Outcome, whose: str | None, owner: str) -> dict[str, tuple[int, int]]:
    """Assessed and failing by the team that gets the exceptions: the rule's own, else the records', else the contract's."""
    if whose:
        return {whose: (outcome.counts.assessed, outcome.counts.failing)}
    teams = {team: (each.assessed, each.failing) for team, each in outcome.teams.items()}
    rest = [
        total - sum(part) for total, part in zip((outcome.counts.assessed, outcome.counts.failing), _columns(teams), strict=True)
    ]
    if rest[0]:
        assessed, failing = teams.get(owner, (0, 0))
        teams[owner] = (assessed + rest[0], failing + rest[1])
    return teams


def _columns(teams: Mapping[str, tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [assessed for assessed, _ in teams.values()], [failing for _, failing in teams.values()]


def _doubt(in_scope: int, assessed: int, absent: str) -> str:
    if in_scope == 0:
        return f"{NO_TABLE} {absent}, so that nothing was checked." if absent else "No record was in scope."
    if assessed == 0:
        return "No record in scope could be assessed: what the rule reads is blank."
    if assessed / in_scope < HARDLY:
        return "Less than half of the records in scope could be assessed: what the rule reads is blank in the others."
    return ""


def _built_in_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract
) -> Iterable[tuple[RuleRow, dict[str, tuple[int, int]]]]:
    absent = {str(row[0]) for row in connection.execute("SELECT table_name FROM absent_table").fetchall()}
    failing: dict[str, dict[str, int]] = {}
    found = "SELECT rule, team, count(*) FROM exceptions WHERE contains(rule, '.') GROUP BY ALL"
    for rule, team, number in connection.execute(found).fetchall():
        failing.setdefault(rule, {})[team] = number
    for name, subject in contract.tables.items():
        if name in absent:
            continue
        query = (
            exp.select(column("team", name), exp.Count(this=exp.Star()))
            .from_(table(name, schema=ROUTES))
            .group_by(column("team", name))
        )
        by_team = {str(team): int(number) for team, number in connection.execute(query.sql(dialect="duckdb")).fetchall()}
        total = sum(by_team.values())
        for kind in KINDS.values():
            if kind.kind in ("key_missing", "key_duplicated") and not subject.key:
                continue
            rule = f"{kind.kind}.{name}"
            wrong = failing.get(rule, {})
            whole_file = kind.kind in ("structure", "reconciliation")
            assessed = max(total, sum(wrong.values())) if not whole_file else max(1, sum(wrong.values()))
            status = "failed" if wrong else "passed"
            row = RuleRow(
                rule, kind.title, name, kind.severity, kind.dimension, status,  # type: ignore[arg-type]
                assessed, assessed, sum(wrong.values()), 0, 0.0, "" if assessed else "No record was in scope.",
            )  # fmt: skip
            teams = {team: (number, wrong.get(team, 0)) for team, number in by_team.items()}
            if whole_file or kind.to_owner:
                teams = {contract.owner: (assessed, sum(wrong.values()))}
            yield row, teams


def _readiness(
    connection: duckdb.DuckDBPyConnection, contract: Contract, compiler: Compiler, counts: Sequence[RuleCounts]
) -> Readiness:
    """Open children, all people of the person table, and those whose records hold no blocker."""
    people = contract.tables[contract.person_table]
    person = exp.select(named(column(people.person or people.key[0], people.name), "person")).from_(table(people.name))
    connection.execute(
        f"CREATE TEMP TABLE dq_person AS SELECT DISTINCT person FROM ({person.sql(dialect='duckdb')}) WHERE person IS NOT NULL"
    )
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
    connection.execute(
        "CREATE TEMP TABLE dq_blocked AS SELECT DISTINCT person FROM exceptions WHERE severity = 'blocker' AND person IS NOT NULL"
    )
    numbers = connection.execute(
        "SELECT (SELECT count(*) FROM dq_open), (SELECT count(*) FROM dq_open ANTI JOIN dq_blocked USING (person)), "
        "(SELECT count(*) FROM dq_person), (SELECT count(*) FROM dq_person ANTI JOIN dq_blocked USING (person))"
    ).fetchone()
    is_open, ready, everybody, ready_all = numbers or (0, 0, 0, 0)
    reasons = tuple(_unattached(connection, counts))
    return Readiness(is_open, ready, everybody, ready_all, bool(reasons), reasons)


_UNATTACHED = """
SELECT count(*) FILTER (WHERE rule LIKE 'reconciliation.%'),
       count(*) FILTER (WHERE key = 'extract' AND source_row IS NULL),
       count(*)
FROM exceptions ANTI JOIN dq_person USING (person)
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


def summarise(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    wanted: Pack,
    rules: Sequence[CompiledRule],
    measured: Measured,
    judged: Sequence[Gate],
    unrecognised: Sequence[str],
    timings: Mapping[str, float],
) -> RunSummary:
    """Put a run into the plain words that every paper is made from."""
    dimensions, tables, teams = score.rates(measured.counts)
    read = (
        "coalesce(name, '')",
        "table_name",
        "rows_read",
        "rows_loaded",
        "rows_rejected",
        "rows_elsewhere",
        "coalesce(sha256, '')",
    )
    inputs = connection.execute(f"SELECT {', '.join(read)} FROM input_file ORDER BY file_id").fetchall()
    return RunSummary(
        project=request.title or wanted.contract.title,
        pack=wanted.name,
        as_of=request.as_of,
        rules=measured.rows,
        found=count_exceptions(connection),
        readiness=measured.ready,
        go_live=request.go_live,
        gates=tuple(judged),
        by_dimension=dimensions,
        by_table=tables,
        by_team=teams,
        inputs=tuple(InputFile(*row) for row in inputs),
        unrecognised=tuple(unrecognised),
        switched_off=_switched_off(wanted),
        replaced=_replaced(wanted),
        tables=notes(wanted.contract),
        system=request.system,
        contact=request.contact,
        versions=_versions(),
        fingerprints={compiled.rule.id: compiled.fingerprint for compiled in rules},
        timings=dict(timings),
    )


def _switched_off(wanted: Pack) -> tuple[SwitchedOff, ...]:
    off = wanted.own.off if wanted.own is not None else ()
    return tuple(
        SwitchedOff(each.rule.id, each.rule.title, each.rule.table, each.rule.severity, each.because, each.until) for each in off
    )


def _replaced(wanted: Pack) -> tuple[OwnRule, ...]:
    pairs = wanted.own.replaced if wanted.own is not None else ()
    return tuple(
        OwnRule(
            each.new.id, each.old.id, each.new.title, each.new.table, each.new.severity, each.old.severity,
            tuple(str(change) for change in each.changes),
        )
        for each in pairs
    )  # fmt: skip


def notes(contract: Contract) -> tuple[TableNote, ...]:
    """How the contract's tables, columns and codes are called."""
    return tuple(
        TableNote(name, subject.title, tuple(_note(contract, each) for each in subject.columns.values()))
        for name, subject in contract.tables.items()
    )


def _note(contract: Contract, each: Column) -> ColumnNote:
    labels = {code.code: code.label for code in contract.codes.get(each.codes or "", ()) if code.label}
    return ColumnNote(each.name, each.title, each.type, labels)


def _versions() -> dict[str, str]:
    libraries = ("duckdb", "sqlglot", "pandas", "pandera", "great-expectations", "pyarrow", "pydantic")
    found = {name: importlib.metadata.version(name) for name in libraries}
    return {"dq": VERSION, "python": platform.python_version(), **found}
