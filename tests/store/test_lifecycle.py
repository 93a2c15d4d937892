"""Where an exception stands after a run, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dq import lifecycle
from dq.lifecycle import Presence, Ruling, Seen, Standing, change, handed_over, handover, step

NORTH = Seen("North", "W1", "major")
RAN = Ruling(True, "a", "a")
OPEN = Standing("open", "found", "data", "North", "W1", "major", "a")
CLEARED = Standing("cleared", "passed", "data", "North", "W1", "major", "a")
GONE = Standing("open", "left extract", "data", "North", "W1", "major", "a")


@pytest.mark.parametrize(
    ("before", "seen", "ruling", "presence", "state", "evidence", "why"),
    [
        (None, NORTH, RAN, "present", "new", "found", "data"),
        (None, NORTH, Ruling(True, "b", "a"), "present", "new", "found", "rule"),
        (None, NORTH, Ruling(True, "b"), "present", "new", "found", "rule"),
        (OPEN, NORTH, RAN, "present", "open", "found", "data"),
        (OPEN, None, RAN, "present", "cleared", "passed", "data"),
        (OPEN, None, Ruling(False, "a", "a"), "present", "open", "not checked", "rule"),
        (OPEN, None, None, "present", "open", "not checked", "rule"),
        (OPEN, None, RAN, "unknown", "open", "not checked", "data"),
        (OPEN, None, Ruling(True, "b", "a"), "present", "open", "rule changed", "rule"),
        (OPEN, None, RAN, "gone", "open", "left extract", "data"),
        (OPEN, None, Ruling(True, "b", "a"), "gone", "open", "left extract", "data"),
        (CLEARED, NORTH, RAN, "present", "reopened", "found", "data"),
        (CLEARED, NORTH, Ruling(True, "b", "b"), "present", "reopened", "found", "rule"),
        (CLEARED, None, Ruling(False, "a", "a"), "gone", "cleared", "passed", "data"),
        (GONE, None, RAN, "present", "cleared", "passed", "data"),
        (GONE, NORTH, RAN, "present", "open", "found", "data"),
        (Standing("new", "found", "rule", "North", "W1", "major", "a"), NORTH, RAN, "present", "open", "found", "rule"),
        (Standing("reopened", "found", "data", "North", "W1", "major", "a"), NORTH, RAN, "present", "open", "found", "data"),
    ],
)
def test_only_evidence_moves_a_state(
    before: Standing | None, seen: Seen | None, ruling: Ruling | None, presence: Presence, state: str, evidence: str, why: str
) -> None:
    after = step(before, seen, ruling, presence, first=False)
    assert after is not None
    assert (after.state, after.evidence, after.why) == (state, evidence, why)
    assert after.word == (evidence if evidence in lifecycle.ASIDE else state)


def test_in_the_first_run_nothing_is_new_because_of_a_rule() -> None:
    after = step(None, NORTH, Ruling(True, "a"), "present", first=True)
    assert after is not None and after.why == "data"


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("", "new", "new"), ("", "open", "new"), ("", "reopened", "new"), ("", "cleared", None), ("", "left extract", None),
        ("cleared", "reopened", "reopened"), ("cleared", "open", "reopened"), ("cleared", "cleared", None),
        ("new", "open", "still open"), ("open", "open", "still open"), ("open", "cleared", "cleared"),
        ("not checked", "open", "seen again"), ("left extract", "cleared", "cleared"), ("not checked", "not checked", None),
        ("open", "left extract", "left extract"), ("not checked", "rule changed", "rule changed"),
    ],
)  # fmt: skip
def test_what_the_difference_of_two_runs_is_called(before: str, after: str, what: str | None) -> None:
    assert change(before, after) == what


@pytest.mark.parametrize(
    ("before", "seen", "note"),
    [
        (None, Seen("South", "W2", "major"), ""),
        (CLEARED, Seen("South", "W2", "major"), ""),  # it comes back: nobody handed it over
        (OPEN, NORTH, ""),
        (OPEN, Seen("North", "W1", "minor"), ""),
        (OPEN, Seen("South", "W1", "major"), "handed over from North to South"),
        (OPEN, Seen("South", "", "major"), "handed over from North to South"),
        (OPEN, Seen("North", "W2", "major"), "handed over within North"),
        (OPEN, Seen("North", "", "major"), "left without a worker in North"),
        (replace(OPEN, worker=""), NORTH, "given to a worker in North"),
        (GONE, Seen("South", "W2", "major"), "handed over from North to South"),
        (OPEN, None, ""),
    ],
)
def test_a_hand_over_is_of_what_stays_open(before: Standing | None, seen: Seen | None, note: str) -> None:
    after = step(before, seen, RAN, "present", first=False)
    assert after is not None and handed_over(before, after) == note


def test_what_is_set_aside_stays_with_its_team_and_worker() -> None:
    for ruling, presence in ((RAN, "gone"), (None, "present"), (RAN, "unknown")):
        after = step(OPEN, None, ruling, presence, first=False)  # type: ignore[arg-type]
        assert after is not None and (after.team, after.worker, handed_over(OPEN, after)) == ("North", "W1", "")


@pytest.mark.parametrize(
    ("before", "after", "same_team", "same_worker", "what"),
    [
        ("open", "open", False, False, "moved"), ("new", "open", False, True, "moved"),
        ("not checked", "open", False, True, "moved"), ("open", "open", True, False, "worker changed"),
        ("open", "open", True, True, None), ("", "new", False, False, None), ("cleared", "reopened", False, False, None),
        ("open", "cleared", False, False, None), ("open", "left extract", False, False, None),
    ],
)  # fmt: skip
def test_what_a_hand_over_between_two_runs_is_called(
    before: str, after: str, same_team: bool, same_worker: bool, what: str | None
) -> None:
    assert handover(before, after, same_team=same_team, same_worker=same_worker) == what
