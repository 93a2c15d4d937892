"""The sheet "Set aside" of a team's workbook: exceptions that are not the team's to do for now, with why and until when."""

from __future__ import annotations

from datetime import date

from xlsxwriter import Workbook

from dq.report.readable import Columns, readable_values
from dq.report.todo_sheet import (
    ROW_LIMIT,
    STILL_ALLOWED,
    Row,
    fitting,
    free_the_rest,
    height,
    print_settings,
    styles,
    write_heading,
)
from dq.report.words import capital
from dq.team_list import COLUMNS, SET_ASIDE, Column

WHY = Column("why", "Why it is set aside", 40, "Nothing is asked of you for now.")
UNTIL = Column("until", "Until", 13, "The last day on which that holds, where there is one.")
_OF_TO_DO = {column.name: column for column in COLUMNS}
ASIDE_COLUMNS = (
    WHY, UNTIL, *(_OF_TO_DO[name] for name in ("severity", "person", "record", "title", "values", "worker", "rule", "id"))
)  # fmt: skip
_WRAPPED = ("why", "person", "record", "title", "values", "worker")


class AsideSheet:
    """The one sheet; rows beyond what a sheet can hold are counted in its last row, and stand in the run's files."""

    def __init__(self, book: Workbook, team: str, as_of: date, system: str, notes: Columns) -> None:
        self.notes, self.styles, self.rows, self.more = notes, styles(book), 0, 0
        self.sheet = book.add_worksheet(SET_ASIDE)
        for place, column in enumerate(ASIDE_COLUMNS):
            self.sheet.set_column(place, place, column.width, self.styles["free"])
        free_the_rest(self.sheet, len(ASIDE_COLUMNS), self.styles["free"])
        write_heading(self.sheet, self.styles, ASIDE_COLUMNS, system)
        self.sheet.freeze_panes(1, 0)
        print_settings(self.sheet, team, as_of)

    def add(self, row: Row) -> None:
        """Write one exception, given by the names of `ASIDE_COLUMNS` and `table`; `values` as its JSON."""
        if self.rows == ROW_LIMIT - 1:
            self.more += 1
            return
        self.rows += 1
        cells = dict(row)
        cells["values"] = readable_values(str(row.get("values") or ""), str(row.get("table") or ""), self.notes)
        cells["severity"] = capital(str(row.get("severity") or ""))
        shown = {name: fitting(str(cell or "")) for name, cell in cells.items()}
        self.sheet.set_row(self.rows, height((shown[each.name], each.width) for each in ASIDE_COLUMNS if each.name in _WRAPPED))
        for place, column in enumerate(ASIDE_COLUMNS):
            cell = row.get(column.name)
            if isinstance(cell, date):
                self.sheet.write_datetime(self.rows, place, cell, self.styles["due"])
            else:
                style = {"severity": str(row.get("severity") or ""), "id": "small"}.get(column.name, "text")
                self.sheet.write_string(self.rows, place, shown[column.name], self.styles.get(style, self.styles["text"]))

    def finish(self) -> None:
        """Set filter and print area; say how many rows there was no room for."""
        last = self.rows
        if self.more:
            last += 1
            self.sheet.write_string(last, 0, f"And {self.more:,} more: see exceptions.csv.", self.styles["text"])
        self.sheet.autofilter(0, 0, last, len(ASIDE_COLUMNS) - 1)
        self.sheet.print_area(0, 0, last, len(ASIDE_COLUMNS) - 2)
        self.sheet.protect("", STILL_ALLOWED)
