"""The exceptions of each team from week to week to come, drawn many times: the model behind the forecast.

`docs/forecast.md` says in words what it assumes. In short: each path draws how much each past week counts (a Bayesian bootstrap,
recent weeks more), from it each team's speed and arrivals (teams with little history lean on all), a slow drift, and how
speed follows the stock; then week after week it draws one past week's ups and downs, arrivals, and heaps from changed rules.
Every draw is made before the first step, so that a higher speed changes the speed and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dq.counts import binomial
from dq.flows import WaiverEnd
from dq.pace import Past

Floats = NDArray[np.float64]
Small = NDArray[np.float32]

SEED = 20261128
HALF_LIFE = 6.0
"""Weeks after which a past week counts half."""
LEVEL = 0.5
"""How far the speed to come may differ from the speed seen in one week (spread of its logarithm); less with more weeks."""
BORROWED_SPEED, BORROWED_ARRIVALS = 3.0, 0.5
"""Exceptions cleared, and arrived, that the average of all teams counts for beside a team's own."""
DRIFT, TREND = 0.04, 0.01
"""How far speed wanders in a week (spread of its logarithm), and how steadily it may rise or fall."""
ARRIVAL_DRIFT, ARRIVAL_TREND, ARRIVAL_FADE = 0.10, 0.02, -0.01
"""The same of arrivals, which rather fade: people learn."""
FOLLOWS, FOLLOWS_SPREAD, FOLLOWS_NOISE = -0.15, 0.30, 0.5
"""How the share cleared in a week follows the stock, before the history speaks: above 0, the last ones are the hardest; at -1 the
number cleared is fixed. The third is how far the share of a week strays for other reasons."""
HEAPS, HEAP_WEEKS, HEAP_SIZE = 0.5, 20.0, 0.12
"""Heaps from changed rules before any is seen: so many in so many weeks, each this share of the stock."""


@dataclass(frozen=True)
class Draws:
    """Everything that chance decides, for each step; arrays are severities x teams x paths, `chance` the same in whole steps."""

    weeks: Floats
    speed: Small
    ups: Small
    follows: Small
    arrivals: Small
    chance: Small
    held: Small

    def of(self, severities: Sequence[int]) -> Draws:
        """What was drawn for these severities alone."""
        places = list(severities)
        return replace(self, speed=self.speed[places], arrivals=self.arrivals[:, places], chance=self.chance[:, places])


def steps(as_of: dt.date, days: Sequence[dt.date]) -> list[dt.date]:
    """The days to look at: every week up to the last of `days` (every few weeks, when that is years away), and each of them."""
    last = max(days, default=as_of)
    stride = 7 * max(1, -(-(last - as_of).days // 7 // 60))
    regular = (as_of + dt.timedelta(days=ahead) for ahead in range(stride, (last - as_of).days + 1, stride))
    return sorted({*regular, *(day for day in days if day > as_of)})


def draw(past: Past, as_of: dt.date, grid: Sequence[dt.date], paths: int) -> Draws:
    """All that chance decides on the way from `as_of` over the days of `grid`."""
    random = np.random.default_rng(SEED)
    weeks = np.diff(np.array([0.0, *((day - as_of).days / 7 for day in grid)]))
    severities, teams = past.stock.shape
    age = past.age / HALF_LIFE
    base = 0.5**age
    share = random.standard_gamma(np.maximum(base, 0.02)[:, None], (len(base), paths)) + 1e-12
    share /= share.sum(axis=0)
    counted = share * base.sum()

    speed = _speed(random, past, counted) * np.exp(random.standard_normal(paths) * LEVEL / np.sqrt(past.weeks.sum()))
    busy = _ups(past.cleared, past.exposure * past.speed())
    ups = _resampled(random, busy, share, len(weeks))
    drift = np.cumsum(random.standard_normal((len(weeks), paths)) * DRIFT * np.sqrt(weeks)[:, None], axis=0)
    time = np.cumsum(weeks)[:, None]
    ups = ups * np.exp(drift + random.standard_normal(paths) * TREND * time)

    rate = _arrivals(random, past, counted)
    came = _ups(past.arrived, past.weeks[:, None, None] * past.arriving())
    flood = _resampled(random, came, share, len(weeks))
    drift = np.cumsum(random.standard_normal((len(weeks), paths)) * ARRIVAL_DRIFT * np.sqrt(weeks)[:, None], axis=0)
    flood = flood * np.exp(drift + (ARRIVAL_FADE + random.standard_normal(paths) * ARRIVAL_TREND) * time)
    arrivals = np.empty((len(weeks), severities, teams, paths), dtype=np.float32)
    heaps = _heaps(random, past, weeks, paths)
    for step, length in enumerate(weeks):
        arrivals[step] = random.poisson(rate * flood[step] * length + heaps[step])
    return Draws(
        weeks,
        speed.astype(np.float32),
        ups.astype(np.float32),
        _follows(random, past, paths).astype(np.float32),
        arrivals,
        random.random((len(weeks), severities, teams, paths), dtype=np.float32),
        random.standard_normal((2, paths)).astype(np.float32),
    )


def _speed(random: np.random.Generator, past: Past, counted: Floats) -> Floats:
    """The share that each team clears in a week, as a rate: its own clearances, and the average of all teams beside them."""
    cleared = np.einsum("ip,ist->stp", counted, past.cleared)
    exposure = np.einsum("ip,ist->stp", counted, past.exposure)
    average = (cleared.sum(axis=1) + 0.5) / (exposure.sum(axis=1) + 12.5)
    own: Floats = random.standard_gamma(BORROWED_SPEED + cleared) / (BORROWED_SPEED / average[:, None, :] + exposure)
    return own


def _follows(random: np.random.Generator, past: Past, paths: int) -> Floats:
    """How the share cleared in a week followed the stock so far, as far as the stock has changed at all."""
    cleared, exposure = past.cleared.sum(axis=2), past.exposure.sum(axis=2)
    known = (exposure.sum(axis=0) > 0) & (cleared.sum(axis=0) > 0)
    cleared, exposure = cleared[:, known], exposure[:, known]
    stock = np.log(exposure / past.weeks[:, None] + 1)
    share = np.log((cleared + 0.5) / (exposure + 0.5))
    weight = past.weeks[:, None] / (FOLLOWS_NOISE**2 + past.weeks[:, None] / (cleared + 0.5))
    weight = np.minimum(weight, 1 / FOLLOWS_NOISE**2)
    middle = (weight * stock).sum(axis=0) / weight.sum(axis=0)
    level = (weight * share).sum(axis=0) / weight.sum(axis=0)
    seen = float((weight * (stock - middle) ** 2).sum())
    slope = float((weight * (stock - middle) * (share - level)).sum())
    firm = 1 / FOLLOWS_SPREAD**2 + seen
    return np.asarray((FOLLOWS / FOLLOWS_SPREAD**2 + slope) / firm + random.standard_normal(paths) / np.sqrt(firm))


def _arrivals(random: np.random.Generator, past: Past, counted: Floats) -> Floats:
    """Exceptions that come to each team in a week because of the data; none to a team that is dissolved."""
    arrived = np.einsum("ip,ist->stp", counted, past.arrived)
    weeks = np.einsum("ip,i->p", counted, past.weeks)
    average = (arrived.sum(axis=1) + 0.1) / weeks / max(int(past.there.sum()), 1)
    own = random.standard_gamma(BORROWED_ARRIVALS + arrived) / (BORROWED_ARRIVALS / average[:, None, :] + weeks)
    return np.asarray(own * past.there[None, :, None])


def _ups(seen: Floats, expected: Floats) -> Floats:
    """How each past interval differed from what was to be expected of it, all teams together: 1 is usual, 0 a week off."""
    return np.asarray((seen.sum(axis=(1, 2)) + 0.5) / (expected.sum(axis=(1, 2)) + 0.5))


def _resampled(random: np.random.Generator, ups: Floats, share: Floats, number: int) -> Floats:
    """A past interval's ups and downs for each step and path, as often as the path counts that interval; 1 on average."""
    until = np.cumsum(share, axis=0)
    chosen = (random.random((number, 1, share.shape[1])) > until[None, :-1]).sum(axis=1)
    return np.asarray(ups[chosen] / (share * ups[:, None]).sum(axis=0))


def _heaps(random: np.random.Generator, past: Past, weeks: Floats, paths: int) -> Floats:
    """Exceptions that changed rules bring in each step, spread over the teams as their stock is."""
    seen = past.heaps[past.heaps > 0]
    often = random.standard_gamma(HEAPS + len(seen), paths) / (HEAP_WEEKS + past.weeks.sum())
    falls = random.random((len(weeks), past.stock.shape[0], paths)) < 1 - np.exp(-often * weeks[:, None, None])
    size = random.standard_exponential(falls.shape) * HEAP_SIZE
    if len(seen):
        known = random.random(falls.shape) < len(seen) / (len(seen) + 1.0)
        size = np.where(known, random.choice(seen, falls.shape), size)
    return np.asarray((falls * size)[:, :, None, :] * past.usual[None, :, :, None])


def follow(
    past: Past,
    draws: Draws,
    grid: Sequence[dt.date],
    wanted: Collection[dt.date],
    *,
    faster: float = 1.0,
    ends: Sequence[WaiverEnd] = (),
) -> dict[dt.date, NDArray[np.int64]]:
    """What is there to put right on each wanted day (severities x teams x paths), were everybody `faster` times as fast.

    Waived exceptions are not among it until their waiver ends.
    """
    shape = draws.arrivals.shape[1:]
    stock = np.broadcast_to(past.stock[:, :, None].astype(np.float32), shape).copy()
    ever = stock.copy()
    waited = np.zeros(past.stock.shape)
    reference = np.maximum(past.usual, 1.0).astype(np.float32)[:, :, None]
    hardness = reference**-draws.follows
    found: dict[dt.date, NDArray[np.int64]] = {}
    for step, day in enumerate(grid):
        back = past.returning(ends, day)
        stock += (back - waited)[:, :, None].astype(np.float32)
        ever += (back - waited)[:, :, None].astype(np.float32)
        waited = back
        work = draws.speed * draws.ups[step] * np.float32(draws.weeks[step] * faster)
        left = _cleared_down(stock, work * hardness, draws.follows)
        stock = past.within_capacity(stock, left, float(draws.weeks[step])) + draws.arrivals[step]
        ever += draws.arrivals[step]
        if past.handing.any():
            share = (1 - np.exp(-past.handing * draws.weeks[step])).astype(np.float32)[:, :, None]
            taking = past.taking.astype(np.float32)[:, :, None]
            stock = stock * (1 - share) + (stock * share).sum(axis=1, keepdims=True) * taking
            ever = ever + (ever * share).sum(axis=1, keepdims=True) * taking
        if day in wanted:
            found[day] = binomial(draws.chance[step], ever, stock)
    return found


def _cleared_down(stock: Small, work: Small, follows: Small) -> Small:
    """What is left of a stock: the solution of d stock = -work x stock ^ (1 + follows), and plain decay below one exception.

    It rises with the stock and falls with the work, whatever `follows` is, so that more work never leaves more.
    """
    bend = np.where(np.abs(follows) < 1e-3, np.float32(1e-3), follows)
    height = np.log(np.maximum(stock, np.float32(1.0)))
    level = np.exp(-bend * height)
    reached = level + bend * work
    above = np.where(bend > 0, reached < 1, reached > 1) & (stock > 1)
    left = np.exp(np.log(np.where(above, reached, np.float32(1.0))) / -bend)
    below = np.minimum(stock, 1) * np.exp(-np.maximum(work - (1 - level) / bend, 0))
    return np.asarray(np.where(above, np.minimum(left, stock), below), dtype=np.float32)
