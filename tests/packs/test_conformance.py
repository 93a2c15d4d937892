"""The return packs against the recorded cases of the DfE's rules, through the public `dq.check`.

A case holds tables, metadata and the rows that must be flagged. Each is run in the order recorded and in reverse: no
rule may depend on the order of a file. Rules whose answer differs on purpose are in `DIFFERENCES`, with the reason;
`docs/conformance.md` tells users the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dq

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "conformance"
PACKS = {"ssda903": "SSDA903", "cin": "CIN"}
SETTINGS = ("collection_start", "collection_end")
EXTRACT = "extract"

Rows = dict[str, list[int]]

DIFFERENCES: dict[str, tuple[Rows, str]] = {
    "SSDA903-706": (
        {"DoLo_last": [2]},
        "The recorded case gives the position of a row of DoLo_last under the name of DoLo; the order that has no "
        "counterpart this year stands in last year's return.",
    ),
}


@dataclass(frozen=True)
class Case:
    """One recorded case: tables as text, settings, the rows that must be flagged."""

    pack: str
    rule: str
    number: int
    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any]
    expected: Rows

    def __str__(self) -> str:
        return f"{self.rule} case {self.number}"


def _cases() -> Iterator[Case]:
    for pack, prefix in PACKS.items():
        written = set(_rule_ids(pack))
        lines = (CASES / f"{pack}.jsonl").read_text(encoding="utf-8").splitlines()
        for record in map(json.loads, lines):
            rule = f"{prefix}-{record['rule']}"
            if rule in written:
                yield _case(pack, rule, record)


def _case(pack: str, rule: str, record: dict[str, Any]) -> Case:
    tables = {}
    for name, table in record["tables"].items():
        tables[name] = pd.DataFrame(table["rows"], columns=table["columns"], dtype="str")
    metadata = record["metadata"] or {}
    settings: dict[str, Any] = {name: metadata[name] for name in SETTINGS if name in metadata}
    if "collectionYear" in metadata:
        settings["collection_year"] = int(metadata["collectionYear"])
    if "file_format" in metadata:
        settings["file_format"] = metadata["file_format"]
    expected = {table: sorted(rows) for table, rows in record["expected"].items() if rows}
    if record.get("return_level_issue"):
        expected = {EXTRACT: [0]}
    return Case(pack, rule, record["case"], tables, settings, expected)


@cache
def _rule_ids(pack: str) -> tuple[str, ...]:
    from dq import pack as packs

    return tuple(rule.id for rule in packs.load([pack]).rules)


def _flagged(case: Case, *, backwards: bool = False) -> Rows:
    """Positions of the flagged rows by table, as the case counts them."""
    frames = {name: frame[::-1].reset_index(drop=True) if backwards else frame for name, frame in case.tables.items()}
    for name in _needed(case.pack):
        frames.setdefault(name, pd.DataFrame())
    result = dq.check(frames, pack=case.pack, select=[case.rule], settings=case.settings, as_of="2026-06-30")
    of_rule = result.rules[result.rules["rule"] == case.rule]
    assert list(of_rule["status"].unique()) != ["not_evaluated"], of_rule["reason"].tolist()
    found: Rows = {}
    of_rule = result.exceptions[result.exceptions["rule"] == case.rule]
    for table, line in zip(of_rule["table"], of_rule["source_row"].astype(object), strict=True):
        if line is pd.NA:
            found.setdefault(EXTRACT, []).append(0)
            continue
        position = int(line) - 2
        found.setdefault(table, []).append(len(case.tables[table]) - 1 - position if backwards else position)
    return {table: sorted(rows) for table, rows in found.items()}


@cache
def _needed(pack: str) -> tuple[str, ...]:
    """Tables that the contract does not let be absent; a case leaves out what its rule does not read."""
    from dq import pack as packs

    return tuple(table.name for table in packs.load([pack]).contract.tables.values() if not table.optional)


ALL = list(_cases()) if CASES.is_dir() else []
absent = pytest.mark.skipif(
    not CASES.is_dir(), reason=f"THE RECORDED CASES ARE NOT HERE ({CASES}): no return rule is held against them"
)


@absent
def test_every_rule_of_the_return_packs_has_a_recorded_case() -> None:
    without = {rule for pack in PACKS for rule in _rule_ids(pack)} - {case.rule for case in ALL}
    assert not without


@absent
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "in reverse"])
@pytest.mark.parametrize("case", ALL, ids=str)
def test_the_recorded_rows_are_flagged(case: Case, backwards: bool) -> None:
    flagged = _flagged(case, backwards=backwards)
    if case.rule in DIFFERENCES:
        ours, reason = DIFFERENCES[case.rule]
        assert flagged == ours, reason
        assert flagged != case.expected, f"{case.rule} no longer differs; remove it from DIFFERENCES. It said: {reason}"
        return
    assert flagged == case.expected


def test_the_docs_list_every_rule_that_differs() -> None:
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    section = text.split("## Rules whose answer differs from a recorded case")[1].split("## ")[0]
    listed = {line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")} - {"rule"}
    assert listed == set(DIFFERENCES)
