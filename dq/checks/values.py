"""Checks of a record's own values: required, forbidden, parses, one_of, mapped, matches, fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlglot import exp

from dq.checks.registry import CheckFault, ColumnName, ColumnNames, Condition, Subject, check, present, unless_null
from dq.contract import Code
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
    table = subject.table
    return present(call("raw", column) if table is not None and name in table.columns else column)


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
    on: ColumnName | None = None,
) -> Condition:
    """The value is in a code list (its own unless `codes` names another), or one of `values`. Blank is unknown.

    With `on`, a date column, the code must have been valid on that day (first and last day included); where the
    date is blank the dates of the codes are not looked at.
    """
    value = subject.col(column)
    fields = (column, *([on] if on else []))
    if values is not None:
        listed = exp.In(this=_text(subject, column, value), expressions=[exp.Literal.string(each) for each in values])
        return Condition(listed, fields)
    known = _code_list(subject, column, codes)
    if on is None:
        return Condition(_among(_text(subject, column, value), known), fields)
    day = subject.col(on)
    by_dates: dict[tuple[dt.date | None, dt.date | None], list[Code]] = {}
    for code in known:
        by_dates.setdefault((code.valid_from, code.valid_to), []).append(code)
    options = [exp.and_(_among(value, group), *_valid(day, *dates)) for dates, group in by_dates.items()]
    return Condition(unless_null([value], exp.or_(*options)), fields)


def _code_list(subject: Subject, column: str, codes: str | None) -> tuple[Code, ...]:
    name = codes or subject.contract_column(column).codes
    if name is None:
        raise CheckFault(f"{column!r} has no code list.", "Name one with codes:, or the values with values:.")
    if name not in subject.contract.codes:
        raise CheckFault(f"There is no code list {name!r}.", did_you_mean(name, subject.contract.codes))
    return subject.contract.codes[name]


def _among(value: Tree, codes: Iterable[Code]) -> Tree:
    return exp.In(this=call("dq_text", value), expressions=[exp.Literal.string(code.code) for code in codes])


def _text(subject: Subject, name: str, value: exp.Column) -> Tree:
    return value if subject.relation.columns[name].type in ("text", "code") else call("raw", value)


def _valid(day: exp.Column, first: dt.date | None, last: dt.date | None) -> list[Tree]:
    ends = ((exp.GTE, first), (exp.LTE, last))
    blank = exp.Is(this=day.copy(), expression=exp.Null())
    return [
        exp.paren(
            exp.or_(blank.copy(), compare(this=day.copy(), expression=exp.cast(exp.Literal.string(end.isoformat()), "date")))
        )
        for compare, end in ends
        if end is not None
    ]


@check
def mapped(subject: Subject, column: ColumnName) -> Condition:
    """The code has a code in the target system. Blank, and a code that is not in the list, are unknown."""
    known = _code_list(subject, column, None)
    value = subject.col(column)
    with_target = [code for code in known if code.target]
    told = _among(value, with_target) if with_target else exp.false()
    return Condition(exp.Case(ifs=[exp.If(this=_among(value, known), true=told)]), (column,))


@check
def matches(subject: Subject, column: ColumnName, pattern: str) -> Condition:
    """The whole text matches a regular expression (the subset that RE2 and POSIX share). Blank is unknown."""
    value = subject.col(column)
    text = _text(subject, column, value)
    return Condition(call("regexp_matches", text, exp.Literal.string(f"^({pattern})$")), (column,))


CHARACTERS = {"ascii": r"^[\x20-\x7e\t\r\n]*$", "latin1": r"^[\x20-\x7e\x{a0}-\x{ff}\t\r\n]*$"}


@check
def fits(
    subject: Subject,
    column: ColumnName,
    length: int | None = None,
    precision: int | None = None,
    characters: str | None = None,
) -> Condition:
    """The text is no longer than the target's field, a number has no more decimals, and the target knows its characters.

    Limits come from the contract's `target` unless given. Length counts characters. Blank is unknown.
    """
    target = subject.contract_column(column).target if None in (length, precision, characters) and subject.table else None
    length = length if length is not None else target.length if target else None
    precision = precision if precision is not None else target.precision if target else None
    characters = characters or (target.characters if target else "any")
    value = subject.col(column)
    text = _text(subject, column, value)
    conditions: list[Tree] = []
    if length is not None:
        conditions.append(exp.LTE(this=call("length", text), expression=exp.Literal.number(length)))
    if precision is not None:
        conditions.append(exp.not_(call("regexp_matches", text, exp.Literal.string(rf"\.[0-9]{{{precision + 1},}}"))))
    if characters in CHARACTERS:
        conditions.append(call("regexp_matches", text, exp.Literal.string(CHARACTERS[characters])))
    if not conditions:
        raise CheckFault(f"Nothing limits {column!r}.", "Give length:, precision: or characters:, or a target in the contract.")
    return Condition(exp.and_(*conditions), (column,))
