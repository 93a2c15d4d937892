"""Names of files, values in words, figures in words, verdicts and counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from testshire import TABLES

from dq.report import Found, Gate, InputFile, Readiness, RuleRow, RunSummary
from dq.report.counts import busiest_rules, hardly_assessed, tally
from dq.report.filenames import safe_name, safe_names
from dq.report.readable import columns_of, readable_value, readable_values
from dq.report.verdict import files_sentence, readiness_sentence, state, verdict
from dq.report.words import gate_measured, gate_needed, long_date, number, percent, plural, share

Summarise = Callable[..., RunSummary]


@pytest.mark.parametrize(("name", "expected"), [
    ("Assessment North", "Assessment North"),
    ("Early Help / MASH", "Early Help - MASH"),
    ('a<b>c:d"e|f?g*h\\i', "a-b-c-d-e-f-g-h-i"),
    ("CON", "Team CON"),
    ("nul.team", "Team nul.team"),
    ("Com1", "Team Com1"),
    ("LPT¹", "Team LPT¹"),
    ("Console", "Console"),
    ("Team A...", "Team A"),
    (" . .hidden ", "hidden"),
    ("../../etc/passwd", "-..-etc-passwd"),
    ("a\x00b\nc\u202ed", "ab cd"),
    ("[Court]", "(Court)"),
    ("", "Team"),
    ("...", "Team"),
    ("Cafe\u0301", "Café"),
])  # fmt: skip
def test_safe_name(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_long_names_are_cut_without_a_trailing_dot() -> None:
    assert len(safe_name("x" * 500)) == 60
    assert safe_name("x" * 59 + ". and more") == "x" * 59
    assert len(safe_name("😀" * 500).encode()) <= 180


def test_clashes_are_resolved_the_same_in_any_order() -> None:
    names = ["court", "Court", "COURT", "Court/", "Court (2)", "x" * 70, "x" * 80]
    chosen = safe_names(names)
    assert chosen == safe_names(reversed(names))
    assert len({name.casefold() for name in chosen.values()}) == len(names)


COLUMNS = columns_of(TABLES)


@pytest.mark.parametrize(("values", "table", "expected"), [
    ('{"visit_date": "2026-05-05"}', "cp_visit", "Date of visit: 5 May 2026"),
    ('{"visit_date": null}', "cp_visit", "Date of visit: (blank)"),
    ('{"visit_date": "31/02/2026"}', "cp_visit", "Date of visit: 31/02/2026"),
    ('{"visit_date": "2026-02-31"}', "cp_visit", "Date of visit: 2026-02-31"),
    ('{"authorised_at": "2026-09-14T16:45:00"}', "assessment", "Authorised: 14 September 2026, 16:45"),
    ('{"authorised_at": "2026-09-14 00:00:00"}', "assessment", "Authorised: 14 September 2026"),
    ('{"legal_status": "C2"}', "placement", "Legal status: C2 (Full care order)"),
    ('{"legal_status": "??"}', "placement", "Legal status: ??"),
    ('{"seen": true}', "person", "Child seen: Yes"),
    ('{"seen": "false"}', "person", "Child seen: No"),
    ('{"nhs_number": "2026-05-05"}', "person", "NHS number: 2026-05-05"),
    ('{"previous_visit_date": "2026-04-07"}', "cp_visit", "Previous visit date: 7 April 2026"),
    ('{"person.date_of_birth": "2011-03-04"}', "cp_visit", "Date of birth: 4 March 2011"),
    ('{"visit_date": "2026-05-05", "n": 3}', "cp_visit", "Date of visit: 5 May 2026\nN: 3"),
    ("not json", "cp_visit", "not json"),
    ("[1]", "cp_visit", "[1]"),
    ("", "cp_visit", ""),
    (None, "cp_visit", ""),
])  # fmt: skip
def test_readable_values(values: str | None, table: str, expected: str) -> None:
    assert readable_values(values, table, COLUMNS) == expected


def test_readable_value_of_nothing() -> None:
    assert readable_value("") == readable_value(None) == "(blank)"


def test_percentages_are_rounded_down() -> None:
    assert percent(312, 400) == "78.0 %"
    assert percent(99_999, 100_000) == "99.9 %"
    assert percent(1, 1) == "100.0 %"
    assert percent(1, 100_000) == "under 0.1 %"
    assert percent(0, 5) == "0.0 %"
    assert percent(0, 0) == "none to count"
    assert share(None) == "not assessed"
    assert share(0.98) == "98.0 %"
    assert share(0.58) == "58.0 %"  # 0.58 * 1000 is 579.99... in binary


def test_small_words() -> None:
    assert long_date(date(2026, 5, 5)) == "5 May 2026"
    assert number(1234567) == "1,234,567"
    assert number(2.5) == "2.50"
    assert plural(1, "child", "children") == "1 child"
    assert plural(1200, "rule") == "1,200 rules"


def test_gates_in_words() -> None:
    share_gate = Gate("ready >= 0.98", 0.9799, ">=", 0.98, False, share=True)
    assert (gate_needed(share_gate), gate_measured(share_gate)) == ("at least 98.0 %", "97.9 %")
    none = Gate("blockers == 0", 0, "==", 0, True)
    assert (gate_needed(none), gate_measured(none)) == ("none", "none")
    unknown = Gate("rejected <= 10", None, "<=", 10, False)
    assert (gate_needed(unknown), gate_measured(unknown)) == ("at most 10", "not measured")


def test_readiness_in_words() -> None:
    assert readiness_sentence(Readiness(400, 312, 0, 0)) == "312 of 400 open children (78.0 %) are ready"
    assert readiness_sentence(Readiness(400, 312, 0, 0, True)).startswith("At most 312 of 400")
    assert readiness_sentence(Readiness(1, 1, 1, 1)) == "1 of 1 open child (100.0 %) is ready"
    assert readiness_sentence(Readiness(0, 0, 5, 5)) == "No open children were found in this extract"


def test_verdicts(summarise: Summarise) -> None:
    results = summarise()
    assert verdict(results) == "Not ready: 2 of 4 gates are not met (Blockers; Open children who are ready)."
    assert state(results) == "not-ready"
    met = replace(results, gates=results.gates[2:])
    assert verdict(met) == "Not certain: all 2 gates are met, but 1 rule could not be run."
    assert state(met) == "open"
    ran = replace(met, rules=tuple(row for row in results.rules if row.status != "not_evaluated"))
    assert verdict(ran) == "Ready, as far as the rules can tell: all 2 gates are met."
    assert state(ran) == "ready"
    none = replace(ran, gates=())
    assert verdict(none) == "No gates are set. At most 312 of 400 open children (78.0 %) are ready."
    assert state(none) == "open"


def test_rows_that_do_not_add_up_are_said() -> None:
    right = InputFile("a.csv", "a", 10, 7, 1, 2, "")
    assert files_sentence((right,)) == "Every row of 1 input file is accounted for; 1 row was rejected."
    wrong = replace(right, file="b.csv", rows_read=11)
    assert "The rows of 1 of 2 input files do not add up" in files_sentence((right, wrong))
    assert files_sentence(()) == "No input files are recorded."


def test_tallies_are_worst_first() -> None:
    found = [
        Found("R1", "a", "x", "minor", "d", 50), Found("R2", "a", "y", "blocker", "d", 1),
        Found("R3", "a", "z", "major", "d", 2), Found("R3", "b", "x", "strange", "d", 3),
    ]  # fmt: skip
    rows = tally(found, lambda row: row.team)
    assert [(row.name, row.total, row.other) for row in rows] == [("y", 1, 0), ("z", 2, 0), ("x", 53, 3)]
    assert [row.rule for row in busiest_rules(found, [], most=2)] == ["R1", "R3"]


def test_hardly_assessed_is_half_or_more() -> None:
    rows = [RuleRow(str(missing), "", "t", "minor", "d", "passed", 10, 10 - missing, 0, missing) for missing in (4, 5, 10)]
    assert [row.rule for row in hardly_assessed(rows)] == ["10", "5"]
