"""EXISTS, single-aggregate subqueries, and the SELECTs of views and `query` checks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from dq.errors import did_you_mean
from dq.expression.reader import BOOLEAN, Kind, Reader, Relation, Scope, Typed, handles, widest
from dq.expression.windows import AGGREGATES
from dq.functions import Tree

_SELECT_PARTS = {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "kind", "hint"}


@handles(exp.Exists, parts="this")
def _exists(reader: Reader, node: exp.Exists, scope: Scope) -> Typed:
    select = node.this
    if isinstance(select, exp.Select) and _whole_aggregate(select):
        return reader.fault("EXISTS over an aggregate is always true.", "Select 1, or compare the aggregate with a number.")
    tree, _ = subselect(reader, select, scope, correlated=not scope.whole_extract)
    return exp.Exists(this=tree), BOOLEAN


def _whole_aggregate(select: exp.Select) -> bool:
    aggregates = (each.unalias() for each in select.expressions)
    return select.args.get("group") is None and any(isinstance(each, exp.Filter | exp.AggFunc) for each in aggregates)


@handles(exp.Subquery, parts="this")
def _scalar(reader: Reader, node: exp.Subquery, scope: Scope) -> Typed:
    select = node.this
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or select.args.get("group") is not None:
        return reader.fault("A subquery beside a comparison gives one value.", "Select a single aggregate, no GROUP BY.")
    only = select.expressions[0].unalias()
    bare = only.this if isinstance(only, exp.Filter) else only
    if type(bare) not in AGGREGATES:
        return reader.fault("A subquery beside a comparison holds a single aggregate.", "Use min(...), max(...) or count(*).")
    tree, relation = subselect(reader, select, scope, correlated=not scope.whole_extract)
    kind = next(iter(relation.columns.values()), Kind("any"))
    return exp.Subquery(this=tree), kind


def subselect(reader: Reader, select: Tree, scope: Scope, *, correlated: bool) -> tuple[Tree, Relation]:
    """Check a SELECT inside a predicate; with `correlated` it must speak of the record outside."""
    outer = Scope(scope.sources, scope.outer, scope.qualified, ctes=scope.ctes)
    tree, relation = read_select(reader, select, outer, scope.ctes)
    if correlated and not outer.crossings and not reader.found.faults:
        first = next(iter(scope.sources), "the_table")
        reader.fault(
            "The subquery never speaks of the record outside it.",
            f"Write the outer record's columns as {first}.column, and give the inner table an alias.",
        )
    return tree, relation


def read_select(
    reader: Reader, node: Tree, outer: Scope | None, ctes: Mapping[str, Relation] | None = None, name: str = ""
) -> tuple[Tree, Relation]:
    """Check a SELECT (or UNION, INTERSECT, EXCEPT of them); returns the checked tree and what it gives."""
    known = dict(ctes or {})
    checked_with: exp.With | None = None
    with_ = node.args.get("with_")
    if with_ is not None:
        if with_.args.get("recursive"):
            reader.fault("WITH RECURSIVE is refused.", "The check `loops` follows parent links.")
        if outer is not None:
            reader.fault("WITH stands in a subquery of a rule.", "Put it into a view.")
        checked: list[exp.CTE] = []
        for cte in with_.expressions:
            if cte.alias in reader.catalogue.relations:
                reader.fault(f"The CTE {cte.alias!r} bears a table's name.", "Choose another name.")
            elif cte.alias in known:
                reader.fault(f"The CTE {cte.alias!r} stands here twice.", "Choose another name.")
            _plain_alias(reader, cte)
            tree, relation = read_select(reader, cte.this, outer, known, cte.alias)
            known[cte.alias] = relation
            checked.append(exp.CTE(this=tree, alias=exp.TableAlias(this=exp.to_identifier(cte.alias, quoted=True))))
        checked_with = exp.With(expressions=checked)
    if isinstance(node, exp.SetOperation):
        tree, relation = _set_operation(reader, node, outer, known, name)
    elif isinstance(node, exp.Select):
        tree, relation = _select(reader, node, outer, known, name)
    else:
        reader.fault(f"{type(node).__name__} stands where a SELECT is expected.", "Begin with SELECT or WITH.")
        return node, Relation(name, {})
    if checked_with is not None:
        tree.set("with_", checked_with)
    return tree, relation


def _set_operation(
    reader: Reader, node: exp.SetOperation, outer: Scope | None, ctes: Mapping[str, Relation], name: str
) -> tuple[Tree, Relation]:
    reader.holds_only(node, ("this", "expression", "distinct", "with_"))
    left, first = read_select(reader, node.this, outer, ctes, name)
    right, second = read_select(reader, node.expression, outer, ctes, name)
    if len(first.columns) != len(second.columns):
        reader.fault("The two sides of the UNION have different numbers of columns.", "Select the same columns.")
    for (column, kind), other in zip(first.columns.items(), second.columns.values(), strict=False):
        reader.same_family((exp.Null(), Kind(kind.type)), (exp.Null(), Kind(other.type)), f"UNION column {column!r}")
    columns = {
        column: widest([kind, other]) for (column, kind), other in zip(first.columns.items(), second.columns.values(), strict=False)
    }
    distinct = node.args.get("distinct")
    return type(node)(this=left, expression=right, distinct=distinct), Relation(name, columns)


def _select(
    reader: Reader, node: exp.Select, outer: Scope | None, ctes: Mapping[str, Relation], name: str
) -> tuple[exp.Select, Relation]:
    for part, value in node.args.items():
        if value and part not in _SELECT_PARTS:
            reader.fault(
                f"{part.strip('_').upper()} may not stand in a rule or view.",
                "The order of rows is not part of the answer.",
            )
    if node.args.get("kind") or node.args.get("hint"):
        reader.fault("Only a plain SELECT may stand here.", "Name the columns.")
    if node.args.get("group") is not None and any(each.find(exp.Window) for each in node.expressions):
        reader.fault("A window (OVER) stands in a SELECT with GROUP BY.", "Group in a CTE, and put the window over that.")
    sources: dict[str, Relation] = {}
    scope = Scope(sources, outer, qualified=True, windows=outer is None or outer.windows, in_view=True, aggregates=True, ctes=ctes)
    tree = exp.Select()
    from_ = node.args.get("from_")
    if from_ is None:
        reader.fault("The SELECT has no FROM.", "Name a table of the contract.")
        return tree, Relation(name, {})
    tree.set("from_", exp.From(this=_source(reader, from_.this, scope, sources)))
    joins = [_join(reader, join, scope, sources) for join in node.args.get("joins") or []]
    if joins:
        tree.set("joins", joins)
    conditions = Scope(sources, outer, qualified=True, ctes=ctes, crossings=scope.crossings)
    if node.args.get("where") is not None:
        tree.set("where", exp.Where(this=reader.condition(node.args["where"].this, conditions)))
    columns: dict[str, Kind] = {}
    expressions: list[Tree] = []
    for position, each in enumerate(node.expressions):
        value, kind = reader.walk(each.unalias(), scope)
        alias = each.alias or (each.name if isinstance(each, exp.Column) else f"column_{position + 1}")
        if alias in columns:
            reader.fault(f"The column {alias!r} is selected twice.", "Give one of them another name with AS.")
        columns[alias] = kind
        expressions.append(exp.alias_(value, alias, quoted=True))
    tree.set("expressions", expressions)
    group = node.args.get("group")
    if group is not None and reader.holds_only(group, ("expressions",)):
        tree.set("group", exp.Group(expressions=[reader.walk(each, conditions)[0] for each in group.expressions]))
    if node.args.get("having") is not None:
        tree.set("having", exp.Having(this=reader.condition(node.args["having"].this, scope)))
    if node.args.get("distinct") is not None:
        if node.args["distinct"].args.get("on") is not None:
            reader.fault("DISTINCT ON is refused.", "Use row_number() over (...) in a CTE and keep number 1.")
        tree.set("distinct", exp.Distinct())
    return tree, Relation(name, columns)


def _join(reader: Reader, node: Tree, scope: Scope, sources: dict[str, Relation]) -> exp.Join:
    if not isinstance(node, exp.Join):
        return exp.Join(this=_source(reader, node, scope, sources))
    method = (node.method or "").upper()
    if node.args.get("using") or method:
        reader.fault(f"{method or 'USING'} joins are refused.", "Write ON a.x = b.x.")
    reader.holds_only(node, ("this", "on", "side", "kind", "using", "method"))
    if node.args.get("on") is None and ((node.kind or "").upper() not in ("", "CROSS") or node.side):
        reader.fault("A JOIN has no ON.", "Write ON a.x = b.x, or CROSS JOIN.")
    if (node.side or "").upper() in ("RIGHT", "FULL") or (node.kind or "").upper() in ("SEMI", "ANTI"):
        reader.fault("Only JOIN, LEFT JOIN and CROSS JOIN may stand here.", "Turn the tables round, or use EXISTS.")
    source = _source(reader, node.this, scope, sources)
    on = node.args.get("on")
    plain = Scope(scope.sources, scope.outer, qualified=True, ctes=scope.ctes, crossings=scope.crossings)
    condition = reader.condition(on, plain) if on is not None else None
    return exp.Join(this=source, side=node.side or None, kind=node.kind or None, on=condition)


def _source(reader: Reader, node: Tree, scope: Scope, sources: dict[str, Relation]) -> Tree:
    if isinstance(node, exp.Subquery) and scope.outer is not None:
        reader.fault("A subquery stands in FROM inside a rule.", "Put it into a view and name the view.")
        return node
    if isinstance(node, exp.Subquery) and node.alias:
        reader.holds_only(node, ("this", "alias"))
        _plain_alias(reader, node)
        if node.alias in reader.catalogue.relations:
            reader.fault(f"The alias {node.alias!r} is a table's name.", "Choose another alias.")
        tree, relation = read_select(reader, node.this, scope.outer, scope.ctes, node.alias)
        _add_source(reader, node.alias, relation, scope, sources)
        return exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.to_identifier(node.alias, quoted=True)))
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        reader.fault(f"{node.sql()!r} is not a table of the contract.", "Name a table or view; give a subquery an alias.")
        return node
    extra = {key for key, value in node.args.items() if value and key not in ("this", "db", "alias")}
    if extra:
        reader.fault(f"{', '.join(sorted(extra))} may not follow a table.", "A rule reads every record of a table.")
    full = f"{node.db}.{node.name}" if node.db else node.name
    relation = scope.ctes.get(full) or reader.catalogue.relations.get(full)  # type: ignore[assignment]
    if relation is None:
        fix = did_you_mean(full, [*reader.catalogue.relations, *scope.ctes])
        reader.fault(f"There is no table or view {full!r}.", fix)
        return node
    if full not in scope.ctes:
        reader.found.relations.add(full)
    _plain_alias(reader, node)
    alias = node.alias or node.name
    if alias != node.name and alias in reader.catalogue.relations:
        reader.fault(f"The alias {alias!r} is a table's name.", "Choose another alias.")
    _add_source(reader, alias, relation, scope, sources)
    return exp.Table(
        this=exp.to_identifier(node.name, quoted=True),
        db=exp.to_identifier(node.db, quoted=True) if node.db else None,
        alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)),
    )


def _plain_alias(reader: Reader, node: Tree) -> None:
    """A name without columns: ``as x(a, b)`` would rename them past the eye."""
    alias = node.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.args.get("columns"):
        reader.fault(f"The name {alias.name!r} renames columns.", "Name columns in the SELECT, with AS.")
    if alias is not None and node.alias.lower().startswith("dq_"):
        reader.fault(f"The name {node.alias!r} begins with dq_.", "Choose another name.")


def _add_source(reader: Reader, alias: str, relation: Relation, scope: Scope, sources: dict[str, Relation]) -> None:
    outside = scope.outer.aliases() if scope.outer else []
    if alias in sources or alias in outside:
        reader.fault(f"The table name {alias!r} stands here twice.", "Give the inner one an alias: `from t as x`.")
    sources[alias] = relation
