"""What people agree about an exception, beside what the extracts say of it: pure functions on plain data.

The state of an exception (`dq.lifecycle`) moves by evidence alone. People decide other things: who looks after it, what will
be done with it (its **disposition**), that the record is right and the rule is wrong (it is **disputed**), or that it need not
be put right for now (a **waiver**, with a reason, an approver and a last day). None of them clears an exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from dq.lifecycle import ASIDE

Disposition = Literal["fix in old system", "transform on the way", "fix after go-live", "accept", "do not migrate"]
Answer = Literal["fixed", "will fix", "rule is wrong", "not ours", "need help"]
Place = Literal["to do", "disputed", "transform on the way", "fix after go-live", "accept", "do not migrate", "waived", "gone"]

WaiverChange = Literal["waived", "waiver ended"]

DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)
ANSWERS: tuple[Answer, ...] = get_args(Answer)
PLACES: tuple[Place, ...] = get_args(Place)
WAIVER_CHANGES: tuple[WaiverChange, ...] = get_args(WaiverChange)
"""What may have happened to an exception that is on a list at the later of two runs, besides what the extract says of it."""
NEED_A_REASON: tuple[Disposition, ...] = ("accept", "do not migrate")
"""Dispositions that leave a record wrong for good, or behind: nobody decides so without saying why."""
DAYS_TO_FIX = {"blocker": 14, "major": 28, "minor": 56}
"""How long a team has from the extract that found an exception, where a project says nothing: local practice."""


@dataclass(frozen=True)
class Agreed:
    """What people have decided about one exception; blank where nothing is."""

    assigned: str = ""
    disposition: Disposition | Literal[""] = ""
    disputed: bool = False


@dataclass(frozen=True)
class Waiver:
    """One exception, or those of a rule (within a table and a team, where named), may stay as they are from `since` to `until`.

    Both days count. `withdrawn` is the day from which it no longer holds. Dates are compared with the date of the extract.
    """

    number: int
    exception: str
    rule: str
    table: str
    team: str
    since: dt.date
    until: dt.date
    reason: str
    approver: str
    withdrawn: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether it is in force on the date of an extract."""
        return self.since <= day <= self.until and (self.withdrawn is None or day < self.withdrawn)

    def covers(self, exception: str, rule: str, table: str, team: str) -> bool:
        """Whether an exception is what it speaks of, whatever the day."""
        if self.exception:
            return self.exception == exception
        return self.rule == rule and self.table in ("", table) and self.team in ("", team)


@dataclass(frozen=True)
class Lenience:
    """What does not count against readiness: waivers, and by exception who said that it is put right on the way."""

    waivers: tuple[Waiver, ...] = ()
    transformed: Mapping[str, str] = field(default_factory=dict)


def waiver_of(waivers: Iterable[Waiver], exception: str, rule: str, table: str, team: str, day: dt.date) -> Waiver | None:
    """The waiver that covers an exception on the date of an extract: the one that lasts longest, then the latest given."""
    held = [each for each in waivers if each.holds(day) and each.covers(exception, rule, table, team)]
    return max(held, key=lambda each: (each.until, each.number), default=None)


def place(word: str, agreed: Agreed, waived: bool) -> Place:
    """On whose desk an exception lies: `to do` is the team's, `disputed` and `transform on the way` are the data team's.

    `word` is the word of its standing; what is cleared or set aside is `gone` from every desk. A waiver comes before a
    dispute, a dispute before a disposition.
    """
    if word == "cleared" or word in ASIDE:
        return "gone"
    if waived:
        return "waived"
    if agreed.disputed:
        return "disputed"
    return "to do" if agreed.disposition == "" or agreed.disposition == "fix in old system" else agreed.disposition


def waiver_change(after: str, *, before_waived: bool, after_waived: bool) -> WaiverChange | None:
    """What to call the difference that waivers make between two runs; `after` is the word shown at the later one."""
    if after == "cleared" or after in ASIDE or before_waived == after_waived:
        return None
    return "waived" if after_waived else "waiver ended"


def due(severity: str, since: dt.date, days: dict[str, int], go_live: dt.date | None) -> dt.date:
    """When an exception should be put right: so many days after the extract that brought it, and not after go-live."""
    day = since + dt.timedelta(days=days.get(severity, DAYS_TO_FIX[severity]))
    return min(day, go_live) if go_live is not None and go_live >= since else day
