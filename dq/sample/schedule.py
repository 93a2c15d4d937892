"""Things that happen again and again in a period: visits, reviews, supervisions."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Days, Numbers
from dq.sample.draw import Draw


def repeat(counts: Numbers) -> tuple[Numbers, Numbers]:
    """For each of so many repetitions, the number of its owner and its place (from 0) among the owner's."""
    counts = np.maximum(counts, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - first[owner]


def running(values: Numbers, place: Numbers) -> Numbers:
    """Totals within each owner, `place` being 0 where a new owner begins."""
    if len(values) == 0:
        return values
    total = np.cumsum(values)
    starts = np.flatnonzero(place == 0)
    before = total[starts] - values[starts]
    return total - np.repeat(before, np.diff(np.append(starts, len(values))))


def every(
    draw: Draw, starts: Days, ends: Days, gap: tuple[int, int], first: tuple[int, int] | None = None, *, working: bool = False
) -> tuple[Numbers, Days]:
    """Days from each start to before its end, `gap` days (or working days) apart; the first after `first`.

    Returns the number of the period that each day belongs to, and the days, in order. Calendar days are moved
    back to a working day, so that no gap grows by more than the days of a holiday.
    """
    least = min(gap[0], (first or gap)[0]) or 1
    spans = days.days_between(starts, ends) * (5 if working else 7) // 7
    owner, place = repeat(np.where(spans > 0, spans // max(least, 1) + 2, 0))
    size = len(owner)
    steps = draw.whole(*gap, size)
    if first is not None:
        steps = np.where(place == 0, draw.whole(*first, size), steps)
    ahead = running(steps, place)
    calendar = days.working_before(days.add_days(starts[owner], ahead))
    on = days.add_working_days(starts[owner], ahead) if working else calendar
    kept = (on < ends[owner]) & (on >= starts[owner])
    return owner[kept], on[kept]


def tried_before(draw: Draw, owner: Numbers, on: Days, share: float) -> tuple[Numbers, Days]:
    """Which visits, other than the first of each owner, somebody had tried to make some working days before, and when."""
    some = np.flatnonzero((place_in(owner) > 0) & draw.chance(share, len(owner)))
    return some, days.add_working_days(on[some], -draw.whole(1, 3, len(some)))


def place_in(owner: Numbers) -> Numbers:
    """Place (from 0) of each item among its owner's, items of one owner standing together."""
    if len(owner) == 0:
        return owner
    new = np.append(True, owner[1:] != owner[:-1])
    starts = np.flatnonzero(new)
    return np.arange(len(owner)) - np.repeat(starts, np.diff(np.append(starts, len(owner))))
