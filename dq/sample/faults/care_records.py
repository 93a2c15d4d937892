"""Faults of looked-after reviews, visits, health, permanence and documents."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.care import first, long_period
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import Allowed, cell
from dq.sample.faults.visits import seen_only
from dq.sample.tables import among


def first_episode(x: Planting, least: int) -> Flags:
    """The first episode of the only period of care of a child, if it lasted so many days."""
    return first(x) & long_period(x, least)


def running(x: Planting, least: int) -> Flags:
    """The same, if the child is still in care."""
    return first_episode(x, least) & x.of("cla_episode", x.looked_after)


def _in_order(x: Planting, row: int, table: str, column: str) -> Numbers:
    rows = x.beside("cla_episode", row, table)
    return rows[np.argsort(x[table][column][rows], kind="stable")]


def reviews_of(x: Planting, row: int) -> Numbers:
    """A child's looked-after reviews in order of their day."""
    return _in_order(x, row, "cla_review", "review_date")


def visits_of(x: Planting, row: int) -> Numbers:
    """Visits to a looked-after child in order of their day."""
    return _in_order(x, row, "cla_visit", "visit_date")


def many(x: Planting, table: str, least: int) -> Flags:
    """Episodes of children with so many rows in a table."""
    return x.of("cla_episode", x.count(table) >= least)


def not_near_four(x: Planting) -> Flags:
    """Episodes of children whose reviews were all well before or after their fourth birthday."""
    fourth = days.add_years(x.births, 4)
    away = days.days_between(fourth[x["cla_episode"].child], x["cla_episode"]["entered_care_date"])
    return np.abs(away) > 250


@plants("REV-001", 3)
def first_review_late(x: Planting) -> None:
    """A first review weeks after its limit."""
    rows = x.pick("cla_episode", first_episode(x, 130) & many(x, "cla_review", 2) & not_near_four(x))
    for row in rows:
        review = reviews_of(x, row)[:1]
        start = x["cla_episode"]["entered_care_date"][row : row + 1]
        x.set("cla_review", "review_date", review, days.add_working_days(start, 29))
        x.expect("REV-001", "cla_review", review)


@plants("REV-002", 3)
def second_review_late(x: Planting) -> None:
    """A second review some days after its limit."""
    rows = x.pick("cla_episode", first_episode(x, 300) & many(x, "cla_review", 3) & not_near_four(x))
    for row in rows:
        reviews = reviews_of(x, row)
        x.set("cla_review", "review_date", reviews[1], days.add_months(x["cla_review"]["review_date"][reviews[:1]], 3)[0] + 6)
        x.expect("REV-002", "cla_review", reviews[1])


@plants("REV-003", 3)
def review_missing(x: Planting) -> None:
    """A third review that was not held, so that the fourth is late."""
    rows = x.pick("cla_episode", first_episode(x, 30) & many(x, "cla_review", 4))
    for row in rows:
        reviews = reviews_of(x, row)
        x.drop("cla_review", reviews[2])
        x.expect("REV-003", "cla_review", reviews[3])


@plants("REV-004", 5)
def review_overdue(x: Planting) -> None:
    """A child in care whose latest reviews were not held."""
    rows = x.pick("cla_episode", running(x, 460) & many(x, "cla_review", 4))
    for row in rows:
        reviews = reviews_of(x, row)
        x.drop("cla_review", reviews[x["cla_review"]["review_date"][reviews] > x.before_first(200)])
    x.expect("REV-004", "cla_episode", rows)


cell("REV-005", "cla_review", "participation", lambda x: x.filled("cla_review", "participation"), weight=5)
cell("REV-006", "cla_review", "participation", lambda x: ~x.is_one("cla_review", "participation", "PN0"), "PN0", weight=3)


def unsettled(x: Planting) -> Flags:
    """Episodes of children never in a long-term foster placement, where visits may be fewer."""
    settled = x.count("placement", x.is_one("placement", "type", "U1", "U4"))
    return x.of("cla_episode", settled == 0)


@plants("VIS-001", 3)
def first_visit_missing(x: Planting) -> None:
    """A first placement without a visit in its first week."""
    rows = x.pick("cla_episode", first_episode(x, 60) & many(x, "cla_visit", 3) & _stayed(x))
    for row in rows:
        x.drop("cla_visit", visits_of(x, row)[:1])
        placement = x.linked("cla_episode", row, "placement_id", "placement", "placement_id")
        x.expect("VIS-001", "placement", placement)


def _stayed(x: Planting) -> Flags:
    """Episodes whose placement lasted so long that the second visit fell into it."""
    long = x["placement"]["placement_id"][x.lasted("placement", "start_date", "end_date") >= 50]
    return among(x["cla_episode"]["placement_id"], long)


@plants("VIS-002", 5)
def long_between_visits(x: Planting) -> None:
    """A child in one placement with a visit missing."""
    alone = x.count("placement") == 1
    allowed = first_episode(x, 190) & many(x, "cla_visit", 5) & unsettled(x) & x.of("cla_episode", alone)
    rows = x.pick("cla_episode", allowed)
    for row in rows:
        visits = seen_only(x, "cla_visit", visits_of(x, row))
        x.drop("cla_visit", visits[2])
        x.expect("VIS-002", "cla_visit", visits[3])


@plants("VIS-003", 6)
def visit_overdue(x: Planting) -> None:
    """A child in care who was not visited for two months."""
    moved = x.count("placement", x["placement"]["start_date"] > x.before_first(75))
    rows = x.pick("cla_episode", running(x, 150) & unsettled(x) & x.of("cla_episode", moved == 0))
    for row in rows:
        visits = visits_of(x, row)
        x.drop("cla_visit", visits[x["cla_visit"]["visit_date"][visits] > x.before_first(50)])
    x.expect("VIS-003", "cla_episode", rows)


def _much_later(x: Planting, rows: Numbers) -> object:
    return days.add_working_days(x["cla_visit"]["visit_date"][rows], 9)


cell("VIS-004", "cla_visit", "recorded_date", lambda x: x["cla_visit"]["visit_date"] < x.before_first(30), _much_later, weight=5)


@plants("HLT-001", 4)
def no_first_health_check(x: Planting) -> None:
    """A period of care without an initial health assessment."""
    rows = x.pick("cla_episode", first_episode(x, 45) & many(x, "cla_health", 1))
    for row in rows:
        checks = x.beside("cla_episode", row, "cla_health")
        x.drop("cla_health", checks[x["cla_health"]["type"][checks] == "IHA"])
    x.expect("HLT-001", "cla_episode", rows)


@plants("HLT-002", 5)
def health_check_overdue(x: Planting) -> None:
    """A child in care whose health was last looked at more than a year ago."""
    rows = x.pick("cla_episode", running(x, 500))
    for row in rows:
        checks = x.beside("cla_episode", row, "cla_health")
        late = x["cla_health"]["check_date"][checks] > x.before_first(380)
        x.drop("cla_health", checks[late & np.isin(x["cla_health"]["type"][checks], ["IHA", "RHA"])])
    x.expect("HLT-002", "cla_episode", rows)


cell("HLT-003", "sdq_score", "reason", lambda x: x.filled("sdq_score", "score"), "SDQ4", weight=2)
cell(
    "PRM-001",
    "permanence",
    "matched_date",
    lambda x: x.filled("permanence", "matched_date"),
    lambda x, rows: x["permanence"]["decision_date"][rows] - 6,
)
cell("PRM-002", "permanence", "reversed_reason", lambda x: x.filled("permanence", "reversed_date"))


def _documents(*locations: str) -> Allowed:
    return lambda x: x.is_one("document", "location", *locations)


cell("DOC-001", "document", "file_name", _documents("SYSTEM", "DMS"), weight=3)
cell("DOC-002", "document", "location", _documents("SYSTEM", "DMS"), "SHARED", weight=3)
