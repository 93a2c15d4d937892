"""Children, their parents, families and homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days, identifiers, names
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.journeys import Children
from dq.sample.schedule import repeat, running
from dq.sample.tables import NOBODY, Table, World, blank, flag, numbers, same, where

ETHNICITIES = {
    "WBRI": 66.0, "WOTH": 5.0, "WIRI": 0.5, "WROM": 0.6, "MWBC": 3.0, "MWBA": 1.2, "MWAS": 1.6, "MOTH": 2.2, "AIND": 1.3,
    "APKN": 3.4, "ABAN": 1.6, "AOTH": 2.0, "BAFR": 4.0, "BCRB": 1.6, "BOTH": 1.4, "CHNE": 0.3, "OOTH": 2.3, "NOBT": 0.8,
}  # fmt: skip
NATIONALITIES = {"British": 91.0, "Polish": 1.5, "Romanian": 1.5, "Pakistani": 1.0, "Indian": 1.0, "Nigerian": 1.0}
CARE_AGE_OF_MOTHERS = (17 * 365, 40 * 365)


@dataclass
class People:
    """Numbers of people, and what other parts of the world need of them."""

    child_ids: Texts
    family: Numbers  # of each child
    births: Days
    known: Days  # of each child
    family_ids: Texts
    homes: Texts  # postcode at each child's latest home


def families_of(draw: Draw, birth: Days) -> Numbers:
    """A family for each child. Brothers and sisters are born at least 400 days apart, about two to a family."""
    size = len(birth)
    day = birth.astype(np.int64)
    slot = (day - day.min()) // 400
    order = np.lexsort((draw.random.random(size), slot))
    rank = np.empty(size, dtype=np.int64)
    first = np.searchsorted(slot[order], slot[order], side="left")
    rank[order] = np.arange(size) - first
    together = (rank * 2 + slot % 2) * 100 + slot // 8
    alone = draw.chance(0.35, size)
    _, family = np.unique(np.where(alone, -1 - np.arange(size), together), return_inverse=True)
    return family.astype(np.int64)


def make_people(seed: int, children: Children, known: Days, last: np.datetime64) -> tuple[People, World]:
    """Tables person, family, relationship and address; `known` is each child's first day in the system."""
    draw = Draw(seed, "people")
    family = families_of(draw, children.birth)
    count, families = len(family), int(family.max()) + 1
    surname = names.surnames(draw, families)
    child_ids, family_ids = numbers("5", count), numbers("8", families)
    first_birth = np.full(families, days.day("2100-01-01"))
    np.minimum.at(first_birth, family, children.birth)
    first_known = np.full(families, days.day("2100-01-01"))
    np.minimum.at(first_known, family, known)
    person, sex = _children(draw, children, surname[family], known, last, child_ids)
    world: World = {}
    relatives, relations = _parents(draw, family, surname, first_birth, first_known, known, child_ids)
    world["person"] = join([person, relatives])
    members = np.append(np.arange(count), np.full(len(relatives), NOBODY))
    del members, sex
    world["relationship"] = relations
    world["family"] = Table(
        {"family_row_id": numbers("81", count), "family_id": family_ids[family], "person_id": child_ids},
        known, np.arange(count),
    )  # fmt: skip
    world["address"], homes = _addresses(draw, family, families, children.birth, known, last, child_ids)
    return People(child_ids, family, children.birth, known, family_ids, homes), world


def join(tables: list[Table]) -> Table:
    """Tables of the same columns one below the other."""
    columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0].columns}
    return Table(columns, np.concatenate([t.known for t in tables]), np.concatenate([t.child for t in tables]))


def _children(
    draw: Draw, children: Children, surname: Texts, known: Days, last: np.datetime64, ids: Texts
) -> tuple[Table, Texts]:
    size = len(ids)
    sex = draw.code({"F": 47.0, "M": 53.0}, size)
    forename = names.forenames(draw, sex)
    at_school = days.add_days(days.add_years(children.birth, 4), 330) < last
    pupil = at_school & draw.chance(0.96, size)
    reason = where(at_school, draw.code({"UN2": 5.0, "UN3": 2.0, "UN4": 1.0}, size), "UN1")
    columns = {
        "person_id": ids,
        "forename": forename,
        "other_names": where(draw.chance(0.4, size), names.forenames(draw, sex)),
        "surname": surname,
        "date_of_birth": children.birth,
        "expected_date_of_birth": np.full(size, NONE),
        "death_date": np.full(size, NONE),
        "sex": sex,
        "ethnicity": draw.code(ETHNICITIES, size),
        "nhs_number": where(draw.chance(0.93, size), identifiers.nhs_numbers(draw, size)),
        "upn": where(pupil, identifiers.upns(draw, size)),
        "upn_unknown": where(pupil, None, reason),
        "nationality": draw.code(NATIONALITIES, size),
        "send": flag(draw.chance(0.24, size)),
        "is_mother": blank(size),
        "is_client": same("Y", size),
        "restricted": flag(draw.chance(0.01, size)),
    }
    return Table(columns, known, np.arange(size)), sex


def _parents(
    draw: Draw, family: Numbers, surname: Texts, first_birth: Days, first_known: Days, known: Days, child_ids: Texts
) -> tuple[Table, Table]:
    families = len(surname)
    parent_sets: list[Table] = []
    relations: list[Table] = []
    for sex, role, share, prefix in (("F", "MOTHER", 1.0, "6"), ("M", "FATHER", 0.66, "7")):
        some = np.flatnonzero(draw.chance(share, families) | (share == 1.0))
        born = days.add_days(first_birth[some], -draw.whole(*CARE_AGE_OF_MOTHERS, len(some)))
        ids = numbers(prefix, len(some))
        parent_sets.append(_relatives(draw, sex, ids, surname[some], born, first_known[some]))
        of_family = np.full(families, NOBODY)
        of_family[some] = np.arange(len(some))
        mine = of_family[family]
        rows = np.flatnonzero(mine != NOBODY)
        here, there = child_ids[rows], ids[mine[rows]]
        relations.append(_relation(draw, here, there, role, rows, known[rows], sex))
        relations.append(_relation(draw, there, here, "CHILD", rows, known[rows], None))
    relation = join(relations)
    order = np.argsort(relation.known, kind="stable")
    relation = relation.take(order)
    relation["relationship_id"] = numbers("20", len(relation))
    return join(parent_sets), relation


def _relatives(draw: Draw, sex: str, ids: Texts, surname: Texts, born: Days, known: Days) -> Table:
    size = len(ids)
    sexes = same(sex, size)
    other = names.surnames(draw, size)
    columns = {
        "person_id": ids,
        "forename": names.forenames(draw, sexes),
        "other_names": blank(size),
        "surname": np.where(draw.chance(0.6, size), surname, other),
        "date_of_birth": born,
        "expected_date_of_birth": np.full(size, NONE),
        "death_date": np.full(size, NONE),
        "sex": sexes,
        "ethnicity": draw.code(ETHNICITIES, size),
        **{name: blank(size) for name in ("nhs_number", "upn", "upn_unknown", "nationality", "send", "is_mother")},
        "is_client": same("N", size),
        "restricted": same("N", size),
    }
    return Table(columns, known)


def _relation(
    draw: Draw, here: Texts, there: Texts, role: str, child: Numbers, known: Days, responsible: str | None
) -> Table:
    size = len(here)
    has = draw.chance(0.97 if responsible == "F" else 0.7, size)
    columns = {
        "relationship_id": blank(size),
        "person_id": here,
        "related_person_id": there,
        "type": same(role, size),
        "start_date": known,
        "end_date": np.full(size, NONE),
        "parental_responsibility": flag(has) if responsible else blank(size),
    }
    return Table(columns, known, child)


def _addresses(
    draw: Draw, family: Numbers, families: int, birth: Days, known: Days, last: np.datetime64, child_ids: Texts
) -> tuple[Table, Texts]:
    owner, number = repeat(draw.whole(1, 4, families))
    size = len(owner)
    ago = np.where(number == 0, draw.whole(20, 2200, size), draw.whole(240, 1900, size))
    moved = days.add_days(np.full(size, last), -running(ago, number))
    street, town, postcode = names.streets(draw, size), draw.one_of(names.TOWNS, size), identifiers.postcodes(draw, size)
    first = np.searchsorted(owner, np.arange(families))
    counts = np.bincount(owner, minlength=families)
    child, place = repeat(counts[family])
    home = first[family[child]] + place  # homes of a family stand latest first
    left = np.where(place == 0, NONE, np.append(moved[:1], moved[:-1])[home])
    oldest = place == counts[family[child]] - 1
    start = np.where(oldest, birth[child], np.maximum(moved[home], birth[child]))
    lived = np.isnat(left) | (left > start)
    start, left, home, child = start[lived], left[lived], home[lived], child[lived]
    entered = np.maximum(start, known[child])
    columns = {
        "address_id": blank(len(child)),
        "person_id": child_ids[child],
        "type": same("Primary Address", len(child)),
        "line_1": street[home],
        "line_2": blank(len(child)),
        "town": town[home],
        "county": same(names.COUNTY, len(child)),
        "postcode": postcode[home],
        "uprn": blank(len(child)),
        "start_date": start,
        "end_date": left,
        "confidential": flag(draw.chance(0.03, len(child))),
    }
    order = np.argsort(entered, kind="stable")
    table = Table(columns, entered, child).take(order)
    table["address_id"] = numbers("30", len(table))
    return table, postcode[first[family]]
