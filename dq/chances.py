"""The chance that a gate is met on a day, and how much faster the teams must clear for it to be nearly sure."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dq import burndown, held_back
from dq.flows import History, Recorded
from dq.model import SEVERITIES
from dq.outlook import FASTEST, SURE, GateOutlook
from dq.pace import Past

COUNTS = {"blockers": ("blocker",), "majors": ("major",), "minors": ("minor",), "exceptions": SEVERITIES}
"""What can be forecast by team: a measure of a gate, and the severities that it counts."""
BLOCKERS = COUNTS["blockers"]
CHILDREN = {"ready_children": ("open_children", "ready_children"), "ready_all": ("all_children", "ready_all")}
COMPARE: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
NOT_HELPED = "Whether it is met does not hang on how fast the teams clear."


@dataclass(frozen=True)
class Wanted:
    """A gate: as written, and taken apart."""

    criterion: str
    measure: str
    comparison: str
    needed: float

    @property
    def helped(self) -> bool:
        """Whether fewer exceptions can only help it."""
        if self.measure in CHILDREN:
            return self.comparison in (">=", ">") or (self.comparison == "==" and self.needed == 1)
        return self.comparison in ("<=", "<") or (self.comparison == "==" and self.needed == 0)


@dataclass(frozen=True)
class Future:
    """All that has been drawn of the days to come; each speed that was asked for is followed once."""

    history: History
    runs: Sequence[Recorded]
    past: Past
    grid: Sequence[dt.date]
    draws: burndown.Draws
    targets: Collection[dt.date]
    waived_count: bool
    _followed: dict[tuple[float, dt.date], NDArray[np.int64]] = field(default_factory=dict)
    _parts: dict[tuple[str, ...], Future] = field(default_factory=dict)

    def of(self, severities: Sequence[str]) -> Future:
        """The same with these severities alone: less to follow. Where a team's capacity is known, they hang together."""
        if np.isfinite(self.past.capacity).any() or set(self.past.severities) <= set(severities):
            return self
        key = tuple(severities)
        if key not in self._parts:
            places = [place for place, each in enumerate(self.past.severities) if each in severities]
            past, draws = self.past.of(places), self.draws.of(places)
            self._parts[key] = replace(self, past=past, draws=draws, _followed={}, _parts={})
        return self._parts[key]

    def counts(self, faster: float, days: Collection[dt.date]) -> dict[dt.date, NDArray[np.int64]]:
        """Exceptions (severities x teams x paths) that count on each day, when all teams clear `faster` times as much."""
        if any((faster, day) not in self._followed for day in days):
            ends = self.history.waivers_end
            found = burndown.follow(self.past, self.draws, self.grid, days, faster=faster, ends=ends)
            for day, open_ in found.items():
                waived = (
                    self.past.waived - self.past.returning(ends, day) if self.waived_count else np.zeros(self.past.waived.shape)
                )
                self._followed[faster, day] = open_ + waived.astype(np.int64)[:, :, None]
        return {day: self._followed[faster, day] for day in days}

    def measure(self, wanted: Wanted, day: dt.date, faster: float) -> NDArray[np.float64]:
        """What the gate speaks of, on each path."""
        counts = self.counts(faster, self.targets)[day]
        if wanted.measure in COUNTS:
            severities = COUNTS[wanted.measure]
            rows = counts[[each in severities for each in self.past.severities]]
            return np.asarray(rows.sum(axis=(0, 1)), dtype=float)
        every, ready = CHILDREN[wanted.measure]
        told = [run for run in self.runs if getattr(run, every) is not None and getattr(run, ready) is not None]
        blockers = [sum(flow.open for (_, severity), flow in run.flows.items() if severity == "blocker") for run in told]
        held = [getattr(run, every) - getattr(run, ready) for run in told]
        weeks = [(later.as_of - run.as_of).days / 7 for run, later in pairwise(told)]
        most = getattr(told[-1], every)
        known = held_back.learn(blockers, held, weeks)
        ahead = (day - told[-1].as_of).days / 7
        open_blockers = counts[self.past.severities.index("blocker")].sum(axis=0)
        return np.asarray(1 - held_back.children(known, open_blockers, self.draws.held, ahead, most) / most)


def judge(future: Future, wanted: Wanted, occasion: str, day: dt.date) -> GateOutlook:
    """The chance that a gate is met on a day, the band of its measure, and how much faster it must go."""
    reason = _no_chance(future, wanted)
    if reason:
        return GateOutlook(wanted.criterion, occasion, day, None, reason=reason)
    values = future.measure(wanted, day, 1.0)
    low, median, high = quantiles(values)
    chance = float(COMPARE[wanted.comparison](values, wanted.needed).mean())
    faster = _faster(future.of(COUNTS.get(wanted.measure, BLOCKERS)), wanted, day, chance)
    reason = "" if chance >= SURE or wanted.helped else NOT_HELPED
    return GateOutlook(wanted.criterion, occasion, day, chance, low, median, high, faster, reason)


def _no_chance(future: Future, wanted: Wanted) -> str:
    """Why a gate cannot be forecast; blank where it can."""
    if wanted.measure in COUNTS:
        return ""
    if wanted.measure not in CHILDREN:
        return f"It cannot be forecast: how {wanted.measure} moves from run to run does not follow from exceptions and teams."
    every, ready = CHILDREN[wanted.measure]
    last = future.runs[-1]
    if getattr(last, every) is None or getattr(last, ready) is None:
        return "It cannot be forecast: the last run does not say how many children are ready."
    return "" if getattr(last, every) else "It cannot be forecast: there are no children to count, so that nothing is measured."


def _faster(future: Future, wanted: Wanted, day: dt.date, chance: float) -> float | None:
    """The least number of times as fast, to a tenth, at which the gate is 90 % sure; halved into, as more speed never harms."""
    if chance >= SURE:
        return 1.0
    if not wanted.helped or not _sure(future, wanted, day, FASTEST * 10):
        return None
    slow, fast = 10, FASTEST * 10
    while fast - slow > 1:
        middle = (slow + fast) // 2
        slow, fast = (slow, middle) if _sure(future, wanted, day, middle) else (middle, fast)
    return fast / 10


def _sure(future: Future, wanted: Wanted, day: dt.date, tenths: int) -> bool:
    values = future.measure(wanted, day, tenths / 10)
    return float(COMPARE[wanted.comparison](values, wanted.needed).mean()) >= SURE


Number = TypeVar("Number", np.int64, np.float64)


def quantiles(values: NDArray[Number]) -> tuple[Any, Any, Any]:
    """The number that a tenth, half, and nine tenths of the paths do not exceed: always one that occurs."""
    places = [-(-len(values) * tenths // 10) - 1 for tenths in (1, 5, 9)]
    low, median, high = np.partition(values, places)[places].tolist()
    return low, median, high
