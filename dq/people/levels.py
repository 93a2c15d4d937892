"""What is compared of two people, how much alike it can be, and what the model believes before it has seen an extract.

Each comparison has levels, the best first; a pair stands on the first one whose condition holds. `m` is how often two
records of one person stand there, `u` how often records of two different people do; ``log2(m / u)`` is the level's
weight. The values here are where training starts from, and what stays where an extract has too little to learn from.
Conditions speak of the columns that `dq.people.prepare` makes; `_l` and `_r` are the two records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["same", "near", "other"]
NEARLY, FAINTLY = 0.88, 0.75
"""Jaro-Winkler similarity of names that are taken for one name misspelt, and of names that only resemble each other."""


@dataclass(frozen=True)
class Level:
    """One degree of likeness: its name in people.json, what it is called in a finding, its condition in SQL."""

    name: str
    words: str
    sql: str
    m: float
    u: float
    kind: Kind = "near"


@dataclass(frozen=True)
class Comparison:
    """What two records are compared by; `blank` is when they cannot be."""

    name: str
    title: str
    blank: str
    levels: tuple[Level, ...]
    learns_u: bool = True


def _similar(left: str, right: str, least: float) -> str:
    return f"jaro_winkler_similarity({left}, {right}) >= {least}"


def _typo(column: str, figures: int = 1) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {figures}"


_ALIKE = f"({_typo('forename')} or {_similar('forename_l', 'forename_r', NEARLY)})"
_KNOWN = "list_has_any(known_as_l, known_as_r)"
_THERE, _BACK = (_similar("forename_l", "surname_r", NEARLY), _similar("surname_l", "forename_r", NEARLY))
SWAPPED = f"(forename_l <> surname_l and {_THERE} and {_BACK})"
HALF_SWAPPED = f"(forename_l <> surname_l and not {_ALIKE} and not {_KNOWN} and ({_THERE} or {_BACK}))"

_POSTCODE = "list_has_any(postcodes_l, postcodes_r)"
_POSTCODE_TYPO = _typo("postcode")
_STREET = "list_has_any(streets_l, streets_r)"
_STREET_ALIKE = _similar("street_l", "street_r", 0.92)

FORENAME = Comparison(
    "forename",
    "forename",
    "forename_l is null or forename_r is null",
    (
        Level("same", "the same", "forename_l = forename_r", 0.80, 0.004, "same"),
        Level("swapped", "forename and surname are swapped", SWAPPED, 0.01, 1e-6),
        Level("short_form", "forms of one name", _KNOWN, 0.05, 0.003),
        Level(
            "initial",
            "an initial only",
            "(length(forename_l) = 1 or length(forename_r) = 1) and forename_l[1] = forename_r[1]",
            0.01,
            0.001,
        ),
        Level("typo", "spelt a little differently", _ALIKE, 0.07, 0.003),
        Level("half_swapped", "stands as the other's surname", f"coalesce({HALF_SWAPPED}, false)", 0.01, 0.001),
        Level("resembles", "only resembles", _similar("forename_l", "forename_r", FAINTLY), 0.02, 0.015, "other"),
        Level("different", "different", "ELSE", 0.03, 0.974, "other"),
    ),
)
SURNAME = Comparison(
    "surname",
    "surname",
    f"surname_l is null or surname_r is null or {SWAPPED} or {HALF_SWAPPED}",
    (
        Level("same", "the same", "surname_l = surname_r", 0.84, 0.002, "same"),
        Level("one_part", "one part of a double name", "list_has_any(surname_parts_l, surname_parts_r)", 0.03, 0.001),
        Level(
            "typo",
            "spelt a little differently",
            f"{_typo('surname')} or {_similar('surname_l', 'surname_r', NEARLY)}",
            0.07,
            0.002,
        ),
        Level("resembles", "only resembles", _similar("surname_l", "surname_r", FAINTLY), 0.02, 0.01, "other"),
        Level("different", "different", "ELSE", 0.04, 0.985, "other"),
    ),
)
BIRTH = Comparison(
    "date_of_birth",
    "date of birth",
    "born_l is null or born_r is null",
    (
        Level("same", "the same", "born_l = born_r and born_l[6:] <> '01-01'", 0.84, 0.0002, "same"),
        Level("same_new_year", "the same 1 January, which often stands for unknown", "born_l = born_r", 0.01, 0.0003, "same"),
        Level("swapped", "day and month are swapped", "born_swapped_l = born_r", 0.03, 2e-5),
        Level("one_figure", "one figure apart", _typo("born"), 0.05, 0.002),
        Level(
            "new_year",
            "the same year, one of them 1 January",
            "born_l[:4] = born_r[:4] and (born_l[6:] = '01-01' or born_r[6:] = '01-01')",
            0.02,
            0.0005,
        ),
        Level("two_figures", "two figures apart", _typo("born", 2), 0.02, 0.015),
        Level("years", "different, less than 12 years apart", "abs(year_l - year_r) < 12", 0.02, 0.6, "other"),
        Level("different", "different", "ELSE", 0.01, 0.3822, "other"),
    ),
)
SEX = Comparison(
    "sex",
    "sex",
    "sex_l is null or sex_r is null",
    (
        Level("same", "the same", "sex_l = sex_r", 0.98, 0.5, "same"),
        Level("different", "different", "ELSE", 0.02, 0.5, "other"),
    ),
)
HOME = Comparison(
    "address",
    "address",
    "(postcode_l is null or postcode_r is null) and (street_l is null or street_r is null)",
    (
        Level("same", "the same house", f"{_STREET} and {_POSTCODE}", 0.45, 0.0003, "same"),
        Level(
            "typo",
            "the same house, written differently",
            f"({_STREET} and {_POSTCODE_TYPO}) or ({_STREET_ALIKE} and {_POSTCODE})",
            0.10,
            0.0001,
        ),
        Level("street", "the same house and street, another postcode", f"{_STREET} or {_STREET_ALIKE}", 0.05, 0.0005),
        Level("postcode", "the same postcode", _POSTCODE, 0.10, 0.001),
        Level("postcode_typo", "postcodes one character apart", _POSTCODE_TYPO, 0.05, 0.005),
        Level("different", "different", "ELSE", 0.25, 0.9931, "other"),
    ),
)


def _number(name: str, title: str, u: float) -> Comparison:
    """A number that belongs to one person. How often strangers share one cannot be learnt: where they do, it is a fault."""
    return Comparison(
        name,
        title,
        f"{name}_l is null or {name}_r is null",
        (
            Level("same", "the same", f"list_has_any({name}s_l, {name}s_r)", 0.90, u, "same"),
            Level("one_figure", "one character apart", _typo(name), 0.05, 10 * u),
            Level("two_figures", "two characters apart", _typo(name, 2), 0.01, 100 * u),
            Level("different", "different", "ELSE", 0.04, 1 - 111 * u, "other"),
        ),
        learns_u=False,
    )


NHS = _number("nhs_number", "NHS number", 1e-5)
UPN = _number("upn", "unique pupil number", 1e-5)

COMPARISONS: dict[str, Comparison] = {each.name: each for each in (FORENAME, SURNAME, BIRTH, SEX, HOME, NHS, UPN)}

START_PRIOR = 1e-5
"""Chance that two people of an extract taken at random are one, before anything is known of it."""

KEYS = ("nhs_number", "upn", "born_key", "name_key", "postcode_key", "street_key", "surname_key", "forename_key")
"""Only pairs that share one of these are compared at all; see `dq.people.prepare`."""
