"""The same history on SQLite and on PostgreSQL: the board's page, packs of every level and digests say the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from made import Lot, Project, gain, share_gate, units, way

from dq.store.record import FigureFacts

sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))

import stores

TEAMS = units({"Care": ["North", "South"], "Duty": ["East"]})
SETTINGS = """go_live: 2027-03-01
trial_loads: {Trial load 1: 2026-12-07}
due_days: {blocker: 7, major: 14}
mail:
  folder: outbox
  readers:
    - {name: North, level: team, unit: North, cadence: weekly}
    - {name: Care, level: service, unit: Care, cadence: weekly}
    - {name: Head, level: head, unit: Hope Head, cadence: weekly}
    - {name: Board, level: whole, cadence: weekly}
    - {name: Data, level: data team, cadence: weekly}
"""
PACKS = [("director", "Dana Director"), ("head", "Hope Head"), ("service", "Care"), ("team", "North"), ("team", "East")]


def measured(name: str, level: str, unit: str, part: int, whole: int) -> FigureFacts:
    return FigureFacts("measure", name, level, unit, part, whole, part / whole)


def history(project: Project) -> Project:
    """Five runs with all that papers read: waivers, decisions, actions, a rule that stops, gains, measures, a dissolved team."""
    for week in range(5):
        lots = [Lot("North", "blocker", 30 - 4 * week), Lot("South", "major", 8 + week, 100), Lot("unallocated", "minor", 6, 200)]
        lots += [Lot("East", "blocker", 9, 300, "VIS-002")] if week < 4 else [Lot("North", "blocker", 9, 400, "VIS-002")]
        more = [gain("VIS-001", 11, 140), gain("VIS-002", 7, 140), *way(["VIS-001", "VIS-002"], 138, 139)]
        more += [measured("MEA-1", level, unit, 8 + week, 20) for level, unit in (("whole", ""), *PACKS)]
        more.append(FigureFacts("measure target", "MEA-1", "whole", "", None, None, 0.9))
        gates = [share_gate("ready_children", 110 + week, 140, 0.98), share_gate("completeness", 95, 100, 0.9)]
        children = {"Care": (90, 70 + week), "Duty": (50, 40)}
        known = TEAMS if week < 4 else units({"Care": ["North", "South"]})
        project.run(lots, children, known, gates=gates, more=more, stopped=["VIS-009"])
        if week == 1:
            until = ("--until", "2026-11-01", "--reason", "Agreed.", "--approver", "Ada")
            project.dq("waive", "--rule", "VIS-001", "--team", "North", *until)
            project.dq("dispose", "accept", "--team", "South", "--severity", "major", "--note", "The board said so.")
    return project


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Project]]:
    home = tmp_path_factory.mktemp("both")
    with stores.postgres() as url:
        yield history(Project(home / "sqlite", SETTINGS)), history(Project(home / "postgres", SETTINGS, url))


def said(project: Project, *arguments: object) -> Mapping[str, Any]:
    content: dict[str, Any] = json.loads(project.dq(*arguments, "--json").stdout)
    return {name: value for name, value in content.items() if name != "files"}


def test_the_board_s_page(both: tuple[Project, Project]) -> None:
    one, other = (said(each, "board", "--html-only") for each in both)
    assert one == other
    assert one["burndown"] and one["gains"] and one["gain_words"] and one["risks"] and one["asks"] and one["unchecked"]
    pages = [next(each.results[-1].glob("board-*.html")).read_bytes() for each in both]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(("level", "unit"), PACKS)
def test_packs(both: tuple[Project, Project], level: str, unit: str, tmp_path: Path) -> None:
    one, other = (said(each, "pack", "--for", level, unit, "--html-only", "--out", tmp_path) for each in both)
    assert one == other
    assert one["course"]["rows"] and (level == "team" or one["course"]["parts"])


def test_digests(both: tuple[Project, Project]) -> None:
    one, other = (said(each, "digest", "weekly", "--dry-run") for each in both)
    texts = [[message["text"] for message in each["messages"]] for each in (one, other)]
    assert texts[0] == texts[1] and len(texts[0]) == 5
    assert all("Forecast for go-live" in text for text in texts[0])
