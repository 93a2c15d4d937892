"""What a digest tells, as plain values: counts and where to look, no key, no name of a person, nothing that somebody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dq.model import Scope


@dataclass(frozen=True)
class Flow:
    """How the exceptions of a unit came to be as many as they are: `before` and all changes make `after`.

    `came` and `went` were handed over from and to teams outside the unit. `new_by_rule` are those of `new` that a new or changed
    rule found. What was aside before, and is cleared or aside now, was on no list and is not counted.
    """

    before: int = 0
    new: int = 0
    new_by_rule: int = 0
    reopened: int = 0
    seen_again: int = 0
    came: int = 0
    cleared: int = 0
    left: int = 0
    rule_changed: int = 0
    not_checked: int = 0
    went: int = 0
    stayed: int = 0
    waiver_ended: int = 0

    @property
    def after(self) -> int:
        return self.stayed + self.new + self.reopened + self.seen_again + self.came

    @property
    def moved(self) -> bool:
        """Whether anything changed."""
        return self.before != self.stayed or self.after != self.stayed or bool(self.waiver_ended)


@dataclass(frozen=True)
class OnList:
    """What stands on the lists of a unit's teams: to do (of it overdue, or waiting for others), and set aside, by decision.

    `waivers_ending` counts exceptions whose waiver ends within the period.
    """

    to_do: int = 0
    overdue: int = 0
    waiting: int = 0
    aside: Mapping[str, int] = field(default_factory=dict)
    waivers_ending: int = 0


@dataclass(frozen=True)
class Share:
    """A share and the counts that make it."""

    part: int
    whole: int
    at_most: bool = False


@dataclass(frozen=True)
class GateLine:
    """A gate of the board (`needed_by` names the day that it is for): met now, met in the run before (None: not judged there)."""

    title: str
    needed_by: str
    met: bool
    met_before: bool | None


@dataclass(frozen=True)
class TeamLine:
    """A team within a larger unit."""

    team: str
    after: int
    blockers: int
    came_up: int
    cleared: int
    overdue: int


@dataclass(frozen=True)
class Ahead:
    """What a forecast says of a unit on the day of go-live: blockers likely to be left, the chance that none is, what it takes.

    `chances` are gates with theirs, for the board. Chances and what it takes are words already.
    """

    day: date
    low: int
    high: int
    chance: str
    takes: str
    chances: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """One unit of the organisation. `flow` is None where there is nothing to compare with.

    `lists` are the teams that have been given a list, `unanswered` those of them from which no answer to the last one has come.
    `asked` is what teams put to the data team. `where` are files and commands. `ahead` is None where there is too little history.
    """

    level: Scope
    unit: str
    teams: tuple[str, ...]
    flow: Flow | None
    open: Mapping[str, int]
    on_list: OnList
    ready: Share | None = None
    ready_before: Share | None = None
    gates: tuple[GateLine, ...] = ()
    lists: int = 0
    unanswered: int = 0
    asked: int = 0
    rules_not_run: int = 0
    rules_changed: int = 0
    actions_due: int = 0
    actions_late: int = 0
    measures_missed: int = 0
    measures_judged: int = 0
    by_team: tuple[TeamLine, ...] = ()
    where: tuple[str, ...] = ()
    ahead: Ahead | None = None

    @property
    def total(self) -> int:
        return sum(self.open.values())


@dataclass(frozen=True)
class Digest:
    """What one reader is told of one run.

    `since` is the day of the extract that it is compared with; `first` where the reader had no digest before. `taken_back` are
    days of extracts of which an earlier digest told, and whose runs do not stand any more.
    """

    project: str
    cadence: str
    run: int
    as_of: date
    contact: str
    since: date | None
    first: bool
    taken_back: tuple[date, ...]
    parts: tuple[Part, ...]
