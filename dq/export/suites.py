"""A pack as suites of Great Expectations 1.x, one a table, as far as expectations can say its rules.

An expectation leaves blanks out, as the engine does; of a typed column whose text matters it names ``raw__x``, the text
of x as it stood in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from dq import patterns
from dq.checks import CHECKS
from dq.checks.values import CHARACTERS, limits
from dq.compile import Compiler
from dq.contract import Contract, Table
from dq.errors import PackError
from dq.export.source import CannotSay, out_of_reach
from dq.model import VERSION, Severity
from dq.pack import Pack
from dq.rules import Rule

Expectation = tuple[str, dict[str, Any]]
SEVERITIES: dict[Severity, str] = {"blocker": "critical", "major": "warning", "minor": "info"}
TYPES = {
    "text": "str", "code": "str", "integer": "int64", "number": "float64", "boolean": "bool", "date": "datetime64",
    "datetime": "datetime64",
}  # fmt: skip


def suites(pack: Pack, compiler: Compiler, tables: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """A suite for each table, or for some, as plain data for JSON.

    The contract comes first: required columns and types. A rule may need several expectations; each bears its id, and
    a record breaks the rule where one of them fails. `notes` lists the rules that could not be said, with the reason.
    """
    found: dict[str, dict[str, Any]] = {}
    for name in tables or pack.contract.tables:
        table = pack.contract.tables[name]
        expectations = list(_contract(table))
        left: dict[str, list[str]] = {}
        for rule in (each for each in pack.rules if name in [one.table for one in each.statements]):
            try:
                parts = _rule(pack.contract, table, rule, compiler)
            except CannotSay as error:
                left.setdefault(str(error), []).append(rule.id)
            else:
                expectations += [_written(rule, kind, kwargs, number, len(parts)) for number, (kind, kwargs) in enumerate(parts)]
        notes = [f"Not said: {reason}: {', '.join(rules)}" for reason, rules in sorted(left.items())]
        found[name] = {
            "name": f"{pack.name}.{name}",
            "id": None,
            "expectations": expectations,
            "meta": {"great_expectations_version": "1.24.1", "dq": {"version": VERSION, "table": name}},
            "notes": [f"{table.title}: the contract and the rules of the pack {pack.name} that expectations can say.", *notes],
        }
    return found


def _contract(table: Table) -> Iterable[dict[str, Any]]:
    facts = {"severity": "major", "dimension": "consistency"}
    for column in table.columns.values():
        meta = {"dq": {**facts, "id": f"column.{column.name}"}}
        if column.required:
            kwargs: dict[str, Any] = {"column": column.name}
            yield {"type": "expect_column_to_exist", "kwargs": kwargs, "meta": meta, "severity": "warning"}
        kwargs = {"column": column.name, "type_": TYPES[column.type]}
        meta = {"dq": {**facts, "id": f"type.{column.name}"}}
        yield {"type": "expect_column_values_to_be_of_type", "kwargs": kwargs, "meta": meta, "severity": "warning"}


def _written(rule: Rule, kind: str, kwargs: dict[str, Any], number: int, count: int) -> dict[str, Any]:
    facts = {
        "id": rule.id if count == 1 else f"{rule.id}.{number + 1}", "severity": rule.severity, "dimension": rule.dimension,
        "fix": rule.fix, **({"owner": rule.owner} if rule.owner else {}),
    }  # fmt: skip
    return {
        "type": kind, "kwargs": kwargs, "meta": {"dq": facts, "rule": rule.id}, "description": rule.title,
        "severity": SEVERITIES[rule.severity],
    }  # fmt: skip


def _rule(contract: Contract, table: Table, rule: Rule, compiler: Compiler) -> list[Expectation]:
    """The expectations of one rule; raises `CannotSay`."""
    try:
        compiled = compiler.rule(rule)
    except PackError:
        raise CannotSay("it does not compile: see dq lint") from None
    reason = out_of_reach(contract, compiled)
    if reason:
        raise CannotSay(reason)
    [statement] = rule.statements
    if statement.when is not None:
        raise CannotSay("it has a when:")
    if rule.unknown == "fail":
        raise CannotSay("it counts what is unknown as failing")
    say = _CHECKS.get(statement.check)
    if say is None:
        raise CannotSay(f"no expectation says {statement.check}")
    return say(contract, table, CHECKS[statement.check].bind(statement.value))


_CHECKS: dict[str, Callable[[Contract, Table, dict[str, Any]], list[Expectation]]] = {}


def _says(check: str) -> Callable[[Callable[..., list[Expectation]]], Callable[..., list[Expectation]]]:
    def register(say: Callable[..., list[Expectation]]) -> Callable[..., list[Expectation]]:
        _CHECKS[check] = say
        return say

    return register


def _text(table: Table, name: str) -> str:
    """The column that holds a cell's text."""
    return name if table.columns[name].is_text else f"raw__{name}"


@_says("required")
def _required(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    return [("expect_column_values_to_not_be_null", {"column": _text(table, each)}) for each in given["columns"]]


@_says("forbidden")
def _forbidden(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    return [("expect_column_values_to_be_null", {"column": _text(table, each)}) for each in given["columns"]]


@_says("one_of")
def _one_of(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    if given.get("on"):
        raise CannotSay("it looks at the dates of codes")
    values = given.get("values")
    if values is None:
        values = [code.code for code in contract.codes[given.get("codes") or table.columns[given["column"]].codes or ""]]
    return [("expect_column_values_to_be_in_set", {"column": _text(table, given["column"]), "value_set": list(values)})]


@_says("mapped")
def _mapped(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    without = [code.code for code in contract.codes[table.columns[given["column"]].codes or ""] if not code.target]
    return [("expect_column_values_to_not_be_in_set", {"column": _text(table, given["column"]), "value_set": without})]


@_says("matches")
def _matches(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    pattern = patterns.written(f"^({given['pattern']})$", "python")
    return [("expect_column_values_to_match_regex", {"column": _text(table, given["column"]), "regex": pattern})]


@_says("fits")
def _fits(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    column, target = _text(table, given["column"]), table.columns[given["column"]].target
    length, precision, characters = limits(target, given.get("length"), given.get("precision"), given.get("characters"))
    found: list[Expectation] = []
    if length is not None:
        found.append(("expect_column_value_lengths_to_be_between", {"column": column, "max_value": length}))
    if precision is not None:
        found.append(("expect_column_values_to_not_match_regex", {"column": column, "regex": rf"\.[0-9]{{{precision + 1},}}"}))
    if characters is not None and characters in CHARACTERS:
        pattern = patterns.written(CHARACTERS[characters], "python")
        found.append(("expect_column_values_to_match_regex", {"column": column, "regex": pattern}))
    return found


@_says("ordered")
def _ordered(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    if any(table.columns[each].is_text for each in given["columns"]):
        raise CannotSay("it puts texts in order")
    rest = {"or_equal": not given.get("strict", False), "ignore_row_if": "either_value_is_missing"}
    return [
        ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": later, "column_B": earlier, **rest})
        for earlier, later in pairwise(given["columns"])
    ]


@_says("unique")
def _unique(contract: Contract, table: Table, given: dict[str, Any]) -> list[Expectation]:
    if given.get("where"):
        raise CannotSay("it counts only some of the records")
    columns = list(given["columns"])
    if len(columns) == 1:
        return [("expect_column_values_to_be_unique", {"column": columns[0]})]
    return [("expect_compound_columns_to_be_unique", {"column_list": columns, "ignore_row_if": "any_value_is_missing"})]
