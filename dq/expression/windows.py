"""Aggregates and windows, for views and for subqueries that hold a single aggregate."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dq.expression.reader import NULL, Kind, Reader, Scope, Typed, binary, described, handles
from dq.functions import Tree

AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Count: "integer", exp.Sum: "same", exp.Min: "same", exp.Max: "same", exp.Avg: "number",
    exp.LogicalOr: "boolean", exp.LogicalAnd: "boolean",
}  # fmt: skip
RANKS: dict[type[exp.Expr], str] = {
    exp.RowNumber: "integer", exp.Rank: "integer", exp.DenseRank: "integer", exp.Lag: "same", exp.Lead: "same",
    exp.FirstValue: "same", exp.LastValue: "same",
}  # fmt: skip


TAKES: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Sum: ("number",), exp.Avg: ("number",), exp.LogicalOr: ("boolean",), exp.LogicalAnd: ("boolean",),
}  # fmt: skip


@handles(*AGGREGATES, parts="this big_int")
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
        if not isinstance(node, exp.Count):
            return reader.fault(f"{node.sql_name().lower()} of nothing.", "Name the column.")
        return exp.Count(this=exp.Star()), Kind("integer")
    if isinstance(argument, exp.Distinct):
        if len(argument.expressions) != 1 or not reader.holds_only(argument, ("expressions",)):
            return reader.fault("DISTINCT in an aggregate takes one value.", "Join several with || first.")
        value, kind = reader.walk(argument.expressions[0], inner)
        tree: Tree = exp.Distinct(expressions=[value])
    else:
        tree, kind = reader.walk(argument, inner)
        tree = binary((tree, kind)) if isinstance(node, exp.Min | exp.Max) else tree
    if kind.type == "null":
        return reader.fault(f"{node.sql_name().lower()} of NULL.", "Name a column.")
    takes = TAKES.get(type(node))
    if takes is not None and kind.family not in (*takes, "null", "any"):
        return reader.fault(f"{node.sql_name().lower()} of {described(kind)}.", f"It takes a {takes[0]}.")
    _of_inner(reader, node, tree, scope)
    return type(node)(this=tree), Kind(kind.type if returns == "same" else returns)


def _of_inner(reader: Reader, node: exp.Expr, tree: Tree, scope: Scope) -> None:
    """An aggregate over nothing but columns from outside would be taken for one of the query outside."""
    columns = {column.table for column in tree.find_all(exp.Column)}
    if columns and not columns & set(scope.sources):
        reader.fault("An aggregate speaks only of the record outside.", "Name a column of the table after FROM.")


@handles(exp.Filter)
def _filter(reader: Reader, node: exp.Filter, scope: Scope) -> Typed:
    tree, kind = reader.walk(node.this, scope)
    where = reader.condition(node.expression.this, replace(scope, aggregates=False))
    _of_inner(reader, node, exp.and_(tree, where), scope)
    return exp.Filter(this=tree, expression=exp.Where(this=where)), kind


@handles(exp.Window, parts="this partition_by order spec over")
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
    if spec is not None and str(spec.args.get("kind")).upper() != "ROWS":
        reader.fault("Only ROWS may frame a window.", "Use ROWS between ...")
    elif spec is not None and not _plain_frame(spec):
        reader.fault("The frame of a window is not plain.", "Use UNBOUNDED, CURRENT ROW or a number of rows.")
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
    return (_unless_blank(partition, window) if scope.in_view else window), kind


def _unless_blank(partition: list[Tree], window: Tree) -> Tree:
    """Unknown where a PARTITION BY is blank: records without a plan do not belong to one and the same plan."""
    known = [exp.not_(exp.Is(this=each.copy(), expression=exp.Null())) for each in partition]
    return exp.Case(ifs=[exp.If(this=exp.and_(*known), true=window)]) if known else window


def _plain_frame(spec: exp.WindowSpec) -> bool:
    ends = (spec.args.get("start"), spec.args.get("end"))
    return not spec.args.get("exclude") and all(not isinstance(end, exp.Expr) or isinstance(end, exp.Literal) for end in ends)


@handles(*RANKS, parts=None)
def _bare_rank(reader: Reader, node: exp.Func, scope: Scope) -> Typed:
    return reader.fault(f"{node.sql_name().lower()} needs OVER (...).", "Write it as a window, in a view.")


def _ranked(reader: Reader, node: exp.Expr, scope: Scope) -> Typed:
    returns = RANKS[type(node)]
    arguments: dict[str, Tree] = {}
    kind = NULL
    reader.holds_only(node, ("this", "offset", "default"))
    for part in ("this", "offset", "default"):
        value = node.args.get(part)
        if isinstance(value, exp.Expr):
            arguments[part], each = reader.walk(value, scope)
            kind = each if part == "this" else kind
            if part == "offset" and each.type != "integer":
                reader.fault("The second argument of lag and lead is a number of rows.", "Leave it out for one.")
            if part == "default":
                arguments[part] = reader.same_family((exp.Null(), Kind(kind.type)), (arguments[part], each), "The default")[1]
    return type(node)(**arguments), Kind(kind.type if returns == "same" else returns, kind.codes, kind.column)


def _ordered(reader: Reader, node: Tree, scope: Scope) -> Tree:
    value = node.this if isinstance(node, exp.Ordered) else node
    tree = binary(reader.walk(value, scope))
    descending = bool(node.args.get("desc")) if isinstance(node, exp.Ordered) else False
    first = node.args.get("nulls_first") if isinstance(node, exp.Ordered) else None
    return exp.Ordered(this=tree, desc=descending, nulls_first=bool(first))


def _tie_breakers(terms: list[Tree], scope: Scope) -> list[Tree]:
    """What makes the order total after the written terms: of every source in the scope the record key and row_hash,
    or all columns where it is not a table of the contract.
    """
    written = (term.this.expressions[0] if isinstance(term.this, exp.Anonymous) else term.this for term in terms)
    already = {each.sql() for each in written if isinstance(each, exp.Column)}
    breakers: list[Tree] = []
    for alias, relation in scope.sources.items():
        everything = sorted(relation.columns, key=lambda name: name == "row_id")
        for name in (*relation.key, "row_hash") if relation.is_contract_table else everything:
            column = exp.column(name, table=alias, quoted=True)
            if column.sql() not in already:
                term = binary((column, relation.columns[name]))
                breakers.append(exp.Ordered(this=term, desc=False, nulls_first=False))
    return breakers
