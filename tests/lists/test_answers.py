"""Answers that come back: by id whatever was done to the sheet, and everything that is wrong named by sheet and row."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from given import Project, answer, columns, edited, flat, id_of, line, messages, places
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from dq import password

Edit = Callable[[Workbook], object]
FIXED, WILL, RIGHT, NOT_OURS, HELP = (
    "Fixed in CareFirst", "Will fix by date", "Record is right, the rule is wrong", "Not ours", "Need help",
)  # fmt: skip
DAY = dt.date(2027, 1, 31)
EXPECTED = {
    id_of(1): ("fixed", None, ""),
    id_of(2): ("will fix", "2027-01-31", "Court on 30 January"),
    id_of(3): ("rule is wrong", None, "It was held by telephone"),
    id_of(4): ("not ours", None, "Court team"),
    id_of(5): ("need help", None, ""),
}


def fill(book: Workbook) -> None:
    """Five answers on the first five of six lines."""
    sheet = book["To do"]
    answer(sheet, 2, FIXED)
    answer(sheet, 3, WILL, DAY, "Court on 30 January")
    answer(sheet, 4, RIGHT, notes="It was held by telephone")
    answer(sheet, 5, NOT_OURS, notes="Court team")
    answer(sheet, 6, HELP)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that gave out its first lists."""
    made = Project(tmp_path_factory.mktemp("first") / "project")
    made.check([line(number) for number in range(1, 7)])
    made.lists()
    return made


@pytest.fixture
def given(first: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    return first.copied(tmp_path / "project")


@pytest.fixture
def back(given: Project, tmp_path: Path) -> Callable[..., Path]:
    """The list of North as it comes back: answered, and then whatever else was done to it."""

    def build(edit: Edit = lambda book: None, *, name: str = "back.xlsx", first: Edit = fill) -> Path:
        def both(book: Workbook) -> None:
            first(book)
            edit(book)

        return edited(given.made["North"], tmp_path / name, both)

    return build


Back = Callable[..., Path]


def move_rows(sheet: Worksheet, order: Callable[[list[list[Any]]], list[list[Any]]]) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for number, row in enumerate(order(rows), start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place).value = value


def shuffled(rows: list[list[Any]]) -> list[list[Any]]:
    return random.Random(4).sample(rows, len(rows))


def move_columns(book: Workbook) -> None:
    """The columns in another order."""
    sheet = book["To do"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    order = random.Random(9).sample(range(len(rows[0])), len(rows[0]))
    for number, row in enumerate(rows, start=1):
        for place, source in enumerate(order, start=1):
            sheet.cell(number, place).value = row[source]


def hide(book: Workbook) -> None:
    sheet = book["To do"]
    for letter in ("A", "F", "O", "P", "Q"):
        sheet.column_dimensions[letter].hidden = True
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True


def put_in_front(book: Workbook) -> None:
    sheet = book.create_sheet("My notes", 0)
    sheet["A1"], sheet["B2"] = "Ask Jo about these", 5


def copy_as_backup(book: Workbook) -> None:
    """A manager's own copy of the sheet, with the same answers."""
    book.copy_worksheet(book["To do"]).title = "To do (2)"


def rename(book: Workbook) -> None:
    book["To do"].title = "Liste"


def rows_above(book: Workbook) -> None:
    book["To do"].insert_rows(1, 3)
    book["To do"]["B2"] = "For Jane, please by Friday"


def ids_untidy(book: Workbook) -> None:
    sheet = book["To do"]
    place = columns(sheet)["Exception id"]
    for row, change in ((2, str.upper), (3, lambda text: f" {text}  "), (4, lambda text: f"{text}\n")):
        cell = sheet.cell(row, place)
        cell.value = change(str(cell.value))  # type: ignore[operator]


def colours(book: Workbook) -> None:
    for row in book["To do"].iter_rows():
        for cell in row:
            cell.fill = PatternFill("solid", fgColor="00FF00")


def heading_of_answers_gone(book: Workbook) -> None:
    sheet = book["To do"]
    sheet.cell(1, columns(sheet)["Your answer"]).value = "What we say"


def headings_otherwise(book: Workbook) -> None:
    """Capitals, blanks, a colon; and headings of fixed columns in the manager's own words."""
    sheet, found = book["To do"], columns(book["To do"])
    for heading, words in (
        ("Your answer", " YOUR  ANSWER: "), ("Exception id", "exception ID"), ("Worker", "Who"), ("Severity", "How bad"),
    ):  # fmt: skip
        sheet.cell(1, found[heading]).value = words


def column_between(book: Workbook) -> None:
    sheet = book["To do"]
    sheet.insert_cols(3)
    sheet["C1"] = "Mine"


def no_about_no_hidden_sheet(book: Workbook) -> None:
    del book["About"]
    del book["dq list"]


@pytest.mark.parametrize("edit", [
    lambda book: move_rows(book["To do"], shuffled), lambda book: move_rows(book["To do"], lambda rows: rows[::-1]), move_columns,
    hide, put_in_front, copy_as_backup, rename, rows_above, ids_untidy, colours, heading_of_answers_gone, headings_otherwise,
    column_between, no_about_no_hidden_sheet, lambda book: book["To do"].delete_rows(7),
    lambda book: setattr(book["To do"].auto_filter, "ref", None),
], ids=["shuffled", "reversed", "columns moved", "hidden", "sheet in front", "backup", "renamed", "rows above", "untidy ids",
        "colours",
        "heading gone", "headings otherwise", "column between", "sheets deleted", "row deleted", "no filter"])  # fmt: skip
def test_answers_are_taken_by_id_whatever_was_done_to_the_sheet(given: Project, back: Back, edit: Edit) -> None:
    content = given.answers(back(edit))
    assert (content["recorded"], content["problems"]) == (5, [])
    assert given.replies() == EXPECTED


def test_the_same_file_again_records_nothing(given: Project, back: Back) -> None:
    path = back()
    assert given.answers(path)["act"] is not None
    again = given.answers(path, path)
    assert (again["recorded"], again["known_already"], again["act"]) == (0, 5, None)
    assert "It is the same file as" in flat(messages(again, "notices"))
    assert given.count("dq_reply") == 5
    assert "recorded before and are not recorded twice" in given.dq("answers", path).stdout


def test_a_trial_records_nothing(given: Project, back: Back) -> None:
    content = given.answers(back(), "--dry-run")
    assert (content["recorded"], content["sound"], content["dry_run"]) == (0, 5, True)
    assert given.count("dq_reply") == 0
    assert "this was a trial" in given.dq("answers", back(), "--dry-run").stdout


def test_a_record_that_is_called_right_is_disputed(given: Project, back: Back) -> None:
    content = given.answers(back())
    assert content["disputed"] == 1
    decisions = json.loads(given.dq("audit", str(content["act"]), "--json").stdout)
    assert [(each["exception"], each["aspect"], each["became"]) for each in decisions] == [(id_of(3), "disputed", "yes")]
    acts = json.loads(given.dq("audit", "--json").stdout)
    assert [(each["what"], each["subject"], each["exceptions"]) for each in acts][-1] == ("answers", "back.xlsx", 5)


def set_cell(row: int, heading: str, value: object) -> Edit:
    def edit(book: Workbook) -> None:
        sheet = book["To do"]
        sheet.cell(row, columns(sheet)[heading]).value = value  # type: ignore[assignment]

    return edit


@pytest.mark.parametrize(("edit", "row", "said"), [
    (set_cell(2, "Exception id", "abc00000ffff"), 2, "No recorded run found an exception with this id."),
    (set_cell(2, "Exception id", "number one"), 2, "The exception id is damaged."),
    (set_cell(2, "Exception id", None), 2, "The row has an answer and no exception id."),
    (set_cell(3, "Your answer", "Done, I think"), 3, "The answer is not one of the list."),
    (set_cell(3, "Fix by", None), 3, "no date says when"),
    (set_cell(3, "Fix by", "soon"), 3, "Fix by is no date."),
    (set_cell(3, "Fix by", "31/02/2027"), 3, "Fix by is no date."),
    (set_cell(3, "Fix by", "01/31/2027"), 3, "Fix by is no date."),
    (set_cell(3, "Fix by", dt.date(2207, 1, 1)), 3, "too far away"),
    (set_cell(4, "Notes", None), 4, "This answer needs a note."),
    (set_cell(5, "Notes", "  "), 5, "This answer needs a note."),
    (set_cell(7, "Notes", "Ask me"), 7, "There is a note or a date, and no answer."),
    (set_cell(7, "Fix by", DAY), 7, "There is a note or a date, and no answer."),
    (set_cell(2, "Worker", "W9"), 2, "Cells that are not for answers were changed: Worker."),
    (set_cell(2, "Due", dt.date(2027, 5, 1)), 2, "Cells that are not for answers were changed: Due."),
    (set_cell(2, "How to put it right", "Look.\nDone!"), 2, "changed: How to put it right."),
    (set_cell(2, "What CareFirst says", "ok"), 2, "changed: What the system says."),
    (set_cell(2, "Check", "gone"), 2, "The row's check is gone or damaged"),
    (set_cell(2, "Check", None), 2, "The row's check is gone or damaged"),
    (set_cell(2, "Exception id", id_of(6)), 2, "The row does not fit its exception id (Exception id)"),
    (set_cell(2, "Your answer", '="Not ours"'), 2, "holds a formula that was never worked out"),
    (set_cell(7, "Notes", "=H2"), 7, "holds a formula that was never worked out"),
])  # fmt: skip
def test_what_is_wrong_is_named_by_sheet_and_row_and_nothing_is_recorded(
    given: Project, back: Back, edit: Edit, row: int, said: str
) -> None:
    path = back(edit)
    content = given.answers(path, code=2)
    assert (content["recorded"], given.count("dq_reply"), given.count("dq_decision")) == (0, 0, 0)
    assert ("To do", row) in places(content)
    assert said in flat(messages(content))
    assert {each["row"] for each in content["problems"]} == {row}
    rest = given.answers(path, "--accept-rest", code=2)
    assert messages(rest) == messages(content)
    assert given.replies() == {key: value for key, value in EXPECTED.items() if key != id_of(row - 1)}


def test_all_problems_of_all_files_are_named_at_once(given: Project, back: Back, tmp_path: Path) -> None:
    one = back(lambda book: [set_cell(row, "Your answer", "Perhaps")(book) for row in (2, 3)], name="one.xlsx")
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"")
    result = given.dq("answers", one, other, tmp_path / "none.xlsx", code=2)
    for words in (
        f"{one}, sheet 'To do', row 2: The answer is not one of the list.", f"{one}, sheet 'To do', row 3:",
        f"{other}: The file is empty.", "none.xlsx: There is no such file.", "4 problems.",
    ):  # fmt: skip
        assert words in result.stderr
    assert "Perhaps" not in result.output
    assert "Nothing is recorded" in result.stdout


def test_edited_cells_may_be_accepted_but_a_row_that_fits_another_id_never(given: Project, back: Back) -> None:
    path = back(lambda book: [set_cell(2, "Worker", "W9")(book), set_cell(3, "Record", "Visit of person 2")(book),
                              set_cell(4, "Check", None)(book)])  # fmt: skip
    content = given.answers(path, "--accept-edited")
    assert content["recorded"] == 5
    assert [each["row"] for each in content["notices"]] == [2, 3, 4]


def test_a_list_of_which_only_some_columns_were_sorted_is_found_out(given: Project, back: Back) -> None:
    def sort_without_ids(book: Workbook) -> None:
        sheet = book["To do"]
        last = columns(sheet)["Exception id"] - 1
        rows = [[cell.value for cell in row[:last]] for row in sheet.iter_rows(min_row=2)]
        for number, row in enumerate(rows[::-1], start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place).value = value

    content = given.answers(back(sort_without_ids), "--accept-rest", "--accept-edited", code=2)
    assert (content["recorded"], len(content["problems"])) == (0, 5)
    assert all("may bear the answer to another line" in each for each in messages(content))


@pytest.mark.parametrize("value", [
    "31/01/2027", "31/1/27", "31.01.2027", "31-01-2027", "2027-01-31", "31 January 2027", "31st Jan 2027", "Sunday 31 Jan 2027",
    dt.datetime(2027, 1, 31), dt.datetime(2027, 1, 31, 9, 30), 46418, "46418", " 31 / 01 / 2027 ",
])  # fmt: skip
def test_dates_are_read_as_people_write_them(given: Project, back: Back, value: object) -> None:
    def edit(book: Workbook) -> None:
        cell = book["To do"].cell(3, columns(book["To do"])["Fix by"])
        if not isinstance(value, dt.datetime):
            cell.number_format = "General"
        cell.value = value  # type: ignore[assignment]

    assert given.answers(back(edit))["problems"] == []
    assert given.replies()[id_of(2)][1] == "2027-01-31"


def test_dates_that_are_odd_are_noted_and_kept(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", "go_live: 2027-03-01\n")
    project.check([line(1), line(2)])
    path = project.lists()["North"]

    def late(book: Workbook) -> None:
        answer(book["To do"], 2, WILL, dt.date(2027, 6, 1))
        answer(book["To do"], 3, WILL, dt.date(2026, 9, 29))

    content = project.answers(edited(path, tmp_path / "b.xlsx", late))
    assert content["recorded"] == 2
    assert messages(content, "notices") == ["The date under Fix by is after go-live.", "The date under Fix by has passed."]


@pytest.mark.parametrize("said", [
    "fixed in carefirst", " FIXED IN CAREFIRST. ", "fixed", "Fixed in Mosaic", "Fixed in\nCareFirst", "Fixed  in CareFirst",
])  # fmt: skip
def test_answers_are_read_with_slips_of_the_keyboard(given: Project, back: Back, said: str) -> None:
    assert given.answers(back(set_cell(2, "Your answer", said)))["problems"] == []
    assert given.replies()[id_of(1)][0] == "fixed"


def test_a_column_of_the_managers_own_is_named_and_not_read(given: Project, back: Back) -> None:
    def add(book: Workbook) -> None:
        sheet = book["To do"]
        place = sheet.max_column + 1
        sheet.cell(1, place).value = "Told Jo?"
        sheet.cell(3, place).value = "yes, secretly"

    result = given.dq("answers", back(add))
    assert "Column R is not one of the list's, and is not read: 1 cell holds something." in result.stdout
    assert "secretly" not in result.output


@pytest.mark.parametrize(("edit", "said"), [
    (lambda book: [set_cell(1, "Notes", "Remarks")(book)], "No column is headed 'Notes'"),
    (lambda book: [set_cell(1, "Fix by", "When")(book)], "No column is headed 'Fix by'"),
    (lambda book: [set_cell(1, "Notes", "Your answer")(book)], "are both headed 'Your answer'"),
    (lambda book: [set_cell(2, "Your answer", "ok")(book), set_cell(1, "Your answer", "Us")(book)],
     "No column is headed 'Your answer'."),
    (lambda book: book["To do"].delete_cols(columns(book["To do"])["Exception id"]), "No sheet has exception ids"),
])  # fmt: skip
def test_what_cannot_be_decided_is_asked(given: Project, back: Back, edit: Edit, said: str) -> None:
    content = given.answers(back(edit), code=2)
    assert said in flat(messages(content))
    assert all(each["fix"] for each in content["problems"])
    assert given.count("dq_reply") == 0


def test_columns_that_were_deleted_are_done_without(given: Project, back: Back) -> None:
    def edit(book: Workbook) -> None:
        sheet = book["To do"]
        for heading in ("Check", "Said before", "Worker", "Record", "What is new"):
            sheet.delete_cols(columns(sheet)[heading])

    content = given.answers(back(edit))
    assert content["recorded"] == 5
    content = given.answers(back(lambda book: book["To do"].delete_cols(columns(book["To do"])["Fix by"])), code=2)
    assert "There is no column 'Fix by': it counts as empty." in messages(content, "notices")


def test_merged_answers_are_meant_for_each_of_their_rows(given: Project, back: Back) -> None:
    def merge(book: Workbook) -> None:
        sheet = book["To do"]
        for heading in ("Your answer", "Notes"):
            place = columns(sheet)[heading]
            for row in range(2, 8):
                sheet.cell(row, place).value = {"Your answer": NOT_OURS, "Notes": "All of the court team"}[heading]
            sheet.merge_cells(start_row=2, end_row=7, start_column=place, end_column=place)
        sheet.cell(3, columns(sheet)["Fix by"]).value = None

    content = given.answers(back(merge))
    assert content["recorded"] == 6
    assert set(given.replies().values()) == {("not ours", None, "All of the court team")}
    assert flat(messages(content, "notices")).count("The cells of rows 2 to 7 are merged") == 1


def test_deleted_rows_are_missed(given: Project, back: Back) -> None:
    content = given.answers(back(lambda book: book["To do"].delete_rows(6, 2)))
    assert content["recorded"] == 4
    assert "2 lines of list 1-" in flat(messages(content, "notices")) and "are not in it any more" in flat(
        messages(content, "notices")
    )


# two copies, two managers, two lists


def named(name: str, row: int, said: str, notes: str = "") -> Edit:
    def edit(book: Workbook) -> None:
        book["About"]["B4"] = name
        answer(book["To do"], row, said, notes=notes or None)

    return edit


def nothing(book: Workbook) -> None:
    """No answer."""


def test_two_managers_who_answered_differently_are_both_named(given: Project, back: Back) -> None:
    one = back(named("Jane", 2, FIXED), name="jane.xlsx", first=nothing)
    two = back(named("Amir", 2, NOT_OURS, "Court team"), name="amir.xlsx", first=nothing)
    content = given.answers(one, two, code=2)
    assert [each["file"] for each in content["problems"]] == [str(two), str(one)]
    assert f"{one}, sheet 'To do', row 2 (Jane)" in messages(content)[0]
    assert f"{two}, sheet 'To do', row 2 (Amir)" in messages(content)[1]
    assert given.answers(one, two, "--accept-rest", code=2)["recorded"] == 0


def test_two_managers_who_answered_the_same_or_different_lines_agree(given: Project, back: Back) -> None:
    one = back(named("Jane", 2, FIXED), name="jane.xlsx", first=nothing)
    two = back(lambda book: [named("Amir", 2, FIXED)(book), named("Amir", 3, HELP)(book)], name="amir.xlsx", first=nothing)
    assert given.answers(one, two)["recorded"] == 2
    assert given.count("dq_reply") == 2


def test_a_second_manager_later_is_asked_about_and_may_replace(given: Project, back: Back) -> None:
    given.answers(back(named("Jane", 2, FIXED), name="jane.xlsx", first=nothing))
    two = back(named("Amir", 2, HELP), name="amir.xlsx", first=nothing)
    content = given.answers(two, code=2)
    assert "It was answered differently before: jane.xlsx, sheet 'To do', row 2 of " in messages(content)[0]
    assert given.answers(two, "--replace")["recorded"] == 1
    assert given.replies()[id_of(1)][0] == "need help"


def test_the_same_manager_may_change_an_answer(given: Project, back: Back) -> None:
    given.answers(back(named("Jane", 2, FIXED), first=nothing))
    content = given.answers(back(named(" jane ", 2, HELP), name="again.xlsx", first=nothing))
    assert content["recorded"] == 1
    assert "changes an earlier one by the same person" in flat(messages(content, "notices"))


def test_an_old_copy_is_taken_where_nobody_answered_later_and_else_asked_about(given: Project, back: Back) -> None:
    old = back(lambda book: [named("Jane", 2, FIXED)(book), named("Jane", 3, HELP)(book)], name="old.xlsx", first=nothing)
    new = edited(given.lists()["North"], old.with_name("new.xlsx"), named("Jane", 2, NOT_OURS, "Court team"))
    given.answers(new)
    content = given.answers(old, code=2)
    assert "A later list was answered differently: new.xlsx" in flat(messages(content))
    assert places(content) == [("To do", 2)]
    rest = given.answers(old, "--accept-rest", code=2)
    assert rest["recorded"] == 1
    assert "An old copy: list 1-" in flat(messages(rest, "notices"))
    assert given.replies() == {id_of(1): ("not ours", None, "Court team"), id_of(2): ("need help", None, "")}


def test_an_answer_of_an_older_list_is_followed_by_that_of_a_newer(given: Project, back: Back) -> None:
    given.answers(back(named("Jane", 2, FIXED), first=nothing))
    again = edited(given.lists()["North"], given.folder / "new.xlsx", named("", 7, FIXED))  # it waits at the end of the list now
    assert load_workbook(again)["To do"].cell(7, columns(load_workbook(again)["To do"])["Exception id"]).value == id_of(1)
    assert given.answers(again)["recorded"] == 1
    assert given.count("dq_reply") == 2


def test_a_note_alone_joins_the_answer_that_stands(given: Project, back: Back) -> None:
    given.answers(back(named("Jane", 2, HELP), first=nothing))
    path = given.lists()["North"]
    sheet = load_workbook(path)["To do"]
    [row] = [cell.row for (cell,) in sheet.iter_rows(min_col=columns(sheet)["Exception id"], max_col=columns(sheet)["Exception id"])
             if cell.value == id_of(1)]  # fmt: skip
    content = given.answers(edited(path, given.folder / "n.xlsx", set_cell(row, "Notes", "Call me on Monday")))
    assert "The note is added to the earlier answer" in flat(messages(content, "notices"))
    assert given.replies()[id_of(1)] == ("need help", None, "Call me on Monday")


def test_what_is_cleared_by_now_is_kept_and_said(given: Project, back: Back) -> None:
    path = back()
    given.check([line(1)])
    content = given.answers(path)
    assert content["recorded"] == 5
    assert flat(messages(content, "notices")).count("The exception is cleared already") == 4
    assert given.count("dq_decision") == 0


def test_a_list_of_another_project_is_refused_though_its_ids_are_the_same(given: Project, back: Back, tmp_path: Path) -> None:
    other = Project(tmp_path / "other")
    other.check([line(number) for number in range(1, 7)])
    content = other.answers(back(), code=2)
    assert messages(content) == ["It is a list of another project."]
    other.lists()
    assert messages(other.answers(back(), code=2)) == ["It is a list of another project."]
    content = other.answers(back(no_about_no_hidden_sheet), code=2)
    assert "which this project did not give out" in flat(messages(content))
    assert other.count("dq_reply") == 0


# other programs, other kinds of file


def as_csv(path: Path, target: Path, **form: Any) -> Path:
    """The sheet "To do" as a spreadsheet program saves it as text."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=form.get("delimiter", ","))
    for row in load_workbook(path)["To do"].iter_rows(values_only=True):
        writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, dt.datetime) else cell for cell in row])
    target.write_text(file.getvalue(), encoding=form.get("encoding", "utf-8"), newline="")
    return target


@pytest.mark.parametrize("form", [
    {}, {"encoding": "utf-8-sig"}, {"encoding": "cp1252"}, {"encoding": "utf-16"}, {"delimiter": ";"}, {"delimiter": "\t"},
], ids=str)  # fmt: skip
def test_text_copies_are_read(given: Project, back: Back, tmp_path: Path, form: dict[str, str]) -> None:
    path = as_csv(back(), tmp_path / "back.csv", **form)
    content = given.answers(path)
    assert content["recorded"] == 5
    assert given.replies() == EXPECTED


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.xlsx", b"", "The file is empty."), ("a.xlsx", b"Dear Jo, all done", "This is no workbook."),
    ("a.docx", b"PK\x03\x04 nothing", "The workbook cannot be read"), ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, "cannot be read"),
    ("a.pdf", b"%PDF-1.7", "This is no workbook."), ("a.csv", b"a,b\n1,2\n", "No sheet has exception ids"),
])  # fmt: skip
def test_what_is_no_list_is_refused_with_what_to_do(given: Project, tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    told = given.answers(tmp_path / name, code=2)
    assert said in flat(messages(told)) and told["problems"][0]["fix"]


def test_a_folder_and_an_empty_workbook_are_refused(given: Project, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "empty.xlsx")
    content = given.answers(tmp_path, tmp_path / "empty.xlsx", code=2)
    assert messages(content) == [
        "This is a folder.",
        "No sheet has exception ids: this is no list, or the column of the ids is gone.",
    ]


def test_a_list_without_answers_is_read_and_says_nothing(given: Project) -> None:
    assert given.answers(given.made["North"])["recorded"] == 0
    assert "There is nothing to record." in given.dq("answers", given.made["leavers"]).stdout


def test_the_plain_workbook_of_a_check_is_read_too(given: Project, back: Back) -> None:
    def plain(book: Workbook) -> None:
        no_about_no_hidden_sheet(book)
        for heading in ("Check", "Said before", "Age in days", "Due", "What is new"):
            book["To do"].delete_cols(columns(book["To do"])[heading])

    content = given.answers(back(plain))
    assert content["recorded"] == 5
    assert "5 rows name no list" in flat(messages(content, "notices"))


def test_workbooks_with_a_password(given: Project, back: Back, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password.lock(back(), tmp_path / "locked.xlsx", "three quiet owls")
    assert "--password-env" in given.dq("answers", tmp_path / "locked.xlsx", code=2).stderr
    monkeypatch.setenv("FIRST", "wrong one")
    assert "does not open" in given.dq("answers", tmp_path / "locked.xlsx", "--password-env", "FIRST", code=2).stderr
    monkeypatch.setenv("SECOND", "three quiet owls")
    content = given.answers(tmp_path / "locked.xlsx", "--password-env", "FIRST", "--password-env", "SECOND")
    assert content["recorded"] == 5


def test_nothing_typed_by_a_manager_is_quoted(given: Project, back: Back) -> None:
    canary = "Xanthippe Qwerty"

    def edit(book: Workbook) -> None:
        for heading in ("Your answer", "Fix by", "Notes", "Worker", "Person"):
            set_cell(2, heading, canary)(book)
        set_cell(3, "Exception id", canary)(book)
        set_cell(1, "Said before", canary)(book)

    for options in ((), ("--json",), ("--csv",), ("--accept-rest",)):
        result = given.dq("answers", back(edit), *options, code=2)
        assert canary not in result.output and canary.casefold() not in result.output


def test_on_postgres_too(on_postgres: Project, tmp_path: Path) -> None:
    on_postgres.check([line(number) for number in range(1, 7)])
    path = edited(on_postgres.lists()["North"], tmp_path / "back.xlsx", fill)
    assert on_postgres.answers(path)["recorded"] == 5
    assert on_postgres.replies() == EXPECTED
    assert on_postgres.answers(path)["known_already"] == 5
    on_postgres.check([line(number) for number in range(1, 8)])
    on_postgres.lists()
    old = edited(path, tmp_path / "old.xlsx", set_cell(7, "Your answer", HELP))
    assert "An old copy" in flat(messages(on_postgres.answers(old), "notices"))


def test_what_somebody_writes_on_the_sheet_that_asks_nothing_is_named(given: Project, tmp_path: Path) -> None:
    given.dq("dispose", "accept", id_of(1), "--note", "Old")
    path = given.lists()["North"]

    def write(book: Workbook) -> None:
        sheet = book["Set aside"]
        sheet.cell(2, sheet.max_column + 2).value = "But this is urgent"

    content = given.answers(edited(path, tmp_path / "b.xlsx", write))
    assert messages(content, "notices") == ["Column L holds something, and this sheet asks nothing: it is not read."]


def test_marks_beside_open_workbooks_are_passed_over(given: Project, back: Back, tmp_path: Path) -> None:
    (tmp_path / "~$back.xlsx").write_bytes(b"\x04Jane")
    content = given.answers(back(), tmp_path / "~$back.xlsx")
    assert content["recorded"] == 5
    assert "passed over" in flat(messages(content, "notices"))


def test_a_blank_far_below_costs_nothing(given: Project, back: Back) -> None:
    assert given.answers(back(lambda book: book["To do"].cell(1_048_576, 9, " ")))["recorded"] == 5


def test_what_was_left_out_is_on_record(given: Project, back: Back) -> None:
    given.answers(back(set_cell(2, "Worker", "W9")), "--accept-rest", code=2)
    assert json.loads(given.dq("audit", "--json").stdout)[-1]["note"] == "1 problem: the rest was recorded"


def test_remarks_as_csv(given: Project, back: Back) -> None:
    rows = list(csv.DictReader(io.StringIO(given.dq("answers", back(set_cell(2, "Worker", "W9")), "--csv", code=2).stdout)))
    assert [(row["level"], row["sheet"], row["row"], row["exception"]) for row in rows] == [("problem", "To do", "2", id_of(1))]
