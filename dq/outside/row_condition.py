"""Which rows an expectation speaks of, from a suite's structured row condition.

Great Expectations turns every row condition, a text or a structure, into a text for `DataFrame.query`, which evaluates
it. Here the structure is read instead, and nothing is evaluated; a text is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

import pandas as pd

Comparison = Callable[[Any, Any], Any]
OPERATORS: dict[str, Comparison] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "IN": lambda values, given: values.isin(given), "NOT_IN": lambda values, given: ~values.isin(given),
}  # fmt: skip


def faults(condition: object) -> Iterator[str]:
    """What is wrong with the shape of a condition; nothing where it can be applied."""
    if isinstance(condition, str):
        yield "a row_condition that is text would be evaluated as code; write it as a structure"
        return
    kind = condition.get("type") if isinstance(condition, Mapping) else None
    if not isinstance(condition, Mapping) or kind not in ("comparison", "nullity", "and", "or"):
        yield f"a row_condition of the type {kind!r} is not known; there are comparison, nullity, and, or"
    elif kind in ("and", "or"):
        parts = condition.get("conditions")
        if not isinstance(parts, list) or not parts:
            yield f"a row_condition of the type {kind} has a list of conditions"
        for part in parts if isinstance(parts, list) else ():
            yield from faults(part)
    else:
        if name_of(condition) is None:
            yield "a row_condition names its column as {'name': ...}"
        if kind == "comparison" and condition.get("operator") not in OPERATORS:
            yield f"a row_condition compares with {', '.join(OPERATORS)}"
        several = condition.get("operator") in ("IN", "NOT_IN")
        given = condition.get("parameter")
        if kind == "comparison" and (isinstance(given, list) != several or isinstance(given, Mapping) or given is None):
            yield "a row_condition compares with a value; IN and NOT_IN with a list of values"
        if kind == "nullity" and not isinstance(condition.get("is_null"), bool):
            yield "a row_condition of the type nullity says is_null: true or false"


def name_of(condition: Mapping[str, Any]) -> str | None:
    """The column of a comparison or nullity condition."""
    column = condition.get("column")
    name = column.get("name") if isinstance(column, Mapping) else column
    return name if isinstance(name, str) else None


def columns(condition: Mapping[str, Any]) -> Iterator[str]:
    """The columns that a condition reads."""
    for part in condition.get("conditions", ()):
        yield from columns(part)
    if (name := name_of(condition)) is not None:
        yield name


def rows(condition: Mapping[str, Any], frame: pd.DataFrame) -> pd.Series:
    """True for the rows for which the condition is true; a comparison with a blank is not."""
    kind = condition["type"]
    if kind in ("and", "or"):
        parts = [rows(part, frame) for part in condition["conditions"]]
        return reduce(operator.and_ if kind == "and" else operator.or_, parts)
    values = frame[str(name_of(condition))]
    if kind == "nullity":
        return values.isna() if condition["is_null"] else values.notna()
    given = condition["parameter"]
    if pd.api.types.is_datetime64_any_dtype(values):
        given = [pd.Timestamp(each) for each in given] if isinstance(given, list) else pd.Timestamp(given)
    told = pd.Series(OPERATORS[condition["operator"]](values, given), index=frame.index)
    return told.astype("boolean").fillna(False).astype(bool) & values.notna()
