"""Faults of visits at which nobody saw the child: made often enough, and yet the child was out of sight."""

from __future__ import annotations

from dq.sample.faults import care_records, need, protection
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.visits import not_seen, seen_only


@plants("CPV-006", 3)
def out_at_two_protection_visits(x: Planting) -> None:
    """A plan that is over, with two visits in its midst at which the child was not seen."""
    rows = x.pick("cp_plan", protection.over(x) & protection.seen_often(x, 5))
    for row in rows:
        visits = seen_only(x, "cp_visit", protection.visits_of(x, row))
        not_seen(x, "cp_visit", visits[1:3])
        x.expect("CPV-006", "cp_visit", visits[3])


@plants("CPV-007", 4)
def not_seen_under_protection(x: Planting) -> None:
    """A plan whose child was visited but not seen for seven weeks."""
    rows = x.pick("cp_plan", protection.running(x) & (x["cp_plan"]["start_date"] < x.before_first(60)))
    for row in rows:
        visits = protection.visits_of(x, row)
        not_seen(x, "cp_visit", visits[x["cp_visit"]["visit_date"][visits] > x.before_first(48)])
    x.expect("CPV-007", "cp_plan", rows)


@plants("CIN-013", 3)
def out_at_a_visit_of_need(x: Planting) -> None:
    """A plan that is over, with a visit in its midst at which the child was not seen."""
    rows = x.pick("cin_plan", need.over(x) & need.visited(x, 4))
    for row in rows:
        visits = seen_only(x, "cin_visit", need.visits_of(x, row))
        not_seen(x, "cin_visit", visits[1:2])
        x.expect("CIN-013", "cin_visit", visits[2])


@plants("CIN-014", 4)
def not_seen_in_need(x: Planting) -> None:
    """A plan whose child was visited but not seen for two months."""
    rows = x.pick("cin_plan", need.running(x) & (x["cin_plan"]["start_date"] < x.before_first(75)))
    for row in rows:
        visits = need.visits_of(x, row)
        not_seen(x, "cin_visit", visits[x["cin_visit"]["visit_date"][visits] > x.before_first(60)])
    x.expect("CIN-014", "cin_plan", rows)


@plants("VIS-009", 3)
def out_at_a_visit_in_care(x: Planting) -> None:
    """A child in one placement with a visit at which it was not seen."""
    alone = x.of("cla_episode", x.count("placement") == 1)
    often = x.of("cla_episode", x.count("cla_visit", x.is_one("cla_visit", "seen", "Y")) >= 5)
    rows = x.pick("cla_episode", care_records.first_episode(x, 190) & often & care_records.unsettled(x) & alone)
    for row in rows:
        visits = seen_only(x, "cla_visit", care_records.visits_of(x, row))
        not_seen(x, "cla_visit", visits[2:3])
        x.expect("VIS-009", "cla_visit", visits[3])


@plants("VIS-010", 4)
def not_seen_in_care(x: Planting) -> None:
    """A child in care who was visited but not seen for two months."""
    rows = x.pick("cla_episode", care_records.running(x, 150) & care_records.unsettled(x))
    for row in rows:
        visits = care_records.visits_of(x, row)
        not_seen(x, "cla_visit", visits[x["cla_visit"]["visit_date"][visits] > x.before_first(50)])
    x.expect("VIS-010", "cla_episode", rows)
