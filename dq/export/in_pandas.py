"""Rules on pandas columns, with three values: true, false, and missing where a blank leaves it open.

An exported module carries these functions with it; they need pandas alone. A value is a Series of the frame, or one
value for all its rows. What is said of a row is a Series of the type `boolean`, whose `&`, `|` and `~` know missing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import pandas as pd

# begin

Value = Any  # a Series, or one value for all rows
COMPARISONS = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def all_rows(frame: pd.DataFrame, value: Value) -> Value:
    """A value as a Series."""
    return value if isinstance(value, pd.Series) else pd.Series([value] * len(frame), index=frame.index)


def told(frame: pd.DataFrame, value: Value, scope: Value = True) -> pd.Series:
    """What a rule says of each row; missing for rows out of scope."""
    in_scope = all_rows(frame, scope).astype("boolean").fillna(False).astype(bool)
    found: pd.Series = all_rows(frame, value).astype("boolean").where(in_scope)
    return found


def raw(frame: pd.DataFrame, name: str) -> pd.Series:
    """The text of a cell as it stood in the file; where the frame has no such column, the value as text."""
    return frame[f"raw__{name}"] if f"raw__{name}" in frame else frame[name].astype("string")


def blank(value: Value) -> Value:
    """Whether a value is missing; never missing itself."""
    return value.isna().astype("boolean") if isinstance(value, pd.Series) else bool(pd.isna(value))


def is_not(value: Value) -> Value:
    """NOT"""
    return ~value if isinstance(value, pd.Series) else None if value is None else not value


def known(result: pd.Series, *values: Value) -> pd.Series:
    """The result, missing where one of the values is."""
    result = result.astype("boolean")
    for value in values:
        gone = blank(value)
        result = result.mask(gone.astype(bool)) if isinstance(gone, pd.Series) else result.mask(result.isna() | gone)
    return result


def compare(first: Value, sign: str, second: Value) -> Value:
    """A comparison; missing where a side is."""
    found = COMPARISONS[sign](first, second)
    return known(found, first, second) if isinstance(found, pd.Series) else found


def distinct(first: Value, second: Value) -> Value:
    """IS DISTINCT FROM: two blanks are the same, a blank and a value are not."""
    same = compare(first, "=", second)
    both = blank(first) & blank(second)
    return ~(same.fillna(False) | both) if isinstance(same, pd.Series) else not (same or both)


def is_truth(value: Value, truth: bool) -> Value:
    """IS TRUE, IS FALSE"""
    return (value == truth).fillna(False) if isinstance(value, pd.Series) else value is truth


def one_of(value: pd.Series, given: Sequence[Any]) -> pd.Series:
    """IN; missing where the value is."""
    return known(value.isin(list(given)), value)


def case(frame: pd.DataFrame, branches: Sequence[tuple[Value, Value]], default: Value = None) -> Value:
    """CASE: the value of the first condition that is true, else the default, else missing."""
    result = default
    for condition, value in reversed(branches):
        holds = all_rows(frame, condition).astype("boolean").fillna(False).astype(bool)
        chosen = all_rows(frame, value)
        if isinstance(value, bool):
            chosen = chosen.astype("boolean")
        result = chosen.where(holds) if result is None else chosen.where(holds, all_rows(frame, result))
    return result


def coalesce(*values: Value) -> Value:
    """The first value that is not missing."""
    first, *others = values
    if not others:
        return first
    rest = coalesce(*others)
    return first.where(first.notna(), rest) if isinstance(first, pd.Series) else rest if pd.isna(first) else first


def each(work: Callable[..., Any], kind: str, *values: Value) -> Value:
    """A function of single values, row by row; missing where one of them is."""
    columns = [value for value in values if isinstance(value, pd.Series)]
    if not columns:
        return None if any(pd.isna(value) for value in values) else work(*values)
    rows = zip(*(value.tolist() if isinstance(value, pd.Series) else repeat(value) for value in values), strict=False)
    found = [None if any(pd.isna(value) for value in row) else work(*row) for row in rows]
    return pd.Series(found, index=columns[0].index, dtype=kind)


def matches(value: Value, pattern: str) -> Value:
    """Whether a part of the text matches a regular expression."""
    search = re.compile(pattern).search
    return each(lambda text: search(text) is not None, "boolean", value)


def day(value: Value) -> Value:
    """The day of a date with a time."""
    return value.dt.normalize() if isinstance(value, pd.Series) else value.normalize()


def days_between(first: Value, second: Value) -> Value:
    """Days from the first day to the second."""
    found = day(second) - day(first)
    return found.dt.days.astype("Int64") if isinstance(found, pd.Series) else found.days


def add_days(date: Value, days: Value) -> Value:
    """The day some days later."""
    if isinstance(days, pd.Series):
        return each(lambda one, number: one.normalize() + pd.Timedelta(days=number), "datetime64[ns]", date, days)
    return day(date) + pd.Timedelta(days=days)


def add_months(date: Value, months: Value) -> Value:
    """The same day some months later, or the last day of a shorter month."""
    return each(lambda one, number: one.normalize() + pd.DateOffset(months=number), "datetime64[ns]", date, months)


def full_months(first: Value, second: Value) -> Value:
    """Whole months from the first day to the second."""

    def months(one: pd.Timestamp, other: pd.Timestamp) -> int:
        short = other.day < one.day and (other + pd.Timedelta(days=1)).day != 1
        return (other.year - one.year) * 12 + other.month - one.month - short

    return each(months, "Int64", first, second)


def part(date: pd.Series, name: str) -> pd.Series:
    """year, month, day of a date; day_of_week from Monday, 1, to Sunday, 7."""
    found: pd.Series = getattr(date.dt, name).astype("Int64") + (1 if name == "day_of_week" else 0)
    return found


def alone(frame: pd.DataFrame, columns: Sequence[Value], counted: Value = None) -> pd.Series:
    """How many rows (for which `counted` is true) have the same values in these columns as each row."""
    one = all_rows(frame, 1 if counted is None else counted.fillna(False).astype(int)).astype("Int64")
    groups = one.groupby([all_rows(frame, column) for column in columns], dropna=False)
    found: pd.Series = groups.transform("sum").astype("Int64")
    return found


def is_nhs_number(text: str) -> bool:
    """Ten digits, not all the same, with a right check digit."""
    if not re.fullmatch("[0-9]{10}", text) or len(set(text)) == 1:
        return False
    return sum(int(digit) * (10 - place) for place, digit in enumerate(text)) % 11 == 0


def is_upn(text: str) -> bool:
    """A unique pupil number with a right check letter."""
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    if not re.fullmatch(f"[{letters}][0-9]{{11}}[0-9{letters}]", text):
        return False
    values = [*(int(digit) for digit in text[1:12]), letters.index(text[12]) if text[12] in letters else int(text[12])]
    return text[0] == letters[sum(value * weight for weight, value in enumerate(values, start=2)) % 23]


def is_postcode(text: str) -> bool:
    """The form of a UK postcode."""
    pattern = "[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}|GIR ?0AA"
    return re.fullmatch(pattern, text.upper()) is not None


def substr(text: str, start: int, length: int | None = None) -> str:
    """Part of a text from a position that is counted from 1."""
    first = max(1, start) - 1
    return text[first:] if length is None else text[first : first + max(0, length)]


def passes(verdict: Callable[[pd.DataFrame], pd.Series]) -> Callable[[pd.DataFrame], pd.Series]:
    """A verdict as a check: a row that is not assessed passes."""

    def check(frame: pd.DataFrame) -> pd.Series:
        return verdict(frame).fillna(True).astype(bool)

    return check
