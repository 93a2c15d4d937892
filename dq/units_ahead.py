"""The burn-down of units of several teams: what eight in ten courses leave, the chance that nothing is left, how much faster.

A unit is its teams added up on each path of the forecast, so that what one of them hands to another stays in it. "How much faster"
is asked of everybody at once, as in a gate's outlook: cases change hands, and one team alone may not be able to do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from dq.chances import COUNTS, Future, quantiles
from dq.flows import Recorded
from dq.outlook import SURE, Band, Clear, UnitOutlook

LADDER = (11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 25, 30, 35, 40, 50, 60, 80, 100)
"""Tenths of times as fast that are tried, the same for every unit, so that many units take no longer than a few."""


def outlooks(
    future: Future, units: Mapping[str, Collection[str]], measure: str, ahead: Mapping[str, dt.date]
) -> Iterator[UnitOutlook]:
    """Each unit's burn-down of a measure of `dq.chances.COUNTS`, and the chance that nothing of it is left on each day ahead.

    `units` are teams by the name of their unit. A team that no run found anything with adds nothing.
    """
    part = future.of(COUNTS[measure])
    bands = {day: _counts(part, counts, measure) for day, counts in part.counts(1.0, part.grid).items()}
    for unit, teams in units.items():
        rows = [part.past.teams.index(team) for team in sorted(teams) if team in part.past.teams]
        known = tuple((run.as_of, _found(run, teams, measure, part.waived_count)) for run in part.runs)
        course = tuple(Band(day, *quantiles(counts[rows].sum(axis=0))) for day, counts in sorted(bands.items()))
        clear = tuple(_clear(part, rows, measure, occasion, day) for occasion, day in ahead.items())
        gone = bool(rows) and not part.past.there[rows].any()
        yield UnitOutlook(unit, measure, known, course, clear, gone)


def _counts(future: Future, counts: NDArray[np.int64], measure: str) -> NDArray[np.int64]:
    """What is there of a measure (teams x paths)."""
    places = [place for place, each in enumerate(future.past.severities) if each in COUNTS[measure]]
    return np.asarray(counts[places].sum(axis=0))


def _found(run: Recorded, teams: Collection[str], measure: str, waived_count: bool) -> int:
    flows = [flow for (team, severity), flow in run.flows.items() if team in teams and severity in COUNTS[measure]]
    return sum(flow.stock if waived_count else flow.workable for flow in flows)


def _clear(future: Future, rows: list[int], measure: str, occasion: str, day: dt.date) -> Clear:
    """The chance that nothing is left, and the least step of the ladder at which it is 90 %; halved into."""

    def chance(tenths: int) -> float:
        counts = _counts(future, future.counts(tenths / 10, future.targets)[day], measure)
        return float((counts[rows].sum(axis=0) == 0).mean())

    now = chance(10)
    if now >= SURE:
        return Clear(occasion, day, now, 1.0)
    if chance(LADDER[-1]) < SURE:
        return Clear(occasion, day, now, None)
    slow, fast = -1, len(LADDER) - 1
    while fast - slow > 1:
        middle = (slow + fast) // 2
        slow, fast = (slow, middle) if chance(LADDER[middle]) >= SURE else (middle, fast)
    return Clear(occasion, day, now, LADDER[fast] / 10)
