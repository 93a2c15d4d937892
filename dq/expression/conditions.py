"""Columns, literals, settings, comparisons, AND, OR, NOT, IN, BETWEEN, CASE."""

from __future__ import annotations

import re

from sqlglot import exp

from dq.errors import did_you_mean
from dq.expression.reader import BOOLEAN, NULL, Kind, Reader, Scope, Typed, binary, described, handles, is_date, widest
from dq.functions import Tree

SIGNS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}


@handles(exp.Column, parts="this table db catalog")
def _column(reader: Reader, node: exp.Column, scope: Scope) -> Typed:
    name, alias = node.name, node.table
    if node.args.get("db") or node.args.get("catalog"):
        return reader.fault(f"{node.sql()!r} names a schema.", "Give the table an alias and use that.")
    if isinstance(node.this, exp.Star):
        return reader.fault("Star may not stand here.", "Name the columns.")
    if not alias:
        if not scope.sources and not scope.outer:
            return reader.fault(f"The column {name!r} stands outside a subquery.", "Here only aggregates and settings may stand.")
        if scope.qualified:
            return reader.fault(
                f"The column {name!r} stands unqualified inside a subquery.",
                f"Write {' or '.join(f'{each}.{name}' for each in scope.aliases()[:2])}.",
            )
        holders = [each for each, relation in scope.sources.items() if name in relation.columns]
        if not holders:
            known = [column for relation in scope.sources.values() for column in relation.columns]
            where = " or ".join(scope.sources)
            return reader.fault(f"There is no column {name!r} in {where}.", did_you_mean(name, known))
        alias = holders[0]
    relation = scope.find(alias)
    if relation is None:
        return reader.fault(f"{alias!r} is not a table here.", did_you_mean(alias, scope.aliases()))
    kind = relation.columns.get(name)
    if kind is None:
        return reader.fault(f"There is no column {name!r} in {alias}.", did_you_mean(name, relation.columns))
    reader.found.columns.add((f"{relation.schema}.{relation.name}" if relation.schema else relation.name, name))
    return exp.column(name, table=alias, quoted=True), kind


@handles(exp.Literal, parts="this is_string")
def _literal(reader: Reader, node: exp.Literal, scope: Scope) -> Typed:
    if node.is_string:
        return node.copy(), Kind("text")
    return node.copy(), Kind("integer" if re.fullmatch(r"\d+", node.name) else "number")


@handles(exp.Boolean)
def _boolean(reader: Reader, node: exp.Boolean, scope: Scope) -> Typed:
    return node.copy(), BOOLEAN


@handles(exp.Null, parts="")
def _null(reader: Reader, node: exp.Null, scope: Scope) -> Typed:
    return node.copy(), NULL


@handles(exp.Placeholder, parts="this")
def _placeholder(reader: Reader, node: exp.Placeholder, scope: Scope) -> Typed:
    name = node.name
    if name not in reader.catalogue.settings:
        return reader.fault(f"There is no setting :{name}.", did_you_mean(name, reader.catalogue.settings))
    reader.found.settings.add(name)
    return node.copy(), Kind(reader.catalogue.settings[name])


@handles(exp.Cast, parts=None)
def _cast(reader: Reader, node: exp.Cast, scope: Scope) -> Typed:
    literal = node.this
    if type(node) is exp.Cast and node.to.is_type("date") and isinstance(literal, exp.Literal) and literal.is_string:
        if not is_date(literal.name):
            return reader.fault(f"{literal.name!r} is not a date that exists.", "Write date '2026-03-31'.")
        return exp.cast(literal.copy(), "date"), Kind("date")
    return reader.fault("CAST may not stand in a rule.", "The contract types columns; raw(column) is the text.")


@handles(exp.NullSafeEQ, exp.NullSafeNEQ)
def _distinct(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    left, right = reader.walk(node.this, scope), reader.walk(node.expression, scope)
    first, second = reader.same_family(left, right, "IS DISTINCT FROM")
    return type(node)(this=first, expression=second), BOOLEAN


@handles(exp.EQ, exp.NEQ)
def _equal(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    left, right = reader.walk(node.this, scope), reader.walk(node.expression, scope)
    first, second = reader.same_family(left, right, SIGNS[type(node)])
    _no_null(reader, [left, right], SIGNS[type(node)])
    return type(node)(this=first, expression=second), BOOLEAN


@handles(exp.LT, exp.LTE, exp.GT, exp.GTE)
def _ordered(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    left, right = reader.walk(node.this, scope), reader.walk(node.expression, scope)
    first, second = reader.same_family(left, right, SIGNS[type(node)])
    _no_null(reader, [left, right], SIGNS[type(node)])
    return type(node)(this=binary((first, left[1])), expression=second), BOOLEAN


@handles(exp.Like, exp.ILike, parts="this expression negate")
def _like(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    sides = [reader.walk(node.this, scope), reader.walk(node.expression, scope)]
    for _, kind in sides:
        if kind.family not in ("text", "null", "any"):
            return reader.fault(f"LIKE compares {described(kind)}.", "LIKE takes text; use = or BETWEEN.")
    tree = type(node)(this=sides[0][0], expression=sides[1][0])
    return exp.Not(this=tree) if node.args.get("negate") else tree, BOOLEAN


def _no_null(reader: Reader, values: list[Typed], what: str) -> None:
    if any(isinstance(tree, exp.Null) and kind == NULL for tree, kind in values):
        reader.fault(f"{what} with NULL is never true.", "Write IS NULL or IS NOT NULL.")


@handles(exp.And, exp.Or)
def _both(reader: Reader, node: exp.Connector, scope: Scope) -> Typed:
    return type(node)(this=reader.condition(node.this, scope), expression=reader.condition(node.expression, scope)), BOOLEAN


@handles(exp.Not, parts="this")
def _not(reader: Reader, node: exp.Not, scope: Scope) -> Typed:
    return exp.Not(this=reader.condition(node.this, scope)), BOOLEAN


@handles(exp.Is)
def _is(reader: Reader, node: exp.Is, scope: Scope) -> Typed:
    tree, kind = reader.walk(node.this, scope)
    if isinstance(node.expression, exp.Boolean) and kind.family not in ("boolean", "any"):
        reader.fault(f"{described(kind)} is tested for true or false.", "Use IS NULL, or compare it.")
    if not isinstance(node.expression, exp.Boolean | exp.Null):
        return reader.fault("IS takes NULL, TRUE or FALSE.", "Use = to compare values.")
    return exp.Is(this=tree, expression=node.expression.copy()), BOOLEAN


@handles(exp.In, parts="this expressions query unnest field")
def _in(reader: Reader, node: exp.In, scope: Scope) -> Typed:
    if node.args.get("query") is not None or node.args.get("unnest") is not None or node.args.get("field") is not None:
        fix = "Use EXISTS (select 1 from t as x where x.key = ...), or `references`: one blank makes NOT IN unknown."
        return reader.fault("IN over a subquery is refused.", fix)
    if not node.expressions:
        return reader.fault("IN has no values.", "Name at least one.")
    value = reader.walk(node.this, scope)
    options = [reader.walk(option, scope) for option in node.expressions]
    _no_null(reader, options, "IN")
    value = reader.beside(value, options)
    return exp.In(this=value[0], expressions=[reader.same_family(value, option, "IN")[1] for option in options]), BOOLEAN


@handles(exp.Between, parts="this low high")
def _between(reader: Reader, node: exp.Between, scope: Scope) -> Typed:
    value, *ends = (reader.walk(node.args[part], scope) for part in ("this", "low", "high"))
    _no_null(reader, ends, "BETWEEN")
    value = reader.beside(value, ends)
    low, high = (reader.same_family(value, end, "BETWEEN")[1] for end in ends)
    return exp.Between(this=binary(value), low=low, high=high), BOOLEAN


@handles(exp.Case, parts="this ifs default")
def _case(reader: Reader, node: exp.Case, scope: Scope) -> Typed:
    choices = [] if node.this is None else [reader.walk(branch.this, scope) for branch in node.args["ifs"]]
    subject = reader.beside(reader.walk(node.this, scope), choices) if node.this is not None else None
    conditions: list[Tree] = []
    results: list[Typed] = []
    for place, branch in enumerate(node.args["ifs"]):
        if subject is None:
            conditions.append(reader.condition(branch.this, scope))
        else:
            conditions.append(reader.same_family(subject, choices[place], "CASE")[1])
        results.append(reader.walk(branch.args["true"], scope))
    default = node.args.get("default")
    if default is not None:
        results.append(reader.walk(default, scope))
    first = next((kind for _, kind in results if kind.family not in ("null", "any")), NULL)
    trees = [reader.same_family((exp.Null(), Kind(first.type)), result, "CASE")[1] for result in results]
    branches = [exp.If(this=when, true=tree) for when, tree in zip(conditions, trees, strict=False)]
    otherwise = trees[-1] if default is not None else None
    return exp.Case(this=subject[0] if subject else None, ifs=branches, default=otherwise), widest(kind for _, kind in results)
