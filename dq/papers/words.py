"""The board's figures in words, made from what may be shown alone."""

from __future__ import annotations

import datetime as dt

from dq.criteria import UNIT_WORDS
from dq.model import DIMENSIONS, UNALLOCATED
from dq.report.words import MONTHS, capital, number, percent, team_title
from dq.report.words import gate_needed as needed
from dq.summary import Gate
from dq.suppression import FEWER, HIDDEN, SMALL, Shown, is_small

BAND = 95
TITLES = {
    "blockers": "Blockers",
    "majors": "Major exceptions",
    "minors": "Minor exceptions",
    "exceptions": "Exceptions of every severity",
    "ready_children": "Open children ready",
    "ready_all": "All children ready, open and closed",
    "blockers_allowed": "Blockers waived, or put right on the way",
    "rows_unreconciled": "Rows of the extract not read",
    "rules_not_evaluated": "Rules that could not run",
    "blocker_rules_not_evaluated": "Blocker rules that could not run",
}
RISK_TITLES = {
    "waived": "Waived: may stay as it is for now",
    "accept": "Accepted: stays as it is for good",
    "do not migrate": "Left behind: the record does not move",
    "fix after go-live": "Put right after go-live",
    "transform on the way": "Put right on the way",
}


def shown(value: Shown) -> str:
    """A cell as it is printed."""
    return number(value) if isinstance(value, int) else value


def rate(ready: Shown, not_ready: Shown, whole: Shown) -> str:
    """The share that is ready; where only a bound follows from what is shown, the bound."""
    if not isinstance(whole, int):
        return HIDDEN
    if whole == 0:
        return "none to count"
    if isinstance(ready, int):
        return percent(ready, whole)
    if not_ready == FEWER and whole >= SMALL:
        return f"{percent(whole - SMALL + 1, whole)} or more"
    return HIDDEN


def share_of(ready: Shown, not_ready: Shown, whole: Shown) -> tuple[float | None, bool]:
    """The same for a chart: the share, and whether it is only a bound."""
    if not isinstance(whole, int) or whole == 0:
        return None, False
    if isinstance(ready, int):
        return ready / whole, False
    return ((whole - SMALL + 1) / whole, True) if not_ready == FEWER and whole >= SMALL else (None, False)


def banded(part: int, whole: int) -> str:
    """A share whose counts are not on the page; where the part or the rest is small, only a band of five per cent, or nothing.

    So 3 failing of 60 are "95 % or more"; 3 of 10 are not shown.
    """
    if not (is_small(part) or is_small(whole - part)):
        return percent(part, whole)
    if part * 100 >= BAND * whole:
        return f"{BAND} % or more"
    return f"{100 - BAND} % or less" if part * 100 <= (100 - BAND) * whole else HIDDEN


def gate_title(gate: Gate) -> str:
    """A gate in a few words."""
    if gate.measure in DIMENSIONS:
        return f"{capital(gate.measure)} of what was checked"
    return TITLES.get(gate.measure) or gate.title or gate.criterion


def gate_needed(gate: Gate) -> str:
    """What the gate asks for, and by when where that is before go-live: "at least 98.0 % for each service by 7 Dec 2026"."""
    by = f" by {short_date(gate.by)}" if gate.by is not None and gate.by_name != "go-live" else ""
    each = f" for each {UNIT_WORDS[gate.per][0]}" if gate.per in UNIT_WORDS else ""  # type: ignore[index]
    return needed(gate) + each + by


def service_title(name: str) -> str:
    """A service's name; our own words for what has none."""
    return "No service named" if name == "" else "Without a worker" if name == UNALLOCATED else team_title(name)


def weeks(days: int) -> str:
    """A number of days as people say it."""
    if days % 7 == 0 and days >= 14:
        return f"{days // 7} weeks"
    return "1 day" if days == 1 else f"{days} days"


def short_date(day: dt.date) -> str:
    """5 Oct 2026."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
