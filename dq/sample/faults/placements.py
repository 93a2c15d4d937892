"""Faults of placements, legal statuses and section 20 agreements."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.care import once
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.section_20 import started
from dq.sample.faults.simple import Allowed, Value, cell
from dq.sample.tables import among

FOSTERED = ("U3", "U5", "U6")


def ended(x: Planting) -> Flags:
    """Placements some time ago, of children with one period of care."""
    return (x["placement"]["end_date"] < x.before_first(30)) & once(x, "placement")


def of_type(*types: str) -> Allowed:
    """Placements of these types."""
    return lambda x: x.is_one("placement", "type", *types)


def lasted(x: Planting, least: int) -> Flags:
    """Placements that lasted so many days."""
    return x.lasted("placement", "start_date", "end_date") >= least


def followed(x: Planting) -> Flags:
    """Placements with a later one in their period."""
    return x.filled("placement", "change_reason")


def changed(column: str, by: int, of: str = "") -> Value:
    """A day moved, counted from another column if one is given."""
    return lambda x, rows: x["placement"][of or column][rows] + by


@plants("PLA-001")
def overlap(x: Planting) -> None:
    """A placement that ended after the next began."""
    rows = x.pick("placement", ended(x) & followed(x))
    for row in rows:
        x.expect("PLA-001", "placement", x.linked("placement", row, "end_date", "placement", "start_date"))
    x.set("placement", "end_date", rows, x["placement"]["end_date"][rows] + 5)


@plants("PLA-002")
def ends_first(x: Planting) -> None:
    """A placement that ended before it started; its episodes lie outside it then."""
    rows = x.pick("placement", ended(x) & ~followed(x))
    x.set("placement", "end_date", rows, x["placement"]["start_date"][rows] - 2)
    x.expect("PLA-002", "placement", rows)
    for row in rows:
        x.expect("CLA-013", "cla_episode", x.linked("placement", row, "placement_id", "cla_episode", "placement_id"))


def _placing(x: Planting) -> Numbers:
    """How many placement orders each child has."""
    return x.count("legal_status", x.is_one("legal_status", "code", "E1"))


def _new(x: Planting) -> Flags:
    return x["placement"]["start_date"] >= days.day("2025-04-01")


cell("PLA-003", "placement", "type", lambda x: of_type(*FOSTERED, "K2", "K3")(x) & _new(x), "H5", weight=3)
cell("PLA-004", "placement", "type", lambda x: of_type(*FOSTERED)(x) & ~x.of("placement", _placing(x)), "A6", weight=2)
cell("PLA-005", "placement", "provider", of_type(*FOSTERED, "U1", "U4", "K2"), weight=3)
cell("PLA-006", "placement", "type", lambda x: of_type(*FOSTERED, "K2")(x) & x.is_one("placement", "provider", "PR1"), "R2")
cell("PLA-007", "placement", "urn", of_type(*FOSTERED, "U1", "U4", "K2"), weight=3)
cell("PLA-008", "placement", "urn", of_type(*FOSTERED, "U1", "U4", "K2"), "not known", weight=2)
cell("PLA-009", "placement", "type", lambda x: of_type(*FOSTERED)(x) & lasted(x, 15), "T4")
cell("PLA-010", "placement", "postcode", ended, "TH1", weight=2)
cell("PLA-011", "placement", "change_reason", followed, weight=3)


@plants("PLA-012", 2)
def left_open(x: Planting) -> None:
    """A placement left open after the period of care ended, its address too."""
    rows = x.pick("placement", ended(x) & ~followed(x) & ~x.of("placement", x.looked_after))
    for row in rows:
        homes = x.linked("placement", row, "postcode", "address", "postcode")
        x.set("address", "end_date", homes[x["address"]["type"][homes] == "Placement"], None)
    x.set("placement", "end_date", rows, None)
    x.expect("PLA-012", "placement", rows)


def status_ended(x: Planting) -> Flags:
    """Legal statuses some time ago, of children with one period of care."""
    return (x["legal_status"]["end_date"] < x.before_first(30)) & once(x, "legal_status")


def ordered(x: Planting) -> Flags:
    """Care orders."""
    return x.is_one("legal_status", "code", "C1", "C2")


def agreed(x: Planting) -> Flags:
    """Section 20."""
    return x.is_one("legal_status", "code", "V2")


def _status_lasted(x: Planting, least: int) -> Flags:
    return x.lasted("legal_status", "start_date", "end_date") >= least


def _next_status(x: Planting, row: int) -> Numbers:
    return x.linked("legal_status", row, "end_date", "legal_status", "start_date")


@plants("LGL-001")
def two_statuses(x: Planting) -> None:
    """A legal status that ended after the next began."""
    starts = set(zip(x["legal_status"].child.tolist(), x["legal_status"]["start_date"].tolist(), strict=True))
    ends = zip(x["legal_status"].child.tolist(), x["legal_status"]["end_date"].tolist(), strict=True)
    goes_on = np.array([each in starts for each in ends], dtype=bool)
    rows = x.pick("legal_status", status_ended(x) & ordered(x) & goes_on)
    for row in rows:
        x.expect("LGL-001", "legal_status", _next_status(x, row))
    x.set("legal_status", "end_date", rows, x["legal_status"]["end_date"][rows] + 3)


@plants("LGL-002")
def status_ends_first(x: Planting) -> None:
    """A legal status that ended before it started; the episodes under it have none then."""
    rows = x.pick("legal_status", status_ended(x) & ordered(x))
    for row in rows:
        episodes = x.beside("legal_status", row, "cla_episode")
        start = x["cla_episode"]["start_date"][episodes]
        under = (start >= x["legal_status"]["start_date"][row]) & (start < x["legal_status"]["end_date"][row])
        x.expect("CLA-014", "cla_episode", episodes[under])
    x.set("legal_status", "end_date", rows, x["legal_status"]["start_date"][rows] - 2)
    x.expect("LGL-002", "legal_status", rows)


cell("LGL-003", "legal_status", "code", lambda x: ordered(x) & _status_lasted(x, 20), "L1")
cell("LGL-004", "legal_status", "code", lambda x: ordered(x) & _status_lasted(x, 30), "L2")
cell("LGL-005", "legal_status", "code", lambda x: ordered(x) & _under_ten(x), "J1")


def _under_ten(x: Planting) -> Flags:
    at_start = days.age(x.births[x["legal_status"].child], x["legal_status"]["start_date"])
    return (at_start >= 0) & (at_start < 10)


@plants("LGL-006", 3)
def no_agreement(x: Planting) -> None:
    """Section 20 without an agreement."""
    rows = x.pick("legal_status", agreed(x))
    for row in rows:
        x.drop("voluntary_agreement", x.linked("legal_status", row, "legal_status_id", "voluntary_agreement", "legal_status_id"))
    x.expect("LGL-006", "legal_status", rows)


def _agreement_runs(x: Planting) -> Flags:
    ended_status = x["legal_status"]["legal_status_id"][x.filled("legal_status", "end_date")]
    return ~among(x["voluntary_agreement"]["legal_status_id"], ended_status)


cell("LGL-007", "voluntary_agreement", "written", lambda x: x.filled("voluntary_agreement", "written"), weight=4)


@plants("LGL-008", 4)
def agreement_not_reviewed(x: Planting) -> None:
    """An agreement that stands and was not looked at for more than half a year."""
    by_parent = ~x.is_one("voluntary_agreement", "agreed_by", "CHILD")
    rows = x.pick("voluntary_agreement", _agreement_runs(x) & by_parent)
    x.set("voluntary_agreement", "agreed_date", rows, np.minimum(np.asarray(started(x, rows)), x.before_first(260)))
    x.set("voluntary_agreement", "review_date", rows, None)
    x.expect("LGL-008", "voluntary_agreement", rows)


@plants("LGL-009", 2)
def withdrawn(x: Planting) -> None:
    """An agreement withdrawn weeks ago, the child still accommodated under it."""
    rows = x.pick("voluntary_agreement", _agreement_runs(x) & (x["voluntary_agreement"]["agreed_date"] < x.before_first(25)))
    x.set("voluntary_agreement", "withdrawn_date", rows, x.before_first(20))
    x.expect("LGL-009", "voluntary_agreement", rows)


@plants("LGL-010")
def agreed_and_at_home(x: Planting) -> None:
    """A child accommodated by agreement and placed with its parents."""
    voluntary = x.count("legal_status", agreed(x))
    rows = x.pick("placement", of_type(*FOSTERED, "U1", "U4", "K2")(x) & once(x, "placement") & x.of("placement", voluntary))
    x.set("placement", "type", rows, "P1")
    x.set("placement", "provider", rows, "PR0")
    for row in rows:
        status = x.beside("placement", row, "legal_status")
        begin, end = (x["legal_status"][each][status] for each in ("start_date", "end_date"))
        starts, ends = (x["placement"][each][row] for each in ("start_date", "end_date"))
        meets = (np.isnat(end) | (starts < end)) & (np.isnat(ends) | (begin < ends))
        x.expect("LGL-010", "legal_status", status[meets & (x["legal_status"]["code"][status] == "V2")])
