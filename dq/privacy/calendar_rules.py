"""Which rules name the calendar: their exceptions may differ when dates are shifted. Worked out from the rules' trees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Contract
from dq.functions import CALENDAR_FUNCTIONS, Tree
from dq.privacy.model import MayDiffer
from dq.privacy.treatments import of_nobody

PARTS = ("year", "month", "day", "make_date", "add_months", "add_years", "full_months", "full_years")
NO_END = "2100-01-01"
"""Days from this one stand for no end at all; no date is shifted across them."""
AS_OF = "compares dates with the date of the extract"
GO_LIVE = "compares dates with go-live"
LITERAL = "names a date"
WORKING = "counts working days"
MONTHS = "counts months or years, which are not equally long"
NOBODYS = "compares a child's dates with those of workers, teams or totals, which are not shifted"
LIKENESS = "compares the spelling of people; the copy has no people model"
OTHERS = "a check by other hands; the copy leaves it out"


def may_differ(compiler: Compiler, rules: Iterable[CompiledRule], outside: Iterable[str] = ()) -> tuple[MayDiffer, ...]:
    """The rules whose exceptions may differ in the copy, with the reasons, by id. `outside` are checks by other hands."""
    found: dict[str, dict[str, None]] = {}
    depends: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        reasons = dict.fromkeys(_reasons(compiler, rule))
        depends[rule.rule.id] = rule.rule.depends_on
        if reasons:
            found[rule.rule.id] = reasons
    found |= {name: {OTHERS: None} for name in outside}
    changed = True
    while changed:
        changed = False
        for name, needed in depends.items():
            for each in needed:
                reason = f"depends on {each}"
                if each in found and reason not in found.get(name, {}):
                    found.setdefault(name, {})[reason] = None
                    changed = True
    return tuple(MayDiffer(name, tuple(found[name])) for name in sorted(found))


def _reasons(compiler: Compiler, rule: CompiledRule) -> Iterator[str]:
    trees: list[Tree] = []
    for statement in rule.statements:
        if statement.pairs is not None:
            yield LIKENESS
        trees += [statement.verdict, *(also.tree for also in statement.also)]
    whole = list(_everything(compiler, trees))
    for tree in whole:
        for node in tree.walk():
            yield from _named(compiler, node)
    if _mixes(compiler.contract, whole):
        yield NOBODYS


def _everything(compiler: Compiler, trees: Iterable[Tree]) -> Iterator[Tree]:
    """The trees, and of the views behind them what is used: whole tables of their own, single columns of added ones."""
    todo = list(trees)
    seen: set[tuple[str, str]] = set()
    while todo:
        tree = todo.pop()
        yield tree
        tables = {each.alias_or_name: each for each in tree.find_all(exp.Table)}
        for each in tables.values():
            if each.name in compiler.views and (each.name, "") not in seen and compiler.views[each.name].view.records:
                seen.add((each.name, ""))
                todo.append(compiler.views[each.name].tree)
        for column in tree.find_all(exp.Column):
            table = tables[column.table].name if column.table in tables else column.table
            relation = compiler.relations.get(table)
            view = relation.added.get(column.name) if relation is not None else None
            if view is not None and (view, column.name) not in seen:
                seen.add((view, column.name))
                made = next((one for one in compiler.views[view].tree.expressions if one.alias == column.name), None)
                if made is not None:
                    todo.append(exp.select(made.copy()).from_(exp.to_table(table)))


def _named(compiler: Compiler, node: Tree) -> Iterator[str]:
    if isinstance(node, exp.Placeholder):
        yield from _setting(compiler, node.name)
    elif isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.to.is_type("date", "timestamp", "datetime"):
        if node.this.name < NO_END:
            yield LITERAL
    elif isinstance(node, exp.Anonymous):
        if node.this in CALENDAR_FUNCTIONS:
            yield WORKING
        if node.this in PARTS:
            yield MONTHS


def _setting(compiler: Compiler, name: str) -> Iterator[str]:
    if name == "as_of":
        yield AS_OF
    elif name == "go_live":
        yield GO_LIVE
    elif name in compiler.derived:
        for inner in compiler.derived[name][0].walk():
            yield from _named(compiler, inner)
    elif name in compiler.settings and compiler.settings[name].type == "date":
        yield LITERAL


def _mixes(contract: Contract, trees: Iterable[Tree]) -> bool:
    """Whether dates of tables that lead to a person stand beside dates of tables that lead to nobody."""
    kinds: set[bool] = set()
    for tree in trees:
        tables = {each.alias_or_name: each.name for each in tree.find_all(exp.Table)}
        for column in tree.find_all(exp.Column):
            table = tables.get(column.table, column.table)
            known = contract.tables[table].columns.get(column.name) if table in contract.tables else None
            if known is not None and known.type in ("date", "datetime"):
                kinds.add(of_nobody(contract, table))
    return len(kinds) > 1
