"""Faults of the numbers by which children are known, and of what is done with them after death."""

from __future__ import annotations

import numpy as np

from dq.sample.days import Flags, Numbers
from dq.sample.faults.allocation import last_allocation
from dq.sample.faults.homes import former_home
from dq.sample.faults.inert import INERT, father
from dq.sample.faults.keys import STRANGER
from dq.sample.faults.people import after_death, clients, closed_outside_care, open_clients, school_age, unborn
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import Value, cell, copy, every
from dq.sample.identifiers import UPN_LETTERS
from dq.sample.tables import among, where

_TEST_RANGE, _OTHER_RANGE = 999_000_000, 320_000_000


def _nhs_number(low: int) -> Value:
    """A valid number of a range for each person, made from the person's own number."""

    def numbers(x: Planting, rows: Numbers) -> object:
        return np.array([_valid(low + int(person[1:]) % 99_999 * 10) for person in x["person"]["person_id"][rows]], dtype=object)

    return numbers


def _valid(body: int) -> str:
    """The first ten-digit number from nine digits on that has a check digit (NHS Data Dictionary, modulus 11)."""
    for digits in map(str, range(body, body + 10)):
        check = (11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11) % 11
        if check < 10:
            return digits + str(check)
    raise AssertionError("nine numbers in ten have a check digit")


def _temporary(x: Planting, rows: Numbers) -> object:
    """The same pupil numbers with a letter at the end, and the check letter that goes with it (modulus 23)."""
    return np.array([_letter(number[1:-1]) + number[1:-1] + "A" for number in x["person"]["upn"][rows]], dtype=object)


def _letter(digits: str) -> str:
    """The check letter; a last letter A is worth nothing."""
    return UPN_LETTERS[sum(int(digit) * place for place, digit in enumerate(digits, 2)) % 23]


cell("PER-034", "person", "nhs_number", lambda x: clients(x) & x.filled("person", "nhs_number"), _nhs_number(_TEST_RANGE))
cell("PER-035", "person", "upn", lambda x: clients(x) & x.filled("person", "upn"), _temporary, weight=2)
cell("PER-036", "person", "upn_unknown", lambda x: clients(x) & x.filled("person", "upn"), "UN2", weight=2)
cell("PER-038", "person", "nhs_number", unborn, _nhs_number(_OTHER_RANGE))
cell("PER-040", "person", "is_mother", lambda x: closed_outside_care(x) & x.is_one("person", "sex", "M"), "Y")
cell("RHI-009", "return_interview", "outcome", lambda x: x.filled("return_interview", "outcome"), weight=2)


@plants("PER-046")
def merged_in_a_circle(x: Planting) -> None:
    """Two records, each merged into the other."""
    first, second = x.pick_pairs("person", closed_outside_care(x))
    numbers = x["person"]["person_id"].copy()
    x.set("person", "merged_into", first, numbers[second])
    x.set("person", "merged_into", second, numbers[first])
    x.expect("PER-046", "person", np.append(first, second))


@plants("PER-047")
def merged_and_open(x: Planting) -> None:
    """An open child whose record is marked as merged into its mother's."""
    rows = x.pick("person", open_clients(x))
    for row in rows:
        mine = x.linked("person", row, "person_id", "relationship", "person_id")
        mother = mine[x["relationship"]["type"][mine] == "MOTHER"]
        x.set("person", "merged_into", row, x["relationship"]["related_person_id"][mother[0]])
    x.expect("PER-047", "person", rows)


@plants("PER-048", 4)
def nobody_asked(x: Planting) -> None:
    """A child in need, on a plan or in care of whom nothing is said on disability."""
    rows = x.pick("person", clients(x) & x.of("person", x.in_need | x.protected | x.looked_after))
    for row in rows:
        x.drop("disability", x.linked("person", row, "person_id", "disability", "person_id"))
    x.expect("PER-048", "person", rows)


copy("PER-041", "disability", every("disability"), lambda x, rows: {}, both=True)


@plants("PER-037", 2)
def too_old_to_be_without(x: Planting) -> None:
    """A child of school age said to be too young for a pupil number."""
    rows = x.pick("person", school_age(x))
    x.set("person", "upn", rows, None)
    x.set("person", "upn_unknown", rows, "UN1")
    x.expect("PER-037", "person", rows)


@plants("PER-039")
def number_with_a_stroke(x: Planting) -> None:
    """A further record, of whom nothing else is known, whose number has a stroke in it."""
    rows = x.pick("person", closed_outside_care(x))
    added = x.add("person", rows, **STRANGER["person"])
    x.set("person", "person_id", added, x["person"]["person_id"][rows] + "/2")
    x.expect("PER-039", "person", added)


@plants("PER-042")
def visited_after_death(x: Planting) -> None:
    """A child visited after the day on which it is said to have died."""
    visited = x.of("person", x.count("cin_visit") > 0)
    rows = x.pick("person", closed_outside_care(x) & visited)
    for row in rows:
        visits = x.beside("person", row, "cin_visit")
        death = np.max(x["cin_visit"]["visit_date"][visits]) - 1
        x.set("person", "death_date", row, death)
        after_death(x, row, death)


@plants("PER-043")
def allocated_after_death(x: Planting) -> None:
    """A child who died, and whose worker was never taken off the case."""
    rows = x.pick("involvement", last_allocation(x) & x.filled("involvement", "end_date") & ~x.of("involvement", x.open))
    x.set("involvement", "end_date", rows, None)
    x.set("involvement", "change_reason", rows, None)
    x.set("involvement", "referral_id", rows, None)
    for row in rows:
        child = x.rows_of_keys("person", [x["involvement"]["person_id"][row]])
        x.set("person", "death_date", child, x.before_first(3))
    x.expect("PER-043", "involvement", rows)


def _watched(x: Planting) -> Flags:
    return clients(x) & x.of("person", x.protected | x.looked_after)


def _restricted(x: Planting) -> Flags:
    people = x["person"]["person_id"][x.is_one("person", "restricted", "Y")]
    return among(x["address"]["person_id"], people) & ~x.filled("address", "end_date")


cell("PER-044", "person", "first_language", open_clients, weight=3)
cell("PER-045", "person", "religion", _watched, weight=3)
cell("ADR-008", "address", "confidential", _restricted, "N")
cell(
    "FAM-008",
    "relationship",
    "end_date",
    father,
    lambda x, rows: x["relationship"]["start_date"][rows] - 4,
)


def _polish(table: str, column: str) -> Value:
    return lambda x, rows: "Ł" + x[table][column][rows].astype(object)


cell("LOD-011.person.forename", "person", "forename", clients, _polish("person", "forename"), weight=0.3)
for _column in ("line_1", "town"):
    cell(f"LOD-011.address.{_column}", "address", _column, former_home, _polish("address", _column), weight=0.3)


_LINE_BREAK = "\n"
_TEXTS = {
    "person": ("forename", "other_names", "surname"), "address": ("line_1", "line_2", "town", "county"),
    "early_help": ("reason", "organisation"), "assessment": ("late_reason",), "team": ("name",),
    "professional": ("name", "job_title"), "document": ("title", "file_name"),
}  # fmt: skip


def _broken(table: str, column: str) -> Value:
    return lambda x, rows: "See" + _LINE_BREAK + where(x.filled(table, column)[rows], x[table][column][rows], "paper file")


for _table, _columns in _TEXTS.items():
    for _column in _columns:
        cell(f"LOD-013.{_table}.{_column}", _table, _column, INERT[_table], _broken(_table, _column), weight=0.1)


@plants("FAM-007")
def no_mother(x: Planting) -> None:
    """A looked-after child whose mother is recorded as a carer."""
    rows = x.pick("relationship", x.is_one("relationship", "type", "MOTHER") & x.of("relationship", x.looked_after))
    x.set("relationship", "type", rows, "CARER")
    for row in rows:
        x.expect("FAM-007", "person", x.rows_of_keys("person", [x["relationship"]["person_id"][row]]))


@plants("LOD-012", 0.5)
def number_with_a_space(x: Planting) -> None:
    """A further record whose number is another's with a space in it."""
    rows = x.pick("person", closed_outside_care(x))
    added = x.add("person", rows, **STRANGER["person"])
    numbers = x["person"]["person_id"][rows]
    x.set("person", "person_id", added, np.array([number[:3] + " " + number[3:] for number in numbers], dtype=object))
    x.expect("PER-039", "person", added)
    x.expect("LOD-012", "person", np.append(rows, added))
