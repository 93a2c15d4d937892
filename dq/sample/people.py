"""Children, their parents, families and homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days, identifiers, names
from dq.sample.days import NONE, Days, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.schedule import repeat, running
from dq.sample.story import Story
from dq.sample.tables import NOBODY, Column, Table, World, blank, flag, join, numbers, rising, same, where

ETHNICITIES = {
    "WBRI": 66.0, "WOTH": 5.0, "WIRI": 0.5, "WROM": 0.6, "MWBC": 3.0, "MWBA": 1.2, "MWAS": 1.6, "MOTH": 2.2, "AIND": 1.3,
    "APKN": 3.4, "ABAN": 1.6, "AOTH": 2.0, "BAFR": 4.0, "BCRB": 1.6, "BOTH": 1.4, "CHNE": 0.3, "OOTH": 2.3, "REFU": 0.6,
}  # fmt: skip
NATIONALITIES = {"British": 91.0, "Polish": 1.5, "Romanian": 1.5, "Pakistani": 1.0, "Indian": 1.0, "Nigerian": 1.0}
LANGUAGES = {"English": 90.0, "Polish": 2.0, "Romanian": 2.0, "Urdu": 2.0, "Bengali": 1.0, "Other": 3.0}
RELIGIONS = {"None": 48.0, "Christian": 38.0, "Muslim": 9.0, "Hindu": 1.0, "Sikh": 1.0, "Other": 3.0}
_AGE_OF_PARENTS = (17 * 365, 40 * 365)


@dataclass
class People:
    """The family of each child, and its number."""

    family: Numbers
    family_ids: Texts


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


def make_people(story: Story) -> tuple[People, World]:
    """Tables person, family, relationship and address (but for placements)."""
    draw = story.draw("people")
    birth, known = story.children.birth, story.known
    family = families_of(draw, birth)
    families = int(family.max()) + 1
    surname = names.surnames(draw, families)
    family_ids = numbers("8", families)[family]
    first_birth = _earliest(birth, family, families)
    relatives, relation = _parents(draw, story, family, surname, first_birth, _earliest(known, family, families))
    world: World = {"person": join([_children(draw, story, surname[family], family), relatives]), "relationship": relation}
    columns = {"family_row_id": rising("81", known), "family_id": family_ids, "person_id": story.child_ids}
    world["family"] = Table(columns, known, np.arange(len(known)))
    world["address"] = _addresses(draw, story, family, families)
    return People(family, family_ids), world


def _earliest(on: Days, family: Numbers, families: int) -> Days:
    first = np.full(families, days.day("2100-01-01"))
    np.minimum.at(first, family, on)
    return first


def _children(draw: Draw, story: Story, surname: Texts, family: Numbers) -> Table:
    birth, size = story.children.birth, len(surname)
    languages = story.draw("languages")
    sex = draw.code({"F": 47.0, "M": 53.0}, size)
    at_school = days.add_days(days.add_years(birth, 4), 330) < story.last
    pupil = at_school & draw.chance(0.96, size)
    reason = where(at_school, draw.code({"UN2": 5.0, "UN3": 2.0, "UN5": 1.0}, size), "UN1")
    columns = {
        "person_id": story.child_ids,
        "forename": names.forenames(draw, sex),
        "other_names": where(draw.chance(0.4, size), names.forenames(draw, sex)),
        "surname": surname,
        "date_of_birth": birth,
        "expected_date_of_birth": np.full(size, NONE),
        "death_date": story.dead,
        "sex": sex,
        "ethnicity": draw.code(ETHNICITIES, size),
        "nhs_number": where(draw.chance(0.93, size), identifiers.nhs_numbers(draw, size)),
        "upn": where(pupil, identifiers.upns(draw, size)),
        "upn_unknown": where(pupil, None, reason),
        "nationality": draw.code(NATIONALITIES, size),
        "first_language": languages.code(LANGUAGES, size),
        "religion": languages.code(RELIGIONS, size),
        "send": flag(draw.chance(0.24, size)),
        "is_mother": blank(size),
        "is_client": same("Y", size),
        "restricted": flag(draw.chance(0.01, size)),
        "merged_into": blank(size),
        "_expected": days.add_days(birth, draw.whole(-14, 14, size)),
    }
    return Table(_told_apart(columns, family), story.known, np.arange(size))


def _told_apart(columns: dict[str, Column], family: Numbers) -> dict[str, Column]:
    """Give another forename to whoever has that of a brother or sister, or name and birthday of somebody before them."""
    seen: dict[tuple[object, ...], int] = {}
    taken: set[tuple[int, str]] = set()
    for row, who in enumerate(zip(columns["surname"], columns["date_of_birth"].tolist(), strict=True)):
        choices = names.GIRLS if columns["forename"][row] in names.GIRLS else names.BOYS
        name, place = columns["forename"][row], choices.index(columns["forename"][row])
        while (int(family[row]), name) in taken or seen.setdefault((name, *who), row) != row:
            place = (place + 17) % len(choices)
            name = choices[place]
        columns["forename"][row] = name
        taken.add((int(family[row]), name))
    return columns


def _parents(
    draw: Draw, story: Story, family: Numbers, surname: Texts, first_birth: Days, first_known: Days
) -> tuple[Table, Table]:
    families, known = len(surname), story.known
    parent_sets: list[Table] = []
    relations: list[Table] = []
    for sex, role, share, prefix in (("F", "MOTHER", 1.0, "6"), ("M", "FATHER", 0.66, "7")):
        some = np.flatnonzero(draw.chance(share, families) | (share == 1.0))
        born = days.add_days(first_birth[some], -draw.whole(*_AGE_OF_PARENTS, len(some)))
        ids = numbers(prefix, len(some))
        parent_sets.append(_relatives(draw, sex, ids, surname[some], born, first_known[some]))
        of_family = np.full(families, NOBODY)
        of_family[some] = np.arange(len(some))
        mine = of_family[family]
        rows = np.flatnonzero(mine != NOBODY)
        here, there = story.child_ids[rows], ids[mine[rows]]
        relations.append(_relation(draw, here, there, role, rows, known[rows], sex))
        relations.append(_relation(draw, there, here, "CHILD", rows, known[rows], None))
    relation = join(relations)
    relation["relationship_id"] = rising("20", relation.known)
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
        **{
            name: blank(size)
            for name in ("nhs_number", "upn", "upn_unknown", "nationality", "first_language", "religion", "send", "is_mother")
        },
        "is_client": same("N", size),
        "restricted": same("N", size),
        "merged_into": blank(size),
        "_expected": born,
    }
    return Table(columns, known)


def _relation(draw: Draw, here: Texts, there: Texts, role: str, child: Numbers, known: Days, responsible: str | None) -> Table:
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


def _addresses(draw: Draw, story: Story, family: Numbers, families: int) -> Table:
    """A family's homes one after the other; each child's from its birth on (from the first contact if unborn)."""
    lives_from = days.earlier(story.children.birth, story.known)
    owner, number = repeat(draw.whole(1, 3, families))
    size = len(owner)
    ago = np.where(number == 0, draw.whole(20, 2200, size), draw.whole(240, 1900, size))
    moved = days.add_days(np.full(size, story.last), -running(ago, number))
    street, town, postcode = names.streets(draw, size), draw.one_of(names.TOWNS, size), identifiers.postcodes(draw, size)
    first = np.searchsorted(owner, np.arange(families))
    counts = np.bincount(owner, minlength=families)
    child, place = repeat(counts[family])
    home = first[family[child]] + place  # homes of a family stand latest first
    left = np.where(place == 0, NONE, np.append(moved[:1], moved[:-1])[home])
    oldest = place == counts[family[child]] - 1
    start = np.where(oldest, lives_from[child], np.maximum(moved[home], lives_from[child]))
    lived = np.isnat(left) | (left > start)
    start, left, home, child = start[lived], left[lived], home[lived], child[lived]
    entered = np.maximum(start, story.known[child])
    columns = {
        "address_id": blank(len(child)),
        "person_id": story.child_ids[child],
        "type": same("Primary Address", len(child)),
        "line_1": street[home],
        "line_2": blank(len(child)),
        "town": town[home],
        "county": blank(len(child)),
        "postcode": postcode[home],
        "uprn": blank(len(child)),
        "start_date": start,
        "end_date": left,
        "confidential": flag(draw.chance(0.03, len(child))),
    }
    return Table(columns, entered, child)


def placement_homes(placement: Table) -> Table:
    """The addresses of placements, one each."""
    size = len(placement)
    draw = Draw(size, "placement homes")
    columns = {
        "address_id": blank(size),
        "person_id": placement["person_id"],
        "type": same("Placement", size),
        "line_1": names.streets(draw, size),
        "line_2": blank(size),
        "town": draw.one_of(names.TOWNS, size),
        "county": blank(size),
        "postcode": placement["postcode"],
        "uprn": blank(size),
        "start_date": placement["start_date"],
        "end_date": placement["end_date"],
        "confidential": flag(draw.chance(0.05, size)),
    }
    return Table(columns, placement.known, placement.child)
