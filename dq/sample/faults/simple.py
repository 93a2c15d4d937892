"""Faults that are one cell: a planter made from the table, the records that allow it, the column and what is put there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants

Allowed = Callable[[Planting], Flags]
Value = Callable[[Planting, Numbers], object]


def every(table: str) -> Allowed:
    """Every row allows the fault."""
    return lambda x: np.ones(len(x[table]), dtype=bool)


def cell(
    rule: str,
    table: str,
    column: str,
    allowed: Allowed,
    value: str | Value | None = None,
    *,
    also: tuple[str, ...] = (),
    weight: float = 1.0,
) -> None:
    """Register a planter that writes `value` (None: nothing) into a column; `also` are rules that fail on the same row."""

    def planter(x: Planting) -> None:
        rows = x.pick(table, allowed(x))
        x.set(table, column, rows, value(x, rows) if callable(value) else value)
        for each in (rule, *also):
            x.expect(each, table, rows)

    plants(rule, weight)(planter)


def copy(
    rule: str,
    table: str,
    allowed: Allowed,
    changes: Callable[[Planting, Numbers], dict[str, object]],
    *,
    both: bool = False,
    weight: float = 1.0,
) -> None:
    """Register a planter that adds a copy of a row with changes, on which the rule fails (on both of them if `both`)."""

    def planter(x: Planting) -> None:
        rows = x.pick(table, allowed(x))
        copies = x.add(table, rows, **changes(x, rows))
        x.expect(rule, table, np.append(rows, copies) if both else copies)

    plants(rule, weight)(planter)
