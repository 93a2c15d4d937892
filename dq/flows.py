"""What each recorded run says of a team's exceptions: how many are open, how many came, how many were cleared.

The nouns that a forecast starts from, and what is worked out of them: the time between runs, the speed of each team, and
which teams are still there. Pure functions on plain data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise

from dq.model import Severity

Cell = tuple[str, Severity]
"""A team and a severity: what the forecast follows."""


@dataclass(frozen=True)
class Flow:
    """A team's exceptions of one severity in one run.

    `open` are on the list after it, `waived` those among them that a waiver covers. `unchecked` are on no list, because their
    rule did not run or their table did not come: nobody knows, so they count as still there. The others say what moved since
    the run before: `arrived` (new, reopened, seen again) because of the data and `by_rule` because a rule is new or changed;
    `came` from other teams and `went` to them, open as before; `cleared`; `aside` (left the extract, or their rule changed).
    Only `cleared` is work done. What comes back from `unchecked` has not arrived: it was never gone.
    """

    open: int = 0
    waived: int = 0
    unchecked: int = 0
    arrived: int = 0
    by_rule: int = 0
    came: int = 0
    went: int = 0
    cleared: int = 0
    aside: int = 0

    @property
    def stock(self) -> int:
        """All that is there as far as anybody knows."""
        return self.open + self.unchecked

    @property
    def workable(self) -> int:
        """What somebody may be putting right: a waiver takes an exception off the desk."""
        return self.open + self.unchecked - self.waived

    def then(self, later: Flow) -> Flow:
        """This flow and the one of a later run of the same day, as one."""
        moved = ("arrived", "by_rule", "came", "went", "cleared", "aside")
        both = {each.name: getattr(later, each.name) for each in fields(Flow)}
        return Flow(**{**both, **{name: getattr(self, name) + both[name] for name in moved}})


@dataclass(frozen=True)
class Recorded:
    """A run: the date of its extract, the flow of each team and severity, and how many open (and all) children are ready.

    A team and severity that is not named has nothing. Children are None where the run does not say.
    """

    as_of: dt.date
    flows: Mapping[Cell, Flow]
    open_children: int | None = None
    ready_children: int | None = None
    all_children: int | None = None
    ready_all: int | None = None


@dataclass(frozen=True)
class WaiverEnd:
    """Waivers that end before go-live: from `day` on, so many exceptions lie on a team's desk again."""

    day: dt.date
    team: str
    severity: Severity
    exceptions: int


@dataclass(frozen=True)
class History:
    """The recorded runs of a project, oldest first, and the waivers that will end."""

    runs: tuple[Recorded, ...]
    waivers_end: tuple[WaiverEnd, ...] = ()


@dataclass(frozen=True)
class Interval:
    """The time between two runs: its length, what was there at its beginning, what moved in it."""

    weeks: float
    until: dt.date
    before: Mapping[Cell, Flow] = field(default_factory=dict)
    flows: Mapping[Cell, Flow] = field(default_factory=dict)


def by_day(history: History) -> list[Recorded]:
    """The runs in order of their dates, those of one day as one: what moved is added up, what stands is the last one's."""
    days: dict[dt.date, Recorded] = {}
    for run in sorted(history.runs, key=lambda each: each.as_of):
        before = days.get(run.as_of)
        if before is not None:
            cells = {**before.flows, **run.flows}
            flows = {cell: before.flows.get(cell, Flow()).then(run.flows.get(cell, Flow())) for cell in cells}
            run = Recorded(run.as_of, flows, run.open_children, run.ready_children, run.all_children, run.ready_all)
        days[run.as_of] = run
    return list(days.values())


def intervals(runs: Sequence[Recorded]) -> list[Interval]:
    """What lies between the runs, oldest first. The first run has no interval: what it found came before anybody looked."""
    return [
        Interval((later.as_of - earlier.as_of).days / 7, later.as_of, earlier.flows, later.flows)
        for earlier, later in pairwise(runs)
    ]
