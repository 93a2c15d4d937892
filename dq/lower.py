"""A checked tree as one engine takes it: functions written out, settings as literals, view columns joined in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from dq.expression import Relation
from dq.functions import BINARY_ORDER, FUNCTIONS, Dialect, Tree, in_binary_order
from dq.sqltext import column, table


@dataclass(frozen=True)
class Context:
    """The relations that views add columns to, the settings' values, and the trees of derived settings in force."""

    relations: Mapping[str, Relation]
    values: Mapping[str, object]
    derived: Mapping[str, Tree]


def lower(tree: Tree, dialect: Dialect, context: Context) -> Tree:
    """Write a tree for one engine; the tree given stays as it is."""
    result = exp.Paren(this=tree.copy())
    for node in reversed(list(result.find_all(exp.Anonymous, exp.Placeholder, exp.Table))):
        if isinstance(node, exp.Anonymous) and node.this in FUNCTIONS:
            written = FUNCTIONS[str(node.this)].build([each.copy() for each in node.expressions], dialect)
            bare = isinstance(node.parent, exp.Paren) or not isinstance(written, exp.Binary)
            node.replace(written if bare else exp.paren(written))
        elif isinstance(node, exp.Anonymous) and node.this == BINARY_ORDER:
            node.replace(in_binary_order(node.expressions[0], dialect))
        elif isinstance(node, exp.Placeholder):
            node.replace(_setting(node.name, dialect, context))
        elif isinstance(node, exp.Table):
            _join_added(node, context.relations)
    lowered: Tree = result.this.pop()
    return lowered


def _setting(name: str, dialect: Dialect, context: Context) -> Tree:
    if name in context.derived:
        return exp.paren(lower(context.derived[name], dialect, context))
    value = context.values.get(name)
    if isinstance(value, dt.date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    return exp.convert(value)


def _join_added(node: exp.Table, relations: Mapping[str, Relation]) -> None:
    """Replace a table by a subquery that holds the columns which views add, where the query uses any."""
    relation = relations.get(node.name) if not node.db else None
    alias = node.alias or node.name
    scope = node.find_ancestor(exp.Select)
    if relation is None or not relation.added or scope is None:
        return
    used = {each.name for each in scope.find_all(exp.Column) if each.table == alias and each.name in relation.added}
    if not used:
        return
    select = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier("base"))).from_(table(node.name, "base"))
    for position, view in enumerate(sorted({relation.added[name] for name in used})):
        joined = f"added_{position}"
        select = select.select(*(column(name, joined) for name in sorted(used) if relation.added[name] == view))
        same = exp.EQ(this=column("row_id", joined), expression=column("row_id", "base"))
        select = select.join(table(view, joined), on=same, join_type="left")
    node.replace(exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))))
