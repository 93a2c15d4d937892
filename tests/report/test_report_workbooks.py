"""The workbooks of the teams, read back with openpyxl."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from testshire import load

from dq.report import RunSummary, todo_sheet
from dq.report.todo_sheet import CELL_LIMIT, fitting, height
from dq.report.workbooks import write_workbooks
from dq.team_list import PLAIN

Summarise = Callable[..., RunSummary]
Exceptions = list[dict[str, object]]


@pytest.fixture
def make(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> Callable[..., Workbook]:
    """Write workbooks for some rows and open that of one team."""

    def build(rows: Exceptions | None = None, team: str = "Court Team") -> Workbook:
        if rows is not None:
            load(
                connection,
                [{"team": team, "severity": "major", "id": str(n), **row} for n, row in enumerate(rows)],
            )
        write_workbooks(connection, summarise(), tmp_path / "teams")
        return load_workbook(tmp_path / "teams" / f"{team}.xlsx")

    return build


Make = Callable[..., Workbook]


def rows_of(sheet: Worksheet) -> list[dict[str, object]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip([str(head) for head in heads], row, strict=True)) for row in rows]


def test_rows_are_worst_first_and_readable(make: Make) -> None:
    book = make([
        {"rule": "B", "severity": "minor"},
        {"rule": "CPV-002", "table": "cp_visit", "severity": "blocker", "person": "1200", "worker": "W7",
         "record": "CP visit of 5 May 2026", "title": "Visits are close together", "fix": "Look it up.",
         "values": json.dumps({"visit_date": "2026-05-05"})},
        {"rule": "A", "severity": "major"},
    ])  # fmt: skip
    assert book.sheetnames == ["To do", "About"]
    rows = rows_of(book["To do"])
    assert [row["Severity"] for row in rows] == ["Blocker", "Major", "Minor"]
    assert rows[0] == {
        "Severity": "Blocker", "Person": "1200", "Record": "CP visit of 5 May 2026",
        "What should be true, but is not": "Visits are close together",
        "What CareFirst says": "Date of visit: 5 May 2026", "How to put it right": "Look it up.",
        "Worker": "W7", "Your answer": None, "Fix by": None, "Notes": None, "Rule": "CPV-002",
        "Exception id": "1",
    }  # fmt: skip
    assert list(rows[0])[-1] == "Exception id"


def test_severity_is_coloured(make: Make) -> None:
    sheet = make([{"severity": name} for name in ("blocker", "major", "minor")])["To do"]
    assert len({sheet.cell(row, 1).fill.fgColor.rgb for row in (2, 3, 4)}) == 3


def test_settings_for_screen_and_print(make: Make) -> None:
    sheet = make([{}, {}])["To do"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:L3"
    assert sheet.page_setup.orientation == "landscape"
    fit = sheet.sheet_properties.pageSetUpPr
    assert fit is not None and fit.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["D2"].alignment.wrap_text


def test_the_answer_is_chosen_from_a_list(make: Make) -> None:
    book = make([{}, {}])
    lists = [rule for rule in book["To do"].data_validations.dataValidation if rule.type == "list"]
    assert [str(rule.sqref) for rule in lists] == ["H2:H3"]
    about = book["About"]
    place = str(lists[0].formula1).removeprefix("=").removeprefix("About!").replace("$", "")
    assert [cell.value for (cell,) in about[place]] == [
        "Fixed in CareFirst", "Will fix by date", "Record is right, the rule is wrong", "Not ours",
        "Need help",
    ]  # fmt: skip
    dates = [rule for rule in book["To do"].data_validations.dataValidation if rule.type == "date"]
    assert [str(rule.sqref) for rule in dates] == ["I2:I3"]


HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.org", "mailto:a@b.c", "internal:A1", "0012",
    "true", " padded ", "tab\there", "\x01\x1f", "_x0041_", "<b>&amp;</b>", "\ufffe", "😀",
]  # fmt: skip


def test_texts_stay_texts(make: Make) -> None:
    sheet = make([{"record": text, "person": text, "worker": text, "rule": text} for text in HOSTILE])["To do"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]
    shown = {cell.value for cell in cells}
    assert {"=1+1", "http://example.org", "0012", "{=1}", " padded "} <= shown


def test_team_names_do_not_become_formulas_or_codes(make: Make) -> None:
    book = make([{}], team="=A & B")
    assert book["About"]["A1"].value == "=A & B: what to put right"
    assert book["About"]["A1"].data_type != "f"
    header = book["To do"].oddHeader
    assert header is not None and "=A && B" in str(header.left.text)


def test_about_explains(make: Make) -> None:
    about = make([{"severity": "blocker"}, {"severity": "minor"}, {"severity": "minor"}], team="leavers")["About"]
    text = "\n".join(str(value) for row in about.iter_rows(values_only=True) for value in row if value)
    assert text.startswith("Leavers: what to put right")
    assert "3 exceptions in this list" in text
    assert "Blocker (1)" in text and "Major (0)" in text and "Minor (2)" in text
    assert "The worker responsible for these records has left" in text
    assert "Ask the data team" in text
    assert "At most 312 of 400 open children (78.0 %) are ready" in text
    for column in PLAIN:
        assert column.heading.format(system="CareFirst") in text


def test_a_team_with_nothing_to_do_is_told_so(make: Make) -> None:
    book = make([], team="Adoption Support")
    assert [value for row in book["To do"].iter_rows(min_row=2, values_only=True) for value in row if value] == [
        "Nothing to put right in this extract."
    ]


def test_a_full_sheet_is_followed_by_another(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo_sheet, "ROW_LIMIT", 2)
    book = make([{"rule": f"R{n}"} for n in range(6)])
    assert book.sheetnames == ["To do", "To do 2", "To do 3", "About"]
    assert [row["Rule"] for name in book.sheetnames[:3] for row in rows_of(book[name])] == [f"R{n}" for n in range(6)]
    for name in book.sheetnames[:3]:
        assert book[name].freeze_panes == "B2"
        assert book[name].auto_filter.ref == "A1:L3"
        assert len(book[name].data_validations.dataValidation) == 2


def test_a_cell_too_long_is_cut_and_says_so(make: Make) -> None:
    (row,) = rows_of(make([{"record": "x" * 40_000}])["To do"])
    record = str(row["Record"])
    assert len(record) == CELL_LIMIT
    assert record.endswith(todo_sheet.CUT)


def test_length_is_counted_as_excel_counts() -> None:
    assert fitting("x" * CELL_LIMIT) == "x" * CELL_LIMIT
    assert fitting("a\uffffb\ufffe") == "a\ufffdb\ufffd"
    cut = fitting("😀" * 16_384)
    assert cut.endswith(todo_sheet.CUT)
    assert len(cut.encode("utf-16-le")) <= 2 * CELL_LIMIT


def test_rows_are_as_tall_as_their_longest_text() -> None:
    assert height([("short", 20)]) == 18
    assert height([("a\nb\nc", 20), ("short", 20)]) == 48
    assert height([("word " * 10_000, 20)]) == 409


def test_a_blank_team_is_unallocated(make: Make, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, [{"id": "1", "severity": "minor"}, {"id": "2", "severity": "major", "team": "  "}])
    book = make(team="unallocated")
    assert [row["Exception id"] for row in rows_of(book["To do"])] == ["2", "1"]
    assert "2 exceptions in this list" in str(book["About"]["A3"].value)


def test_clashing_teams_keep_their_own_rows(make: Make, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    teams = ["A/B", "a:b", "A-B", "CON"]
    load(connection, [{"id": team, "team": team, "severity": "minor"} for team in teams])
    make(team="A-B")
    found = {}
    for path in (tmp_path / "teams").glob("*.xlsx"):
        found[path.name] = [row["Exception id"] for row in rows_of(load_workbook(path)["To do"])]
    assert {ids[0] for ids in found.values() if ids != [None]} == set(teams)
    assert found["A-B.xlsx"] == ["A-B"]
    assert found["A-B (2).xlsx"] == ["A/B"]
    assert found["a-b (3).xlsx"] == ["a:b"]
    assert found["Team CON.xlsx"] == ["CON"]


def test_no_clock_inside(make: Make, tmp_path: Path) -> None:
    book = make([{}])
    assert book.properties.created == book.properties.modified == datetime(2026, 11, 2)
    with ZipFile(tmp_path / "teams" / "Court Team.xlsx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
