"""Arithmetic and function calls: which functions there are, and what they take."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from dq import patterns
from dq.errors import did_you_mean
from dq.expression.reader import BOOLEAN, NULL, REFUSED, Kind, Reader, Scope, Typed, binary, described, handles, widest
from dq.functions import CALENDAR_FUNCTIONS, FUNCTIONS, Function, Tree


@handles(exp.Add, exp.Sub, exp.Mul, exp.Div, parts="this expression typed safe")
def _arithmetic(reader: Reader, node: exp.Binary, scope: Scope) -> Typed:
    left, right = reader.walk(node.this, scope), reader.walk(node.expression, scope)
    for _, kind in (left, right):
        if kind.family == "time":
            return reader.fault("Dates take no + or -.", "Use days_between(a, b), add_days(d, n) or add_months(d, n).")
        if kind.family not in ("number", "null", "any"):
            return reader.fault(f"Arithmetic with {described(kind)}.", "Only numbers can be added, subtracted and multiplied.")
    whole = left[1].type == right[1].type == "integer" and not isinstance(node, exp.Div)
    if isinstance(node, exp.Div):  # by zero is NULL on every engine; DuckDB would say infinity, PostgreSQL fail
        by = right[0] if isinstance(right[0], exp.Literal) else exp.Nullif(this=right[0], expression=exp.Literal.number(0))
        if isinstance(by, exp.Literal) and not float(by.name):
            return reader.fault("A division by zero.", "Divide by something else.")
        return exp.Div(this=left[0], expression=by, typed=False, safe=False), Kind("number")
    return type(node)(this=left[0], expression=right[0]), Kind("integer" if whole else "number")


@handles(exp.Neg, parts="this")
def _negative(reader: Reader, node: exp.Neg, scope: Scope) -> Typed:
    tree, kind = reader.walk(node.this, scope)
    if kind.family not in ("number", "null", "any"):
        return reader.fault(f"A minus sign before {described(kind)}.", "Only numbers have a sign.")
    return exp.Neg(this=tree), kind


@handles(exp.DPipe, parts="this expression safe")
def _concatenated(reader: Reader, node: exp.DPipe, scope: Scope) -> Typed:
    return _called(reader, FUNCTIONS["concat"], [node.this, node.expression], scope)


@handles(exp.Paren, parts="this")
def _paren(reader: Reader, node: exp.Paren, scope: Scope) -> Typed:
    tree, kind = reader.walk(node.this, scope)
    return exp.Paren(this=tree), kind


@handles(exp.Anonymous, parts="this expressions")
def _anonymous(reader: Reader, node: exp.Anonymous, scope: Scope) -> Typed:
    name = str(node.this).lower()
    if name in ("raw", "parses"):
        return _text_of(reader, node, scope)
    if name == "in_code_list":
        return _in_code_list(reader, node, scope)
    if name == "dq_text" and not node.meta:  # written by a check: a code beside another list than its own
        return reader.walk(node.expressions[0], scope)[0], Kind("text")
    if name not in FUNCTIONS:
        return reader.fault(f"The function {name!r} is not one that a rule may use.", _instead(name))
    return _called(reader, FUNCTIONS[name], node.expressions, scope)


_CLOCK = ("now", "today", "current_date", "current_time", "current_timestamp", "localtimestamp", "get_current_timestamp")


def _instead(name: str) -> str:
    if name in _CLOCK:
        return "Use :as_of, so that the same extract always gives the same answer."
    return did_you_mean(name, FUNCTIONS) or "See the list of functions."


def _text_of(reader: Reader, node: exp.Anonymous, scope: Scope) -> Typed:
    """raw(column) and parses(column)."""
    name = str(node.this).lower()
    if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Column):
        return reader.fault(f"{name} takes one column.", f"Write {name}(column).")
    column, kind = reader.walk(node.expressions[0], scope)
    if not isinstance(column, exp.Column):
        return column, kind
    relation = scope.find(column.table)
    if relation is None or not relation.in_file(column.name):
        return reader.fault(f"{name} takes a column of a file, and {column.name!r} is a view's.", "Name the file's column.")
    reader.found.functions.add(name)
    if kind.family == "text":
        return (exp.true(), BOOLEAN) if name == "parses" else (column, Kind("text"))
    text = exp.column(f"raw__{column.name}", table=column.table, quoted=True)
    if name == "raw":
        return text, Kind("text")
    blank = exp.Is(this=text, expression=exp.Null())
    return exp.paren(exp.or_(blank, exp.not_(exp.Is(this=column, expression=exp.Null())))), BOOLEAN


def _in_code_list(reader: Reader, node: exp.Anonymous, scope: Scope) -> Typed:
    """in_code_list(column): whether a code is one of its column's list."""
    if len(node.expressions) != 1 or not isinstance(node.expressions[0], exp.Column):
        return reader.fault("in_code_list takes one column.", "Write in_code_list(column).")
    column, kind = reader.walk(node.expressions[0], scope)
    if not isinstance(column, exp.Column):
        return column, kind
    if not kind.codes:
        return reader.fault(f"in_code_list takes a column with a code list, and {column.name!r} has none.", "Use in ('A', 'B').")
    reader.found.functions.add("in_code_list")
    return exp.In(this=column, expressions=[exp.Literal.string(code) for code in sorted(kind.codes)]), BOOLEAN


# SQLGlot has its own classes for these; the name is ours, the arguments in our order.
_NAMED: dict[type[exp.Expr], tuple[str, tuple[str, ...]]] = {
    exp.Upper: ("upper", ("this",)),
    exp.Lower: ("lower", ("this",)),
    exp.Trim: ("trim", ("this",)),
    exp.Length: ("length", ("this",)),
    exp.Substring: ("substr", ("this", "start", "length")),
    exp.Replace: ("replace", ("this", "expression", "replacement")),
    exp.Left: ("left", ("this", "expression")),
    exp.Right: ("right", ("this", "expression")),
    exp.StartsWith: ("starts_with", ("this", "expression")),
    exp.EndsWith: ("ends_with", ("this", "expression")),
    exp.Contains: ("contains", ("this", "expression")),
    exp.RegexpLike: ("regexp_matches", ("this", "expression")),
    exp.Abs: ("abs", ("this",)),
    exp.Round: ("round", ("this", "decimals")),
    exp.Floor: ("floor", ("this",)),
    exp.Ceil: ("ceil", ("this",)),
    exp.Mod: ("mod", ("this", "expression")),
    exp.Nullif: ("nullif", ("this", "expression")),
    exp.Year: ("year", ("this",)),
    exp.Month: ("month", ("this",)),
    exp.Day: ("day", ("this",)),
    exp.DayOfWeek: ("day_of_week", ("this",)),
    exp.DateFromParts: ("make_date", ("year", "month", "day")),
    exp.AddMonths: ("add_months", ("this", "expression")),
    exp.Coalesce: ("coalesce", ("this", "expressions")),
    exp.Greatest: ("greatest", ("this", "expressions")),
    exp.Least: ("least", ("this", "expressions")),
    exp.Concat: ("concat", ("expressions",)),
}


_FLAGS = {"safe", "coalesce", "ignore_nulls", "typed"}
"""How SQLGlot notes that DuckDB takes NULLs its own way; the functions here say what they do with them."""


@handles(exp.Func, exp.Mod, parts=None)
def _function(reader: Reader, node: exp.Func, scope: Scope) -> Typed:
    named = _NAMED.get(type(node))
    if isinstance(node, exp.RegexpLike) and not node.meta:
        return reader.fault("The operator ~ may not stand here.", "Use regexp_matches(x, 'pattern').")
    if isinstance(node, exp.DayOfWeek) and node.meta.get("end", 0) - node.meta.get("start", 0) + 1 != len("day_of_week"):
        return reader.fault("The function 'dayofweek' is not one that a rule may use.", "Use day_of_week(d): Monday is 1.")
    if named is None:
        name = node.sql_name().lower()
        return reader.fault(f"The function {name!r} is not one that a rule may use.", REFUSED.get(type(node)) or _instead(name))
    name, parts = named
    arguments: list[Tree] = []
    for part in parts:
        value = node.args.get(part)
        arguments += value if isinstance(value, list) else [value] if value is not None else []
    used = {key for key, value in node.args.items() if value not in (None, False, [])} - set(parts) - _FLAGS
    if used:
        return reader.fault(f"{name} takes no {', '.join(sorted(used))} here.", "See the list of functions.")
    return _called(reader, FUNCTIONS[name], arguments, scope)


def _called(reader: Reader, function: Function, arguments: Iterable[Tree], scope: Scope) -> Typed:
    values = [reader.walk(argument, scope) for argument in arguments]
    reader.found.functions.add(function.name)
    most, least = len(function.arguments), len(function.arguments) - function.optional
    if len(values) < least or (len(values) > most and not function.many):
        wanted = f"{least} or more" if function.many else f"{least}" if least == most else f"{least} to {most}"
        return reader.fault(f"{function.name} takes {wanted} arguments, got {len(values)}.", function.summary)
    if function.name == "round" and len(values) > 1 and not _is_count(values[1][0]):
        return reader.fault("The decimal places of round are not a whole number.", "Write them as a number, such as round(x, 2).")
    if function.name == "regexp_matches":
        wrong = _pattern_fault(values[1][0])
        if wrong:
            return reader.fault(wrong, patterns.FIX)
    padding = ["same" if function.arguments[-1] == "any" else function.arguments[-1]] * len(values)
    first = next((kind for _, kind in values if kind.family not in ("null", "any")), NULL)
    trees: list[Tree] = []
    for wanted, value in zip((*function.arguments, *padding), values, strict=False):
        against = first if wanted in ("same", "any") else Kind(wanted)
        tree, kind = reader.date_literal(value, (exp.Null(), against))
        if kind.family not in ("null", "any", against.family) and against.family not in ("null", "any"):
            return reader.fault(f"{function.name} takes {described(against)}, got {described(kind)}.", function.summary)
        if wanted == "integer" and kind.type == "number":
            return reader.fault(f"{function.name} takes an integer, got {described(kind)}.", function.summary)
        trees.append(binary((tree, kind)) if function.name in ("greatest", "least") else tree)
    if function.name in CALENDAR_FUNCTIONS:
        columns = [column for tree in trees for column in tree.find_all(exp.Column)]
        sources = [(scope.find(column.table), column.name) for column in columns]
        reader.found.counted_from |= {(relation.name, name) for relation, name in sources if relation is not None}
    result = widest(kind for _, kind in values) if function.returns == "same" else Kind(function.returns)
    return exp.Anonymous(this=function.name, expressions=trees), result


def _is_count(tree: Tree) -> bool:
    bare = tree.this if isinstance(tree, exp.Neg) else tree
    return isinstance(bare, exp.Literal) and not bare.is_string and bare.name.isdigit()


def _pattern_fault(pattern: Tree) -> str:
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        return "The pattern of regexp_matches is not a text in quotes."
    wrong = patterns.fault(pattern.name)
    return f"The pattern {pattern.name!r} cannot be used: {wrong}" if wrong else ""
