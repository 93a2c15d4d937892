"""The sheet "About" of a team's workbook: what the list is, how to fill it in, whom to ask."""

from dataclasses import dataclass

from xlsxwriter import Workbook

from dq.model import SEVERITIES
from dq.report.counts import count_by_severity
from dq.report.todo_sheet import A4, COLUMNS, fitting, header_text, height
from dq.report.verdict import readiness_sentence
from dq.report.words import SEVERITY_MEANING, capital, long_date, number, plural, team_title
from dq.summary import RunSummary

SPECIAL = {
    "unallocated": "These records could not be given to a team: the worker is blank or not in the list of "
    "teams. Whoever shares out work should find each a team.",
    "leavers": "The worker responsible for these records has left. Each needs a new worker in {system}, and then putting right.",
    "data team": "These exceptions are for the data team: they come from the system or from the extract, not "
    "from one team's recording.",
}
STEPS = (
    "1. Work down the sheet To do: the worst come first. The arrows in the first row filter by worker.",
    "2. Put the record right in {system}, as the column How to put it right says. Record only what is true.",
    "3. Choose an answer in the yellow column for every line, add a note where it helps, and send it back.",
    "4. What has been put right is gone from the list after the next extract; nothing needs ticking off.",
)
READY = (
    "An open child is ready when no record of theirs, in any table and with any team, has a blocker. One "
    "blocker is enough to hold a child back. Major and minor exceptions do not count here."
)
PERSONAL = (
    "This workbook is about children and families. Keep it where case records may be kept, do not send it "
    "outside the council, and delete your copy when the next list comes."
)
WIDTHS = (34, 84)


@dataclass(frozen=True)
class Line:
    """One row of the sheet: a style and one or two cells."""

    style: str
    left: str
    right: str = ""


def answers(system: str) -> tuple[tuple[str, str], ...]:
    """What a manager may answer, each with its meaning."""
    return (
        (
            f"Fixed in {system}",
            "It has been put right. The next extract will show it.",
        ),
        ("Will fix by date", "It will be put right; give the date under Fix by."),
        ("Record is right, the rule is wrong", "What the record says is true. Say why under Notes."),
        ("Not ours", "Another team holds the record. Say which under Notes, if you know."),
        ("Need help", "You cannot tell what to do. Somebody will call you."),
    )


def about_lines(results: RunSummary, team: str) -> list[Line]:
    """All rows of the sheet for one team, in order."""
    system = results.system
    counts = count_by_severity(row for row in results.found if row.team == team)
    total = plural(sum(counts.values()), "exception")
    lines = [
        Line("title", f"{team_title(team)}: what to put right"),
        Line("wide", f"{results.project}, from the extract of {long_date(results.as_of)}."),
        Line("wide", f"{total} in this list. An exception is one record that breaks one rule."),
    ]
    if note := SPECIAL.get(team.casefold()):
        lines.append(Line("wide", note.format(system=system)))
    lines.append(Line("heading", "What to do"))
    lines += [Line("wide", step.format(system=system)) for step in STEPS]
    lines.append(Line("heading", "How bad is it?", "What the word means"))
    for severity in SEVERITIES:
        meaning = f"{capital(SEVERITY_MEANING[severity])}."
        lines.append(Line(severity, f"{capital(severity)} ({number(counts[severity])})", meaning))
    lines.append(Line("heading", "Your answer", "When to choose it"))
    lines += [Line("answer", answer, meaning) for answer, meaning in answers(system)]
    lines.append(Line("heading", "Column", "What it holds"))
    lines += [Line("pair", column.heading.format(system=system), column.meaning) for column in COLUMNS]
    lines.append(Line("heading", "Whom to ask"))
    lines.append(Line("wide", f"Ask {results.contact} about a rule or this workbook; quote the rule's name."))
    lines.append(Line("heading", "How readiness is counted"))
    lines.append(Line("wide", READY))
    lines.append(Line("wide", f"{readiness_sentence(results.readiness)}, over all teams."))
    lines += [Line("heading", "Personal data"), Line("wide", PERSONAL)]
    return lines


def answer_range(lines: list[Line]) -> str:
    """Where the answers stand on the sheet, for the drop-down.

    The drop-down points at the sheet because Excel splits a list given in place at its commas, and one of
    the answers has a comma.
    """
    rows = [row for row, line in enumerate(lines, start=1) if line.style == "answer"]
    return f"=About!$A${rows[0]}:$A${rows[-1]}"


def write_about(book: Workbook, lines: list[Line], team: str) -> None:
    """Add the sheet to the workbook."""
    sheet = book.add_worksheet("About")
    sheet.hide_gridlines(2)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{header_text(team)}&RPage &P of &N")
    styles = _styles(book)
    for row, line in enumerate(lines):
        right = styles["heading" if line.style == "heading" else "right"]
        tall = 32 if line.style == "heading" else 24 if line.style == "title" else None
        sheet.set_row(row, tall or height([(line.left, sum(WIDTHS)), (line.right, WIDTHS[1])]))
        if line.style == "wide":
            sheet.merge_range(row, 0, row, 1, "", styles["wide"])
        sheet.write_string(row, 0, fitting(line.left), styles[line.style])
        if line.right or line.style == "heading":
            sheet.write_string(row, 1, fitting(line.right), right)


def _styles(book: Workbook) -> dict[str, object]:
    cell = {"text_wrap": True, "valign": "top"}
    bold = {**cell, "bold": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "valign": "top", "font_color": "#1F3A5F"}),
        "heading": book.add_format({"bold": True, "font_size": 12, "font_color": "#1F3A5F", "valign": "bottom", "bottom": 1}),
        "wide": book.add_format(cell),
        "pair": book.add_format(bold),
        "answer": book.add_format(bold),
        "right": book.add_format(cell),
        "blocker": book.add_format({**bold, "font_color": "#FFFFFF", "bg_color": "#A61B1B"}),
        "major": book.add_format({**bold, "font_color": "#3A2500", "bg_color": "#FFC971"}),
        "minor": book.add_format({**cell, "font_color": "#1F2933", "bg_color": "#E4E9F0"}),
    }
