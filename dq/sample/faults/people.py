"""Faults of people: who they are, their numbers, their dates."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.permanence import alone
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import NOBODY


def children(x: Planting) -> Flags:
    """People who are children of the system."""
    return np.asarray(x["person"].child != NOBODY)


def clients(x: Planting) -> Flags:
    """People who are children of the system and born."""
    return children(x) & x.filled("person", "date_of_birth")


def open_clients(x: Planting) -> Flags:
    """Born children with an open record."""
    return clients(x) & x.of("person", x.open)


def outside_care(x: Planting) -> Flags:
    """Born children who were never on a child protection plan, looked after or care leavers, by row of person."""
    records = sum(x.count(table) for table in ("cp_plan", "cla_episode", "care_leaver", "s47_enquiry", "permanence"))
    return clients(x) & x.of("person", np.asarray(records) == 0)


def closed_outside_care(x: Planting) -> Flags:
    """Those of them with nothing open."""
    return outside_care(x) & ~x.of("person", x.open)


cell("PER-001", "person", "date_of_birth", lambda x: outside_care(x) & x.of("person", x.open), weight=2)
cell("PER-002", "person", "expected_date_of_birth", clients, lambda x, rows: x["person"]["date_of_birth"][rows])
cell("PER-003", "person", "surname", clients)
cell("PER-008", "person", "ethnicity", open_clients, weight=5)
cell("PER-009", "person", "ethnicity", open_clients, "NOBT", weight=4)
cell("PER-010", "person", "sex", clients, weight=2)
cell("PER-019", "person", "forename", clients, "DO NOT USE")
cell("PER-022", "person", "surname", clients, lambda x, rows: "Ł" + x["person"]["surname"][rows].astype(object))
cell("PER-033", "person", "surname", clients, lambda x, rows: x["person"]["surname"][rows] + "Ã©")


_AFTER_DEATH = {
    "cin_episode": "referral_date", "cin_plan": "start_date", "cp_plan": "start_date", "cin_visit": "visit_date",
    "cp_visit": "visit_date", "cla_visit": "visit_date",
}  # fmt: skip


def after_death(x: Planting, row: int, death: np.datetime64) -> None:
    """Write down what was done with a child after the day of its death."""
    for table, column in _AFTER_DEATH.items():
        done = x.beside("person", row, table)
        x.expect("PER-042", table, done[x[table][column][done] > death])


@plants("PER-006")
def died_before_birth(x: Planting) -> None:
    """A date of death some days before birth; all that was done with the child lies after it."""
    rows = x.pick("person", closed_outside_care(x))
    x.set("person", "death_date", rows, x["person"]["date_of_birth"][rows] - 4)
    for row in rows:
        after_death(x, row, x["person"]["death_date"][row])
    x.expect("PER-006", "person", rows)


@plants("PER-007")
def died_and_open(x: Planting) -> None:
    """A child who died some weeks ago, with its case open and its worker allocated."""
    rows = x.pick("person", open_clients(x) & (x["person"]["date_of_birth"] < x.before_first(30)))
    x.set("person", "death_date", rows, x.before_first(30))
    for row in rows:
        after_death(x, row, x.before_first(30))
        held = x.beside("person", row, "involvement")
        work = x["involvement"]
        x.expect("PER-043", "involvement", held[np.isnat(work["end_date"][held]) & (work["allocated"][held] == "Y")])
    x.expect("PER-007", "person", rows)


def school_age(x: Planting) -> Flags:
    """Open children of school age."""
    return open_clients(x) & x.of("person", (x.ages >= 5) & (x.ages <= 15))


@plants("PER-016", 4)
def no_pupil_number(x: Planting) -> None:
    """A child of school age with neither pupil number nor a reason."""
    rows = x.pick("person", school_age(x))
    x.set("person", "upn", rows, None)
    x.set("person", "upn_unknown", rows, None)
    x.expect("PER-016", "person", rows)


@plants("PER-004")
def unreadable_birth(x: Planting) -> None:
    """A date of birth that is no date."""
    rows = x.pick("person", outside_care(x))
    x.set("person", "date_of_birth", rows, None)
    x.write_raw("person", "date_of_birth", rows, "31/02/2015")
    x.expect("PER-004", "person", rows)
    x.expect("type.person", "person", rows)


@plants("PER-005")
def born_tomorrow(x: Planting) -> None:
    """A date of birth after the extract, of a child referred lately."""
    recent = x.before_first(150)
    early = x.count("cin_episode", x["cin_episode"]["referral_date"] < recent)
    early = early + x.count("contact", x["contact"]["contact_date"] < recent)
    rows = x.pick("person", outside_care(x) & x.of("person", early == 0))
    x.set("person", "date_of_birth", rows, x.before_first(-62))
    x.expect("PER-005", "person", rows)


def _wrong_digit(x: Planting, rows: Numbers) -> object:
    numbers = x["person"]["nhs_number"][rows]
    return np.array([number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers], dtype=object)


def _wrong_letter(x: Planting, rows: Numbers) -> object:
    numbers = x["person"]["upn"][rows]
    return np.array([("B" if number[0] != "B" else "C") + number[1:] for number in numbers], dtype=object)


cell("PER-012", "person", "nhs_number", lambda x: clients(x) & x.filled("person", "nhs_number"), _wrong_digit, weight=3)
cell("PER-014", "person", "upn", lambda x: clients(x) & x.filled("person", "upn"), _wrong_letter, weight=3)


def _shared(rule: str, column: str) -> None:
    def planter(x: Planting) -> None:
        first, second = x.pick_pairs("person", clients(x) & x.filled("person", column))
        x.set("person", column, second, x["person"][column][first])
        x.expect(rule, "person", np.append(first, second))

    plants(rule, 1.5)(planter)


_shared("PER-013", "nhs_number")
_shared("PER-015", "upn")
copy("PER-018", "person", clients, lambda x, rows: {"nhs_number": None, "upn": None, "upn_unknown": "UN4"}, both=True, weight=2)


@plants("PER-020")
def too_old(x: Planting) -> None:
    """A care leaver's date of birth some years too early."""
    adult = x.of("person", x.ages >= 21) & x.of("person", x.count("care_leaver", x.still_open("care_leaver")) > 0)
    rows = x.pick("person", clients(x) & adult & ~x.of("person", alone(x)))
    x.set("person", "date_of_birth", rows, days.add_years(x["person"]["date_of_birth"][rows], -5))
    x.expect("PER-020", "person", rows)


@plants("PER-023")
def another_birthday(x: Planting) -> None:
    """A date of birth that moves by a few days and stays so; found in the week in which it moves."""
    grown = x.of("person", (x.ages >= 6) & (x.ages <= 14))
    rows = x.pick("person", outside_care(x) & grown)
    x.set("person", "date_of_birth", rows, x["person"]["date_of_birth"][rows] + 3)


@plants("PER-024")
def adopted_in_sight(x: Planting) -> None:
    """An adopted child whose record is not restricted."""
    adopted = x.count("permanence", x.is_one("permanence", "order_type", "ADOPT"))
    rows = x.pick("person", clients(x) & x.of("person", adopted))
    x.set("person", "restricted", rows, "N")
    x.expect("PER-024", "person", rows)


def unborn(x: Planting) -> Flags:
    """Children not yet born."""
    return children(x) & x.filled("person", "expected_date_of_birth")


cell("PER-025", "person", "sex", unborn, "F", weight=2)
cell("PER-026", "person", "expected_date_of_birth", unborn, lambda x, rows: x.before_first(60), weight=2)


@plants("PER-027")
def placeholder_birth(x: Planting) -> None:
    """1 January 1900 for a date of birth: every parent is then too young."""
    rows = x.pick("person", closed_outside_care(x) & ~x.of("person", alone(x)))
    x.set("person", "date_of_birth", rows, days.day("1900-01-01"))
    x.expect("PER-027", "person", rows)
    for row in rows:
        mine = x.linked("person", row, "person_id", "relationship", "person_id")
        x.expect("FAM-002", "relationship", mine)


copy(
    "PER-028",
    "linked_identifier",
    lambda x: x["linked_identifier"]["start_date"] < x.ago(120),
    lambda x, rows: {"start_date": x["linked_identifier"]["start_date"][rows] + 60},
)


@plants("PER-029")
def none_and_some(x: Planting) -> None:
    """A child recorded as having no disability beside its disabilities."""
    some = x.count("disability", ~x.is_one("disability", "code", "NONE"))
    rows = x.pick("disability", x.of("disability", some) & ~x.is_one("disability", "code", "NONE"))
    added = x.add("disability", rows, code="NONE")
    x.expect("PER-029", "disability", added)
    for row in rows:
        x.expect("PER-029", "disability", x.beside("disability", row, "disability"))


@plants("PER-032")
def nobody_s_father(x: Planting) -> None:
    """A father of an only child, neither of whose relationships is recorded any more."""
    fathers = x.is_one("relationship", "type", "FATHER") & x.of("relationship", x.only_children)
    rows = x.pick("relationship", fathers)
    for row in rows:
        number = x["relationship"]["related_person_id"][row]
        around = x.beside("relationship", row, "relationship")
        here, there = x["relationship"]["person_id"][around], x["relationship"]["related_person_id"][around]
        x.drop("relationship", around[(here == number) | (there == number)])
        x.expect("PER-032", "person", x.rows_of_keys("person", [number]))
