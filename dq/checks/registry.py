"""The registry of checks: a dict and a decorator. A check's signature is its YAML.

A check is a function of a `Subject` (the table a rule speaks of) and its own parameters. It returns a `Condition`:
a tree over that table that is true, false or unknown for each record, still in the portable language. The first
parameter takes the short form (``required: date_of_birth``); a trailing underscore is dropped (`from_` is ``from:``).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from sqlglot import exp

from dq.contract import Column, Contract, Table
from dq.errors import did_you_mean
from dq.expression import Fault, Relation, parse
from dq.functions import Tree, call


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


ColumnName = Annotated[str, "column"]
ColumnNames = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Predicate = Annotated[str, "predicate"]
Day = Annotated[str, "column or setting"]
Limit = int | str
By = dict[str, str] | Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class CheckFault(Exception):
    """A check's parameters are wrong; carries a `Fault`."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(message, fix)


@dataclass(frozen=True)
class Subject:
    """The table or view that a rule speaks of, with the contract around it."""

    contract: Contract
    relation: Relation
    relations: Mapping[str, Relation]

    @property
    def alias(self) -> str:
        """The name by which the record's own columns are qualified."""
        return self.relation.name

    @property
    def table(self) -> Table | None:
        """The contract table of the records, None where the rule speaks of the whole extract."""
        return self.contract.tables.get(self.relation.table or "")

    def col(self, name: str) -> exp.Column:
        """A column of the record; `CheckFault` when there is none of this name."""
        if name not in self.relation.columns:
            raise CheckFault(f"There is no column {name!r} in {self.alias}.", did_you_mean(name, self.relation.columns))
        return exp.column(name, table=self.alias)

    def contract_column(self, name: str) -> Column:
        """What the contract says of a column; `CheckFault` when it is a view's."""
        self.col(name)
        if self.table is None or not self.relation.in_file(name):
            raise CheckFault(f"{name!r} is a view's column; the contract says nothing of it.", "Name a column of the table.")
        return self.table.columns[name]

    def day(self, name: str) -> Tree:
        """A column as a day: of a date with a time the date."""
        column = self.col(name)
        return call("add_days", column, exp.Literal.number(0)) if self.relation.columns[name].type == "datetime" else column

    def as_text(self, name: str) -> Tree:
        """A column as text: of one that is typed what stood in the file."""
        column = self.col(name)
        return column if self.relation.columns[name].family == "text" else call("raw", column)

    def readable(self, name: str) -> list[Tree]:
        """The condition that a cell is blank or has been understood; none where it cannot be otherwise."""
        typed = self.relation.in_file(name) and self.relation.columns[name].family != "text"
        return [call("parses", self.col(name))] if typed else []

    def other(self, name: str, alias: str) -> Relation:
        """Another table or view by name."""
        if name not in self.relations:
            raise CheckFault(f"There is no table or view {name!r}.", did_you_mean(name, self.relations))
        del alias
        return self.relations[name]

    def where(self, source: str | None, alias: str) -> list[Tree]:
        """A predicate of another table whose unqualified columns are that table's; empty where there is none."""
        if source is None:
            return []
        tree = parse(source)
        if isinstance(tree, Fault):
            raise CheckFault(tree.message, tree.fix)
        for column in tree.find_all(exp.Column):
            if not column.table and column.find_ancestor(exp.Select) is None:
                column.set("table", exp.to_identifier(alias))
        return [exp.paren(tree)]


@dataclass(frozen=True)
class Condition:
    """What a check asserts of a record, and what it reads: the fields shown unless the rule names others.

    Where a check gives `failing_rows`, a SELECT of the row_id of failing records, `tree` says which records are
    assessed: those for which it is true. Where it gives `pairs`, the least match weight, its findings are pairs of
    records in ``dq_pair``, and `tables` are what else they were found by.
    """

    tree: Tree
    fields: tuple[str, ...]
    failing_rows: Tree | None = None
    pairs: Tree | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A registered check: name, function, parameters with their pydantic adapters."""

    name: str
    build: Callable[..., Condition]
    summary: str
    documentation: str
    parameters: Mapping[str, inspect.Parameter]
    types: Mapping[str, TypeAdapter[Any]] = field(repr=False)

    @property
    def first(self) -> str:
        """The parameter that the short form fills."""
        return next(iter(self.parameters))

    def bind(self, value: Any) -> dict[str, Any]:
        """Parameters from what stands in the YAML. Raises `CheckFault` naming the parameter and its type."""
        given = self.long_form(value)
        known = {_written(name): name for name in self.parameters}
        arguments: dict[str, Any] = {}
        for key, each in given.items():
            if key not in known:
                raise CheckFault(f"{self.name} has no parameter {key!r}.", did_you_mean(key, known) or self.signature())
            try:
                arguments[known[key]] = self.types[known[key]].validate_python(each)
            except ValidationError as error:
                raise CheckFault(f"{self.name}: {key}: {error.errors()[0]['msg']}.", self.signature()) from None
        missing = [
            _written(name)
            for name, parameter in self.parameters.items()
            if parameter.default is inspect.Parameter.empty and name not in arguments
        ]
        if missing:
            raise CheckFault(f"{self.name} needs {', '.join(missing)}.", self.signature())
        return arguments

    def long_form(self, value: Any) -> dict[str, Any]:
        """What stands in the YAML as parameters by name, whichever form it was written in."""
        return dict(value) if isinstance(value, dict) and self._names_parameters(value) else {_written(self.first): value}

    def _names_parameters(self, value: dict[str, Any]) -> bool:
        return self.types[self.first].json_schema().get("type") != "object" or _written(self.first) in value

    def signature(self) -> str:
        """The parameters as they are written in YAML."""
        parts = [
            _written(name) if parameter.default is inspect.Parameter.empty else f"[{_written(name)}]"
            for name, parameter in self.parameters.items()
        ]
        return f"Write {self.name}: {{{', '.join(parts)}}}."


CHECKS: dict[str, Check] = {}


def check(build: Callable[..., Condition]) -> Callable[..., Condition]:
    """Register a check under its function's name (a trailing underscore is dropped)."""
    name = _written(build.__name__)
    hints = get_type_hints(build, include_extras=True)
    parameters = dict(list(inspect.signature(build).parameters.items())[1:])
    documentation = inspect.getdoc(build) or ""
    types: dict[str, TypeAdapter[Any]] = {key: TypeAdapter(hints[key]) for key in parameters}
    CHECKS[name] = Check(name, build, documentation.splitlines()[0], documentation, parameters, types)
    return build


def _written(name: str) -> str:
    return name.removesuffix("_")


# trees that several checks build


def present(column: exp.Expr) -> Tree:
    """column IS NOT NULL"""
    return exp.not_(exp.Is(this=column.copy(), expression=exp.Null()))


def unless_null(columns: list[exp.Column], condition: Tree) -> Tree:
    """`condition` where every column is filled, otherwise unknown."""
    return exp.Case(ifs=[exp.If(this=exp.and_(*(present(each) for each in columns)), true=condition)])


def where_known(conditions: Sequence[Tree], told: Tree) -> Tree:
    """`told` where all conditions are true, otherwise unknown."""
    return exp.Case(ifs=[exp.If(this=exp.and_(*conditions), true=told)]) if conditions else told


def limit(value: Limit) -> Tree:
    """A number, or a setting written ``:name``."""
    if isinstance(value, int):
        return exp.Literal.number(value)
    if not value.startswith(":"):
        raise CheckFault(f"The limit {value!r} is neither a number nor a setting.", "Write 45 or :name_of_setting.")
    return exp.Placeholder(this=value[1:])


def pairs(by: By, here: Subject, there: Table | None = None) -> dict[str, str]:
    """`by` as {column here: column there}; a bare list means the same names, or a link's two ends."""
    if isinstance(by, dict):
        return by
    result: dict[str, str] = {}
    for name in by:
        column = here.table.columns.get(name) if here.table is not None else None
        link = column.link if column is not None else None
        result[name] = link[1] if link and there is not None and link[0] == there.name else name
    return result


Unit = Literal["days", "working_days", "months"]


def elapsed(unit: Unit, start: Tree, end: Tree, allowed: Tree) -> Tree:
    """end is no later than start plus the allowed time; both are days."""
    if unit == "working_days":
        return exp.LTE(this=call("working_days", start, end), expression=allowed)
    latest = call("add_months" if unit == "months" else "add_days", start, allowed)
    return exp.LTE(this=end.copy(), expression=latest)
