"""Dates: formats with the rows that parse, which comes first, two-digit years, day numbers of spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dq.profile import survey
from dq.profile.model import Column, Profile

Write = Callable[..., Path]


def _column(profile: Profile, name: str) -> Column:
    return profile.tables[0].column(name)


def _file(*columns: tuple[str, list[str]]) -> str:
    names, cells = zip(*columns, strict=True)
    return "\n".join([",".join(names), *(",".join(row) for row in zip(*cells, strict=True))]) + "\n"


DAYS = [f"{n:02}" for n in range(1, 29)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([f"{d}/03/2026" for d in DAYS], "%d/%m/%Y"),
        ([f"03/{d}/2026" for d in DAYS], "%m/%d/%Y"),
        ([f"2026-03-{d}" for d in DAYS], "%Y-%m-%d"),
        ([f"{d}-Mar-2026" for d in DAYS], "%d-%b-%Y"),
        ([f"{int(d)} Mar 2026" for d in DAYS], "%d %b %Y"),
        ([f"{d}.03.2026" for d in DAYS], "%d.%m.%Y"),
        ([f"202603{d}" for d in DAYS], "%Y%m%d"),
    ],
)
def test_a_format_is_found(written: list[str], expected: str, extract: Write) -> None:
    column = _column(survey(extract(a=_file(("START_DATE", written)))), "START_DATE")
    assert (column.type, column.format, column.parsed, column.warning) == ("date", expected, 28, "")


def test_shares_under_both_formats_and_what_does_not_parse(extract: Write) -> None:
    written = [f"{d}/03/2026" for d in DAYS] + ["30/02/2026", "unknown"]
    column = _column(survey(extract(a=_file(("SEEN", written)))), "SEEN")
    assert column.type == "date" and (column.parsed, column.failing) == (28, 2)
    assert [(one.format, one.rows, one.only) for one in column.facts.dates] == [("%d/%m/%Y", 28, 16), ("%m/%d/%Y", 12, 0)]


def test_an_ambiguous_column_is_read_as_the_rest_of_the_extract(extract: Write) -> None:
    early = [f"{n % 12 + 1:02}/{n % 11 + 1:02}/2026" for n in range(28)]
    alone = _column(survey(extract(a=_file(("WHEN", early)))), "WHEN")
    assert alone.format == "%d/%m/%Y" and "could as well be MM/DD/YYYY" in alone.warning
    american = survey(extract(a=_file(("WHEN", early), ("SEEN", [f"03/{d}/2026" for d in DAYS]))))
    assert _column(american, "WHEN").format == "%m/%d/%Y" and _column(american, "WHEN").warning == ""
    assert american.date_formats == ("%m/%d/%Y",)


def test_two_ways_round_in_one_extract_are_not_both_read(extract: Write) -> None:
    british = [f"{d}/03/2026" for d in DAYS]
    profile = survey(extract(a=_file(("A_DATE", british), ("B_DATE", british), ("C_DATE", [f"03/{d}/2026" for d in DAYS]))))
    assert profile.date_formats == ("%d/%m/%Y",)
    odd = _column(profile, "C_DATE")
    assert odd.type == "text" and "date_formats in a source map" in odd.warning


def test_mixed_formats_in_one_column_are_named(extract: Write) -> None:
    written = [f"{d}/03/2026" for d in DAYS] * 4 + ["03/25/2026", "03/26/2026"]
    column = _column(survey(extract(a=_file(("SEEN", written)))), "SEEN")
    assert column.warning == "mixed: 64 can only be DD/MM/YYYY, 2 only MM/DD/YYYY" and column.failing == 2


def test_two_digit_years_and_day_numbers_stay_text(extract: Write) -> None:
    profile = survey(extract(a=_file(("DOB", [f"{d}/03/19" for d in DAYS]), ("END_DATE", [str(46000 + int(d)) for d in DAYS]))))
    assert (_column(profile, "DOB").type, _column(profile, "END_DATE").type) == ("text", "text")
    assert "two-digit years" in _column(profile, "DOB").warning and "Excel's day numbers" in _column(profile, "END_DATE").warning


def test_numbers_that_are_not_dates_stay_numbers(extract: Write) -> None:
    keys = ("ID", [f"K{d}" for d in DAYS])
    profile = survey(extract(a=_file(keys, ("COST", [str(46000 + int(d)) for d in DAYS]), ("COUNT", [f"202603{d}" for d in DAYS]))))
    assert [(column.type, column.warning) for column in profile.tables[0].columns[1:]] == [("integer", "")] * 2


def test_times_make_a_datetime(extract: Write) -> None:
    column = _column(survey(extract(a=_file(("SEEN_AT", [f"{d}/03/2026 09:{d}" for d in DAYS])))), "SEEN_AT")
    assert (column.type, column.format, column.parsed) == ("datetime", "%d/%m/%Y", 28)
