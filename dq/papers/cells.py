"""The board's counts as cells with all sums between them, so that they are suppressed together and not table by table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dq.model import LEAVERS, SEVERITIES, UNALLOCATED
from dq.papers.facts import RECORDS, Facts, unallocated
from dq.suppression import SMALL, Name, Shown, Sum, protect

OTHERS = "(others)"
GATE_COUNTS = ("blockers", "majors", "minors")
WORDS = ("open", "not ready", "ready")
GAINS = 5
"""Rules that the page shows with what clearing each alone would gain."""
RISKS = ("waived", "accept", "do not migrate", "fix after go-live", "transform on the way")


@dataclass(frozen=True)
class Cells:
    """What may be shown, by name, and the services in the order of the page. The last may be all others together."""

    shown: Mapping[Name, Shown]
    services: tuple[str, ...]
    merged: tuple[str, ...]
    risks: tuple[tuple[str, str], ...]
    gains: tuple[str, ...] = ()

    def __getitem__(self, name: Name) -> Shown:
        return self.shown[name]


def cells(facts: Facts, most: int) -> Cells:
    """Every count of the page, suppressed; at most so many services, the rest as one."""
    number: Counter[Name] = Counter()
    kept = _places(facts, most)
    sums = _by_service(facts, number, kept)
    sums += _gates(facts, number)
    risks, more = _risks(facts, number)
    sums += more
    best, more = _gains(facts, number)
    sums += more
    shown = dict(protect(number, sums, _totals(facts)))
    for run in facts.runs:
        shown |= _week(facts, run.run)
    order = sorted(set(kept.values()), key=lambda name: _rank(name, shown))
    merged = tuple(sorted(name for name, place in kept.items() if place == OTHERS))
    return Cells(shown, tuple(order), merged, tuple(risks), tuple(best))


def _places(facts: Facts, most: int) -> dict[str, str]:
    """Each service and the line in which it stands. Which are put together follows from nothing that a small count could tell."""
    listed = {facts.service(each.desk) for each in facts.listed} | {facts.service(each.team) for each in facts.listed}
    found = sorted(set(facts.services) | listed | {unit.service for unit in facts.units.values() if unit.service != ""})
    blockers = Counter[str]()
    for each in facts.listed:
        if each.severity == "blocker":
            blockers[facts.service(each.team)] += each.exceptions
    found.sort(key=lambda name: (-blockers[name] if blockers[name] >= SMALL else 0, name))
    return {name: name if len(found) <= most or place < most - 1 else OTHERS for place, name in enumerate(found)}


def _by_service(facts: Facts, number: Counter[Name], places: Mapping[str, str]) -> list[Sum]:
    whole = facts.children.get(facts.run.run)
    names = list(dict.fromkeys(places.values()))
    for name in names:
        number.update({(word, name): 0 for word in (*WORDS, "blockers", "late")})
    number.update({("blockers",): 0, ("late",): 0, ("unallocated",): 0, ("disputed",): 0})
    number.update({("late severity", severity): 0 for severity in SEVERITIES})
    for service, children in facts.services.items():
        parts = (children.open, children.open - children.ready, children.ready)
        for word, count in zip(WORDS, parts, strict=True):
            number[word, places[service]] += count
    for heap in facts.listed:
        if heap.severity == "blocker":
            number["blockers", places[facts.service(heap.team)]] += heap.exceptions
            number["blockers",] += heap.exceptions
        if facts.is_late(heap):
            number["late", places[facts.service(heap.desk)]] += heap.exceptions
            number["late severity", heap.severity if heap.severity in SEVERITIES else SEVERITIES[-1]] += heap.exceptions
            number["late",] += heap.exceptions
        if unallocated(heap):
            number["unallocated",] += heap.exceptions
        if heap.place == "disputed" and heap.disputed_at is not None and facts.is_old(heap.disputed_at):
            number["disputed",] += heap.exceptions
    sums = [Sum(("open", name), (("ready", name), ("not ready", name))) for name in names]
    words = ["blockers", "late"]
    if whole is not None:
        number.update({("open",): whole.open, ("ready",): whole.ready, ("not ready",): whole.open - whole.ready})
        number.update({("allowed",): whole.allowed, ("ready without",): whole.ready - whole.allowed})
        sums += [Sum(("open",), (("ready",), ("not ready",))), Sum(("ready",), (("allowed",), ("ready without",)))]
        words += [word for word in WORDS if number[(word,)] == sum(number[word, name] for name in names)]
    sums += [Sum((word,), tuple((word, name) for name in names)) for word in words]
    return [*sums, Sum(("late",), tuple(("late severity", severity) for severity in SEVERITIES))]


def _gates(facts: Facts, number: Counter[Name]) -> list[Sum]:
    """What gates count; those on blockers count all but the ones that are allowed, which the page shows apart."""
    for gate in facts.gates:
        if not gate.per and gate.measured is not None and gate.measure in RECORDS:
            number["gate", gate.measure] = round(gate.measured)
    asked = [("gate", word) for word in GATE_COUNTS]
    every = [Sum(("gate", "exceptions"), tuple(asked))] if all(each in number for each in [*asked, ("gate", "exceptions")]) else []
    every = [each for each in every if number[each.total] == sum(number[part] for part in each.parts)]
    blockers = number.get(("gate", "blockers"))
    if blockers is not None and number["blockers",] == blockers:
        return [*every, Sum(("blockers",), (("gate", "blockers"),))]
    if blockers is not None and number["blockers",] > blockers:
        number["allowed blockers",] = number["blockers",] - blockers
        return [*every, Sum(("blockers",), (("gate", "blockers"), ("allowed blockers",)))]
    return every


def _risks(facts: Facts, number: Counter[Name]) -> tuple[list[tuple[str, str]], list[Sum]]:
    """What is accepted, by what was decided and by whom."""
    by_kind: dict[str, list[str]] = {}
    for heap in facts.listed:
        if heap.place in RISKS:
            if ("risk", heap.place, heap.approver) not in number:
                by_kind.setdefault(heap.place, []).append(heap.approver)
            number["risk", heap.place, heap.approver] += heap.exceptions
            number["risk", heap.place] += heap.exceptions
    found = [(kind, approver) for kind in RISKS for approver in sorted(by_kind.get(kind, ()))]
    return found, [Sum(("risk", kind), tuple(("risk", kind, each) for each in whom)) for kind, whom in by_kind.items()]


def _gains(facts: Facts, number: Counter[Name]) -> tuple[list[str], list[Sum]]:
    """Rules that alone hold back most children, and the shortest way to the gate; what the rest and the way free follows.

    Rules that alone hold back fewer than five are left out, so that a place in the list says nothing of them.
    """
    whole = facts.children.get(facts.run.run)
    if whole is None:
        return [], []
    best = [each for each in facts.gains if each.alone >= SMALL][:GAINS]
    rest = whole.open - whole.ready - sum(each.alone for each in best)
    if rest < 0:
        return [], []
    number.update({("gain", each.rule): each.alone for each in best} | {("gain others",): rest})
    sums = [Sum(("not ready",), (*(("gain", each.rule) for each in best), ("gain others",)))] if best else []
    way = facts.short_list
    if way is not None and way.rules and way.reaches is not None:
        alone = [("gain", each.rule) for each in best if each.rule in way.rules]
        freed = way.reaches - whole.ready
        number.update({("way",): way.reaches, ("way freed",): freed, ("way left",): whole.open - way.reaches})
        number["way together",] = freed - sum(number[each] for each in alone)
        sums += [Sum(("way",), (("ready",), ("way freed",))), Sum(("open",), (("way",), ("way left",)))]
        sums += [Sum(("way freed",), (*alone, ("way together",)))] if alone else []
    return [each.rule for each in best], sums


def _totals(facts: Facts) -> Sequence[Name]:
    return [("open",), ("ready",), ("not ready",), ("blockers",), ("gate", "blockers"), ("allowed blockers",), ("late",)]


def _week(facts: Facts, run: int) -> dict[Name, Shown]:
    """The totals after one run: what every page shows of it, however many weeks later."""
    found: dict[Name, int] = {("blockers", run): facts.blockers.get(run, 0)}
    children = facts.children.get(run)
    if children is None:
        return dict(protect(found, []))
    found |= {("open", run): children.open, ("ready", run): children.ready, ("not ready", run): children.open - children.ready}
    return dict(protect(found, [Sum(("open", run), (("ready", run), ("not ready", run)))], list(found)))


def _rank(name: str, shown: Mapping[Name, Shown]) -> tuple[bool, bool, int, str]:
    """Worst first, as far as the page says which is worse; what is no service at the end."""
    blockers = shown["blockers", name]
    return name == OTHERS, name in (UNALLOCATED, LEAVERS, ""), -blockers if isinstance(blockers, int) else 0, name.casefold()
