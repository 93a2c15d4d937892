"""Where on a sheet the ids and the answers stand: by headings and by what the columns hold, never by position.

Rows may stand above the headings, columns may be moved, added, hidden or renamed, and the sheet may be called anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dq.report.aside_sheet import ASIDE_COLUMNS, WHY
from dq.returned.cells import answer, exception_id, letter, plain
from dq.returned.sheets import Sheet
from dq.team_list import CHECK, CHECKED, COLUMNS

ENTRY = tuple(column.name for column in COLUMNS if column.entry)
SYSTEM_SAYS = re.compile(r"what .+ says")


@dataclass(frozen=True)
class Layout:
    """The row of the headings (None where there is none) and the first of the data, from 0; columns by name, from 0.

    `unread` are columns with content that nobody asked for. `doubts` are sentences on what was guessed.
    """

    heading: int | None
    first: int
    columns: Mapping[str, int]
    unread: tuple[int, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class NotAsked:
    """The sheet of what is set aside. `added` are columns from 0 in which somebody wrote something all the same."""

    row: int
    added: tuple[int, ...]


@dataclass(frozen=True)
class Undecided:
    """A sheet that has exception ids, and on which the answers cannot be told from the rest: why, and what to do."""

    row: int
    message: str
    fix: str


def lay_out(sheet: Sheet) -> Layout | Undecided | NotAsked | None:
    """Find the columns of a sheet; None where it is no list: no exception ids."""
    heading, named = _headings(sheet.rows)
    ids, first = _ids(sheet.rows, named.get("id", ()), heading)
    if ids is None:
        return None
    if heading is None or heading >= first:
        heading, named = None, {}
    if _is_aside(sheet.rows, heading) and not any(name in named for name in ENTRY):
        return _aside(sheet, heading or 0)
    columns, doubts = {"id": ids}, []
    for name in [*CHECKED, *ENTRY, "check"]:
        if name == "id":
            continue
        places = [place for place in named.get(name, ()) if place != ids]
        filled = [place for place in places if _content(sheet.rows, place, first)]
        if name in ENTRY and len(filled) > 1:
            where = " and ".join(letter(place) for place in filled)
            words = next(column.heading for column in COLUMNS if column.name == name)
            return Undecided(
                (heading or 0) + 1, f"Columns {where} are both headed {words!r}.", "Which holds the answers? Rename the other."
            )
        if places:
            columns[name] = (filled or places)[0]
    taken = {*columns.values(), *(place for places in named.values() for place in places)}
    spare = [place for place in range(_width(sheet.rows)) if place not in taken and _content(sheet.rows, place, first)]
    if "check" not in columns:
        _adopt("check", [each for each in spare if _all_are(sheet.rows, each, first, CHECK.fullmatch)], columns, spare)
    if "answer" not in columns:
        found = [each for each in spare if _all_are(sheet.rows, each, first, answer)]
        if len(found) != 1:
            fix = "Give the column of the answers its heading back: Your answer."
            return Undecided((heading or 0) + 1, "No column is headed 'Your answer'.", fix)
        doubts.append(f"No column is headed 'Your answer': column {letter(found[0])} is taken for it, because it holds answers.")
        _adopt("answer", found, columns, spare)
    for name, words in (("fix_by", "Fix by"), ("notes", "Notes")):
        if name not in columns and spare and heading is not None:
            where = ", ".join(letter(each) for each in spare)
            return Undecided(
                heading + 1, f"No column is headed {words!r}, and columns that have no name of ours hold something: {where}.",
                f"Give the column its heading back: {words}. If it was deleted, add an empty one.",
            )  # fmt: skip
        if name not in columns:
            doubts.append(f"There is no column {words!r}: it counts as empty.")
    return Layout(heading, first, columns, tuple(spare), tuple(doubts))


def _headings(rows: Sequence[Sequence[Any]]) -> tuple[int | None, dict[str, list[int]]]:
    """The row with most of our headings, where it has at least two, and which of them stand where."""
    best: tuple[int | None, dict[str, list[int]]] = (None, {})
    for number, row in enumerate(rows):
        found: dict[str, list[int]] = {}
        for place, cell in enumerate(row):
            if isinstance(cell, str) and (name := _heading(cell)):
                found.setdefault(name, []).append(place)
        if len(found) >= 2 and len(found) > len(best[1]):
            best = (number, found)
        if number > 200 and best[0] is not None:
            break
    return best


def _heading(cell: str) -> str:
    said = plain(cell).rstrip(":?*")
    if said in _KNOWN:
        return _KNOWN[said]
    return "values" if SYSTEM_SAYS.fullmatch(said) else ""


_KNOWN = {plain(column.heading): column.name for column in COLUMNS if "{" not in column.heading}


def _ids(rows: Sequence[Sequence[Any]], named: Iterable[int], heading: int | None) -> tuple[int | None, int]:
    """The column of the ids and its first row below the headings: the one with that heading, else the one with most ids."""
    counts: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str | float | int) and cell != "" and exception_id(cell):
                counts.setdefault(place, []).append(number)
    headed = [place for place in named if place in counts]
    candidates = headed or [place for place in counts if _mostly_ids(rows, place, counts[place])]
    if not candidates:
        return None, 0
    best = max(candidates, key=lambda place: len(counts[place]))
    below = [number for number in counts[best] if heading is None or number > heading]
    return best, (below or counts[best])[0] if heading is None or not below else heading + 1


def _mostly_ids(rows: Sequence[Sequence[Any]], place: int, found: Sequence[int]) -> bool:
    """A column without a heading holds ids where most of its cells are ids, and not all are plain figures."""
    filled = sum(1 for row in rows if place < len(row) and row[place] not in (None, ""))
    letters = any(re.search("[a-f]", str(rows[number][place]).casefold()) for number in found)
    return letters and 2 * len(found) > filled


def _is_aside(rows: Sequence[Sequence[Any]], heading: int | None) -> bool:
    return heading is not None and any(plain(cell) == plain(WHY.heading) for cell in rows[heading])


def _aside(sheet: Sheet, heading: int) -> NotAsked:
    known = {plain(column.heading) for column in ASIDE_COLUMNS}
    row = sheet.rows[heading]
    ours = {place for place, cell in enumerate(row) if plain(cell) in known or SYSTEM_SAYS.fullmatch(plain(cell))}
    width = _width(sheet.rows)
    return NotAsked(
        heading + 1, tuple(each for each in range(width) if each not in ours and _content(sheet.rows, each, heading + 1))
    )


def _width(rows: Sequence[Sequence[Any]]) -> int:
    return max((len(row) for row in rows), default=0)


def _content(rows: Sequence[Sequence[Any]], place: int, first: int) -> bool:
    return any(place < len(row) and plain(row[place]) for row in rows[first:])


def _all_are(rows: Sequence[Sequence[Any]], place: int, first: int, test: Any) -> bool:
    said = [plain(row[place]) for row in rows[first:] if place < len(row) and plain(row[place])]
    return bool(said) and all(test(each) for each in said)


def _adopt(name: str, found: Sequence[int], columns: dict[str, int], spare: list[int]) -> None:
    if len(found) == 1:
        columns[name] = found[0]
        spare.remove(found[0])
