"""Whatever `dq check` reads is read: kinds, encodings, sheets, odd headers; bad files are all named at once."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import agreement
import openpyxl
import pandas as pd
import pytest
from click.testing import Result

from dq import examples, pack
from dq.errors import InputError
from dq.lint import lint
from dq.profile import survey

ROWS = [("K1", "José", "01/02/2026"), ("K2", "Ann", "13/02/2026"), ("K3", "Zoë", "28/02/2026")]
HEADER = ("ID", "Given name", "Start date")


def _csv(separator: str = ",") -> str:
    return "\n".join(separator.join(row) for row in (HEADER, *ROWS)) + "\n"


def _text(folder: Path) -> None:
    (folder / "things.csv").write_bytes(_csv(";").encode("cp1252"))


def _utf16(folder: Path) -> None:
    (folder / "things.txt").write_bytes(_csv("\t").encode("utf-16"))


def _gzip(folder: Path) -> None:
    (folder / "things.csv.gz").write_bytes(gzip.compress(_csv().encode()))


def _zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("inner/things.csv", _csv("|"))


def _parquet(folder: Path) -> None:
    pd.DataFrame(ROWS, columns=list(HEADER)).to_parquet(folder / "things.parquet")


def _workbook(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *ROWS):
        sheet.append(row)
    book.save(folder / "things.xlsx")


@pytest.mark.parametrize("write", [_text, _utf16, _gzip, _zip, _parquet, _workbook])
def test_every_kind_of_file_gives_the_same_draft(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path)
    profile = survey(tmp_path)
    [table] = profile.tables
    assert (table.name, table.rows, table.key) == ("things", 3, ("ID",))
    assert [(column.name, column.type) for column in table.columns] == [
        ("ID", "text"),
        ("Given_name", "text"),
        ("Start_date", "date"),
    ]
    assert table.column("Start_date").format == "%d/%m/%Y" and profile.date_formats == ("%d/%m/%Y",)
    wrong, _ = agreement.differences(profile, tmp_path / "reports")  # a folder that reading passes over
    assert wrong == []


def test_one_file_and_parts_of_one(tmp_path: Path) -> None:
    (tmp_path / "visits_1.csv").write_text("ID,A\n1,x\n", encoding="utf-8")
    (tmp_path / "visits_2.csv").write_text("ID,A\n2,y\n", encoding="utf-8")
    (tmp_path / "visits_20261102.csv").write_text("ID,A\n3,y\n", encoding="utf-8")
    tables = {table.name: table for table in survey(tmp_path).tables}
    assert {name: table.rows for name, table in tables.items()} == {"visits_1": 2, "visits_20261102": 1}
    [alone] = survey(tmp_path / "visits_1.csv").tables
    assert (alone.rows, alone.stems) == (1, ("visits_1",))


def test_every_sheet_of_a_workbook_is_a_table_and_is_found_again(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Children (2026)"
    for number in range(1, 31):
        first.append(("Child ID", "Sex") if number == 1 else (f"C{number}", "M" if number % 2 else "F"))
    second = book.create_sheet("Visits")
    for number in range(1, 41):
        second.append(("Visit ID", "Child ID") if number == 1 else (f"V{number}", f"C{number % 32 + 1}"))
    book.create_sheet("Empty")
    book.save(tmp_path / "export.xlsx")
    profile = survey(tmp_path)
    assert [(table.name, table.rows) for table in profile.tables] == [("Children_2026", 29), ("Visits", 39)]
    assert profile.unread == ("export.xlsx, sheet Empty",)
    link = profile.link("Visits", "Child_ID")
    assert link is not None and (link.to_table, link.orphans) == ("Children_2026", 3)
    wrong, failing = agreement.differences(profile, tmp_path / "reports")
    assert wrong == [] and failing >= 3


ODD = [
    '"Child\'s ""DOB"" (dd/mm)"',
    "% attended",
    "ID#",
    "row_id",
    "this",
    "yes",
    "{x}",
    "a: b",
    "- c",
    "Straße",
    "null",
    "raw__x",
    "123",
]


def test_odd_headers_lint_and_run(extract: Callable[..., Path], tmp_path: Path) -> None:
    rows = [[f"{n:02}/03/2026", *(f"{place}{n:03}" for place in range(1, len(ODD)))] for n in range(1, 29)]
    text = ",".join([*ODD, "", "ID#"]) + "\n" + "".join(",".join([*row, "", "x"]) + "\n" for row in rows)
    profile = survey(extract(base=text, first=text, No=text))
    assert [table.name for table in profile.tables] == ["No", "base_table", "first_table"]
    assert any("twice" in reason for reason in profile.tables[0].skipped) and any(
        "no name" in reason for reason in profile.tables[0].skipped
    )
    out = tmp_path / "draft"
    wrong, _ = agreement.differences(profile, out)
    assert wrong == []
    assert [str(problem) for problem in lint([str(out)]).problems] == []
    tested = examples.run(pack.load(str(out)))
    assert tested.rules > 10 and [str(problem) for problem in tested.problems] == []


def test_all_bad_files_are_named_and_nothing_is_written(
    extract: Callable[..., Path], tmp_path: Path, dq: Callable[..., Result]
) -> None:
    folder = extract(good="ID\n1\n", empty="")
    (folder / "wrong.csv").write_bytes(b"%PDF-1.7 and so on")
    (folder / "cut.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError) as caught:
        survey(folder)
    assert [problem.file for problem in caught.value.problems] == ["cut.parquet", "empty.csv", "wrong.csv"]
    out = tmp_path / "draft"
    result = dq("profile", folder, "--out", out)
    assert result.exit_code == 2 and "3 problems." in result.output and not out.exists()


def test_files_of_one_name_are_refused(extract: Callable[..., Path]) -> None:
    folder = extract(a="ID\n1\n")
    (folder / "sub").mkdir()
    (folder / "sub" / "A.csv").write_text("ID\n2\n", encoding="utf-8")
    with pytest.raises(InputError, match="Several files have one name"):
        survey(folder)


def test_a_folder_with_something_in_it_is_refused(extract: Callable[..., Path], tmp_path: Path, dq: Callable[..., Result]) -> None:
    out = tmp_path / "draft"
    out.mkdir()
    (out / "mine.txt").write_text("keep", encoding="utf-8")
    result = dq("profile", extract(a="ID\n1\n"), "--out", out)
    assert result.exit_code == 2 and "not empty" in result.output
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_nothing_to_read_says_so(tmp_path: Path, dq: Callable[..., Result]) -> None:
    (tmp_path / "notes.docx").write_bytes(b"x")
    result = dq("profile", tmp_path, "--out", tmp_path / "draft")
    assert result.exit_code == 2 and "no files here that can be read" in result.output
    assert dq("profile", tmp_path / "nowhere", "--out", tmp_path / "draft").exit_code == 2


def test_bad_rows_are_counted(extract: Callable[..., Path]) -> None:
    [table] = survey(extract(a="ID,B\n1,x\n2\n3,y\n")).tables
    assert (table.rows, table.rejected) == (2, 1)


def test_tables_without_rows_and_columns_without_values(extract: Callable[..., Path], tmp_path: Path) -> None:
    profile = survey(extract(none="ID,B\n", blank="ID,B\n1,\n2,\n"))
    assert [table.rows for table in profile.tables] == [2, 0]
    wrong, _ = agreement.differences(profile, tmp_path / "draft")
    assert wrong == [] and [str(problem) for problem in lint([str(tmp_path / "draft")]).problems] == []
