"""What would help most, on the board's page: gains of rules and the shortest way, with nothing small to be worked out."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import Lot, Project, gain, share_gate, units, way
from reading import pdf_text, section, table

from dq.store.record import FigureFacts

TEAMS = units({"Care": ["North"], "Duty": ["East"]})
BEST = [("VIS-001", 20), ("PER-008", 9), ("CPR-001", 6), ("LEG-002", 3), ("LEG-003", 0)]


def page(folder: Path, gains: list[tuple[str, int]], found: list[FigureFacts], ready: int = 340) -> tuple[Path, Path]:
    """A run of 400 open children."""
    project = Project(folder)
    more = [*(gain(rule, alone, 400) for rule, alone in gains), *found]
    gates = [share_gate("ready_children", ready, 400, 0.9)]
    project.run([Lot("North", "blocker", 70)], {"Care": (300, 280), "Duty": (100, ready - 280)}, TEAMS, gates=gates, more=more)
    project.dq("board")
    html, pdf = sorted(project.results[-1].glob("board-*"))
    return html, pdf


def test_gains_and_the_shortest_way(tmp_path: Path) -> None:
    html, pdf = page(tmp_path / "project", BEST, way(["VIS-001", "PER-008"], 360, 375))
    assert [list(row.values()) for row in table(html, "gains-table")] == [
        ["VIS-001 Title of VIS-001", "20", "+5.0"], ["PER-008 PER-008", "9", "+2.2"], ["CPR-001 CPR-001", "6", "+1.5"],
    ]  # fmt: skip
    words = "The shortest way to the gate on ready children is to clear 2 rules: VIS-001, PER-008; 375 open children would then be"
    assert words in section(html, "gains") and words in pdf_text(pdf)
    assert "LEG-002" not in section(html, "gains") and "VIS-001: Title of VIS-001" in section(html, "notes")


@pytest.mark.parametrize(("rest", "hidden"), [(3, 1), (0, 0), (5, 0)])
def test_what_other_rules_hold_back_cannot_be_worked_out_when_it_is_small(tmp_path: Path, rest: int, hidden: int) -> None:
    """Children not ready less the gains of the table are those who are held back otherwise."""
    ready = 400 - 35 - rest
    html, _ = page(tmp_path / "project", BEST[:3], [], ready)
    rows = table(html, "gains-table")
    assert sum(row["Children ready"] == "not shown" for row in rows) == hidden
    assert all((row["Points gained"] == "not shown") == (row["Children ready"] == "not shown") for row in rows)


def test_children_whom_two_rules_hold_back_together_cannot_be_worked_out_when_they_are_few(tmp_path: Path) -> None:
    """The way makes 340 + 20 + 9 + 2 ready: the 2 are those whom both rules hold back."""
    html, _ = page(tmp_path / "project", BEST, way(["VIS-001", "PER-008"], 360, 371))
    said, rows = section(html, "gains"), table(html, "gains-table")
    shown = [row["Children ready"] for row in rows]
    assert "371" not in said or "not shown" in shown


@pytest.mark.parametrize(
    ("gains", "found", "words"),
    [
        ([("A", 3), ("B", 0)], way(["A", "B"], 360, 366), "No rule by itself holds back five open children or more."),
        ([("A", 30)], way([], 360, None), "Clearing rules alone does not reach the gate on ready children."),
        ([("A", 30)], way([f"R-{n:02d}" for n in range(11)], 360, 366), "R-07 and 3 more; 366 open children would then be ready."),
    ],
)
def test_what_is_said_where_no_table_says_it(
    tmp_path: Path, gains: list[tuple[str, int]], found: list[FigureFacts], words: str
) -> None:
    html, _ = page(tmp_path / "project", gains, found)
    assert words in section(html, "gains")


def test_where_the_gate_is_met_or_nothing_was_kept_nothing_is_said(tmp_path: Path) -> None:
    for place, found in enumerate((way([], 360, 370), [])):
        html, _ = page(tmp_path / f"project{place}", [], found, 370)
        assert "What would help most" not in html.read_text(encoding="utf-8")


def test_no_open_children(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.run([], {}, TEAMS)
    project.dq("board", "--html-only")
    assert "What would help most" not in next(project.results[-1].glob("board-*.html")).read_text(encoding="utf-8")
