"""Whether it will be ready in time, for the board's page: each gate on the day of go-live, as the forecast sees it."""

from __future__ import annotations

from dq.chances import CHILDREN, COUNTS
from dq.flows import History
from dq.forecast import forecast
from dq.outlook import Forecast, GateOutlook
from dq.papers.facts import Facts, GateFact
from dq.papers.model import ForecastLine
from dq.papers.words import gate_needed, gate_title, shown
from dq.report.words import percent
from dq.suppression import FEWER, is_small


def ahead(facts: Facts, history: History) -> tuple[tuple[ForecastLine, ...], str]:
    """A line for each gate that can be forecast, and a sentence where there is none."""
    gates = {gate.criterion: gate for gate in facts.gates if gate.level == "whole" and gate.measure in (*COUNTS, *CHILDREN)}
    if not gates:
        return (), ""
    if facts.go_live is None:
        return (), "Without a date of go-live there is no forecast."
    if facts.go_live <= facts.run.as_of:
        return (), ""
    found = forecast(history, gates, {"go-live": facts.go_live})
    if found.reason:
        return (), f"No forecast yet. {found.reason}"
    return tuple(_line(each, gates[each.criterion]) for each in found.gates), _said(found)


def _line(outlook: GateOutlook, gate: GateFact) -> ForecastLine:
    title = f"{gate_title(gate)}: {gate_needed(gate)}"
    if outlook.chance is None:
        return ForecastLine(title, "not known", "not known", outlook.reason)
    chance, _, more = outlook.words.removeprefix("The chance is ").partition(". ")
    return ForecastLine(title, _range(outlook, gate), chance.removesuffix("."), more or "Go on as now.")


def _range(outlook: GateOutlook, gate: GateFact) -> str:
    """What eight in ten courses end between; small numbers are no counts of anybody, but are said as they are elsewhere."""
    low, high = (_number(each or 0.0, gate) for each in (outlook.low, outlook.high))
    return low if low == high else f"{low} to {high}"


def _number(value: float, gate: GateFact) -> str:
    if gate.is_share:
        return percent(round(value * 10**9), 10**9)
    return FEWER if is_small(round(value)) else shown(round(value))


def _said(found: Forecast) -> str:
    return f"From {found.runs} extracts; eight of ten courses end in the range. What it assumes stands in the notes."
