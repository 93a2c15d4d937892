"""The sheet "Progress" of a team's workbook: where the team stands, in a sentence, as a line chart and as the figures behind it."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from dq.model import SEVERITIES
from dq.report.list_facts import ListFacts, TeamList
from dq.report.todo_sheet import A4, fitting, header_text, height
from dq.report.words import capital, long_date, plural, team_title
from dq.team_list import PROGRESS

HEAD = ("Extract of", *map(capital, SEVERITIES), "All", "New", "Back again", "Cleared", "Left the extract", "Other changes")
WIDTHS = (16, 10, 10, 10, 10, 10, 10, 10, 12, 12)
CHART_ROWS, ROW_POINTS = 17, 18
COLOURS = {"blocker": ("#A61B1B", "solid"), "major": ("#C47A00", "dash"), "minor": ("#5A6472", "square_dot")}
MARKERS = {"blocker": "circle", "major": "square", "minor": "diamond"}
OTHER = (
    "Cleared: the record was put right, and the extract shows it. Left the extract: the record is no longer there. Other changes: "
    "records that came from another team or went to one, rules that changed, and tables that did not come. Lines that are set "
    "aside count here too."
)


def sentences(facts: ListFacts, team: TeamList) -> list[str]:
    """How the team stands, in plain words."""
    rest = f"{plural(team.total, 'line is', 'lines are')} left to do" if team.total else "Nothing is left to do"
    if team.total and team.overdue:
        rest += f", {'it is' if team.total == 1 else f'{team.overdue:,} of them'} overdue"
    elif team.total:
        rest += ", none of them overdue"
    if team.previous is None:
        said = [f"{rest}. This is the first list of {team_title(team.team)}."]
    else:
        done = f"{plural(team.cleared, 'line was', 'lines were')} cleared" if team.cleared else "No line was cleared"
        said = [f"{done} since the extract of {long_date(team.previous)}; {rest[0].lower()}{rest[1:]}."]
        if team.fresh:
            said.append(f"{plural(team.fresh, 'line is', 'lines are')} new since then.")
    if team.waiting:
        said.append(
            f"{plural(team.waiting, 'of them waits', 'of them wait')} for {facts.contact} or the next extract, not for you."
        )
    if team.aside:
        said.append(f"{plural(team.aside, 'more is', 'more are')} set aside: nothing is asked of you there for now.")
    return said


def write_progress(book: Workbook, facts: ListFacts, team: TeamList) -> None:
    """Add the sheet to the workbook."""
    sheet = book.add_worksheet(PROGRESS)
    styles = _styles(book)
    sheet.hide_gridlines(2)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{header_text(team_title(team.team))}&RPage &P of &N")
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, fitting(f"{team_title(team.team)}: progress"), styles["title"])
    row = 1
    for sentence in sentences(facts, team):
        row = _wide(sheet, row, sentence, styles["sentence"])
    row += 1
    if len(team.trend) > 1:
        table = row + CHART_ROWS + 1
        _chart(book, sheet, row, table, len(team.trend))
        row = table
    sheet.set_row(row, 33)
    for place, head in enumerate(HEAD):
        sheet.write_string(row, place, head, styles["head" if place else "first"])
    for point in team.trend:
        row += 1
        sheet.write_datetime(row, 0, point.as_of, styles["day"])
        counts = [point.open.get(severity, 0) for severity in SEVERITIES]
        changes = (point.new, point.reopened, point.cleared, point.left)
        for place, number in enumerate((*counts, point.total, *changes), start=1):
            sheet.write_number(row, place, number, styles["number"])
        sheet.write_number(row, len(HEAD) - 1, point.other, styles["signed"])
    _wide(sheet, row + 1, OTHER, styles["note"])
    sheet.protect("", {"format_columns": True})


def _wide(sheet: Any, row: int, text: str, style: Any) -> int:
    sheet.set_row(row, height([(text, sum(WIDTHS))]))
    sheet.merge_range(row, 0, row, len(WIDTHS) - 1, "", style)
    sheet.write_string(row, 0, fitting(text), style)
    return row + 1


def _chart(book: Workbook, sheet: Any, row: int, table: int, points: int) -> None:
    """Open lines by severity over the extracts; lines differ by dash and marker too, for print and for who sees no red."""
    chart = book.add_chart({"type": "line"})
    first, last = table + 1, table + points
    for place, severity in enumerate(SEVERITIES, start=1):
        colour, dash = COLOURS[severity]
        chart.add_series({
            "name": [PROGRESS, table, place],
            "categories": [PROGRESS, first, 0, last, 0],
            "values": [PROGRESS, first, place, last, place],
            "line": {"color": colour, "width": 2.25, "dash_type": dash},
            "marker": {"type": MARKERS[severity], "size": 6, "fill": {"color": colour}, "border": {"color": colour}},
        })  # fmt: skip
    chart.set_title({"name": "Open at each extract", "name_font": {"size": 12, "color": "#1F3A5F"}})
    chart.set_x_axis({"num_format": "d mmm", "text_axis": True, "num_font": {"size": 9}})
    chart.set_y_axis({"min": 0, "num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D0D5DD"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 845, "height": CHART_ROWS * 20})
    sheet.insert_chart(row, 0, chart, {"description": "Open exceptions at each extract, by severity: the table below in lines."})


def _styles(book: Workbook) -> dict[str, Any]:
    cell = {"border": 1, "border_color": "#D0D5DD"}
    head = {
        **cell,
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": "#1F3A5F",
        "text_wrap": True,
        "valign": "vcenter",
        "align": "right",
    }
    return {
        "first": book.add_format({**head, "align": "left"}),
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#1F3A5F"}),
        "sentence": book.add_format({"text_wrap": True, "valign": "top", "font_size": 12}),
        "note": book.add_format({"text_wrap": True, "valign": "top", "font_color": "#5A6472"}),
        "head": book.add_format(head),
        "day": book.add_format({**cell, "num_format": "d mmm yyyy", "align": "left"}),
        "number": book.add_format({**cell, "num_format": "#,##0"}),
        "signed": book.add_format({**cell, "num_format": "+#,##0;-#,##0;0"}),
    }
