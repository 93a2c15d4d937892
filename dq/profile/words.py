"""Names of columns and tables as words: split, abbreviations spelt out, and how alike two names are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

Words = tuple[str, ...]

_PHRASES = {
    "date of birth": "birth date", "no of": "count", "number of": "count", "post code": "postcode", "e mail": "email",
    "pi number": "person id", "pi no": "person id", "person number": "person id", "child number": "person id",
    "client number": "person id", "looked after": "cla", "child protection": "cp", "child in need": "cin", "in need": "cin",
    "section 47": "s47", "early help": "eh", "given name": "forename", "first name": "forename", "family name": "surname",
    "last name": "surname", "middle name": "other name", "middle names": "other name", "return interview": "rhi",
    "unique pupil number": "upn", "social worker": "worker", "case worker": "worker", "key worker": "worker",
    "legal proceedings": "proceedings", "pre proceedings": "proceedings", "leaving care": "care leaver",
    "date from": "start date", "date to": "end date", "valid from": "start date", "valid to": "end date", "sen": "send",
    "county court": "court",
}  # fmt: skip
_WORDS = {
    "dob": "birth date", "dod": "death date", "edd": "expected birth date", "lac": "cla", "no": "number", "num": "number",
    "nbr": "number", "nr": "number", "ref": "reference", "desc": "description", "addr": "address", "add": "address",
    "tel": "telephone", "phone": "telephone", "mobile": "telephone", "fname": "forename", "sname": "surname",
    "lname": "surname", "eth": "ethnicity", "ethnic": "ethnicity", "obs": "observation", "doc": "document", "docs": "document",
    "conf": "conference", "assess": "assessment", "immunisations": "immunisation", "cpp": "cp plan", "dt": "date",
    "dttm": "date", "pcode": "postcode", "zip": "postcode", "auth": "authorised", "rev": "review", "sched": "due",
    "org": "organisation", "agency": "organisation", "client": "person", "child": "person", "pers": "person",
    "pupil": "person", "caseworker": "worker", "employee": "worker", "staff": "worker", "professional": "worker",
    "user": "worker", "closed": "end", "closure": "end", "ceased": "end", "finish": "end", "leave": "left", "died": "death",
    "birthdate": "birth date", "gender": "sex", "placed": "placement", "fostering": "foster", "residence": "address",
    "pg": "page", "yn": "flag", "ind": "flag", "indicator": "flag", "cat": "category", "stat": "status", "mngr": "manager",
    "mgr": "manager", "sup": "supervisor", "begin": "start", "began": "start", "opened": "start", "from": "start",
    "commenced": "start", "decom": "start date", "dec": "end date", "to": "end", "until": "end", "held": "actual",
    "origin": "", "of": "", "the": "", "a": "", "is": "", "and": "", "was": "", "in": "", "tbl": "", "vw": "", "table": "",
    "record": "", "records": "", "row": "", "system": "", "s": "",
}  # fmt: skip
"""Words that mean the same in case records. General on purpose: a name of one system is spelt out only where the
abbreviation is used in others too."""
GENERIC = frozenset({"date", "code", "flag", "id", "number", "reference", "type", "key"})
"""Words that say of what kind a column is; they weigh less than what it is about."""
NEAR = 0.85
"""From this likeness of spelling two words count as one, in part."""


@lru_cache(maxsize=20_000)
def words(name: str) -> Words:
    """A name as lower-case words, abbreviations spelt out, plurals made singular; filling words dropped."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    apart = re.sub(r"[^A-Za-z0-9]+", " ", apart).lower().strip()
    apart = re.sub(r"\b([a-z]{4,})(\d)", r"\1 \2", apart)
    for phrase, meaning in _PHRASES.items():
        apart = re.sub(rf"\b{phrase}\b", meaning, apart)
    spelt = " ".join(_WORDS.get(word, _WORDS.get(_singular(word), _singular(word))) for word in apart.split())
    return tuple(dict.fromkeys(spelt.split()))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def alike(first: Words, second: Words, *, without: frozenset[str] = frozenset()) -> float:
    """How alike two names are, 0 to 1: the weight of their common words in that of all their words.

    Words that are spelt nearly the same (`NEAR`) count in part. Words in `without`, such as those of the tables that
    the columns stand in, are left out where something is left.
    """
    best = _alike(first, second)
    if best < 0.95 and not (without.isdisjoint(first) and without.isdisjoint(second)):
        best = max(best, 0.95 * _alike(_less(first, without), _less(second, without)))
    return best


def _less(name: Words, drop: frozenset[str]) -> Words:
    return tuple(word for word in name if word not in drop) or name[-1:]


@lru_cache(maxsize=200_000)
def _alike(first: Words, second: Words) -> float:
    if not first or not second:
        return 0.0
    weights = sum(map(_weight, first)) + sum(map(_weight, second))
    same = set(first) & set(second)
    common = sum(2 * _weight(word) for word in same)
    rest = [word for word in second if word not in same]
    for word in first:
        if word in same or not rest:
            continue
        likeness, near = max((_spelling(word, other), other) for other in rest)
        if likeness >= NEAR:
            rest.remove(near)
            common += likeness * (_weight(word) + _weight(near))
    return common / weights


def _weight(word: str) -> float:
    return 0.4 if word in GENERIC else 1.0


@lru_cache(maxsize=200_000)
def _spelling(first: str, second: str) -> float:
    if first == second:
        return 1.0
    if min(len(first), len(second)) < 4:
        return 0.0
    if first.startswith(second) or second.startswith(first):
        return 0.9
    if 2 * min(len(first), len(second)) < NEAR * (len(first) + len(second)):
        return 0.0
    return SequenceMatcher(None, first, second).ratio()


def has(name: str, known: Sequence[str] | frozenset[str]) -> bool:
    """Whether any word of a name is among the known ones."""
    return any(word in known for word in words(name))


def title(name: str) -> str:
    """A name as a heading: DATE_OF_BIRTH is Date of birth, startDate Start date; short capitals stay (NHS number)."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    parts = re.sub(r"[_\s.\-]+", " ", apart).strip().split(" ")
    shown = [part if part.upper() in _CAPITALS else part.lower() for part in parts if part]
    text = " ".join(part.upper() if part.upper() in _CAPITALS else part for part in shown)
    return text[:1].upper() + text[1:] or name


_CAPITALS = frozenset({
    "ID", "NHS", "UPN", "ULN", "UPRN", "URN", "PI", "LAC", "CLA", "CP", "CIN", "S47", "DOB", "SEN", "SDQ", "IRO", "LA", "FTE",
    "NFA", "UASC", "SW", "EH", "RI", "FFA", "ADM", "OLA",
})  # fmt: skip
