"""Faults of assessments, section 47 enquiries, conferences and pre-proceedings."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import among


def done(x: Planting) -> Flags:
    """Finished assessments."""
    return x.filled("assessment", "authorised_date")


def ended(x: Planting) -> Flags:
    """Finished enquiries that led to no conference."""
    return x.filled("s47_enquiry", "end_date") & x.is_one("s47_enquiry", "nfa", "Y")


def without_plan(x: Planting) -> Flags:
    """Conferences some time ago that decided against a plan."""
    return x.is_one("initial_cp_conference", "plan_made", "N") & (
        x["initial_cp_conference"]["conference_date"] < x.before_first(30)
    )


def referral_open(x: Planting, table: str) -> Flags:
    """Records whose referral is open."""
    still = x["cin_episode"]["referral_id"][~x.filled("cin_episode", "close_date")]
    return among(x[table]["referral_id"], still)


def on_last_referral(x: Planting, table: str) -> Flags:
    """Records of a child's latest referral, it being closed."""
    latest = np.full(x.children, days.day("1990-01-01"))
    referral = x["cin_episode"]
    np.maximum.at(latest, referral.child, referral["referral_date"])
    last = (referral["referral_date"] == latest[referral.child]) & x.filled("cin_episode", "close_date")
    return among(x[table]["referral_id"], referral["referral_id"][last])


def _late(x: Planting) -> Flags:
    return done(x) & x.filled("assessment", "late_reason")


cell("ASM-001", "assessment", "late_reason", _late, weight=5)
cell("ASM-003", "assessment", "authorised_date", done, lambda x, rows: x["assessment"]["start_date"][rows] - 4)
cell("ASM-008", "assessment", "child_seen", done, weight=4)
cell("ASM-009", "assessment", "nfa", lambda x: done(x) & ~x.is_one("assessment", "outcome", "No Further Action"), "Y", weight=2)
copy("ASM-002", "assessment", lambda x: ~done(x), lambda x, rows: {"late_reason": "Entered twice"}, both=True, weight=2)


@plants("ASM-004", 4)
def no_factors(x: Planting) -> None:
    """A finished assessment without a factor."""
    rows = x.pick("assessment", done(x))
    for row in rows:
        x.drop("assessment_factor", _factors(x, row))
    x.expect("ASM-004", "assessment", rows)


def _factors(x: Planting, row: int) -> Numbers:
    return x.linked("assessment", row, "assessment_id", "assessment_factor", "assessment_id")


@plants("ASM-005", 2)
def no_factors_and_some(x: Planting) -> None:
    """The factor 21, nothing found, beside others."""
    rows = x.pick("assessment_factor", ~x.is_one("assessment_factor", "factor", "21"))
    added = x.add("assessment_factor", rows, factor="21")
    x.expect("ASM-005", "assessment_factor", added)
    for row in rows:
        same = x.linked("assessment_factor", row, "assessment_id", "assessment_factor", "assessment_id")
        x.expect("ASM-005", "assessment_factor", same)


copy("ASM-006", "assessment_factor", lambda x: x.filled("assessment_factor", "factor"), lambda x, rows: {}, both=True, weight=2)


@plants("ASM-007", 2)
def unfinished(x: Planting) -> None:
    """An assessment left open on a closed referral."""
    rows = x.pick("assessment", done(x) & on_last_referral(x, "assessment"))
    for column in ("authorised_date", "outcome", "child_seen", "nfa"):
        x.set("assessment", column, rows, None)
    for row in rows:
        x.drop("assessment_factor", _factors(x, row))
    x.expect("ASM-007", "assessment", rows)


@plants("ASM-010")
def two_at_once(x: Planting) -> None:
    """An assessment finished only after the child's next one began."""
    table = x["assessment"]
    order = np.lexsort((table["start_date"], table.child))
    following = np.full(len(order), -1)
    following[order[:-1]] = np.where(table.child[order][1:] == table.child[order][:-1], order[1:], -1)
    begun = np.where(following >= 0, table["start_date"][following], days.NONE).astype("datetime64[D]")
    rows = x.pick("assessment", done(x) & (begun < x.before_first(20)))
    x.set("assessment", "authorised_date", rows, begun[rows] + 2)
    x.set("assessment", "late_reason", rows, "Waiting for reports from health")
    x.expect("ASM-010", "assessment", following[rows])


def _not_conferred(x: Planting) -> Flags:
    old = x["s47_enquiry"]["start_date"] < x.before_first(30)
    return ended(x) & old & ~x.is_one("s47_enquiry", "outcome", "No Further Action")


cell("S47-001", "s47_enquiry", "nfa", _not_conferred, "N", weight=3)
cell("S47-003", "s47_enquiry", "end_date", ended, lambda x, rows: x["s47_enquiry"]["start_date"][rows] - 3)
cell("S47-004", "s47_enquiry", "outcome", ended, weight=3)
cell("S47-006", "s47_enquiry", "strategy_discussion_date", ended, weight=2)
cell("S47-007", "s47_enquiry", "end_date", lambda x: ended(x) & on_last_referral(x, "s47_enquiry"), weight=2)


@plants("S47-002")
def two_enquiries(x: Planting) -> None:
    """Two enquiries open on one referral."""
    rows = x.pick("s47_enquiry", ended(x) & referral_open(x, "s47_enquiry"))
    x.set("s47_enquiry", "end_date", rows, None)
    added = x.add("s47_enquiry", rows)
    x.expect("S47-002", "s47_enquiry", np.append(rows, added))


@plants("S47-005")
def conference_twice(x: Planting) -> None:
    """A conference entered twice for one enquiry."""
    rows = x.pick("initial_cp_conference", without_plan(x) & x.filled("initial_cp_conference", "enquiry_id"))
    x.add("initial_cp_conference", rows)
    for row in rows:
        enquiry = x.linked("initial_cp_conference", row, "enquiry_id", "s47_enquiry", "enquiry_id")
        x.expect("S47-005", "s47_enquiry", enquiry)


def _saturday(x: Planting, rows: Numbers) -> object:
    held = x["initial_cp_conference"]["conference_date"][rows]
    weekday = (held.astype(np.int64) + 3) % 7
    return days.add_days(held, -(weekday + 2))


cell("ICP-001", "initial_cp_conference", "conference_date", without_plan, _saturday, weight=2)


@plants("ICP-002")
def plan_not_made(x: Planting) -> None:
    """A conference that decided on a plan, and no plan."""
    rows = x.pick("initial_cp_conference", without_plan(x))
    x.set("initial_cp_conference", "plan_made", rows, "Y")
    x.set("initial_cp_conference", "outcome", rows, "PLAN")
    x.expect("ICP-002", "initial_cp_conference", rows)


def _with_plan(x: Planting) -> Flags:
    return x.is_one("initial_cp_conference", "plan_made", "Y")


cell("ICP-003", "initial_cp_conference", "outcome", _with_plan, "CIN")


@plants("ICP-004")
def conference_of_nothing(x: Planting) -> None:
    """A conference that names no enquiry, the enquiry being marked as needing none."""
    rows = x.pick("initial_cp_conference", without_plan(x) & x.filled("initial_cp_conference", "enquiry_id"))
    for row in rows:
        enquiry = x.linked("initial_cp_conference", row, "enquiry_id", "s47_enquiry", "enquiry_id")
        x.set("s47_enquiry", "nfa", enquiry, "Y")
        x.set("s47_enquiry", "outcome", enquiry, "Other Outcome")
    x.set("initial_cp_conference", "enquiry_id", rows, None)
    x.expect("ICP-004", "initial_cp_conference", rows)


cell(
    "PRP-001",
    "pre_proceedings",
    "letter_date",
    lambda x: x.filled("pre_proceedings", "letter_date"),
    lambda x, rows: x["pre_proceedings"]["decision_date"][rows] - 5,
)
