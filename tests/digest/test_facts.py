"""What a digest says of a team: hand-overs, answers, waivers, decisions; what the board does not see."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from given import START, Project, answer, columns, id_of, line
from mailed import BOARD, NORTH, Make, check, readers, weekly
from openpyxl import load_workbook

from dq.report.digest_facts import Digest, Flow, OnList, Part, Share
from dq.report.digest_page import page

SOUTH = "{name: South, level: team, unit: South, cadence: weekly}"
DATA = "{name: Data, level: data team, cadence: weekly}"


def row(text: str, label: str) -> str:
    """What stands beside a label; blank where the label is not there."""
    [found] = [each.strip().removeprefix(label).strip() for each in text.splitlines() if each.strip().startswith(label)] or [""]
    return found


def test_a_case_that_moves_is_told_to_both_teams_and_to_nobody_above_them(make: Make) -> None:
    project = make(readers(NORTH, SOUTH, "{name: Care, level: service, unit: Care, cadence: weekly}"))
    check(project, line(1), line(2))
    weekly(project)
    check(project, line(1), line(2, "South"))
    north, south, care = (each["text"] for each in weekly(project))
    assert row(north, "Handed over to other teams") == "- 1" and row(north, "Open on 5 October 2026") == "1"
    assert row(south, "Handed over from other teams") == "+ 1" and row(south, "Open on 5 October 2026") == "1"
    assert "Nothing has changed" in care and row(care, "Open now") == "2"


def test_what_left_the_extract_and_came_back_is_called_so(make: Make) -> None:
    project = make(readers(NORTH))
    check(project, line(1), line(2), line(3))
    weekly(project)
    project.check([line(1)], presence="gone")
    [told] = weekly(project)
    assert row(told["text"], "Record no longer in the extract") == "- 2"
    check(project, line(1), line(2))
    [told] = weekly(project)
    assert row(told["text"], "Found again, after they had left the list otherwise") == "+ 1"
    project.check([line(1)])
    [told] = weekly(project)
    assert row(told["text"], "Cleared") == "- 1"
    check(project, line(1), line(2))
    [told] = weekly(project)
    assert row(told["text"], "Back again, after they were cleared") == "+ 1"


def test_answers_and_decisions_are_counted_as_on_the_lists(make: Make) -> None:
    project = make(readers(NORTH, DATA))
    project.check([line(number) for number in range(1, 7)])
    made = project.lists()
    check(project, *[line(number) for number in range(1, 7)])
    north, data = (each["text"] for each in weekly(project))
    assert row(north, "Lists given out from which no answer has come") == "1"
    assert "The list of this extract has not been written yet. The last one is of 2026-09-28" in north
    book = load_workbook(made["North"])
    sheet = book["To do"]
    ids = next(sheet.iter_cols(min_col=columns(sheet)["Exception id"], max_col=columns(sheet)["Exception id"]))
    [row_of_first] = [int(cell.row or 0) for cell in ids if cell.value == id_of(1)]
    answer(sheet, row_of_first, "Need help")
    book.save(made["North"])
    project.answers(made["North"])
    project.dq("dispose", "accept", id_of(2), "--note", "As agreed")
    project.dq("dispose", "disputed", id_of(3), "--note", "It was made")
    until = START + dt.timedelta(weeks=2)
    project.dq("waive", id_of(4), "--until", until, "--reason", "Flood", "--approver", "A. Head")
    check(project, *[line(number) for number in range(1, 7)])
    project.lists()
    north, data = (each["text"] for each in weekly(project))
    assert row(north, "To do") == "3" and row(north, "Answered, and waiting for others, of these") == "1"
    assert row(north, "Accepted as they are") == "1" and row(north, "Waived for a while") == "1"
    assert row(north, "Disputed: the rule is said to be wrong") == "1"
    assert row(north, "Waiver ends within the period") == "1"
    assert row(data, "Put to the data team").endswith("2")
    assert row(data, "Open now") == "6"
    for word in ("As agreed", "It was made", "Flood", "A. Head"):
        assert word not in north + data
    check(project, *[line(number) for number in range(1, 7)])
    north, _ = (each["text"] for each in weekly(project))
    assert row(north, "Waiver ended since then: to do again") == "1"


def test_a_team_is_told_what_is_overdue(make: Make) -> None:
    project = make(readers(NORTH) + "due_days: {major: 6}\n")
    check(project, line(1))
    weekly(project)
    check(project, line(1), line(2))
    [told] = weekly(project)
    assert row(told["text"], "Overdue, of these") == "1" and "1 is overdue." in told["text"]


def part(level: str = "whole", **more: object) -> Part:
    given: dict[str, object] = {
        "level": level, "unit": "", "teams": (), "flow": Flow(before=103, stayed=100, new=20, reopened=2, cleared=3),
        "open": {"blocker": 2, "major": 100, "minor": 20}, "on_list": OnList(to_do=122),
        "ready": Share(397, 400), "ready_before": Share(300, 400),
    }  # fmt: skip
    return Part(**{**given, **more})  # type: ignore[arg-type]


def digest(one: Part) -> Digest:
    day = dt.date(2026, 11, 2)
    return Digest("Testshire", "weekly", 6, day, "the data team", day - dt.timedelta(days=7), False, (), (one,))


def test_the_board_sees_no_small_count_and_none_that_it_could_work_out() -> None:
    said = page(digest(part()))
    assert (
        row(said.text, "Cleared") == "- fewer than 5" and row(said.text, "Back again, after they were cleared") == "+ fewer than 5"
    )
    assert row(said.text, "Open on 26 October 2026") == "103"
    assert "99.2 %" not in said.text and "75.0 %" in said.text
    for words in (said.text, said.html, said.brief, said.subject):
        assert "2 blockers" not in words and "3 cleared" not in words
    exact = page(digest(part("data team")))
    assert row(exact.text, "Cleared") == "- 3" and "99.2 %" in exact.text


def test_all_is_escaped_and_a_title_stays_on_one_line() -> None:
    one = part("team", unit="<b>Team & Co</b>")
    said = page(Digest("A\n<i>B</i>", "weekly", 1, dt.date(2026, 11, 2), "us", None, True, (), (one,)))
    assert "\n" not in said.subject
    assert "<b>" not in said.html and "<i>" not in said.html and "&lt;b&gt;Team &amp; Co" in said.html


def falling(make: Make, *readers_: str, weeks: int, before: str = "go_live: 2027-03-01\n") -> Project:
    """North has twelve blockers and three fewer each week; South one that stays."""
    project = make(before + readers(*readers_))
    for week in range(weeks):
        lines = [line(number, severity="blocker") for number in range(12 - 3 * week)]
        check(project, *lines, line(90, "South", severity="blocker"))
    return project


ALL_THREE = (NORTH, "{name: Care, level: service, unit: Care, cadence: weekly, to: c@testshire.example}", BOARD)


def test_the_forecast_is_told_where_there_is_enough_history(light: Make) -> None:
    north, care, board = (each["text"] for each in weekly(falling(light, *ALL_THREE, weeks=4))[:3])
    for text in (north, care):
        assert "\nForecast for go-live on 1 March 2027\n" in text
        assert re.fullmatch(r"[\d,]+( to [\d,]+)?", row(text, "Blockers likely to be left"))
        assert re.fullmatch(r"(less than |more than )?\d+ %", row(text, "Chance that none is left"))
        assert row(text, "To be 90 % sure that none is left")
    assert "Blockers likely to be left" not in board and "Chance that none is left" in board  # four are left: fewer than five


@pytest.mark.parametrize(("weeks", "before"), [(3, "go_live: 2027-03-01\n"), (4, ""), (4, "go_live: 2026-10-01\n")])
def test_with_too_little_history_or_no_day_to_come_no_forecast_is_told(light: Make, weeks: int, before: str) -> None:
    for told in weekly(falling(light, *ALL_THREE, weeks=weeks, before=before)):
        assert "Forecast" not in told["text"]
