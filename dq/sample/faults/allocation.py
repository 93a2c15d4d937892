"""Faults of workers, teams, allocations and supervision, and of the extract as a whole."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.leaving import leavers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import NOBODY, among

CLOSED_TEAM = "T002"


def standing(x: Planting) -> Flags:
    """Allocations that have not ended, made some time ago."""
    return ~x.filled("involvement", "end_date") & (x["involvement"]["start_date"] < x.before_first(40))


def primary(x: Planting) -> Flags:
    """Primary allocations."""
    return x.is_one("involvement", "allocated", "Y")


def social_care(x: Planting) -> Flags:
    """Children in need, on a plan or in care."""
    return x.in_need | x.protected | x.looked_after


@plants("ALL-001", 5)
def unallocated(x: Planting) -> None:
    """An open child whose worker left the case and nobody followed."""
    case = standing(x) & primary(x) & x.filled("involvement", "referral_id") & x.of("involvement", social_care(x))
    rows = x.pick("involvement", case)
    x.set("involvement", "end_date", rows, x.before_first(25))
    for row in rows:
        x.expect("ALL-001", "person", x.rows_of_keys("person", [x["involvement"]["person_id"][row]]))


cell("ALL-002", "involvement", "professional_id", lambda x: standing(x) & primary(x), leavers, weight=6)
cell("ALL-003", "involvement", "team_id", standing, CLOSED_TEAM, weight=3)
copy(
    "ALL-004",
    "involvement",
    lambda x: primary(x) & standing(x),
    lambda x, rows: {
        "start_date": x["involvement"]["start_date"][rows] + 4,
        "end_date": x["involvement"]["start_date"][rows] + 20,
        "role": "COWORK",
        "referral_id": None,
    },
    weight=3,
)


@plants("ALL-005", 3)
def gap(x: Planting) -> None:
    """Some weeks between one worker and the next."""
    ends = x["involvement"]["end_date"]
    starts: dict[tuple[str, str], int] = {}
    held = np.flatnonzero(primary(x) & x.filled("involvement", "referral_id"))
    table = x["involvement"]
    for row in held:
        starts[(table["referral_id"][row], str(table["start_date"][row]))] = int(row)
    long = days.days_between(table["start_date"], ends) > 30
    following = np.full(len(table), -1)
    for row in held[long[held]]:
        following[row] = starts.get((table["referral_id"][row], str(ends[row])), -1)
    rows = x.pick("involvement", (following >= 0) & (ends < x.before_first(30)))
    x.set("involvement", "end_date", rows, ends[rows] - 14)
    x.expect("ALL-005", "involvement", following[rows])


def _past_help(x: Planting) -> Flags:
    return x.filled("involvement", "end_date") & ~x.filled("involvement", "referral_id")


cell("ALL-006", "involvement", "end_date", _past_help, lambda x, rows: x["involvement"]["start_date"][rows] - 5)


def last_allocation(x: Planting) -> Flags:
    """The latest allocation of each living child under a referral, its worker in post."""
    table = x["involvement"]
    latest = np.full(x.children, days.day("1990-01-01"))
    np.maximum.at(latest, table.child[primary(x)], table["start_date"][primary(x)])
    in_post = among(table["professional_id"], x["professional"]["professional_id"][~x.filled("professional", "left_date")])
    last = primary(x) & (table["start_date"] == latest[table.child]) & x.filled("involvement", "referral_id")
    alive = x.of("involvement", x.count("person", x.filled("person", "death_date")) == 0)
    allowed: Flags = last & in_post & alive
    return allowed


@plants("ALL-007", 3)
def still_allocated(x: Planting) -> None:
    """An allocation left open on a closed referral, of a worker in post."""
    rows = x.pick("involvement", last_allocation(x) & x.filled("involvement", "end_date") & ~x.of("involvement", x.open))
    x.set("involvement", "end_date", rows, None)
    x.set("involvement", "change_reason", rows, None)
    x.expect("ALL-007", "involvement", rows)


def registered(x: Planting) -> Flags:
    """Workers with a registration number."""
    return x.filled("professional", "registration_number")


def _old_body(x: Planting, rows: Numbers) -> object:
    return "RG" + x["professional"]["registration_number"][rows].astype(str).astype(object)


cell("ALL-008", "professional", "registration_number", registered, _old_body, weight=3)


@plants("ALL-010")
def one_registration(x: Planting) -> None:
    """Two workers with one registration number."""
    first, second = x.pick_pairs("professional", registered(x))
    x.set("professional", "registration_number", second, x["professional"]["registration_number"][first])
    x.expect("ALL-010", "professional", np.append(first, second))


@plants("WRK-001")
def part_of_itself(x: Planting) -> None:
    """A closed team that is part of itself."""
    rows = x.pick("team", x.is_one("team", "team_id", CLOSED_TEAM))
    x.set("team", "parent_id", rows, CLOSED_TEAM)
    x.expect("WRK-001", "team", rows)


cell("WRK-002", "team", "manager_id", lambda x: ~x.filled("team", "closed_date") & x.filled("team", "parent_id"), weight=2)


def _in_post(x: Planting) -> Flags:
    return ~x.filled("professional", "left_date")


cell("WRK-003", "professional", "team_id", _in_post, CLOSED_TEAM, weight=2)


@plants("SUP-001", 6)
def not_talked_about(x: Planting) -> None:
    """A child on a plan or in care whose case was not talked over for two months."""
    since = np.full(x.children, days.day("2100-01-01"))
    referral = x["cin_episode"]
    still = ~x.filled("cin_episode", "close_date")
    since[referral.child[still]] = referral["referral_date"][still]
    long = (x.protected | x.looked_after) & (since < x.before_first(80))
    rows = x.pick("person", (x["person"].child != NOBODY) & x.of("person", long))
    for row in rows:
        talks = x.beside("person", row, "supervision")
        x.drop("supervision", talks[x["supervision"]["supervision_date"][talks] > x.before_first(50)])
    x.expect("SUP-001", "person", rows)


@plants("SUP-006", 4)
def need_not_talked_about(x: Planting) -> None:
    """A child in need whose case was not talked over for more than three months."""
    since = np.full(x.children, days.day("2100-01-01"))
    still = ~x.filled("cin_episode", "close_date")
    since[x["cin_episode"].child[still]] = x["cin_episode"]["referral_date"][still]
    long = x.in_need & ~x.protected & ~x.looked_after & (since < x.before_first(120))
    rows = x.pick("person", (x["person"].child != NOBODY) & x.of("person", long))
    for row in rows:
        talks = x.beside("person", row, "supervision")
        x.drop("supervision", talks[x["supervision"]["supervision_date"][talks] > x.before_first(100)])
    x.expect("SUP-006", "person", rows)


def _much_later(x: Planting, rows: Numbers) -> object:
    return days.add_working_days(x["supervision"]["supervision_date"][rows], 9)


cell(
    "SUP-002", "supervision", "recorded_date", lambda x: x["supervision"]["supervision_date"] < x.before_first(30), _much_later,
    weight=4,
)  # fmt: skip
