"""One file that came back, read whole: its answers, its remarks, and which list it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dq.returned.cells import exception_id, letter, plain, text
from dq.returned.layout import NotAsked, Undecided, lay_out
from dq.returned.model import Remark, Returned
from dq.returned.rows import Found, read_rows
from dq.returned.sheets import Opened, Sheet, Unreadable, opened
from dq.team_list import CODE, FACTS, FILLED_IN_BY, HIDDEN

LONGEST_NAME = 100


def read(path: Path, passwords: tuple[str, ...] = ()) -> Returned:
    """Read a file. Whatever is wrong becomes a remark; a file that cannot be read at all is one."""
    file = str(path)
    try:
        book = opened(path, passwords)
    except Unreadable as error:
        return Returned(file, "", remarks=(Remark(file, "", 0, error.message, error.fix),))
    facts, given = _facts(book.sheets)
    code = facts.get("dq list", "")
    answered_by = _filled_in_by(book.sheets)
    remarks = [Remark(file, "", 0, each, "Take the cells apart in the program that wrote it.") for each in book.doubts]
    found: list[Found] = []
    undecided: list[Remark] = []
    aside = False
    for sheet in book.sheets:
        if _is_hidden(sheet):
            continue
        layout = lay_out(sheet)
        if isinstance(layout, NotAsked):
            aside = True
            remarks += _written_there(file, sheet, layout)
        elif isinstance(layout, Undecided):
            undecided.append(Remark(file, sheet.title, layout.row, layout.message, layout.fix))
        elif layout is not None:
            found.append(read_rows(file, sheet, layout, code, answered_by))
    remarks += undecided
    if not (found or undecided or aside or _empty_list(book, given)):
        message = "No sheet has exception ids: this is no list, or the column of the ids is gone."
        remarks.append(Remark(file, "", 0, message, "Ask for the workbook that was given out, with the column Exception id."))
    return Returned(
        file, hashlib.sha256(book.content).hexdigest(), sum(each.rows for each in found),
        tuple(said for each in found for said in each.said), tuple([*remarks, *(one for each in found for one in each.remarks)]),
        _together(each.ids for each in found), facts.get("project", ""), {code: given} if code else {},
    )  # fmt: skip


def _written_there(file: str, sheet: Sheet, layout: NotAsked) -> list[Remark]:
    return [
        Remark(
            file, sheet.title, layout.row, f"Column {letter(column)} holds something, and this sheet asks nothing: it is not read.",
            "Tell the data team what it says.", "notice",
        )
        for column in layout.added
    ]  # fmt: skip


def _is_hidden(sheet: Sheet) -> bool:
    return plain(sheet.title) == HIDDEN and bool(sheet.rows) and plain(_cell(sheet.rows[0], 0)) == FACTS[0]


def _facts(sheets: Sequence[Sheet]) -> tuple[dict[str, str], frozenset[str]]:
    """What the hidden sheet says of the list, and the ids that stood on it; nothing where the sheet is gone or spoilt."""
    for sheet in sheets:
        if _is_hidden(sheet):
            facts = {plain(_cell(row, 0)): text(_cell(row, 1)).strip() for row in sheet.rows[: len(FACTS)]}
            if CODE.fullmatch(facts.get(FACTS[0], "")):
                ids = (exception_id(_cell(row, 0)) for row in sheet.rows[len(FACTS) :])
                return facts, frozenset(each for each in ids if each)
    return {}, frozenset()


def _empty_list(book: Opened, given: frozenset[str]) -> bool:
    return not given and any(_is_hidden(sheet) for sheet in book.sheets)


def _filled_in_by(sheets: Iterable[Sheet]) -> str:
    """The name beside "Filled in by"."""
    for sheet in sheets:
        for row in sheet.rows[:40]:
            for place, cell in enumerate(row):
                if isinstance(cell, str) and plain(cell).rstrip(":") == plain(FILLED_IN_BY):
                    names = [" ".join(text(each).split()) for each in row[place + 1 :]]
                    return next((name[:LONGEST_NAME] for name in names if name), "")
    return ""


def _together(parts: Iterable[Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        for code, ids in part.items():
            found[code] = found.get(code, frozenset()) | ids
    return found


def _cell(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else ""
