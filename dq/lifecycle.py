"""What becomes of an exception from run to run: pure functions on plain data.

An exception has a **state** (`new`, `open`, `cleared`, `reopened`), and each run gives **evidence** about it. Only two kinds
of evidence move the state: the exception was *found*, or its record *passed* the rule. Anything else leaves the state where
it was and is shown in its place: the rule was *not checked*, the *rule changed*, or the record *left the extract*.

An exception that stays open may come to another team or worker: it is **handed over**, in the run that found it there.

`dq/store/moves.py` says the same in SQL, for a million exceptions at once; a test holds the two against each other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

State = Literal["new", "open", "cleared", "reopened"]
Evidence = Literal["found", "passed", "not checked", "rule changed", "left extract"]
Presence = Literal["present", "gone", "unknown"]
Why = Literal["data", "rule"]
Handover = Literal["moved", "worker changed"]
Change = Literal["new", "reopened", "seen again", "still open", "cleared", "left extract", "rule changed", "not checked"]

STATES: tuple[State, ...] = get_args(State)
ASIDE: tuple[Evidence, ...] = ("left extract", "rule changed", "not checked")
"""Evidence that takes an exception off the list without clearing it, in the order in which it is looked for."""
CHANGES: tuple[Change, ...] = get_args(Change)
HANDOVERS: tuple[Handover, ...] = get_args(Handover)
"""What may have happened to an exception that stayed open, besides one of `CHANGES`: another team, or another worker of it."""


def fingerprint(content: object) -> str:
    """Of plain data, the same for the same data."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def fingerprint_of_files(files: Iterable[tuple[str, str, str]]) -> str:
    """Of an extract: the table, name and digest of each of its files, in any order."""
    return fingerprint(sorted([*each] for each in files))


@dataclass(frozen=True)
class Ruling:
    """A rule in one run: whether it ran, its fingerprint, and the fingerprint under which it last ran before (or none)."""

    ran: bool
    fingerprint: str
    basis: str = ""


@dataclass(frozen=True)
class Seen:
    """An exception as one run found it: with which team and worker (blank: none), and how bad."""

    team: str
    worker: str
    severity: str


@dataclass(frozen=True)
class Standing:
    """Where an exception stands after a run.

    `fingerprint` is the rule's when it was last found; `why` says whether the last change came from the data or the rule.
    """

    state: State
    evidence: Evidence
    why: Why
    team: str
    worker: str
    severity: str
    fingerprint: str

    @property
    def word(self) -> str:
        """What is shown: the state, or what stands in its place."""
        return self.evidence if self.evidence in ASIDE else self.state


def step(before: Standing | None, seen: Seen | None, ruling: Ruling | None, presence: Presence, *, first: bool) -> Standing | None:
    """Where an exception stands after a run, from where it stood before it.

    `seen` is None where the run did not find it; `ruling` is None where the run does not know the rule. `presence` says whether
    the record is in the extract (`unknown` where its table did not come) and counts only where the exception was not found.
    `first` is the first run of all: there, nothing is new because of a rule.
    """
    if seen is not None:
        return _found(before, seen, ruling or Ruling(True, ""), first)
    if before is None or before.state == "cleared":
        return before
    evidence, why = _missing(before, ruling, presence)
    return replace(before, state="cleared" if evidence == "passed" else before.state, evidence=evidence, why=why)


def _found(before: Standing | None, seen: Seen, ruling: Ruling, first: bool) -> Standing:
    state: State
    if before is None:
        state, known = "new", first or ruling.basis == ruling.fingerprint
    else:
        state, known = "reopened" if before.state == "cleared" else "open", before.fingerprint == ruling.fingerprint
    why: Why = "data" if known else "rule"
    if before is not None and before.evidence == "found":
        why = before.why
    return Standing(state, "found", why, seen.team, seen.worker, seen.severity, ruling.fingerprint)


def _missing(before: Standing, ruling: Ruling | None, presence: Presence) -> tuple[Evidence, Why]:
    """A deletion is a fact of the data whatever the rule says; a table that did not come is no deletion."""
    if presence == "gone":
        return "left extract", "data"
    if presence == "unknown":
        return "not checked", "data"
    if ruling is None or not ruling.ran:
        return "not checked", "rule"
    if ruling.fingerprint != before.fingerprint:
        return "rule changed", "rule"
    return "passed", "data"


def handed_over(before: Standing | None, after: Standing) -> str:
    """What a run says of an exception that stayed open and that it found with another team or worker; blank where it did not."""
    if before is None or before.state == "cleared" or after.evidence != "found":
        return ""
    if before.team != after.team:
        return f"handed over from {before.team} to {after.team}"
    if before.worker == after.worker:
        return ""
    if not before.worker:
        return f"given to a worker in {after.team}"
    return f"handed over within {after.team}" if after.worker else f"left without a worker in {after.team}"


def change(before: str, after: str) -> Change | None:
    """What to call the difference between two runs, from the words shown at both (blank: not there yet).

    None where there is nothing to say: cleared at both, the same reason aside at both, or come and gone between them.
    """
    if after in ("new", "open", "reopened"):
        if before == "":
            return "new"
        if before == "cleared":
            return "reopened"
        return "seen again" if before in ASIDE else "still open"
    if before in ("", after):
        return None
    return next(each for each in CHANGES if each == after)


def handover(before: str, after: str, *, same_team: bool, same_worker: bool) -> Handover | None:
    """What to call the way of an exception from team to team between two runs, from the words shown at both.

    None unless it is on the list at the later one, was there at the earlier one, cleared at neither, and is with others now.
    """
    if change(before, after) not in ("still open", "seen again") or (same_team and same_worker):
        return None
    return "worker changed" if same_team else "moved"
