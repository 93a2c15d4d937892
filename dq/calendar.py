"""Working days in England, 1990 to 2040: Monday to Friday without bank holidays.

Bank holidays stand in `data/bank_holidays.csv`, frozen from the `holidays` library (GB, subdivision ENG), so that an
upgrade of the library changes no answer in silence; a test holds the two against each other. Holidays that fall on
a weekend are left out of the file: they change nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from pathlib import Path

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2040, 12, 31)


@cache
def bank_holidays() -> frozenset[dt.date]:
    """Bank holidays in England on weekdays."""
    with (Path(__file__).parent / "data" / "bank_holidays.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(dt.date.fromisoformat(row["day"]) for row in csv.DictReader(file))


@cache
def working_day_table() -> tuple[tuple[dt.date, int, int], ...]:
    """A row a day: the day, working days from the calendar's first day up to and with it, 1 if it is one itself."""
    rows, count, day, holidays = [], 0, FIRST, bank_holidays()
    while day <= LAST:
        working = int(day.weekday() < 5 and day not in holidays)
        count += working
        rows.append((day, count, working))
        day += dt.timedelta(days=1)
    return tuple(rows)
