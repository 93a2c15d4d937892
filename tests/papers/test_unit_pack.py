"""Packs of managers: the same figures for one unit, not suppressed, and without a record's key."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import CANARY, Lot, Project, units
from pypdf import PdfReader
from reading import all_text, pdf_text, section, table

TEAMS = units({"Care": ["North", "South"], "Duty": ["East"]})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project", settings="go_live: 2027-03-01\ndue_days: {blocker: 7}\n")
    for _ in range(3):
        lots = [
            Lot("North", "blocker", 3),
            Lot("South", "blocker", 1),
            Lot("South", "major", 2, 60, "VIS-002"),
            Lot("East", "blocker", 9),
        ]
        project.run(lots, {"Care": (20, 17), "Duty": (9, 1)}, TEAMS)
    return project


def made(project: Project, level: str, unit: str, out: Path) -> tuple[Path, Path]:
    project.dq("pack", "--for", level, unit, "--out", out)
    [html], [pdf] = out.glob("*.html"), out.glob("*.pdf")
    return html, pdf


def test_a_service_sees_its_teams_and_small_numbers(project: Project, tmp_path: Path) -> None:
    html, pdf = made(project, "service", "Care", tmp_path / "out")
    assert section(html, "verdict").startswith(
        "4 blockers to clear, among 6 exceptions. 17 of 20 open children (85.0 %) are ready."
    )
    assert "Past their date on the lists: 4." in section(html, "verdict")
    stands = [(row["Unit"], row["Blockers"], row["Major"], row["Late"]) for row in table(html, "table-1")]
    assert stands == [("North", "3", "0", "3"), ("South", "1", "2", "1")]
    assert [row["Blockers"] for row in table(html, "weeks-table")] == ["4", "4", "4"]
    goes_wrong = [list(row.values()) for row in table(html, "table-4")]
    assert goes_wrong == [["Title of VIS-001", "Blocker", "4", "1", "4"], ["Title of VIS-002", "Major", "2", "1", "2"]]
    assert "Not for publication" in pdf_text(pdf)


def test_nothing_of_a_record_and_no_worker_is_named(project: Project, tmp_path: Path) -> None:
    for level, unit in (("director", "Dana Director"), ("head", "Hope Head"), ("service", "Duty"), ("team", "South")):
        for path in made(project, level, unit, tmp_path / level):
            assert CANARY not in all_text(path), level


def test_each_level_adds_up(project: Project, tmp_path: Path) -> None:
    html, _ = made(project, "director", "Dana Director", tmp_path / "out")
    assert [(row["Unit"], row["Blockers"]) for row in table(html, "table-1")] == [("Hope Head", "13")]
    html, _ = made(project, "head", "Hope Head", tmp_path / "head")
    assert [(row["Unit"], row["Blockers"]) for row in table(html, "table-1")] == [("Duty", "9"), ("Care", "4")]


def test_a_dissolved_team_still_has_its_pack(project: Project, tmp_path: Path) -> None:
    project.run([Lot("North", "blocker", 3)], {"Care": (20, 17)}, units({"Care": ["North", "South"]}))
    html, _ = made(project, "team", "East", tmp_path / "out")
    text = section(html, "verdict")
    assert "does not know this team any more" in text and "It has no open children." in text


def test_unknown_units_and_levels_are_told(project: Project) -> None:
    assert "There is no such service. Did you mean 'Care'?" in project.dq("pack", "--for", "service", "Car", code=2).stderr
    assert "One of: director, head, service, team." in project.dq("pack", "--for", "board", "Care", code=2).stderr
    assert "It goes with --records." in project.dq("pack", "--for", "team", "North", "--seed", "x", code=2).stderr


def test_the_pdf_is_tagged_and_the_same_each_time(project: Project, tmp_path: Path) -> None:
    _, pdf = made(project, "team", "North", tmp_path / "out")
    first = pdf.read_bytes()
    root = PdfReader(pdf).root_object
    assert root["/Lang"] == "en-GB" and "/StructTreeRoot" in root
    assert project.dq("pack", "--for", "team", "North", "--out", tmp_path / "out").stdout.count("(written over)") == 2
    assert pdf.read_bytes() == first
