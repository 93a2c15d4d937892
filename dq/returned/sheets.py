"""The file of any spreadsheet program as sheets of cells: .xlsx, .xlsm, .xlsb, .xls, .ods, or text saved from one of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import SheetTypeEnum

from dq import password
from dq.returned.broken import cells_without_value, has_merged_rows, is_locked_ods

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
TEXT = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells from its first row on. `merged` are areas of several rows, as first and last row and column from 0;
    `without_value` are row numbers from 1 and column letters of cells whose value the file does not hold."""

    title: str
    rows: list[list[Any]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    without_value: frozenset[tuple[int, str]] = frozenset()


class Unreadable(Exception):
    """The file cannot be read: why, and what to do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message, self.fix = message, fix


@dataclass(frozen=True)
class Opened:
    """A file's sheets. `doubts` are sentences on what the file's kind does not tell."""

    sheets: tuple[Sheet, ...]
    content: bytes = field(repr=False)
    doubts: tuple[str, ...] = ()


def opened(path: Path, passwords: tuple[str, ...]) -> Opened:
    """Read a file whole. Raises `Unreadable`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("There is no such file.", "Look at its name and folder.") from None
    except IsADirectoryError:
        raise Unreadable("This is a folder.", "Give the files in it.") from None
    except OSError:
        raise Unreadable("The file cannot be opened.", "Close it in the other program, and look whether you may read it.") from None
    if not content:
        raise Unreadable("The file is empty.", "Ask for it again.")
    if content.startswith((ZIP, OLE)):
        return _workbook(content, passwords)
    if path.suffix.lower() in TEXT:
        return Opened((Sheet(path.stem, _text_rows(content)),), content)
    raise Unreadable("This is no workbook.", "Give the .xlsx file that the manager saved (or .xls, .ods, .csv).")


def _workbook(content: bytes, passwords: tuple[str, ...]) -> Opened:
    if content.startswith(OLE) and password.is_locked(content):
        content = _unlocked(content, passwords)
    if is_locked_ods(content):
        fix = "Ask for it saved as .xlsx, with the same password or without one."
        raise Unreadable("The workbook is an .ods file with a password, which only LibreOffice opens.", fix)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
    except (python_calamine.CalamineError, ValueError, OSError):
        fix = "Open it in Excel or LibreOffice and save it as .xlsx; ask for it again where that fails."
        raise Unreadable("The workbook cannot be read: it is damaged, or of a kind that is not known.", fix) from None
    without = cells_without_value(content)
    sheets = []
    for known in book.sheets_metadata:
        if known.typ == SheetTypeEnum.WorkSheet:
            sheets.append(_sheet(book.get_sheet_by_name(known.name), without))
    doubts: tuple[str, ...] = ()
    if has_merged_rows(content):
        doubts = ("It has cells merged over several rows, and an .ods file does not tell which: all but the first count as blank.",)
    return Opened(tuple(sheets), content, doubts)


def _unlocked(content: bytes, passwords: tuple[str, ...]) -> bytes:
    if not passwords:
        raise Unreadable("The workbook has a password.", "Put it into an environment variable and name that: --password-env VAR.")
    plain = password.unlock(content, passwords)
    if plain is None:
        fix = "Ask for the right one (--password-env may be repeated), or for the workbook saved as .xlsx without a password."
        raise Unreadable("The password does not open the workbook.", fix)
    return plain


def _sheet(sheet: python_calamine.CalamineSheet, without: Mapping[str, frozenset[tuple[int, str]]]) -> Sheet:
    rows = _rows(sheet)
    merged = tuple(area for area in sheet.merged_cell_ranges or () if area[0][0] < area[1][0])
    return Sheet(sheet.name, rows, merged, without.get(sheet.name, frozenset()))


def _rows(sheet: python_calamine.CalamineSheet) -> list[list[Any]]:
    """Rows from the first of the sheet, columns from the first; a blank far below does not cost a million rows."""
    if sheet.start is None:
        return []
    left: list[Any] = [""] * sheet.start[1]
    blank: list[Any] = []
    rows = [[*left, *row] if any(cell != "" for cell in row) else blank for row in sheet.iter_rows()]
    while rows and not any(str(cell).strip() for cell in rows[-1]):
        rows.pop()
    return rows


def _text_rows(content: bytes) -> list[list[Any]]:
    text = _decoded(content)
    lines = text.split("\n", 1)
    if lines[0].strip().lower().startswith("sep=") and len(lines) > 1:
        text = lines[1]
    marks = max((",", ";", "\t"), key=text[:5_000].count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=marks)]
    except csv.Error:
        raise Unreadable("The text cannot be read as a table.", "Ask for the workbook itself.") from None


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
