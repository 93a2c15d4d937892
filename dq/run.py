"""The story of a run: read, route, check, collect, score, judge."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from dq import (
    claims,
    figures,
    gate_process,
    gates,
    loading,
    needs,
    organisation,
    outside,
    pack,
    readiness,
    results,
    route,
    selection,
    settings,
    tallies,
    teams,
)  # fmt: skip
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Contract
from dq.engines.base import Counts, Outcome, absent
from dq.engines.duckdb import DuckDBEngine, connect, lock
from dq.engines.threads import side_by_side
from dq.errors import PackError, Problem, gathering
from dq.expression import Reader, Scope
from dq.figures import CompiledMeasure
from dq.frames import typed_frame, verdict_rows
from dq.functions import Tree
from dq.loading import Progress
from dq.model import LEAVERS, UNALLOCATED
from dq.organisation import Unit
from dq.outside import CheckSet
from dq.pack import Pack
from dq.people import find as people
from dq.request import Request
from dq.rules import Rule
from dq.summary import MeasureRow, RunSummary
from dq.teams import TeamRow

ENGINES = ("duckdb",)
_NAMED_ONLY = f"""
INSERT INTO {route.UNITS} SELECT DISTINCT n.team, '', '', ''
FROM (SELECT team FROM {route.WORKERS} WHERE NOT has_left UNION ALL SELECT team FROM {route.ALLOCATIONS}) AS n
WHERE n.team <> '' AND NOT EXISTS (SELECT 1 FROM {route.UNITS} AS u WHERE u.team = n.team)
"""
"""Teams that only a worker or an allocation names: nothing is known of what stands above them."""


@dataclass
class Run:
    """A finished run: the connection holds `exceptions`, the summary everything else."""

    connection: duckdb.DuckDBPyConnection
    summary: RunSummary
    pack: Pack
    gates_met: bool


@dataclass
class Watch:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time spent inside to a step."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def _quiet(step: str, done: int, total: int) -> None:
    pass


@contextmanager
def execute(request: Request, *, out: Path | None = None, progress: Progress = _quiet) -> Iterator[Run]:
    """Carry out a run and hold its connection open while the caller writes what it needs into `out`.

    Raises `DqError` where the run cannot go on: a pack, project, option or extract is wrong. Nothing is written
    outside a temporary folder and `out`.
    """
    watch = Watch()
    with claims.scratch() as work, gate_process.started() as hold:
        with watch.step("pack"):
            wanted = pack.load(request.packs, request.base, own=request.own, as_of=request.as_of)
            source = pack.load_source_map(wanted, request.source, request.base) if request.source else None
            request = replace(request, system=request.system or (source.system if source else "the old system"))
            found = loading.find(request, wanted.contract, source)
            by_format = loading.told_by_format(wanted.contract, found, wanted.settings)
            values = settings.values(wanted.settings, by_format, request.project_settings, request.settings)
            values |= {"as_of": request.as_of, "go_live": request.go_live}
            sets = outside.read(request.checks, wanted.contract, wanted.rules, request.base, trusted=request.trust_python)
            wanted = replace(wanted, rules=(*wanted.rules, *(rule for each in sets for rule in each.rules)))
            chosen, silent = selection.with_dependencies(wanted, request.select)
            built_in = selection.built_in(wanted.contract, request.select)
            compiler = Compiler(wanted.contract, wanted.views, wanted.settings, values)
            staff = teams.read(request.teams) if request.teams is not None else None
            theirs = _theirs(sets, chosen)
            rules = _compile(compiler, [rule for rule in chosen if rule.id not in theirs])
            measures = figures.compile_all(compiler, wanted.measures)
        connection = connect(work, threads=request.threads, memory=request.memory)
        try:
            with watch.step("ingest"):
                read = tables_read(compiler, (*rules, *(each.rule for each in measures)))
                loaded = loading.load(connection, request, wanted.contract, source, read, progress, found=found, settings=values)
                missing = loaded.missing
            allowed = [work, *([out.resolve().parent] if out is not None else [])]
            lock(connection, allowed)
            engine = DuckDBEngine(connection, compiler, time_limit=request.time_limit)
            with watch.step("routes"):
                route_records(engine, wanted.contract, compiler, staff, request.as_of)
            with watch.step("people"):
                rules, apart = _compare_people(engine, request, compiler, rules, progress)
            with watch.step("rules"):
                outcomes = _evaluate(engine, compiler, rules, missing, apart, request.threads, progress)
                outcomes |= _judge_outside(engine, wanted.contract, sets, theirs, missing, progress)
                views = {name for rule in rules for name in rule.views}
                counted = [rule.reads.counted_from for rule in rules] + [compiler.views[name].reads.counted_from for name in views]
                results.find_outside_calendar(connection, wanted.contract, {pair for pairs in counted for pair in pairs})
                results.keep_only(connection, silent, built_in)
            with watch.step("exceptions"):
                results.collect(connection, wanted.contract, wanted.rules)
                readiness.allow(connection, request.lenience, request.as_of)
            spoken = [rule for rule in (*rules, *theirs.values()) if rule.rule.id not in silent]
            with watch.step("scores"):
                measured = tallies.measure(connection, wanted.contract, compiler, spoken, outcomes, built_in, request.as_of)
            with watch.step("gates"):
                judged = gates.judge(request.gates, measured.measures, request.past, hold)
            with watch.step("measures"):
                counted_measures = _measure(engine, wanted.contract, measures, missing, progress)
            summary = tallies.summarise(connection, request, wanted, spoken, measured, judged, loaded, watch.seconds)
            summary = replace(summary, key_figures=counted_measures)
            yield Run(connection, summary, wanted, all(gate.met for gate in judged if gate.decides))
        finally:
            connection.close()


def _compile(compiler: Compiler, rules: Iterable[Rule]) -> list[CompiledRule]:
    compiled: list[CompiledRule] = []
    problems: list[Problem] = []
    for rule in rules:
        with gathering(problems):
            compiled.append(compiler.rule(rule))
    if problems:
        raise PackError(problems)
    return compiled


def route_records(
    engine: DuckDBEngine, contract: Contract, compiler: Compiler, staff: Sequence[TeamRow] | None, day: dt.date
) -> None:
    """Workers, current allocations, the organisation, and the way of every record to its team."""
    connection = engine.connection
    connection.execute(f"CREATE TABLE {route.WORKERS} (worker VARCHAR, name VARCHAR, team VARCHAR, has_left BOOLEAN)")
    workers = route.workers(contract)
    connection.execute(f"CREATE TABLE {route.UNITS} (team VARCHAR, service VARCHAR, head VARCHAR, director VARCHAR)")
    units = route.units(contract)
    if staff is not None:
        rows = [(row.worker_id, row.worker_name, row.team, row.left) for row in teams.in_force(staff, day)]
        source = "SELECT unnest(?) AS worker, unnest(?) AS name, unnest(?) AS team, unnest(?)::DATE AS left_on"
        _insert_workers(connection, source, day, _turned(rows, 4))
        above = _turned([astuple(unit) for unit in teams.units(staff, day)], 4)
        connection.execute(f"INSERT INTO {route.UNITS} SELECT unnest(?), unnest(?), unnest(?), unnest(?)", above)
    else:
        if workers is not None:
            _insert_workers(connection, workers.sql(dialect="duckdb"), day, [])
        if units is not None:
            connection.execute(f"INSERT INTO {route.UNITS} {units.sql(dialect='duckdb')}")
    allocation = contract.routing.allocation
    connection.execute(f"CREATE TABLE {route.ALLOCATIONS} (person VARCHAR, worker VARCHAR, team VARCHAR)")
    if allocation is not None:
        when = _predicate(compiler, allocation.table, allocation.when)
        as_of = compiler.lower(exp.Placeholder(this="as_of"), "duckdb")
        current = route.allocations(contract, when, as_of)
        assert current is not None
        connection.execute(f"INSERT INTO {route.ALLOCATIONS} {current.sql(dialect='duckdb')}")
    connection.execute(_NAMED_ONLY)
    routed = staff is not None or workers is not None or allocation is not None
    for name in contract.tables:
        engine.route(name, route.route(contract, name, routed=routed))


def _turned(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows as columns."""
    return [[row[place] for row in rows] for place in range(width)]


def _insert_workers(connection: duckdb.DuckDBPyConnection, source: str, as_of: dt.date, values: Sequence[list[object]]) -> None:
    query = f"INSERT INTO {route.WORKERS} SELECT worker, name, team, coalesce(left_on <= ?, false) FROM ({source})"
    connection.execute(query, [as_of, *values])


def _predicate(compiler: Compiler, table: str, source: str | None) -> Tree | None:
    if source is None:
        return None
    tree = Reader(compiler.catalogue).predicate(source, Scope({table: compiler.relations[table]}))
    return compiler.lower(tree, "duckdb")


def _compare_people(
    engine: DuckDBEngine, request: Request, compiler: Compiler, rules: Sequence[CompiledRule], progress: Progress
) -> tuple[list[CompiledRule], str]:
    """Find likely pairs for the rules that ask for them; returns the rules, and why there are no pairs.

    What a pair weighs is part of what such a rule means, so the model is part of its fingerprint.
    """
    limits = [statement.pairs for rule in rules if not rule.unset for statement in rule.statements if statement.pairs is not None]
    if not limits:
        return list(rules), ""
    progress("people", 0, 0)
    least = exp.select(*(compiler.lower(each, "duckdb") for each in limits)).sql(dialect="duckdb")
    weights = [round(100 * float(each)) for each in engine.connection.execute(least).fetchall()[0]]
    reason, model = people.compare(
        engine.connection, compiler.contract, request.base, min(weights),
        threads=request.threads, memory=request.memory, time_limit=request.time_limit,
    )  # fmt: skip
    return [
        replace(rule, fingerprint=hashlib.sha256(f"{rule.fingerprint}:{model}".encode()).hexdigest()[:16]) if _pairs(rule) else rule
        for rule in rules
    ], reason


def _pairs(rule: CompiledRule) -> bool:
    return any(statement.pairs is not None for statement in rule.statements)


def _evaluate(
    engine: DuckDBEngine, compiler: Compiler, rules: Sequence[CompiledRule], missing: set[str], apart: str, threads: int | None,
    progress: Progress,
) -> dict[str, Outcome]:  # fmt: skip
    """Build the views that the rules need, then run each rule alone. `apart` is why rules on pairs cannot run."""
    lacking = needs.unmet(engine.connection, compiler.contract, [rule.rule for rule in rules])
    reasons = {
        rule.rule.id: cannot_run(compiler, rule, missing) or lacking.get(rule.rule.id) or (apart if _pairs(rule) else "")
        for rule in rules
    }
    needed = {view for rule in rules for view in rule.views if not reasons[rule.rule.id]}
    views = [view for name, view in compiler.views.items() if name in needed]
    total = len(views) + len(rules)
    for done, view in enumerate(views):
        progress("views", done, total)
        engine.build(view)
    outcomes = {name: Outcome(reason=reason) for name, reason in reasons.items() if reason}
    able = [rule for rule in rules if not reasons[rule.rule.id]]
    for done, (name, outcome) in enumerate(side_by_side(engine, able, threads), start=len(views) + len(outcomes)):
        progress("rules", done, total)
        outcomes[name] = outcome
    progress("rules", total, total)
    return outcomes


def _measure(
    engine: DuckDBEngine, contract: Contract, measures: Sequence[CompiledMeasure], missing: set[str], progress: Progress
) -> tuple[MeasureRow, ...]:
    """Build the views that only measures need, and count every measure."""
    if not measures:
        return ()
    progress("Counting measures", 0, 0)
    reasons = {each.measure.id: cannot_run(engine.compiler, each.rule, missing) for each in measures}
    needed = {view for each in measures if not reasons[each.measure.id] for view in each.rule.views}
    for name, view in engine.compiler.views.items():
        if name in needed - engine.built:
            engine.build(view)
    return figures.count_all(engine, measures, units(engine, contract), contract.owner, lambda rule: reasons[rule.rule.id])


def units(engine: DuckDBEngine, contract: Contract) -> tuple[Unit, ...]:
    """The organisation on the day of the extract: every team that it knows or routes records to, and what stands for no team."""
    known = [Unit(*row) for row in engine.connection.execute(f"SELECT team, service, head, director FROM {route.UNITS}").fetchall()]
    return organisation.complete(known, engine.teams, (UNALLOCATED, LEAVERS, contract.owner))


def _theirs(sets: Iterable[CheckSet], chosen: Iterable[Rule]) -> dict[str, CompiledRule]:
    """The checks by other hands that are chosen, by rule id."""
    prints = {rule.id: each.fingerprint for each in sets for rule in each.rules}
    return {rule.id: outside.compiled(rule, prints[rule.id]) for rule in chosen if rule.id in prints}


def _judge_outside(
    engine: DuckDBEngine, contract: Contract, sets: Iterable[CheckSet], theirs: Mapping[str, CompiledRule], missing: set[str],
    progress: Progress,
) -> dict[str, Outcome]:  # fmt: skip
    """Run each set of checks by other hands on a frame of its table, and hand what it says to the engine."""
    outcomes: dict[str, Outcome] = {}
    wanted = [(each, [theirs[rule.id] for rule in each.rules if rule.id in theirs]) for each in sets]
    for done, (each, rules) in enumerate(wanted):
        progress(f"Checks on {each.table}", done, len(wanted))
        if not rules:
            continue
        if each.table in missing:
            outcomes |= {rule.rule.id: Outcome(reason=absent(rule, [each.table])) for rule in rules}
            continue
        started = time.perf_counter()
        verdicts = each.run(typed_frame(engine.connection, contract.tables[each.table], each.columns))
        seconds = (time.perf_counter() - started) / len(rules)
        for rule in rules:
            said = verdicts.get(rule.rule.id, outside.Verdicts(reason="The check gave no answer."))
            rows = None if said.rows is None else verdict_rows(said.rows)
            outcomes[rule.rule.id] = (
                Outcome(reason=said.reason, seconds=seconds) if said.reason else engine.take(rule, rows, said.whole, seconds)
            )
    return outcomes


def tables_read(compiler: Compiler, rules: Iterable[CompiledRule]) -> set[str]:
    """Tables and views that the rules read, themselves or through views."""
    views = {view for rule in rules for view in rule.views}
    read = [rule.reads.relations for rule in rules] + [compiler.views[view].reads.relations for view in views]
    return {name for names in read for name in names}


def cannot_run(compiler: Compiler, rule: CompiledRule, missing: set[str]) -> str:
    """Why a rule cannot run, in our words; blank where it can."""
    if rule.unset:
        return f"The setting {', '.join(f':{name}' for name in rule.unset)} has no value."
    gone = sorted(tables_read(compiler, [rule]) & missing)
    if gone and all(name.startswith("previous.") for name in gone):
        return "There is no earlier extract to compare with."
    return absent(rule, [name for name in gone if not name.startswith("previous.")])


__all__ = ["ENGINES", "Counts", "Run", "execute"]
