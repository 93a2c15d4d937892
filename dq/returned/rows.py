"""The rows of a laid-out sheet as answers, with what is wrong about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dq.dispositions import ANSWERS
from dq.returned.cells import answer, day, exception_id, letter, plain, text
from dq.returned.layout import ENTRY, Layout
from dq.returned.model import Remark, Said
from dq.returned.sheets import Sheet
from dq.team_list import ANSWERS as WORDS
from dq.team_list import CHECK, CHECKED, COLUMNS, changed_cells

CHOICES = "; ".join(WORDS[each][0].replace(" in {system}", "") for each in ANSWERS)
HEADINGS = {column.name: column.heading for column in COLUMNS}


@dataclass(frozen=True)
class Found:
    """What a sheet says: answers, remarks, and the ids that stand on it by the code of their list."""

    rows: int
    said: tuple[Said, ...]
    remarks: tuple[Remark, ...]
    ids: Mapping[str, frozenset[str]]


def read_rows(file: str, sheet: Sheet, layout: Layout, code: str, answered_by: str) -> Found:
    """Read every row below the headings. `code` is the list of rows whose own cells do not name one.

    A row without an answer, a date and a note says nothing. A row that says something, and of which that cannot be used, gives
    a problem and no answer.
    """
    remarks = [Remark(file, sheet.title, (layout.heading or 0) + 1, each, level="notice") for each in layout.doubts]
    remarks += _unread(file, sheet, layout)
    rows = _spread(file, sheet, layout, remarks)
    said: list[Said] = []
    ids: dict[str, set[str]] = {}
    number_of_rows = 0
    for place in range(layout.first, len(sheet.rows)):
        row = rows.get(place, sheet.rows[place])
        cells = {name: row[column] if column < len(row) else "" for name, column in layout.columns.items()}
        entries = {name: cells.get(name, "") for name in ENTRY}
        lost = [name for name in ENTRY if name in layout.columns and _lost(sheet, place, layout.columns[name])]
        exception = exception_id(cells["id"])
        says = any(plain(cell) for cell in entries.values()) or bool(lost)
        check = CHECK.fullmatch(plain(cells.get("check", "")))
        mine = check["list"] if check else code
        if exception:
            number_of_rows += 1
            ids.setdefault(mine, set()).add(exception)
        if not says or place == layout.heading:
            continue
        where = _Row(file, sheet.title, place + 1, exception)
        if one := _row(where, cells, lost, remarks):
            changed = _changed(cells) if "check" in layout.columns else ()
            said.append(
                Said(file, sheet.title, place + 1, exception, one[0], one[1], one[2], mine, changed, answered_by)
            )  # fmt: skip
    return Found(number_of_rows, tuple(said), tuple(remarks), {each: frozenset(found) for each, found in ids.items()})


@dataclass(frozen=True)
class _Row:
    file: str
    sheet: str
    row: int
    exception: str

    def remark(self, message: str, fix: str = "", level: Literal["problem", "notice"] = "problem") -> Remark:
        return Remark(self.file, self.sheet, self.row, message, fix, level, self.exception)


def _row(where: _Row, cells: Mapping[str, Any], lost: list[str], remarks: list[Remark]) -> tuple[Any, Any, str] | None:
    """The answer, date and note of a row; None, and problems, where one of them cannot be used."""
    problems: list[Remark] = []
    if not where.exception:
        damaged = bool(plain(cells["id"]))
        message = "The exception id is damaged." if damaged else "The row has an answer and no exception id."
        problems.append(where.remark(message, "Copy the row's id from the list that was given out."))
    for name in lost:
        message = f"{HEADINGS[name]} holds a formula that was never worked out, or an error."
        problems.append(where.remark(message, "Type what it should say, or open and save the workbook in Excel."))
    said = answer(cells.get("answer", ""))
    if said is None and plain(cells.get("answer", "")):
        problems.append(where.remark("The answer is not one of the list.", f"Choose one: {CHOICES}."))
    date = day(cells.get("fix_by", "")) if plain(cells.get("fix_by", "")) else None
    if date is None and plain(cells.get("fix_by", "")):
        problems.append(where.remark("Fix by is no date.", "Write it as 31/01/2027; say more under Notes."))
    remarks += problems
    return None if problems else (said or "", date, text(cells.get("notes", "")).strip())


def _changed(cells: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Fixed cells that are not as they were given out; columns that are gone are not compared."""
    given = {name: _as_given(name, cells[name]) for name in CHECKED if name in cells}
    found = changed_cells(text(cells.get("check", "")), given)
    return None if found is None else tuple(found)


def _as_given(name: str, cell: Any) -> str:
    """A fixed cell as it was given out, also where a program saved what it showed."""
    if name == "id":
        return exception_id(cell)
    if name == "due" and (date := day(plain(cell).removesuffix("overdue")) or day(cell)):
        return date.isoformat()
    return text(cell)


def _lost(sheet: Sheet, place: int, column: int) -> bool:
    return bool(sheet.without_value) and (place + 1, letter(column)) in sheet.without_value


def _unread(file: str, sheet: Sheet, layout: Layout) -> list[Remark]:
    """Columns that somebody added: what stands there is seen by nobody, and should not be thought read."""
    found = []
    for column in layout.unread:
        cells = sum(1 for row in sheet.rows[layout.first :] if column < len(row) and plain(row[column]))
        words = f"{cells} {'cell holds' if cells == 1 else 'cells hold'} something"
        message = f"Column {letter(column)} is not one of the list's, and is not read: {words}."
        fix = "Put what belongs to an answer under Notes."
        found.append(Remark(file, sheet.title, (layout.heading or 0) + 1, message, fix, "notice"))
    return found


def _spread(file: str, sheet: Sheet, layout: Layout, remarks: list[Remark]) -> dict[int, list[Any]]:
    """Rows whose answer, date or note is merged with that of rows above: the one value is meant for all of them."""
    changed: dict[int, list[Any]] = {}
    entry = {layout.columns[name] for name in ENTRY if name in layout.columns}
    for (top, left), (bottom, right) in sheet.merged:
        if top < layout.first:
            continue
        if layout.columns["id"] in range(left, right + 1):
            message = f"Exception ids of rows {top + 1} to {bottom + 1} are merged into one."
            remarks.append(Remark(file, sheet.title, top + 1, message, "Take the list that was given out, and answer there."))
            continue
        for column in entry & set(range(left, right + 1)):
            value = sheet.rows[top][left]
            for place in range(top, min(bottom, len(sheet.rows) - 1) + 1):
                row = changed.setdefault(place, list(sheet.rows[place]))
                row[column] = value if column == left else row[column]
        if left in entry:
            message = f"The cells of rows {top + 1} to {bottom + 1} are merged: what they say is taken for each of these rows."
            remarks.append(Remark(file, sheet.title, top + 1, message, level="notice"))
    return changed
