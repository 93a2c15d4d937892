"""Excel and OpenDocument sheets: their cells as text, in a scratch file beside the row numbers that Excel shows."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import python_calamine

from dq.errors import InputError, Problem, did_you_mean
from dq.ingest.model import plain_name
from dq.ingest.rows import RowFile


def cell_text(value: Any) -> str:
    """A typed cell as text: ISO dates, whole numbers without point, numbers without exponent, true and false.

    Midnight is left off a time, as spreadsheets keep dates as times. None and not-a-number are blank.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _plain_number(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None and value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


def _plain_number(value: float) -> str:
    shown = repr(value)
    return shown if "e" not in shown else format(value, "f")


def copy_sheet(name: str, path: Path, sheet: str | None, table: str, target: Path) -> tuple[tuple[str, ...], str]:
    """Copy a sheet to a scratch file; returns its header and the sheet's name.

    The sheet is the one asked for, else the one named like the table, else the first. The header is the first row
    that is not blank; blank rows are no rows. Raises `InputError` for an unknown sheet, a password, damage, or a
    sheet without header.
    """
    book = _load(name, path)
    title = _choose(name, book.sheet_names, sheet, table)
    cells = book.get_sheet_by_name(title)
    rows = enumerate(cells.iter_rows(), 1) if cells.start is not None else iter(())
    for _, row in rows:
        header = [" ".join(cell_text(cell).split()) for cell in row]
        if any(header):
            break
    else:
        fix = "Choose another sheet with `sheet:` in the source map, or make the extract again."
        raise InputError(Problem(name, message=f"Sheet {title!r} has no header: it is empty.", fix=fix))
    width = max(cells.width, len(header))
    header += [""] * (width - len(header))
    with RowFile(target, width) as out:
        for line, row in rows:
            texts = [cell_text(cell) for cell in row]
            if any(text and not text.isspace() for text in texts):
                out.add(line, texts + [""] * (width - len(texts)))
    return tuple(header), title


def sheet_titles(path: Path) -> list[str]:
    """Titles of the sheets of a workbook, in order; empty where it cannot be read (`copy_sheet` says why)."""
    try:
        return list(python_calamine.load_workbook(path).sheet_names)
    except (python_calamine.CalamineError, ValueError):
        return []


def _load(name: str, path: Path) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.load_workbook(path)
    except python_calamine.PasswordError:
        fix = "Save it without a password."
        raise InputError(Problem(name, message="The workbook has a password.", fix=fix)) from None
    except (python_calamine.CalamineError, ValueError):
        fix = "Open it in Excel and save it as an .xlsx workbook without a password, or as CSV UTF-8."
        raise InputError(Problem(name, message="The workbook cannot be read.", fix=fix)) from None


def _choose(name: str, titles: list[str], sheet: str | None, table: str) -> str:
    known = {plain_name(title): title for title in reversed(titles)}
    if sheet is None:
        # A table's name is a plain word, which a sheet's title need not be.
        words = {re.sub(r"[\W_]+", "", title).casefold(): title for title in reversed(titles)}
        return known.get(plain_name(table)) or words.get(plain_name(table), titles[0])
    if plain_name(sheet) in known:
        return known[plain_name(sheet)]
    fix = did_you_mean(sheet, titles) or "Sheets: " + ", ".join(map(repr, titles)) + "."
    raise InputError(Problem(name, message=f"The workbook has no sheet {sheet!r}.", fix=fix))
