"""Faults of the order of work: dates the wrong way round, decisions that nothing follows."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults import need, protection, referrals
from dq.sample.faults.assessments import done, ended, referral_open, without_plan
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import same

cell("CON-004", "contact", "decision_date", referrals.other_contact, lambda x, rows: x["contact"]["contact_date"][rows] - 1)
copy("EHE-004", "early_help", lambda x: ~referrals.ended_help(x), lambda x, rows: {}, both=True)
cell("EHE-005", "early_help", "worker_id", lambda x: ~referrals.ended_help(x), weight=2)
cell(
    "REF-013",
    "cin_episode",
    "decision_date",
    referrals.turned_away,
    lambda x, rows: x["cin_episode"]["referral_date"][rows] - 1,
)
cell("REF-015", "cin_episode", "outcome", lambda x: x.filled("cin_episode", "decision_date"), weight=3)


@plants("REF-014")
def contact_after_referral(x: Planting) -> None:
    """A contact dated on the day after the referral that came from it."""
    rows = x.pick("cin_episode", referrals.turned_away(x) & x.filled("cin_episode", "contact_id"))
    for row in rows:
        contact = x.linked("cin_episode", row, "contact_id", "contact", "contact_id")
        late = days.add_working_days(x["cin_episode"]["referral_date"][row : row + 1], 1)
        x.set("contact", "contact_date", contact, late)
        x.set("contact", "decision_date", contact, late)
    x.expect("REF-014", "cin_episode", rows)


def _only_in_care(x: Planting) -> Flags:
    """Children in care with one referral and nothing else that goes on, by child."""
    other = x.count("cin_plan", x.still_open("cin_plan")) + x.count("cp_plan", x.still_open("cp_plan"))
    other = other + x.count("assessment", ~x.filled("assessment", "authorised_date"))
    other = other + x.count("s47_enquiry", ~x.filled("s47_enquiry", "end_date"))
    return np.asarray((other == 0) & (x.count("cin_episode") == 1))


@plants("REF-016", 2)
def closed_in_care(x: Planting) -> None:
    """A case closed while the child is in care, the worker still allocated to it."""
    episode = x["cla_episode"]
    running = ~x.filled("cla_episode", "ceased_date") & (episode["start_date"] < x.before_first(60))
    rows = x.pick("cla_episode", running & x.of("cla_episode", _only_in_care(x)))
    for row in rows:
        referral = x.linked("cla_episode", row, "referral_id", "cin_episode", "referral_id")
        x.set("cin_episode", "close_date", referral, x.before_first(1))
        x.set("cin_episode", "close_reason", referral, "RC7")
        held = x.linked("cla_episode", row, "referral_id", "involvement", "referral_id")
        work = x["involvement"]
        going_on = (work["allocated"][held] == "Y") & ~x.filled("involvement", "end_date")[held]
        x.expect("ALL-007", "involvement", held[going_on])
    x.expect("REF-016", "cla_episode", rows)


@plants("REF-017", 2)
def closed_too_soon(x: Planting) -> None:
    """A case closed less than a week before the child was referred again."""
    table = x["cin_episode"]
    order = np.lexsort((table["referral_date"], table.child))
    earlier = np.full(len(order), -1)
    earlier[order[1:]] = np.where(table.child[order][1:] == table.child[order][:-1], order[:-1], -1)
    closed = np.where(earlier >= 0, table["close_date"][earlier], days.NONE).astype("datetime64[D]")
    rows = x.pick("cin_episode", (earlier >= 0) & (days.days_between(closed, table["referral_date"]) > 20) & ~np.isnat(closed))
    x.set("cin_episode", "close_date", earlier[rows], table["referral_date"][rows] - 6)
    x.expect("REF-017", "cin_episode", rows)


@plants("ASM-011", 2)
def factor_too_soon(x: Planting) -> None:
    """A factor recorded for an assessment that goes on."""
    rows = x.pick("assessment", ~done(x))
    if len(rows) == 0:
        return
    added = x.add("assessment_factor", np.zeros(len(rows), dtype=np.int64), factor="3B")
    numbers = x["assessment"]["assessment_id"][rows]
    x.set("assessment_factor", "factor_id", added, same("42", len(rows)) + numbers)
    x.set("assessment_factor", "assessment_id", added, numbers)
    x.expect("ASM-011", "assessment_factor", added)


cell("ASM-012", "assessment", "worker_id", done, weight=2)


def _conferred(x: Planting) -> Flags:
    """Enquiries that led to a conference, some time ago."""
    held = set(x["initial_cp_conference"]["enquiry_id"].tolist())
    has = np.array([number in held for number in x["s47_enquiry"]["enquiry_id"]], dtype=bool)
    return has & x.filled("s47_enquiry", "end_date") & x.is_one("s47_enquiry", "outcome", "Initial CP Conference")


cell("S47-008", "s47_enquiry", "nfa", _conferred, "Y", weight=2)
cell(
    "S47-011",
    "s47_enquiry",
    "nfa",
    lambda x: ended(x) & x.is_one("s47_enquiry", "outcome", "No Further Action") & _old_enquiry(x),
    "N",
    also=("S47-001",),
)


def _old_enquiry(x: Planting) -> Flags:
    return np.asarray(x["s47_enquiry"]["start_date"] < x.before_first(30))


@plants("S47-009")
def never_assessed(x: Planting) -> None:
    """An enquiry whose referral has no assessment."""
    rows = x.pick("s47_enquiry", ended(x) & x.of("s47_enquiry", x.count("assessment") == 1))
    for row in rows:
        for assessment in x.linked("s47_enquiry", row, "referral_id", "assessment", "referral_id"):
            x.drop("assessment_factor", x.linked("assessment", assessment, "assessment_id", "assessment_factor", "assessment_id"))
            x.drop("assessment", assessment)
    x.expect("S47-009", "s47_enquiry", rows)


@plants("S47-010")
def enquired_after_conference(x: Planting) -> None:
    """An enquiry that began on the day after its conference."""
    held = dict(zip(x["initial_cp_conference"]["enquiry_id"], x["initial_cp_conference"]["conference_date"], strict=True))
    settled = x["s47_enquiry"]["start_date"] < x.before_first(40)  # so that the day after the conference is past
    rows = x.pick("s47_enquiry", _conferred(x) & referral_open(x, "s47_enquiry") & settled)
    late = np.array([held[number] for number in x["s47_enquiry"]["enquiry_id"][rows]], dtype="datetime64[D]") + 1
    x.set("s47_enquiry", "start_date", rows, late)
    x.set("s47_enquiry", "end_date", rows, late)
    x.expect("S47-010", "s47_enquiry", rows)


@plants("ICP-005")
def conference_before_referral(x: Planting) -> None:
    """A conference dated before the referral, and so before its enquiry."""
    rows = x.pick("initial_cp_conference", without_plan(x) & x.filled("initial_cp_conference", "referral_id"))
    for row in rows:
        referral = x.linked("initial_cp_conference", row, "referral_id", "cin_episode", "referral_id")
        early = days.working_before(x["cin_episode"]["referral_date"][referral] - 3)
        x.set("initial_cp_conference", "conference_date", row, early[0])
        x.expect("S47-010", "s47_enquiry", x.linked("initial_cp_conference", row, "enquiry_id", "s47_enquiry", "enquiry_id"))
    x.expect("ICP-005", "initial_cp_conference", rows)


def _drop_plans(x: Planting, plans: Numbers) -> None:
    for plan in plans:
        for table in ("cin_visit", "cin_review"):
            x.drop(table, x.linked("cin_plan", plan, "plan_id", table, "plan_id"))
        x.drop("cin_plan", plan)


@plants("CIN-011", 2)
def no_plan_of_need(x: Planting) -> None:
    """An assessment that decided on a child in need plan, and no plan."""
    going_on = (x.count("cin_plan", need.running(x)) == 1) & (x.count("cin_plan") == 1)
    other = x.count("cp_plan") + x.count("cla_episode")
    decided = x.is_one("assessment", "outcome", "CIN Plan") & (x["assessment"]["authorised_date"] < x.before_first(25))
    single = x.of("assessment", going_on & (other == 0) & (x.count("cin_episode") == 1))
    rows = x.pick("assessment", decided & referral_open(x, "assessment") & single)
    for row in rows:
        _drop_plans(x, x.beside("assessment", row, "cin_plan"))
    x.expect("CIN-011", "assessment", rows)


copy(
    "CIN-012",
    "cin_plan",
    lambda x: need.over(x) & need.never_protected(x),
    lambda x, rows: {"start_date": x["cin_plan"]["end_date"][rows]},
)


@plants("CPP-010", 2)
def nothing_after_protection(x: Planting) -> None:
    """A child protection plan that ended weeks ago, the case open and nothing in its place."""
    followed = (x.count("cin_plan", need.running(x)) == 1) & (x.count("cin_plan") == 1) & (x.count("cla_episode") == 0)
    long_over = protection.over(x) & (x["cp_plan"]["end_date"] < x.before_first(25))
    rows = x.pick("cp_plan", long_over & referral_open(x, "cp_plan") & x.of("cp_plan", followed))
    for row in rows:
        _drop_plans(x, x.beside("cp_plan", row, "cin_plan"))
    x.expect("CPP-010", "cp_plan", rows)


cell("CPR-008", "cp_review", "participation", lambda x: x.filled("cp_review", "participation"), weight=2)
cell("PRP-002", "pre_proceedings", "outcome", lambda x: x.filled("pre_proceedings", "outcome_date"))
