"""Lists, answers and the course of each team in the store, on each database."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from pathlib import Path
from typing import Any

import stores

from dq.store import database, decide, desk, issue, record, reply, trend
from dq.store.decide import Selection
from dq.store.models import Act, Finding
from dq.store.reply import ReplyLine

Address = tuple[Path, str | None]
NOON = stores.NOON

AT = """
SELECT e.team, e.severity, e.became, count(*) FROM dq_event AS e
JOIN (SELECT max(id) AS id FROM dq_event WHERE run_id <= %s GROUP BY finding_id) AS l ON l.id = e.id
GROUP BY e.team, e.severity, e.became
"""
"""How many exceptions stood where after a run."""


def give(connection: Any, run: int, at: dt.datetime = NOON, **teams: int) -> dict[str, str]:
    with database.writing(connection):
        return issue.issue(connection, "ann", at, run, {team: (number, f"{team}.xlsx") for team, number in teams.items()})


def test_lists_are_numbered_and_known_again(address: Address) -> None:
    with database.opened(*address) as connection:
        record.record(connection, stores.facts(0, stores.seen("a", "b")), stores.seen("a", "b"), stores.everybody())
        assert issue.identity(connection) == ""
        codes = give(connection, 1, North=2, South=0)
        again = give(connection, 1, NOON + dt.timedelta(microseconds=1), North=1)
        mark = issue.identity(connection)
        assert len(mark) == 12
    with database.opened(*address) as connection:
        assert issue.identity(connection) == mark
        given = issue.given(connection)
        assert {number: (each.team, each.code, each.exceptions, each.seen_run) for number, each in given.items()} == {
            1: ("North", codes["North"], 2, 1), 2: ("South", codes["South"], 0, 1), 3: ("North", again["North"], 1, 1),
        }  # fmt: skip
        assert {team: each.number for team, each in issue.latest(given).items()} == {"North": 3, "South": 2}
        assert [each.what for each in Act.objects.using(connection.alias).order_by("id")] == [issue.MARK, "lists", "lists"]
    assert codes["North"].split("-")[1] != again["North"].split("-")[1]


def test_a_list_of_a_run_that_was_taken_back_has_seen_the_runs_that_stand(address: Address) -> None:
    with database.opened(*address) as connection:
        for week in range(3):
            record.record(connection, stores.facts(week, stores.seen("a")), stores.seen("a"), stores.everybody())
        give(connection, 3, North=1)
        record.delete_latest(connection, "ann", NOON)
        assert issue.given(connection)[1].seen_run == 2


def line(exception: str, number: int | None = 1, answer: str = "fixed", notes: str = "") -> ReplyLine:
    return ReplyLine(exception, number, answer, None, notes, "Jane", "North.xlsx", "To do", 2, NOON)


def test_answers_are_added_and_disputes_with_them(address: Address) -> None:
    every = stores.seen("a", "b", "c", "d")
    with database.opened(*address) as connection:
        record.record(connection, stores.facts(0, every), every, stores.everybody())
        record.record(connection, stores.facts(1, every[:3]), every[:3], stores.everybody())
        give(connection, 2, North=3)
        lines = [
            line("a"),
            line("b", answer="rule is wrong", notes="x"),
            line("d", answer="rule is wrong", notes="y"),
            line("c", None),
        ]
        with database.writing(connection) as cursor:
            made = reply.keep(cursor, connection, "ann", "North.xlsx", "", lines)
        assert (made.what, made.exceptions) == ("answers", 4)
        rows = {row.id: row for row in desk.rows(connection)}
        assert {key: row.place for key, row in rows.items()} == {"a": "to do", "b": "disputed", "c": "to do"}
        assert rows["b"].reply is not None and rows["b"].reply.answered_by == "Jane"
        assert reply.states(connection, ["a", "d", "z"]) == {"a": "open", "d": "cleared"}
        assert reply.replies(connection, ["a", "c", "z"]) == {"a": [line("a")], "c": [line("c", None)]}
        with database.writing(connection) as cursor:
            reply.keep(cursor, connection, "ann", "North.xlsx", "", [line("a", answer="need help")])
        assert [each.answer for each in reply.replies(connection, ["a"])["a"]] == ["fixed", "need help"]


def test_what_was_assigned_and_what_is_gone(address: Address) -> None:
    every = stores.seen("a", "b", "c")
    with database.opened(*address) as connection:
        record.record(connection, stores.facts(0, every), every, stores.everybody())
        done = decide.assign(connection, "ann", NOON, Selection(("a",)), "Jo", "")
        assert issue.handed_over(connection) == {"a": done.act}
        record.record(connection, stores.facts(1, every[:1]), every[:1], stores.everybody(c="gone"))
        record.record(connection, stores.facts(2, every[:1]), every[:1], stores.everybody(c="gone"))
        assert issue.gone(connection) == {"c": 2}


def test_the_course_of_each_team_is_what_counting_each_run_gives(address: Address) -> None:
    draw = random.Random(11)
    ids = [f"e{number}" for number in range(30)]
    counted: list[Counter[tuple[str, str]]] = []
    with database.opened(*address) as connection:
        for week in range(6):
            rows = [
                row for each in ids if draw.random() < 0.6
                for row in stores.seen(each, team=draw.choice(["North", "South"]))
            ]  # fmt: skip
            presence = {each: draw.choice(["present", "gone", "unknown"]) for each in ids}
            record.record(connection, stores.facts(week, rows), rows, stores.everybody(**presence))
            with connection.cursor() as cursor:
                cursor.execute(AT, [week + 1])
                counted.append(Counter())
                for team, severity, became, number in cursor.fetchall():
                    counted[-1][team, severity] += number if became in trend.OPEN else 0
        courses = trend.by_team(connection)
        found = Finding.objects.using(connection.alias).count()
        assert found > 20
    assert sorted(courses) == ["North", "South"]
    for team, points in courses.items():
        assert [sum(point.open.values()) for point in points] == [each[team, "major"] for each in counted]
        before = 0
        for point in points:
            now = sum(point.open.values())
            assert now == before + point.new + point.reopened - point.cleared - point.left + point.other
            before = now
    assert sum(point.new for points in courses.values() for point in points) == found
