"""Every rule of the casework pack has a planter, or a reason why no fault of it can stand in the sample."""

from __future__ import annotations

from pathlib import Path

import dq.sample.faults  # noqa: F401  (registers the planters)
from dq import pack as packs
from dq.contract import Contract
from dq.sample.faults.registry import PLANTERS
from dq.sample.layout import PARTS

PACK = Path(__file__).parents[2] / "rules" / "casework"

# Rules without a planter of their own, and why.
WITHOUT = {
    "EXT-010": "it asks for nothing until the board sets how many tables must be counted",
    "PER-090": "its pairs are planted apart from the other faults (dq/sample/twice.py)",
    "LOD-003.cla_immunisation.person_id": "planted as key_missing.cla_immunisation: the person is the key",
    "LOD-006.person.gender": "the old system holds one field, read as sex",
    "LOD-007.person.gender": "the old system holds one field, read as sex",
    "LOD-006.initial_cp_conference.transfer_in": "the column tells conferences from reviews; with another code the row is neither",
}


def _repeated(rule: str) -> tuple[str, str]:
    """Table and column of a rule repeated over columns; blank for others."""
    parts = rule.split(".")
    return (parts[1], parts[2]) if len(parts) == 3 else ("", "")


def test_every_rule_has_a_planter() -> None:
    pack = packs.load(PACK)
    lacking = []
    for rule in (each.id for each in pack.rules):
        table, column = _repeated(rule)
        in_sample = not table or table in PARTS
        never_fails = rule.startswith("LOD-007.") and _all_mapped(pack.contract, table, column)
        if rule not in PLANTERS and rule not in WITHOUT and in_sample and not never_fails:
            lacking.append(rule)
    assert lacking == [], "write a planter in dq/sample/faults for each, or add it to WITHOUT with the reason"


def _all_mapped(contract: Contract, table: str, column: str) -> bool:
    """Whether every code of a column's list has a code in the target, so that LOD-007 cannot fail."""
    return all(code.target for code in contract.codes[contract.column(table, column).codes or ""])


def test_the_exceptions_are_rules_without_a_planter() -> None:
    rules = {each.id for each in packs.load(PACK).rules}
    assert sorted(set(WITHOUT) - rules) == []
    assert sorted(set(WITHOUT) & set(PLANTERS)) == []


def test_every_planter_is_of_a_rule() -> None:
    rules = {each.id for each in packs.load(PACK).rules}
    built_in = ("type.", "key_missing.", "key_duplicated.")
    assert sorted(rule for rule in PLANTERS if rule not in rules and not rule.startswith(built_in)) == []
