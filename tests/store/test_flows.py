"""What each run moved, for a forecast: held against the course of each team, and against what was done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from stores import everybody, facts, rule, seen

from dq.flows import Flow, WaiverEnd
from dq.store import database, flows, record, trend, waivers
from dq.store.decide import Selection
from dq.store.waivers import Terms

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


def test_each_run_says_what_came_moved_and_went(tmp_path: Path) -> None:
    steps = [
        (seen("a", "b", "c", "d"), [rule()]),
        (seen("a", "b") + seen("c", team="South") + seen("e"), [rule()]),  # d is cleared, c moves, e is new
        (seen("a", "x"), [rule(fingerprint="b")]),  # the rule changed: x is because of it, b, c, e go aside
        ([], [rule(fingerprint="b", ran=False)]),  # it did not run: a and x are not checked
        (seen("a", team="South"), [rule(fingerprint="b")]),  # a is found again elsewhere, x is cleared
    ]
    with database.opened(tmp_path, None) as connection:
        for week, (rows, rules) in enumerate(steps):
            record.record(connection, facts(week, rows, rules), rows, everybody())
        found = flows.history(connection).runs
        courses = trend.by_team(connection)
    north = [run.flows.get(("North", "major"), Flow()) for run in found]
    south = [run.flows.get(("South", "major"), Flow()) for run in found]
    assert north == [
        Flow(open=4, arrived=4), Flow(open=3, arrived=1, went=1, cleared=1), Flow(open=2, by_rule=1, aside=2),
        Flow(unchecked=4), Flow(went=1, cleared=1, aside=2),  # what went aside before is not known either
    ]  # fmt: skip
    assert south == [Flow(), Flow(open=1, came=1), Flow(aside=1), Flow(unchecked=1), Flow(open=1, came=1, aside=1)]
    for team, flow in (("North", north), ("South", south)):
        assert [each.open for each in flow] == [sum(point.open.values()) for point in courses[team]]


def test_waivers_count_on_the_days_on_which_they_hold_and_end(tmp_path: Path) -> None:
    rows = seen("a", "b", "c")
    with database.opened(tmp_path, None) as connection:
        for week in range(3):
            record.record(connection, facts(week, rows, files=f"{week}"), rows, everybody())
            if week == 0:
                terms = Terms(dt.date(2026, 10, 20), "Agreed.", "Ada", dt.date(2026, 10, 5))
                waivers.waive(connection, "tester", NOON, Selection(ids=("a", "b")), terms)
        found = flows.history(connection)
    assert [run.flows["North", "major"].waived for run in found.runs] == [0, 2, 2]
    assert found.waivers_end == (WaiverEnd(dt.date(2026, 10, 21), "North", "major", 2),)
