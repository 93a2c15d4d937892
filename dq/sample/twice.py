"""People who stand twice in the old system, and twins who do not: what a search for duplicates must and must not find.

Second records and twins are copies of children's person records (and of their addresses) under a number with a 2 behind
it, without a case of their own. They are planted apart from the other faults, and the children concerned have no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from dq.sample import days, identifiers
from dq.sample.days import Numbers
from dq.sample.draw import Draw
from dq.sample.faults.registry import Finding
from dq.sample.faults.whole import RESERVED_EACH
from dq.sample.names import BOYS, GIRLS
from dq.sample.tables import NOBODY, Table, World, filled, join

RULE = "PER-090"
COPIED = "2"
SAME_NAME_AND_DATE = "PER-018"
ONE_IN = 80  # children with a second record, at least one of each manner
TWINS_IN = 120  # children with a twin, at least three
SHORT = {
    "Amelia": "Millie", "Beatrix": "Bea", "Bella": "Isabella", "Edith": "Edie", "Harriet": "Hattie", "Jasmine": "Jaz",
    "Lottie": "Charlotte", "Matilda": "Tilly", "Nell": "Eleanor", "Pippa": "Philippa", "Tabitha": "Tabby", "Winifred": "Winnie",
    "Alfie": "Alfred", "Barnaby": "Barney", "Benedict": "Ben", "Isaac": "Zac", "Louis": "Lou", "Ned": "Edward",
    "Olly": "Oliver", "Oscar": "Ozzie", "Theo": "Theodore", "Wilf": "Wilfred", "Zach": "Zachary",
}  # fmt: skip
Change = Callable[[Table, int], None]


def _short_form(person: Table, row: int) -> None:
    person["forename"][row] = SHORT.get(person["forename"][row], person["forename"][row])


def _misspelt(person: Table, row: int) -> None:
    name = person["surname"][row]
    person["surname"][row] = name[:2] + name[3] + name[2] + name[4:] if name[2] != name[3] else name[:2] + name[3:]


def _names_swapped(person: Table, row: int) -> None:
    person["forename"][row], person["surname"][row] = person["surname"][row], person["forename"][row]


def _date_swapped(person: Table, row: int) -> None:
    year, month, day = str(person["date_of_birth"][row]).split("-")
    if int(day) <= 12:
        person["date_of_birth"][row] = np.datetime64(f"{year}-{day}-{month}")


def _new_year(person: Table, row: int) -> None:
    person["date_of_birth"][row] = np.datetime64(f"{str(person['date_of_birth'][row])[:4]}-01-01")


def _one_figure(person: Table, row: int) -> None:
    born = person["date_of_birth"][row]
    person["date_of_birth"][row] = born - 1 if str(born)[-1] != "0" and str(born)[-2:] != "01" else born + 1


MANNERS: tuple[Change, ...] = (_short_form, _misspelt, _names_swapped, _date_swapped, _new_year, _one_figure)


@dataclass
class Twice:
    """Who has a second record, in which manner, and who has a twin; the same in every week, but for comings and goings."""

    seed: int
    second: Numbers  # children
    twins: Numbers

    @property
    def children(self) -> Numbers:
        """The children concerned, whom no other fault may touch."""
        return np.append(self.second, self.twins)

    def add(self, week: int, tables: World, faults: bool) -> tuple[World, list[Finding]]:
        """Tables with the second records (if faults are wanted) and twins of a week, and the pairs that must be found.

        The fifth manner appears in the third week, and the sixth is merged in the fourth.
        """
        person = tables["person"]
        row_of = {int(child): row for row, child in enumerate(person.child) if child != NOBODY}
        truth: list[Finding] = []
        added: list[Table] = []
        for number, child in enumerate(self.second if faults else ()):
            manner = number % len(MANNERS)
            if int(child) not in row_of or (manner == 4 and week < 2) or (manner == 5 and week >= 3):
                continue
            copy = self._copy(person, row_of[int(child)])
            MANNERS[manner](copy, 0)
            added.append(copy)
            truth.append((RULE, "person", f"{person['person_id'][row_of[int(child)]]}|{copy['person_id'][0]}"))
        for number, child in enumerate(self.twins):
            if int(child) in row_of:
                added.append(self._twin(person, row_of[int(child)], number))
        if not added:
            return tables, truth
        copies = join(added)
        homes = self._homes(tables["address"], copies)
        return {**tables, "person": join([person, copies]), "address": join([tables["address"], homes])}, truth

    def _copy(self, person: Table, row: int) -> Table:
        copy = person.take(np.array([row]))
        copy["person_id"] = copy["person_id"] + COPIED
        for column in ("nhs_number", "upn", "other_names"):
            copy[column][0] = None
        copy["upn_unknown"][0] = "UN4"
        return copy

    def _twin(self, person: Table, row: int, number: int) -> Table:
        """A twin of another name and number; every third one's name differs in a letter, or the sex does."""
        draw = Draw(self.seed, f"twin {number}")
        twin = self._copy(person, row)
        name = str(twin["forename"][0])
        others = [each for each in (GIRLS if twin["sex"][0] == "F" else BOYS) if each[0] != name[0] and each[-2:] != name[-2:]]
        twin["forename"][0] = draw.one_of(others, 1)[0]
        if number % 3 == 1:
            twin["forename"][0] = name[:-1] + ("y" if name[-1] != "y" else "i")
        twin["nhs_number"][0] = identifiers.nhs_numbers(draw, 1)[0]
        return twin

    def _homes(self, address: Table, copies: Table) -> Table:
        """The addresses of the copied children, once more for the copies."""
        whose = {number[: -len(COPIED)]: number for number in copies["person_id"]}
        rows = np.flatnonzero([person in whose for person in address["person_id"]])
        homes = address.take(rows)
        homes["person_id"] = np.array([whose[person] for person in homes["person_id"]], dtype=object)
        homes["address_id"] = homes["address_id"] + COPIED
        return homes


def choose(seed: int, world: World, first: np.datetime64) -> Twice:
    """Draw the children: known and at least two years old at the first extract, with an NHS number, kept from no fault.

    A manner takes a child that suits it: a short form one whose name has one, a swapped date one born by the twelfth.
    """
    person = world["person"]
    draw = Draw(seed, "recorded twice")
    born = person["date_of_birth"]
    able = (person.child != NOBODY) & filled(born) & (person.known <= first) & filled(person["nhs_number"])
    able &= np.isnat(person["death_date"]) & (person["restricted"] == "N") & (person["surname"].astype("U40") != "")
    able[able] = born[able] < days.add_years(np.array([first]), -2)[0]
    rows = np.flatnonzero(able)
    rows = rows[(person.child[rows] % RESERVED_EACH != 0) & np.isin(person["sex"][rows], ["F", "M"])]
    rows = rows[draw.order(len(rows))]
    free = dict.fromkeys(int(row) for row in rows)
    wanted = max(len(MANNERS), len(rows) // ONE_IN)
    second = [_take(free, person, number % len(MANNERS)) for number in range(wanted)]
    twins = [_take(free, person, -1) for _ in range(max(3, len(rows) // TWINS_IN))]
    chosen = [np.array([person.child[row] for row in each if row is not None], dtype=np.int64) for each in (second, twins)]
    return Twice(seed, *chosen)


def _take(free: dict[int, None], person: Table, manner: int) -> int | None:
    """The first free child that suits a manner; None where there is none."""
    for row in free:
        born, name = str(person["date_of_birth"][row]), str(person["surname"][row])
        suits = {
            0: SHORT.get(person["forename"][row], "") not in ("", person["forename"][row]),
            1: len(name) > 6 and "-" not in name,
            3: int(born[8:]) <= 12 and born[8:] != born[5:7],
            4: born[5:] != "01-01",
        }
        if suits.get(manner, True):
            del free[row]
            return row
    return None


def exact_pairs(truth: Iterable[Finding]) -> list[Finding]:
    """The pairs among records that another planted fault made alike: a record and its copy under a longer number."""
    numbers = {key for rule, _, key in truth if rule == SAME_NAME_AND_DATE}
    return [(RULE, "person", f"{key[:-1]}|{key}") for key in sorted(numbers) if key[:-1] in numbers]
