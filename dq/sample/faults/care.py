"""Faults of periods of care: episodes, and what stands or falls with them."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.permanence import alone
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.section_20 import long_agreed
from dq.sample.faults.simple import cell


def once(x: Planting, table: str) -> Flags:
    """Records of children with one period of care."""
    episode = x["cla_episode"]
    periods = x.count("cla_episode", episode["start_reason"] == "S")
    return x.of(table, periods == 1)


def first(x: Planting) -> Flags:
    """The first episode of each period."""
    return np.asarray(place_of(x)[0] == 0)


def last(x: Planting) -> Flags:
    """The latest episode of each period."""
    return np.asarray(place_of(x)[1] == 0)


def place_of(x: Planting) -> tuple[Numbers, Numbers]:
    """For each episode its place in its period (from 0), and how many follow it there."""
    episode = x["cla_episode"]
    order = np.lexsort((episode["start_date"], episode["_period"]))
    period = episode["_period"][order]
    first = np.searchsorted(period, period, side="left")
    after = np.searchsorted(period, period, side="right")
    place, following = np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - first
    following[order] = after - 1 - np.arange(len(order))
    return place, following


def final(x: Planting) -> Flags:
    """The last episode of a period that is over."""
    return x.filled("cla_episode", "ceased_date") & last(x)


def later_episode(x: Planting) -> Flags:
    """Episodes after the first of their period."""
    return ~first(x)


def next_of(x: Planting, row: int) -> Numbers:
    """The episode after one in its period."""
    after = x.linked("cla_episode", row, "cla_id", "cla_episode", "cla_id")
    after = after[x["cla_episode"]["start_date"][after] > x["cla_episode"]["start_date"][row]]
    order = np.argsort(x["cla_episode"]["start_date"][after], kind="stable")
    return np.asarray(after[order][:1])


def long_enough(x: Planting, least: int) -> Flags:
    """Episodes that lasted so many days."""
    return x.lasted("cla_episode", "start_date", "ceased_date") >= least


@plants("CLA-001")
def two_open(x: Planting) -> None:
    """A second open episode, as if of another period of care."""
    rows = x.pick("cla_episode", ~x.filled("cla_episode", "ceased_date") & long_enough(x, 10))
    start = x.ago(2)
    added = x.add("cla_episode", rows, start_date=start, entered_care_date=start, start_reason="S")
    x.set("cla_episode", "cla_id", added, x["cla_episode"]["cla_id"][rows] + "7")
    x.expect("CLA-001", "cla_episode", np.append(rows, added))


@plants("CLA-002", 2)
def gap(x: Planting) -> None:
    """Three days between one episode and the next."""
    rows = x.pick("cla_episode", ~last(x) & (x["cla_episode"]["ceased_date"] < x.before_first(30)))
    for row in rows:
        after = next_of(x, row)
        x.set("cla_episode", "start_date", after, x["cla_episode"]["start_date"][after] + 3)
        x.expect("CLA-002", "cla_episode", after)
    x.set("cla_episode", "ceased_reason", rows, "E8")


@plants("CLA-003")
def overlap(x: Planting) -> None:
    """An episode that ends after the next began, in one placement."""
    ended = x["cla_episode"]["ceased_date"] < x.before_first(30)
    rows = x.pick("cla_episode", ~last(x) & ended & _same_placement_next(x))
    x.set("cla_episode", "ceased_date", rows, x["cla_episode"]["ceased_date"][rows] + 4)
    x.set("cla_episode", "ceased_reason", rows, "E8")
    for row in rows:
        x.expect("CLA-003", "cla_episode", next_of(x, row))


def _same_placement_next(x: Planting) -> Flags:
    episode = x["cla_episode"]
    changes = {
        (placement, str(start)): reason
        for placement, start, reason in zip(episode["placement_id"], episode["start_date"], episode["start_reason"], strict=True)
    }
    pairs = zip(episode["placement_id"], episode["ceased_date"], strict=True)
    return np.array([changes.get((placement, str(end))) == "L" for placement, end in pairs], dtype=bool)


cell("CLA-004", "cla_episode", "ceased_reason", final, weight=2)
cell(
    "CLA-005",
    "cla_episode",
    "ceased_date",
    lambda x: _left_young(x) & later_episode(x) & once(x, "cla_episode") & _never(x, "missing", "cla_episode"),
    lambda x, rows: x["cla_episode"]["start_date"][rows] - 2,
)


def _never(x: Planting, absent: str, table: str) -> Flags:
    """Records of children without a record in another table."""
    return x.of(table, x.count(absent) == 0)


def _moved(x: Planting) -> Flags:
    return later_episode(x) & x.is_one("cla_episode", "start_reason", "P")


cell("CLA-006", "cla_episode", "start_reason", _moved, "S", weight=2)
cell("CLA-007", "cla_episode", "ceased_reason", final, "X1", weight=2)
cell("CLA-008", "cla_episode", "start_reason", _moved, "L", weight=2)
cell("CLA-009", "cla_episode", "primary_need", lambda x: later_episode(x) & last(x) & _abused(x), "N4", weight=2)
cell(
    "CLA-010",
    "cla_episode",
    "entered_care_date",
    lambda x: x["cla_episode"]["start_date"] < x.before_first(10),
    lambda x, rows: x["cla_episode"]["entered_care_date"][rows] + 1,
    weight=3,
)


def _abused(x: Planting) -> Flags:
    return x.is_one("cla_episode", "primary_need", "N1")


@plants("CLA-011")
def grown_up(x: Planting) -> None:
    """A young person in care whose date of birth is two years too early."""
    began = np.full(x.children, days.day("1990-01-01"))
    np.maximum.at(began, x["cla_episode"].child, x["cla_episode"]["entered_care_date"])
    nearly = ~alone(x) & x.looked_after & (x.ages >= 16) & (began > x.before_first(5 * 365)) & (x.count("care_leaver") < 2)
    rows = x.pick("person", (x["person"].child >= 0) & x.of("person", nearly) & once(x, "person"))
    x.set("person", "date_of_birth", rows, days.add_years(x["person"]["date_of_birth"][rows], -2))
    x.expect("CLA-011", "person", rows)


def _left_young(x: Planting) -> Flags:
    age = days.age(x.births[x["cla_episode"].child], x["cla_episode"]["ceased_date"])
    return final(x) & (age >= 0) & (age < 18)


cell("CLA-012", "cla_episode", "ceased_reason", _left_young, "E17", weight=2)


@plants("CLA-013")
def placement_too_short(x: Planting) -> None:
    """A placement that ended some days before its last episode."""
    rows = x.pick("cla_episode", final(x) & long_enough(x, 20))
    for row in rows:
        placement = x.linked("cla_episode", row, "placement_id", "placement", "placement_id")
        x.set("placement", "end_date", placement, x["placement"]["end_date"][placement] - 3)
    x.expect("CLA-013", "cla_episode", rows)


@plants("CLA-014", 2)
def no_legal_status(x: Planting) -> None:
    """A legal status that began the day after the child came into care."""
    rows = x.pick("cla_episode", first(x) & long_enough(x, 8))
    for row in rows:
        status = x.linked("cla_episode", row, "start_date", "legal_status", "start_date")
        x.set("legal_status", "start_date", status, x["legal_status"]["start_date"][status] + 1)
    x.expect("CLA-014", "cla_episode", rows)


@plants("CLA-015", 4)
def no_care_plan(x: Planting) -> None:
    """A period of care without a care plan."""
    single = once(x, "cla_episode") & _has(x, "cla_care_plan")
    rows = x.pick("cla_episode", first(x) & single & long_period(x, 30))
    for row in rows:
        x.drop("cla_care_plan", x.beside("cla_episode", row, "cla_care_plan"))
        if x.looked_after[x["cla_episode"].child[row]]:
            x.expect("CLA-016", "cla_episode", row)
            status = x.beside("cla_episode", row, "legal_status")
            x.expect("S20-011", "legal_status", status[long_agreed(x)[status]])
    x.expect("CLA-015", "cla_episode", rows)


def _has(x: Planting, table: str) -> Flags:
    return x.of("cla_episode", x.count(table) > 0)


def long_period(x: Planting, least: int) -> Flags:
    """Episodes of periods that lasted so many days."""
    ends = np.fmin(x["cla_episode"]["ceased_date"], x.today)
    latest = np.full(x.children, days.day("1990-01-01"))
    np.maximum.at(latest, x["cla_episode"].child, ends)
    span = days.days_between(x["cla_episode"]["entered_care_date"], latest[x["cla_episode"].child])
    enough: Flags = span >= least
    return enough & x.of("cla_episode", x.count("cla_episode", x["cla_episode"]["start_reason"] == "S") == 1)
