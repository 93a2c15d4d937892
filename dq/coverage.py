"""Which rules look after what the target asks for: each contract column with a mandatory field, a length or a code list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from dq import settings
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Column
from dq.expression import parse
from dq.expression.reader import Fault
from dq.pack import Pack
from dq.rules import Rule

FILLED, MAPPED, FITTED = "required", "mapped", "fits"


@dataclass(frozen=True)
class Covered:
    """One column: what the target asks of it, the rules that answer, and every rule that reads it."""

    table: str
    column: str
    field: str
    mandatory: bool
    filled_by: tuple[str, ...]
    codes: str
    mapped_by: tuple[str, ...]
    length: int | None
    fitted_by: tuple[str, ...]
    read_by: tuple[str, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """What the target asks for and no rule looks after."""
        asked = (
            ("no rule that it is filled in", self.mandatory, self.filled_by),
            ("no rule that its codes are mapped", bool(self.codes), self.mapped_by),
            ("no rule on its length", self.length is not None, self.fitted_by),
        )
        return tuple(gap for gap, wanted, rules in asked if wanted and not rules)


def coverage(pack: Pack) -> list[Covered]:
    """The columns of which the target asks something, or that have a code list; those with gaps first.

    Raises `PackError` where a rule or view does not compile.
    """
    values = settings.values(pack.settings) | {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)}
    compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    compiled = [compiler.rule(rule) for rule in pack.rules]
    readers = _readers(compiler, compiled)
    found = []
    for table in pack.contract.tables.values():
        for column in table.columns.values():
            if column.target is None and column.codes is None:
                continue
            place = (table.name, column.name)
            read_by = readers.get(place, {})
            by_check = {check: _by_check(pack, place, check, read_by) for check in (FILLED, MAPPED, FITTED)}
            target = column.target
            found.append(
                Covered(
                    table.name,
                    column.name,
                    target.field if target else "",
                    bool(target and target.mandatory),
                    tuple(dict.fromkeys((*_key(column, table.key), *by_check[FILLED]))),
                    column.codes or "",
                    by_check[MAPPED],
                    target.length if target and column.type == "text" else None,
                    by_check[FITTED],
                    tuple(read_by),
                )
            )
    return sorted(found, key=lambda each: not each.gaps)


def _key(column: Column, key: tuple[str, ...]) -> Iterator[str]:
    """A part of a table's key is looked after by the built-in rule on missing keys."""
    if column.name in key:
        yield "key_missing"


def _readers(compiler: Compiler, compiled: list[CompiledRule]) -> dict[tuple[str, str], dict[str, None]]:
    """Rules by the column that they read, themselves or through a view."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for rule in compiled:
        reads = rule.reads.columns.union(*(compiler.views[name].reads.columns for name in rule.views))
        for place in reads:
            found.setdefault(place, {})[rule.rule.id] = None
    return found


def _by_check(pack: Pack, place: tuple[str, str], check: str, read_by: dict[str, None]) -> tuple[str, ...]:
    """Rules with this check on the column itself."""
    table, column = place
    return tuple(rule.id for rule in pack.rules if rule.id in read_by and _asks(rule, table, column, check))


def _asks(rule: Rule, table: str, column: str, check: str) -> bool:
    for statement in rule.statements:
        if statement.table != table:
            continue
        if statement.check == check:
            value = statement.value
            named = value.get("columns", value.get("column")) if isinstance(value, dict) else value
            if column == named or (isinstance(named, list | tuple) and column in named):
                return True
        elif check == FILLED and statement.check == "assert" and _tests_for_blank(str(statement.value), table, column):
            return True
    return False


def _tests_for_blank(predicate: str, table: str, column: str) -> bool:
    """Whether a predicate says of the record's own column, its text, or it or another, that it is not blank."""
    tree = parse(predicate)
    if isinstance(tree, Fault):
        return False
    for test in tree.find_all(exp.Is):
        if isinstance(test.expression, exp.Null) and isinstance(test.parent, exp.Not):
            own = [each for each in test.this.find_all(exp.Column) if each.table in ("", table)]
            if column in [each.name for each in own]:
                return True
    return False
