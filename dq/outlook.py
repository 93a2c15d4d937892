"""What a forecast says: plain nouns, for pages, charts and workbooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

SURE = 0.9
"""How sure a board wants to be when it asks how much faster it must go."""
FASTEST = 10
"""How many times as fast is not worth saying any more."""


@dataclass(frozen=True)
class Band:
    """What is there on a day: half of the paths have no more than `median`, eight in ten lie from `low` to `high`."""

    day: dt.date
    low: int
    median: int
    high: int


@dataclass(frozen=True)
class Line:
    """A burn-down for a chart: a team (None: all), a measure such as `blockers`, what the runs found, the days to come."""

    team: str | None
    measure: str
    known: tuple[tuple[dt.date, int], ...]
    ahead: tuple[Band, ...]


@dataclass(frozen=True)
class Outlook:
    """What a team (None: all) will have on an occasion: the band, and the chance of each number or less."""

    occasion: str
    team: str | None
    measure: str
    band: Band
    steps: tuple[tuple[int, float], ...]

    def at_most(self, number: int) -> float:
        """The chance that no more than so many are there."""
        return max((chance for value, chance in self.steps if value <= number), default=0.0)


@dataclass(frozen=True)
class GateOutlook:
    """A gate on an occasion. `chance` is None where it cannot be forecast, and `reason` says why.

    `low` to `high` is the band of the measure. `faster` is how many times as fast all teams must clear from now on to be 90 %
    sure: 1 where they are fast enough, None where not even ten times would do, or where there is no chance to speak of.
    """

    criterion: str
    occasion: str
    day: dt.date
    chance: float | None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    faster: float | None = None
    reason: str = ""

    @property
    def words(self) -> str:
        """The chance, and how much faster, as a sentence for a page. No chance is ever said to be 0 or 100 %."""
        if self.chance is None:
            return self.reason
        said = f"The chance is {chance_words(self.chance)}."
        if self.chance >= SURE:
            return said
        if self.faster is None:
            return f"{said} {self.reason or 'Not even ten times as fast would make it 90 % sure.'}"
        return f"{said} To be 90 % sure, the teams must clear {self.faster:.1f} times as much a week as now."


def chance_words(chance: float) -> str:
    """A chance as it is said: never 0 or 100 %, and rounded down."""
    return "less than 1 %" if chance < 0.01 else "more than 99 %" if chance > 0.99 else f"{int(chance * 100)} %"


@dataclass(frozen=True)
class Clear:
    """The chance that a unit has nothing left on an occasion, and how many times as fast all must clear to be 90 % sure of it.

    `faster` is 1 where they are fast enough, None where not even ten times would do.
    """

    occasion: str
    day: dt.date
    chance: float
    faster: float | None

    @property
    def words(self) -> str:
        """What it would take, in a few words."""
        if self.faster is None:
            return "not even 10 times as fast"
        return "go on as now" if self.faster <= 1 else f"{self.faster:g} times as fast"


@dataclass(frozen=True)
class UnitOutlook:
    """The burn-down of a unit of several teams: what the runs found, the days to come, the chance that nothing is left.

    `dissolved` says that none of its teams is there any more.
    """

    unit: str
    measure: str
    known: tuple[tuple[dt.date, int], ...]
    ahead: tuple[Band, ...]
    clear: tuple[Clear, ...]
    dissolved: bool = False


@dataclass(frozen=True)
class Pace:
    """What moved with a team (None: all) in a usual week of the runs so far; only `cleared` is work done."""

    team: str | None
    arrived: float
    by_rule: float
    came: float
    cleared: float
    aside: float
    went: float
    dissolved: bool = False


@dataclass(frozen=True)
class Forecast:
    """What is to be expected from the last run on. `reason` says why there is none, and is blank where there is one."""

    as_of: dt.date | None
    runs: int
    gates: tuple[GateOutlook, ...]
    lines: tuple[Line, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    paces: tuple[Pace, ...] = ()
    units: tuple[UnitOutlook, ...] = ()
    reason: str = ""
