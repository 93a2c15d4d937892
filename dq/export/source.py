"""A rule's checked tree as Python that uses the functions of `in_pandas`, or the reason why it cannot be said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot import exp

from dq import patterns
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Contract
from dq.functions import CALENDAR_FUNCTIONS, Tree
from dq.rules import Rule


class CannotSay(Exception):
    """The tree holds something that has no words here; the text says what, for the list of rules left out."""


@dataclass
class Writer:
    """Writes trees on the records of one table; `raw` gathers the columns whose text is read."""

    compiler: Compiler
    table: str
    raw: set[str] = field(default_factory=set)

    def write(self, tree: Tree) -> str:
        """The Python of a tree; raises `CannotSay`."""
        write = _WRITERS.get(type(tree))
        if write is None:
            raise CannotSay(_WHY.get(type(tree), f"it uses {type(tree).__name__}"))
        return write(self, tree)


def statement(compiler: Compiler, rule: CompiledRule) -> tuple[str, str, set[str]]:
    """What a rule says of each row, its scope (blank: all), and the columns whose text it reads. Raises `CannotSay`."""
    reason = out_of_reach(compiler.contract, rule)
    if reason:
        raise CannotSay(reason)
    [one] = rule.statements
    writer = Writer(compiler, one.relation)
    where = one.verdict.args.get("where")
    ok = one.verdict.expressions[1].this
    return writer.write(ok), writer.write(where.this) if where is not None else "", writer.raw


def out_of_reach(contract: Contract, rule: CompiledRule) -> str:
    """Why a rule is not about the columns of one table; blank where it is."""
    given: Rule = rule.rule
    if given.scope == "extract":
        return "it speaks of the whole extract"
    if len(rule.statements) > 1:
        return "it has several statements"
    if given.also:
        return "it flags related records too"
    if given.depends_on:
        return f"it is not assessed where {', '.join(given.depends_on)} fails"
    if rule.statements[0].relation not in contract.tables:
        return f"it speaks of the view {rule.statements[0].relation}"
    if rule.views:
        return f"it reads the view {', '.join(rule.views)}"
    if rule.unset:
        return f"the setting {', '.join(f':{name}' for name in rule.unset)} has no value"
    return ""


_WHY: dict[type[exp.Expr], str] = {
    exp.Exists: "it looks up other records", exp.Subquery: "it looks up other records", exp.Select: "it looks up other records",
    exp.Window: "it compares records in their order", exp.Div: "it divides", exp.Like: "it uses LIKE", exp.ILike: "it uses ILIKE",
}  # fmt: skip
_WRITERS: dict[type[exp.Expr], Callable[[Writer, Tree], str]] = {}


def _writes(*kinds: type[exp.Expr]) -> Callable[[Callable[[Writer, Tree], str]], Callable[[Writer, Tree], str]]:
    def register(write: Callable[[Writer, Tree], str]) -> Callable[[Writer, Tree], str]:
        _WRITERS.update(dict.fromkeys(kinds, write))
        return write

    return register


@_writes(exp.Column)
def _column(writer: Writer, tree: Tree) -> str:
    if tree.name.startswith("raw__"):
        name = tree.name.removeprefix("raw__")
        writer.raw.add(name)
        return f"raw(frame, {name!r})"
    if tree.name == "row_hash":
        raise CannotSay("it compares records in their order")
    return f"frame[{tree.name!r}]"


@_writes(exp.Literal)
def _literal(writer: Writer, tree: Tree) -> str:
    return repr(tree.name) if tree.args["is_string"] else tree.name


@_writes(exp.Boolean)
def _boolean(writer: Writer, tree: Tree) -> str:
    return repr(bool(tree.this))


@_writes(exp.Null)
def _null(writer: Writer, tree: Tree) -> str:
    return "None"


@_writes(exp.Cast)
def _cast(writer: Writer, tree: Tree) -> str:
    if isinstance(tree.this, exp.Literal) and tree.args["to"].is_type("date"):
        return f"pd.Timestamp({tree.this.name!r})"
    raise CannotSay("it changes a type")


@_writes(exp.Placeholder)
def _setting(writer: Writer, tree: Tree) -> str:
    compiler = writer.compiler
    value = compiler.values.get(tree.name)
    setting = compiler.settings.get(tree.name)
    if tree.name in compiler.derived and setting is not None and value == setting.value:
        return f"({writer.write(compiler.derived[tree.name][0])})"
    return f"pd.Timestamp({value.isoformat()!r})" if isinstance(value, dt.date) else repr(value)


@_writes(exp.Paren)
def _paren(writer: Writer, tree: Tree) -> str:
    return f"({writer.write(tree.this)})"


@_writes(exp.And, exp.Or)
def _both(writer: Writer, tree: Tree) -> str:
    sign = "&" if isinstance(tree, exp.And) else "|"
    return f"({writer.write(tree.this)} {sign} {writer.write(tree.args['expression'])})"


@_writes(exp.Not)
def _not(writer: Writer, tree: Tree) -> str:
    return f"is_not({writer.write(tree.this)})"


_SIGNS = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}


@_writes(*_SIGNS)
def _comparison(writer: Writer, tree: Tree) -> str:
    return f"compare({writer.write(tree.this)}, {_SIGNS[type(tree)]!r}, {writer.write(tree.args['expression'])})"  # type: ignore[index]


@_writes(exp.Between)
def _between(writer: Writer, tree: Tree) -> str:
    value = writer.write(tree.this)
    low, high = writer.write(tree.args["low"]), writer.write(tree.args["high"])
    return f"(compare({value}, '>=', {low}) & compare({value}, '<=', {high}))"


@_writes(exp.NullSafeEQ, exp.NullSafeNEQ)
def _distinct(writer: Writer, tree: Tree) -> str:
    found = f"distinct({writer.write(tree.this)}, {writer.write(tree.args['expression'])})"
    return found if isinstance(tree, exp.NullSafeNEQ) else f"is_not({found})"


@_writes(exp.Is)
def _is(writer: Writer, tree: Tree) -> str:
    what = tree.args["expression"]
    if isinstance(what, exp.Null):
        return f"blank({writer.write(tree.this)})"
    return f"is_truth({writer.write(tree.this)}, {writer.write(what)})"


@_writes(exp.In)
def _in(writer: Writer, tree: Tree) -> str:
    if tree.args.get("query") is not None:
        raise CannotSay("it looks up other records")
    return f"one_of({writer.write(tree.this)}, [{', '.join(writer.write(each) for each in tree.expressions)}])"


@_writes(exp.Case)
def _case(writer: Writer, tree: Tree) -> str:
    branches = [f"({writer.write(each.this)}, {writer.write(each.args['true'])})" for each in tree.args["ifs"]]
    default = tree.args.get("default")
    rest = f", {writer.write(default)}" if default is not None and not isinstance(default, exp.Null) else ""
    return f"case(frame, [{', '.join(branches)}]{rest})"


@_writes(exp.Coalesce)
def _coalesce(writer: Writer, tree: Tree) -> str:
    return f"coalesce({', '.join(writer.write(each) for each in (tree.this, *tree.expressions))})"


@_writes(exp.Add, exp.Sub, exp.Mul)
def _arithmetic(writer: Writer, tree: Tree) -> str:
    sign = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}[type(tree)]  # type: ignore[index]
    return f"({writer.write(tree.this)} {sign} {writer.write(tree.args['expression'])})"


@_writes(exp.Neg)
def _negative(writer: Writer, tree: Tree) -> str:
    return f"(-{writer.write(tree.this)})"


@_writes(exp.Window)
def _window(writer: Writer, tree: Tree) -> str:
    """How many records have the same values: the one window that needs no order."""
    if tree.args.get("order") is not None or not isinstance(tree.this, exp.Count | exp.Sum):
        raise CannotSay(_WHY[exp.Window])
    columns = ", ".join(writer.write(each) for each in tree.args.get("partition_by") or [])
    if isinstance(tree.this, exp.Count) and isinstance(tree.this.this, exp.Star) and columns:
        return f"alone(frame, [{columns}])"
    counted = tree.this.this
    if isinstance(counted, exp.Case) and columns and [str(each.args["true"]) for each in counted.args["ifs"]] == ["1"]:
        return f"alone(frame, [{columns}], {writer.write(counted.args['ifs'][0].this)})"
    raise CannotSay(_WHY[exp.Window])


_CALLS = {
    "length": "each(len, 'Int64', {0})",
    "upper": "each(str.upper, 'str', {0})",
    "lower": "each(str.lower, 'str', {0})",
    "trim": "each(lambda text: text.strip(' '), 'str', {0})",
    "starts_with": "each(str.startswith, 'boolean', {0}, {1})",
    "ends_with": "each(str.endswith, 'boolean', {0}, {1})",
    "contains": "each(str.__contains__, 'boolean', {0}, {1})",
    "replace": "each(str.replace, 'str', {0}, {1}, {2})",
    "concat": "each(lambda *texts: ''.join(texts), 'str', {all})",
    "substr": "each(substr, 'str', {all})",
    "left": "each(lambda text, length: text[: max(0, length)], 'str', {0}, {1})",
    "right": "each(lambda text, length: text[len(text) - min(len(text), max(0, length)) :], 'str', {0}, {1})",
    "coalesce": "coalesce({all})",
    "abs": "abs({0})",
    "year": "part({0}, 'year')",
    "month": "part({0}, 'month')",
    "day": "part({0}, 'day')",
    "day_of_week": "part({0}, 'day_of_week')",
    "days_between": "days_between({0}, {1})",
    "add_days": "add_days({0}, {1})",
    "add_months": "add_months({0}, {1})",
    "add_years": "add_months({0}, 12 * ({1}))",
    "full_months": "full_months({0}, {1})",
    "full_years": "full_months({0}, {1}) // 12",
    "is_nhs_number": "each(is_nhs_number, 'boolean', {0})",
    "is_upn": "each(is_upn, 'boolean', {0})",
    "is_postcode": "each(is_postcode, 'boolean', {0})",
    "dq_binary": "{0}",
    "dq_text": "{0}",
}
"""Functions of the rule language, with the places of their arguments."""


@_writes(exp.Anonymous)
def _call(writer: Writer, tree: Tree) -> str:
    name = str(tree.this)
    if name == "regexp_matches":
        pattern = patterns.written(tree.expressions[1].name, "python")
        return f"matches({writer.write(tree.expressions[0])}, {pattern!r})"
    if name in CALENDAR_FUNCTIONS:
        raise CannotSay("it counts working days")
    if name not in _CALLS:
        raise CannotSay(f"it uses {name}()")
    arguments = [writer.write(each) for each in tree.expressions]
    return _CALLS[name].format(*arguments, all=", ".join(arguments))
