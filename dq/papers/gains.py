"""What would help most, for the board's page: what clearing each rule alone would gain, and the shortest way to the gate."""

from __future__ import annotations

from collections.abc import Iterator

from dq.papers.cells import Cells
from dq.papers.facts import Facts
from dq.papers.model import GainLine
from dq.papers.words import shown
from dq.report.words import plural
from dq.suppression import HIDDEN

NAMED = 8
"""Rules of the shortest way that are named on the page; the notes name the others too."""


def lines(facts: Facts, found: Cells) -> Iterator[GainLine]:
    """The rules that alone hold back most open children, as far as the page says how many; points of the share that is ready."""
    titles = {each.rule: each.title for each in facts.rules}
    whole = found.shown.get(("open",), HIDDEN)
    values = {rule: found["gain", rule] for rule in found.gains}
    for rule, value in sorted(values.items(), key=lambda each: (-each[1] if isinstance(each[1], int) else 0, each[0])):
        points = f"+{100 * value / whole:.1f}" if isinstance(value, int) and isinstance(whole, int) and whole else HIDDEN
        yield GainLine(rule, titles.get(rule) or rule, value, points)


def sentences(facts: Facts, found: Cells) -> Iterator[str]:
    """What no table says: that no rule stands out, and the shortest way to the gate."""
    way = facts.short_list
    children = facts.children.get(facts.run.run)
    held_back = children is not None and children.ready < children.open
    if held_back and facts.gains and not found.gains:
        yield "No rule by itself holds back five open children or more."
    if way is None or (not way.rules and way.reaches is not None):
        return
    if way.reaches is None:
        yield "Clearing rules alone does not reach the gate on ready children."
        return
    named = ", ".join(way.rules[:NAMED]) + (f" and {len(way.rules) - NAMED} more" if len(way.rules) > NAMED else "")
    least = "The shortest way" if way.proven else "A short way"
    ready = found.shown.get(("way",), HIDDEN)
    then = f"; {plural(ready, 'open child', 'open children')} would then be ready" if isinstance(ready, int) else ""
    yield f"{least} to the gate on ready children is to clear {plural(len(way.rules), 'rule')}: {named}{then}."


def named(facts: Facts) -> str:
    """The rules of the shortest way with their titles, for the notes; blank where there is none."""
    titles = {each.rule: each.title for each in facts.rules}
    way = facts.short_list
    return "; ".join(f"{rule}: {titles.get(rule) or 'no title'}" for rule in way.rules) if way is not None else ""


def shown_lines(lines_: tuple[GainLine, ...]) -> list[list[str]]:
    """The rows of the table."""
    return [[f"{each.rule} {each.title}", shown(each.children), each.points] for each in lines_]
