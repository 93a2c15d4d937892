"""The frozen bank holidays are the library's."""

import datetime as dt
from itertools import pairwise

import holidays

from dq.calendar import FIRST, LAST, bank_holidays, working_day_table


def test_bank_holidays_are_those_of_the_library() -> None:
    days = holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST.year, LAST.year + 1))
    assert bank_holidays() == {day for day in days if day.weekday() < 5 and FIRST <= day <= LAST}


def test_days_that_are_known() -> None:
    known = {
        "1999-12-31",
        "2002-06-03",
        "2011-04-29",
        "2012-06-05",
        "2020-05-08",
        "2022-09-19",
        "2023-05-08",
        "2026-04-03",
        "2027-12-28",
    }
    assert {dt.date.fromisoformat(day) for day in known} <= bank_holidays()


def test_the_table_has_every_day_and_counts_up() -> None:
    table = working_day_table()
    assert [day for day, _, _ in table] == [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert table[0] == (FIRST, 0, 0)
    assert all(after[1] - before[1] == after[2] for before, after in pairwise(table))
    assert sum(working for _, _, working in table) == table[-1][1]
