"""Faults of section 20 agreements: who agreed, when, and what stands behind them."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import among

TABLE = "voluntary_agreement"


def ended(x: Planting) -> Flags:
    """Agreements whose legal status has ended."""
    over = x["legal_status"]["legal_status_id"][x.filled("legal_status", "end_date")]
    return among(x[TABLE]["legal_status_id"], over)


def started(x: Planting, rows: Numbers) -> object:
    """The day on which the legal status behind each agreement began."""
    start = dict(zip(x["legal_status"]["legal_status_id"], x["legal_status"]["start_date"], strict=True))
    return np.array([start.get(number, days.NONE) for number in x[TABLE]["legal_status_id"][rows]], dtype="datetime64[D]")


def agreed_now(x: Planting) -> Flags:
    """Section 20 statuses that go on."""
    return x.is_one("legal_status", "code", "V2") & ~x.filled("legal_status", "end_date")


def long_agreed(x: Planting) -> Flags:
    """Those of them that have lasted so long that there must be a plan."""
    due = days.add_months(x["legal_status"]["start_date"], 4)
    return agreed_now(x) & (due < x.today)


def accommodated(x: Planting) -> Flags:
    """Children who are under section 20, by child."""
    return np.asarray(x.count("legal_status", agreed_now(x)) > 0)


def _agreed_once(x: Planting) -> Flags:
    return x.of(TABLE, x.count(TABLE) == 1)


@plants("S20-001", 2)
def no_responsibility(x: Planting) -> None:
    """An agreement by a mother (or by both) who has no parental responsibility."""
    rows = x.pick(TABLE, _agreed_once(x) & x.is_one(TABLE, "agreed_by", "MOTHER", "BOTH"))
    for row in rows:
        family = x.linked(TABLE, row, "person_id", "relationship", "person_id")
        x.set("relationship", "parental_responsibility", family[x["relationship"]["type"][family] == "MOTHER"], "N")
    x.expect("S20-001", TABLE, rows)


def _too_young(x: Planting) -> Flags:
    age = days.age(x.births[x[TABLE].child], x[TABLE]["agreed_date"])
    return (age >= 0) & (age < 15)


def _day_after(x: Planting, rows: Numbers) -> object:
    return days.add_days(np.asarray(started(x, rows)), 1)


def _three_days_before(x: Planting, rows: Numbers) -> object:
    return x[TABLE]["agreed_date"][rows] - 3


cell("S20-002", TABLE, "agreed_by", _too_young, "CHILD")
cell("S20-003", TABLE, "agreed_date", lambda x: x[TABLE]["agreed_date"] < x.before_first(30), _day_after, weight=2)
cell("S20-004", TABLE, "review_date", ended, _three_days_before)
cell("S20-006", TABLE, "worker_id", lambda x: x.filled(TABLE, "worker_id"), weight=2)
cell("S20-007", TABLE, "review_due_date", lambda x: ~x.filled(TABLE, "withdrawn_date"), weight=2)
cell("S20-008", TABLE, "agreed_by", lambda x: x.filled(TABLE, "agreed_by"), "NONE")
cell("S20-009", TABLE, "written", lambda x: x.filled(TABLE, "written"), "N", weight=2)
copy("S20-010", TABLE, lambda x: ~x.filled(TABLE, "withdrawn_date"), lambda x, rows: {}, both=True)


@plants("S20-005")
def agreed_and_ordered(x: Planting) -> None:
    """An agreement linked to what has become a care order."""
    rows = x.pick(TABLE, _agreed_once(x))
    for row in rows:
        status = x.linked(TABLE, row, "legal_status_id", "legal_status", "legal_status_id")
        x.set("legal_status", "code", status, "C1")
    x.expect("S20-005", TABLE, rows)


@plants("S20-011", 2)
def no_plan_for_permanence(x: Planting) -> None:
    """A child under section 20 for many months whose care plan does not say what is to come."""
    rows = x.pick("legal_status", long_agreed(x))
    for row in rows:
        plans = x.beside("legal_status", row, "cla_care_plan")
        current = plans[~x.filled("cla_care_plan", "end_date")[plans]]
        x.set("cla_care_plan", "permanence_plan", current, None)
        x.expect("CLA-017", "cla_care_plan", current)
    x.expect("S20-011", "legal_status", rows)
