"""Which columns are code lists, and which of their values may be shown.

The rules, so that a draft never quotes a person:

1. Only text and whole numbers; never a key, a link, a date, a number with decimals, an identifier or free text.
2. Never a column whose name speaks of names, addresses, telephones or people (`NEVER`).
3. At most `MOST` different values, each used `REPEATED` times on average, none longer than `LONGEST` characters.
4. Whole numbers only where the name says code, type, sex, ... or where there are at most `FEW_DIGITS` values of one digit.
5. A value is shown where at least `LEAST` rows bear it; rarer ones are only counted, as "other".
6. The values shown cover at least `COVERED` of the filled rows; otherwise the column is no code list.
7. Not where half of the values look like names, two words or more with capitals, unless the column's name says code,
   type, role, ... (`CODED`).
8. No column more than a third of whose values occur in a column of names (rule 2) in the same extract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dq.profile.judging import FREE_WORDS, IDENTITY, share
from dq.profile.model import Codes, Column
from dq.profile.words import words

MOST = 100
REPEATED = 4
LONGEST = 60
LEAST = 3
COVERED = 0.9
FEW_DIGITS = 5
NAMED_SHARE = 1 / 3
TWO_WORDS = re.compile(r"[A-Z][A-Za-z'’-]+(?:,? [A-Z][A-Za-z'’-]*)+")
NEVER = IDENTITY | {
    "nhs", "upn", "uln", "person", "worker", "keyworker", "manager", "supervisor", "author", "father", "mother", "carer",
    "guardian", "username", "login", "password", "officer", "adviser", "advisor", "practitioner", "assessor", "reviewer",
    "owner", "helper", "chair", "solicitor", "nurse", "teacher", "doctor", "gp", "by",
}  # fmt: skip
CODED = frozenset({
    "code", "type", "status", "sex", "gender", "category", "reason", "flag", "outcome", "stage", "kind", "group", "class",
    "ethnicity", "source", "role", "priority", "activity", "legal", "place", "placement", "convicted", "review",
    "permanence", "option", "order", "agency", "organisation", "nationality",
})  # fmt: skip


def code_like(column: Column, taken: bool) -> Codes | None:
    """The codes of a column, or None where it is no code list; `taken` says that it is a key or a link."""
    facts = column.facts
    named = set(words(column.name))
    whole = column.type == "integer" or (facts.leading_zero > 0 and all(re.fullmatch(r"9+", one.text) for one in facts.shapes))
    if (
        taken
        or column.type not in ("text", "integer")
        or column.kind in ("free text", "identifier", "nhs_number", "upn", "postcode")
    ):
        return None
    about_people = bool(named & NEVER) and not named & {"type", "status", "flag", "reason", "role", "category", "outcome"}
    if about_people or named & FREE_WORDS or column.kind.startswith("date"):
        return None
    if not facts.values or facts.distinct > MOST or facts.longest > LONGEST or facts.filled < REPEATED * facts.distinct:
        return None
    if whole and not named & CODED and (facts.distinct > FEW_DIGITS or facts.longest > 1):
        return None
    if whole and facts.longest > 4:
        return None
    named_like = sum(TWO_WORDS.fullmatch(value) is not None for value, _ in facts.values)
    if not named & CODED and named_like >= 0.5 * facts.distinct:
        return None
    kept = tuple((value, rows) for value, rows in facts.values if rows >= LEAST)
    rows = sum(count for _, count in kept)
    if not kept or share(rows, facts.filled) < COVERED:
        return None
    return Codes(kept, facts.distinct - len(kept), facts.filled - rows)


def is_name_column(column: Column) -> bool:
    """Whether a column holds the names of people, by its own name; those of teams and files are no such names."""
    named = set(words(column.name))
    whose = named & {"person", "worker", "full", "father", "mother", "carer", "manager", "parent", "contact", "other"} or named == {
        "name"
    }
    return column.type == "text" and bool(named & {"forename", "surname", "alias"} or ("name" in named and whose))


def like_names(codes: Codes, names: Iterable[str]) -> bool:
    """Whether so many values hold a word of a column of names that it must be one itself."""
    known = {name.casefold() for name in names}
    if not known:
        return False
    hits = sum(any(word.casefold() in known for word in re.findall(r"[^\W\d_]{3,}", value)) for value, _ in codes.kept)
    return hits > NAMED_SHARE * len(codes.kept)
