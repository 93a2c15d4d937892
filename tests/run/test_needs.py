"""Rules that need a table or a column of the extract: without it they are not evaluated, and say so."""

from __future__ import annotations

import pandas as pd
import pytest
from bench import rule, small

import dq
from dq.compile import Compiler
from dq.errors import PackError
from dq.explain import explain

HEADER = [{"CHILD": "C1", "DOB": "2015-05-12"}]
EPISODE = {
    "CHILD": "C1",
    "DECOM": "2025-05-12",
    "LS": "C2",
    "PLACE": "U6",
    "URN": "SC900012",
    "HOME_POST": "ZZ1 1AA",
    "PL_POST": "ZZ2 2BB",
}
DIRECTORY = [
    {"POSTCODE": "ZZ1 1AA", "EASTING": "530000", "NORTHING": "180000", "AUTHORITY": "E09000099"},
    {"POSTCODE": "ZZ2 2BB", "EASTING": "530000", "NORTHING": "820000", "AUTHORITY": "S12000099"},
]
CHOSEN = ["SSDA903-169", "SSDA903-392a", "SSDA903-454", "SSDA903-1008"]


def _said(**tables: list[dict[str, str]]) -> dict[str, tuple[str, int, str]]:
    """Status, failing records and reason of the chosen rules."""
    frames = {name: pd.DataFrame(rows) for name, rows in {"Header": HEADER, "Episodes": [EPISODE], **tables}.items()}
    result = dq.check(frames, pack="ssda903", select=CHOSEN, as_of="2026-06-30")
    rows = result.rules.set_index("rule").loc[CHOSEN]
    return {str(name): (row["status"], int(row["failing"]), row["reason"]) for name, row in rows.iterrows()}


def test_without_the_table_and_the_column_the_rules_are_not_evaluated_and_say_what_is_missing() -> None:
    said = _said()
    assert {status for status, _, _ in said.values()} == {"not_evaluated"}
    assert said["SSDA903-1008"][2] == "The extract has no provider_info (Providers registered with Ofsted)."
    assert said["SSDA903-169"][2] == (
        "The extract has no Episodes with a PL_LA (Authority of the placement), and no postcode_directory (Directory of postcodes)."
    )


def test_a_table_without_records_and_a_column_without_a_value_are_not_there() -> None:
    assert {status for status, _, _ in _said(provider_info=[], Episodes=[{**EPISODE, "PL_LA": " "}]).values()} == {"not_evaluated"}


def test_a_value_that_cannot_be_read_is_one() -> None:
    said = _said(Episodes=[{**EPISODE, "PL_DISTANCE": "far"}])
    assert (said["SSDA903-392a"][0], said["SSDA903-169"][0]) == ("passed", "not_evaluated")


def test_either_of_two_will_do() -> None:
    by_file = _said(Episodes=[{**EPISODE, "PL_LA": "Camden", "PL_DISTANCE": "400"}])
    assert {name: by_file[name][:2] for name in CHOSEN[:3]} == {
        "SSDA903-169": ("failed", 1), "SSDA903-392a": ("passed", 0), "SSDA903-454": ("failed", 1),
    }  # fmt: skip
    by_directory = _said(postcode_directory=DIRECTORY, provider_info=[{"URN": "SC900012"}])
    assert {name: by_directory[name][:2] for name in CHOSEN} == {
        "SSDA903-169": ("passed", 0), "SSDA903-392a": ("passed", 0), "SSDA903-454": ("failed", 1), "SSDA903-1008": ("passed", 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("need", "message", "fix"),
    [
        (("persn",), "needs: the contract has no table 'persn'.", "Did you mean 'person'?"),
        (("person", "person.surnam"), "needs: the contract has no column 'person.surnam'.", "Did you mean 'surname'?"),
    ],
)
def test_names_that_are_not_in_the_contract_are_faults(need: tuple[str, ...], message: str, fix: str) -> None:
    compiler = Compiler(small(), [], {})
    with pytest.raises(PackError) as caught:
        compiler.rule(rule("person", {"required": "surname"}, needs=(need,)))
    assert [(each.message, each.fix) for each in caught.value.problems] == [(message, fix)]


def test_explain_says_what_a_rule_needs() -> None:
    text = explain("SSDA903-169", [["ssda903"]], {}, [])
    assert "Not evaluated where the extract has no Episodes.PL_LA and no postcode_directory." in text
