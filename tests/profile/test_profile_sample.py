"""The CareFirst sample: keys, links, code lists, rules that say what a check finds, and a map as good as promised."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import accuracy
import agreement
from accuracy import EXTRACT
from click.testing import Result

from dq import examples, pack
from dq.lint import lint
from dq.profile import survey, write
from dq.profile.draft_contract import person_column
from dq.profile.model import Profile

DQ_YAML = """project: Draft
packs: [casework, ./draft/casework]
source: extract
extracts: extracts
gates: ["blockers >= 0"]
"""


def test_keys_links_and_types(sample: Profile) -> None:
    assert sample.person_table == "CLIENTS" and sample.date_formats == ("%d/%m/%Y",)
    assert {table.name: table.key for table in sample.tables if len(table.key) != 1} == {}
    assert sample.table("CLIENTS").key == ("PI_NUMBER",) and sample.table("OBSERVATIONS").key == ("OBS_ID",)
    for table, column in (("CLASSIFICATIONS", "CLASSIFICATION_ID"), ("CLIENTS", "PI_NUMBER")):
        cells = _cells(table, column)
        filled = [cell for cell in cells if cell]
        key = next(key for key in sample.table(table).keys if key.columns == (column,))
        assert (key.repeated, key.blank, key.rows) == (len(filled) - len(set(filled)), len(cells) - len(filled), len(cells))
    links = {(link.table, link.column): (link.to_table, link.to_column) for link in sample.links if link.chosen}
    people = {table.name for table in sample.tables if "PI_NUMBER" in table.names} - {"CLIENTS"}
    assert {name for name in people if links.get((name, "PI_NUMBER")) != ("CLIENTS", "PI_NUMBER")} == set()
    assert links["TEAMS", "PARENT_CODE"] == ("TEAMS", "TEAM_CODE")
    assert links["OBSERVATIONS", "SUPERVISOR_ID"] == ("WORKERS", "WORKER_ID")
    assert ("CLIENTS", "PI_NUMBER") not in links and ("ACTIVITIES", "SCORE") not in links
    known = set(_cells("CLIENTS", "PI_NUMBER"))
    for name in people:
        link, cells = sample.link(name, "PI_NUMBER"), [cell for cell in _cells(name, "PI_NUMBER") if cell]
        assert link is not None and link.orphans == sum(cell not in known for cell in cells)
        assert (link.values, link.found) == (len(set(cells)), len(set(cells) & known))
    assert person_column(sample, "ASSESSMENT_FACTORS") == "ACTIVITY_ID"
    clients = sample.table("CLIENTS")
    assert clients.column("NHS_NUMBER").kind == "nhs_number" and clients.column("DATE_OF_BIRTH").type == "date"
    assert sample.table("LAC_PLACEMENTS").column("DISTANCE_MILES").type == "number"
    assert sample.table("MISSING").column("RETURNED").type == "datetime"


def _cells(table: str, column: str) -> list[str]:
    with (EXTRACT / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row[column].strip() for row in csv.DictReader(file)]


def test_code_lists_hold_codes_and_no_people(sample: Profile) -> None:
    listed = {(table.name, column.name) for table in sample.tables for column in table.columns if column.codes is not None}
    assert {("CLIENTS", "ETHNIC_ORIGIN"), ("OBSERVATIONS", "OBS_TYPE"), ("REFERRALS", "SOURCE_CODE")} <= listed
    people = {
        "FORENAME",
        "SURNAME",
        "MIDDLE_NAMES",
        "WORKER_NAME",
        "TOWN",
        "COUNTY",
        "ADDRESS_1",
        "TITLE",
        "PI_NUMBER",
        "WORKER_ID",
    }
    assert {column for _, column in listed} & people == set()
    gender = sample.table("CLIENTS").column("GENDER").codes
    assert gender is not None
    every = Counter(cell for cell in _cells("CLIENTS", "GENDER") if cell)
    rare = [rows for rows in every.values() if rows < 3]
    assert dict(gender.kept) == {value: rows for value, rows in every.items() if rows >= 3}
    assert (gender.other_values, gender.other_rows) == (len(rare), sum(rare))  # counted, not shown


def test_rules_say_what_a_check_finds(sample: Profile, tmp_path: Path) -> None:
    wrong, failing = agreement.differences(sample, tmp_path / "draft")
    assert wrong == []
    assert failing > 50  # the sample has faults, so that agreeing on nothing would not do
    found = lint([str(tmp_path / "draft")])
    assert [str(problem) for problem in found.problems] == [] and found.rules > 300
    chosen = pack.load(str(tmp_path / "draft")).select(["CLIENTS-*", "TEAMS-*", "CLASSIFICATIONS-*", "LAC_IMMUNISATIONS-*"])
    assert len(chosen.rules) > 25
    assert [str(problem) for problem in examples.run(chosen).problems] == []


def test_draft_map_is_as_good_as_promised(sample: Profile) -> None:
    columns, tables = accuracy.measure(sample)
    assert columns.precision >= 0.97 and columns.recall >= 0.85, columns
    assert tables.precision >= 0.95 and tables.recall >= 0.9, tables
    possible, _ = accuracy.measure(sample, sure=False)
    assert possible.recall >= columns.recall


def test_names_that_mean_nothing_are_not_guessed(tmp_path: Path) -> None:
    stems, headers = accuracy.renamed(tmp_path, files=True, columns=True)
    columns, _ = accuracy.measure(survey(tmp_path), files=stems, headers=headers)
    assert columns.mapped <= 20, "names say nothing, so hardly anything may be claimed"


def test_draft_map_lints_and_runs_with_the_casework_pack(sample: Profile, tmp_path: Path, dq: Callable[..., Result]) -> None:
    project = tmp_path / "project"
    (project / "draft").mkdir(parents=True)
    (project / "extracts").mkdir()
    (project / "extracts" / "2026-11-02").symlink_to(EXTRACT, target_is_directory=True)
    write(sample, project / "draft")
    (project / "draft" / "casework" / "sources" / "2026_11_02.yaml").rename(
        project / "draft" / "casework" / "sources" / "extract.yaml"
    )
    assert [str(problem) for problem in lint(["casework", str(project / "draft" / "casework")]).problems] == []
    (project / "dq.yaml").write_text(DQ_YAML, encoding="utf-8")
    result = dq("check", project, "--select", "PER-*", "--no-workbooks", "--quiet", "--out", tmp_path / "results")
    assert result.exit_code == 1, result.output  # it ran; the substance misuse rows belong to no table of the draft
    rules = (tmp_path / "results" / "rules.csv").read_text(encoding="utf-8").splitlines()[1:]
    evaluated = [line for line in rules if ",not_evaluated," not in line and line.startswith("PER-")]
    assert len(evaluated) >= 10, "the rules on people run on what the draft maps"
