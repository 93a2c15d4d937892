"""The nouns of ingest: where a table's rows come from, and what was found in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dq.source_map import ColumnSource

BATCH_ROWS = 20_000
BATCH_CHARACTERS = 16_000_000
EXCERPT = 200


@dataclass(frozen=True, order=True)
class FileRef:
    """One file of an extract, or one member of a zip archive; `name` is what reports call it."""

    name: str
    path: Path
    member: str | None = None


@dataclass(frozen=True)
class TableInput:
    """Where one contract table comes from.

    `columns` maps contract columns to their source (a column of the file or a constant, with value maps and date
    formats). Without a source map (`mapped` false) each contract column is its own source, and a column that the
    file lacks is only wrong where the contract requires it. `rows` names the rows of a shared file that belong
    to this table; `layout` is the table's name in the layout of an XML return, None for any other file.
    """

    table: str
    files: tuple[FileRef, ...]
    columns: Mapping[str, ColumnSource]
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    sheet: str | None = None
    mapped: bool = False
    layout: str | None = None


@dataclass(frozen=True)
class Remark:
    """What a reader noted in a file: kind of built-in rule, the table as the file names it (blank: the file's first), line."""

    kind: str
    table: str
    line: int
    message: str
    field: str | None = None
    text: str | None = None

    def saying(self, message: str) -> Remark:
        """The same in other words, without the text that was found."""
        return replace(self, message=message, text=None)


@dataclass(frozen=True)
class Text:
    """What is known of a text file before it is read: its UTF-8 copy, dialect, and independent counts.

    `records` counts rows below the header. `plain` says that every line is one record, so that a line number is a
    position; `doubtful` that only the strict reader can be trusted with the file (see
    `Shape`). `odd_space` says that cells may end in white space other than blanks.
    """

    path: Path
    delimiter: str
    header_line: int
    first_line: int
    records: int
    plain: bool
    doubtful: bool
    odd_space: bool


@dataclass(frozen=True)
class Source:
    """One file, opened: its kind, its header and how to read the rest. `text` is None but for text files.

    `staged`: `local` is a scratch file with line numbers; `typed`: its dates and numbers were no text. `records` is known
    for XML, whose reader leaves `remarks`.
    """

    ref: FileRef
    format: str
    encoding: str
    bytes: int
    sha256: str
    header: tuple[str, ...]
    text: Text | None = None
    sheet: str | None = None
    local: Path | None = None
    staged: bool = False
    typed: bool = False
    records: int | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Reject:
    """A row that could not be read: its first line, why, and the beginning of its text."""

    line: int
    message: str
    text: str


@dataclass(frozen=True)
class Finding:
    """One row of `ingest_finding`."""

    rule: str
    table_name: str
    message: str
    row_id: int | None = None
    file_id: int | None = None
    source_row: int | None = None
    field: str | None = None
    text: str | None = None


def plain_name(name: str) -> str:
    """A header or file name as it is compared: without case, white space and underscores."""
    return "".join(name.replace("_", " ").replace("\ufeff", "").split()).casefold()


def excerpt(text: str) -> str:
    """The beginning of a text for a finding: one line, at most 200 characters, control characters made visible."""
    shown = text[: EXCERPT + 1].replace("\x00", "\u2400").replace("\r", " ").replace("\n", " ").rstrip()
    return shown if len(shown) <= EXCERPT else shown[: EXCERPT - 1] + "…"
