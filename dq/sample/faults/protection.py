"""Faults of child protection plans, their reviews and visits."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.assessments import on_last_referral
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell
from dq.sample.faults.visits import seen_only
from dq.sample.tables import among


def running(x: Planting) -> Flags:
    """Plans that have not ended."""
    return ~x.filled("cp_plan", "end_date")


def over(x: Planting) -> Flags:
    """Plans that ended some time ago, of children with no other plan of protection."""
    ended = x.filled("cp_plan", "end_date") & (x["cp_plan"]["end_date"] < x.before_first(20))
    return ended & x.of("cp_plan", x.count("cp_plan") == 1)


def _in_order(x: Planting, row: int, table: str, column: str) -> Numbers:
    rows = x.linked("cp_plan", row, "plan_id", table, "plan_id")
    return rows[np.argsort(x[table][column][rows], kind="stable")]


def visits_of(x: Planting, row: int) -> Numbers:
    """A plan's visits in order of their day."""
    return _in_order(x, row, "cp_visit", "visit_date")


def reviews_of(x: Planting, row: int) -> Numbers:
    """A plan's reviews in order of their day."""
    return _in_order(x, row, "cp_review", "review_date")


def having(x: Planting, table: str, low: int) -> Flags:
    """Plans with at least so many rows in a table."""
    numbers, counts = np.unique(x[table]["plan_id"].astype(str), return_counts=True)
    return among(x["cp_plan"]["plan_id"], numbers[counts >= low].astype(object))


def seen_often(x: Planting, low: int) -> Flags:
    """Plans of children who were seen at so many child protection visits."""
    return x.of("cp_plan", x.count("cp_visit", x.is_one("cp_visit", "seen", "Y")) >= low)


def _elsewhere(x: Planting, rows: Numbers, start: object, end: object) -> Numbers:
    """A plan of another authority besides, which counts the first as an earlier one."""
    earlier = np.array([str(int(each) + 1) for each in x["cp_plan"]["previous_plans"][rows]], dtype=object)
    return x.add("cp_plan", rows, start_date=start, end_date=end, previous_plans=earlier, conference_id=None, other_authority="Y")


@plants("CPP-001")
def two_open(x: Planting) -> None:
    """Two open plans."""
    rows = x.pick("cp_plan", running(x) & (x["cp_plan"]["start_date"] < x.before_first(30)))
    added = _elsewhere(x, rows, x.ago(6), days.NONE)
    x.expect("CPP-001", "cp_plan", np.append(rows, added))


@plants("CPP-002")
def two_at_once(x: Planting) -> None:
    """A plan inside another, both over."""
    rows = x.pick("cp_plan", over(x))
    start = x["cp_plan"]["start_date"][rows]
    x.expect("CPP-002", "cp_plan", _elsewhere(x, rows, start + 6, start + 20))


cell(
    "CPP-003",
    "cp_plan",
    "start_date",
    lambda x: over(x) & x.filled("cp_plan", "conference_id"),
    lambda x, rows: x["cp_plan"]["start_date"][rows] + 1,
    weight=2,
)


@plants("CPP-004")
def one_day(x: Planting) -> None:
    """A plan that starts and ends on one day."""
    rows = x.pick("cp_plan", over(x))
    end = x["cp_plan"]["end_date"][rows]
    x.expect("CPP-004", "cp_plan", _elsewhere(x, rows, end, end))


cell("CPP-005", "cp_plan", "previous_plans", lambda x: x.filled("cp_plan", "previous_plans"), weight=3)
cell("CPP-006", "cp_plan", "previous_plans", lambda x: ~x.is_one("cp_plan", "previous_plans", "0") & _second(x), "0")


def _second(x: Planting) -> Flags:
    """Plans that an earlier plan of the child came before."""
    first = np.full(x.children, days.day("2100-01-01"))
    np.minimum.at(first, x["cp_plan"].child, x["cp_plan"]["start_date"])
    later: Flags = x["cp_plan"]["start_date"] > first[x["cp_plan"].child]
    return later


@plants("CPP-007")
def another_category(x: Planting) -> None:
    """A first category that changes and stays so; found in the week in which it changes."""
    rows = x.pick("cp_plan", x.is_one("cp_plan", "initial_category", "NEG"))
    x.set("cp_plan", "initial_category", rows, "EMO")


@plants("CPP-008", 2)
def left_open(x: Planting) -> None:
    """A plan left open on a closed referral; nobody is allocated, nobody talks about the child."""
    alone = (x.count("cin_plan") == 0) & (x.count("cla_episode") == 0) & ~x.open & (x.ages >= 0) & (x.ages < 17)
    ended_long_ago = x["cp_plan"]["end_date"] < x.before_first(60)
    rows = x.pick("cp_plan", over(x) & ended_long_ago & on_last_referral(x, "cp_plan") & x.of("cp_plan", alone))
    x.set("cp_plan", "end_date", rows, None)
    x.expect("CPP-008", "cp_plan", rows)
    for row in rows:
        x.set("cp_review", "plan_continues", reviews_of(x, row), "Y")
        child = x.rows_of_keys("person", [x["cp_plan"]["person_id"][row]])
        x.expect("ALL-001", "person", child)
        x.expect("SUP-001", "person", child)


@plants("CPP-009")
def no_conference(x: Planting) -> None:
    """A plan that names no conference."""
    rows = x.pick("cp_plan", x.filled("cp_plan", "conference_id"))
    for row in rows:
        conference = x.linked("cp_plan", row, "conference_id", "initial_cp_conference", "conference_id")
        x.set("initial_cp_conference", "plan_made", conference, "N")
        x.set("initial_cp_conference", "outcome", conference, "CIN")
    x.set("cp_plan", "conference_id", rows, None)
    x.expect("CPP-009", "cp_plan", rows)


@plants("CPV-001", 2)
def visit_after_plan(x: Planting) -> None:
    """A visit on the day after the plan ended."""
    rows = x.pick("cp_plan", over(x) & having(x, "cp_visit", 1))
    for row in rows:
        late = x["cp_plan"]["end_date"][row] + 1
        x.expect("CPV-001", "cp_visit", x.add("cp_visit", visits_of(x, row)[-1:], visit_date=late, recorded_date=late))


@plants("CPV-002", 5)
def long_between_visits(x: Planting) -> None:
    """A plan with two visits in its midst missing."""
    rows = x.pick("cp_plan", over(x) & seen_often(x, 5))
    for row in rows:
        visits = seen_only(x, "cp_visit", visits_of(x, row))
        x.drop("cp_visit", visits[1:3])
        x.expect("CPV-002", "cp_visit", visits[3])


@plants("CPV-003", 6)
def not_visited(x: Planting) -> None:
    """A plan whose child has not been visited for seven weeks."""
    rows = x.pick("cp_plan", running(x) & (x["cp_plan"]["start_date"] < x.before_first(60)))
    for row in rows:
        visits = visits_of(x, row)
        x.drop("cp_visit", visits[x["cp_visit"]["visit_date"][visits] > x.before_first(48)])
    x.expect("CPV-003", "cp_plan", rows)


def _old_visit(x: Planting) -> Flags:
    return x["cp_visit"]["visit_date"] < x.before_first(30)


def _much_later(x: Planting, rows: Numbers) -> object:
    return days.add_working_days(x["cp_visit"]["visit_date"][rows], 8)


cell("CPV-004", "cp_visit", "seen_alone", lambda x: x.is_one("cp_visit", "seen", "Y"), weight=5)
cell("CPV-005", "cp_visit", "recorded_date", _old_visit, _much_later, weight=5)


@plants("CPR-001", 2)
def first_review_late(x: Planting) -> None:
    """A first review ten days after its limit."""
    rows = x.pick("cp_plan", having(x, "cp_review", 2))
    for row in rows:
        first = reviews_of(x, row)[:1]
        x.set("cp_review", "review_date", first, days.add_months(x["cp_plan"]["start_date"][row : row + 1], 3) + 10)
        x.expect("CPR-001", "cp_review", first)


@plants("CPR-002", 2)
def review_missing(x: Planting) -> None:
    """A second review that was not held, so that the third is late."""
    rows = x.pick("cp_plan", having(x, "cp_review", 3))
    for row in rows:
        reviews = reviews_of(x, row)
        x.drop("cp_review", reviews[1])
        x.expect("CPR-002", "cp_review", reviews[2])


@plants("CPR-003", 5)
def not_reviewed(x: Planting) -> None:
    """A plan that has run for more than three months without a review."""
    rows = x.pick("cp_plan", running(x) & (x["cp_plan"]["start_date"] < x.ago(100)) & having(x, "cp_review", 1))
    for row in rows:
        x.drop("cp_review", reviews_of(x, row))
    x.expect("CPR-003", "cp_plan", rows)


def _extra_review(x: Planting, row: int, on: np.datetime64) -> Numbers:
    return x.add("cp_review", reviews_of(x, row)[:1], review_date=on, plan_continues="Y")


@plants("CPR-004")
def reviewed_at_once(x: Planting) -> None:
    """A review on the day on which the plan began."""
    rows = x.pick("cp_plan", having(x, "cp_review", 1))
    for row in rows:
        x.expect("CPR-004", "cp_review", _extra_review(x, row, x["cp_plan"]["start_date"][row]))


@plants("CPR-005")
def reviewed_after_end(x: Planting) -> None:
    """A review after the plan ended."""
    rows = x.pick("cp_plan", over(x) & having(x, "cp_review", 1))
    for row in rows:
        x.expect("CPR-005", "cp_review", _extra_review(x, row, x["cp_plan"]["end_date"][row] + 9))


@plants("CPR-007", 2)
def ended_on_paper(x: Planting) -> None:
    """A review that ended the plan, and the plan still open."""
    rows = x.pick("cp_plan", running(x) & having(x, "cp_review", 1))
    for row in rows:
        latest = reviews_of(x, row)[-1:]
        x.set("cp_review", "plan_continues", latest, "N")
        x.expect("CPR-007", "cp_review", latest)
