"""The return files of `../shared/returns`, as they are, through both packs from the command line."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from dq import contract
from dq.cli import entry
from dq.ingest import find, load

ROOT = Path(__file__).resolve().parents[2]
RETURNS = ROOT.parent / "shared" / "returns"
here = pytest.mark.skipif(not RETURNS.is_dir(), reason=f"THE RETURN FILES ARE NOT HERE ({RETURNS}): no real return is read")
CIN = (
    "CIN2rows", "CIN_Census_2021", "CIN_Census_2021_copy", "CIN_Census_2021_no_assessment_factors", "CIN_Census_2024",
    "CIN_Census_2026", "CIN_header_issues_100", "CIN_la_issues_2887Q", "fake_CIN_data",
)  # fmt: skip
CSV = {
    "Header": ("header.csv", 2675), "UASC": ("uasc.csv", 132), "PrevPerm": ("previous_permanence.csv", 2675),
    "Episodes": ("episodes.csv", 5050), "Reviews": ("reviews.csv", 12582), "Missing": ("missing.csv", 43), "DoLo": ("DoLo.csv", 1),
    "SWEpisodes": ("sw_episodes.csv", 1), "OC2": ("oc2.csv", 2675), "OC3": ("oc3.csv", 53), "AD1": ("ad1.csv", 29),
    "PlacedAdoption": ("placed_for_adoption.csv", 29),
}  # fmt: skip


@dataclass
class Checked:
    """What a check left."""

    code: int
    output: str
    run: dict[str, Any]
    exceptions: list[dict[str, str]]

    def of(self, rule: str) -> list[dict[str, str]]:
        """Exceptions of a rule."""
        return [row for row in self.exceptions if row["rule"] == rule]


def check(path: Path, pack: str, out: Path, *more: str) -> Checked:
    arguments = ["check", str(path), "--pack", pack, "--out", str(out), "--no-workbooks", *more]
    result = CliRunner().invoke(entry, arguments, catch_exceptions=False)
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Checked(
        result.exit_code, " ".join(result.output.split()), json.loads((out / "run.json").read_text(encoding="utf-8")), rows
    )


def tables(path: Path, pack: str) -> duckdb.DuckDBPyConnection:
    """The file's tables, typed."""
    connection = duckdb.connect()
    rules = contract.load(ROOT / "rules" / pack)
    load(connection, rules, find(path, rules).inputs)
    return connection


@here
def test_there_are_no_other_files() -> None:
    assert sorted(path.stem for path in (RETURNS / "cin").iterdir()) == sorted(CIN)
    names = {name for name, _ in CSV.values()} | {"fake_903.xml", "placed_for_adoption_errors.csv"}
    assert {path.name for path in (RETURNS / "ssda903").iterdir()} == names


@here
def test_the_ssda903_files_of_a_folder(tmp_path: Path) -> None:
    checked = check(RETURNS / "ssda903", "ssda903", tmp_path / "out")
    assert {row["table"]: (row["file"], row["rows_loaded"]) for row in checked.run["inputs"]} == CSV
    assert checked.run["unrecognised"] == ["placed_for_adoption_errors.csv"]
    assert "fake_903.xml was not read: it is a whole return" in checked.output
    reasons = {row["reason"] for row in checked.run["rules"] if row["status"] == "not_evaluated"}
    assert any(reason.startswith("The extract has no Header_last (") for reason in reasons)
    absent = [reason for reason in reasons if re.search(rf"\bno ({'|'.join(CSV)}) \(", reason)]
    assert absent == []  # no table that was read counts as absent
    assert Counter(row["rule"].split(".")[0] for row in checked.exceptions)["structure"] == 0


@here
def test_the_ssda903_xml(tmp_path: Path) -> None:
    checked = check(RETURNS / "ssda903" / "fake_903.xml", "ssda903", tmp_path / "out")
    assert {row["table"]: row["rows_loaded"] for row in checked.run["inputs"]} == {
        "Header": 253, "UASC": 12, "PrevPerm": 253, "Episodes": 459, "Reviews": 1206, "Missing": 6, "OC2": 253, "OC3": 6, "AD1": 3,
        "PlacedAdoption": 3,
    }  # fmt: skip
    built_in = [row["rule"] for row in checked.exceptions if row["rule"].startswith(("structure.", "reconciliation.", "type."))]
    assert built_in == []


@here
def test_the_ssda903_xml_fills_the_columns_that_the_csv_files_fill() -> None:
    """The two hold other children; what they say of a child is the same but for what stands here."""
    xml, files = tables(RETURNS / "ssda903" / "fake_903.xml", "ssda903"), tables(RETURNS / "ssda903", "ssda903")
    children = [{row[0] for row in each.execute("select CHILD from Header").fetchall()} for each in (xml, files)]
    assert not children[0] & children[1]
    differ = {}
    for name in CSV:
        only = [filled(xml, name) - filled(files, name), filled(files, name) - filled(xml, name)]
        if only != [set(), set()]:
            differ[name] = only
    assert differ == {
        "Header": [{"UASC"}, {"MOTHER", "MC_DOB"}],  # the XML has the elements of mothers, all of them blank
        "DoLo": [set(), {"CHILD", "DOB", "DOLO_START", "DOLO_END"}],
        "SWEpisodes": [set(), {"CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON"}],
    }


def filled(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """Columns of the contract that hold anything."""
    columns = contract.load(ROOT / "rules" / "ssda903").tables[table].columns
    counts = connection.execute("select " + ", ".join(f'count("{name}")' for name in columns) + f" from {table}").fetchall()[0]
    return {name for name, count in zip(columns, counts, strict=True) if count}


@here
@pytest.mark.parametrize("name", CIN)
def test_a_cin_census_file(tmp_path: Path, name: str) -> None:
    checked = check(RETURNS / "cin" / f"{name}.xml", "cin", tmp_path / "out")
    year = "2022" if name == "fake_CIN_data" else "2023"
    assert f"it is of '{year}', but it is judged as 2026. If it is right, add --set collection_year={year}." in checked.output
    stray = [(row["source_row"], row["source_file"]) for row in checked.of("structure.ChildIdentifiers")]
    assert stray == ([] if name == "fake_CIN_data" else [("23", f"{name}.xml")])
    assert [row["rule"] for row in checked.exceptions if row["rule"].startswith("reconciliation.")] == []
    again = check(RETURNS / "cin" / f"{name}.xml", "cin", tmp_path / "again", "--set", f"collection_year={year}")
    assert "says of itself" not in again.output


@here
def test_faults_of_the_cin_files(tmp_path: Path) -> None:
    """The bad header by its rule; a date of birth of 1066 by a built-in one; an empty list is no fault of the file."""
    for name, expected in (("CIN_header_issues_100", 1), ("CIN_Census_2021", 0)):
        checked = check(RETURNS / "cin" / f"{name}.xml", "cin", tmp_path / name, "--set", "collection_year=2023")
        assert len(checked.of("CIN-100")) == expected
        assert [row["fields"] for row in checked.of("type.ChildIdentifiers")] == ["ExpectedPersonBirthDate"]
    connection = tables(RETURNS / "cin" / "CIN_Census_2026.xml", "cin")
    query = "select LAchildID, AssessmentID, AssessmentFactors from Assessments order by row_id"
    assert connection.execute(query).fetchall() == [("DfEX0000001", "1", "1C,RB,6B"), ("child_fails_assessments", "1", None)]
    factors = connection.execute("select AssessmentFactor, CINdetailsID, AssessmentID from AssessmentFactorsList").fetchall()
    assert factors == [("1C", "1", "1"), ("RB", "1", "1"), ("6B", "1", "1")]
    assert connection.execute("select PPOutcome, ReviewMeetingsCount from PreProceedings").fetchall() == [("A", 3)]


@here
def test_a_folder_of_census_files_names_the_way_to_each() -> None:
    result = CliRunner().invoke(entry, ["check", str(RETURNS / "cin"), "--pack", "cin"])
    assert result.exit_code == 2
    for name in CIN:
        assert f"dq check {RETURNS / 'cin' / name}.xml --pack cin" in result.output
