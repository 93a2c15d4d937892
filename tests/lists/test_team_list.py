"""The check of a row, and cells as people and programs write them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from dq.dispositions import ANSWERS
from dq.report.todo_sheet import fitting
from dq.returned import cells
from dq.returned.cells import answer, day, exception_id, letter
from dq.team_list import ANSWERS as WORDS
from dq.team_list import CHECK, CHECKED, changed_cells, list_code, row_check

TEXT = st.text(max_size=40)
CODE = list_code("mark", 17, "2026-11-28")


def row(texts: list[str]) -> list[str]:
    return (texts * len(CHECKED))[: len(CHECKED)]


@given(st.lists(TEXT, min_size=1, max_size=len(CHECKED)))
def test_an_unchanged_row_fits_its_check(texts: list[str]) -> None:
    check = row_check(CODE, row(texts))
    assert CHECK.fullmatch(check)
    assert changed_cells(f" {check.upper()}\n", dict(zip(CHECKED, row(texts), strict=True))) == []


@given(st.lists(TEXT, min_size=1, max_size=len(CHECKED)), st.sampled_from(CHECKED))
def test_a_changed_cell_is_named(texts: list[str], name: str) -> None:
    given_out = dict(zip(CHECKED, row(texts), strict=True))
    changed = {**given_out, name: given_out[name] + " and more"}
    assert changed_cells(row_check(CODE, row(texts)), changed) == [name]


@given(TEXT.filter(lambda text: text.strip() != ""))
def test_what_programs_do_to_white_space_is_no_change(text: str) -> None:
    check = row_check(CODE, row([text]))
    for kept in (f" {text} ", text.replace("\n", "\r\n"), " ".join(text.split()), text.replace("\x01", "")):
        assert changed_cells(check, dict(zip(CHECKED, row([kept]), strict=True))) == []


@pytest.mark.parametrize(("given_out", "comes_back"), [("0012", "12"), ("000", "0"), ("a\nb", "a b"), ("Zoë", "Zoe\u0308")])
def test_zeros_in_front_and_forms_of_one_letter_are_no_change(given_out: str, comes_back: str) -> None:
    assert changed_cells(row_check(CODE, row([given_out])), dict(zip(CHECKED, row([comes_back]), strict=True))) == []


def test_a_row_of_another_list_does_not_fit_and_a_damaged_check_says_nothing() -> None:
    texts = dict(zip(CHECKED, row(["x"]), strict=True))
    other = row_check(list_code("mark", 18, "2026-11-28"), row(["x"]))
    assert changed_cells(other, texts) == []  # it says itself of which list it is
    assert changed_cells(other.replace("18-", "17-", 1), texts) is not None
    assert changed_cells("17-3f9a.abc", texts) is changed_cells("", texts) is None
    assert list_code("mark", 17, "2026-11-28") != list_code("mark", 17, "2026-11-29") != list_code("other", 17, "2026-11-29")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=13, max_size=130))
def test_every_text_comes_back_through_a_workbook_as_it_is_checked(tmp_path: Path, texts: list[str]) -> None:
    file = io.BytesIO()
    book = Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet()
    for number, text in enumerate(texts):
        sheet.write_string(number, 0, "x")
        sheet.write_string(number, 1, fitting(text))
    book.close()
    back = python_calamine.load_workbook(io.BytesIO(file.getvalue())).get_sheet_by_index(0).to_python()
    for text, cell in zip(texts, back, strict=True):
        check = row_check(CODE, row([fitting(text)]))
        assert changed_cells(check, dict(zip(CHECKED, row([cells.text(cell[1])]), strict=True))) == [], text


def test_each_answer_is_read_as_it_is_offered() -> None:
    assert tuple(WORDS) == ANSWERS
    for each, (words, _) in WORDS.items():
        assert answer(words.format(system="CareFirst")) == answer(words.format(system="CareFirst").upper()) == answer(each) == each
    assert [answer(each) for each in ("", None, 5, "yes", "done", "fix", "not our")] == [None] * 7


@pytest.mark.parametrize(
    "cell", ["", None, "soon", "31/02/2027", "13/13/2027", "2027", 5, 99_999, True, "1/2", "5 Ma 2027", "5 J 2027"]
)
def test_what_is_no_date(cell: object) -> None:
    assert day(cell) is None


def test_dates_with_the_day_first() -> None:
    assert day("02/03/2027") == dt.date(2027, 3, 2)
    assert day("2 Sept 27") == dt.date(2027, 9, 2)


@pytest.mark.parametrize(("cell", "found"), [
    (" ABC00000001f\n", "abc00000001f"), ("'abc00000001f", "abc00000001f"), (12345678901.0, "012345678901"),
    ("12345678901", "012345678901"),
    ("abc", ""), (None, ""), ("xyz00000001f", ""), (1.5, ""), ("abc00000001f0", ""),
])  # fmt: skip
def test_ids(cell: object, found: str) -> None:
    assert exception_id(cell) == found


def test_columns_are_named_as_programs_name_them() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
