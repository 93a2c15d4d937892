"""The nouns that every part of dq shares."""

from __future__ import annotations

from typing import Literal, get_args

VERSION = "0.1.0"

Severity = Literal["blocker", "major", "minor"]
Dimension = Literal["completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"]
Status = Literal["passed", "failed", "not_evaluated"]

Scope = Literal["whole", "director", "head", "service", "team", "data team"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
SCOPES: tuple[Scope, ...] = get_args(Scope)
UNITLESS: tuple[Scope, ...] = ("whole", "data team")
"""Scopes without a name: `whole` sees counts of everything and no record, `data team` sees everything."""

EXCEPTION_COLUMNS = (
    "id", "rule", "table", "key", "record", "person", "worker", "team", "severity", "dimension", "fields", "values",
    "title", "fix", "group", "source_file", "source_row",
)  # fmt: skip
RULE_COLUMNS = (
    "rule", "table", "severity", "dimension", "status", "in_scope", "assessed", "failing", "not_assessed", "seconds",
    "reason",
)  # fmt: skip
MEASURE_COLUMNS = (
    "measure", "title", "area", "part", "level", "unit", "shape", "counted", "of", "not_assessed", "value", "target", "direction",
    "met", "cadence", "owner", "reason",
)  # fmt: skip

UNALLOCATED = "unallocated"
LEAVERS = "leavers"
