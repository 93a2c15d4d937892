"""Go-live gates: conditions of the board, held against what this run and the runs before it measured.

They are judged by a suite of Great Expectations over a frame of metrics (`dq.gate_suite`): counts and shares only, never a record.
What could not be measured, and what counts rules that could not run, is not met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dq.criteria import ALWAYS, BY_UNIT, CHILDREN, PER, SHARES, UNIT_WORDS, Asked
from dq.summary import Gate, Measures, UnitGate

Row = Mapping[str, Any]
"""A row of the frame: `run` and `as_of` of the run, `runs_ago` (0: this one), `level`, `unit`, and the metrics."""
Hold = Callable[[Sequence[Asked], Sequence[Row]], Sequence[bool]]
"""Says of each gate whether the rows that it speaks of meet it, in all the runs that it asks for."""
WHOLE = "whole"


def judge(asked: Iterable[Asked], now: Measures, past: Sequence[Measures] | None, hold: Hold) -> tuple[Gate, ...]:
    """Hold a run against the project's gates and those that always apply. `past` is None where no history is kept."""
    every = with_always(asked)
    runs = in_a_row(now, past or ())
    met = hold(every, frame(every, runs))
    return tuple(_gate(each, runs, past is not None, bool(is_met)) for each, is_met in zip(every, met, strict=True))


def with_always(asked: Iterable[Asked]) -> list[Asked]:
    """The project's gates, and those that always apply where the project does not name them itself."""
    mine = list(asked)
    named = {each.same for each in mine if each.runs == 1}
    return [*mine, *(each for each in ALWAYS if each.same not in named)]


def in_a_row(now: Measures, past: Iterable[Measures]) -> list[Measures]:
    """This run and those before it, newest first. Of runs of one day or of the same files only the last one counts."""
    kept, days, extracts = [now], {now.as_of}, {now.extract}
    for each in reversed([each for each in past if each.as_of < now.as_of]):
        if each.as_of not in days and each.extract not in extracts:
            kept.append(each)
            days.add(each.as_of)
            extracts.add(each.extract)
    return kept


def frame(asked: Sequence[Asked], runs: Sequence[Measures]) -> list[Row]:
    """What the suite is run on: of each run that a gate asks for a row in all, and a row for each unit of the levels asked for.

    A metric that counts rules that could not run is blank, as one that could not be measured.
    """
    rows: list[Row] = []
    for ago, run in enumerate(runs[: max((each.runs for each in asked), default=1)]):
        facts = {"run": run.run, "as_of": run.as_of.isoformat(), "runs_ago": ago}
        for level in (WHOLE, *(level for level in PER if any(each.per == level for each in asked))):
            names = sorted({each.measure for each in asked if level == WHOLE or each.measure in BY_UNIT})
            if level != WHOLE:
                names.append(CHILDREN)
            units = sorted({unit for _, at, unit in run.values if at == level}) if level != WHOLE else [""]
            for unit in units:
                values = {name: None if run.unsure.get(name) else run.values.get((name, level, unit)) for name in names}
                rows.append({**facts, "level": level, "unit": unit, **values})
    return rows


def _gate(asked: Asked, runs: Sequence[Measures], kept: bool, met: bool) -> Gate:
    now = runs[0]
    units = tuple(UnitGate(unit, value, asked.holds(value)) for unit, value in of_units(asked, now)) if asked.per else ()
    lasting = lasts(asked, runs)
    return Gate(
        asked.criterion, measured(asked, now), asked.comparison, asked.needed, met, _reason(asked, now, lasting, kept, met),
        asked.title, asked.measure in SHARES, asked.measure, asked.severity, asked.owner, asked.by, asked.by_name, asked.runs,
        lasting, asked.per, units,
    )  # fmt: skip


def of_units(asked: Asked, run: Measures) -> Iterator[tuple[str, float | None]]:
    """The units that a gate is judged for in a run, with what was measured; a share only where there are open children."""
    for measure, level, unit in sorted(run.values):
        if measure == asked.measure and level == asked.per:
            value = run.values[measure, level, unit]
            if measure not in SHARES or run.values.get((CHILDREN, level, unit)):
                yield unit, value


def measured(asked: Asked, run: Measures) -> float | None:
    """What a run measured for a gate; where each unit is judged, of the one that is farthest from what is needed."""
    if not asked.per:
        return run.values.get((asked.measure, WHOLE, ""))
    values = [value for _, value in of_units(asked, run)]
    return max(values, key=asked.short_by, default=None) if any(map(asked.short_by, values)) else _nearest(asked, values)


def _nearest(asked: Asked, values: Sequence[float | None]) -> float | None:
    """Where all units are as asked: the one that is so by least."""
    return min((value for value in values if value is not None), key=lambda value: abs(value - asked.needed), default=None)


def holds(asked: Asked, run: Measures) -> bool:
    """Whether a run by itself is as asked."""
    if run.unsure.get(asked.measure):
        return False
    values = [value for _, value in of_units(asked, run)] if asked.per else [measured(asked, run)]
    return bool(values) and all(map(asked.holds, values))


def lasts(asked: Asked, runs: Iterable[Measures]) -> int:
    """In how many runs in a row, from the newest, it was as asked."""
    number = 0
    for run in runs:
        if not holds(asked, run):
            break
        number += 1
    return number


def _reason(asked: Asked, now: Measures, lasting: int, kept: bool, met: bool) -> str:
    """Why a gate is not met where the figures alone do not tell."""
    unsure = now.unsure.get(asked.measure, 0)
    if unsure:
        return f"{unsure:,} {'rule' if unsure == 1 else 'rules'} that it counts could not run."
    if asked.per and not any(True for _ in of_units(asked, now)):
        what = "open children" if asked.measure in SHARES else "open children or exceptions"
        return f"It could not be measured: no {UNIT_WORDS[asked.per][0]} has {what}."
    if not asked.per and measured(asked, now) is None:
        return "It could not be measured: nothing was assessed."
    if met or asked.runs == 1 or not lasting:
        return ""
    if not kept:
        return f"It must be met in {asked.runs} runs in a row, and no history is kept of this run."
    return f"Met in {lasting} {'run' if lasting == 1 else 'runs'} in a row; {asked.runs} are needed."
