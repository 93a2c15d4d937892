"""Which counts a published paper may show: small ones are hidden, and others with them, so that none can be worked out.

A paper's counts are cells; what a reader can add up are sums over them (`Sum`): a total and its parts, ready and not ready. The
rules, in the order in which they are applied:

1. A cell of 1 to 4 is shown as "fewer than 5". Zero is shown: that nobody is concerned discloses nobody.
2. Whoever knows every sum, every number that is shown, and that hidden cells are counts, must find at least two possible values
   for each hidden cell. While one has a single value, another cell that it can be worked out from is hidden too ("not shown"): a
   detail before a total, a small one before a large one, a zero only when nothing else is left.
3. Where nothing else is left to hide, "fewer than 5" itself becomes "not shown", which says less.
4. Cells that are marked `kept` (the totals that every page shows) are settled among themselves first and hidden last, so that a
   page of next week, which shows this week's totals again, hides the same ones.

What is made of cells (rates, charts, JSON) is made from what is shown alone. Pure functions on plain data.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

SMALL = 5
"""Counts below this, but for zero, are hidden."""
TRIES = 12
"""Cells that are tried, one by one, before the cheapest is hidden and the search goes on."""
Hidden: TypeAlias = Literal["fewer than 5", "not shown"]
FEWER: Literal["fewer than 5"] = "fewer than 5"
HIDDEN: Literal["not shown"] = "not shown"
Shown: TypeAlias = int | Hidden
Name: TypeAlias = Hashable
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Sum:
    """A cell that is the sum of others, as every reader knows."""

    total: Name
    parts: tuple[Name, ...]


def is_small(count: int) -> bool:
    """Whether a count must be hidden for itself."""
    return 0 < count < SMALL


def protect(cells: Mapping[Name, int], sums: Iterable[Sum], kept: Collection[Name] = ()) -> dict[Name, Shown]:
    """What may be shown of each cell, so that no hidden one can be worked out from the sums. See the rules above.

    Raises `ValueError` for a sum that names an unknown cell or does not add up, and for a negative count: a fault of the caller.
    """
    known = [each for each in sums if each.parts]
    _must_add_up(cells, known)
    shown: dict[Name, Shown] = {name: FEWER if is_small(count) else count for name, count in cells.items()}
    among_kept = [each for each in known if {each.total, *each.parts} <= set(kept)]
    for settled in (among_kept, known):
        for group in _groups(cells, settled):
            _hide(shown, _Attack(cells, group), set(kept))
    return shown


def _hide(shown: dict[Name, Shown], attack: _Attack, kept: Collection[Name]) -> None:
    """Hide cells of a group until none that is hidden can be worked out."""
    while (exposed := attack.exposed(shown)) is not None:
        choice = list(_candidates(exposed, shown, attack, kept))
        if not choice:
            return  # all that it can be worked out from is hidden already: its sums say what they say without any number
        best = next((name for name in choice[:TRIES] if attack.saves(exposed, name, shown)), choice[0])
        shown[best] = HIDDEN


def _must_add_up(cells: Mapping[Name, int], sums: Iterable[Sum]) -> None:
    if any(count < 0 for count in cells.values()):
        raise ValueError("a count is negative")
    for each in sums:
        if cells[each.total] != sum(cells[part] for part in each.parts):
            raise ValueError(f"the parts of {each.total!r} do not add up")


def _groups(cells: Mapping[Name, int], sums: Sequence[Sum]) -> list[list[Sum]]:
    """The sums that hang together: what is hidden in one group says nothing about another."""
    home = {name: name for name in cells}

    def root(name: Name) -> Name:
        while home[name] != name:
            name = home[name]
        return name

    for each in sums:
        for part in each.parts:
            home[root(part)] = root(each.total)
    found: dict[Name, list[Sum]] = {}
    for each in sums:
        found.setdefault(root(each.total), []).append(each)
    return list(found.values())


class _Attack:
    """What a reader could work out of a group of sums: a program in whole numbers over everything that is hidden in it.

    The true values are one solution. A cell that has another value in any other solution is safe, and stays so: to hide more
    never takes a solution away.
    """

    def __init__(self, cells: Mapping[Name, int], sums: Sequence[Sum]) -> None:
        self.names = list(dict.fromkeys(name for each in sums for name in (each.total, *each.parts)))
        self.place = {name: number for number, name in enumerate(self.names)}
        self.sums = sums
        self.totals = {each.total for each in sums}
        self.cells = cells
        self.truth = np.array([cells[name] for name in self.names], dtype=float)
        self.system = np.zeros((len(sums), len(self.names)))
        for row, each in enumerate(sums):
            self.system[row, self.place[each.total]] += 1
            for part in each.parts:
                self.system[row, self.place[part]] -= 1
        self.safe: set[Name] = set()

    def exposed(self, shown: Mapping[Name, Shown]) -> Name | None:
        """The first hidden cell that has only one possible value, or None."""
        low, high = self._ranges(shown)
        for name in self.names:
            for sign in (-1, 1):
                if not isinstance(shown[name], int) and name not in self.safe:
                    self.safe |= self._other(name, sign, low, high)
            if not isinstance(shown[name], int) and name not in self.safe:
                return name
        return None

    def saves(self, exposed: Name, hidden: Name, shown: Mapping[Name, Shown]) -> bool:
        """Whether an exposed cell would be safe if another were hidden."""
        would = {**shown, hidden: HIDDEN}
        low, high = self._ranges(would)
        return any(exposed in self._other(exposed, sign, low, high) for sign in (-1, 1))

    def _ranges(self, shown: Mapping[Name, Shown]) -> tuple[Floats, Floats]:
        ranges = np.array([_range(shown[name]) for name in self.names])
        return ranges[:, 0], np.minimum(ranges[:, 1], self.truth.sum() + SMALL)  # a solution far off is as good as any

    def _other(self, name: Name, sign: int, low: Floats, high: Floats) -> set[Name]:
        """Cells that differ from the truth in the solution where one is least (1) or greatest (-1)."""
        aim = np.zeros(len(self.names))
        aim[self.place[name]] = sign
        zero = np.zeros(len(self.system))
        exact = LinearConstraint(self.system, zero, zero)
        found = milp(aim, integrality=np.ones(len(aim)), bounds=Bounds(low, high), constraints=exact)
        if found.x is None:
            return set()
        differs = np.abs(np.round(found.x) - self.truth) > 0.5
        return {name for name, other in zip(self.names, differs, strict=True) if other}


def _range(value: Shown) -> tuple[float, float]:
    """What a reader knows of one cell: its number, that it is 1 to 4, or that it is a count."""
    if value == FEWER:
        return 1, SMALL - 1
    return (0, np.inf) if value == HIDDEN else (float(value), float(value))


def _candidates(exposed: Name, shown: Mapping[Name, Shown], attack: _Attack, kept: Collection[Name]) -> Iterator[Name]:
    """What could be hidden so that an exposed cell is safe, best first: its neighbours, then what hangs together with it.

    In each of them details before totals, small before large, zeros after both; then "fewer than 5" itself; what is kept last.
    """
    near = {name for each in attack.sums if exposed in (each.total, *each.parts) for name in (each.total, *each.parts)} - {exposed}
    far = set(attack.names) - near

    def cost(name: Name) -> tuple[bool, bool, int, int]:
        return name in attack.totals, attack.cells[name] == 0, attack.cells[name], attack.place[name]

    for number, keep in ((True, False), (False, False), (True, True)):
        for group in (near, far):
            free = [name for name in group if (name in kept) == keep and _free(shown[name], number)]
            yield from sorted(free, key=cost)


def _free(value: Shown, number: bool) -> bool:
    return isinstance(value, int) if number else value == FEWER
