"""The board's paper, from the store alone: what is known is gathered, suppressed, and put into words, verdict first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dq.model import VERSION
from dq.papers import gains, words
from dq.papers.asks import asks
from dq.papers.cells import OTHERS, Cells, cells
from dq.papers.facts import RECORDS, Facts
from dq.papers.model import Board, GateLine, Outlook, RiskLine, ServiceLine, State, UncheckedLine, WeekLine
from dq.papers.notes import notes
from dq.report.words import gate_measured, long_date, percent, plural
from dq.summary import Gate
from dq.suppression import FEWER, HIDDEN

WEEKS = 8
"""Extracts that the trend shows at most."""
SERVICES = 20


def board(facts: Facts, outlook: Outlook | None = None, services: int = SERVICES) -> Board:
    """The page; at most so many services stand on lines of their own, the others share the last one."""
    found = cells(facts, services)
    ahead = outlook if outlook is not None else Outlook()
    if not isinstance(found["blockers", facts.run.run], int):
        ahead = replace(ahead, bands=(), rows=())  # what is hidden of today could be read off a band that begins there
    gates = tuple(_gate(gate, facts, found) for gate in sorted(facts.gates, key=lambda gate: (not gate.decides, gate.met)))
    unchecked = tuple(UncheckedLine(rule.title or rule.rule, rule.severity, rule.reason) for rule in facts.rules if not rule.ran)
    weeks = tuple(_week(facts, found, run.run) for run in facts.runs[-WEEKS:])
    return Board(
        facts.project, facts.run.run, facts.run.as_of, facts.go_live, _state(gates, unchecked), _verdict(gates, unchecked),
        tuple(_sentences(facts, found, weeks)), gates, weeks, _needed(facts), ahead.lines, ahead.words, ahead.bands, ahead.rows,
        tuple(gains.lines(facts, found)), tuple(gains.sentences(facts, found)),
        tuple(_service(found, name) for name in found.services), _whole(found),
        tuple((severity, found["late severity", severity]) for severity in ("blocker", "major", "minor")),
        tuple(asks(facts, found, gates)), tuple(_risks(facts, found)), unchecked,
        tuple(notes(facts, found)), facts.contact, VERSION,
    )  # fmt: skip


def _state(gates: Sequence[GateLine], unchecked: Sequence[UncheckedLine]) -> State:
    deciding = [gate for gate in gates if gate.decides]
    if any(not gate.met for gate in deciding):
        return "not-ready"
    return "ready" if deciding and not unchecked else "open"


def _verdict(gates: Sequence[GateLine], unchecked: Sequence[UncheckedLine]) -> str:
    deciding = [gate for gate in gates if gate.decides]
    missed = sum(not gate.met for gate in deciding)
    if not deciding:
        return "No gates are set: nobody has said what ready means."
    if missed:
        return f"Not ready: {missed} of {plural(len(deciding), 'gate')} {'is' if missed == 1 else 'are'} not met."
    if unchecked:
        return f"Not certain: every gate is met, but {plural(len(unchecked), 'rule')} could not run."
    return "Ready, as far as the rules can tell: every gate is met."


def _gate(gate: Gate, facts: Facts, found: Cells) -> GateLine:
    asked, measured = words.gate_needed(gate), _measured(gate, facts, found)
    return GateLine(words.gate_title(gate), asked, measured, gate.met, gate.decides, gate.owner, gate.reason)


def _measured(gate: Gate, facts: Facts, found: Cells) -> str:
    """What was measured, through the cells; of a gate for each unit, how many of them meet it."""
    if gate.units:
        return gate_measured(gate)
    if gate.measured is None or gate.per:
        return "not measured"
    if gate.measure == "ready_children" and ("open",) in found.shown:
        return words.rate(found["ready",], found["not ready",], found["open",])
    if gate.measure in facts.checked:
        return words.banded(*facts.checked[gate.measure])
    if gate.measure in RECORDS:
        value = found["gate", gate.measure]
        return "none" if value == 0 else words.shown(value)
    return gate_measured(gate)


def _week(facts: Facts, found: Cells, run: int) -> WeekLine:
    whole, missing, ready = (found.shown.get((word, run), HIDDEN) for word in ("open", "not ready", "ready"))
    share, bound = words.share_of(ready, missing, whole)
    rate = words.rate(ready, missing, whole) if run in facts.children else "not measured"
    day = next(each.as_of for each in facts.runs if each.run == run)
    return WeekLine(day, whole, missing, rate, share, bound, found["blockers", run])


def _needed(facts: Facts) -> float | None:
    """The share of ready children that the gates ask for: a line in the chart."""
    asked = [gate.needed for gate in facts.gates if gate.measure == "ready_children" and not gate.per]
    return max(asked, default=None)


def _service(found: Cells, name: str) -> ServiceLine:
    whole, missing, ready = (found["open", name], found["not ready", name], found["ready", name])
    title = f"{plural(len(found.merged), 'other service')} together" if name == OTHERS else words.service_title(name)
    rate = words.rate(ready, missing, whole) if whole != 0 else "no children"
    return ServiceLine(title, whole, missing, rate, found["blockers", name], found["late", name])


def _whole(found: Cells) -> ServiceLine:
    whole, missing, ready = (found.shown.get((word,), HIDDEN) for word in ("open", "not ready", "ready"))
    return ServiceLine("All", whole, missing, words.rate(ready, missing, whole), found["blockers",], found["late",])


def _sentences(facts: Facts, found: Cells, weeks: Sequence[WeekLine]) -> Iterator[str]:
    """What a board member should know after the verdict, in order of weight."""
    children = facts.children.get(facts.run.run)
    if children is None:
        yield "How many children are ready is not known: this run was recorded by a version of dq that did not keep it."
    else:
        yield _readiness(found, children.at_most) + _before(weeks)
        if children.allowed:
            yield f"Ready only because blockers are waived or put right on the way: {words.shown(found['allowed',])}."
    late = found["late",]
    if late != 0:
        parts = [
            f"{words.shown(found['late severity', each])} {each}"
            for each in ("blocker", "major", "minor")
            if found["late severity", each] != 0
        ]
        yield f"Past their date on the teams' lists: {words.shown(late)} ({', '.join(parts)})."
    if facts.go_live is not None:
        days = (facts.go_live - facts.run.as_of).days
        when = f"{words.weeks(days)} after this extract" if days > 0 else "the day of this extract" if days == 0 else "already past"
        yield f"Go-live is planned for {long_date(facts.go_live)}, {when}."


def _readiness(found: Cells, at_most: bool) -> str:
    whole, missing, ready = found["open",], found["not ready",], found["ready",]
    if whole == 0:
        return "No open children were found in this extract."
    most = "At most " if at_most else ""
    if isinstance(ready, int) and isinstance(whole, int):
        children = plural(whole, "open child", "open children")
        said = f"{words.shown(ready)} of {children} ({percent(ready, whole)}) {'is' if ready == 1 else 'are'} ready"
        return f"{most}{said}."
    if missing == FEWER and isinstance(whole, int):
        doubt = "; the true figure may be lower" if at_most else ""
        return f"All but fewer than 5 of {plural(whole, 'open child', 'open children')} are ready{doubt}."
    return "So few children are concerned that how many are ready is not shown."


def _before(weeks: Sequence[WeekLine]) -> str:
    earlier = [week for week in weeks[:-1] if week.share is not None]
    if not earlier:
        return " This is the first extract with a figure." if len(weeks) == 1 else ""
    last = earlier[-1]
    return f" On {long_date(last.as_of)} it was {last.rate}."


def _risks(facts: Facts, found: Cells) -> Iterator[RiskLine]:
    for kind, approver in found.risks:
        ends = sorted(
            {each.waived_until for each in facts.listed if (each.place, each.approver) == (kind, approver) and each.waived_until}
        )
        until = (
            "for good" if kind in ("accept", "do not migrate") else "go-live" if kind == "transform on the way" else "after go-live"
        )
        if ends:
            until = words.short_date(ends[0]) if len(ends) == 1 else f"{words.short_date(ends[0])} to {words.short_date(ends[-1])}"
        yield RiskLine(words.RISK_TITLES[kind], approver or "not named", found["risk", kind, approver], until)
