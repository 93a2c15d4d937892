"""Columns, literals, settings, comparisons, AND, OR, NOT, IN, BETWEEN, CASE."""

from __future__ import annotations

import datetime as dt
import re

from sqlglot import exp

from dq.errors import did_you_mean
from dq.expression.reader import BOOLEAN, NULL, Kind, Reader, Scope, Typed, described, handles


@handles(exp.Column)
def _column(reader: Reader, node: exp.Column, scope: Scope) -> Typed:
    name, alias = node.name, node.table
    if node.args.get("db") or node.args.get("catalog"):
        return reader.fault(f"{node.sql()!r} names a schema.", "Give the table an alias and use that.")
    if not alias:
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
    reader.found.columns.add((relation.name, name))
    return exp.column(name, table=alias, quoted=True), kind


@handles(exp.Literal)
def _literal(reader: Reader, node: exp.Literal, scope: Scope) -> Typed:
    if node.is_string:
        return node.copy(), Kind("text")
    return node.copy(), Kind("integer" if re.fullmatch(r"\d+", node.name) else "number")


@handles(exp.Boolean)
def _boolean(reader: Reader, node: exp.Boolean, scope: Scope) -> Typed:
    return node.copy(), BOOLEAN


@handles(exp.Null)
def _null(reader: Reader, node: exp.Null, scope: Scope) -> Typed:
    return node.copy(), NULL


@handles(exp.Placeholder)
def _placeholder(reader: Reader, node: exp.Placeholder, scope: Scope) -> Typed:
    name = node.name
    if name not in reader.catalogue.settings:
        return reader.fault(f"There is no setting :{name}.", did_you_mean(name, reader.catalogue.settings))
    reader.found.settings.add(name)
    return node.copy(), Kind(reader.catalogue.settings[name])


@handles(exp.Cast)
def _cast(reader: Reader, node: exp.Cast, scope: Scope) -> Typed:
    literal = node.this
    if type(node) is exp.Cast and node.to.is_type("date") and isinstance(literal, exp.Literal) and literal.is_string:
        try:
            dt.date.fromisoformat(literal.name)
        except ValueError:
            return reader.fault(f"{literal.name!r} is not a date that exists.", "Write date '2026-03-31'.")
        return node.copy(), Kind("date")
    return reader.fault("CAST may not stand in a rule.", "The contract types columns; raw(column) is the text.")


@handles(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Like, exp.ILike)
def _compare(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    left, right = reader.walk(node.this, scope), reader.walk(node.expression, scope)
    first, second = reader.same_family(left, right, f"{node.key.upper()}")
    return type(node)(this=first, expression=second), BOOLEAN


@handles(exp.And, exp.Or)
def _both(reader: Reader, node: exp.Connector, scope: Scope) -> Typed:
    return type(node)(this=reader.condition(node.this, scope), expression=reader.condition(node.expression, scope)), BOOLEAN


@handles(exp.Not)
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


@handles(exp.In)
def _in(reader: Reader, node: exp.In, scope: Scope) -> Typed:
    if node.args.get("query") is not None or node.args.get("unnest") is not None or node.args.get("field") is not None:
        fix = "Use EXISTS (select 1 from t as x where x.key = ...), or `references`: one blank makes NOT IN unknown."
        return reader.fault("IN over a subquery is refused.", fix)
    value = reader.walk(node.this, scope)
    options = [reader.same_family(value, reader.walk(option, scope), "IN")[1] for option in node.expressions]
    return exp.In(this=value[0], expressions=options), BOOLEAN


@handles(exp.Between)
def _between(reader: Reader, node: exp.Between, scope: Scope) -> Typed:
    value = reader.walk(node.this, scope)
    low = reader.same_family(value, reader.walk(node.args["low"], scope), "BETWEEN")[1]
    high = reader.same_family(value, reader.walk(node.args["high"], scope), "BETWEEN")[1]
    return exp.Between(this=value[0], low=low, high=high), BOOLEAN


@handles(exp.Case)
def _case(reader: Reader, node: exp.Case, scope: Scope) -> Typed:
    subject = reader.walk(node.this, scope) if node.this is not None else None
    branches: list[exp.If] = []
    kind = NULL
    results: list[Typed] = []
    for branch in node.args["ifs"]:
        if subject is None:
            when = reader.condition(branch.this, scope)
        else:
            when = reader.same_family(subject, reader.walk(branch.this, scope), "CASE")[1]
        results.append(reader.walk(branch.args["true"], scope))
        branches.append(exp.If(this=when, true=results[-1][0]))
    default = node.args.get("default")
    if default is not None:
        results.append(reader.walk(default, scope))
    for result in results:
        if kind.family == "null":
            kind = result[1]
        reader.same_family((exp.Null(), kind), result, "CASE")
    otherwise = results[-1][0] if default is not None else None
    tree = exp.Case(this=subject[0] if subject else None, ifs=branches, default=otherwise)
    return tree, Kind(kind.type)
