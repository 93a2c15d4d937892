"""Small counts stay hidden from somebody who knows every sum: the attack is made here by other means, by trying all values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dq.suppression import FEWER, HIDDEN, Name, Shown, Sum, is_small, protect


def values(cells: Mapping[Name, int], shown: Mapping[Name, Shown], sums: Sequence[Sum], most: int) -> dict[Name, set[int]]:
    """Every value that each hidden cell takes in some way of filling the table in that fits all that is shown: by brute force."""
    leaves = [name for name in cells if name not in {each.total for each in sums}]
    ranges = [_range(shown[name], most) for name in leaves]
    found: dict[Name, set[int]] = {name: set() for name in cells}
    for chosen in product(*ranges):
        filled = dict(zip(leaves, chosen, strict=True))
        if _complete(filled, sums) and all(filled[name] in _range(shown[name], 10**9) for name in cells):
            for name in cells:
                found[name].add(filled[name])
    return found


def _range(value: Shown, most: int) -> range:
    if isinstance(value, int):
        return range(value, value + 1)
    return range(1, 5) if value == FEWER else range(most + 1)


def _complete(filled: dict[Name, int], sums: Sequence[Sum]) -> bool:
    for _ in sums:
        for each in sums:
            if all(part in filled for part in each.parts):
                total = sum(filled[part] for part in each.parts)
                if filled.setdefault(each.total, total) != total:
                    return False
    return True


def table(ready: Sequence[int], not_ready: Sequence[int]) -> tuple[dict[Name, int], list[Sum], list[Name]]:
    """Units of ready and not ready children, with totals of rows and columns: what the board's page shows."""
    cells: dict[Name, int] = {}
    sums = []
    for unit, (yes, no) in enumerate(zip(ready, not_ready, strict=True)):
        cells |= {("ready", unit): yes, ("not ready", unit): no, ("open", unit): yes + no}
        sums.append(Sum(("open", unit), (("ready", unit), ("not ready", unit))))
    for word in ("ready", "not ready", "open"):
        cells[word] = sum(cells[word, unit] for unit in range(len(ready)))
        sums.append(Sum(word, tuple((word, unit) for unit in range(len(ready)))))
    sums.append(Sum("open", ("ready", "not ready")))
    return cells, sums, ["ready", "not ready", "open"]


def must_hold(cells: Mapping[Name, int], shown: Mapping[Name, Shown], sums: Sequence[Sum], most: int = 14) -> None:
    for name, count in cells.items():
        assert shown[name] == count or shown[name] in (FEWER, HIDDEN)
        assert not is_small(count) or shown[name] != count
        assert shown[name] != FEWER or is_small(count)
    possible = values(cells, shown, sums, most)
    determined = [name for name in cells if not isinstance(shown[name], int) and len(possible[name]) < 2]
    assert determined == []


counts = st.integers(0, 9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(counts, counts), min_size=2, max_size=2))
def test_no_hidden_cell_of_a_table_can_be_worked_out(units: list[tuple[int, int]]) -> None:
    cells, sums, kept = table([yes for yes, _ in units], [no for _, no in units])
    must_hold(cells, protect(cells, sums, kept), sums, most=18)


@settings(max_examples=30, deadline=None)
@given(st.lists(counts, min_size=2, max_size=5), st.booleans())
def test_no_hidden_part_of_a_total_can_be_worked_out(parts: list[int], keep: bool) -> None:
    cells: dict[Name, int] = {number: count for number, count in enumerate(parts)} | {"total": sum(parts)}
    sums = [Sum("total", tuple(range(len(parts))))]
    must_hold(cells, protect(cells, sums, ["total"] if keep else []), sums, most=sum(parts) if keep else 12)


@settings(max_examples=20, deadline=None)
@given(st.lists(counts, min_size=4, max_size=4))
def test_no_hidden_cell_of_a_tree_of_teams_services_and_a_whole_can_be_worked_out(teams: list[int]) -> None:
    cells: dict[Name, int] = {f"team {n}": count for n, count in enumerate(teams)}
    cells |= {"Care": teams[0] + teams[1], "Duty": teams[2] + teams[3], "whole": sum(teams)}
    sums = [Sum("Care", ("team 0", "team 1")), Sum("Duty", ("team 2", "team 3")), Sum("whole", ("Care", "Duty"))]
    must_hold(cells, protect(cells, sums, ["whole"]), sums, most=12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=12))
def test_what_the_page_of_next_week_shows_of_this_week_is_hidden_this_week_too(units: list[tuple[int, int]]) -> None:
    """Next week's page shows this week's totals again, without its services."""
    cells, sums, kept = table([yes for yes, _ in units], [no for _, no in units])
    now = protect(cells, sums, kept)
    later = protect({name: cells[name] for name in kept}, [sums[-1]], kept)
    assert {name: now[name] for name in kept} == later


@pytest.mark.parametrize(
    ("parts", "total", "expected"),
    [
        ((3, 40, 20), 63, (FEWER, 40, HIDDEN)),  # the smallest other part goes too
        ((3, 2, 40), 45, (FEWER, FEWER, 40)),  # two small ones hide each other
        ((1, 1, 40), 42, (FEWER, FEWER, HIDDEN)),  # but not where only one way of adding up is left
        ((0, 3, 40), 43, (0, FEWER, HIDDEN)),  # a zero is shown
        ((0, 0, 3), 3, (0, 0, FEWER)),  # its total is fewer than 5 as well
        ((0, 0, 0), 0, (0, 0, 0)),
        ((7, 8, 9), 24, (7, 8, 9)),
    ],
)
def test_what_is_hidden(parts: tuple[int, ...], total: int, expected: tuple[Shown, ...]) -> None:
    cells: dict[Name, int] = {number: count for number, count in enumerate(parts)} | {"total": total}
    shown = protect(cells, [Sum("total", (0, 1, 2))], ["total"])
    assert tuple(shown[number] for number in range(3)) == expected


def test_a_total_that_is_small_itself_stays_fewer_than_5() -> None:
    shown = protect(
        {"ready": 130, "not ready": 3, "open": 133}, [Sum("open", ("ready", "not ready"))], ["ready", "not ready", "open"]
    )
    assert shown == {"ready": HIDDEN, "not ready": FEWER, "open": 133}


def test_a_sum_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="'total' do not add up"):
        protect({"total": 5, "a": 3}, [Sum("total", ("a",))])
    with pytest.raises(ValueError, match="negative"):
        protect({"a": -1}, [])
