"""Verdicts as trees: what is done to a rule's verdict (row_id, ok) before it is counted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dq.builtin import is_built_in
from dq.functions import Tree
from dq.sqltext import column, named, text

TEAM = exp.to_identifier("dq_team", quoted=True)
"""The column of a routed table that holds the number of a record's team."""


def by_record(verdict: Tree) -> exp.Select:
    """The verdict of a view that may hold several rows a record: false where one is, unknown where all are."""
    row_id = column("row_id", "v")
    ok = exp.LogicalAnd(this=column("ok", "v"))
    return exp.select(named(row_id, "row_id"), named(ok, "ok")).from_(aliased(verdict, "v")).group_by(row_id.copy())


def aliased(query: Tree, name: str) -> exp.Subquery:
    """A query as a source of another."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))


def temporary(name: str, query: Tree) -> exp.Create:
    """A temporary table made anew from a query."""
    create = exp.Create(this=exp.to_table(name), kind="TABLE", expression=query, replace=True)
    create.set("properties", exp.Properties(expressions=[exp.TemporaryProperty()]))
    return create


def unless_failed(verdict: Tree, rules: Sequence[str], table_name: str, team: bool) -> exp.Select:
    """The verdict with `ok` unknown for records that fail one of `rules`."""
    same = exp.and_(
        exp.In(this=column("rule", "d"), expressions=[text(rule) for rule in rules]),
        exp.EQ(this=column("table_name", "d"), expression=text(table_name)),
        exp.EQ(this=column("row_id", "d"), expression=column("row_id", "v")),
    )
    places = ["dq_finding", *(["ingest_finding"] if any(is_built_in(rule) for rule in rules) else [])]
    failed = [exp.Exists(this=exp.select("1").from_(exp.alias_(exp.to_table(place), "d")).where(same)) for place in places]
    ok = exp.Case(ifs=[exp.If(this=exp.not_(exp.or_(*failed)), true=column("ok", "v"))])
    select = exp.select(named(column("row_id", "v"), "row_id"), named(ok, "ok")).from_(aliased(verdict, "v"))
    return select.select(exp.Column(this=TEAM.copy(), table=exp.to_identifier("v"))) if team else select
