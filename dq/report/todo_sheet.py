"""The sheet "To do" of a team's workbook: its exceptions, worst first, with room for the manager's answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dq.report.readable import Columns, readable_values
from dq.report.words import capital

ROW_LIMIT = 1_048_575  # rows of a sheet below its header
CELL_LIMIT = 32_767  # characters of a cell, counted as Excel counts them
CUT = " ... [cut here: too long for Excel; the whole text is in exceptions.csv]"

# What the query gives, in this order
FIELDS = ("severity", "person", "record", "title", "values", "fix", "worker", "rule", "id", "table")

Row = Sequence[str | None]


@dataclass(frozen=True)
class Column:
    """A column of the sheet: its heading, width in characters and what the sheet "About" says of it."""

    heading: str
    width: float
    meaning: str


COLUMNS = (
    Column("Severity", 10, "How much harm it does; the worst come first. The words are explained above."),
    Column("Person", 12, "The number by which the person is known in the old system."),
    Column("Record", 25, "The record to look at; blank where it is not one record's matter."),
    Column("What should be true, but is not", 32, "The rule that this record breaks."),
    Column("What {system} says", 29, "The values that the rule looked at, as they stood in the extract."),
    Column("How to put it right", 40, "What to do, in the old system. Never invent a value to satisfy a rule."),
    Column("Worker", 13, "The worker responsible for the record, where that is known."),
    Column("Your answer", 19, "For you to fill in: choose one from the list."),
    Column("Fix by", 12, "For you to fill in: the date, where your answer is to fix it later."),
    Column("Notes", 26, "For you to fill in: anything that helps; why the record is right, whose it is."),
    Column("Rule", 12, "The rule's short name. Quote it when you ask about a rule."),
    Column("Exception id", 24, "Please leave as it is: it takes your answer back to the right exception."),
)
ANSWER, FIX_BY, NOTES, RULE, ID = 7, 8, 9, 10, 11
A4 = 9
LINE, TALLEST = 15.0, 409.0  # points; Excel's row of one line, and the tallest row it allows


class TodoSheets:
    """The sheets "To do", "To do 2", ... of one workbook; a new one begins when a sheet is full."""

    def __init__(self, book: Workbook, team: str, as_of: date, system: str, columns: Columns, answers: str) -> None:
        self.book, self.team, self.as_of, self.system = book, team, as_of, system
        self.columns, self.answers = columns, answers
        self.styles = _styles(book)
        self.number = 0
        self.rows = 0
        self.sheet = self._begin()

    def add(self, row: Row) -> None:
        """Write one exception, given as `FIELDS`."""
        if self.rows == ROW_LIMIT:
            self.finish()
            self.sheet = self._begin()
        self.rows += 1
        severity, person, record, title, values, fix, worker, rule, id_, table = row
        shown = readable_values(values, table or "", self.columns)
        cells = [fitting(value or "") for value in (person, record, title, shown, fix, worker)]
        widths = (column.width for column in COLUMNS[1:ANSWER])
        self.sheet.set_row(self.rows, height(zip(cells, widths, strict=True)))
        text = self.styles["text"]
        write: Callable[..., Any] = self.sheet.write_string
        write(self.rows, 0, fitting(capital(severity or "")), self.styles.get(severity or "", text))
        for place, cell in enumerate(cells, start=1):
            write(self.rows, place, cell, text)
        write(self.rows, RULE, fitting(rule or ""), text)
        write(self.rows, ID, fitting(id_ or ""), self.styles["small"])

    def finish(self) -> None:
        """Set what needs the number of rows: filter, drop-down, print area. Say so when there is no row."""
        last = max(self.rows, 1)
        if self.rows == 0:
            self.sheet.write_string(1, 3, "Nothing to put right in this extract.", self.styles["text"])
        self.sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
        self.sheet.print_area(0, 0, last, RULE)
        if self.rows:
            _ask(self.sheet, last, self.answers, self.as_of)
            self.sheet.conditional_format(1, ANSWER, last, NOTES, {"type": "no_errors", "format": self.styles["answer"]})

    def _begin(self) -> Worksheet:
        self.number += 1
        self.rows = 0
        sheet = self.book.add_worksheet("To do" if self.number == 1 else f"To do {self.number}")
        entry = {ANSWER: self.styles["entry"], FIX_BY: self.styles["date"], NOTES: self.styles["entry"]}
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width, entry.get(place))
        sheet.set_row(0, 33)
        for place, column in enumerate(COLUMNS):
            style = self.styles["heading_answer" if ANSWER <= place <= NOTES else "heading"]
            sheet.write_string(0, place, fitting(column.heading.format(system=self.system)), style)
        sheet.freeze_panes(1, 1)
        _print_settings(sheet, self.team, self.as_of)
        return sheet


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


def _ask(sheet: Worksheet, last: int, answers: str, as_of: date) -> None:
    sheet.data_validation(
        1, ANSWER, last, ANSWER,
        {
            "validate": "list", "source": answers,
            "error_title": "Please choose from the list",
            "error_message": "Choose one of the answers; say more under Notes.",
        },
    )  # fmt: skip
    sheet.data_validation(
        1, FIX_BY, last, FIX_BY,
        {
            "validate": "date", "criteria": "between",
            "minimum": as_of, "maximum": as_of.replace(year=as_of.year + 5, day=min(as_of.day, 28)),
            "error_title": "Please give a date",
            "error_message": "Give a date after the extract, such as 31/01/2027; say more under Notes.",
        },
    )  # fmt: skip


def _print_settings(sheet: Worksheet, team: str, as_of: date) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.set_header(f"&L&B{header_text(team)}&RExtract of {as_of:%d/%m/%Y}")
    sheet.set_footer("&LPersonal data: keep it inside the council&RPage &P of &N")


def _styles(book: Workbook) -> dict[str, Format]:
    cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D5DD"}
    fixed = {**cell, "quote_prefix": True}
    heading = {**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "valign": "vcenter"}
    entry = {"text_wrap": True, "valign": "top"}
    return {
        "heading": book.add_format(heading),
        "heading_answer": book.add_format({**heading, "bg_color": "#7A5B00"}),
        "text": book.add_format(fixed),
        "small": book.add_format({**fixed, "font_size": 8, "font_color": "#5A6472"}),
        "blocker": book.add_format({**fixed, "bold": True, "font_color": "#FFFFFF", "bg_color": "#A61B1B"}),
        "major": book.add_format({**fixed, "bold": True, "font_color": "#3A2500", "bg_color": "#FFC971"}),
        "minor": book.add_format({**fixed, "font_color": "#1F2933", "bg_color": "#E4E9F0"}),
        "entry": book.add_format(entry),
        "date": book.add_format({**entry, "num_format": "d mmm yyyy", "align": "left"}),
        "answer": book.add_format({"bg_color": "#FFF9E5", "border": 1, "border_color": "#D0D5DD"}),
    }
