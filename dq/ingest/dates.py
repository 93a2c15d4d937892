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
    if ":" in date_format and "%H" not in date_format:
        return f"{date_format!r}: a colon belongs to a time (%H:%M)."
    if not {"d", "Y"} <= set(codes) or not {"m", "b"} & set(codes) or len(codes) != len(set(codes)):
        return f"{date_format!r}: a format names day, month and year, each once."
    return None


def pattern(date_format: str, *, named: bool = False) -> str:
    """The regular expression (RE2) of a format; one-digit days, months and hours only between separators.

    With `named` each part is a group that bears its letter.
    """
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
        part = _CODES[piece[1]] if alone else _TWO_DIGITS.get(piece[1], _CODES[piece[1]])
        parts.append(f"(?P<{piece[1]}>{part})" if named else part)
    return "".join(parts)


def tail(*, time: bool) -> str:
    """What may follow a date whose format has no time: midnight, or with `time` any time of day."""
    return f"[ T]{_TIME}" if time else _MIDNIGHT


def read(value: exp.Expr, formats: tuple[str, ...], *, time: bool) -> exp.Expr:
    """The TIMESTAMP that a text says, tried in the order of the formats; NULL where none fits.

    A format without a time also takes midnight after the date (``2026-04-07 00:00:00.000``); with `time` (a
    datetime column) any time of day. A format that names a time takes just that.
    """
    written = [trees.when(_matches(value, pattern(one)), _parsed(value, one)) for one in formats]
    longer = [_with_time(value, one, time) for one in formats if "%H" not in one]
    return trees.first_known([*written, *longer])


def _matches(value: exp.Expr, whole: str) -> exp.Expr:
    return trees.call("regexp_full_match", value, trees.text(whole))


def _parsed(value: exp.Expr, date_format: str) -> exp.Expr:
    return trees.call("try_strptime", value, trees.text(date_format))


def _with_time(value: exp.Expr, date_format: str, time: bool) -> exp.Expr:
    # The time begins two characters before the first colon, behind the blank or T that ends the date.
    colon = trees.call("instr", value, trees.text(":"))
    date_part = trees.call("left", value, exp.Sub(this=colon, expression=trees.number(4)))
    day = _parsed(date_part, date_format)
    if not time:
        return trees.when(_matches(value, pattern(date_format) + tail(time=False)), day)
    time_part = trees.call("substr", value, exp.Sub(this=colon.copy(), expression=trees.number(2)))
    clock = exp.TryCast(this=time_part, to=exp.DataType.build("TIME"))
    moment = exp.Add(this=trees.cast(day, "DATE"), expression=clock)
    return trees.when(_matches(value, pattern(date_format) + tail(time=True)), moment)
