"""Faults of placements, legal statuses, plans and health of children in care, in detail."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags
from dq.sample.faults.care_records import running
from dq.sample.faults.homes import current_home
from dq.sample.faults.inert import single_episode
from dq.sample.faults.placements import ordered, status_ended
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.section_20 import accommodated
from dq.sample.faults.simple import cell, copy


def current(x: Planting) -> Flags:
    """Placements that go on, away from home."""
    return ~x.filled("placement", "end_date") & ~x.is_one("placement", "type", "P1", "Z1")


cell("PLA-013", "placement", "postcode", current, weight=2)
cell("PLA-014", "placement", "distance", current, weight=2)
cell("PLA-015", "placement", "distance", current, "412.5")


@plants("PLA-016", 2)
def placed_at_home(x: Planting) -> None:
    """A foster placement with the postcode of the child's home."""
    home = current_home(x) & x.filled("address", "postcode")
    rows = x.pick("placement", current(x) & x.of("placement", x.count("address", home) == 1))
    for row in rows:
        homes = x.beside("placement", row, "address")
        postcode = x["address"]["postcode"][homes[home[homes]]][0]
        placed = x.linked("placement", row, "postcode", "address", "postcode")
        x.set("address", "postcode", placed[x["address"]["type"][placed] == "Placement"], postcode)
        x.set("placement", "postcode", row, postcode)
    x.expect("PLA-016", "placement", rows)


@plants("LGL-012", 2)
def order_left_open(x: Planting) -> None:
    """A care order left open after the child left care."""
    latest = np.full(x.children, days.day("1990-01-01"))
    status = x["legal_status"]
    np.maximum.at(latest, status.child, status["start_date"])
    final = (status["start_date"] == latest[status.child]) & ~x.of("legal_status", x.looked_after)
    rows = x.pick("legal_status", status_ended(x) & ordered(x) & final)
    x.set("legal_status", "end_date", rows, None)
    x.expect("LGL-012", "legal_status", rows)


def _running_plan(x: Planting) -> Flags:
    return ~x.filled("cla_care_plan", "end_date") & ~x.of("cla_care_plan", accommodated(x))


cell("CLA-017", "cla_care_plan", "permanence_plan", _running_plan, weight=2)
copy(
    "CLA-018",
    "cla_care_plan",
    lambda x: x.lasted("cla_care_plan", "start_date", "end_date") >= 60,
    lambda x, rows: {"start_date": days.add_days(x["cla_care_plan"]["start_date"][rows], 30)},
)


@plants("CLA-016", 3)
def plan_ended_too_soon(x: Planting) -> None:
    """A child in care whose care plan was ended and not followed by another."""
    rows = x.pick("cla_episode", running(x, 60) & ~x.of("cla_episode", accommodated(x)))
    for row in rows:
        plans = x.beside("cla_episode", row, "cla_care_plan")
        x.set("cla_care_plan", "end_date", plans[~x.filled("cla_care_plan", "end_date")[plans]], x.before_first(10))
    x.expect("CLA-016", "cla_episode", rows)


def _of_school_age(x: Planting, low: int) -> Flags:
    return x.of("cla_episode", (x.ages >= low) & (x.ages <= 15))


def _drop_plans_after(x: Planting, row: int, since: np.datetime64) -> None:
    plans = x.beside("cla_episode", row, "cla_education_plan")
    x.drop("cla_education_plan", plans[x["cla_education_plan"]["plan_date"][plans] > since])


@plants("PEP-001", 3)
def no_education_plan(x: Planting) -> None:
    """A looked-after child of school age without a personal education plan."""
    rows = x.pick("cla_episode", running(x, 60) & _of_school_age(x, 6))
    for row in rows:
        _drop_plans_after(x, row, days.day("1990-01-01"))
        x.expect("PEP-001", "person", x.rows_of_keys("person", [x["cla_episode"]["person_id"][row]]))


@plants("PEP-002", 3)
def old_education_plan(x: Planting) -> None:
    """A looked-after child whose education plan was last gone through more than four months ago."""
    rows = x.pick("cla_episode", running(x, 250) & _of_school_age(x, 7))
    for row in rows:
        _drop_plans_after(x, row, x.before_first(130))
        x.expect("PEP-002", "person", x.rows_of_keys("person", [x["cla_episode"]["person_id"][row]]))


@plants("HLT-005", 3)
def teeth_not_looked_at(x: Planting) -> None:
    """A child in care who has not seen a dentist for more than a year."""
    rows = x.pick("cla_episode", running(x, 400))
    for row in rows:
        checks = x.beside("cla_episode", row, "cla_health")
        late = x["cla_health"]["check_date"][checks] > x.before_first(375)
        x.drop("cla_health", checks[late & (x["cla_health"]["type"][checks] == "DENTAL")])
    x.expect("HLT-005", "cla_episode", rows)


@plants("HLT-006", 3)
def no_questionnaire(x: Planting) -> None:
    """A child of school age in care without a strengths and difficulties questionnaire for more than a year."""
    asked = (x.ages >= 5) & (x.ages <= 16)
    rows = x.pick("cla_episode", running(x, 400) & x.of("cla_episode", asked))
    for row in rows:
        scores = x.beside("cla_episode", row, "sdq_score")
        x.drop("sdq_score", scores[x["sdq_score"]["completed_date"][scores] > x.before_first(375)])
    x.expect("HLT-006", "cla_episode", rows)


def _checked_long_ago(x: Planting) -> Flags:
    old = x.is_one("cla_health", "type", "DENTAL") & x.is_one("cla_health", "status", "Completed")
    return old & ~x.of("cla_health", x.looked_after)


cell("HLT-004", "cla_health", "check_date", _checked_long_ago, lambda x, rows: x.before_first(-60))


@plants("LOD-010", 0.3)
def episode_of_no_period(x: Planting) -> None:
    """An episode that names no period of care; what hangs on the period hangs on nothing then."""
    rows = x.pick("cla_episode", single_episode(x))
    for row in rows:
        for table in ("placement", "cla_review", "cla_visit", "permanence"):
            x.expect(f"LOD-005.{table}.cla_id", table, x.linked("cla_episode", row, "cla_id", table, "cla_id"))
    x.set("cla_episode", "cla_id", rows, None)
    x.expect("LOD-010", "cla_episode", rows)
