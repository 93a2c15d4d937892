"""Days as numpy arrays: working days with England's bank holidays, months, ages.

Every function takes and gives arrays of `datetime64[D]`; a missing day (NaT) stays missing.
"""

from __future__ import annotations

from datetime import date

import holidays
import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NONE = np.datetime64("NaT", "D")
FIRST_YEAR, LAST_YEAR = 1996, 2041
_BANK_HOLIDAYS = sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST_YEAR, LAST_YEAR)))
CALENDAR = np.busdaycalendar(holidays=np.array(_BANK_HOLIDAYS, dtype="datetime64[D]"))


def day(value: date | str) -> np.datetime64:
    """One day."""
    return np.datetime64(value, "D")


def add_days(days: Days, count: Numbers | int) -> Days:
    """Each day so many days later."""
    moved: Days = days + np.asarray(count).astype("timedelta64[D]")
    return moved


def working(days: Days) -> Days:
    """The day itself where it is a working day, otherwise the next one."""
    return add_working_days(days, 0)


def working_before(days: Days) -> Days:
    """The day itself where it is a working day, otherwise the one before."""
    return _offset(days, 0, "backward")


def add_working_days(days: Days, count: Numbers | int) -> Days:
    """The n-th working day after the day (from the next working day where the day itself is none)."""
    return _offset(days, count, "forward")


def _offset(days: Days, count: Numbers | int, roll: str) -> Days:
    known = ~np.isnat(days)
    filled = np.where(known, days, day("2020-01-01")).astype("datetime64[D]")
    moved = np.busday_offset(filled, count, roll=roll, busdaycal=CALENDAR)  # type: ignore[call-overload]
    return np.where(known, moved, NONE).astype("datetime64[D]")


def add_months(days: Days, count: Numbers | int) -> Days:
    """The same day so many months later; where that month is shorter, its last day."""
    months = days.astype("datetime64[M]")
    ahead = months + np.asarray(count).astype("timedelta64[M]")
    into_month = days - months.astype("datetime64[D]")
    last = (ahead + np.timedelta64(1, "M")).astype("datetime64[D]") - ahead.astype("datetime64[D]") - np.timedelta64(1, "D")
    moved: Days = ahead.astype("datetime64[D]") + np.minimum(into_month, last)
    return moved


def add_years(days: Days, count: Numbers | int) -> Days:
    """The same day so many years later; 29 February becomes 28 February where there is none."""
    return add_months(days, np.asarray(count) * 12)


def days_between(first: Days, second: Days) -> Numbers:
    """Days from the first to the second; zero where one is missing."""
    difference = (second - first).astype("timedelta64[D]")
    return np.where(np.isnat(difference), 0, difference.astype(np.int64)).astype(np.int64)


def age(births: Days, on: Days | np.datetime64) -> Numbers:
    """Whole years on a day (days are not counted more finely than the birthday); -1 before birth or where unknown."""
    on = np.broadcast_to(np.asarray(on, dtype="datetime64[D]"), births.shape)
    years = on.astype("datetime64[Y]").astype(np.int64) - births.astype("datetime64[Y]").astype(np.int64)
    had_birthday = add_years(births, np.where(np.isnat(births) | np.isnat(on), 0, years)) <= on
    known = ~np.isnat(births) & ~np.isnat(on) & (births <= on)
    return np.where(known, years - np.where(had_birthday, 0, 1), -1)


def earlier(first: Days, second: Days | np.datetime64) -> Days:
    """The earlier of two days; the one that is known where the other is missing."""
    return np.fmin(first, second)


def later(first: Days, second: Days | np.datetime64) -> Days:
    """The later of two days; the one that is known where the other is missing."""
    return np.fmax(first, second)
