"""Checks of a record among others: unique, references, count, unchanged, loops."""

from __future__ import annotations

from sqlglot import exp

from dq.checks.registry import (
    By,
    CheckFault,
    ColumnName,
    ColumnNames,
    Condition,
    Limit,
    Predicate,
    Subject,
    check,
    limit,
    pairs,
    present,
    unless_null,
)  # fmt: skip
from dq.functions import Tree


@check
def unique(subject: Subject, columns: ColumnNames, where: Predicate | None = None) -> Condition:
    """No other record has the same values in these columns; `where` says which records count. A blank is unknown.

    Every record of a clash fails, not only the second.
    """
    values = [subject.col(name) for name in columns]
    conditions = subject.where(where, subject.alias)
    counted: Tree = exp.Count(this=exp.Star())
    if conditions:
        counted = exp.Sum(
            this=exp.Case(ifs=[exp.If(this=conditions[0], true=exp.Literal.number(1))], default=exp.Literal.number(0))
        )
    window = exp.Window(this=counted, partition_by=[value.copy() for value in values], over="OVER")
    alone = exp.EQ(this=window, expression=exp.Literal.number(1))
    known = unless_null(values, alone)
    if conditions:
        known = exp.Case(ifs=[exp.If(this=conditions[0].copy(), true=known)])
    return Condition(known, columns)


@check
def references(subject: Subject, column: ColumnName, to: str | None = None, where: Predicate | None = None) -> Condition:
    """The value is found in the table that it links to (`to: table.column`, else the contract's link). Blank is unknown.

    `where` says which records over there count.
    """
    goal = to or subject.contract_column(column).links
    if goal is None or "." not in goal:
        raise CheckFault(f"{column!r} links to nothing.", "Give to: table.column, or a link in the contract.")
    table, _, key = goal.rpartition(".")
    value = subject.col(column)
    subject.other(table, "linked")
    same = exp.EQ(this=exp.column(key, table="linked"), expression=value.copy())
    found = exp.Exists(
        this=exp.select("1").from_(exp.alias_(exp.to_table(table), "linked")).where(same, *subject.where(where, "linked"))
    )
    return Condition(unless_null([value], found), (column,))


@check
def count(
    subject: Subject,
    of: str,
    by: By,
    where: Predicate | None = None,
    min: Limit | None = None,
    max: Limit | None = None,
) -> Condition:
    """The number of records of another table that belong to this one is between `min` and `max`, both allowed.

    `by` names columns that are the same in both, a link of the other table to this one's key, or {here: there}.
    Unknown where a column of `by` is blank here.
    """
    if min is None and max is None:
        raise CheckFault("count needs min or max.", "Write min: 1 for at least one.")
    relation = subject.other(of, "counted")
    links = _to_here(subject, relation.table, by)
    same = [exp.EQ(this=exp.column(there, table="counted"), expression=subject.col(here)) for here, there in links.items()]
    select = exp.select(exp.Count(this=exp.Star())).from_(exp.alias_(exp.to_table(of), "counted"))
    total = exp.Subquery(this=select.where(*same, *subject.where(where, "counted")))
    sides: list[Tree] = []
    if min is not None:
        sides.append(exp.GTE(this=total.copy(), expression=limit(min)))
    if max is not None:
        sides.append(exp.LTE(this=total.copy(), expression=limit(max)))
    here = [subject.col(name) for name in links]
    return Condition(unless_null(here, exp.and_(*sides)), tuple(links))


def _to_here(subject: Subject, table: str | None, by: By) -> dict[str, str]:
    """{column here: column there}, following a link of the other table to this one where there is one."""
    if isinstance(by, dict):
        return by
    other = subject.contract.tables.get(table or "")
    result: dict[str, str] = {}
    for name in by:
        column = other.columns.get(name) if other is not None else None
        link = column.link if column is not None else None
        here = link[1] if link and subject.table is not None and link[0] == subject.table.name else name
        result[here] = name
    return result


@check
def unchanged(subject: Subject, column: ColumnName, in_: str, by: By) -> Condition:
    """The value is the same as in another table, or as last time (``in: previous.person``), for the record with the
    same `by`. Unknown where there is no such record or its value was blank: filling a gap is no change. A value that
    was filled and is blank now has changed.
    """
    subject.other(in_, "before")
    links = pairs(by, subject)
    same = [exp.EQ(this=exp.column(there, table="before"), expression=subject.col(here)) for here, there in links.items()]
    then, now = exp.column(column, table="before"), subject.col(column)

    def earlier(*conditions: Tree) -> Tree:
        select = exp.select("1").from_(exp.alias_(exp.to_table(in_), "before"))
        return exp.Exists(this=select.where(*(each.copy() for each in (*same, *conditions))))

    changed = earlier(present(then), exp.NullSafeNEQ(this=then, expression=now.copy()))
    return Condition(exp.Case(ifs=[exp.If(this=earlier(present(then)), true=exp.not_(changed))]), (column,))


@check
def loops(subject: Subject, column: ColumnName, to: ColumnName | None = None) -> Condition:
    """Following this link from record to record of the same table never comes back to the record. Blank is unknown.

    `to` is the column that the link names; without it the contract's link, or the table's key of one column.
    """
    table = subject.table
    if table is None:
        raise CheckFault("loops needs a table of the contract.", "Name a table, not a view.")
    link = table.columns[column].link if column in table.columns else None
    key = to or (link[1] if link and link[0] == table.name else table.key[0] if len(table.key) == 1 else None)
    if key is None:
        raise CheckFault(f"{column!r} does not link to a record of {table.name}.", "Give to: the column that it names.")
    value = subject.col(column)
    subject.col(key)
    return Condition(present(value), (column,), failing_rows=_in_a_loop(table.name, column, key))


def _in_a_loop(table: str, column: str, key: str) -> Tree:
    """Rows whose chain of links comes back to them. UNION drops what was seen, so the walk ends in any loop."""

    def at(name: str, alias: str) -> exp.Column:
        return exp.column(name, table=alias, quoted=True)

    def rows(alias: str) -> Tree:
        return exp.alias_(exp.to_table(table), alias)

    first = exp.select(exp.alias_(at("row_id", "first"), "start"), exp.alias_(at(column, "first"), "here"))
    first = first.from_(rows("first")).where(present(at(column, "first")))
    step = exp.select(at("start", "walk"), at(column, "next")).from_("walk")
    step = step.join(rows("next"), on=exp.EQ(this=at(key, "next"), expression=at("here", "walk")))
    step = step.where(present(at(column, "next")))
    found = exp.select(exp.alias_(at("row_id", "self"), "row_id")).distinct().from_(rows("self"))
    back = exp.and_(
        exp.EQ(this=at("start", "walk"), expression=at("row_id", "self")),
        exp.EQ(this=at("here", "walk"), expression=at(key, "self")),
    )
    return found.join("walk", on=back).with_("walk(start, here)", as_=exp.union(first, step, distinct=True), recursive=True)
