"""Small changes of a predicate or a SELECT: one comparison, limit, code, connective or function at a time.

The trees are those that `dq.expression.parse` gives, before they are checked, so that a changed rule goes the way of a
written one: as text through the reader. A change that the reader refuses is stillborn and counts for nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from dq.contract import Contract
from dq.expression.reader import is_date
from dq.functions import Tree

TOP = "top"
FIRST_PART = "first part dropped"
WIDEST = 160


@dataclass(frozen=True)
class Words:
    """What stands around a tree: code lists of columns, types of settings."""

    contract: Contract
    settings: Mapping[str, str]
    table: str

    def other_code(self, column: str, code: str, taken: frozenset[str]) -> str | None:
        """The next code after `code` in the list of a column of this name, none of `taken`; None without a list."""
        tables = self.contract.tables
        near = [tables[self.table]] if self.table in tables else []
        for table in (*near, *tables.values()):
            field = table.columns.get(column)
            listed = [each.code for each in self.contract.codes.get(field.codes or "", ())] if field is not None else []
            if code in listed:
                place = listed.index(code)
                return next((each for each in (*listed[place + 1 :], *listed[:place]) if each not in taken), None)
        return None


@dataclass(frozen=True)
class Change:
    """One change of a tree: where, of what kind, what was there and what is there now, the text of the whole."""

    path: str
    kind: str
    before: str
    after: str
    text: str


Replacement = tuple[str, Tree]
Operator = Callable[[Tree, Words], Iterator[Replacement]]
OPERATORS: list[tuple[tuple[type[exp.Expr], ...], Operator]] = []


def changes_of(*classes: type[exp.Expr]) -> Callable[[Operator], Operator]:
    """Register the changes that nodes of some classes can undergo; each is a kind and what comes in the node's place."""

    def register(operator: Operator) -> Operator:
        OPERATORS.append((classes, operator))
        return operator

    return register


def written(tree: Tree) -> str:
    """A tree as text that `parse` reads back as the same tree."""
    plain = tree.transform(_plain_concat) if tree.find(exp.Concat) else tree
    return plain.sql(normalize_functions="lower", comments=False)


def _plain_concat(node: Tree) -> Tree:
    """SQLGlot writes out what concat does with blanks; the reader knows it."""
    return exp.Anonymous(this="concat", expressions=node.expressions) if isinstance(node, exp.Concat) else node


def changes(tree: Tree, words: Words) -> Iterator[Change]:
    """Every change of a tree, outermost first; the tree given stays as it is."""
    for steps, node in _nodes(tree, ()):
        for classes, operator in OPERATORS:
            if not isinstance(node, classes):
                continue
            for kind, replacement in operator(node, words):
                shown = _shown(tree, steps)
                changed = _replaced(tree, steps, replacement)
                path = ".".join(map(str, steps)) or TOP
                before, after = (written(_at(each, shown)) for each in (tree, changed))
                if isinstance(node, exp.Union):
                    before, after = written(node.this if kind == FIRST_PART else node.expression), "nothing"
                yield Change(path, kind, _short(before), _short(after), written(changed))


def _short(text: str) -> str:
    text = re.sub(r"\bNOT ([^\s()]+(?:\([^\s()]*\))?) IS NULL", r"\1 IS NOT NULL", text)
    return text if len(text) <= WIDEST else text[: WIDEST - 3] + "..."


Steps = tuple[int, ...]


def _nodes(node: Tree, steps: Steps) -> Iterator[tuple[Steps, Tree]]:
    yield steps, node
    if isinstance(node, exp.Cast | exp.Column | exp.Table):
        return
    for place, child in enumerate(node.iter_expressions()):
        yield from _nodes(child, (*steps, place))


def _at(tree: Tree, steps: Steps) -> Tree:
    for step in steps:
        children = list(tree.iter_expressions())
        if step >= len(children):
            break
        tree = children[step]
    return tree


_CONDITIONS = (
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In, exp.Is, exp.Not, exp.Between,
    exp.Connector,
)  # fmt: skip
_VALUES = (exp.Func, exp.Case, exp.Window, exp.Join, exp.Alias, exp.Ordered)


def _shown(tree: Tree, steps: Steps) -> Steps:
    """The place of what is shown of a change: the nearest condition around it, else the nearest value, in its own SELECT."""
    around = [(steps[:length], _at(tree, steps[:length])) for length in range(len(steps), -1, -1)]
    inside = next((place for place, (_, node) in enumerate(around) if place and isinstance(node, exp.Select)), len(around))
    for wanted in (_CONDITIONS, _VALUES):
        for place, node in around[:inside]:
            if isinstance(node, wanted):
                return place[:-1] if isinstance(node.parent, exp.Not) and place else place
    return steps


def _replaced(tree: Tree, steps: Steps, replacement: Tree) -> Tree:
    changed = tree.copy()
    node = _at(changed, steps)
    if node is changed:
        return replacement
    bare = isinstance(node.parent, exp.Binary | exp.Unary | exp.Between | exp.In) and not isinstance(node.parent, exp.Paren)
    if bare and isinstance(replacement, exp.Binary | exp.Not | exp.Between | exp.In | exp.Case):
        replacement = exp.paren(replacement)
    node.replace(replacement)
    return changed


# comparisons

_NEXT: dict[type[exp.Expr], tuple[str, type[exp.Expr]]] = {
    exp.EQ: ("= to <>", exp.NEQ), exp.NEQ: ("<> to =", exp.EQ), exp.LT: ("< to <=", exp.LTE), exp.LTE: ("<= to <", exp.LT),
    exp.GT: ("> to >=", exp.GTE), exp.GTE: (">= to >", exp.GT), exp.NullSafeEQ: ("same to distinct", exp.NullSafeNEQ),
    exp.NullSafeNEQ: ("distinct to same", exp.NullSafeEQ),
}  # fmt: skip
_PLAIN: dict[type[exp.Expr], tuple[str, type[exp.Expr]]] = {
    exp.NullSafeEQ: ("same to =", exp.EQ), exp.NullSafeNEQ: ("distinct to <>", exp.NEQ),
}  # fmt: skip


@changes_of(*_NEXT)
def _comparison(node: Tree, words: Words) -> Iterator[Replacement]:
    for kind, other in (_NEXT[type(node)], *([_PLAIN[type(node)]] if type(node) in _PLAIN else [])):
        yield kind, other(this=node.this.copy(), expression=node.expression.copy())
    both = isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column)
    if both and isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE):
        yield "sides swapped", type(node)(this=node.expression.copy(), expression=node.this.copy())


@changes_of(exp.Between)
def _between(node: Tree, words: Words) -> Iterator[Replacement]:
    low, high = node.args["low"], node.args["high"]
    for kind, first, last in (("low end out", exp.GT, exp.LTE), ("high end out", exp.GTE, exp.LT)):
        sides = (first(this=node.this.copy(), expression=low.copy()), last(this=node.this.copy(), expression=high.copy()))
        yield kind, exp.And(this=sides[0], expression=sides[1])


# limits


@changes_of(exp.Literal)
def _literal(node: Tree, words: Words) -> Iterator[Replacement]:
    if isinstance(node.parent, exp.Select | exp.Cast) or node.arg_key == "alias":
        return
    if not node.is_string:
        if node.name.isdigit():
            yield "limit + 1", exp.Literal.number(int(node.name) + 1)
            if node.name != "0":
                yield "limit - 1", exp.Literal.number(int(node.name) - 1)
        return
    if isinstance(node.parent, exp.RegexpLike):
        for kind, pattern in patterns(node.name):
            yield kind, exp.Literal.string(pattern)
    elif not isinstance(node.parent, exp.In) or len(node.parent.expressions) == 1:
        yield "other code", exp.Literal.string(_other(node, words))


def patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """Each repetition of a regular expression with one more, and one fewer."""
    for place, match in enumerate(re.finditer(r"\{(\d+)(,?)(\d*)\}", pattern)):
        least, comma, most = match.groups()
        for kind, step in (("+ 1", 1), ("- 1", -1)):
            if int(least) + step < 0:
                continue
            moved = f"{{{int(least)}{comma}{int(most) + step}}}" if most else f"{{{int(least) + step}{comma}}}"
            yield f"repetition {place} {kind}", pattern[: match.start()] + moved + pattern[match.end() :]


def _other(node: Tree, words: Words) -> str:
    """Another code in place of a text: the next of the list of the column beside it, else the text with an x."""
    around = node.parent
    columns = list(around.find_all(exp.Column)) if around is not None and not isinstance(around, exp.Select) else []
    if around is not None and isinstance(around.parent, exp.EQ | exp.NEQ | exp.NullSafeEQ | exp.NullSafeNEQ):
        columns += list(around.parent.find_all(exp.Column))
    for column in columns:
        code = words.other_code(column.name, node.name, frozenset({node.name}))
        if code is not None:
            return code
    return node.name + "x"


@changes_of(exp.In)
def _in(node: Tree, words: Words) -> Iterator[Replacement]:
    for place, option in enumerate(node.expressions if len(node.expressions) > 1 else ()):
        rest = [each.copy() for other, each in enumerate(node.expressions) if other != place]
        yield f"without {option.name}", exp.In(this=node.this.copy(), expressions=rest)


@changes_of(exp.Cast)
def _date(node: Tree, words: Words) -> Iterator[Replacement]:
    if isinstance(node.this, exp.Literal) and is_date(node.this.name) and not node.this.name.startswith("9999"):  # for never
        for kind, days in (("a day later", 1), ("a day earlier", -1)):
            day = dt.date.fromisoformat(node.this.name) + dt.timedelta(days)
            yield kind, exp.cast(exp.Literal.string(day.isoformat()), "date")


@changes_of(exp.Placeholder)
def _setting(node: Tree, words: Words) -> Iterator[Replacement]:
    kind = words.settings.get(node.name)
    if kind in ("integer", "number"):
        for sign, operation in (("+", exp.Add), ("-", exp.Sub)):
            yield f"{node.name} {sign} 1", exp.paren(operation(this=node.copy(), expression=exp.Literal.number(1)))
    elif kind == "date":
        for sign, days in (("+", exp.Literal.number(1)), ("-", exp.Neg(this=exp.Literal.number(1)))):
            yield f"{node.name} {sign} 1 day", exp.Anonymous(this="add_days", expressions=[node.copy(), days])
    elif kind == "boolean":
        yield f"not {node.name}", exp.not_(node.copy())


@changes_of(exp.Add, exp.Sub)
def _sum(node: Tree, words: Words) -> Iterator[Replacement]:
    other = exp.Sub if isinstance(node, exp.Add) else exp.Add
    yield "+ and -", other(this=node.this.copy(), expression=node.expression.copy())


# connectives


@changes_of(exp.And, exp.Or)
def _connector(node: Tree, words: Words) -> Iterator[Replacement]:
    other: type[exp.Connector] = exp.Or if isinstance(node, exp.And) else exp.And
    yield "and to or" if other is exp.Or else "or to and", other(this=node.this.copy(), expression=node.expression.copy())
    yield "second condition dropped", node.this.copy()
    if type(node.this) is not type(node):
        yield "first condition dropped", node.expression.copy()


@changes_of(exp.Not)
def _not(node: Tree, words: Words) -> Iterator[Replacement]:
    kind = "is not null to is null" if isinstance(node.this, exp.Is) else "not dropped"
    yield kind, node.this.copy()


@changes_of(exp.Is, exp.Exists)
def _is(node: Tree, words: Words) -> Iterator[Replacement]:
    if not isinstance(node.parent, exp.Not):
        yield "is null to is not null" if isinstance(node, exp.Is) else "exists to not exists", exp.Not(this=node.copy())


@changes_of(exp.Case)
def _case(node: Tree, words: Words) -> Iterator[Replacement]:
    branches = node.args["ifs"]
    for place in range(len(branches) if len(branches) > 1 else 0):
        changed = node.copy()
        changed.set("ifs", [each.copy() for other, each in enumerate(branches) if other != place])
        yield f"branch {place + 1} dropped", changed
    if node.args.get("default") is not None:
        changed = node.copy()
        changed.set("default", None)
        yield "else dropped", changed


# functions

_SWAPPED = {
    "full_months": "full_years", "full_years": "full_months", "working_days": "days_between", "days_between": "working_days",
    "add_days": "add_working_days", "add_working_days": "add_days", "add_months": "add_days", "add_years": "add_months",
    "greatest": "least", "least": "greatest", "starts_with": "ends_with", "ends_with": "starts_with",
    "left": "right", "right": "left",
}  # fmt: skip
_SWAPPED_CLASSES: dict[type[exp.Func], type[exp.Func]] = {
    exp.Min: exp.Max, exp.Max: exp.Min, exp.Lag: exp.Lead, exp.Lead: exp.Lag, exp.FirstValue: exp.LastValue,
    exp.LastValue: exp.FirstValue, exp.LogicalOr: exp.LogicalAnd, exp.LogicalAnd: exp.LogicalOr,
}  # fmt: skip


@changes_of(exp.Func)
def _function(node: Tree, words: Words) -> Iterator[Replacement]:
    assert isinstance(node, exp.Func)
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()
    arguments = list(node.iter_expressions())
    if name in _SWAPPED:
        yield f"{name} to {_SWAPPED[name]}", exp.Anonymous(this=_SWAPPED[name], expressions=[each.copy() for each in arguments])
    if isinstance(node, exp.Anonymous) and len(arguments) == 2 and not any(isinstance(each, exp.Literal) for each in arguments):
        yield "arguments swapped", exp.Anonymous(this=node.this, expressions=[each.copy() for each in reversed(arguments)])
    other = _SWAPPED_CLASSES.get(type(node))
    if other is not None:
        swapped = other(**{part: value.copy() for part, value in node.args.items() if isinstance(value, exp.Expr)})
        yield f"{name} to {swapped.sql_name().lower()}", swapped
    if isinstance(node, exp.Upper | exp.Lower | exp.Trim | exp.Abs | exp.Round):
        yield f"{name} dropped", node.this.copy()
    if isinstance(node, exp.Coalesce):
        for place in range(len(arguments)):
            rest = [each.copy() for other_place, each in enumerate(arguments) if other_place != place]
            kept = exp.Anonymous(this="coalesce", expressions=rest) if len(rest) > 1 else rest[0]
            yield f"coalesce without {place + 1}", kept
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield "distinct dropped", exp.Count(this=node.this.expressions[0].copy())


@changes_of(exp.Filter)
def _filter(node: Tree, words: Words) -> Iterator[Replacement]:
    yield "filter dropped", node.this.copy()


# windows and queries


@changes_of(exp.Window)
def _window(node: Tree, words: Words) -> Iterator[Replacement]:
    parts = node.args.get("partition_by") or []
    for place, part in enumerate(parts):
        changed = node.copy()
        changed.set("partition_by", [each.copy() for other, each in enumerate(parts) if other != place])
        yield f"partition without {written(part)}", changed
    order = node.args.get("order")
    for place in range(len(order.expressions) if order is not None else 0):
        changed = node.copy()
        terms = changed.args["order"].expressions
        turned = exp.Ordered(this=terms[place].this.copy(), desc=not terms[place].args.get("desc"), nulls_first=False)
        changed.args["order"].set("expressions", [turned if other == place else each for other, each in enumerate(terms)])
        yield f"order {place + 1} turned", changed


@changes_of(exp.Select)
def _select(node: Tree, words: Words) -> Iterator[Replacement]:
    for part in ("where", "having", "distinct"):
        clause = node.args.get(part)
        if clause is not None and not isinstance(clause.this, exp.And | exp.Or):
            changed = node.copy()
            changed.set(part, None)
            yield f"{part} dropped", changed


@changes_of(exp.Union)
def _union(node: Tree, words: Words) -> Iterator[Replacement]:
    for kind, kept in (("second part dropped", node.this), (FIRST_PART, node.expression)):
        if kind == FIRST_PART and isinstance(node.this, exp.Union):
            continue
        changed = kept.copy()
        if node.args.get("with_") is not None:
            changed.set("with_", node.args["with_"].copy())
        yield kind, changed


@changes_of(exp.Join)
def _join(node: Tree, words: Words) -> Iterator[Replacement]:
    left = node.args.get("side")
    if node.args.get("on") is not None:
        changed = node.copy()
        changed.set("side", None if left else "LEFT")
        yield "left join to join" if left else "join to left join", changed
