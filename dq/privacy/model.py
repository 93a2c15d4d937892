"""The nouns of a copy for sharing: what becomes of a column, where it is used, what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dq.contract import Column
from dq.source_map import ColumnSource

Treatment = Literal["number", "name", "text", "code", "date", "day", "measure", "kept"]
TREATMENTS: dict[Treatment, str] = {
    "number": "a surrogate of the same length and form; equal numbers stay equal, wherever they stand, and wrong ones stay wrong",
    "name": "each word and figure a surrogate of the same length; equal words stay equal, whatever their case",
    "text": "blanked to its length: letters are x, figures 0",
    "code": "kept where a code list, the source map or a rule knows it; else a surrogate that is unknown too",
    "date": "shifted by the whole weeks of the family; text that is no date is blanked",
    "day": "kept, for it belongs to no child (workers, teams, totals); text that is no date is blanked",
    "measure": "kept where it is a number or yes and no; else blanked",
    "kept": "kept: names and numbers of teams and totals, which the contract does not call personal",
}
"""What becomes of the cells of a column. Strictest first: a cell that two tables read is treated as the stricter says."""


@dataclass(frozen=True)
class Use:
    """A column of the contract that a column of a file becomes, and the treatment that it asks for."""

    table: str
    column: Column
    origin: ColumnSource
    treatment: Treatment


@dataclass(frozen=True)
class MayDiffer:
    """A rule whose exceptions may differ in the copy, and why."""

    rule: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What was done, without a value of any record."""

    project: str
    extracts: tuple[dt.date, ...]
    files: tuple[Mapping[str, object], ...]
    columns: tuple[Mapping[str, object], ...]
    people: int
    families: int
    largest_family: int
    may_differ: tuple[MayDiffer, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
