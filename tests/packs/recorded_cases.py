"""The recorded cases of the DfE's rules, as they stand beside the checkout, and what `docs/conformance.md` says of them.

A case holds tables, settings and the rows that must be flagged. The docs are the only list of rules whose answer
differs on purpose: a row of the table there names the rule, the rows recorded and ours, so what users read is what is
tested.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from dq import pack as packs

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "conformance"
DOCS = ROOT / "docs" / "conformance.md"
PREFIXES = {"ssda903": "SSDA903", "cin": "CIN"}
EXTRACT = "extract"
OTHER_NAMES = {
    "SSDA903-233": {"DATE_EPISODE_CEASED": "DEC"},
    "SSDA903-231": {"UASC_STATUS": "UASC"},
    "SSDA903-709": {"PLACEMENT": "PLACE"},
    "SSDA903-710": {"PLACEMENT": "PLACE"},
}
"""Columns that no return has, and the real ones that the cases mean by them (the recorded caveats say so)."""

Rows = dict[str, list[int]]


@dataclass(frozen=True)
class Case:
    """One recorded case: tables as text, settings, the rows (counted from 0) that must be flagged.

    `cells` are the table and column of each cell that must be shown, where they were recorded.
    """

    pack: str
    rule: str
    number: int
    tables: dict[str, pd.DataFrame]
    settings: dict[str, Any]
    expected: Rows = field(hash=False)
    cells: frozenset[tuple[str, str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.rule} case {self.number}"


@cache
def recorded() -> tuple[Case, ...]:
    """Every recorded case of a rule that the packs hold; none where the cases are absent."""
    return tuple(_read()) if CASES.is_dir() else ()


@cache
def pack(name: str) -> packs.Pack:
    """A return pack."""
    return packs.load([name])


def _read() -> Iterator[Case]:
    for name, prefix in PREFIXES.items():
        written = {rule.id for rule in pack(name).rules}
        for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            rule = f"{prefix}-{record['rule']}"
            if rule in written:
                yield _case(name, rule, record)


def _case(name: str, rule: str, record: dict[str, Any]) -> Case:
    contract = pack(name).contract
    given = {each: (table["columns"], table["rows"]) for each, table in record["tables"].items()}
    tables = {}
    for each, (columns, rows) in given.items():
        frame = pd.DataFrame(rows, columns=columns, dtype="str").rename(columns=OTHER_NAMES.get(rule, {}))
        tables[each] = frame[[column for column in frame.columns if column in contract.tables[each].columns]]
    expected = {table: sorted(rows) for table, rows in record["expected"].items() if rows}
    if record.get("return_level_issue"):
        expected = {EXTRACT: [0]}
    cells = frozenset((table, column) for table, column, _ in record.get("expected_cells") or ())
    return Case(name, rule, record["case"], tables, _settings(record["metadata"] or {}), expected, cells)


def _settings(metadata: dict[str, Any]) -> dict[str, Any]:
    settings = {name: metadata[name] for name in ("collection_start", "collection_end", "file_format") if name in metadata}
    if "collectionYear" in metadata:
        settings["collection_year"] = int(metadata["collectionYear"])
    if "localAuthority" in metadata:
        settings["local_authority"] = metadata["localAuthority"]
    return settings


@dataclass(frozen=True)
class Difference:
    """A case that is answered otherwise on purpose, as the docs list it."""

    recorded: Rows
    ours: Rows
    why: str


def differences() -> dict[str, Difference]:
    """What the table in the docs says, by case (`SSDA903-706 case 1`)."""
    section = DOCS.read_text(encoding="utf-8").split("## Rules whose answer differs from a recorded case")[1].split("\n## ")[0]
    found = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and cells[0] != "rule":
            rule, number, then, ours, why = cells
            found[f"{rule} case {number}"] = Difference(_rows(then), _rows(ours), why)
    return found


def _rows(text: str) -> Rows:
    """``Episodes 1, 3; Header 2`` (rows counted from 1), or ``none``."""
    if text == "none":
        return {}
    found: Rows = {}
    for part in text.split(";"):
        name, numbers = re.fullmatch(r"\s*(\w+) ([\d, ]+)", part).groups()  # type: ignore[union-attr]
        found[name] = sorted(int(number) - 1 for number in numbers.split(","))
    return found
