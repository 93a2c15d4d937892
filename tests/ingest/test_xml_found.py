"""Which file of a folder is the return, and what is told of the others."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_return as small

from dq.contract import Contract
from dq.errors import InputError
from dq.ingest import Found, find

CHILDREN = "number,sex,born\nC1,F,2015-03-27\n"


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return small.load(tmp_path)


def found(folder: Path, contract: Contract, **files: str) -> Found:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return find(folder, contract)


def tables(one: Found) -> dict[str, str]:
    return {each.table: each.files[0].name for each in one.inputs}


def test_an_xml_return_holds_every_table_of_the_layout(folder: Path, contract: Contract) -> None:
    one = found(folder, contract, a_xml=small.WHOLE)
    assert tables(one) == dict.fromkeys(("Header", "Child", "Need", "Plan", "Visit", "Guardian"), "a.xml")
    assert (one.format, one.notes, one.unrecognised) == ("xml", [], [])


def test_tables_beside_the_layout_come_from_their_own_files(folder: Path, contract: Contract) -> None:
    one = found(folder, contract, a_xml=small.WHOLE, club_csv="club\nA\n", child_last_csv=CHILDREN)
    (folder / "child.last.csv").rename(folder / "child_last.csv")
    one = find(folder, contract)
    assert (tables(one)["Club"], tables(one)["Child_last"], tables(one)["Child"]) == ("club.csv", "child_last.csv", "a.xml")


def test_tables_in_files_of_their_own_are_read_and_the_xml_is_told_of(folder: Path, contract: Contract) -> None:
    one = found(folder, contract, a_xml=small.WHOLE, child_csv=CHILDREN)
    assert tables(one) == {"Child": "child.csv"}
    (note,) = one.notes
    assert "a.xml was not read" in note and "child.csv" in note and str(folder) not in note
    assert (one.format, one.unrecognised) == ("csv", [])


def test_several_returns_are_refused_with_the_way_to_check_one(folder: Path, contract: Contract) -> None:
    with pytest.raises(InputError) as error:
        found(folder, contract, a_xml=small.WHOLE, b_xml=small.WHOLE[:200])
    assert [problem.file for problem in error.value.problems] == ["a.xml", "b.xml"]
    assert f"dq check {folder / 'a.xml'} --pack visits" in error.value.problems[0].fix


def test_xml_of_something_else_is_no_return(folder: Path, contract: Contract) -> None:
    one = found(folder, contract, a_xml=small.WHOLE, schema_xml="<schema/>")
    assert (tables(one)["Child"], one.unrecognised) == ("a.xml", ["schema.xml"])


def test_the_only_xml_is_taken_for_the_return_so_that_its_fault_is_told(folder: Path, contract: Contract) -> None:
    assert tables(found(folder, contract, schema_xml="<schema/>"))["Child"] == "schema.xml"
    one = found(folder, contract, schema_xml="<schema/>", child_csv=CHILDREN)
    assert (tables(one), one.unrecognised) == ({"Child": "child.csv"}, ["schema.xml"])


def test_one_file_may_be_given(folder: Path, contract: Contract) -> None:
    found(folder, contract, child_csv=CHILDREN, a_xml=small.WHOLE)
    assert set(tables(find(folder / "a.xml", contract)).values()) == {"a.xml"}
    assert tables(find(folder / "child.csv", contract)) == {"Child": "child.csv"}


def test_a_pack_without_a_layout_leaves_xml_alone(folder: Path, tmp_path: Path) -> None:
    dataset = small.DATASET.split("xml:\n")[0] + "tables:\n" + small.DATASET.split("\ntables:\n")[1]
    one = found(folder, small.load(tmp_path, dataset), a_xml=small.WHOLE, child_csv=CHILDREN)
    assert (tables(one), one.unrecognised, one.format) == ({"Child": "child.csv"}, ["a.xml"], "")
