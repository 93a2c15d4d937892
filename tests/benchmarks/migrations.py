"""Made-up migrations, to hold forecasts against: people who put records right, one record at a time.

Nothing here is taken from the forecast's own model. Each exception has its own difficulty, its own rule and child; teams work
through hours (a queue, the easy ones rather first) or by chance; their speed drifts, jumps, and stops at Christmas; rules are
tightened and bring a heap at once; rules stop running and come back; records leave the extract; what was cleared comes back;
cases move, and now and then a whole team is dissolved. What a run then records is what `dq` would have recorded.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dq.flows import Cell, Flow, History, Recorded
from dq.model import Severity

SEEDS = range(500_000, 501_000)
"""The migrations that the calibration is measured on: fixed before the forecast was written, never used to tune it."""
TUNING = range(0, 1_000)
"""The migrations that it was tuned on."""

SEVERITY: tuple[Severity, ...] = ("blocker", "major")
NEVER, OPEN, CLEARED, LEFT, UNCHECKED = range(5)
RULES = 12
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Migration:
    """What was known at the last run before the forecast, and what came of it on a day after: counts by team and severity."""

    seed: int
    history: History
    day: dt.date
    outcome: dict[Cell, int]
    open_children: int
    ready_children: int

    @property
    def weeks(self) -> float:
        """How far ahead the forecast looks."""
        return (self.day - self.history.runs[-1].as_of).days / 7

    def count(self, severity: str, team: str | None = None) -> int:
        """What is there on the day, of a severity, with a team or in all."""
        return sum(n for (at, what), n in self.outcome.items() if what == severity and team in (None, at))


class Office:
    """The people and records of one migration; time goes by in halves of a week."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = np.random.default_rng([seed, 20261128])
        self.teams = int(draw.integers(1, 9))
        self.names = [f"Team {number + 1}" for number in range(self.teams)]
        size = np.exp(draw.normal(np.log(draw.uniform(8, 160)), 0.7, self.teams))
        start = np.maximum(draw.poisson(size), 0)
        self.first = np.maximum(size, 2.0)
        self.spread = draw.uniform(0.3, 1.3)
        self.reach = draw.uniform(3, 45, self.teams) * np.exp(draw.normal(0, 0.2))
        self.queue = draw.random(self.teams) < 0.5
        self.slope = float(np.clip(draw.normal(0.0, 0.02), -0.04, 0.04))
        self.change = int(draw.integers(2, 80)) if draw.random() < 0.4 else 10_000
        self.jump = float(np.exp(draw.normal(0, 0.35)))
        self.noise = draw.uniform(0.15, 0.5)
        self.push = draw.uniform(1.0, 1.5) if draw.random() < 0.3 else 1.0
        self.inflow = draw.uniform(0.2, 1.8, self.teams) * np.exp(draw.uniform(np.log(0.0004), np.log(0.025)))
        self.learning = draw.uniform(0.0, 0.03)
        self.clump = draw.uniform(0.5, 5.0)
        self.back = draw.uniform(0.0, 0.08)
        self.leaving = draw.uniform(0.0, 0.004)
        self.moving = draw.uniform(0.0, 0.01) if self.teams > 1 else 0.0
        self.bursts = draw.uniform(0.0, 0.06)
        self.outages = draw.uniform(0.0, 0.01)
        self.down = np.zeros(RULES, dtype=np.int64)
        self.dissolved = int(draw.integers(2, 60)) if self.teams > 1 and draw.random() < 0.15 else 10_000
        self.children = max(3, int(start.sum() / draw.uniform(1.2, 4.0)))
        self.weights = draw.gamma(draw.uniform(0.4, 2.0), 1.0, self.children) + 1e-3
        self.open_children = int(self.children * draw.uniform(1.2, 5.0))
        self.blocker = draw.uniform(0.25, 0.7)
        self.capacity = np.ones(self.teams)
        self.mood = np.zeros(self.teams)
        self.tide = 0.0
        self.day = dt.date(2026, 1, 5) + dt.timedelta(weeks=int(draw.integers(0, 52)))
        self.half = 0
        empty = np.zeros(0, dtype=np.int64)
        self.team, self.kind, self.rule, self.child, self.wrong, self.gone, self.why = (empty.copy() for _ in range(7))
        self.state, self.known, self.known_team = empty.copy(), empty.copy(), empty.copy()
        self.work, self.left = np.zeros(0), np.zeros(0)
        for team, number in enumerate(start):
            self.add(team, int(number))
        self.mean = float(np.exp(self.spread**2 / 2))

    def add(self, team: int, number: int, *, ease: float = 1.0, kind: int | None = None, rule: int | None = None) -> None:
        """So many new exceptions of a team; from a rule that was tightened they are all of one kind."""
        draw = self.draw
        kinds = np.full(number, kind) if kind is not None else (draw.random(number) >= self.blocker).astype(np.int64)
        child = draw.choice(self.children, number, p=self.weights / self.weights.sum())
        work = np.exp(draw.normal(0, self.spread, number)) * ease
        stuck = draw.random(number) < 0.03
        work = np.where(stuck, work * 6, work)
        self.team = np.append(self.team, np.full(number, team))
        self.kind = np.append(self.kind, kinds)
        self.rule = np.append(self.rule, np.full(number, rule) if rule is not None else draw.integers(0, RULES, number))
        self.child = np.append(self.child, child)
        self.why = np.append(self.why, np.full(number, int(rule is not None)))
        for name, value in (("wrong", 1), ("gone", 0), ("state", NEVER), ("known", NEVER), ("known_team", team)):
            setattr(self, name, np.append(getattr(self, name), np.full(number, value)))
        self.work, self.left = np.append(self.work, work), np.append(self.left, work)

    def season(self) -> float:
        """How much of a usual week is worked: two weeks at Christmas, Easter, half terms and August are thin."""
        month, day = self.day.month, self.day.day
        if (month, day) >= (12, 21) or (month, day) <= (1, 2):
            return 0.15
        if month == 8:
            return 0.75
        return 0.6 if (month, day) in {(m, d) for m, a in ((2, 14), (4, 6), (5, 25), (10, 24)) for d in range(a, a + 8)} else 1.0

    def live(self, go_live: int) -> None:
        """Half a week goes by: work, then what comes, moves and changes."""
        draw = self.draw
        self.day += dt.timedelta(days=4 if self.half % 2 == 0 else 3)
        self.half += 1
        self.tide = 0.7 * self.tide + draw.normal(0, self.noise * 0.5)
        self.mood = 0.7 * self.mood + draw.normal(0, self.noise * 0.7, self.teams)
        pace = self.season() * np.exp(self.slope * self.half / 2 + self.tide)
        pace *= self.jump if self.half > self.change else 1.0
        pace *= self.push if go_live - self.half < 8 else 1.0
        for team in range(self.teams):
            if self.capacity[team] > 0:
                self._put_right(team, float(pace * np.exp(self.mood[team]) * self.capacity[team]))
        self._comes()
        self._moves()
        self.down = np.maximum(self.down - 1, 0)
        if draw.random() < self.outages:
            self.down[draw.integers(0, RULES)] = draw.integers(2, 9)

    def _put_right(self, team: int, pace: float) -> None:
        draw = self.draw
        mine = np.flatnonzero((self.team == team) & (self.wrong == 1) & (self.gone == 0))
        if not len(mine):
            return
        if self.queue[team]:
            hours = pace * self.first[team] * self.mean / self.reach[team] / 2 * 1.4
            order = mine[np.argsort(self.left[mine] ** 0.5 * draw.gamma(2.0, 1.0, len(mine)))]
            before = np.concatenate([[0.0], np.cumsum(self.left[order])[:-1]])
            spent = np.clip(hours - before, 0, self.left[order])
            self.left[order] -= spent
            fixed = order[self.left[order] <= 1e-9]
        else:
            chance = 1 - np.exp(-pace * 2.2 * self.mean / self.work[mine] / self.reach[team] / 2)
            fixed = mine[draw.random(len(mine)) < chance]
        self.wrong[fixed] = 0

    def _comes(self) -> None:
        draw = self.draw
        fade = np.exp(-self.learning * self.half / 2) * (0.4 if self.season() < 0.5 else 1.0)
        for team in range(self.teams):
            share = self.inflow[team] * self.first[team] / 2 * fade
            heir = team if self.capacity[team] > 0 else int(np.argmax(self.capacity))
            self.add(heir, int(draw.poisson(share * draw.gamma(self.clump, 1 / self.clump))))
        fixed = np.flatnonzero((self.wrong == 0) & (self.gone == 0))
        again = fixed[draw.random(len(fixed)) < self.back / 16]
        self.wrong[again], self.left[again] = 1, self.work[again]
        here = np.flatnonzero(self.gone == 0)
        self.gone[here[draw.random(len(here)) < self.leaving / 2]] = 1
        if draw.random() < self.bursts / 2:
            size, kind, rule = draw.uniform(0.03, 0.35), int(draw.integers(0, 2)), int(draw.integers(0, RULES))
            ease = float(np.exp(draw.normal(-0.3, 0.5)))
            hit = np.flatnonzero(self.capacity > 0)
            if draw.random() < 0.5:
                hit = draw.choice(hit, min(2, len(hit)), replace=False)
            for place in hit.tolist():
                self.add(place, int(draw.poisson(size * self.first[place])), ease=ease, kind=kind, rule=rule)

    def _moves(self) -> None:
        draw = self.draw
        if self.moving:
            mine = np.flatnonzero((self.wrong == 1) & (draw.random(len(self.wrong)) < self.moving / 2))
            self.team[mine] = draw.choice(np.flatnonzero(self.capacity > 0), len(mine))
        if self.half == self.dissolved:
            gone = int(draw.integers(0, self.teams))
            heirs = np.flatnonzero((self.capacity > 0) & (np.arange(self.teams) != gone))
            heir = int(draw.choice(heirs))
            moved = self.first[gone] / self.reach[gone] * self.reach[heir] / self.first[heir]
            self.capacity[heir] += moved
            self.capacity[gone] = 0
            self.team[self.team == gone] = heir

    def run(self, *, rules_run: bool = False) -> Recorded:
        """What `dq` records of an extract of today."""
        off = np.zeros(RULES, dtype=bool) if rules_run else self.down > 0
        before, before_team = self.known.copy(), self.known_team.copy()
        found = (self.wrong == 1) & (self.gone == 0) & ~off[self.rule]
        listed = (before == OPEN) | (before == UNCHECKED) | (before == LEFT)
        after = before.copy()
        after[found] = OPEN
        missing = ~found & listed
        after[missing & (self.gone == 1)] = LEFT
        after[missing & (self.gone == 0) & off[self.rule]] = UNCHECKED
        after[missing & (self.gone == 0) & ~off[self.rule]] = CLEARED
        team = np.where(found, self.team, before_team)
        new = found & ((before == NEVER) | (before == CLEARED) | (before == LEFT))
        stayed = found & ((before == OPEN) | (before == UNCHECKED))
        moved = stayed & (team != before_team)
        self.known, self.known_team = after, team
        by_rule = (before == NEVER) & (self.why == 1)
        words: dict[str, tuple[NDArray[np.bool_], Ints]] = {
            "open": (after == OPEN, team),
            "unchecked": (after == UNCHECKED, team),
            "arrived": (new & ~by_rule, team),
            "by_rule": (new & by_rule, team),
            "came": (moved, team),
            "went": (moved, before_team),
            "cleared": ((after == CLEARED) & (before != CLEARED), team),
            "aside": ((after == LEFT) & (before != LEFT), team),
        }
        counts = {
            word: np.bincount(where[which] * 2 + self.kind[which], minlength=self.teams * 2)
            for word, (which, where) in words.items()
        }
        flows: dict[Cell, Flow] = {}
        for place in range(self.teams * 2):
            flow = Flow(**{word: int(number[place]) for word, number in counts.items()})
            if flow != Flow():
                flows[self.names[place // 2], SEVERITY[place % 2]] = flow
        held = len(np.unique(self.child[(after == OPEN) & (self.kind == 0)]))
        return Recorded(self.day, flows, self.open_children, self.open_children - held)


def migrate(seed: int) -> Migration:
    """A migration of 4 to 20 runs, mostly weekly, and what stands 2 to 20 weeks after the last."""
    office = Office(seed)
    draw = np.random.default_rng([seed, 7])
    runs, horizon = int(draw.integers(4, 21)), int(draw.integers(2, 21))
    skip, extra = draw.uniform(0, 0.25), draw.uniform(0, 0.1)
    go_live = 2 * (runs + horizon)
    recorded = [office.run()]
    while len(recorded) < runs:
        office.live(go_live)
        wanted = 1 - skip if office.half % 2 == 0 else extra
        if draw.random() < wanted:
            recorded.append(office.run())
    for _ in range(2 * horizon):
        office.live(go_live)
    last = office.run(rules_run=True)
    outcome = {cell: flow.stock for cell, flow in last.flows.items()}
    assert last.open_children is not None and last.ready_children is not None
    return Migration(seed, History(tuple(recorded)), last.as_of, outcome, last.open_children, last.ready_children)
