"""Faults of child in need plans, their reviews and visits."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.assessments import on_last_referral
from dq.sample.faults.planting import Planting
from dq.sample.faults.referrals import contact_moved
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.faults.visits import seen_only
from dq.sample.tables import among


def running(x: Planting) -> Flags:
    """Plans that have not ended."""
    return ~x.filled("cin_plan", "end_date")


def over(x: Planting) -> Flags:
    """Plans that ended some time ago, of children with no other."""
    single = x.count("cin_plan") == 1
    return x.filled("cin_plan", "end_date") & (x["cin_plan"]["end_date"] < x.before_first(20)) & x.of("cin_plan", single)


def never_protected(x: Planting) -> Flags:
    """Plans of children who were never on a child protection plan."""
    return x.of("cin_plan", x.count("cp_plan") == 0)


def visits_of(x: Planting, row: int) -> Numbers:
    """A plan's visits in order of their day."""
    rows = x.linked("cin_plan", row, "plan_id", "cin_visit", "plan_id")
    return rows[np.argsort(x["cin_visit"]["visit_date"][rows], kind="stable")]


def visited(x: Planting, low: int, high: int = 1000) -> Flags:
    """Plans of children who were seen at so many child in need visits."""
    count = x.count("cin_visit", x.is_one("cin_visit", "seen", "Y"))
    return x.of("cin_plan", (count >= low) & (count <= high))


@plants("CIN-001")
def ends_first(x: Planting) -> None:
    """A plan that ends before it starts; its visits lie outside it then."""
    rows = x.pick("cin_plan", over(x) & never_protected(x) & visited(x, 0, 4))
    x.set("cin_plan", "end_date", rows, x["cin_plan"]["start_date"][rows] - 2)
    x.expect("CIN-001", "cin_plan", rows)
    for row in rows:
        x.expect("CIN-006", "cin_visit", visits_of(x, row))


copy(
    "CIN-002",
    "cin_plan",
    lambda x: over(x) & never_protected(x),
    lambda x, rows: {"start_date": x["cin_plan"]["start_date"][rows] + 9},
    weight=2,
)


@plants("CIN-003", 2)
def beside_protection(x: Planting) -> None:
    """A child in need plan in the midst of a child protection plan."""
    single = (x.count("cp_plan") == 1) & (x.count("cin_plan") == 1)
    allowed = x.filled("cin_plan", "end_date") & x.of("cin_plan", single)
    begun = np.full(x.children, days.NONE)
    begun[x["cp_plan"].child] = x["cp_plan"]["start_date"]
    rows = x.pick("cin_plan", allowed & (begun[x["cin_plan"].child] < x.before_first(40)))
    start = begun[x["cin_plan"].child[rows]] + 10
    added = x.add("cin_plan", rows, start_date=start, end_date=start + 12)
    for place, row in enumerate(rows):
        protection = x.beside("cin_plan", row, "cp_plan")
        x.set("cin_plan", "referral_id", added[place : place + 1], x["cp_plan"]["referral_id"][protection])
        x.expect("CIN-003", "cp_plan", protection)
    x.expect("CIN-003", "cin_plan", added)


@plants("CIN-004", 4)
def not_reviewed(x: Planting) -> None:
    """A plan that has run for months without a review."""
    rows = x.pick("cin_plan", running(x) & (x["cin_plan"]["start_date"] < x.ago(100)))
    for row in rows:
        x.drop("cin_review", x.linked("cin_plan", row, "plan_id", "cin_review", "plan_id"))
    x.expect("CIN-004", "cin_plan", rows)


@plants("CIN-005", 4)
def long_between_visits(x: Planting) -> None:
    """A plan that is over, with two visits in its midst missing."""
    rows = x.pick("cin_plan", over(x) & visited(x, 5))
    for row in rows:
        visits = seen_only(x, "cin_visit", visits_of(x, row))
        x.drop("cin_visit", visits[1:3])
        x.expect("CIN-005", "cin_visit", visits[3])


@plants("CIN-006", 2)
def visit_after_plan(x: Planting) -> None:
    """A visit on the day after the plan ended."""
    rows = x.pick("cin_plan", over(x) & visited(x, 1))
    for row in rows:
        late = x["cin_plan"]["end_date"][row] + 1
        x.expect("CIN-006", "cin_visit", x.add("cin_visit", visits_of(x, row)[-1:], visit_date=late, recorded_date=late))


def _old_visit(x: Planting) -> Flags:
    return x["cin_visit"]["visit_date"] < x.before_first(30)


def _much_later(x: Planting, rows: Numbers) -> object:
    return days.add_working_days(x["cin_visit"]["visit_date"][rows], 9)


cell("CIN-007", "cin_visit", "recorded_date", _old_visit, _much_later, weight=5)


@plants("CIN-008", 2)
def left_open(x: Planting) -> None:
    """A plan left open on a closed referral; nobody is allocated to the child then."""
    young = (x.ages >= 0) & (x.ages < 17)
    long_over = over(x) & (x["cin_plan"]["end_date"] < x.before_first(110))
    rows = x.pick("cin_plan", long_over & never_protected(x) & on_last_referral(x, "cin_plan") & x.of("cin_plan", ~x.open & young))
    x.set("cin_plan", "end_date", rows, None)
    x.expect("CIN-008", "cin_plan", rows)
    for row in rows:
        for rule in ("ALL-001", "SUP-006"):
            x.expect(rule, "person", x.rows_of_keys("person", [x["cin_plan"]["person_id"][row]]))


@plants("CIN-009", 3)
def never_ending(x: Planting) -> None:
    """A plan, and the referral behind it, that began more than a year ago."""
    once = (x.count("cin_episode") == 1) & (x.count("cp_plan") == 0) & (x.count("cla_episode") == 0) & (x.ages >= 3)
    reviewed = among(x["cin_plan"]["plan_id"], x["cin_review"]["plan_id"][x["cin_review"]["review_date"] > x.before_first(10)])
    rows = x.pick("cin_plan", running(x) & reviewed & x.of("cin_plan", once) & visited(x, 1))
    x.set("cin_plan", "start_date", rows, x["cin_plan"]["start_date"][rows] - 420)
    for row in rows:
        referral = x.linked("cin_plan", row, "referral_id", "cin_episode", "referral_id")
        on = days.working_before(x["cin_episode"]["referral_date"][referral] - 420)
        x.set("cin_episode", "referral_date", referral, on)
        x.set("cin_episode", "decision_date", referral, on)
        contact_moved(x, referral)
        assessed = x.linked("cin_plan", row, "referral_id", "assessment", "referral_id")
        x.set("assessment", "late_reason", assessed, "Waiting for reports from health")
    x.expect("CIN-009", "cin_plan", rows)


@plants("CIN-010", 5)
def not_visited(x: Planting) -> None:
    """A plan whose child has not been visited for two months."""
    rows = x.pick("cin_plan", running(x) & (x["cin_plan"]["start_date"] < x.ago(75)))
    for row in rows:
        visits = visits_of(x, row)
        x.drop("cin_visit", visits[x["cin_visit"]["visit_date"][visits] > x.before_first(60)])
    x.expect("CIN-010", "cin_plan", rows)
