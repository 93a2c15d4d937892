"""Keeps a project's runs: from a finished run to plain data for the store, and what became of it in words."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from dq import organisation, presence, request, route
from dq.builtin import KINDS, is_built_in
from dq.calendar import FIRST, LAST
from dq.contract import Contract
from dq.dispositions import Lenience
from dq.model import LEAVERS, UNALLOCATED, VERSION
from dq.organisation import Unit
from dq.store import database, judged, record, waivers
from dq.store.gains import GAIN, SHORT_LIST
from dq.store.measures import MEASURE, MEASURE_NOT_ASSESSED, MEASURE_TARGET, figure_name
from dq.store.record import FigureFacts, InputFacts, JudgementFacts, Recorded, RuleFacts, RunFacts, SeenRow
from dq.summary import Measures, RunSummary, ShortList

_SEEN = """
CREATE OR REPLACE TEMP TABLE dq_seen AS
SELECT DISTINCT ON (e.id) e.id, e.rule, e."table" AS table_name, e.key,
       CASE WHEN e.row_id IS NULL THEN 'whole'
            WHEN EXISTS (SELECT 1 FROM dq_pair_finding AS p WHERE p.rule = e.rule AND p.row_id = e.row_id AND p.key = e.key)
            THEN 'pair' ELSE 'record' END AS about,
       coalesce(e.team, '') AS team, CASE WHEN r.owner <> '' THEN '' ELSE coalesce(e.worker, '') END AS worker, e.severity
FROM dq_exception AS e JOIN dq_rule AS r ON r.rule = e.rule ORDER BY e.id, e.team, e.severity, worker
"""
_DIGEST = "SELECT count(*), bit_xor(md5_number_lower(concat_ws(chr(31), id, team, worker, severity))) FROM dq_seen"
_SPOKEN = ("new", "reopened", "cleared", "left extract", "rule changed", "not checked")
BATCH = 50_000


def ready(folder: Path, store: str | None) -> tuple[Lenience, tuple[Measures, ...]]:
    """See, before a run takes its time, that the project's store can be written to; returns what people have allowed, and
    what the runs before measured.

    Raises `StoreError`.
    """
    with database.opened(folder, store) as opened:
        return waivers.lenience(opened), judged.measures(opened)


def keep(
    connection: duckdb.DuckDBPyConnection, summary: RunSummary, contract: Contract, folder: Path, store: str | None, results: Path
) -> Recorded:
    """Record a finished run, whose connection is still open, in the project's store. Raises `StoreError`."""
    connection.execute(_SEEN)
    facts = _facts(connection, summary, contract, _relative(results, folder))
    with database.opened(folder, store) as opened:
        return record.record(opened, facts, _seen(connection), lambda rows: presence.look(connection, contract, rows))


def _facts(connection: duckdb.DuckDBPyConnection, summary: RunSummary, contract: Contract, results: str) -> RunFacts:
    owners = dict(connection.execute("SELECT rule, owner FROM dq_rule").fetchall())
    rules = {
        row.rule: RuleFacts(
            row.rule, row.table, row.title, row.severity, row.dimension, row.status != "not_evaluated", row.reason,
            summary.fingerprints.get(row.rule) or _fingerprint(contract, row.rule), owners.get(row.rule, ""),
        )
        for row in summary.rules
    }  # fmt: skip
    said = connection.execute("SELECT rule, min(table_name), min(severity) FROM dq_seen GROUP BY rule ORDER BY rule").fetchall()
    for rule, table, severity in said:  # a file of an absent table may have findings of its own
        if rule not in rules:
            kind = KINDS.get(rule.partition(".")[0])
            words = (kind.title, severity, kind.dimension) if kind else ("", severity, "")
            rules[rule] = RuleFacts(rule, table, *words, True, "", _fingerprint(contract, rule), owners[rule])
    inputs = tuple(InputFacts(each.file, each.table, each.rows_read, each.sha256) for each in summary.inputs)
    digest = connection.execute(_DIGEST).fetchone()
    return RunFacts(
        summary.as_of, request.now(), who(), summary.pack, VERSION, results, tuple(rules.values()), inputs, str(digest),
        _units(connection, contract, summary), (*_figures(summary), *_measured(summary)), tuple(_judgements(summary)),
    )  # fmt: skip


def _figures(summary: RunSummary) -> Iterator[FigureFacts]:
    """The numbers of a run that papers show over time: readiness in all and by cut, and what rules keep back."""
    ready = summary.readiness
    yield _share("ready_children", "whole", "", ready.ready_children, ready.open_children)
    yield _share("ready_all", "whole", "", ready.ready_all, ready.all_children)
    for name in ("unchecked", "allowed", "cannot_load", "touched"):
        yield FigureFacts("readiness", name, "whole", "", None, None, float(getattr(ready, name)))
    yield FigureFacts("readiness", "at_most", "whole", "", None, None, float(ready.at_most))
    for cut in summary.cuts:
        yield _share("ready_children", cut.level, cut.name, cut.ready_children, cut.open_children)
    for gain in summary.gains:
        yield _share(GAIN, "rule", gain.rule, gain.alone, ready.open_children)
    yield from _short_list(summary.short_list)
    for rate in summary.by_dimension:
        yield FigureFacts("metric", rate.name, "whole", "", rate.assessed - rate.failing, rate.assessed, rate.rate)
    if summary.measures is None:
        return
    kept = {"ready_children", "ready_all", *(rate.name for rate in summary.by_dimension)}
    for (name, level, unit), value in summary.measures.values.items():
        if name not in kept:
            yield FigureFacts("metric", name, level, unit, None, None, value)
    for name, number in summary.measures.unsure.items():
        yield FigureFacts(judged.UNSURE, name, "whole", "", None, None, float(number))


def _short_list(found: ShortList | None) -> Iterator[FigureFacts]:
    """The shortest way to the gate: how many children it makes ready (null where none does), of how many that are needed, whether
    that is proven; and each rule's place in it.
    """
    if found is None:
        return
    reaches = None if found.reaches is None else float(found.reaches)
    yield FigureFacts("readiness", SHORT_LIST, "whole", "", reaches, found.needed, float(found.proven))
    for place, rule in enumerate(found.rules, start=1):
        yield FigureFacts("readiness", SHORT_LIST, "rule", rule, None, None, float(place))


def _share(name: str, level: str, unit: str, part: int, whole: int) -> FigureFacts:
    return FigureFacts("readiness", name, level, unit, part, whole, part / whole if whole else None)


def _judgements(summary: RunSummary) -> Iterator[JudgementFacts]:
    for gate in summary.gates:
        whole = JudgementFacts(
            gate.criterion, gate.title, "whole", "", gate.measured, gate.needed, gate.met, gate.severity, gate.owner, gate.reason,
            gate.measure, gate.comparison, gate.per, gate.runs, gate.by, gate.by_name,
        )  # fmt: skip
        yield whole
        for each in gate.units:
            yield replace(whole, level=gate.per, unit=each.unit, measured=each.measured, met=each.met, reason="")


def _measured(summary: RunSummary) -> Iterator[FigureFacts]:
    """What every measure came to, how many records could not be assessed for it, and the target that was in force."""
    for row in summary.key_figures:
        if row.target is not None:
            yield FigureFacts(MEASURE_TARGET, row.measure, "whole", "", None, None, row.target)
        for each in row.figures:
            name = figure_name(each.measure, each.part)
            counted, of = (None if number is None else float(number) for number in (each.counted, each.of))
            yield FigureFacts(MEASURE, name, each.level, each.unit, counted, of, each.value)
            if each.not_assessed:
                yield FigureFacts(MEASURE_NOT_ASSESSED, name, each.level, each.unit, None, None, float(each.not_assessed))


def _units(connection: duckdb.DuckDBPyConnection, contract: Contract, summary: RunSummary) -> tuple[Unit, ...]:
    """The organisation of the run: every team that it knows, and those that stand for no team."""
    known = [Unit(*row) for row in connection.execute(f"SELECT team, service, head, director FROM {route.UNITS}").fetchall()]
    found = [str(row[0]) for row in connection.execute("SELECT DISTINCT team FROM dq_seen").fetchall()]
    found += [each.unit for row in summary.key_figures for each in row.figures if each.level == "team"]
    return organisation.complete(known, found, (UNALLOCATED, LEAVERS, contract.owner))


def _fingerprint(contract: Contract, rule: str) -> str:
    """Of a built-in rule: what it means, which is what the contract says of the table."""
    kind, _, name = rule.partition(".")
    subject = contract.tables.get(name)
    parts: list[object] = [kind]
    if subject is not None and is_built_in(rule):
        columns = [(each.name, each.type, str(each.range)) for each in subject.columns.values()]
        meaning: dict[str, list[object]] = {
            "key_missing": [subject.key],
            "key_duplicated": [subject.key],
            "structure": [[word for word, *_ in columns]],
            "type": [columns, contract.date_formats],
            "calendar": [FIRST, LAST],
        }
        parts += meaning.get(kind, [])
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _seen(connection: duckdb.DuckDBPyConnection) -> Iterator[SeenRow]:
    connection.execute("SELECT id, rule, table_name, key, about, team, worker, severity FROM dq_seen ORDER BY id")
    while rows := connection.fetchmany(BATCH):
        yield from rows


def _relative(results: Path, folder: Path) -> str:
    """A results folder inside the project, as a path from it; outside, only its name."""
    try:
        return results.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return results.name


def who() -> str:
    """The account of the machine that does something; blank where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def as_json(recorded: Recorded) -> dict[str, object]:
    """What became of a run, as plain data."""
    return {
        "outcome": recorded.outcome, "run": recorded.run, "as_of": recorded.as_of.isoformat(), "repeats": recorded.repeats,
        "moved": dict(sorted((recorded.moved or {}).items())), "handed_over": recorded.handed_over,
    }  # fmt: skip


def told(recorded: Recorded) -> str:
    """What became of a run, in a sentence or two; no key, no name."""
    number, day = recorded.run, recorded.as_of.isoformat()
    if recorded.outcome == "repeated":
        return f"This is run {number} again: the same extract, rules and exceptions. Nothing is recorded anew."
    if recorded.outcome == "earlier":
        fix = "To record it, delete the later runs first (dq runs --delete-latest)."
        return f"Not recorded: run {number} has a later extract ({day}), and what it says holds. {fix}"
    moved = recorded.moved or {}
    numbers = {word: moved.get(word, 0) for word in _SPOKEN} | {"handed over": recorded.handed_over}
    words = ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number) or "nothing changed"
    line = f"Recorded as run {number}: {words}."
    if recorded.repeats is not None:
        line += f" The files are those of run {recorded.repeats}: has a new extract been taken?"
    return line
