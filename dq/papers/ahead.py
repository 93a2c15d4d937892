"""Whether it will be ready in time, for the board's page: each gate at the trial loads and at go-live, as the forecast sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from dq.chances import CHILDREN, COUNTS
from dq.flows import History
from dq.forecast import forecast
from dq.outlook import Forecast, GateOutlook
from dq.papers.facts import Facts
from dq.papers.model import AheadLine, BandLine, ForecastLine, Outlook
from dq.papers.words import gate_needed, gate_title, shown
from dq.report.words import percent
from dq.summary import Gate
from dq.suppression import FEWER, Shown, is_small

GO_LIVE = "go-live"
LOADS = 3
"""Trial loads that the page has room for: the next ones."""


def ahead(
    facts: Facts, history: History, trial_loads: Mapping[str, dt.date] | None = None, capacity: Mapping[str, float] | None = None
) -> Outlook:
    """A line for each gate that can be forecast on each day to come, the burn-down, and a sentence where there is none.

    The days are those of the next trial loads and of go-live, and for a gate that is needed by another day that one too.
    `capacity` is the most that a team can clear in a week.
    """
    gates = [gate for gate in facts.gates if not gate.per and gate.measure in (*COUNTS, *CHILDREN)]
    shared = _occasions(facts, trial_loads or {})
    own = {gate.by_name or gate.by.isoformat(): gate.by for gate in gates if gate.by and gate.by not in shared.values()}
    days = {name: day for name, day in {**own, **shared}.items() if day > facts.run.as_of}
    if facts.go_live is None and not days:
        return Outlook(words="Without a date of go-live there is no forecast." if facts.gates else "")
    if not days:
        return Outlook()
    found = forecast(history, dict.fromkeys(gate.criterion for gate in gates), days, capacity=capacity)
    if found.reason:
        return Outlook(words=f"No forecast yet. {found.reason}")
    outlooks = {(each.criterion, each.day): each for each in found.gates}
    lines = [
        _line(outlooks[gate.criterion, day], gate, name)
        for gate in gates
        for name, day in sorted(days.items(), key=lambda each: each[1])
        if (gate.criterion, day) in outlooks and (name in shared or day == gate.by)
    ]
    bands = {each.day: each for each in _listed(found, history, days, capacity)}
    ready = next((gate for gate in gates if gate.measure == "ready_children"), None)
    rows = [
        AheadLine(name, day, _ready(outlooks, ready, day), _band(bands[day]))
        for name, day in sorted(shared.items(), key=lambda each: each[1])
        if day in bands
    ]
    return Outlook(tuple(lines), _said(found), tuple(bands.values()), tuple(rows))


def _listed(
    found: Forecast, history: History, days: Mapping[str, dt.date], capacity: Mapping[str, float] | None
) -> Iterator[BandLine]:
    """Blockers on the list on the days to come, waived ones among them, as the extracts before them count."""
    if any(flow.waived for run in history.runs for flow in run.flows.values()):
        found = forecast(history, (), days, capacity=capacity, waived_count=True)
    for line in found.lines:
        if line.team is None and line.measure == "blockers":
            for each in line.ahead:
                yield BandLine(each.day, _small(each.low), _small(each.median), _small(each.high))


def _small(count: int) -> Shown:
    return FEWER if is_small(count) else count


def _band(each: BandLine) -> str:
    return shown(each.low) if each.low == each.high else f"{shown(each.low)} to {shown(each.high)}"


def _ready(outlooks: Mapping[tuple[str, dt.date], GateOutlook], gate: Gate | None, day: dt.date) -> str:
    """The share of ready children that is likely; only where a gate asks for it."""
    outlook = outlooks.get((gate.criterion, day)) if gate is not None else None
    if outlook is None or gate is None or outlook.chance is None:
        return "-"
    return _range(outlook, gate).replace(" % to ", " to ")


def _occasions(facts: Facts, trial_loads: Mapping[str, dt.date]) -> dict[str, dt.date]:
    """The next trial loads, and go-live."""
    coming = sorted((day, name) for name, day in trial_loads.items() if day > facts.run.as_of)[:LOADS]
    return {name: day for day, name in coming} | ({GO_LIVE: facts.go_live} if facts.go_live is not None else {})


def _line(outlook: GateOutlook, gate: Gate, occasion: str) -> ForecastLine:
    title = f"{gate_title(gate)}: {gate_needed(gate)}, {'at' if occasion == GO_LIVE else 'by'} {occasion}"
    if outlook.chance is None:
        return ForecastLine(title, "not known", "not known", outlook.reason)
    chance, _, more = outlook.words.removeprefix("The chance is ").partition(". ")
    return ForecastLine(title, _range(outlook, gate), chance.removesuffix("."), more or "Go on as now.")


def _range(outlook: GateOutlook, gate: Gate) -> str:
    """What eight in ten courses end between; small numbers are no counts of anybody, but are said as they are elsewhere."""
    low, high = (_number(each or 0.0, gate) for each in (outlook.low, outlook.high))
    return low if low == high else f"{low} to {high}"


def _number(value: float, gate: Gate) -> str:
    if gate.share:
        return percent(round(value * 10**9), 10**9)
    return FEWER if is_small(round(value)) else shown(round(value))


def _said(found: Forecast) -> str:
    return f"From {found.runs} extracts; eight of ten courses end in the range. What it assumes stands in the notes."
