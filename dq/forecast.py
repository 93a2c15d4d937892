"""Whether it will be ready in time: burn-down by team and in total, the chance of each gate on each day, and how much faster.

Pure functions on plain data. `docs/forecast.md` says in plain words what is assumed, what is not known, and how often the
bands were right. The same history gives the same forecast: chance enters in `dq/burndown.py`, with a fixed seed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dq import burndown, pace, units_ahead
from dq.chances import COUNTS, Future, Wanted, judge, quantiles
from dq.criteria import GATE, METRICS
from dq.errors import OptionError, Problem, ProjectError, did_you_mean
from dq.flows import History, Interval, Recorded, by_day, intervals
from dq.outlook import Band, Forecast, GateOutlook, Line, Outlook, Pace

RUNS = 4
"""Runs of different dates that a forecast needs."""
PATHS = 2_000
UNIT_MEASURE = "blockers"
"""What of a unit is followed: what stands between it and go-live."""
MOVED = ("arrived", "by_rule", "came", "cleared", "aside", "went")


def forecast(
    history: History,
    gates: Iterable[str],
    days: Mapping[str, dt.date],
    *,
    capacity: Mapping[str, float] | None = None,
    waived_count: bool = False,
    paths: int = PATHS,
    units: Mapping[str, Collection[str]] | None = None,
) -> Forecast:
    """Forecast each team's exceptions, and each gate on each of `days` (occasion, such as `go-live` or `trial load 1`, to date).

    `capacity` is the most that a team can clear in a week, where that is known. Waived exceptions do not count for gates, as in
    a run, unless `waived_count` is true; nobody works on them until their waiver ends, and then they count again. `units` are
    teams by the name of their unit, each to be followed as one (`Forecast.units`: its blockers). Raises
    `ProjectError` for a gate that no run knows, `OptionError` for a capacity or a number of paths that makes no sense; all
    faults of a kind at once.
    """
    runs, capacity = by_day(history), capacity or {}
    wanted = _wanted(gates)
    _sensible(runs, capacity, paths)
    last = runs[-1].as_of if runs else None
    if last is None or len(runs) < RUNS:
        reason = f"Too little history: {len(runs)} run{'' if len(runs) == 1 else 's'} of different dates; a forecast needs {RUNS}."
        return Forecast(last, len(runs), _without_chance(wanted, days, reason), reason=reason)

    asked = [each.measure for each in wanted] + [UNIT_MEASURE] * bool(units)
    past = pace.past(runs, capacity, {severity for each in asked for severity in COUNTS.get(each, ("blocker",))})
    ahead = {name: day for name, day in days.items() if day > last}
    grid = burndown.steps(last, list(ahead.values()))
    future = Future(history, runs, past, grid, burndown.draw(past, last, grid, paths), set(ahead.values()), waived_count)
    found = future.counts(1.0, grid)
    return Forecast(
        last,
        len(runs),
        tuple(
            judge(future, each, name, day) if name in ahead else _without_chance([each], {name: day}, _BEHIND)[0]
            for each in wanted
            for name, day in days.items()
        ),
        tuple(_lines(future, found)),
        tuple(_outlooks(past, found, ahead)),
        tuple(_paces(past, intervals(runs))),
        tuple(units_ahead.outlooks(future, units or {}, UNIT_MEASURE, ahead)),
    )


_BEHIND = "This day is not after the last run; the run itself says whether the gate is met."


def _wanted(gates: Iterable[str]) -> list[Wanted]:
    """The gates, once each. Raises for those that cannot be read or speak of what no run measures."""
    problems, found = [], []
    for gate in dict.fromkeys(gates):
        match = GATE.match(gate)
        if match is None:
            fix = "Write it like `blockers == 0` or `ready_children >= 98%`."
            problems.append(Problem("dq.yaml", 0, "gates", f"{gate!r} is not a gate.", fix))
        elif match["measure"] not in METRICS:
            fix = did_you_mean(match["measure"], METRICS) or f"Known: {', '.join(sorted(METRICS))}."
            problems.append(Problem("dq.yaml", 0, "gates", f"{gate!r}: there is no metric {match['measure']!r}.", fix))
        else:
            needed = float(match["needed"]) / (100 if match["percent"] else 1)
            found.append(Wanted(gate, match["measure"], match["comparison"], needed))
    if problems:
        raise ProjectError(problems)
    return found


def _sensible(runs: Sequence[Recorded], capacity: Mapping[str, float], paths: int) -> None:
    teams = sorted({team for run in runs for team, _ in run.flows})
    problems = []
    for team, most in capacity.items():
        if not most >= 0:
            problems.append(Problem(subject=f"capacity of {team}", message=f"{most} exceptions a week.", fix="Give 0 or more."))
        if len(runs) >= RUNS and team not in teams:
            fix = did_you_mean(team, teams) or "Name a team as the runs do."
            problems.append(Problem(subject=f"capacity of {team}", message="No run knows this team.", fix=fix))
    if paths < 100:
        problems.append(Problem(subject="paths", message=f"{paths} are too few to tell chances from.", fix="Give 100 or more."))
    if problems:
        raise OptionError(problems)


def _without_chance(wanted: Iterable[Wanted], days: Mapping[str, dt.date], reason: str) -> tuple[GateOutlook, ...]:
    return tuple(GateOutlook(each.criterion, name, day, None, reason=reason) for each in wanted for name, day in days.items())


def _lines(future: Future, found: Mapping[dt.date, NDArray[np.int64]]) -> Iterable[Line]:
    """All teams first, then each, by measure: what each run found, and the band of each day to come."""
    past = future.past
    bands = {day: _measured(past, counts) for day, counts in found.items()}
    so_far = {run.as_of: _measured(past, _stock(past, run, future.waived_count)) for run in future.runs}
    for place, team in _teams(past):
        for measure in _measures(past):
            known = tuple((day, int(counts[measure][place, 0])) for day, counts in so_far.items())
            ahead = tuple(Band(day, *quantiles(counts[measure][place])) for day, counts in bands.items())
            yield Line(team, measure, known, ahead)


def _teams(past: pace.Past) -> list[tuple[int, str | None]]:
    """All teams together and then each, with its row; where nothing was ever found there is none."""
    return [(place, team) for place, team in enumerate((None, *past.teams)) if team != pace.NOBODY]


def _measures(past: pace.Past) -> list[str]:
    return [name for name, severities in COUNTS.items() if set(severities) & set(past.severities)]


def _measured(past: pace.Past, counts: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """By measure: rows for all teams together and then each team, a column a path."""
    found = {}
    for measure in _measures(past):
        teams = counts[[place for place, each in enumerate(past.severities) if each in COUNTS[measure]]].sum(axis=0)
        found[measure] = np.concatenate([teams.sum(axis=0, keepdims=True), teams])
    return found


def _stock(past: pace.Past, run: Recorded, waived_count: bool) -> NDArray[np.int64]:
    """What a run found (severities x teams x 1)."""
    found = np.zeros((*past.stock.shape, 1), dtype=np.int64)
    for (team, severity), flow in run.flows.items():
        found[past.severities.index(severity), past.teams.index(team)] = flow.stock if waived_count else flow.workable
    return found


def _outlooks(past: pace.Past, found: Mapping[dt.date, NDArray[np.int64]], ahead: Mapping[str, dt.date]) -> Iterable[Outlook]:
    for name, day in ahead.items():
        by_measure = _measured(past, found[day])
        for place, team in _teams(past):
            for measure, rows in by_measure.items():
                values, often = np.unique(rows[place], return_counts=True)
                steps = zip(values.tolist(), (np.cumsum(often) / rows.shape[1]).tolist(), strict=True)
                yield Outlook(name, team, measure, Band(day, *quantiles(rows[place])), tuple(steps))


def _paces(past: pace.Past, between: Sequence[Interval]) -> Iterable[Pace]:
    weeks = float(past.weeks.sum())
    for _, team in _teams(past):
        flows = [flow for each in between for (at, _), flow in each.flows.items() if team in (None, at)]
        moved = {word: sum(getattr(flow, word) for flow in flows) / weeks for word in MOVED}
        gone = team is not None and not past.there[past.teams.index(team)]
        yield Pace(team, **moved, dissolved=gone)
