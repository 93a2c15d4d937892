"""The burn-down on the papers: the band of the whole on the board's page, of a unit and its parts on a pack, and its edges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from made import Lot, Project, count_gate, units
from reading import all_text, pdf_text, section, table

TEAMS = units({"Care": ["North", "South"], "Duty": ["East"]})


def falling(project: Project, weeks: int, teams: Sequence[str] = ("North", "South", "East"), begin: int = 40) -> None:
    """Each team has five blockers fewer each week, South none from the start."""
    for week in range(weeks):
        lots = [Lot(team, "blocker", begin - 5 * week) for team in teams if team != "South"]
        project.run(lots, {"Care": (60, 30 + 4 * week), "Duty": (60, 40)}, TEAMS)


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("burndown") / "project")
    falling(project, 6)
    return project


def pack(project: Project, level: str, unit: str, out: Path) -> Path:
    project.dq("pack", "--for", level, unit, "--out", out)
    return next(out.glob(f"pack-{level}-*.html"))


def test_the_board_shows_the_band_of_the_whole(six: Project, tmp_path: Path) -> None:
    six.dq("board", "--out", tmp_path)
    html, pdf = sorted(tmp_path.iterdir())
    rows = table(html, "weeks-table")
    assert [row["Blockers"] for row in rows[:-1]] == ["80", "70", "60", "50", "40", "30"]
    last = rows[-1]
    said = json.loads(six.dq("board", "--html-only", "--json").stdout)
    end = said["burndown"][-1]
    assert end["day"] == "2027-03-01" and last["Extract"] == "1 Mar 2027, go-live"
    assert last["Blockers"] == f"{end['low']} to {end['high']}"
    gates = {row["Gate and day"]: row["Likely"] for row in table(html, "forecast-table")}
    assert last["Blockers"] == gates["Blockers: none, at go-live"]
    assert last["Ready"] == gates["Open children ready: at least 98.0 %, at go-live"].replace(" % to ", " to ")
    assert f"Forecast for 1 Mar 2027: {last['Blockers']}." in all_text(html)
    assert "go-live" in pdf_text(pdf)


def test_a_pack_shows_the_course_of_its_unit_and_of_each_part(six: Project, tmp_path: Path) -> None:
    html = pack(six, "service", "Care", tmp_path)
    rows = table(html, "ahead-table")
    assert [row["Blockers to clear"] for row in rows if row["Eight of ten courses"] == "found"] == [
        "40",
        "35",
        "30",
        "25",
        "20",
        "15",
    ]
    assert rows[-1]["Day"] == "1 Mar 2027, go-live" and len(rows) == 11
    assert "15 blockers to clear now; on the day of go-live" in section(html, "ahead")
    parts = {row["Unit"]: row for row in table(html, "table-1")}
    assert (parts["North"]["To clear now"], parts["South"]["To clear now"]) == ("15", "0")
    assert parts["North"]["Likely at go-live"] == rows[-1]["Eight of ten courses"]  # South never had a blocker
    assert parts["South"]["Likely at go-live"] == "0" and parts["South"]["Chance that none is left"] == "more than 99 %"
    north = pack(six, "team", "North", tmp_path)
    assert table(north, "ahead-table")[-1]["Eight of ten courses"] == rows[-1]["Eight of ten courses"]
    assert "Chart: blockers to clear from 40 on 28 Sep 2026" in all_text(north)


def test_fewer_than_four_runs_are_too_little_history(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    falling(project, 3)
    html = pack(project, "team", "North", tmp_path)
    assert "Too little history: 3 runs of different dates; a forecast needs 4." in section(html, "ahead")
    assert table(html, "ahead-table") == []


def test_without_a_date_of_go_live_or_after_it_nothing_is_forecast(tmp_path: Path) -> None:
    for settings, words in (("", "Without a date of go-live"), ("go_live: 2026-10-05\n", "not after this extract")):
        project = Project(tmp_path / f"project{len(settings)}", settings=settings)
        falling(project, 4)
        assert words in section(pack(project, "team", "North", tmp_path / f"{len(settings)}"), "ahead")
        project.dq("board", "--html-only")
        assert 'class="ahead"' not in all_text(next(project.results[-1].glob("board-*.html")))


def test_one_team_is_the_whole(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    for week in range(5):
        project.run([Lot("North", "blocker", 40 - 5 * week)], {"Care": (60, 30)}, units({"Care": ["North"]}))
    rows = [table(pack(project, level, unit, tmp_path), "ahead-table") for level, unit in (("team", "North"), ("service", "Care"))]
    assert rows[0] == rows[1] and rows[0]
    project.dq("board", "--html-only")
    board = table(next(project.results[-1].glob("board-*.html")), "weeks-table")
    assert board[-1]["Blockers"].replace("fewer than 5", "") in rows[0][-1]["Eight of ten courses"]


def test_a_team_that_is_dissolved_has_nothing_ahead(tmp_path: Path) -> None:
    """Its blockers are found with another team, and nothing since."""
    project = Project(tmp_path / "project")
    for week in range(6):
        lot = Lot("East", "blocker", 9)
        moved = [(*row[:5], "North", *row[6:]) for row in lot.rows]
        if week > 2:
            object.__setattr__(lot, "__class__", type("Moved", (Lot,), {"rows": property(lambda self, moved=moved: moved)}))
        project.run([lot], {"Care": (60, 51)}, TEAMS if week < 3 else units({"Care": ["North", "South"]}))
    east = pack(project, "team", "East", tmp_path)
    assert "Its teams are dissolved and their work is with others: nothing is ahead of it." in section(east, "ahead")
    above = {row["Unit"]: row for row in table(pack(project, "director", "Dana Director", tmp_path), "table-1")}
    assert above["Hope Head"]["To clear now"] == "9"
    head = {row["Unit"]: row for row in table(pack(project, "head", "Hope Head", tmp_path), "table-1")}
    assert head["Duty"]["Likely at go-live"] == "dissolved" and head["Care"]["To clear now"] == "9"


def test_waived_blockers_are_on_the_list_and_not_to_clear(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    gates = [count_gate("blockers", 0)]
    for week in range(5):
        project.run([Lot("North", "blocker", 20)], {"Care": (0, 0)}, TEAMS, gates=gates)
        if week == 0:
            project.dq("waive", "--rule", "VIS-001", "--until", "2027-06-30", "--reason", "Agreed.", "--approver", "Ada")
    html = pack(project, "team", "North", tmp_path)
    rows = table(html, "ahead-table")
    assert [row["Blockers to clear"] for row in rows[:5]] == ["0", "0", "0", "0", "0"]
    assert section(html, "ahead").startswith("Will it be ready by go-live? No blocker to clear now;")
    project.dq("board", "--html-only", "--out", tmp_path)
    board = table(tmp_path / "board-2026-10-26.html", "weeks-table")
    low = int(board[-1]["Blockers"].partition(" to ")[0])
    assert board[-2]["Blockers"] == "20" and low >= 20  # until go-live none of the waivers ends
    assert board[-1]["Ready"] == "-"  # no open children, and no gate on them


def test_a_small_total_has_no_band(tmp_path: Path) -> None:
    """What is hidden of today could be read off a band that begins there."""
    project = Project(tmp_path / "project")
    for week in range(5):
        project.run([Lot("North", "blocker", 11 - 2 * week)], {"Care": (60, 50)}, TEAMS)
    project.dq("board", "--html-only")
    html = next(project.results[-1].glob("board-*.html"))
    rows = table(html, "weeks-table")
    assert rows[-1]["Blockers"] == "fewer than 5"
    assert json.loads(project.dq("board", "--html-only", "--json").stdout)["burndown"] == []
