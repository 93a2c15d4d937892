"""What readiness rests on and what holds it back is said on the page and on the terminal, and not only in run.json."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from dq.report import holding_back
from dq.report.summary import summary_html
from dq.report.terminal import render
from dq.summary import Allowance, Gain, Readiness, RunSummary, ShortList

Summarise = Callable[..., RunSummary]
READY = Readiness(200, 150, 900, 800, unchecked=3, allowed=1, cannot_load=2, touched=5)
ALLOWED = (Allowance("waived", "A. Head", 4), Allowance("transform on the way", "", 1))
GAINS = (Gain("PER-008", "A date of birth is there", 12, 6), Gain("CPR-001", "", 4, 0))


def printed(results: RunSummary) -> str:
    console = Console(file=io.StringIO(), width=200)
    render(results, console, [])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_what_does_not_count_is_shown_with_who_approved_it(summarise: Summarise) -> None:
    results = summarise(readiness=READY, allowed=ALLOWED, gains=GAINS, short_list=ShortList(("PER-008", "CPR-001"), 160, 162))
    said = list(holding_back.notes(results))
    assert said == [
        "4 blockers do not count: waived, approved by A. Head.",
        "1 blocker does not count: transform on the way.",
        "1 open child is ready only because of that.",
        "3 open children are not ready because a blocker rule that would have read their records could not run.",
        "2 people have a blocker on their own record; 5 further open children would lose a link to one of them.",
    ]
    for shown in (printed(results), summary_html(results)):
        assert all(sentence in shown for sentence in said)
        assert "The shortest way to the gate is to clear 2 rules: PER-008, CPR-001. 162 open children would then be ready." in shown
    assert "A date of birth is there" in summary_html(results) and "+3.0 points" in summary_html(results)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, ""),
        (ShortList((), 160, 170), ""),
        (ShortList((), 196, None), "The gate needs 196 ready children; clearing rules alone does not reach it."),
        (
            ShortList(("A",), 160, 161, proven=False),
            "A short way to the gate is to clear 1 rule: A. 161 open children would then be ready.",
        ),
    ],
)
def test_the_way_to_the_gate(summarise: Summarise, found: ShortList | None, words: str) -> None:
    assert holding_back.short_list(summarise(short_list=found)) == words


def test_where_nothing_holds_back_nothing_is_said(summarise: Summarise) -> None:
    results = summarise(readiness=Readiness(0, 0, 0, 0))
    assert list(holding_back.notes(results)) == [] and "What would help most" not in summary_html(results)
