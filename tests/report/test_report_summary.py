"""The page for the board: well-formed, self-contained, escaped, and saying what it must."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from testshire import CANARY

from dq.report import Gate, Readiness, RunSummary
from dq.report.summary import summary_html

Summarise = Callable[..., RunSummary]


def parse(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html.removeprefix("<!DOCTYPE html>\n"))


def text_of(html: str) -> str:
    body = parse(html).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def test_it_is_well_formed_and_accessible(summarise: Summarise) -> None:
    html = summary_html(summarise())
    assert html.startswith("<!DOCTYPE html>")
    root = parse(html)
    assert root.get("lang") == "en-GB"
    assert len(root.findall(".//h1")) == 1
    assert root.findall(".//table")
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert {cell.get("scope") for cell in table.iter("th")} == {"col", "row"}
        widths = {len(row) for row in table.iter("tr")}
        assert len(widths) == 1
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    named = {element.get("aria-labelledby") for element in root.iter()} - {None}
    assert named <= set(ids)
    assert all(svg.get("aria-hidden") == "true" for svg in root.iter("svg"))


def test_nothing_is_fetched_and_nothing_runs(summarise: Summarise) -> None:
    html = summary_html(summarise())
    assert not re.search(r"https?:|//[a-z]|\bsrc=|\bhref=|url\(|@import|<script|<link|\bon\w+=", html, re.IGNORECASE)
    assert "default-src 'none'" in html


def test_the_verdict_comes_first(summarise: Summarise) -> None:
    text = text_of(summary_html(summarise()))
    assert text.index("Not ready: 2 of 4 gates are not met") < text.index("Gates What the board asks for")
    assert "At most 312 of 400 open children (78.0 %) are ready" in text
    assert "1,391 of 1,520 are ready (91.5 %)" in text
    assert "NOT MET" in text
    assert "3 rejected rows of Placements could not be counted against any child" in text
    assert "The time limit of 60 seconds was reached." in text
    assert "380 of 400 95.0 %" in text
    assert "1 rule ran and found no record to look at" in text
    assert "119 days after this extract" in text
    assert "Child protection visits" in text
    assert "Early Help / MASH" in text


def test_names_and_reasons_are_escaped(summarise: Summarise) -> None:
    nasty = '<img src=x onerror=alert(1)> & "quotes"'
    results = summarise(
        project=nasty,
        gates=(Gate("a", None, ">=", 1, False, reason=nasty, title=nasty),),
        readiness=Readiness(1, 0, 1, 0, True, (nasty,)),
        fingerprints={nasty: nasty},
    )
    results = replace(results, found=tuple(replace(row, team=nasty) for row in results.found))
    html = summary_html(results)
    assert "<img" not in html
    assert nasty in text_of(html)


def test_no_name_reaches_the_page(summarise: Summarise) -> None:
    assert CANARY not in summary_html(summarise())


@pytest.mark.parametrize("parts", [
    {"found": (), "rules": (), "gates": (), "inputs": (), "by_team": (), "by_table": (), "by_dimension": ()},
    {"readiness": Readiness(0, 0, 0, 0), "go_live": None, "versions": {}, "fingerprints": {}, "tables": ()},
])  # fmt: skip
def test_empty_parts_still_make_a_page(summarise: Summarise, parts: dict[str, object]) -> None:
    html = summary_html(summarise(**parts))
    parse(html)
    assert "nan" not in text_of(html).lower().split()


def test_long_lists_are_cut_and_say_so(summarise: Summarise) -> None:
    results = summarise()
    not_run = next(row for row in results.rules if row.status == "not_evaluated")
    many = replace(results, rules=tuple(replace(not_run, rule=f"N-{n:03}") for n in range(45)))
    text = text_of(summary_html(many))
    assert "45 rules could not be run" in text
    assert "And 15 more, in rules.csv." in text


def contrast(first: str, second: str) -> float:
    """Contrast of two colours by WCAG 2.1, success criterion 1.4.3."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", ["#1b2733", "#4b5866", "#a61b1b", "#8a4b00", "#475569", "#17693a", "#1f3a5f"])
def test_text_can_be_read(ink: str, summarise: Summarise) -> None:
    assert ink in summary_html(summarise())
    assert contrast(ink, "#ffffff") >= 4.5
    assert contrast(ink, "#f4f6f9") >= 4.5
