"""The nouns of profiling: what was measured of tables and columns, what was found between them, what was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dq.contract import Personal, Type


@dataclass(frozen=True)
class Shape:
    """How values are written: letters as A or a, digits as 9, other characters as they are; rows and distinct values."""

    text: str
    rows: int
    values: int


@dataclass(frozen=True)
class DateReading:
    """How many rows of a column are dates under one format, and how many are dates under no other."""

    format: str
    rows: int
    only: int = 0


@dataclass(frozen=True)
class Facts:
    """What was measured of one column; nothing is judged yet. Counts are rows unless they say values.

    `values` is kept only where there are few of them; it never leaves the profile but by the rules of
    `dq.profile.codes`.
    """

    place: int
    header: str
    filled: int
    blank: int
    distinct: int = 0
    once: int = 0
    surplus: int = 0
    shortest: int = 0
    longest: int = 0
    spaces: int = 0
    leading_zero: int = 0
    several_lines: int = 0
    lengths: tuple[tuple[int, int], ...] = ()
    shapes: tuple[Shape, ...] = ()
    shape_count: int = 0
    unshaped: int = 0
    values: tuple[tuple[str, int], ...] = ()
    dates: tuple[DateReading, ...] = ()
    two_digit_years: int = 0
    serials: int = 0
    timed: int = 0
    outside: int = 0
    years: tuple[tuple[int, int], ...] = ()
    valid: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.filled + self.blank


@dataclass(frozen=True)
class Codes:
    """The values of a code-like column that may be shown, each with its rows; the rest only as counts."""

    kept: tuple[tuple[str, int], ...]
    other_values: int = 0
    other_rows: int = 0
    name: str = ""


@dataclass(frozen=True)
class Column:
    """One column, judged: its name and type in the draft contract, and why."""

    name: str
    facts: Facts
    type: Type
    personal: Personal
    parsed: int
    why: str
    format: str = ""
    kind: str = ""
    codes: Codes | None = None
    warning: str = ""

    @property
    def failing(self) -> int:
        """Rows that are filled and not of the type."""
        return self.facts.filled - self.parsed


@dataclass(frozen=True)
class Key:
    """Columns that tell one row from another: rows that repeat another's values, rows with a blank in them."""

    columns: tuple[str, ...]
    repeated: int
    blank: int
    rows: int

    @property
    def exact(self) -> bool:
        """Whether every row has a value of its own."""
        return self.repeated == 0 and self.blank == 0


@dataclass(frozen=True)
class Link:
    """A column whose values are found in a unique column of a table: distinct values and rows, found and orphaned."""

    table: str
    column: str
    to_table: str
    to_column: str
    values: int
    found: int
    rows: int
    orphans: int
    confidence: float
    chosen: bool = False

    @property
    def share(self) -> float:
        """Share of the distinct values that are found."""
        return self.found / self.values if self.values else 0.0


@dataclass(frozen=True)
class Pair:
    """Two date columns of one table of which the first should not be after the second: rows with both, rows reversed."""

    first: str
    second: str
    both: int
    reversed: int


@dataclass(frozen=True)
class Slice:
    """The rows of a table that bear one value of a telling column, and which columns are filled there."""

    column: str
    value: str
    rows: int
    filled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table of the extract: where it came from, its columns, its keys."""

    name: str
    files: tuple[str, ...]
    stems: tuple[str, ...]
    sheet: str | None
    formats: tuple[str, ...]
    encodings: tuple[str, ...]
    rows: int
    rejected: int
    skipped: tuple[str, ...]
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    key: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    slices: tuple[Slice, ...] = ()

    def column(self, name: str) -> Column:
        """A column by its name in the draft contract; KeyError when there is none."""
        return next(column for column in self.columns if column.name == name) if name in self.names else _missing(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the file's order."""
        return tuple(column.name for column in self.columns)


def _missing(name: str) -> Column:
    raise KeyError(name)


@dataclass(frozen=True)
class Match:
    """A contract column and the column of the extract that it may come from, with the evidence.

    `sure` says that the draft map takes it; otherwise it stands there as a comment.
    """

    column: str
    source: str
    confidence: float
    evidence: str
    sure: bool = False
    values: tuple[tuple[str, str], ...] = ()
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableMatch:
    """A contract table and the table of the extract (or its rows with one value) that it may come from."""

    table: str
    source: str
    rows_column: str = ""
    rows_value: str = ""
    confidence: float = 0.0
    evidence: str = ""
    sure: bool = False
    columns: tuple[Match, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Everything that is written: the tables, what links them, and how they may become a pack's contract."""

    title: str
    folder: Path
    tables: tuple[Table, ...]
    links: tuple[Link, ...]
    person_table: str
    date_formats: tuple[str, ...]
    unread: tuple[str, ...]
    pack: str
    matches: tuple[TableMatch, ...] = ()

    def table(self, name: str) -> Table:
        """A table by name; StopIteration when there is none."""
        return next(table for table in self.tables if table.name == name)

    def link(self, table: str, column: str) -> Link | None:
        """The chosen link of a column, or None."""
        return self.chosen.get((table, column))

    @cached_property
    def chosen(self) -> dict[tuple[str, str], Link]:
        """The chosen links by table and column."""
        return {(link.table, link.column): link for link in self.links if link.chosen}
