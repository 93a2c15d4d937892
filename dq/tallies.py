"""From a run's connection and outcomes to numbers: counts by rule, readiness, rates, metrics, and the summary."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from dq import lifecycle, readiness, score, unit_metrics
from dq.builtin import KINDS
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Column, Contract
from dq.engines.base import Outcome
from dq.engines.duckdb import ROUTES
from dq.loading import Loaded
from dq.model import VERSION
from dq.pack import Pack
from dq.readiness import ReadinessFound
from dq.report import count_exceptions
from dq.request import Request
from dq.score import RuleCounts
from dq.sqltext import column, table
from dq.summary import (
    NO_TABLE,
    ColumnNote,
    Gate,
    InputFile,
    Measures,
    OwnRule,
    RuleRow,
    RunSummary,
    ShortList,
    SwitchedOff,
    TableNote,
)

HARDLY = 0.5
"""Share of the records in scope below which those assessed are too few to speak for the rest."""


@dataclass(frozen=True)
class Measured:
    """What was counted before the gates are judged."""

    rows: tuple[RuleRow, ...]
    counts: tuple[RuleCounts, ...]
    ready: ReadinessFound
    measures: Measures


def measure(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    compiler: Compiler,
    rules: Sequence[CompiledRule],
    outcomes: Mapping[str, Outcome],
    built_in: Container[str],
    as_of: dt.date,
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
    themes = {each.rule.id: each.rule.theme for each in rules}
    ready = readiness.find(connection, contract, compiler, counts, themes, {row.rule: row.title for row in rows})
    counted = "SELECT severity, count(*) FROM exceptions ANTI JOIN dq_allowed USING (id) GROUP BY 1"
    severities = dict(connection.execute(counted).fetchall())
    lost = connection.execute("SELECT count(*) FROM ingest_finding WHERE rule LIKE 'reconciliation.%'").fetchone()
    allowed = sum(each.exceptions for each in ready.allowed)
    metrics = score.metrics(ready.whole, severities, counts, int(lost[0]) if lost else None, allowed)
    values = {(name, "whole", ""): value for name, value in metrics.items()}
    values |= unit_metrics.by_unit(connection, ready.cuts, contract.owner)
    files = connection.execute("SELECT table_name, coalesce(name, ''), coalesce(sha256, '') FROM input_file").fetchall()
    measures = Measures(as_of, lifecycle.fingerprint_of_files(files), values, score.unsure(counts))
    return Measured(tuple(rows), tuple(counts), ready, measures)


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


def summarise(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    wanted: Pack,
    rules: Sequence[CompiledRule],
    measured: Measured,
    judged: Sequence[Gate],
    files: Loaded,
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
        readiness=measured.ready.whole,
        go_live=request.go_live,
        gates=tuple(judged),
        by_dimension=dimensions,
        by_table=tables,
        by_team=teams,
        cuts=measured.ready.cuts,
        gains=measured.ready.gains,
        short_list=_short_list(measured.ready, judged),
        measures=measured.measures,
        allowed=measured.ready.allowed,
        inputs=tuple(InputFile(*row) for row in inputs),
        unrecognised=files.unrecognised,
        notes=files.notes,
        switched_off=_switched_off(wanted),
        replaced=_replaced(wanted),
        tables=notes(wanted.contract),
        system=request.system,
        contact=request.contact,
        versions=_versions(),
        fingerprints={compiled.rule.id: compiled.fingerprint for compiled in rules},
        timings=dict(timings),
    )


def _short_list(ready: ReadinessFound, judged: Sequence[Gate]) -> ShortList | None:
    """For the gate that asks most of ready children; None where no gate asks for them, or none is open."""
    asked = [
        gate.needed for gate in judged if gate.measure == "ready_children" and gate.comparison in (">=", ">", "==") and not gate.per
    ]
    return ready.short_list(max(asked)) if asked and ready.whole.open_children else None


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
