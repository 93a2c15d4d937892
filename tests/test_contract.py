"""Contracts, code lists and source maps: each fault with file and line, all at once."""

import shutil
from pathlib import Path

import pytest
from bench import SMALL, small

from dq import contract as contracts
from dq import source_map
from dq.errors import PackError, Problem


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(PackError) as caught:
        contracts.load(folder)
    return caught.value.problems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def edit(folder: Path, old: str, new: str, file: str = "dataset.yaml") -> int:
    """Replace text in a file; returns the line on which it stands."""
    path = folder / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    return before[: before.index(old)].count("\n") + 1


FAULTS = [
    ("person_table: person", "person_table: persn", "There is no table 'persn'.", ""),
    ("key: [plan_id]", "key: [plan_no]", "key: table 'plan' has no column 'plan_no'.", "Did you mean 'plan_id'?"),
    ("person: plan_id", "person: plan_no", "person: table 'visit' has no column 'plan_no'.", "Did you mean 'plan_id'?"),
    ("key: [visit_id]", "key: [visit_id]\n    record: \"Visit of {day}\"", "record: table 'visit' has no column 'day'.", ""),
    ("links: plan.plan_id", "links: plann.plan_id", "Link to an unknown table 'plann'.", "Did you mean 'plan'?"),
    ("links: plan.plan_id", "links: plan.plan_idd", "Link to an unknown column 'plan.plan_idd'.", "Did you mean 'plan_id'?"),
    ("links: plan.plan_id", "links: plan", "a link is written table.column", ""),
    ("codes: statuses", "codes: status", "There is no code list codes/status.csv.", "Did you mean 'statuses'?"),
    ("type: boolean", "type: bool", "Input should be 'text'", ""),
    ("siblings: {title: Number of siblings", "row_hash: {title: Number of siblings", "The column name 'row_hash' is reserved.",
     "another"),
    ("siblings: {title: Number of siblings", "dq_team: {title: Number of siblings", "The column name 'dq_team' is reserved.",
     "another"),
    ("siblings: {title: Number of siblings", "raw__x: {title: Number of siblings", "The column name 'raw__x' is reserved.",
     "another"),
    ("  visit:\n", "  walk:\n", "The table name 'walk' is reserved", "another"),
    ("  visit:\n", "  dq_visit:\n", "The table name 'dq_visit' is reserved", "another"),
    ("{title: Surname, target", "{titel: Surname, target", "'titel' is not known here.", "Did you mean 'title'?"),
    ("{field: SURNAME, length", "{feild: SURNAME, length", "'feild' is not known here.", "Did you mean 'field'?"),
    ("title: Plans", "note: Plans", "'title' is missing.", ""),
    ("type: number, target", "range: [3, 1], type: number, target", "The range ends before it begins.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "fix"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults_of_a_contract(folder: Path, old: str, new: str, message: str, fix: str) -> None:
    line = edit(folder, old, new)
    found = [problem for problem in problems_of(folder) if message in problem.message]
    assert found, problems_of(folder)
    assert fix in found[0].fix
    assert found[0].file == str(folder / "dataset.yaml")
    assert abs(found[0].line - line) <= 1


def test_several_faults_at_once(folder: Path) -> None:
    edit(folder, "key: [plan_id]", "key: [plan_no]")
    edit(folder, "codes: statuses", "codes: status")
    edit(folder, "code,label", "kode,label", "codes/rooms.csv")
    assert len(problems_of(folder)) == 4  # the code list that cannot be read is missing too


CODES = [
    ("code\nA\nA\n", 3, "Code 'A' stands here twice."),
    ("code,valid_from\nA,01/02/2020\n", 2, "its dates are ISO dates"),
    ("code,label\n,x\n", 2, "A code row needs a code"),
    ("label\nx\n", 1, "The header has no column 'code'."),
]


@pytest.mark.parametrize(("text", "line", "message"), CODES)
def test_faults_of_code_lists(folder: Path, text: str, line: int, message: str) -> None:
    (folder / "codes" / "extra.csv").write_text(text, encoding="utf-8")
    [problem] = problems_of(folder)
    assert message in problem.message
    assert (problem.file, problem.line) == (str(folder / "codes" / "extra.csv"), line)


def test_the_way_to_the_person() -> None:
    contract = small()
    assert contract.person_path("visit") == [("plan_id", "plan", "plan_id")]
    assert contract.person_path("plan") == []
    assert contract.person_column("visit") == "person_id"


# source maps

GOOD = """system: Old
tables:
  person:
    files: ["PEOPLE*.csv"]
    columns:
      person_id: NUMBER
      sex: {from: GENDER, values: {Male: M, Female: F}}
      is_client: {constant: "Y"}
"""


def load_map(tmp_path: Path, text: str) -> source_map.SourceMap:
    path = tmp_path / "old.yaml"
    path.write_text(text, encoding="utf-8")
    return source_map.load(path, small())


def test_a_source_map(tmp_path: Path) -> None:
    columns = load_map(tmp_path, GOOD).tables["person"].columns
    assert columns["person_id"].source == "NUMBER"
    assert columns["sex"].values == {"Male": "M", "Female": "F"}
    assert columns["is_client"].constant == "Y"


MAP_FAULTS = [
    ("  person:\n", "  persons:\n", 3, "The contract has no table 'persons'.", "Did you mean 'person'?"),
    ("person_id: N", "persn_id: N", 6, "has no column 'persn_id'.", "Did you mean 'person_id'?"),
    ("{from: GENDER", "{form: GENDER", 7, "'form' is not known here.", "Did you mean 'from'?"),
    ('{constant: "Y"}', '{constant: "Y", from: X}', 8, "either a column of the file (from:) or a constant", ""),
    ("{constant: \"Y\"}", "{date_formats: []}", 8, "either a column of the file (from:) or a constant", ""),
    ("Male: M", "Male: Man", 7, "'Man' is not in the code list of person.sex.", ""),
    ("system: Old\n", "", 1, "'system' is missing.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "fix"), MAP_FAULTS, ids=lambda value: str(value)[:40])
def test_faults_of_a_source_map(tmp_path: Path, old: str, new: str, line: int, message: str, fix: str) -> None:
    with pytest.raises(PackError) as caught:
        load_map(tmp_path, GOOD.replace(old, new, 1))
    found = [problem for problem in caught.value.problems if message in problem.message]
    assert found, caught.value.problems
    assert fix in found[0].fix
    assert found[0].line == line
    assert found[0].file.endswith("old.yaml")
