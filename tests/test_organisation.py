"""Counts at every level: literal cases, and the law that every level adds up to the one above it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dq.model import SEVERITIES
from dq.organisation import LEVELS, Count, Pile, Unit, complete, count

UNITS = complete(
    [
        Unit("North", "Care", "Hope", "Dana"),
        Unit("South", "Care", "Hope", "Dana"),
        Unit("East", "Care", "Hal", "Dana"),
        Unit("West"),
    ],
    ["Systems", "North"],
    ["unallocated", "leavers"],
)


def test_every_team_stands_once_and_what_is_no_team_bears_its_own_name() -> None:
    assert [unit.team for unit in UNITS] == ["East", "North", "South", "Systems", "West", "leavers", "unallocated"]
    known = {unit.team: unit for unit in UNITS}
    assert known["leavers"] == Unit("leavers", "leavers", "leavers", "leavers")
    assert known["Systems"] == Unit("Systems") and known["North"].service == "Care"


def test_a_team_of_the_file_comes_before_the_word_for_no_team() -> None:
    [unit] = complete([Unit("data team", "Support", "", "Dana")], ["data team"], ["data team"])
    assert unit == Unit("data team", "Support", "", "Dana")


def test_services_of_one_name_under_two_heads_are_two_places() -> None:
    piles = [Pile("North", "W1", "major", "open", 2), Pile("South", "W2", "major", "open", 3), Pile("East", "", "major", "open", 5)]
    assert count(piles, UNITS, "service") == (
        Count(("Dana", "Hal", "Care"), "major", "open", 5), Count(("Dana", "Hope", "Care"), "major", "open", 5),
    )  # fmt: skip
    assert count(piles, UNITS, "whole") == (Count((), "major", "open", 10),)
    assert count(piles, UNITS, "team")[0] == Count(("Dana", "Hal", "Care", "East"), "major", "open", 5)
    assert count(piles, UNITS, "worker")[0] == Count(("Dana", "Hal", "Care", "East", ""), "major", "open", 5)


def test_a_team_that_nobody_knows_is_counted_with_nothing_above_it() -> None:
    assert count([Pile("New", "W1", "minor", "new", 1)], UNITS, "team") == (Count(("", "", "", "New"), "minor", "new", 1),)


def test_severities_stand_from_the_worst() -> None:
    piles = [Pile("North", "", severity, "open", 1) for severity in reversed(SEVERITIES)]
    assert [each.severity for each in count(piles, UNITS, "head")] == list(SEVERITIES)


NAMES = st.sampled_from(["", "A", "B"])
PILES = st.lists(
    st.builds(
        Pile, st.sampled_from(["N", "S", "E", "W", "X"]), st.sampled_from(["", "W1", "W2"]), st.sampled_from(SEVERITIES),
        st.sampled_from(["new", "open", "cleared"]), st.integers(0, 5),
    )
)  # fmt: skip


@given(
    PILES, st.lists(st.builds(Unit, st.sampled_from(["N", "S", "E", "W"]), NAMES, NAMES, NAMES), unique_by=lambda unit: unit.team)
)
def test_every_level_adds_up_to_the_one_above_it(piles: list[Pile], units: list[Unit]) -> None:
    for lower, upper in pairwise(reversed(LEVELS)):
        added: Counter[tuple[tuple[str, ...], str, str]] = Counter()
        for each in count(piles, units, lower):
            added[each.place[:-1], each.severity, each.word] += each.exceptions
        assert added == {(each.place, each.severity, each.word): each.exceptions for each in count(piles, units, upper)}
    assert sum(each.exceptions for each in count(piles, units, "whole")) == sum(pile.exceptions for pile in piles)
