"""Checks of dates and intervals: ordered, within, no_overlap, no_gap, contained_in."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from sqlglot import exp

from dq.checks.registry import (
    By,
    CheckFault,
    ColumnName,
    ColumnNames,
    Condition,
    Limit,
    Subject,
    Unit,
    check,
    elapsed,
    limit,
    pairs,
    present,
    unless_null,
    where_known,
)  # fmt: skip
from dq.functions import Tree, call


@check
def ordered(subject: Subject, columns: ColumnNames, strict: bool = False) -> Condition:
    """Each date is on or after the one before it (`strict`: after). A pair with a blank in it is unknown."""
    values = [subject.col(name) for name in columns]
    if len(values) < 2:
        raise CheckFault("ordered needs at least two columns.", "Write ordered: [start_date, end_date].")
    compare = exp.LT if strict else exp.LTE
    steps = [compare(this=first.copy(), expression=second.copy()) for first, second in pairwise(values)]
    return Condition(exp.and_(*steps), columns)


@check
def within(
    subject: Subject,
    from_: ColumnName,
    to: ColumnName,
    days: Limit | None = None,
    working_days: Limit | None = None,
    months: Limit | None = None,
    unless_blank: Literal["as_of"] | None = None,
) -> Condition:
    """The second date is no later than the first plus a number of days, working days or months (exactly one).

    The limit's own day counts as in time. `months` counts to the same day of a later month, or to its last day.
    Blank is unknown; with ``unless_blank: as_of`` a blank second date is measured to the as-of date instead (one that
    does not parse is unknown).
    """
    given: dict[Unit, Limit | None] = {"days": days, "working_days": working_days, "months": months}
    chosen = [(unit, value) for unit, value in given.items() if value is not None]
    if len(chosen) != 1:
        raise CheckFault("within needs exactly one of days, working_days, months.", "Write working_days: 45.")
    [(unit, value)] = chosen
    end = subject.day(to)
    if unless_blank is None:
        return Condition(elapsed(unit, subject.day(from_), end, limit(value)), (from_, to))
    told = elapsed(unit, subject.day(from_), call("coalesce", end, exp.Placeholder(this="as_of")), limit(value))
    return Condition(where_known(subject.readable(to), told), (from_, to))


@check
def no_overlap(subject: Subject, start: ColumnName, end: ColumnName, by: ColumnNames, touching: bool = True) -> Condition:
    """Among records of the same `by`, none begins before an earlier one has ended; a blank end has not ended.

    The later record of an overlapping pair is the one that fails. With ``touching: false`` beginning on the day that
    the earlier one ends is an overlap too. Of records that begin together the one that ends first is the earlier. An end
    that does not parse is not taken for open. Unknown for records without a start or a `by`, which are left out; the
    first record of each `by` passes.
    """
    return _against_earlier(subject, start, end, by, exp.GTE if touching else exp.GT, None)


@check
def no_gap(subject: Subject, start: ColumnName, end: ColumnName, by: ColumnNames, days: int = 0) -> Condition:
    """Among records of the same `by`, each begins no more than `days` days after the earlier ones have ended.

    The record after the gap is the one that fails; the first of each `by` is unknown.
    """
    return _against_earlier(subject, start, end, by, exp.LTE, days)


def _against_earlier(
    subject: Subject, start: str, end: str, by: tuple[str, ...], compare: type[exp.Binary], days: int | None
) -> Condition:
    first, last = subject.day(start) if days is not None else subject.col(start), subject.col(end)
    never = exp.cast(exp.Literal.string("9999-12-31"), "date")
    # An end that cannot be read must not make a fault of the next record: no overlap, and no gap either.
    counted = [present(first), *(subject.readable(end) if days is None else [])]
    open_end = exp.Case(ifs=[exp.If(this=exp.and_(*counted), true=call("coalesce", last, never))])
    latest: Tree = exp.Window(
        this=exp.Max(this=open_end),
        partition_by=[subject.col(name) for name in by],
        order=exp.Order(expressions=[exp.Ordered(this=each.copy(), desc=False, nulls_first=False) for each in (first, last)]),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=exp.Literal.number(1), end_side="PRECEDING"
        ),
        over="OVER",
    )
    known = [subject.col(name) for name in (start, *by)]
    if days is None:
        told = exp.or_(exp.Is(this=latest.copy(), expression=exp.Null()), compare(this=first.copy(), expression=latest))
    else:
        limit_day = exp.Case(
            ifs=[exp.If(this=exp.EQ(this=latest.copy(), expression=never.copy()), true=never.copy())],
            default=call("add_days", latest, exp.Literal.number(days)),
        )
        told = compare(this=first.copy(), expression=limit_day)
    return Condition(unless_null(known, told), (start, end))


@check
def contained_in(
    subject: Subject,
    start: ColumnName,
    end: ColumnName,
    parent: str,
    by: By,
    parent_start: ColumnName,
    parent_end: ColumnName,
) -> Condition:
    """The record's interval lies inside its parent's: it begins no earlier, ends no later, and is not open when the
    parent has ended. Both ends belong to the interval. Unknown without a start, with an end that does not parse, or
    without a parent with a start.
    """
    other = subject.other(parent, "parent")
    table = subject.contract.tables.get(other.table or "")
    links = pairs(by, subject, table)
    same = [exp.EQ(this=exp.column(there, table="inside"), expression=subject.col(here)) for here, there in links.items()]
    opened, closed = exp.column(parent_start, table="inside"), exp.column(parent_end, table="inside")
    first, last = subject.col(start), subject.col(end)
    never = exp.cast(exp.Literal.string("9999-12-31"), "date")
    covers = exp.and_(
        exp.LTE(this=opened.copy(), expression=first.copy()),
        exp.GTE(this=call("coalesce", closed, never), expression=call("coalesce", last, never)),
    )

    def parents(*conditions: Tree) -> Tree:
        select = exp.select("1").from_(exp.alias_(exp.to_table(parent), "inside"))
        return exp.Exists(this=select.where(*(each.copy() for each in (*same, *conditions))))

    told = where_known([present(first), *subject.readable(end), parents(present(opened))], parents(covers))
    return Condition(told, (start, end))
