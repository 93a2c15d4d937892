"""The decisions that a board is asked for: each follows from something in the store, and is gone when it is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dq.papers.cells import Cells
from dq.papers.facts import OLD, Facts
from dq.papers.model import Ask, GateLine
from dq.papers.words import shown, weeks
from dq.report.words import long_date, plural

BOARD = "the board"


def asks(facts: Facts, cells: Cells, gates: tuple[GateLine, ...]) -> Iterator[Ask]:
    """What to decide, the weightiest first."""
    yield from _gates(facts, gates)
    yield from _rules(facts)
    yield from _nobody(cells)
    yield from _waivers(facts)
    yield from _disputes(facts, cells)
    yield from _actions(facts)
    if facts.go_live is None:
        yield Ask("Set the date of go-live.", "Without it nothing can be said to be in time.", BOARD)
    if not any(gate.decides for gate in gates):
        yield Ask("Set gates for go-live.", "Without them nobody can say when the data is good enough.", BOARD)


def _gates(facts: Facts, gates: tuple[GateLine, ...]) -> Iterator[Ask]:
    missed = [gate for gate in gates if gate.decides and not gate.met]
    if not missed:
        return
    titles = list(dict.fromkeys(gate.title for gate in missed))
    names = "; ".join(titles[:4]) + (f"; and {len(titles) - 4} more" if len(titles) > 4 else "")
    owners = sorted({gate.owner for gate in missed} - {""})
    when = ""
    if facts.go_live is not None:
        days = (facts.go_live - facts.run.as_of).days
        when = f" {weeks(days)} before go-live" if days > 0 else ", and go-live has come"
    many = "1 gate is" if len(missed) == 1 else f"{len(missed)} gates are"
    yield Ask("Keep the date of go-live, move it, or give more time to what holds it back?", f"{many} not met{when}: {names}.",
              ", ".join(owners) or BOARD)  # fmt: skip


def _rules(facts: Facts) -> Iterator[Ask]:
    stopped = [rule for rule in facts.rules if not rule.ran]
    if stopped:
        blockers = sum(rule.severity == "blocker" for rule in stopped)
        among = f", {plural(blockers, 'blocker rule')} among them" if blockers else ""
        it = "it" if len(stopped) == 1 else "they"
        yield Ask(
            f"Who gets {'this rule' if len(stopped) == 1 else 'these rules'} to run before the next extract?",
            f"{plural(len(stopped), 'rule')} could not run{among}: what {it} would find is unknown. See the notes.", facts.contact,
        )  # fmt: skip


def _nobody(cells: Cells) -> Iterator[Ask]:
    count = cells["unallocated",]
    if count != 0:
        yield Ask(
            "Which head of service takes the records of children without a worker?",
            f"Exceptions that are given to nobody: {shown(count)}.", "heads of service",
        )  # fmt: skip


def _waivers(facts: Facts) -> Iterator[Ask]:
    as_of = facts.run.as_of
    soon = as_of + dt.timedelta(days=OLD)
    ending = [each for each in facts.waivers if each.holds and each.until <= soon]
    ended = [
        each
        for each in facts.waivers
        if each.withdrawn is None and as_of - dt.timedelta(days=OLD) <= each.until < as_of and not each.holds
    ]
    said = []
    if ending:
        said.append(f"{plural(len(ending), 'waiver')} will end by {long_date(soon)}")
    if ended:
        said.append(f"{plural(len(ended), 'waiver')} ended in the {weeks(OLD)} before the extract")
    if said:
        whom = ", ".join(sorted({each.approver for each in (*ending, *ended)}))
        yield Ask("Renew these waivers, or have the records put right?", "; ".join(said) + ".", whom)


def _disputes(facts: Facts, cells: Cells) -> Iterator[Ask]:
    count = cells["disputed",]
    if count != 0:
        yield Ask(
            "Who decides whether the record or the rule is right?",
            f"Exceptions disputed for more than {weeks(OLD)}: {shown(count)}.", facts.contact,
        )  # fmt: skip


def _actions(facts: Facts) -> Iterator[Ask]:
    late = [each for each in facts.actions if each.due < facts.run.as_of]
    if late:
        whom = ", ".join(sorted({each.owner for each in late}))
        why = f"{plural(len(late), 'action')} on key measures should have been done."
        yield Ask("What is to become of actions that are past their date?", why, whom)
