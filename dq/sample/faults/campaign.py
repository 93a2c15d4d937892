"""Which faults stand in which week: planted at the start, cleared week by week while a few new ones appear."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dq.sample.control import control_totals
from dq.sample.days import Numbers
from dq.sample.draw import Draw
from dq.sample.export import RawTexts
from dq.sample.faults.measured import Measured, measured_since
from dq.sample.faults.planting import Planting
from dq.sample.faults.previous import Seen, changed_since
from dq.sample.faults.registry import PLANTERS, WEIGHTS, Finding, Victim
from dq.sample.faults.whole import RESERVED_EACH
from dq.sample.tables import World
from dq.sample.workforce import Workforce

FAULTY = 0.15  # faults in the first week, as a share of open children
FAULTY_SMALL = 0.4  # the same in a small project, which has to show something, up to 60 faults
NEW = 0.045  # faults planted each later week, as a share of those of the first
LAST = ("ALL-009", "EXT-0")  # these count what the others have left
CLEARED = 0.1  # share of faults put right each week


@dataclass
class Campaign:
    """The faults of a project from week to week. Call `spoil` for each week in turn."""

    seed: int
    children: int
    standing: dict[str, list[Victim]] = field(default_factory=dict)
    first_week: int = 0
    _seen: Seen | None = None
    _measured: Measured | None = None
    _people: int = 0
    _used_keys: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._used = np.arange(self.children) % RESERVED_EACH == 0

    def spare(self, children: Numbers) -> None:
        """Keep faults away from these children."""
        self._used[children] = True

    def spoil(self, week: int, today: np.datetime64, tables: World, workforce: Workforce) -> tuple[World, RawTexts, list[Finding]]:
        """Plant the faults of one week; returns the tables, the texts that are no days, and the truth."""
        draw = Draw(self.seed, f"faults of week {week}")
        planting = Planting(today, week, tables, workforce, self.children, draw, self._used, self._used_keys)
        planting.people_before = self._people
        if week == 0:
            children = int(planting.open.sum())
            self.first_week = max(1, round(FAULTY * children), min(60, round(FAULTY_SMALL * children)))
        else:
            self._clear(draw)
        new = self.first_week if week == 0 else max(1, round(NEW * self.first_week))
        quota = _quota(draw, new)
        lacking = 0
        for rule in sorted(PLANTERS, key=lambda each: (each.startswith(LAST), -quota.get(each, 0), each)):
            wanted = quota.get(rule, 0)
            wanted += min(lacking, wanted)
            standing = self.standing.get(rule, [])
            if not standing and not wanted:
                continue
            victims = planting.plant(PLANTERS[rule], standing, wanted)
            self.standing[rule] = victims
            lacking += quota.get(rule, 0) - max(len(victims) - len(standing), 0)
        finished = _without_dropped(planting)
        self._people = len(finished["person"])
        found, self._seen = changed_since(self._seen, finished, planting.raw)
        whole, self._measured = measured_since(self._measured, finished)
        lost = {table: len(rows) for table, rows in planting.lost.items()}
        short = [("EXT-002", "control_total", table) for table in lost]
        finished["control_total"] = control_totals(finished, planting.counted or today, lost, planting.more_open)
        return finished, planting.raw, planting.truth + found + whole + short

    def _clear(self, draw: Draw) -> None:
        for rule, victims in self.standing.items():
            kept = ~draw.chance(CLEARED, len(victims))
            self.standing[rule] = [victim for victim, keep in zip(victims, kept, strict=True) if keep]


def _without_dropped(planting: Planting) -> World:
    """The tables without the rows left out; texts that are no days move with their rows."""
    for table, dropped in planting.dropped.items():
        kept = np.ones(len(planting[table]), dtype=bool)
        kept[np.concatenate(dropped)] = False
        place = np.cumsum(kept) - 1
        planting.tables[table] = planting[table].take(np.flatnonzero(kept))
        for (name, _), texts in planting.raw.items():
            if name == table:
                moved = {int(place[row]): text for row, text in texts.items() if kept[row]}
                texts.clear()
                texts.update(moved)
    return planting.tables


def _quota(draw: Draw, total: int) -> dict[str, int]:
    """How many faults of each rule to plant: one each, drawn by weight and not put back; what is left by weight.

    Weights are counted in hundredths, so that every machine draws the same.
    """
    rules = sorted(PLANTERS)
    weights = np.array([round(100 * WEIGHTS[rule]) for rule in rules])
    left = weights.copy()
    quota: dict[str, int] = {}
    for _ in range(min(total, len(rules))):
        edges = np.cumsum(left)
        place = int(np.searchsorted(edges, draw.whole(0, int(edges[-1]) - 1, 1)[0], side="right"))
        quota[rules[place]] = 1
        left[place] = 0
    for place in draw.place(weights.tolist(), max(total - len(rules), 0)):
        quota[rules[place]] += 1
    return quota
