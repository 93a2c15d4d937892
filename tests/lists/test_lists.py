"""The teams' lists: which exception stands where, in which words, and that files and store go together."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from zipfile import ZipFile

import msoffcrypto
import pytest
from given import START, Project, answer, columns, edited, id_of, line, rows_of
from openpyxl import Workbook, load_workbook

from dq import lists, password
from dq.errors import DqError, OptionError

NOW = dt.datetime(2026, 10, 7, 12, tzinfo=dt.UTC)


def marks(path: Path) -> dict[str, str]:
    """What is new about each exception, in the order of the sheet."""
    return {row["Exception id"]: row["What is new"] for row in rows_of(load_workbook(path)["To do"])}


def test_every_team_gets_a_workbook_and_so_do_those_that_are_none(project: Project) -> None:
    project.check([line(1), line(2, "South"), line(3, "data team")])
    made = project.lists()
    assert sorted(made) == ["North", "South", "data team", "leavers", "unallocated"]
    assert {path.parent for path in made.values()} == {project.folder / "reports" / f"{START}-1" / "lists"}
    book = load_workbook(made["North"])
    assert book.sheetnames == ["To do", "Progress", "About", "dq list"]
    assert book["dq list"].sheet_state == "veryHidden"
    row = rows_of(book["To do"])[0]
    assert row["Exception id"] == id_of(1)
    assert "5 May 2026\n" in row["What CareFirst says"] and row["What CareFirst says"].endswith(": (blank)")
    assert row["Due"] == dt.datetime.combine(START + dt.timedelta(days=28), dt.time())
    assert row["Age in days"] == 0
    assert [row[name] for name in ("Your answer", "Fix by", "Notes", "Said before")] == [None] * 4
    empty = load_workbook(made["leavers"])["To do"]
    assert "Nothing to put right in this extract." in [cell.value for cell in empty[2]]


def test_what_is_new_stands_on_top_whatever_its_severity(project: Project) -> None:
    project.check([line(1, severity="blocker"), line(2), line(3, "South"), line(4)])
    assert set(marks(project.lists()["North"]).values()) == {"New"}
    project.check([line(1, severity="blocker"), line(2), line(3, "North", "minor"), line(5, severity="minor")])
    assert list(marks(project.lists()["North"]).items()) == [
        (id_of(3), "Handed over"), (id_of(5), "New"), (id_of(1), "Still open"), (id_of(2), "Still open"),
    ]  # fmt: skip
    project.check([line(4), line(1, severity="blocker"), line(5, severity="minor")])
    assert list(marks(project.lists()["North"]).items()) == [
        (id_of(4), "Back again"), (id_of(1), "Still open"), (id_of(5), "Still open"),
    ]  # fmt: skip


def test_new_is_what_the_team_has_not_seen_whether_or_not_a_list_was_written_each_week(project: Project) -> None:
    project.check([line(1)])
    project.lists()
    project.check([line(1), line(2)])
    project.check([line(1), line(2), line(3)])
    assert marks(project.lists()["North"]) == {id_of(2): "New", id_of(3): "New", id_of(1): "Still open"}
    assert set(marks(project.lists()["North"]).values()) == {"Still open"}


def test_a_list_of_a_run_that_was_taken_back_does_not_hide_what_is_new(project: Project) -> None:
    project.check([line(1)])
    project.lists()
    project.check([line(1), line(2)])
    project.lists()
    project.dq("runs", "--delete-latest")
    project.check([line(1), line(3)], week=3)
    assert marks(project.lists()["North"]) == {id_of(3): "New", id_of(1): "Still open"}


def test_overdue_is_said_in_words_and_days_are_the_projects(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", "due_days: {major: 7, blocker: 3}\ngo_live: 2026-10-10\n")
    for _ in range(3):
        project.check([line(1), line(2, severity="minor")])
    sheet = load_workbook(project.lists()["North"])["To do"]
    due = {row[columns(sheet)["Exception id"] - 1].value: row[columns(sheet)["Due"] - 1] for row in sheet.iter_rows(min_row=2)}
    assert due[id_of(1)].value == dt.datetime(2026, 10, 5)
    assert due[id_of(1)].number_format == 'd mmm yyyy" overdue"'
    assert due[id_of(2)].value == dt.datetime(2026, 10, 10)  # not after go-live
    assert project.dq("lists", "--csv").stdout.splitlines()[1].split(",")[4] == "2"


def test_days_that_are_none_are_refused(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", "due_days: {major: 0}\n")
    assert "at least one day" in project.dq("lists", code=2).stderr


def test_what_nobody_asks_of_a_team_is_set_aside_with_a_reason(project: Project) -> None:
    every = [line(number) for number in range(1, 8)]
    project.check(every)
    project.lists()
    for number, disposition in ((1, "transform-on-the-way"), (2, "fix-after-go-live"), (3, "accept"), (4, "disputed")):
        project.dq("dispose", disposition, id_of(number), "--note", "Because.")
    project.dq("waive", id_of(5), "--until", "2026-12-31", "--reason", "Later", "--approver", "Head")
    project.check(every[:6], "gone")
    made = project.lists()
    book = load_workbook(made["North"])
    assert book.sheetnames == ["To do", "Set aside", "Progress", "About", "dq list"]
    assert [row["Exception id"] for row in rows_of(book["To do"])] == [id_of(6)]
    why = {row["Exception id"]: (row["Why it is set aside"], row["Until"]) for row in rows_of(book["Set aside"])}
    assert sorted(why) == [id_of(number) for number in (1, 2, 3, 4, 5, 7)]
    assert "on the way" in why[id_of(1)][0] and "after go-live" in why[id_of(2)][0] and "for good" in why[id_of(3)][0]
    assert "the rule wrong" in why[id_of(4)][0]
    assert why[id_of(5)] == ("It may stay as it is for a while.\nWhy: Later\nAllowed by: Head", dt.datetime(2026, 12, 31))
    assert "no longer in the extract" in why[id_of(7)][0]
    assert {row["Exception id"]: row["What is new"] for row in rows_of(load_workbook(made["data team"])["To do"])} == {
        id_of(1): "Transform", id_of(4): "Asked of you",
    }  # fmt: skip
    told = load_workbook(project.lists()["North"])["Set aside"]
    assert id_of(7) not in [row["Exception id"] for row in rows_of(told)]  # a list says once that a record is gone


def test_an_answer_stands_beside_the_line_with_what_the_extract_says_to_it(project: Project) -> None:
    every = [line(number) for number in range(1, 6)]
    project.check(every)
    path = project.lists()["North"]

    def fill(book: Workbook) -> None:
        sheet = book["To do"]
        answer(sheet, 2, "Fixed in CareFirst")
        answer(sheet, 3, "Will fix by date", dt.date(2027, 1, 31), "Waiting for court")
        answer(sheet, 4, "Not ours", notes="Court team")
        answer(sheet, 5, "Record is right, the rule is wrong", notes="It was held by telephone")
        book["About"]["B4"] = "Jane Smith"

    project.answers(edited(path, path.with_name("back.xlsx"), fill))
    now = {row["Exception id"]: row for row in rows_of(load_workbook(project.lists()["North"])["To do"])}
    assert now[id_of(1)]["What is new"] == "Waiting"
    assert "Jane Smith said on " in now[id_of(1)]["Said before"]
    assert "The next extract will show it." in now[id_of(1)]["Said before"]
    assert "will fix by 31 January 2027." in now[id_of(2)]["Said before"]
    assert "Notes: Waiting for court" in now[id_of(2)]["Said before"]
    assert now[id_of(3)]["What is new"] == "Waiting"
    assert id_of(4) not in now
    later = dt.date.today() - START
    project.check(every, week=later.days // 7 + 3)
    made = project.lists()
    then = {row["Exception id"]: row for row in rows_of(load_workbook(made["North"])["To do"])}
    assert then[id_of(1)]["What is new"] == "Said fixed"
    assert "still shows it" in then[id_of(1)]["Said before"]
    assert next(iter(then)) == id_of(1)
    asked = {row["Exception id"]: row for row in rows_of(load_workbook(made["data team"])["To do"])}
    assert sorted(asked) == [id_of(3), id_of(4)]
    assert "North (Jane Smith) said on " in asked[id_of(3)]["Said before"]
    assert "Notes: Court team" in asked[id_of(3)]["Said before"]


def test_progress_adds_up_and_is_said_in_words(project: Project) -> None:
    project.check([line(1), line(2), line(3, severity="blocker")])
    project.lists()
    project.check([line(1), line(4), line(5, "South")])
    project.check([line(2), line(4), line(5, "North")])
    sheet = load_workbook(project.lists()["North"])["Progress"]
    texts = [str(row[0].value) for row in sheet.iter_rows() if isinstance(row[0].value, str)]
    assert "3 lines were cleared since the extract of 28 September 2026; 3 lines are left to do, none of them overdue." in texts
    assert "3 lines are new since then." in texts
    [head] = [row[0].row for row in sheet.iter_rows() if row[0].value == "Extract of"]
    table = [[cell.value for cell in row[:10]] for row in sheet.iter_rows(min_row=head + 1, max_row=head + 3)]
    assert [row[1:] for row in table] == [
        [1, 2, 0, 3, 3, 0, 0, 0, 0], [0, 2, 0, 2, 1, 0, 2, 0, 0], [0, 3, 0, 3, 0, 1, 1, 0, 1],
    ]  # fmt: skip
    for before, after in zip([[None] + [0] * 9, *table], table, strict=False):
        new, back, cleared, left, other = after[5:]
        assert after[4] == before[4] + new + back - cleared - left + other
    assert len(sheet._charts) == 1  # type: ignore[attr-defined]


def test_sheets_refuse_typing_where_no_answer_belongs_and_let_managers_sort(project: Project) -> None:
    project.check([line(1), line(2)])
    book = load_workbook(project.lists()["North"])
    sheet = book["To do"]
    assert sheet.protection.sheet and not sheet.protection.sort and not sheet.protection.autoFilter
    assert not sheet.protection.formatColumns and not sheet.protection.deleteRows
    assert not any(cell.protection.locked for row in sheet.iter_rows() for cell in row)
    assert sheet.column_dimensions["R"].max == 16_384 and not sheet.column_dimensions["R"].protection.locked
    refused = [rule for rule in sheet.data_validations.dataValidation if rule.type == "custom"]
    assert sorted(str(rule.sqref) for rule in refused) == ["A1:Q1", "A2:K3", "O2:Q3"]
    about = book["About"]
    assert about.protection.sheet and not about["B4"].protection.locked and about["A4"].value == "Filled in by"


def test_only_the_team_that_is_asked_for(project: Project) -> None:
    project.check([line(1), line(2, "South")])
    assert list(project.lists("--team", "South")) == ["South"]
    assert project.count("dq_issue") == 1
    said = project.dq("lists", "--team", "Sauth", "--team", "x" * 20, code=2).stderr
    assert "Did you mean 'South'?" in said and "There are: North, South" in said
    assert project.count("dq_issue") == 1


def test_nothing_is_written_over(project: Project, tmp_path: Path) -> None:
    project.check([line(1)])
    first, second = project.lists()["North"].parent, project.lists()["North"].parent
    assert (first.name, second.name) == ("lists", "lists-2")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    assert "not empty" in project.dq("lists", "--out", tmp_path / "full", code=2).stderr
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["x"]
    assert project.count("dq_act") == 3  # the project's mark, and two lists
    (tmp_path / "empty").mkdir()
    assert project.lists("--out", tmp_path / "empty")["North"].is_file()


def test_without_a_run_or_its_files_it_says_what_to_do(project: Project) -> None:
    assert "dq check" in project.dq("lists", code=2).stderr
    project.check([line(1)])
    (project.folder / "reports" / f"{START}-1" / "exceptions.parquet").unlink()
    assert "The files of run 1 are not there." in project.dq("lists", code=2).stderr
    project.dq("runs", "--delete-latest")
    assert "No run is recorded." in project.dq("lists", code=2).stderr


def test_when_writing_fails_neither_files_nor_store_have_changed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.check([line(1), line(2, "South")])
    real, seen = lists.write_list, []

    def failing(facts: object, team: object, rows: object, path: Path, scratch: str) -> None:
        seen.append(path.parent)
        if len(seen) > 1:
            raise OSError("disk full")
        real(facts, team, rows, path, scratch)  # type: ignore[arg-type]

    monkeypatch.setattr(lists, "write_list", failing)
    monkeypatch.setenv("LISTS_PASSWORD", "correct horse")
    for secret in (None, "correct horse"):
        seen.clear()
        with pytest.raises(OSError):
            lists.write(project.folder, "ann", NOW, secret=secret)
        assert [each.name for each in (project.folder / "reports" / f"{START}-1").iterdir()] == ["exceptions.parquet"]
        assert not seen[0].exists()
    assert project.count("dq_issue") == project.count("dq_act") == 0


def test_a_password_locks_each_workbook(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    project.check([line(1), line(2, "South")])
    monkeypatch.setenv("LISTS_PASSWORD", "three quiet owls £")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = project.lists("--password-env", "LISTS_PASSWORD")
    for path in made.values():
        with path.open("rb") as file:
            locked = msoffcrypto.OfficeFile(file)
            assert locked.is_encrypted()
            locked.load_key(password="three quiet owls £", verify_password=True)
            plain = io.BytesIO()
            locked.decrypt(plain)
        assert "To do" in load_workbook(plain).sheetnames
        assert b"Visit of 5 May" not in path.read_bytes()
    assert "three quiet owls" not in project.dq("audit", "--json").stdout


@pytest.mark.parametrize(("value", "said"), [
    (None, "is not set"), ("", "is empty"), ("sh0rt", "too short"), ("x" * 256, "too long"),
    ("line one\nline two", "cannot be typed"),
])  # fmt: skip
def test_a_password_that_protects_nothing_is_refused_before_anything_is_written(
    project: Project, monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    project.check([line(1)])
    monkeypatch.delenv("LISTS_PASSWORD", raising=False)
    if value is not None:
        monkeypatch.setenv("LISTS_PASSWORD", value)
    told = project.dq("lists", "--password-env", "LISTS_PASSWORD", code=2).stderr
    assert said in told and "LISTS_PASSWORD" in told
    assert not value or value not in told
    assert project.count("dq_act") == 0
    assert not (project.folder / "reports" / f"{START}-1" / "lists").exists()


def test_each_act_of_writing_lists_is_on_record(project: Project) -> None:
    project.check([line(1), line(2)])
    project.lists("--team", "North")
    acts = json.loads(project.dq("audit", "--json").stdout)
    assert [(each["what"], each["subject"], each["exceptions"]) for each in acts][-1] == ("lists", "run 1: 1 list", 2)


def test_no_clock_inside(project: Project) -> None:
    project.check([line(1)])
    with ZipFile(project.lists()["North"]) as archive:
        assert {each.date_time[0] for each in archive.infolist()} == {1980}


def test_files_are_for_the_owner_alone_while_they_are_made(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.check([line(1)])
    modes: list[int] = []
    real = password.lock

    def lock(plain: Path, locked: Path, secret: str) -> None:
        modes.append(plain.parent.stat().st_mode & 0o777)
        real(plain, locked, secret)

    monkeypatch.setattr(password, "lock", lock)
    lists.write(project.folder, "ann", NOW, secret="correct horse")
    assert set(modes) == {0o700}


def test_a_project_of_another_kind_is_told_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DqError):
        lists.write(tmp_path, "ann", NOW)
    with pytest.raises(OptionError):
        password.from_environment("DQ_NO_SUCH_VARIABLE")
