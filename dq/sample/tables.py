"""The world as columns: every record that will ever be made, each with the day on which it is entered.

A `Table` holds contract columns as numpy arrays, days as `datetime64[D]` (moments as `datetime64[m]`), everything else
as text with None for blank. Beside them stand the day on which each record is entered and the child it belongs to.
A column whose name begins with an underscore is known to the generator only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dq.sample.days import Days, Flags, Numbers
from dq.sample.draw import Texts

Column = npt.NDArray[Any]
NOBODY = -1
_NOTHING = np.array(None, dtype=object)


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


def filled(values: Column) -> Flags:
    """Where a column is not blank."""
    return ~np.isnat(values) if values.dtype.kind == "M" else np.asarray(values != _NOTHING, dtype=bool)


def among(values: Texts, others: Texts) -> Flags:
    """Where a text is one of the others; blank is not."""
    known = pc.is_in(pa.array(values, pa.string()), value_set=pa.array(others, pa.string()).drop_null())
    return np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)


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
    """Record numbers: a prefix and a rising number of five digits, or more where there are more."""
    width = max(5, len(str(first + count)))
    return np.array([f"{prefix}{number:0{width}d}" for number in range(first, first + count)], dtype=object)


def text(values: Numbers) -> Texts:
    """Numbers as text."""
    return values.astype("U12").astype(object)


def rising(prefix: str, known: Days) -> Texts:
    """Record numbers that rise with the day of entry, beside the records as they stand."""
    ids = np.empty(len(known), dtype=object)
    ids[np.argsort(known, kind="stable")] = numbers(prefix, len(known))
    return ids


def join(tables: list[Table]) -> Table:
    """Tables of the same columns one below the other."""
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0].columns}
    return Table(columns, np.concatenate([t.known for t in tables]), np.concatenate([t.child for t in tables]))
