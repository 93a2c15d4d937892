"""Whether it will be ready in time, for the board's page: each gate on the day of go-live, as the forecast sees it."""

from __future__ import annotations

from dq.chances import CHILDREN, COUNTS
from dq.flows import History
from dq.forecast import forecast
from dq.outlook import Forecast, GateOutlook
from dq.papers.facts import Facts
from dq.papers.model import ForecastLine
from dq.papers.words import gate_needed, gate_title, shown
from dq.report.words import percent
from dq.summary import Gate
from dq.suppression import FEWER, is_small


def ahead(facts: Facts, history: History) -> tuple[tuple[ForecastLine, ...], str]:
    """A line for each gate that can be forecast, and a sentence where there is none."""
    gates = [gate for gate in facts.gates if not gate.per and gate.measure in (*COUNTS, *CHILDREN)]
    days = {gate.criterion: gate.by or facts.go_live for gate in gates}
    ahead_of_us = {day.isoformat(): day for day in days.values() if day is not None and day > facts.run.as_of}
    if not gates or facts.go_live is None:
        return (), "Without a date of go-live there is no forecast." if gates else ""
    if not ahead_of_us:
        return (), ""
    found = forecast(history, dict.fromkeys(days), ahead_of_us)
    if found.reason:
        return (), f"No forecast yet. {found.reason}"
    outlooks = {(each.criterion, each.day): each for each in found.gates}
    pairs = [(gate, outlooks.get((gate.criterion, days[gate.criterion]))) for gate in gates]  # type: ignore[arg-type]
    return tuple(_line(outlook, gate) for gate, outlook in pairs if outlook is not None), _said(found)


def _line(outlook: GateOutlook, gate: Gate) -> ForecastLine:
    title = f"{gate_title(gate)}: {gate_needed(gate)}"
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
