"""The sheet "About" of a team's workbook: what the list is, how to fill it in, whom to ask."""

from dataclasses import dataclass

from xlsxwriter import Workbook

from dq.model import SEVERITIES
from dq.report.counts import count_by_severity
from dq.report.list_facts import ListFacts, TeamList
from dq.report.todo_sheet import A4, fitting, header_text, height
from dq.report.verdict import readiness_sentence
from dq.report.words import SEVERITY_MEANING, capital, long_date, number, plural, team_title
from dq.summary import RunSummary
from dq.team_list import ABOUT, ANSWERS, COLUMNS, FILLED_IN_BY, MARKS, OWNER_MARKS, PLAIN

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
LIST_STEPS = (
    "1. Write your name in the yellow cell above. Work down the sheet To do: what is new stands on top, then the worst. You may "
    "sort and filter, and hide or add columns.",
    STEPS[1],
    "3. Choose an answer in the yellow column, add a note where it helps, and send the workbook back. A line without an answer "
    "keeps the one under Said before.",
    STEPS[3],
    "5. The sheet Set aside shows what nobody asks of you for now, and why. The sheet Progress shows how far your team is.",
)
OWNER = SPECIAL["data team"] + " Below them stands what teams asked: lines that they call right, not theirs, or unclear."
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
    return tuple((words.format(system=system), meaning) for words, meaning in ANSWERS.values())


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
    lines += [Line("pair", column.heading.format(system=system), column.meaning) for column in PLAIN]
    lines.append(Line("heading", "Whom to ask"))
    lines.append(Line("wide", f"Ask {results.contact} about a rule or this workbook; quote the rule's name."))
    lines.append(Line("heading", "How readiness is counted"))
    lines.append(Line("wide", READY))
    lines.append(Line("wide", f"{readiness_sentence(results.readiness)}, over all teams."))
    lines += [Line("heading", "Personal data"), Line("wide", PERSONAL)]
    return lines


def list_lines(facts: ListFacts, team: TeamList) -> list[Line]:
    """All rows of the sheet for a team's list of a project with a history, in order."""
    system, name = facts.system, team_title(team.team)
    since = "the first list of this team" if team.previous is None else f"the last one was of {long_date(team.previous)}"
    lines = [
        Line("title", f"{name}: what to put right"),
        Line("wide", f"{facts.project}, from the extract of {long_date(facts.as_of)}. List {team.code}, {since}."),
        Line("wide", f"{plural(team.total, 'exception')} to do. An exception is one record that breaks one rule."),
        Line("fill", FILLED_IN_BY),
    ]
    if note := SPECIAL.get(team.team.casefold(), OWNER if team.team == facts.owner else ""):
        lines.append(Line("wide", note.format(system=system)))
    lines.append(Line("heading", "What to do"))
    lines += [Line("wide", step.format(system=system)) for step in LIST_STEPS]
    lines.append(Line("heading", "How bad is it?", "What the word means"))
    for severity in SEVERITIES:
        meaning = f"{capital(SEVERITY_MEANING[severity])}."
        lines.append(Line(severity, f"{capital(severity)} ({number(team.to_do.get(severity, 0))})", meaning))
    lines.append(Line("heading", "Your answer", "When to choose it"))
    lines += [Line("answer", answer, meaning) for answer, meaning in answers(system)]
    marks = MARKS | (OWNER_MARKS if team.team == facts.owner else {})
    lines.append(Line("heading", "What is new", "What the word means"))
    lines += [Line("pair", mark, meaning.format(system=system)) for mark, meaning in marks.items()]
    lines.append(Line("heading", "Column", "What it holds"))
    lines += [Line("pair", column.heading.format(system=system), column.meaning) for column in COLUMNS]
    lines.append(Line("heading", "Whom to ask"))
    lines.append(Line("wide", f"Ask {facts.contact} about a rule or this workbook; quote the rule's name."))
    lines.append(Line("heading", "How readiness is counted"))
    lines.append(Line("wide", READY))
    if facts.readiness is not None:
        lines.append(Line("wide", f"{readiness_sentence(facts.readiness)}, over all teams."))
    lines += [Line("heading", "Personal data"), Line("wide", PERSONAL)]
    return lines


def answer_range(lines: list[Line]) -> str:
    """Where the answers stand on the sheet, for the drop-down.

    The drop-down points at the sheet because Excel splits a list given in place at its commas, and one of
    the answers has a comma.
    """
    rows = [row for row, line in enumerate(lines, start=1) if line.style == "answer"]
    return f"={ABOUT}!$A${rows[0]}:$A${rows[-1]}"


def write_about(book: Workbook, lines: list[Line], team: str) -> None:
    """Add the sheet to the workbook."""
    sheet = book.add_worksheet(ABOUT)
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
        tall = {"heading": 32, "title": 24, "fill": 24}.get(line.style)
        sheet.set_row(row, tall or height([(line.left, sum(WIDTHS)), (line.right, WIDTHS[1])]))
        if line.style == "fill":
            sheet.write_blank(row, 1, None, styles["filled"])
        if line.style == "wide":
            sheet.merge_range(row, 0, row, 1, "", styles["wide"])
        sheet.write_string(row, 0, fitting(line.left), styles[line.style])
        if line.right or line.style == "heading":
            sheet.write_string(row, 1, fitting(line.right), right)
    if any(line.style == "fill" for line in lines):
        sheet.protect("", {"format_columns": True, "format_rows": True})


def _styles(book: Workbook) -> dict[str, object]:
    cell = {"text_wrap": True, "valign": "top"}
    bold = {**cell, "bold": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "valign": "top", "font_color": "#1F3A5F"}),
        "heading": book.add_format({"bold": True, "font_size": 12, "font_color": "#1F3A5F", "valign": "bottom", "bottom": 1}),
        "wide": book.add_format(cell),
        "pair": book.add_format(bold),
        "answer": book.add_format(bold),
        "fill": book.add_format({**bold, "valign": "vcenter"}),
        "filled": book.add_format({"locked": False, "bg_color": "#FFF9E5", "border": 1, "border_color": "#B08A2E"}),
        "right": book.add_format(cell),
        "blocker": book.add_format({**bold, "font_color": "#FFFFFF", "bg_color": "#A61B1B"}),
        "major": book.add_format({**bold, "font_color": "#3A2500", "bg_color": "#FFC971"}),
        "minor": book.add_format({**cell, "font_color": "#1F2933", "bg_color": "#E4E9F0"}),
    }
