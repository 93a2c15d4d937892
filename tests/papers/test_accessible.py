"""Every page, as a browser shows it, breaks no rule of WCAG 2.2 at AA that axe can test."""

from __future__ import annotations

from pathlib import Path

import browser
from made import Lot, Project, units

CHECKED = ("color-contrast", "document-title", "html-has-lang", "svg-img-alt", "landmark-one-main")


def test_the_boards_page(tmp_path: Path) -> None:
    browser.needed()
    project = Project(tmp_path / "project")
    lots = [Lot("North", "blocker", 12), Lot("East", "blocker", 3), Lot("East", "major", 9, 50)]
    for _ in range(3):
        project.run(lots, {"Care": (40, 30), "Duty": (20, 18)}, units({"Care": ["North"], "Duty": ["East"]}), stopped=["VIS-009"])
    project.dq("dispose", "accept", "--team", "East", "--severity", "major", "--note", "The board said so.")
    project.dq("board", "--html-only")
    found = browser.axe(next(project.results[-1].glob("board-*.html")), tmp_path)
    assert found["violations"] == []
    assert set(CHECKED) <= set(found["passes"])
