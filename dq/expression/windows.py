"""Aggregates and windows, for views and for subqueries that hold a single aggregate."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dq.expression.reader import NULL, Kind, Reader, Scope, Typed, handles
from dq.functions import Tree

AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Count: "integer", exp.Sum: "same", exp.Min: "same", exp.Max: "same", exp.Avg: "number",
    exp.LogicalOr: "boolean", exp.LogicalAnd: "boolean",
}  # fmt: skip
RANKS: dict[type[exp.Expr], str] = {
    exp.RowNumber: "integer", exp.Rank: "integer", exp.DenseRank: "integer", exp.Lag: "same", exp.Lead: "same",
    exp.FirstValue: "same", exp.LastValue: "same",
}  # fmt: skip


@handles(*AGGREGATES)
def _aggregate(reader: Reader, node: exp.Func, scope: Scope) -> Typed:
    if not scope.aggregates:
        return reader.fault(
            f"{node.sql_name().lower()}(...) stands outside a subquery.",
            "Write (select count(*) from t as x where x.a = this_table.b), or use a view.",
        )
    inner = replace(scope, aggregates=False)
    returns = AGGREGATES[type(node)]
    argument = node.this
    if isinstance(argument, exp.Star) or argument is None:
        return type(node)(this=exp.Star()), Kind("integer")
    if isinstance(argument, exp.Distinct):
        trees = [reader.walk(each, inner) for each in argument.expressions]
        kind = trees[0][1]
        tree: Tree = exp.Distinct(expressions=[each for each, _ in trees])
    else:
        tree, kind = reader.walk(argument, inner)
    return type(node)(this=tree), Kind(kind.type if returns == "same" else returns)


@handles(exp.Filter)
def _filter(reader: Reader, node: exp.Filter, scope: Scope) -> Typed:
    tree, kind = reader.walk(node.this, scope)
    where = reader.condition(node.expression.this, replace(scope, aggregates=False))
    return exp.Filter(this=tree, expression=exp.Where(this=where)), kind


@handles(exp.Window)
def _window(reader: Reader, node: exp.Window, scope: Scope) -> Typed:
    if not scope.windows:
        return reader.fault("A window (OVER) stands in a rule.", "Put it into a view and name its column here.")
    inner = replace(scope, windows=False)
    function = node.this
    bare = function.this if isinstance(function, exp.Filter) else function
    if type(bare) in RANKS:
        tree, kind = _ranked(reader, bare, inner)
    elif type(bare) in AGGREGATES:
        tree, kind = reader.walk(function, replace(inner, aggregates=True))
    else:
        return reader.fault(f"{bare.sql()!r} is not a window function that a view may use.", "See the list of functions.")
    partition = [reader.walk(each, inner)[0] for each in node.args.get("partition_by") or []]
    order = node.args.get("order")
    terms: list[Tree] = []
    if order is not None:
        terms = [_ordered(reader, term, inner) for term in order.expressions]
        terms += _tie_breakers(terms, scope)
    elif type(bare) in RANKS:
        reader.fault("A window without ORDER BY has no order.", "Add order by ...; ties are broken by the record key.")
    spec = node.args.get("spec")
    if spec is not None and str(spec.args.get("kind")).upper() == "RANGE":
        reader.fault("RANGE in a window is refused.", "Use ROWS between ...")
    elif spec is None and order is not None and type(bare) in AGGREGATES:
        # A running aggregate: without a frame SQL takes RANGE, and peers would count together.
        spec = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    window = exp.Window(
        this=tree,
        partition_by=partition,
        order=exp.Order(expressions=terms) if terms else None,
        spec=spec.copy() if spec else None,
        over="OVER",
    )
    return window, kind


@handles(*RANKS)
def _bare_rank(reader: Reader, node: exp.Func, scope: Scope) -> Typed:
    return reader.fault(f"{node.sql_name().lower()} needs OVER (...).", "Write it as a window, in a view.")


def _ranked(reader: Reader, node: exp.Expr, scope: Scope) -> Typed:
    returns = RANKS[type(node)]
    arguments: dict[str, Tree] = {}
    kind = NULL
    for part in ("this", "offset", "default"):
        value = node.args.get(part)
        if isinstance(value, exp.Expr):
            arguments[part], each = reader.walk(value, scope)
            kind = each if part == "this" else kind
    return type(node)(**arguments), Kind(kind.type if returns == "same" else returns, kind.codes, kind.column)


def _ordered(reader: Reader, node: Tree, scope: Scope) -> Tree:
    value = node.this if isinstance(node, exp.Ordered) else node
    tree, _ = reader.walk(value, scope)
    descending = bool(node.args.get("desc")) if isinstance(node, exp.Ordered) else False
    first = node.args.get("nulls_first") if isinstance(node, exp.Ordered) else None
    return exp.Ordered(this=tree, desc=descending, nulls_first=bool(first))


def _tie_breakers(terms: list[Tree], scope: Scope) -> list[Tree]:
    """row_hash of every source in the scope that has one: after the written terms, it makes the order total."""
    already = {term.this.sql() for term in terms}
    breakers: list[Tree] = []
    for alias, relation in scope.sources.items():
        for name in (*relation.key, "row_hash"):
            column = exp.column(name, table=alias, quoted=True)
            if name in relation.columns and column.sql() not in already:
                breakers.append(exp.Ordered(this=column, desc=False, nulls_first=False))
    return breakers
