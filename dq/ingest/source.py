"""Open one file of an extract: unpack it, find out what it is, make it UTF-8, count it, read its header."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import TypeVar

import duckdb

from dq.errors import InputError, Problem
from dq.ingest import encoding
from dq.ingest.count import count
from dq.ingest.header import read_header
from dq.ingest.kind import check_kind, check_xml, named_kind
from dq.ingest.model import FileRef, Source, Text
from dq.ingest.workbook import copy_sheet, sheet_titles
from dq.ingest.xml_file import lay_out
from dq.xml_layout import Layout

Opened = TypeVar("Opened")
_GLOB = frozenset("*?[]{}")


def open_source(ref: FileRef, sheet: str | None, table: str, scratch: Path) -> Source:
    """Everything that must be known of a file before its records are read.

    What has to be unpacked or rewritten goes to `scratch`. The fingerprint is left to the caller. Raises `InputError`
    for a file that is not what its name says, is damaged, empty, locked or without a header.
    """
    return _safely(ref, lambda: _open(ref, sheet, table, scratch))


def open_return(ref: FileRef, layout: Layout, tables: Sequence[str], scratch: Path) -> dict[str, Source]:
    """An XML return's sources, one for each of the tables that are asked for, by their names in the layout.

    All rows are in scratch files when this returns. Remarks are on every source; the caller picks those of its table. Raises
    `InputError` for a file that is no return, has a document type declaration, or is not whole.
    """
    return _safely(ref, lambda: _lay_out(ref, layout, tables, scratch))


def _safely(ref: FileRef, opened: Callable[[], Opened]) -> Opened:
    try:
        return opened()
    except FileNotFoundError:
        problem = Problem(ref.name, message="The file does not exist.")
    except PermissionError:
        fix = "Close it in other programs and check that you may read it."
        problem = Problem(ref.name, message="The file cannot be opened.", fix=fix)
    except (EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, OSError):
        fix = "It was cut off or damaged on the way; copy or make it again."
        problem = Problem(ref.name, message="The file cannot be unpacked to its end.", fix=fix)
    except UnicodeDecodeError:
        fix = "It was cut off or damaged on the way; save it as CSV UTF-8."
        problem = Problem(ref.name, message="The file begins as UTF-16 but is not UTF-16 to its end.", fix=fix)
    raise InputError(problem)


def _lay_out(ref: FileRef, layout: Layout, tables: Sequence[str], scratch: Path) -> dict[str, Source]:
    local, name, packed = _unpack(ref, scratch)
    with local.open("rb") as stream:
        check_xml(ref.name, stream)
    targets = {table: _scratch_file(scratch, ".parquet") for table in tables}
    records, remarks, encoded = lay_out(ref, local, layout, targets)
    ending = (PurePath(name).suffix.lower().lstrip(".") or "xml") + packed
    size = ref.path.stat().st_size
    return {
        table: Source(
            ref, ending, encoded, size, "", tuple(layout.tables[table].columns), local=target, staged=True, records=records[table],
            remarks=remarks,
        )
        for table, target in targets.items()
    }  # fmt: skip


def _open(ref: FileRef, sheet: str | None, table: str, scratch: Path) -> Source:
    local, name, packed = _unpack(ref, scratch)
    with local.open("rb") as stream:
        try:
            kind = check_kind(name, stream)
        except InputError as error:
            raise InputError(Problem(ref.name, message=one.message, fix=one.fix) for one in error.problems) from None
    size = ref.path.stat().st_size
    ending = (PurePath(name).suffix.lower().lstrip(".") or "text") + packed
    if kind == "workbook":
        copy = _scratch_file(scratch, ".parquet")
        names, used_sheet = copy_sheet(ref.name, local, sheet, table, copy)
        return Source(ref, ending, "", size, "", names, sheet=used_sheet, local=copy, staged=True, typed=True)
    if kind == "parquet":
        return Source(ref, ending, "", size, "", _parquet_columns(ref, local), local=local, typed=True)
    text_path, encoded = _as_utf8(local, scratch)
    header = read_header(ref.name, text_path)
    shape = count(text_path, header.offset, header.delimiter, len(header.names))
    text = Text(
        path=text_path,
        delimiter=header.delimiter,
        header_line=header.line,
        first_line=header.first_line,
        records=shape.records,
        plain=shape.quoted_newlines == 0,
        doubtful=shape.doubtful or header.first_line != header.line + 1,
        odd_space=shape.odd_space,
    )
    return Source(ref, ending, encoded, size, "", header.names, text=text)


def sheet_names(ref: FileRef, scratch: Path) -> list[str]:
    """Titles of a workbook's sheets, in order; empty for any other file, and for one that `open_source` will refuse."""
    if named_kind(PurePath(ref.member or ref.name).name) != "workbook":
        return []
    try:
        local, _, _ = _unpack(ref, scratch)
        return sheet_titles(local)
    except (InputError, EOFError, zipfile.BadZipFile, zlib.error, OSError):
        return []


def _unpack(ref: FileRef, scratch: Path) -> tuple[Path, str, str]:
    local, name, packed = ref.path, ref.path.name, ""
    if ref.member is not None:
        target = _scratch_file(scratch, "")
        with zipfile.ZipFile(local) as archive:
            if archive.getinfo(ref.member).flag_bits & 1:
                fix = "Unpack it first, or pack it without a password."
                raise InputError(Problem(ref.name, message="The zip archive has a password.", fix=fix))
            with archive.open(ref.member) as inner, target.open("wb") as out:
                shutil.copyfileobj(inner, out, encoding.CHUNK)
        local, name, packed = target, PurePath(ref.member).name, " (zip)"
    if name.lower().endswith(".gz"):
        with local.open("rb") as stream:
            check_kind(name, stream)
        target = _scratch_file(scratch, "")
        with gzip.open(local) as unzipped, target.open("wb") as out:
            shutil.copyfileobj(unzipped, out, encoding.CHUNK)
        local, name, packed = target, name[:-3], packed + " (gzip)"
    return local, name, packed


def _as_utf8(path: Path, scratch: Path) -> tuple[Path, str]:
    with path.open("rb") as stream:
        encoded = encoding.detect(stream)
    # DuckDB takes *, ? and [ in a path for a pattern, and the header's offsets do not count a byte order mark.
    if encoded == "utf-8" and not _GLOB & set(str(path)):
        return path, encoded
    copy = _scratch_file(scratch, ".csv")
    with path.open("rb") as stream, copy.open("wb") as out:
        return copy, encoding.transcode(stream, encoded, out)


def _parquet_columns(ref: FileRef, path: Path) -> tuple[str, ...]:
    with duckdb.connect() as connection:
        try:
            return tuple(connection.read_parquet(str(path)).columns)
        except duckdb.Error:
            fix = "It was cut off or damaged on the way; copy or make it again."
            raise InputError(Problem(ref.name, message="The Parquet file cannot be read.", fix=fix)) from None


def _scratch_file(scratch: Path, ending: str) -> Path:
    handle, name = tempfile.mkstemp(dir=scratch, suffix=ending)
    os.close(handle)
    return Path(name)
