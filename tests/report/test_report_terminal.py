"""What the terminal shows: 80 columns, no colour needed, the verdict last."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from testshire import CANARY

from dq.report import Found, RunSummary
from dq.report.terminal import render

Summarise = Callable[..., RunSummary]
FILES = [
    Path("reports/run/summary.html"),
    Path("reports/run/rules.csv"),
    Path("reports/run/teams/Court.xlsx"),
]


def shown(results: RunSummary, files: list[Path] | None = None, width: int = 80) -> str:
    page = io.StringIO()
    render(results, Console(file=page, width=width, no_color=True), FILES if files is None else files)
    return page.getvalue()


def test_it_says_what_was_found(summarise: Summarise) -> None:
    text = shown(summarise())
    words = " ".join(text.split())
    assert "All 300" in words
    assert "Completeness" in words
    assert "(3 more)" in words
    assert "At most 312 of 400 open children (78.0 %) are ready." in words
    assert "NOT MET" in words and " met" in words
    assert "CIC-031: The time limit of 60 seconds was reached." in words
    assert "summary.html, rules.csv" in words
    assert "teams: 1 workbook" in words
    assert text.splitlines()[-1] == ("Not ready: 2 of 4 gates are not met (Blockers; Open children who are ready).")
    assert CANARY not in text


def test_it_fits_80_columns_and_any_encoding(summarise: Summarise) -> None:
    text = shown(replace(summarise(), project="Testshire"))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text


def test_square_brackets_and_long_names_are_left_alone(summarise: Summarise) -> None:
    found = (Found("R", "t", "[red]Team[/red] :smile: " + "x" * 60, "minor", "validity", 1),)
    text = shown(summarise(found=found))
    assert "[red]Team[/red] :smile:" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_nothing_found_and_no_files(summarise: Summarise) -> None:
    text = shown(summarise(found=(), gates=(), rules=()), [])
    assert "Files are in" not in text
    assert text.splitlines()[-1] == "No gates are set. At most 312 of 400 open children (78.0 %) are ready."
