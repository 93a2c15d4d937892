"""What a team's list says beside its rows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dq.report.readable import Columns
from dq.summary import Readiness


@dataclass(frozen=True)
class TrendPoint:
    """A team's exceptions after one run by severity, and what changed in it: the total is that of the run before, and these.

    `other` is what came from other teams or went there, and what a changed rule or a missing file took off the list or put
    back on it.
    """

    run: int
    as_of: date
    open: Mapping[str, int]
    new: int = 0
    reopened: int = 0
    cleared: int = 0
    left: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return sum(self.open.values())


@dataclass(frozen=True)
class ListFacts:
    """What all lists of one run share. `project` is the title, `identity` what tells the project's store from any other.

    `notes` and `tables` are how columns and tables are called.
    """

    project: str
    identity: str
    run: int
    as_of: date
    go_live: date | None
    system: str
    contact: str
    owner: str
    notes: Columns
    tables: Mapping[str, str]
    readiness: Readiness | None = None


@dataclass(frozen=True)
class TeamList:
    """One team's list: its code, the last list before it, and what it counts.

    `previous` is the date of the extract of the team's last list, None where this is the first; `cleared` counts what was
    cleared since. `to_do` and `overdue` count lines of the sheet "To do", `fresh` those that are new since the last list.
    """

    team: str
    code: str
    previous: date | None = None
    to_do: Mapping[str, int] = field(default_factory=dict)
    fresh: int = 0
    overdue: int = 0
    waiting: int = 0
    aside: int = 0
    cleared: int = 0
    trend: tuple[TrendPoint, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.to_do.values())
