"""From scored pairs to findings: who is left apart, what is said of a pair, which pairs belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dq.people.levels import COMPARISONS, Level
from dq.people.model import Model

Levels = Mapping[str, str | None]
AGREES = ("same", "one_figure")
ENOUGH = 3
"""Things that must agree, or nearly, where no number does."""
MANY = ("different", "resembles", "half_swapped")


@dataclass(frozen=True)
class Pair:
    """Two records that are likely one person: numbers in ``person_record`` (the smaller id first), weight, levels."""

    first: int
    second: int
    weight: int
    levels: Levels

    def told(self, *kinds: str) -> str:
        """What stands on levels of these kinds, in words: "surname, forename (forms of one name)"."""
        words = []
        for name, level in _named(self.levels):
            if level.kind in kinds:
                title = COMPARISONS[name].title
                plain = level.words in ("the same", "different")
                words.append(title if plain else f"{title} ({level.words})")
        return ", ".join(words)

    @property
    def blank(self) -> str:
        """What could not be compared."""
        return ", ".join(COMPARISONS[name].title for name, level in self.levels.items() if level is None and not self._moved(name))

    def _moved(self, name: str) -> bool:
        """Whether the surname was compared together with the forename."""
        return name == "surname" and self.levels["forename"] in ("swapped", "half_swapped")


def _named(levels: Levels) -> Iterable[tuple[str, Level]]:
    for name, comparison in COMPARISONS.items():
        for level in comparison.levels:
            if level.name == levels[name]:
                yield name, level


def weigh(model: Model, scored: Iterable[tuple[int, int, Levels]], least: int, *, everything: bool = False) -> list[Pair]:
    """Pairs of at least so many hundredths, without two members of a family and those of whom too little agrees.

    `everything` keeps these too: to show one pair, and to measure the model by itself.
    """
    found = []
    for first, second, levels in scored:
        weight = model.prior_weight + sum(model.weight(name, level) for name, level in levels.items() if level is not None)
        if weight >= least and (everything or not (apart(levels) or unknown(levels))):
            found.append(Pair(first, second, weight, levels))
    return found


def apart(levels: Levels) -> bool:
    """Whether two records of one family and home are those of two of its members, unless a number says they are one.

    Twins, brothers and sisters: the forenames differ. Parent and child of one name: born 12 years apart or more. Where
    the forename is merely spelt or shortened differently (Ella and Bella, Louis and Louise) they are two if the dates
    of birth differ, or if a number or the sex says so; where it is the same, if both the dates and a number differ.
    """
    if levels["surname"] in (None, "different", "resembles") or levels["address"] in (None, "different", "postcode_typo"):
        return False
    numbers = [levels[name] for name in ("nhs_number", "upn")]
    if any(each in AGREES for each in numbers):
        return False
    forename, birth = levels["forename"], levels["date_of_birth"]
    plainly = forename in (None, "same", "swapped")
    if birth == "years":
        return forename in MANY or not plainly or "different" in numbers
    two = "different" in numbers or levels["sex"] == "different"
    return forename in MANY or birth == "different" or (two and not plainly)


def unknown(levels: Levels) -> bool:
    """Whether too little agrees for the question to be worth asking: no number, and fewer than three of four things.

    These are forename, surname, date of birth and address; names that are swapped are two. So strangers of one surname
    born on one day, or two unborn children of one mother, are not taken for one person, whatever they weigh.
    """
    if any(levels[name] in AGREES for name in ("nhs_number", "upn")):
        return False
    kinds = {name: level.kind for name, level in _named(levels)}
    agreeing = sum(kinds.get(name) in ("same", "near") for name in ("forename", "surname", "date_of_birth", "address"))
    return agreeing + (levels["forename"] == "swapped") < ENOUGH


def clusters(pairs: Sequence[Pair]) -> dict[int, int]:
    """The smallest record of the cluster of each record, only for clusters of more than two."""
    root: dict[int, int] = {}

    def top(record: int) -> int:
        root.setdefault(record, record)
        while root[record] != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    for pair in pairs:
        one, other = sorted((top(pair.first), top(pair.second)))
        root[other] = one
    members: dict[int, list[int]] = {}
    for record in root:
        members.setdefault(top(record), []).append(record)
    return {record: smallest for smallest, each in members.items() if len(each) > 2 for record in each}
