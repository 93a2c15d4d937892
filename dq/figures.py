"""From measures to figures: compiled as rules are, counted in the engine, put together for every unit of the organisation."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.engines.duckdb import NO_TEAM, DuckDBEngine
from dq.engines.tally import Tally, tally
from dq.errors import PackError, Problem, did_you_mean, gathering
from dq.measures import Measure, Part, rule_of
from dq.model import LEAVERS, UNALLOCATED
from dq.organisation import Unit
from dq.rules import Setting
from dq.summary import MeasureFigure, MeasureRow

LEVELS: dict[str, Callable[[Unit], str]] = {
    "whole": lambda unit: "",
    "director": lambda unit: unit.director,
    "head": lambda unit: unit.head,
    "service": lambda unit: unit.service,
    "team": lambda unit: unit.team,
}


@dataclass(frozen=True)
class CompiledMeasure:
    """A measure ready to be counted: the rule whose verdict is counted, and the target in force (None: there is none).

    The target of a share is a share from 0 to 1. `open` is why there is none though the measure names a setting.
    """

    measure: Measure
    rule: CompiledRule
    target: float | None
    open: str = ""


@dataclass
class _Sum:
    in_scope: int = 0
    assessed: int = 0
    counted: int = 0

    def add(self, each: Tally) -> None:
        self.in_scope += each.in_scope
        self.assessed += each.assessed
        self.counted += each.counted


def compile_all(compiler: Compiler, measures: Iterable[Measure]) -> list[CompiledMeasure]:
    """Compile measures; raises `PackError` with every fault of all of them."""
    problems: list[Problem] = []
    compiled = []
    for each in measures:
        with gathering(problems):
            compiled.append(compile_one(compiler, each))
    if problems:
        raise PackError(problems)
    return compiled


def compile_one(compiler: Compiler, measure: Measure) -> CompiledMeasure:
    """Compile one measure; raises `PackError` with every fault of it."""
    problems = list(_dates(compiler, measure)) + list(_target_faults(compiler.settings, measure))
    rule: CompiledRule | None = None
    if not problems:
        with gathering(problems):
            rule = compiler.rule(rule_of(measure))
    if problems or rule is None:
        raise PackError(problems)
    value = compiler.values.get(measure.setting) if measure.setting else measure.target
    missing = f"The setting :{measure.setting} has no value." if measure.setting and value is None else ""
    target = None if not isinstance(value, int | float) else value / 100 if measure.counts is not None else float(value)
    return CompiledMeasure(measure, rule, target, missing)


def _dates(compiler: Compiler, measure: Measure) -> Iterator[Problem]:
    """by_week:, by_month: and due: name columns of the table that hold dates."""
    relation = compiler.relations.get(measure.table)
    if relation is None:
        return  # the rule says so
    due = measure.list.due if measure.list is not None else None
    for key, name in {"by_week": measure.by_week, "by_month": measure.by_month, "list: due": due}.items():
        kind = relation.columns.get(name) if name is not None else None
        if name is not None and kind is None:
            fix = did_you_mean(name, relation.columns)
            yield Problem(measure.file, measure.line, measure.id, f"{key}: there is no column {name!r} in {measure.table}.", fix)
        elif kind is not None and kind.family != "time":
            yield Problem(measure.file, measure.line, measure.id, f"{key}: {name} is no date.", "Name a column that holds dates.")


def _target_faults(settings: Mapping[str, Setting], measure: Measure) -> Iterator[Problem]:
    setting = settings.get(measure.setting)
    if measure.setting and setting is None:
        fix = did_you_mean(measure.setting, settings)
        yield Problem(measure.file, measure.line, measure.id, f"target: there is no setting :{measure.setting}.", fix)
    elif setting is not None and setting.type not in ("integer", "number"):
        yield Problem(measure.file, measure.line, measure.id, f"target: the setting :{measure.setting} is no number.")
    elif setting is not None and setting.derived:
        message = f"target: the setting :{measure.setting} is derived from others."
        yield Problem(measure.file, measure.line, measure.id, message, "Name a setting that has a value of its own.")


def count_all(
    engine: DuckDBEngine,
    measures: Sequence[CompiledMeasure],
    units: Sequence[Unit],
    owner: str,
    why_not: Callable[[CompiledRule], str],
) -> tuple[MeasureRow, ...]:
    """Count every measure; `why_not` says of a rule why it cannot run, blank where it can."""
    rows = []
    for each in measures:
        reason = why_not(each.rule)
        tallies: list[Tally] = []
        if not reason:
            tallies, reason = tally(engine, each.rule, each.measure.parts, by_worker=each.measure.per == "worker")
        rows.append(row(each, tallies, reason, units, owner))
    return tuple(rows)


def row(each: CompiledMeasure, tallies: Sequence[Tally], reason: str, units: Sequence[Unit], owner: str) -> MeasureRow:
    found: list[MeasureFigure] = []
    for part in each.measure.parts:
        mine = [one for one in tallies if one.part == part.word]
        if reason:
            found.append(MeasureFigure(each.measure.id, part.word, "whole", "", None, None, 0, None, None))
        else:
            found += _figures(each, part, mine, units, owner)
    measure = each.measure
    shapes = {part.word: part.shape for part in measure.parts}
    judged = next(part.word for part in measure.parts if part.judged)
    return MeasureRow(
        measure.id, measure.title, measure.area, shapes, judged, each.target, measure.direction, measure.cadence, measure.owner,
        reason or each.open, tuple(found),
    )  # fmt: skip


def _figures(
    each: CompiledMeasure, part: Part, tallies: Iterable[Tally], units: Sequence[Unit], owner: str
) -> Iterator[MeasureFigure]:
    """The figures of one part: the whole always, of a count every unit but those that stand for no team, else who has records."""
    by_team: dict[str, list[Tally]] = defaultdict(list)
    for one in tallies:
        by_team[owner if one.team == NO_TEAM else one.team].append(one)
    known = {unit.team: unit for unit in units} | {team: Unit(team) for team in by_team if team not in {u.team for u in units}}
    nobody = (UNALLOCATED, LEAVERS, owner)
    for level, name in LEVELS.items():
        groups: dict[str, list[Tally]] = {"": []} if level == "whole" else {}
        for team, unit in known.items():
            if part.shape == "count" and team not in nobody:
                groups.setdefault(name(unit), [])
            if team in by_team:
                groups.setdefault(name(unit), []).extend(by_team[team])
        for unit_name in sorted(groups):
            figure = _figure(each, part, level, unit_name, groups[unit_name])
            if figure is not None:
                yield figure


def _figure(each: CompiledMeasure, part: Part, level: str, unit: str, tallies: Iterable[Tally]) -> MeasureFigure | None:
    total, held = _Sum(), Counter[str]()
    for one in tallies:
        total.add(one)
        if one.worker is not None and one.team != LEAVERS:
            held[one.worker] += one.counted
    if part.shape == "share" and not total.in_scope and level != "whole":
        return None
    unassessed = total.in_scope - total.assessed
    counted: int | None = total.counted
    of: int | None = total.assessed
    if part.shape in ("average", "maximum"):
        counted, of = (sum(held.values()), len(held)) if part.shape == "average" else (max(held.values(), default=0), None)
        unassessed = 0
        if not held and level != "whole":
            return None
    elif part.shape == "count":
        of = None
    assert counted is not None
    value = float(counted) if of is None else counted / of if of else None
    if part.shape == "maximum" and not held:
        value = None
    met = _met(each, counted, of, value) if part.judged else None
    return MeasureFigure(each.measure.id, part.word, level, unit, counted, of, unassessed, value, met)


def _met(each: CompiledMeasure, counted: int, of: int | None, value: float | None) -> bool | None:
    """Whether the target is met; of a share by whole numbers, so that 9 of 10 are 90 per cent."""
    if each.target is None or value is None:
        return None
    left, right = (float(counted), each.target) if of is None else (float(counted), round(each.target * of, 9))
    return left >= right if each.measure.direction == "at least" else left <= right
