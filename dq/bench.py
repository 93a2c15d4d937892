"""A bench for examples: one connection, and the tables of one example at a time in it, through ingest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from dq import ingest, settings
from dq.compile import Compiler
from dq.compiled import CompiledRule, CompiledView
from dq.contract import Contract
from dq.engines.duckdb import DuckDBEngine, connect
from dq.errors import Problem
from dq.pack import Pack
from dq.people import find as people
from dq.people import model as models
from dq.rules import Example, Rule

AS_OF, GO_LIVE = dt.date(2026, 11, 2), dt.date(2027, 3, 1)
"""The as-of date and go-live date of examples that give none."""
LEAST = -1000
"""Hundredths of match weight from which an example's pairs are handed to the rule, which has a limit of its own."""


@dataclass(frozen=True)
class Bench:
    """The connection, compiler and engine that the examples share."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    compiler: Compiler
    engine: DuckDBEngine
    pack: Pack


@contextmanager
def opened(pack: Pack) -> Iterator[Bench]:
    """A bench for a pack; raises `PackError` where its views do not compile."""
    values = settings.values(pack.settings) | {"as_of": AS_OF, "go_live": GO_LIVE}
    compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        connection = connect(Path(work), threads=1)
        try:
            yield Bench(connection, pack.contract, compiler, DuckDBEngine(connection, compiler, time_limit=30), pack)
        finally:
            connection.close()


def other_table(each: CompiledRule, example: Example, family: int) -> bool:
    """Whether a repetition of a rule has nothing to do with an example."""
    return family > 1 and not any(statement.relation in example.tables for statement in each.statements)


def dependencies(pack: Pack, rules: Sequence[Rule]) -> list[Rule]:
    """The rules of the pack that rules depend on."""
    by_id = {rule.id: rule for rule in pack.rules}
    return [by_id[name] for name in dict.fromkeys(name for rule in rules for name in rule.depends_on) if name in by_id]


@contextmanager
def situation(bench: Bench, example: Example) -> Iterator[None]:
    """The example's as-of date, go-live date and settings, for as long as it runs."""
    before = dict(bench.compiler.values)
    try:
        bench.compiler.values.update(settings.values(bench.pack.settings, example.settings))
        bench.compiler.values.update({"as_of": example.as_of or AS_OF, "go_live": example.go_live or GO_LIVE})
        yield
    finally:
        bench.compiler.values.clear()
        bench.compiler.values.update(before)


def load(
    bench: Bench, example: Example, rules: Iterable[CompiledRule | CompiledView], problems: list[Problem], subject: str, file: str
) -> None:
    """Load the example's rows into the tables that are read; unknown tables and columns are problems."""
    rules = list(rules)
    read: set[str] = set()
    for rule in rules:
        needs = rule.views if isinstance(rule, CompiledRule) else rule.needs
        read |= set(rule.reads.relations).union(*(bench.compiler.views[name].reads.relations for name in needs))
        if isinstance(rule, CompiledRule):
            read |= {also.table for statement in rule.statements for also in statement.also}
            read |= {statement.table for statement in rule.statements if statement.table}
        else:
            read |= {rule.view.adds_to or rule.view.records or ""}
    for schema in ("main", "previous"):
        prefix = "previous." if schema == "previous" else ""
        wanted = {name.removeprefix(prefix) for name in read if name.startswith("previous.") == bool(prefix)} & set(
            bench.contract.tables
        )
        frames = {}
        for name, rows in example.tables.items():
            bare = name.removeprefix("previous.")
            if name.startswith("previous.") != bool(prefix):
                continue
            if bare not in bench.contract.tables:
                problems.append(Problem(file, example.line, subject, f"{example.name}: the contract has no table {bare!r}."))
                continue
            unknown = {key for row in rows for key in row} - set(bench.contract.tables[bare].columns)
            problems += [
                Problem(file, example.line, subject, f"{example.name}: {bare} has no column {each!r}.") for each in sorted(unknown)
            ]
            if bare in wanted:
                frames[bare] = _frame(bench.contract, bare, rows)
        if wanted:
            smaller = replace(bench.contract, tables={name: bench.contract.tables[name] for name in wanted})
            bench.connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE" if schema == "previous" else "SELECT 1")
            ingest.load(bench.connection, smaller, [], schema=schema, frames=frames)
    if people.installed() and any(isinstance(rule, CompiledRule) and by_pair(rule) for rule in rules):
        model = models.start()  # what an example says must hold before anything is learnt of an extract
        people.fill(bench.connection, people.find(bench.connection, bench.contract, model, LEAST, threads=1))


def by_pair(rule: CompiledRule) -> bool:
    """Whether a rule's findings are pairs of people; without Splink there are none to be found."""
    return any(statement.pairs is not None for statement in rule.statements)


def _frame(contract: Contract, name: str, rows: Sequence[Mapping[str, str | None]]) -> pd.DataFrame:
    columns = list(contract.tables[name].columns)
    return pd.DataFrame([{key: row.get(key) for key in columns} for row in rows], columns=columns, dtype="string")


def build(bench: Bench, name: str) -> None:
    """Make a view anew over the tables that are loaded."""
    bench.engine.broken.pop(name, None)
    bench.connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    bench.engine.build(bench.compiler.views[name])
