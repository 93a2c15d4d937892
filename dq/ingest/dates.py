"""Dates and times: the formats a contract or source map may name, and the SQL that reads them and nothing else."""

from __future__ import annotations

import re

from sqlglot import exp

from dq.errors import InputError, Problem
from dq.ingest import trees

_CODES = {
    "d": r"(?:0?[1-9]|[12][0-9]|3[01])", "m": r"(?:0?[1-9]|1[0-2])", "Y": r"[0-9]{4}", "b": r"[A-Za-z]{3}",
    "H": r"(?:[01]?[0-9]|2[0-3])", "M": r"[0-5][0-9]", "S": r"[0-5][0-9]",
}  # fmt: skip
_TWO_DIGITS = {"d": r"(?:0[1-9]|[12][0-9]|3[01])", "m": r"(?:0[1-9]|1[0-2])", "H": r"(?:[01][0-9]|2[0-3])"}
_MIDNIGHT = r"[ T]00:00(?::00(?:\.0{1,9})?)?"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_SHOWN = {"d": "DD", "m": "MM", "Y": "YYYY", "b": "Mon", "H": "hh", "M": "mm", "S": "ss"}


def shown(date_format: str) -> str:
    """A format as people write it: %d/%m/%Y is DD/MM/YYYY."""
    return re.sub("%(.)", lambda code: _SHOWN.get(code.group(1), code.group(0)), date_format)


def check_format(date_format: str) -> str | None:
    """What is wrong with a date format, or None.

    Two-digit years (%y) are refused: nobody can say whether 19 is 1919 or 2019. Day, month and year must be there.
    """
    codes = re.findall("%(.?)", date_format)
    if "y" in codes:
        return f"{date_format!r}: two-digit years (%y) are refused; make the extract with four."
    unknown = [code for code in codes if code not in _CODES]
    if unknown:
        return f"{date_format!r}: %{unknown[0]} is not known; use %d %m %b %Y %H %M %S."
    if not {"d", "Y"} <= set(codes) or not {"m", "b"} & set(codes) or len(codes) != len(set(codes)):
        return f"{date_format!r}: a format names day, month and year, each once."
    return None


def pattern(date_format: str) -> str:
    """The regular expression (RE2) of a format; one-digit days, months and hours only between separators."""
    problem = check_format(date_format)
    if problem:
        raise InputError(Problem(subject="date_formats", message=problem))
    pieces = re.split("(%.)", date_format)
    last = len(pieces) - 1
    parts: list[str] = []
    for position, piece in enumerate(pieces):
        if not piece.startswith("%"):
            parts.append(re.escape(piece).replace("\\ ", " "))
            continue
        before, after = pieces[position - 1], pieces[position + 1]
        alone = (before != "" or position == 1) and (after != "" or position == last - 1)
        parts.append(_CODES[piece[1]] if alone else _TWO_DIGITS.get(piece[1], _CODES[piece[1]]))
    return "".join(parts)


def read(value: exp.Expr, formats: tuple[str, ...], *, time: bool) -> exp.Expr:
    """The TIMESTAMP that a text says, tried in the order of the formats; NULL where none fits.

    A format without a time also takes midnight after the date (``2026-04-07 00:00:00.000``); with `time` (a
    datetime column) any time of day. A format that names a time takes just that.
    """
    return trees.first_known([branch for one in formats for branch in _branches(value, one, time)])


def _branches(value: exp.Expr, date_format: str, time: bool) -> list[exp.Expr]:
    body = pattern(date_format)

    def parsed(part: exp.Expr) -> exp.Expr:
        return trees.call("try_strptime", part, trees.text(date_format))

    def matches(whole: str) -> exp.Expr:
        return trees.call("regexp_full_match", value, trees.text(whole))

    branches = [trees.when(matches(body), parsed(value))]
    if "%H" in date_format:
        return branches
    tail = f"[ T]({_TIME})" if time else _MIDNIGHT
    whole = f"({body}){tail}"
    day = parsed(trees.call("regexp_extract", value, trees.text(whole), trees.number(1)))
    if not time:
        return [*branches, trees.when(matches(whole), day)]
    clock = trees.call("regexp_extract", value, trees.text(whole), trees.number(2))
    iso = trees.call("strftime", day, trees.text("%Y-%m-%d"))
    moment = exp.TryCast(this=trees.call("concat", iso, trees.text(" "), clock), to=exp.DataType.build("TIMESTAMP"))
    return [*branches, trees.when(matches(whole), moment)]
