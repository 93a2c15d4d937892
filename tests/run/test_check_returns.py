"""dq check on a return: one file or a folder, last year's beside it, and what the rules are told of it."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

sys.path.append(str(Path(__file__).resolve().parents[1] / "ingest"))

import small_return as small

Command = Callable[..., Result]
RULES = """
theme: Visits
rules:
  - id: V-FORMAT
    title: The rules know that the return is XML
    table: Child
    assert: ":file_format = 'xml'"
    dimension: validity
    severity: minor
    fix: None.
    source: The test
    examples:
      - {name: csv, settings: {file_format: csv}, Child: [{number: C1}], fails: [C1]}
      - {name: xml, settings: {file_format: xml}, Child: [{number: C1}], fails: []}
  - id: V-LAST
    title: The child was in last year's return
    table: Child
    assert: exists (select 1 from Child_last l where l.number = Child.number)
    dimension: consistency
    severity: minor
    fix: None.
    source: The test
    examples:
      - {name: new, Child: [{number: C1}], Child_last: [{number: C2}], fails: [C1]}
      - {name: old, Child: [{number: C1}], Child_last: [{number: C1}], fails: []}
"""
CHILDREN = "number,sex,born\nC1,F,27/03/2015\nC2,2,\n"
LAST = small.WHOLE.replace("<Number>C2</Number>", "<Number>C9</Number>")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = small.write_pack(tmp_path)
    (folder / "visits.yaml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "return"
    target.mkdir()
    return target


def failing(out: Path, rule: str) -> set[str]:
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"] for row in csv.DictReader(file) if row["rule"] == rule}


def check(dq: Command, path: Path, pack: Path, out: Path, *more: str) -> Result:
    shutil.rmtree(out, ignore_errors=True)
    return dq("check", path, "--pack", pack, "--out", out, "--no-workbooks", *more)


def test_one_xml_file(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "a.xml").write_text(small.WHOLE, encoding="utf-8")
    (folder / "b.xml").write_text(small.WHOLE, encoding="utf-8")
    result = check(dq, folder / "a.xml", pack, tmp_path / "out")
    assert result.exit_code == 0, result.output
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {row["file"] for row in run["inputs"]} == {"a.xml"}
    assert failing(tmp_path / "out", "V-FORMAT") == set()
    result = check(dq, folder, pack, tmp_path / "out")
    assert result.exit_code == 2
    assert f"dq check {folder / 'b.xml'} --pack visits" in result.output


def test_the_setting_follows_the_format_unless_it_is_given(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "child.csv").write_text(CHILDREN, encoding="utf-8")
    check(dq, folder, pack, tmp_path / "out")
    assert failing(tmp_path / "out", "V-FORMAT") == {"C1", "C2"}
    check(dq, folder, pack, tmp_path / "out", "--set", "file_format=xml")
    assert failing(tmp_path / "out", "V-FORMAT") == set()


def test_both_forms_in_one_folder_are_not_read_twice(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "child.csv").write_text(CHILDREN, encoding="utf-8")
    (folder / "return.xml").write_text(small.WHOLE, encoding="utf-8")
    result = check(dq, folder, pack, tmp_path / "out")
    assert "return.xml was not read: it is a whole return" in " ".join(result.output.split())
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert [(row["file"], row["rows_loaded"]) for row in run["inputs"]] == [("child.csv", 2)]
    assert len(run["notes"]) == 1
    assert "return.xml was not read" in (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("now", ["xml", "csv"])
@pytest.mark.parametrize("before", ["xml", "csv"])
@pytest.mark.parametrize("way", ["sub-folder", "folder", "file"])
def test_last_years_return(dq: Command, pack: Path, folder: Path, tmp_path: Path, now: str, before: str, way: str) -> None:
    name, content = ("return.xml", small.WHOLE) if now == "xml" else ("child.csv", CHILDREN)
    (folder / name).write_text(content, encoding="utf-8")
    earlier = folder / "previous" if way == "sub-folder" else tmp_path / "2025"
    earlier.mkdir()
    file = earlier / ("return.xml" if before == "xml" else "child.csv")
    file.write_text(LAST if before == "xml" else CHILDREN.replace("C2", "C9"), encoding="utf-8")
    given = {"sub-folder": (), "folder": ("--previous", str(earlier)), "file": ("--previous", str(file))}[way]
    result = check(dq, folder / name, pack, tmp_path / "out", *given)
    assert result.exit_code == 0, result.output
    assert failing(tmp_path / "out", "V-LAST") == {"C2"}
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    last = [row for row in run["inputs"] if row["table"] == "Child_last"]
    assert [(row["file"], row["rows_loaded"]) for row in last] == [(f"previous/{file.name}", 2)]


def test_a_file_of_its_own_comes_before_last_years_return(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "child.csv").write_text(CHILDREN, encoding="utf-8")
    (folder / "child_last.csv").write_text(CHILDREN, encoding="utf-8")
    (folder / "previous").mkdir()
    (folder / "previous" / "return.xml").write_text(LAST, encoding="utf-8")
    check(dq, folder, pack, tmp_path / "out")
    assert failing(tmp_path / "out", "V-LAST") == set()
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert [row["rows_loaded"] for row in run["inputs"] if row["table"] == "Child_last"] == [2]


def test_faults_of_both_years_are_told_at_once(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "return.xml").write_text(small.WHOLE[:300], encoding="utf-8")
    (folder / "previous").mkdir()
    (folder / "previous" / "return.xml").write_text("<!DOCTYPE a>" + LAST.partition("\n")[2], encoding="utf-8")
    result = check(dq, folder, pack, tmp_path / "out")
    assert result.exit_code == 2
    assert "\nreturn.xml:11: The file ends" in result.output
    assert "previous/return.xml:1: The file has a document type" in result.output


def test_a_return_of_another_year_is_told_of(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "return.xml").write_text(small.WHOLE.replace("2026</Year>", "2024</Year>"), encoding="utf-8")
    words = "says of itself (Header.year) that it is of '2024', but it is judged as 2026. If it is right, add --set year=2024."
    result = check(dq, folder, pack, tmp_path / "out")
    assert result.exit_code == 0
    assert words in " ".join(result.output.split())
    assert words in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["notes"][0]
    assert "says of itself" not in check(dq, folder, pack, tmp_path / "out", "--set", "year=2024").output


def test_a_path_that_is_not_there(dq: Command, pack: Path, folder: Path, tmp_path: Path) -> None:
    result = check(dq, folder, pack, tmp_path / "out", "--previous", str(folder / "nowhere"))
    assert (result.exit_code, "--previous" in result.output and "does not exist" in result.output) == (2, True)
    assert "Add --pack" in dq("check", small.write_pack(folder) / "dataset.yaml").output
