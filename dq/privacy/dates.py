"""Dates as they stand in cells: read by their formats, shifted by whole weeks, written again in the same way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dq.ingest import dates as formats

PLACEHOLDERS = frozenset(
    dt.date.fromisoformat(day)
    for day in ("1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "2099-12-31", "9999-12-31")
)  # fmt: skip
"""Days that systems write where they know none: they are nobody's and stay."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Written:
    """A date in a text: the day, and where its day, month and year stand."""

    day: dt.date
    spans: tuple[tuple[str, int, int], ...]


class Forms:
    """The formats of a column; reads what ingest reads, and nothing else."""

    def __init__(self, date_formats: Sequence[str], *, time: bool) -> None:
        bare = [(formats.pattern(each, named=True), each) for each in date_formats]
        tail = formats.tail(time=time)
        longer = [(pattern + tail, each) for pattern, each in bare if "%H" not in each]
        self.patterns = [re.compile(pattern, re.ASCII) for pattern, _ in [*bare, *longer]]

    def read(self, text: str) -> Written | None:
        """The date that a text says; None for any other text."""
        for pattern in self.patterns:
            found = pattern.fullmatch(text)
            if found is None:
                continue
            parts = found.groupdict()
            try:
                month = int(parts["m"]) if parts.get("m") else [each.lower() for each in _MONTHS].index(parts["b"].lower()) + 1
                day = dt.date(int(parts["Y"]), month, int(parts["d"]))
            except ValueError:
                continue
            return Written(day, tuple((code, *found.span(code)) for code in "Ymbd" if parts.get(code)))
        return None


def shifted(text: str, written: Written, weeks: int) -> str:
    """The text with its date so many weeks later, in the same format; blank where no such day can be written."""
    try:
        day = written.day + dt.timedelta(weeks=weeks)
    except OverflowError:
        return ""
    short = any(code in "dm" and end - start == 1 for code, start, end in written.spans)
    for code, start, end in sorted(written.spans, key=lambda span: -span[1]):
        text = text[:start] + _part(code, day, text[start:end], short) + text[end:]
    return text


def _part(code: str, day: dt.date, before: str, short: bool) -> str:
    if code == "Y":
        return f"{day.year:04}"
    if code == "b":
        name = _MONTHS[day.month - 1]
        return name.upper() if before.isupper() else name.lower() if before.islower() else name
    value = day.month if code == "m" else day.day
    return str(value) if short else f"{value:02}"
