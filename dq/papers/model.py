"""What the board's paper says, as plain values. Every count in it is already suppressed: nothing below knows another one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from dq.suppression import Shown

State = Literal["ready", "not-ready", "open"]


@dataclass(frozen=True)
class GateLine:
    """A gate as the run judged it; only one that `decides` stands in the way of go-live, the others are advice."""

    title: str
    needed: str
    measured: str
    met: bool
    decides: bool
    owner: str
    reason: str


@dataclass(frozen=True)
class WeekLine:
    """Readiness after one extract. `rate` is in words; `share` is for the chart, None where it may not be shown.

    `bound` says that the share is only known to be so or more.
    """

    as_of: dt.date
    open_children: Shown
    not_ready: Shown
    rate: str
    share: float | None
    bound: bool
    blockers: Shown


@dataclass(frozen=True)
class ServiceLine:
    """A service: its open children, those not ready, the blockers on its records, and what is past its date on its lists."""

    name: str
    open_children: Shown
    not_ready: Shown
    rate: str
    blockers: Shown
    late: Shown


@dataclass(frozen=True)
class Ask:
    """A decision that is asked for: what, why now, and of whom."""

    question: str
    why: str
    whom: str


@dataclass(frozen=True)
class RiskLine:
    """Exceptions that stay as they are, or are put right later, and who allowed it."""

    what: str
    approver: str
    exceptions: Shown
    until: str


@dataclass(frozen=True)
class UncheckedLine:
    """A rule that could not run."""

    title: str
    severity: str
    reason: str


@dataclass(frozen=True)
class ForecastLine:
    """A gate on the day of go-live: what is likely to be measured then, the chance that it is met, what it would take."""

    gate: str
    likely: str
    chance: str
    takes: str


@dataclass(frozen=True)
class BandLine:
    """What is to be expected on a day to come: eight in ten courses end from `low` to `high`, half of them at `median` or less."""

    day: dt.date
    low: Shown
    median: Shown
    high: Shown


@dataclass(frozen=True)
class AheadLine:
    """A row below the extracts: what is likely on the day of an occasion, in words."""

    occasion: str
    day: dt.date
    rate: str
    blockers: str


@dataclass(frozen=True)
class GainLine:
    """A rule and what clearing it alone would gain."""

    rule: str
    title: str
    children: Shown
    points: str


@dataclass(frozen=True)
class Outlook:
    """What the board's page says of the time to come: a line for each gate and day, the burn-down, rows for the table beside it."""

    lines: tuple[ForecastLine, ...] = ()
    words: str = ""
    bands: tuple[BandLine, ...] = ()
    rows: tuple[AheadLine, ...] = ()


@dataclass(frozen=True)
class Board:
    """One page for the board, and the notes on its back."""

    project: str
    run: int
    as_of: dt.date
    go_live: dt.date | None
    state: State
    verdict: str
    sentences: tuple[str, ...]
    gates: tuple[GateLine, ...]
    weeks: tuple[WeekLine, ...]
    needed: float | None
    forecast: tuple[ForecastLine, ...]
    forecast_words: str
    burndown: tuple[BandLine, ...]
    ahead: tuple[AheadLine, ...]
    gains: tuple[GainLine, ...]
    gain_words: tuple[str, ...]
    services: tuple[ServiceLine, ...]
    whole: ServiceLine
    late: tuple[tuple[str, Shown], ...]
    asks: tuple[Ask, ...]
    risks: tuple[RiskLine, ...]
    unchecked: tuple[UncheckedLine, ...]
    notes: tuple[tuple[str, str], ...]
    contact: str
    version: str
