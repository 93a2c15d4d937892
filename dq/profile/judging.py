"""What type a column has, and what kind of personal data it holds: judged from its shapes and its name.

A type is taken where at least `ENOUGH` of the filled rows are of it; the rest are what `type.TABLE` will find. What
is doubtful stays text, and says so.
"""

from __future__ import annotations

import re

from dq.contract import Personal
from dq.ingest import dates as ingest_dates
from dq.profile.dates import EITHER
from dq.profile.measure import looks
from dq.profile.model import Column, Facts
from dq.profile.words import words

ENOUGH = 0.95
SHAPED_ENOUGH = 0.9
TRUE, FALSE = frozenset({"y", "yes", "true", "1"}), frozenset({"n", "no", "false", "0"})
IDENTIFIER = frozenset({
    "id", "number", "reference", "nhs", "upn", "uln", "uprn", "urn", "key", "guid", "uuid", "identifier", "pi",
})  # fmt: skip
DATE_WORDS = frozenset({"date", "birth", "start", "end", "due", "when", "death", "actual", "day"})
IDENTITY = frozenset({
    "forename", "surname", "name", "address", "street", "line", "town", "city", "village", "county", "postcode", "telephone",
    "email", "alias", "initials", "house", "flat", "road", "contact", "uprn",
})  # fmt: skip
SENSITIVE = frozenset({
    "ethnicity", "religion", "disability", "nationality", "language", "gender", "sexuality", "sexual", "orientation",
    "immigration", "health", "diagnosis", "offence", "substance", "mother", "pregnant", "restricted", "confidential", "send",
    "need", "legal",
})  # fmt: skip
FREE_WORDS = frozenset({
    "note", "comment", "narrative", "description", "detail", "text", "summary", "remark", "memo", "title", "subject", "file",
    "path", "url",
})  # fmt: skip
COUNT_WORDS = frozenset(
    {"count", "total", "sibling", "previous", "many", "times", "age", "score", "distance", "fte", "hours", "amount"}
)
KINDS = {"nhs_number": "NHS number", "upn": "unique pupil number", "postcode": "postcode"}


def judge(name: str, facts: Facts, day_first: bool | None) -> Column:
    """The type of a column before keys, links and codes are known.

    `day_first` decides dates that can be read both ways: as the rest of the extract, or None where that does not say.
    """
    if not facts.filled:
        return Column(name, facts, "text", _personal(name, "text", ""), 0, "blank throughout")
    for guess in (_identifier, _date, _boolean, _number):
        column = guess(name, facts, day_first)
        if column is not None:
            return column
    kind = "free text" if is_free_text(name, facts) else ""
    return Column(name, facts, "text", _personal(name, "text", kind), facts.filled, kind or "text", kind=kind)


def is_free_text(name: str, facts: Facts) -> bool:
    """Long, of many words, or of several lines: text that somebody typed."""
    many_words = facts.spaces > 2.5 * facts.filled
    return facts.longest > 80 or many_words or facts.several_lines > 0 or bool(set(words(name)) & FREE_WORDS)


def share(part: int, whole: int) -> float:
    """`part` of `whole`; 0 of nothing."""
    return part / whole if whole else 0.0


def _identifier(name: str, facts: Facts, day_first: bool | None) -> Column | None:
    """NHS numbers by their check digits (ten digits alone may be anything), UPNs and postcodes by their shape."""
    shaped = looks(facts.shapes)
    for kind, rows in facts.valid.items():
        asked = kind == "nhs_number" and "nhs" in words(name)
        enough = rows >= (0.8 if asked else ENOUGH) * facts.filled
        if enough or (kind != "nhs_number" and shaped[kind] >= SHAPED_ENOUGH * facts.filled):
            personal: Personal = "identity" if kind == "postcode" else "key"
            why = f"{rows:,} of {facts.filled:,} are a valid {KINDS[kind]}"
            return Column(name, facts, "text", personal, facts.filled, why, kind=kind)
    return None


def _date(name: str, facts: Facts, day_first: bool | None) -> Column | None:
    if share(facts.two_digit_years, facts.filled) >= 0.5:
        many = f"{facts.two_digit_years:,} of {facts.filled:,} look like dates with two-digit years"
        warning = f"{many}, which are not read: export four digits"
        return Column(name, facts, "text", "date", facts.filled, "text", kind="date, two-digit year", warning=warning)
    dated = bool(set(words(name)) & DATE_WORDS)
    if facts.serials and share(facts.serials, facts.filled) >= ENOUGH and dated:
        warning = f"{facts.serials:,} of {facts.filled:,} look like Excel's day numbers: format the cells as dates and export again"
        return Column(name, facts, "text", "date", facts.filled, "text", kind="date, Excel day number", warning=warning)
    if not facts.dates:
        return None
    best = facts.dates[0]
    compact = re.fullmatch(r"(?:%[Ymd]){3}", best.format) is not None
    if compact and not (dated and share(best.rows, facts.filled) >= ENOUGH):
        return None
    by_format = {reading.format: reading for reading in facts.dates}
    other = by_format.get(EITHER.get(best.format, "")) or next(
        (by_format[day] for day, month in EITHER.items() if month == best.format and day in by_format), None
    )
    shown = " and ".join(
        f"{reading.rows:,} of {facts.filled:,} parse as {ingest_dates.shown(reading.format)}"
        for reading in facts.dates[:3]
        if reading.rows
    )
    warning = ""
    if other is not None and other.rows == best.rows:
        first, second = sorted((best, other), key=lambda reading: reading.format in EITHER.values(), reverse=day_first is False)
        best = first
        if day_first is None:
            warning = f"no day is after the 12th, so it could as well be {ingest_dates.shown(second.format)}: ask"
        shown += ", told apart by the rest of the extract" if day_first is not None else ""
    elif other is not None and best.only and other.only:
        names = ingest_dates.shown(best.format), ingest_dates.shown(other.format)
        warning = f"mixed: {best.only:,} can only be {names[0]}, {other.only:,} only {names[1]}"
    if share(best.rows, facts.filled) < 0.5:
        return None
    if share(best.rows, facts.filled) < 0.8:
        warning = warning or "too few parse under one format for a date; see evidence/columns.csv"
        return Column(
            name, facts, "text", "date", facts.filled, shown, format=best.format, kind="date, several formats", warning=warning
        )
    kind = "datetime" if facts.timed else "date"
    parsed = best.rows - facts.outside
    return Column(name, facts, "datetime" if facts.timed else "date", "date", parsed, shown, best.format, kind, warning=warning)


def _boolean(name: str, facts: Facts, day_first: bool | None) -> Column | None:
    if not facts.values:
        return None
    told = {True: 0, False: 0}
    for value, rows in facts.values:
        if value.lower() in TRUE | FALSE:
            told[value.lower() in TRUE] += rows
    parsed = told[True] + told[False]
    digits = {value for value, _ in facts.values} <= {"0", "1"}
    counted = digits and bool(set(words(name)) & (COUNT_WORDS | {"number"}))
    if not (told[True] and told[False]) or share(parsed, facts.filled) < ENOUGH or counted:
        return None
    why = f"{parsed:,} of {facts.filled:,} are yes or no"
    return Column(name, facts, "boolean", _personal(name, "boolean", ""), parsed, why, kind="yes or no")


def _number(name: str, facts: Facts, day_first: bool | None) -> Column | None:
    whole = sum(shape.rows for shape in facts.shapes if re.fullmatch(r"[+-]?9{1,18}", shape.text))
    number = whole + sum(shape.rows for shape in facts.shapes if re.fullmatch(r"[+-]?(?:9+\.9*|\.9+)", shape.text))
    if facts.leading_zero or share(number, facts.filled) < ENOUGH:
        return None
    if set(words(name)) & IDENTIFIER and not set(words(name)) & COUNT_WORDS:
        return Column(name, facts, "text", "key", facts.filled, "digits, but named like an identifier", kind="identifier")
    whole_only = number == whole
    parsed = whole if whole_only else number
    why = f"{parsed:,} of {facts.filled:,} are {'whole numbers' if whole_only else 'numbers'}"
    kind = "integer" if whole_only else "number"
    return Column(name, facts, "integer" if whole_only else "number", _personal(name, kind, ""), parsed, why, kind=kind)


def _personal(name: str, type_: str, kind: str) -> Personal:
    named = set(words(name))
    if kind == "free text":
        return "free_text"
    if named & IDENTITY and type_ == "text":
        return "identity"
    if named & SENSITIVE:
        return "sensitive"
    return "key" if named & IDENTIFIER and type_ == "text" else "none"
