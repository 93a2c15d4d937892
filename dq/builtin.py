"""The rules that every pack has, one of each kind a table: what ingest finds before any rule runs."""

from __future__ import annotations

from dataclasses import dataclass

from dq.model import Dimension, Severity


@dataclass(frozen=True)
class BuiltIn:
    """A kind of built-in rule; its id on a table is ``<kind>.<table>``."""

    kind: str
    title: str
    fix: str
    severity: Severity
    dimension: Dimension
    to_owner: bool = False


KINDS: dict[str, BuiltIn] = {
    each.kind: each
    for each in (
        BuiltIn(
            "structure",
            "The file has the columns that the contract names, each once",
            "Repair the extract: see the column named here. If the system has changed, change the source map.",
            "minor",
            "consistency",
            to_owner=True,
        ),
        BuiltIn(
            "reconciliation",
            "Every row of the file is read",
            "Repair the row in the extract, or in the record that it comes from, and take the extract again.",
            "blocker",
            "completeness",
            to_owner=True,
        ),
        BuiltIn(
            "type",
            "Every value has the form that its column asks for, and dates are plausible",
            "Look the value up in the record and enter it again in the right form.",
            "major",
            "validity",
        ),
        BuiltIn(
            "key_missing",
            "Every record has its number",
            "The record cannot be told from others. Find it by its other details and have its number restored.",
            "blocker",
            "completeness",
            to_owner=True,
        ),
        BuiltIn(
            "key_duplicated",
            "No two records have the same number",
            "Two records bear one number. Find out which one is right before either is loaded.",
            "blocker",
            "uniqueness",
            to_owner=True,
        ),
        BuiltIn(
            "calendar",
            "Dates that working days are counted from lie between 1990 and 2040",
            "Check the date: working days cannot be counted for it.",
            "minor",
            "validity",
        ),
    )
}


def is_built_in(rule: str) -> bool:
    """Whether a rule's id is that of a built-in one, such as ``type.person``."""
    return rule.partition(".")[0] in KINDS
