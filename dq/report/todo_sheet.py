"""The sheet "To do" of a team's workbook: its exceptions in their order, with room for the manager's answer.

A list is protected without a password, so that columns stay where they are; but every cell is unlocked, because neither
Excel nor LibreOffice sorts a range that holds a locked cell, and Excel deletes no row that holds one anywhere. What nobody
should type over refuses typing by a validation, and a row's check (`dq.team_list`) tells what was changed all the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dq.report.readable import Columns, readable_values
from dq.report.words import capital
from dq.team_list import CHECKED, PLAIN, TO_DO, Column, row_check

ROW_LIMIT = 1_048_575  # rows of a sheet below its header
CELL_LIMIT = 32_767  # characters of a cell, counted as Excel counts them
CUT = " ... [cut here: too long for Excel; the whole text is in exceptions.csv]"
A4 = 9
LAST_COLUMN = 16_383
LINE, TALLEST = 15.0, 409.0  # points; Excel's row of one line, and the tallest row it allows
STILL_ALLOWED = {
    name: True
    for name in ("sort", "autofilter", "format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "objects")
}  # fmt: skip

Cell = str | int | date | None
Row = Mapping[str, Cell]


class TodoSheets:
    """The sheets "To do", "To do 2", ... of one workbook; a new one begins when a sheet is full.

    `notes` are the titles of the contract's columns, `answers` is where the drop-down finds them. With the `code` of a list
    each row gets its check.
    """

    def __init__(
        self, book: Workbook, team: str, as_of: date, system: str, notes: Columns, answers: str,
        columns: Sequence[Column] = PLAIN, code: str = "",
    ) -> None:  # fmt: skip
        self.book, self.team, self.as_of, self.system = book, team, as_of, system
        self.notes, self.answers, self.columns, self.code = notes, answers, columns, code
        self.places = {column.name: place for place, column in enumerate(columns)}
        self.styles = styles(book)
        self.number = 0
        self.rows = 0
        self.sheet = self._begin()

    def add(self, row: Row) -> None:
        """Write one exception, given by the names of `dq.team_list.COLUMNS` and `table`; `values` as its JSON."""
        if self.rows == ROW_LIMIT:
            self.finish()
            self.sheet = self._begin()
        self.rows += 1
        cells = dict(row)
        cells["values"] = readable_values(str(row.get("values") or ""), str(row.get("table") or ""), self.notes)
        cells["severity"] = capital(str(row.get("severity") or ""))
        shown = {name: cell if isinstance(cell, int | date) else fitting(cell or "") for name, cell in cells.items()}
        if self.code:
            shown["check"] = row_check(self.code, [as_checked(shown.get(name, "")) for name in CHECKED])
        wrapped = ((str(shown[each.name]), each.width) for each in self.columns if each.name in _WRAPPED)
        self.sheet.set_row(self.rows, height(wrapped))
        for column in self.columns:
            if column.entry and self.code:
                style = self.styles["date" if column.name == "fix_by" else "entry"]
                self.sheet.write_blank(self.rows, self.places[column.name], None, style)
            elif not column.entry:
                self._write(column.name, shown[column.name], str(row.get("severity") or ""), bool(row.get("overdue")))

    def finish(self) -> None:
        """Set what needs the number of rows: filter, drop-down, print area. Say so when there is no row."""
        last = max(self.rows, 1)
        if self.rows == 0:
            self.sheet.write_string(1, self.places["title"], "Nothing to put right in this extract.", self.styles["text"])
        self.sheet.autofilter(0, 0, last, len(self.columns) - 1)
        self.sheet.print_area(0, 0, last, self.places["rule"])
        if self.rows:
            self._ask(last)
        if self.code:
            self.sheet.protect("", STILL_ALLOWED)

    def _write(self, name: str, cell: Cell, severity: str, overdue: bool) -> None:
        write: Callable[..., Any] = self.sheet.write_string
        style = {"severity": severity, "id": "small", "check": "tiny"}.get(name, "text")
        if isinstance(cell, date):
            write, style = self.sheet.write_datetime, "overdue" if overdue else "due"
        elif isinstance(cell, int):
            write, style = self.sheet.write_number, "number"
        elif not cell:
            write = self.sheet.write_blank
        write(
            self.rows,
            self.places[name],
            cell or (0 if isinstance(cell, int) else None),
            self.styles.get(style, self.styles["text"]),
        )

    def _begin(self) -> Worksheet:
        self.number += 1
        self.rows = 0
        sheet = self.book.add_worksheet(TO_DO if self.number == 1 else f"{TO_DO} {self.number}")
        for place, column in enumerate(self.columns):
            style = self.styles[("date" if column.name == "fix_by" else "entry") if column.entry else "free"]
            sheet.set_column(place, place, column.width, style)
        free_the_rest(sheet, len(self.columns), self.styles["free"])
        write_heading(sheet, self.styles, self.columns, self.system)
        sheet.freeze_panes(1, self.places["severity"] + 1)
        print_settings(sheet, self.team, self.as_of)
        return sheet

    def _ask(self, last: int) -> None:
        first, final = self.places["answer"], self.places["notes"]
        self.sheet.data_validation(
            1, first, last, first,
            {
                "validate": "list", "source": self.answers,
                "error_title": "Please choose from the list",
                "error_message": "Choose one of the answers; say more under Notes.",
            },
        )  # fmt: skip
        day = self.as_of
        self.sheet.data_validation(
            1, self.places["fix_by"], last, self.places["fix_by"],
            {
                "validate": "date", "criteria": "between",
                "minimum": day, "maximum": day.replace(year=day.year + 5, day=min(day.day, 28)),
                "error_title": "Please give a date",
                "error_message": "Give a date after the extract, such as 31/01/2027; say more under Notes.",
            },
        )  # fmt: skip
        self.sheet.conditional_format(1, first, last, final, {"type": "no_errors", "format": self.styles["answer"]})
        if self.code:
            for left, right in ((0, first - 1), (final + 1, len(self.columns) - 1)):
                self.sheet.data_validation(1, left, last, right, NOT_FOR_TYPING)
            self.sheet.data_validation(0, 0, 0, len(self.columns) - 1, NOT_FOR_TYPING)


_WRAPPED = ("person", "record", "title", "values", "fix", "worker", "before")
NOT_FOR_TYPING = {
    "validate": "custom", "value": "=FALSE",
    "error_title": "This cell is not for answers",
    "error_message": "Please answer in the yellow columns, and leave the others as they are.",
}  # fmt: skip


def as_checked(cell: Cell) -> str:
    """A fixed cell as the check of its row sees it, and as a reader of the workbook gets it back."""
    return cell.isoformat() if isinstance(cell, date) else str(cell if cell is not None else "")


def free_the_rest(sheet: Worksheet, first: int, style: Format) -> None:
    """Unlock the columns to the right of a list, up to the last one that a sheet can have."""
    widest = sheet.dim_colmax
    sheet.set_column(first, LAST_COLUMN, None, style)
    sheet.dim_colmax = widest  # else each row that is written looks at 16,384 cells


def write_heading(sheet: Worksheet, formats: Mapping[str, Format], columns: Iterable[Column], system: str) -> None:
    """Write the first row of a list."""
    sheet.set_row(0, 33)
    for place, column in enumerate(columns):
        sheet.write_string(
            0, place, fitting(column.heading.format(system=system)), formats["heading_answer" if column.entry else "heading"]
        )


def fitting(text: str) -> str:
    """The text, cut to what a cell can hold; a text that was cut says so.

    U+FFFE and U+FFFF, which XML forbids and Excel calls a damaged file, become the replacement character.
    """
    if "\ufffe" in text or "\uffff" in text:
        text = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    if 2 * len(text) <= CELL_LIMIT or len(text.encode("utf-16-le")) <= 2 * CELL_LIMIT:
        return text
    room = 2 * (CELL_LIMIT - len(CUT))
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT


def height(cells: Iterable[tuple[str, float]]) -> float:
    """How tall a row must be, in points, for its wrapped texts, given each with its column's width.

    A guess by characters, on the generous side: only Excel knows its fonts, and LibreOffice does not work
    out the height of wrapped rows when it opens a file.
    """
    return min(TALLEST, 3 + LINE * max(_lines(text, width) for text, width in cells))


def header_text(text: str) -> str:
    """Text for a page header or footer, where `&` begins a code and 255 characters are all there is."""
    return text[:80].replace("&", "&&")


@lru_cache(maxsize=4096)
def _lines(text: str, width: float) -> int:
    if len(text) < width and "\n" not in text:
        return 1
    return sum(1 + int(len(line) * 1.08 / width) for line in text.split("\n"))


def print_settings(sheet: Worksheet, team: str, as_of: date) -> None:
    """Landscape, as wide as the page, with the headings on each."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.set_header(f"&L&B{header_text(team)}&RExtract of {as_of:%d/%m/%Y}")
    sheet.set_footer("&LPersonal data: keep it inside the council&RPage &P of &N")


def styles(book: Workbook) -> dict[str, Format]:
    """The formats of a list. None is locked: see the top of this module."""
    cell: dict[str, Any] = {"locked": False, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D5DD"}
    fixed = {**cell, "quote_prefix": True}
    heading = {**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "valign": "vcenter"}
    entry = {"locked": False, "text_wrap": True, "valign": "top"}
    due = {**cell, "num_format": "d mmm yyyy", "align": "left"}
    return {
        "free": book.add_format({"locked": False}),
        "heading": book.add_format(heading),
        "heading_answer": book.add_format({**heading, "bg_color": "#7A5B00"}),
        "text": book.add_format(fixed),
        "small": book.add_format({**fixed, "font_size": 8, "font_color": "#5A6472"}),
        "tiny": book.add_format({**fixed, "text_wrap": False, "font_size": 6, "font_color": "#8A94A3"}),
        "number": book.add_format({**cell, "num_format": "0", "align": "center"}),
        "due": book.add_format(due),
        "overdue": book.add_format({**due, "num_format": 'd mmm yyyy" overdue"', "bold": True, "font_color": "#A61B1B"}),
        "blocker": book.add_format({**fixed, "bold": True, "font_color": "#FFFFFF", "bg_color": "#A61B1B"}),
        "major": book.add_format({**fixed, "bold": True, "font_color": "#3A2500", "bg_color": "#FFC971"}),
        "minor": book.add_format({**fixed, "font_color": "#1F2933", "bg_color": "#E4E9F0"}),
        "entry": book.add_format(entry),
        "date": book.add_format({**entry, "num_format": "d mmm yyyy", "align": "left"}),
        "answer": book.add_format({"bg_color": "#FFF9E5", "border": 1, "border_color": "#D0D5DD"}),
    }
