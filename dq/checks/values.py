"""Checks of a record's own values: required, forbidden, parses, one_of, mapped, matches, fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from sqlglot import exp

from dq import patterns
from dq.checks.registry import CheckFault, ColumnName, ColumnNames, Condition, Day, Subject, check, present, where_known
from dq.contract import Code, Target
from dq.errors import did_you_mean
from dq.functions import Tree, call


@check
def required(subject: Subject, columns: ColumnNames) -> Condition:
    """Each column is filled in. A value that does not parse is filled in: `parses` finds it. Never unknown."""
    return Condition(exp.and_(*(_filled(subject, name) for name in columns)), columns)


@check
def forbidden(subject: Subject, columns: ColumnNames) -> Condition:
    """Each column is blank. A value that does not parse is not blank. Never unknown."""
    return Condition(exp.and_(*(exp.not_(_filled(subject, name)) for name in columns)), columns)


def _filled(subject: Subject, name: str) -> Tree:
    column = subject.col(name)
    return present(call("raw", column) if subject.relation.in_file(name) else column)


@check
def parses(subject: Subject, columns: ColumnNames) -> Condition:
    """Each column that is filled in holds a value of its type. Blank is unknown."""
    texts = [subject.col(subject.contract_column(name).name) for name in columns]
    told = exp.and_(*(call("parses", text) for text in texts))
    known = exp.or_(*(present(call("raw", text)) for text in texts))
    return Condition(exp.Case(ifs=[exp.If(this=known, true=told)]), columns)


@check
def one_of(
    subject: Subject,
    column: ColumnName,
    codes: str | None = None,
    values: tuple[str, ...] | None = None,
    on: Day | None = None,
) -> Condition:
    """The value is in a code list (its own unless `codes` names another), or one of `values`. Blank is unknown.

    With `on`, a date column or a date setting (`':collection_end'`), the code must have been valid on that day (first
    and last day included); where the date is blank the dates of the codes are not looked at.
    """
    fields = (column, *([on] if on and not on.startswith(":") else []))
    if values is not None:
        if not values or codes is not None or on is not None:
            raise CheckFault("one_of: values: is a list of its own, with at least one value.", "Leave out codes: and on:.")
        listed = exp.In(this=subject.as_text(column), expressions=[exp.Literal.string(each) for each in values])
        return Condition(listed, fields)
    known = _code_list(subject, column, codes)
    text = subject.as_text(column)
    if on is None:
        return Condition(_among(text, known), fields)
    day = exp.Placeholder(this=on[1:]) if on.startswith(":") else subject.day(on)
    by_dates: dict[tuple[dt.date | None, dt.date | None], list[Code]] = {}
    for code in known:
        by_dates.setdefault((code.valid_from, code.valid_to), []).append(code)
    options = [exp.and_(_among(text, group), *_valid(day, *dates)) for dates, group in by_dates.items()]
    return Condition(where_known([present(text)], exp.or_(*options)), fields)


def _code_list(subject: Subject, column: str, codes: str | None) -> tuple[Code, ...]:
    name = codes or subject.contract_column(column).codes
    if name is None:
        raise CheckFault(f"{column!r} has no code list.", "Name one with codes:, or the values with values:.")
    if name not in subject.contract.codes:
        raise CheckFault(f"There is no code list {name!r}.", did_you_mean(name, subject.contract.codes))
    if not subject.contract.codes[name]:
        raise CheckFault(f"The code list {name!r} is empty.", "Write its codes, one a line.")
    return subject.contract.codes[name]


def _among(value: Tree, codes: Iterable[Code]) -> Tree:
    return exp.In(this=call("dq_text", value), expressions=[exp.Literal.string(code.code) for code in codes])


def _valid(day: Tree, first: dt.date | None, last: dt.date | None) -> list[Tree]:
    ends = ((exp.GTE, first), (exp.LTE, last))
    blank = exp.Is(this=day.copy(), expression=exp.Null())
    return [
        exp.paren(exp.or_(blank.copy(), compare(this=day.copy(), expression=exp.cast(exp.Literal.string(end.isoformat()), "date"))))
        for compare, end in ends
        if end is not None
    ]


@check
def mapped(subject: Subject, column: ColumnName) -> Condition:
    """The code has a code in the target system. Blank, and a code that is not in the list, are unknown."""
    known = _code_list(subject, column, None)
    text = subject.as_text(column)
    with_target = [code for code in known if code.target]
    told = _among(text, with_target) if with_target else exp.false()
    return Condition(where_known([_among(text, known)], told), (column,))


@check
def matches(subject: Subject, column: ColumnName, pattern: str) -> Condition:
    """The whole text matches a regular expression (the subset that RE2 and POSIX share). Blank is unknown."""
    wrong = patterns.fault(pattern)
    if wrong:
        raise CheckFault(f"The pattern {pattern!r} cannot be used: {wrong}", patterns.FIX)
    text = subject.as_text(column)
    return Condition(call("regexp_matches", text, exp.Literal.string(f"^({pattern})$")), (column,))


CHARACTERS = {"ascii": r"^[\x20-\x7e\t\r\n]*$", "latin1": r"^[\x20-\x7e\x{a0}-\x{ff}\t\r\n]*$"}


Characters = Literal["any", "latin1", "ascii"]
Limits = tuple[int | None, int | None, Characters | None]


def limits(target: Target | None, length: int | None, precision: int | None, characters: Characters | None) -> Limits:
    """The limits of `fits`: those given, or the target's where none is given."""
    if target is not None and length is None and precision is None and characters is None:
        return target.length, target.precision, target.characters
    return length, precision, characters


@check
def fits(
    subject: Subject,
    column: ColumnName,
    length: int | None = None,
    precision: int | None = None,
    characters: Literal["any", "latin1", "ascii"] | None = None,
) -> Condition:
    """The text is no longer than the target's field, a number has no more decimals, and the target knows its characters.

    Limits come from the contract's `target`, or only those given hold. Length counts characters. Blank is unknown.
    """
    text = subject.as_text(column)
    target = subject.contract_column(column).target if subject.relation.in_file(column) else None
    length, precision, characters = limits(target, length, precision, characters)
    conditions: list[Tree] = []
    if length is not None:
        conditions.append(exp.LTE(this=call("length", text), expression=exp.Literal.number(length)))
    if precision is not None:
        conditions.append(exp.not_(call("regexp_matches", text, exp.Literal.string(rf"\.[0-9]{{{precision + 1},}}"))))
    if characters not in (None, "any"):
        conditions.append(call("regexp_matches", text, exp.Literal.string(CHARACTERS[characters])))
    if not conditions:
        raise CheckFault(f"Nothing limits {column!r}.", "Give length:, precision: or characters:, or a target in the contract.")
    return Condition(exp.and_(*conditions), (column,))
