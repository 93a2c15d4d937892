"""What the runs so far say about each team's pace, as arrays that a simulation reads.

A team that is dissolved leaves its past to the teams that took its work. The week of such a move says nothing about how many
cases change hands in a usual week, and is left out of that.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dq.flows import Flow, Interval, Recorded, WaiverEnd, intervals
from dq.model import SEVERITIES, Severity

Floats = NDArray[np.float64]
Small = NDArray[np.float32]

USUAL = 8.0
"""Weeks over which the stock is averaged that a team's speed was seen at."""
NOBODY = ""
"""Stands for the teams where nothing was ever found."""


@dataclass(frozen=True)
class Past:
    """Arrays over intervals x severities x teams (`cleared`, `arrived`, `exposure`: exceptions times weeks), over intervals
    (`weeks`, `age` in weeks before the last run), over intervals x severities (`heaps`, as a share of the stock), and over
    severities x teams: `stock` to work on now, `waived`, `usual` stock, shares `handing` over in a week and `taking` of that.
    """

    severities: tuple[Severity, ...]
    teams: tuple[str, ...]
    weeks: Floats
    age: Floats
    cleared: Floats
    arrived: Floats
    exposure: Floats
    heaps: Floats
    stock: Floats
    waived: Floats
    usual: Floats
    handing: Floats
    taking: Floats
    there: NDArray[np.bool_]
    capacity: Floats

    def of(self, severities: Sequence[int]) -> Past:
        """These severities alone."""
        at = list(severities)
        between = {name: getattr(self, name)[:, at] for name in ("cleared", "arrived", "exposure", "heaps")}
        now = {name: getattr(self, name)[at] for name in ("stock", "waived", "usual", "handing", "taking")}
        return replace(self, severities=tuple(self.severities[each] for each in at), **between, **now)

    def speed(self) -> Floats:
        """The share of its stock that each team cleared in a week, on average."""
        average = (self.cleared.sum(axis=(0, 2)) + 0.5) / (self.exposure.sum(axis=(0, 2)) + 12.5)
        return np.asarray((self.cleared.sum(axis=0) + 3) / (self.exposure.sum(axis=0) + 3 / average[:, None]))

    def arriving(self) -> Floats:
        """What came to each team in a week because of the data, on average."""
        return np.asarray(self.arrived.sum(axis=0) / self.weeks.sum())

    def returning(self, ends: Sequence[WaiverEnd], day: dt.date) -> Floats:
        """Exceptions whose waiver has ended by a day, no more than are waived."""
        found = np.zeros(self.stock.shape)
        for end in ends:
            if end.day <= day and end.severity in self.severities and end.team in self.teams:
                found[self.severities.index(end.severity), self.teams.index(end.team)] += end.exceptions
        return np.minimum(found, self.waived)

    def within_capacity(self, before: Small, after: Small, weeks: float) -> Small:
        """What is left where no team clears more than its capacity; what it cannot do stays in each severity alike."""
        if np.isinf(self.capacity).all():
            return after
        done = (before - after).sum(axis=0)
        most = np.float32(weeks) * self.capacity.astype(np.float32)[:, None]
        share = np.where(done > most, most / np.maximum(done, np.float32(1e-9)), np.float32(1.0))
        return np.asarray(before - (before - after) * share, dtype=np.float32)


def past(runs: Sequence[Recorded], capacity: Mapping[str, float], wanted: Collection[str] = ()) -> Past:
    """The arrays, from at least two runs of different dates, oldest first (`dq.flows.by_day`).

    Teams stand by name, severities by weight: those that were ever found and those `wanted`.
    """
    between = intervals(runs)
    cells = {cell for run in runs for cell in run.flows}
    teams = tuple(sorted({team for team, _ in cells})) or (NOBODY,)
    severities = (
        tuple(each for each in SEVERITIES if each in wanted or any(each == severity for _, severity in cells)) or SEVERITIES[:1]
    )

    def grid(flows: Mapping[tuple[str, Severity], Flow], word: str) -> Floats:
        return np.array([[getattr(flows.get((team, each), _NOTHING), word) for team in teams] for each in severities], dtype=float)

    now = runs[-1].flows
    weeks = np.array([each.weeks for each in between])
    cleared = np.array([grid(each.flows, "cleared") for each in between])
    arrived = np.array([grid(each.flows, "arrived") for each in between])
    listed = np.array([grid(run.flows, "open") - grid(run.flows, "waived") for run in runs])
    exposure = np.maximum((listed[1:] + listed[:-1]) / 2, cleared / 2) * weeks[:, None, None]
    went = np.array([grid(each.flows, "went") for each in between])
    came = np.array([grid(each.flows, "came") for each in between])
    whole = np.array([grid(run.flows, "stock") for run in runs])
    moved_house = (went.sum(axis=1) >= whole[:-1].sum(axis=1) / 2) & (went.sum(axis=1) >= 3)
    there = np.ones(len(teams), dtype=bool)
    for at, place in _dissolved(moved_house, whole, came, arrived):
        there[place] = False
        heirs = came[at].sum(axis=0) * there
        share = heirs / heirs.sum() if heirs.sum() else there / max(there.sum(), 1)
        for array in (cleared, arrived, exposure):
            array += array[:, :, place, None] * share
            array[:, :, place] = 0
    heaps = np.array([grid(each.flows, "by_rule") for each in between]).sum(axis=2)
    most = np.maximum(whole.sum(axis=2).max(axis=0), 1)
    recent = np.minimum(weeks, 1) * 0.5 ** (_age(between) / USUAL)
    handing, taking = _handovers(went, came, exposure, moved_house, there)
    return Past(
        severities, teams, weeks, _age(between), cleared, arrived, exposure, heaps / most, grid(now, "stock") - grid(now, "waived"),
        grid(now, "waived"), (exposure / weeks[:, None, None] * recent[:, None, None]).sum(axis=0) / recent.sum(),
        handing, taking, there, np.array([capacity.get(team, math.inf) for team in teams]),
    )  # fmt: skip


_NOTHING = Flow()


def _age(between: Sequence[Interval]) -> Floats:
    """Weeks from the middle of each interval to the last run."""
    return np.array([(between[-1].until - each.until).days / 7 + each.weeks / 2 for each in between])


def _dissolved(moved_house: NDArray[np.bool_], whole: Floats, came: Floats, arrived: Floats) -> list[tuple[int, int]]:
    """Teams whose work was moved away and that have had none since: (interval, place), in the order in which it happened."""
    found = []
    for place in range(whole.shape[2]):
        at = np.flatnonzero(moved_house[:, place])
        if not len(at):
            continue
        since = int(at[-1])
        empty = whole[since + 1 :, :, place].sum() == 0
        if empty and arrived[since + 1 :, :, place].sum() + came[since + 1 :, :, place].sum() == 0:
            found.append((since, place))
    return sorted(found)


def _handovers(
    went: Floats, came: Floats, exposure: Floats, moved_house: NDArray[np.bool_], there: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The share of its stock that a team hands over in a usual week, and what share of all that each team takes."""
    usual = ~moved_house.any(axis=1)
    gone = went[usual].sum(axis=0) * there
    taken = came[usual].sum(axis=0) * there
    handing = np.minimum(gone / (exposure[usual].sum(axis=0) + 10), 0.5)
    total = taken.sum(axis=1, keepdims=True)
    taking = np.divide(taken, total, out=np.zeros_like(taken), where=total > 0)
    return np.where(total > 0, handing, 0), taking
