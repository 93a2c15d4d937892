"""Write changed cells as the files they came from: same names, same separators; rows that cannot be read stay so."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from dq.ingest.model import FileRef, Reject
from dq.privacy.files import Sheet

TYPED = (".parquet", ".pq")
BOOKS = (".xlsx", ".xlsm")
OLD_BOOKS = (".xls", ".xlsb", ".ods")
_EXCEL_CELL = 32_767


@dataclass(frozen=True)
class Written:
    """A file of an extract as it was written: its name before and now, and what changed in how it is written."""

    name: str
    now: str
    rows: int
    rejected: int
    note: str = ""
    renamed: bool = False


def write(folder: Path, sheets: Sequence[tuple[Sheet, pa.Table]]) -> list[Written]:
    """Write the sheets of one extract into a folder; archives and workbooks are put together again."""
    files: dict[Path, list[tuple[Sheet, pa.Table]]] = {}
    for sheet, cells in sheets:
        files.setdefault(sheet.ref.path, []).append((sheet, cells))
    told: list[Written] = []
    for group in files.values():
        ref = group[0][0].ref
        if ref.member is None:
            name, content = _content(PurePosixPath(ref.name).name, group)
            path = folder / PurePosixPath(ref.name).parent / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            told += _told(group, str(PurePosixPath(ref.name).parent / name))
            continue
        path = folder / ref.name.split(":", 1)[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, inner in _members(group).items():
                name, content = _content(PurePosixPath(member).name, inner)
                archive.writestr(str(PurePosixPath(member).parent / name), content)
                told += _told(inner, f"{path.name}:{PurePosixPath(member).parent / name}")
    return told


def renamed(ref: FileRef) -> bool:
    """Whether a file is written under another ending, because its format cannot be written."""
    return PurePosixPath(ref.member or ref.name).suffix.lower() in OLD_BOOKS


def _members(group: Iterable[tuple[Sheet, pa.Table]]) -> dict[str, list[tuple[Sheet, pa.Table]]]:
    members: dict[str, list[tuple[Sheet, pa.Table]]] = {}
    for sheet, cells in group:
        members.setdefault(sheet.ref.member or "", []).append((sheet, cells))
    return members


def _told(group: Iterable[tuple[Sheet, pa.Table]], now: str) -> list[Written]:
    return [
        Written(sheet.ref.name, now, cells.num_rows, len(sheet.rejects), _note(sheet), renamed(sheet.ref)) for sheet, cells in group
    ]


def _note(sheet: Sheet) -> str:
    if renamed(sheet.ref):
        return "an old workbook is written as .xlsx"
    if sheet.format.startswith(("parquet", "pq", *(each[1:] for each in BOOKS))):
        return "every cell is text"
    return "" if sheet.encoding in ("utf-8", "utf-8-sig") else f"{sheet.encoding} is written as UTF-8"


def _content(name: str, group: Sequence[tuple[Sheet, pa.Table]]) -> tuple[str, bytes]:
    packed = name.lower().endswith(".gz")
    suffix = PurePosixPath(name.removesuffix(name[-3:]) if packed else name).suffix.lower()
    sheet, cells = group[0]
    if suffix in (*BOOKS, *OLD_BOOKS):
        return (PurePosixPath(name).with_suffix(".xlsx").name if suffix in OLD_BOOKS else name), _workbook(group)
    if suffix in TYPED:
        buffer = io.BytesIO()
        pq.write_table(cells.rename_columns(list(sheet.header)), buffer, compression="zstd")
        return name, buffer.getvalue()
    text = _text(sheet, cells)
    return name, gzip.compress(text, mtime=0) if packed else text


def _text(sheet: Sheet, cells: pa.Table) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=sheet.delimiter, lineterminator="\r\n")
    writer.writerow(sheet.header)
    for batch in cells.to_batches(max_chunksize=50_000):
        columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))
    for reject in sorted(sheet.rejects, key=lambda each: "cut off" in each.message):
        buffer.write(_unreadable(reject, sheet))
    encoding = "utf-8-sig" if sheet.encoding == "utf-8-sig" else "utf-8"
    return buffer.getvalue().encode(encoding, "replace")


def _unreadable(reject: Reject, sheet: Sheet) -> str:
    """A row that is rejected for the same reason and says nothing."""
    message = reject.message
    if message.startswith("Too ") and message.split(":")[1].split()[0].isdigit():
        return sheet.delimiter.join("x" * int(message.split(":")[1].split()[0])) + "\r\n"
    if "NUL" in message:
        return sheet.delimiter.join(["x\0", *"x" * (len(sheet.header) - 1)]) + "\r\n"
    return '"x"x' + sheet.delimiter + "x\r\n"


def _workbook(group: Sequence[tuple[Sheet, pa.Table]]) -> bytes:
    buffer = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        for sheet, cells in group:
            page = book.add_worksheet(sheet.title)
            for place, name in enumerate(sheet.header):
                page.write_string(0, place, name)
            columns = [column.to_pylist() for column in cells.columns]
            for line, row in enumerate(zip(*columns, strict=True), start=1):
                for place, text in enumerate(row):
                    if text:
                        page.write_string(line, place, text[:_EXCEL_CELL])
    return buffer.getvalue()
