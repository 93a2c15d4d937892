"""Faults of addresses and family relationships."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell

PARENTS = ("MOTHER", "FATHER")


def primary(x: Planting) -> Flags:
    """Addresses where a child lives at home."""
    return x.is_one("address", "type", "Primary Address")


def current_home(x: Planting) -> Flags:
    """The addresses where children live now."""
    return primary(x) & ~x.filled("address", "end_date")


def former_home(x: Planting) -> Flags:
    """The addresses that children left."""
    return primary(x) & x.filled("address", "end_date")


@plants("ADR-001", 4)
def no_home(x: Planting) -> None:
    """An open child whose last home ended and no other follows."""
    rows = x.pick("address", current_home(x) & x.of("address", x.open) & (x["address"]["start_date"] < x.before_first(60)))
    x.set("address", "end_date", rows, x.before_first(20))
    for row in rows:
        x.expect("ADR-001", "person", _client(x, row))


def _client(x: Planting, row: int) -> Numbers:
    return x.rows_of_keys("person", [x["address"]["person_id"][row]])


def _left_and_closed(x: Planting) -> Flags:
    return former_home(x) & ~x.of("address", x.open)


cell("ADR-002", "address", "postcode", primary, "not known", weight=3)
cell("ADR-003", "address", "postcode", current_home, "ZZ99 3WZ", weight=2)
cell("ADR-004", "address", "end_date", _left_and_closed, lambda x, rows: x["address"]["start_date"][rows] - 9)
cell("ADR-007", "address", "line_1", current_home, weight=3)


@plants("ADR-005", 2)
def two_homes(x: Planting) -> None:
    """A home left some weeks after the next one began."""
    rows = x.pick("address", former_home(x) & (x["address"]["end_date"] < x.before_first(40)))
    for row in rows:
        following = x.linked("address", row, "end_date", "address", "start_date")
        x.expect("ADR-005", "address", following[x["address"]["type"][following] == "Primary Address"])
    x.set("address", "end_date", rows, x["address"]["end_date"][rows] + 25)


@plants("ADR-009", 2)
def nowhere_for_a_month(x: Planting) -> None:
    """A home of an open child that ended a month before the next began."""
    never_placed = x.of("address", x.open & (x.count("placement") == 0))
    long = (x.lasted("address", "start_date", "end_date") > 60) & (x["address"]["end_date"] < x.before_first(40))
    rows = x.pick("address", former_home(x) & never_placed & long)
    for row in rows:
        following = x.linked("address", row, "end_date", "address", "start_date")
        x.expect("ADR-009", "address", following[x["address"]["type"][following] == "Primary Address"])
    x.set("address", "end_date", rows, x["address"]["end_date"][rows] - 30)


@plants("ADR-006", 2)
def placed_elsewhere(x: Planting) -> None:
    """A placement whose address, among the child's addresses, has another postcode."""
    rows = x.pick("placement", ~x.filled("placement", "end_date"))
    for row in rows:
        homes = x.linked("placement", row, "postcode", "address", "postcode")
        x.set("address", "postcode", homes[x["address"]["type"][homes] == "Placement"], "TH40 9ZZ")
    x.expect("ADR-006", "placement", rows)


def _relation(x: Planting, *types: str) -> Flags:
    return x.is_one("relationship", "type", *types)


@plants("FAM-001")
def related_to_oneself(x: Planting) -> None:
    """A relationship of a child to itself."""
    rows = x.pick("relationship", _relation(x, "MOTHER"))
    added = x.add("relationship", rows, related_person_id=x["relationship"]["person_id"][rows], type="OTHER")
    x.expect("FAM-001", "relationship", added)


@plants("FAM-002")
def young_mother(x: Planting) -> None:
    """The mother of an only child, born nine years before it."""
    rows = x.pick("relationship", _relation(x, "MOTHER") & x.of("relationship", x.only_children & (x.ages >= 0)))
    for row in rows:
        mother = x.rows_of_keys("person", [x["relationship"]["related_person_id"][row]])
        birth = x.births[x["relationship"].child[row]]
        x.set("person", "date_of_birth", mother, days.add_years(np.array([birth]), -9))
    x.expect("FAM-002", "relationship", rows)


@plants("FAM-003", 2)
def no_parents(x: Planting) -> None:
    """A child in need, on a plan or in care whose parents are recorded as something else."""
    young = (x.in_need | x.protected | x.looked_after) & (x.ages >= 0) & (x.ages < 18)
    person = (x["person"].child >= 0) & x.of("person", young)
    rows = x.pick("person", person)
    for row in rows:
        mine = x.linked("person", row, "person_id", "relationship", "person_id")
        x.set("relationship", "type", mine, "OTHER")
        x.expect("FAM-009", "relationship", _children_of(x, mine))
    x.expect("FAM-003", "person", rows)


def _children_of(x: Planting, mine: Numbers) -> Numbers:
    """The other sides of a child's relationships to its parents."""
    around = x.rows_of("relationship", int(x["relationship"].child[mine[0]])) if len(mine) else mine
    named: Numbers = around[x["relationship"]["type"][around] == "CHILD"]
    return named


@plants("FAM-009", 2)
def told_by_the_father_alone(x: Planting) -> None:
    """A father in whose network the child is, but not the other way round."""
    never_agreed = x.of("relationship", (x.count("voluntary_agreement") == 0) & ~x.looked_after)
    rows = x.pick("relationship", _relation(x, "FATHER") & never_agreed)
    for row in rows:
        x.expect("FAM-009", "relationship", x.linked("relationship", row, "related_person_id", "relationship", "person_id"))
    x.drop("relationship", rows)


@plants("FAM-004", 3)
def one_sided(x: Planting) -> None:
    """A parent of whom the child's record tells, but not the other way round."""
    rows = x.pick("relationship", _relation(x, *PARENTS))
    for row in rows:
        back = x.linked("relationship", row, "related_person_id", "relationship", "person_id")
        x.drop("relationship", back)
    x.expect("FAM-004", "relationship", rows)


@plants("FAM-005")
def two_mothers(x: Planting) -> None:
    """A father recorded as a second mother."""
    never_agreed = x.of("relationship", x.count("voluntary_agreement") == 0)
    rows = x.pick("relationship", _relation(x, "FATHER") & never_agreed)
    x.set("relationship", "type", rows, "MOTHER")
    for row in rows:
        mine = x.linked("relationship", row, "person_id", "relationship", "person_id")
        x.expect("FAM-005", "relationship", mine)


cell(
    "FAM-006",
    "relationship",
    "parental_responsibility",
    lambda x: _relation(x, *PARENTS) & x.of("relationship", x.looked_after),
    weight=3,
)
