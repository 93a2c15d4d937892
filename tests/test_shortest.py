"""The shortest list of rules: literal cases, and against trying every list."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dq.shortest import shortest
from dq.summary import ShortList

BLOCKED = {frozenset("A"): 3, frozenset("B"): 1, frozenset("AB"): 4, frozenset("CD"): 5}


@pytest.mark.parametrize(
    ("share", "found"),
    [
        (0.1, ShortList((), 2, 7)),
        (0.5, ShortList(("A",), 10, 10)),
        (0.55, ShortList(("A", "B"), 11, 15)),
        (0.75, ShortList(("A", "B"), 15, 15)),
        (1.0, ShortList(("A", "B", "C", "D"), 20, 20)),
    ],
)
def test_the_list_is_the_shortest_and_in_an_order_to_work_in(share: float, found: ShortList) -> None:
    assert shortest(BLOCKED, 7, 20, share) == found


def test_what_cannot_be_reached_is_said() -> None:
    assert shortest({frozenset("A"): 1}, 5, 10, 0.9) == ShortList((), 9, None)
    assert shortest({}, 0, 0, 0.98) == ShortList((), 0, 0)


PATTERNS = st.dictionaries(st.frozensets(st.sampled_from("ABCDEF"), min_size=1, max_size=4), st.integers(1, 9), max_size=8)


@settings(max_examples=60, deadline=None)
@given(PATTERNS, st.integers(0, 5), st.sampled_from([0.3, 0.5, 0.9, 1.0]))
def test_no_shorter_list_reaches_it(blocked: dict[frozenset[str], int], ready: int, share: float) -> None:
    children = ready + sum(blocked.values())
    found = shortest(blocked, ready, children, share)
    needed = math.ceil(share * children - 1e-9)

    def reached(rules: tuple[str, ...]) -> int:
        return ready + sum(number for pattern, number in blocked.items() if pattern <= set(rules))

    assert found.reaches == reached(found.rules) and found.reaches >= needed
    shorter = (each for size in range(len(found.rules)) for each in combinations("ABCDEF", size))
    assert not any(reached(each) >= needed for each in shorter)
    same = combinations("ABCDEF", len(found.rules))
    assert found.reaches == max(reached(each) for each in same)
