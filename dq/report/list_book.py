"""A team's workbook with a history: the sheets To do, Set aside, Progress and About, and a hidden one that names the list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path

from xlsxwriter import Workbook

from dq.report.about_sheet import answer_range, list_lines, write_about
from dq.report.aside_sheet import AsideSheet
from dq.report.list_facts import ListFacts, TeamList
from dq.report.progress_sheet import write_progress
from dq.report.todo_sheet import Row, TodoSheets
from dq.report.words import team_title
from dq.team_list import COLUMNS, FACTS, HIDDEN


def write_list(facts: ListFacts, team: TeamList, rows: Iterable[Row], path: Path, scratch: str) -> None:
    """Write one team's workbook, row by row.

    Rows come in the order of the list, those of the sheet "To do" first; the others have a `why`. `scratch` is where rows
    lie until the file is put together.
    """
    options = {
        "constant_memory": True, "tmpdir": scratch, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    }  # fmt: skip
    book = Workbook(str(path), options)
    name = team_title(team.team)
    made = datetime.combine(facts.as_of, time())
    book.set_properties({"title": f"{name}: what to put right", "author": "dq", "created": made})
    lines = list_lines(facts, team)
    sheets = TodoSheets(book, name, facts.as_of, facts.system, facts.notes, answer_range(lines), COLUMNS, team.code)
    ids: list[str] = []
    aside: AsideSheet | None = None
    for row in rows:
        if row.get("why"):
            if aside is None:
                sheets.finish()
                aside = AsideSheet(book, name, facts.as_of, facts.system, facts.notes)
            aside.add(row)
        else:
            sheets.add(row)
            ids.append(str(row["id"]))
    if aside is not None:
        aside.finish()
    else:
        sheets.finish()
    write_progress(book, facts, team)
    write_about(book, lines, name)
    _write_hidden(book, facts, team, ids)
    book.close()


def _write_hidden(book: Workbook, facts: ListFacts, team: TeamList, ids: Iterable[str]) -> None:
    """Which list this is, and which exceptions stood on it, so that rows that were deleted are missed."""
    sheet = book.add_worksheet(HIDDEN)
    sheet.very_hidden()
    values = (team.code, facts.identity, team.team, str(facts.run), facts.as_of.isoformat(), "")
    for row, (word, value) in enumerate(zip(FACTS, values, strict=True)):
        sheet.write_string(row, 0, word)
        sheet.write_string(row, 1, value)
    for row, id_ in enumerate(ids, start=len(FACTS)):
        sheet.write_string(row, 0, id_)
    sheet.protect()
