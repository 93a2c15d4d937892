"""The world as columns: every record that will ever be made, and what an extract of a given day can see of it.

A `Table` holds contract columns as numpy arrays, days as `datetime64[D]` (moments as `datetime64[m]`), everything else
as text with None for blank. Beside them stand the day on which each record is entered and the child it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from dq.sample.days import Days, Flags, Numbers
from dq.sample.draw import Texts

Column = npt.NDArray[Any]
NOBODY = -1


@dataclass
class Table:
    """Columns of equal length; `known` is the day a record is entered, `child` whose it is (-1: no child's)."""

    columns: dict[str, Column]
    known: Days
    child: Numbers = field(default_factory=lambda: np.array([], dtype=np.int64))

    def __post_init__(self) -> None:
        if len(self.child) != len(self.known):
            self.child = np.full(len(self.known), NOBODY, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.known)

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    def __setitem__(self, column: str, values: Column) -> None:
        self.columns[column] = values

    def take(self, rows: Numbers | Flags) -> Table:
        """The chosen rows, as copies."""
        return Table({name: values[rows] for name, values in self.columns.items()}, self.known[rows], self.child[rows])


World = dict[str, Table]


def blank(size: int) -> Texts:
    """A text column with nothing in it."""
    return np.full(size, None, dtype=object)


def same(value: str, size: int) -> Texts:
    """A text column that says the same everywhere."""
    return np.full(size, value, dtype=object)


def flag(values: Flags) -> Texts:
    """Y or N."""
    return np.where(values, "Y", "N").astype(object)


def where(condition: Flags, values: Column | str | None, otherwise: Column | str | None = None) -> Texts:
    """Text by condition, blank unless told otherwise."""
    return np.where(condition, np.asarray(values, dtype=object), np.asarray(otherwise, dtype=object))


def numbers(prefix: str, count: int, first: int = 1) -> Texts:
    """Record numbers: a prefix and seven digits, rising."""
    return np.array([f"{prefix}{number:07d}" for number in range(first, first + count)], dtype=object)


def text(values: Numbers) -> Texts:
    """Numbers as text."""
    return values.astype("U12").astype(object)


def as_of(world: World, today: np.datetime64, ends: Mapping[str, Mapping[str, tuple[str, ...]]]) -> World:
    """What an extract taken on a day holds: records entered by then, and of their later days nothing.

    `ends` says, for each table and date column, which columns are filled in together with that date.
    """
    seen: World = {}
    for name, table in world.items():
        rows = np.flatnonzero(table.known <= today)
        visible = table.take(rows)
        for column, together in ends.get(name, {}).items():
            to_come = visible[column] > today
            for each in (column, *together):
                values = visible[each]
                values[to_come] = None if values.dtype == object else np.datetime64("NaT")
        seen[name] = visible
    return seen
