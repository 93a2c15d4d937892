"""Rules and views held against their own examples, through the real engine.

An example's rows are text, as in a file; they go through ingest like an extract. A column left out is null, a table
left out is empty. One connection serves all examples; each loads only the tables that its rule reads.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
from sqlglot import exp

from dq import ingest, settings
from dq.compile import Compiler
from dq.compiled import CompiledRule, CompiledView
from dq.contract import Contract
from dq.engines.duckdb import DuckDBEngine, connect
from dq.errors import Problem, gathering
from dq.pack import Pack
from dq.rules import Example, Rule
from dq.sqltext import as_text, column, key_text, named, table

AS_OF, GO_LIVE = dt.date(2026, 11, 2), dt.date(2027, 3, 1)
"""The as-of date and go-live date of examples that give none."""
EXTRACT = "extract"


@dataclass
class Tested:
    """What came of testing a pack: examples run, and problems with file and line."""

    examples: int = 0
    rules: int = 0
    views: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Bench:
    """The connection, compiler and engine that the examples share."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    compiler: Compiler
    engine: DuckDBEngine
    pack: Pack


def run(pack: Pack, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Tested:
    """Run every example of the pack's rules and views; raises `PackError` where views do not compile.

    Of a project's packs only the project's own rules and views are run: the packs have been tested by themselves.
    """
    tested = Tested()
    families: dict[str, list[Rule]] = {}
    views = [view for view in pack.views if _is_own(pack, view.file)]
    for rule in pack.rules:
        if _is_own(pack, rule.file):
            families.setdefault(rule.family or rule.id, []).append(rule)
    total = len(families) + len(views)
    with _bench(pack) as bench:
        for done, view in enumerate(views):
            progress(done, total)
            tested.views += 1
            for example in view.examples:
                tested.examples += 1
                with gathering(tested.problems):
                    tested.problems += _test_view(bench, bench.compiler.views[view.name], example)
        for done, rules in enumerate(families.values(), start=len(views)):
            progress(done, total)
            tested.rules += len(rules)
            with gathering(tested.problems):
                tested.problems += _test_family(bench, rules, tested)
    return tested


def _is_own(pack: Pack, file: str) -> bool:
    return pack.own is None or Path(file).parent == pack.own.folder


@contextmanager
def _bench(pack: Pack) -> Iterator[_Bench]:
    values = settings.values(pack.settings) | {"as_of": AS_OF, "go_live": GO_LIVE}
    compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        connection = connect(Path(work), threads=1)
        try:
            yield _Bench(connection, pack.contract, compiler, DuckDBEngine(connection, compiler, time_limit=30), pack)
        finally:
            connection.close()


def _test_family(bench: _Bench, rules: Sequence[Rule], tested: Tested) -> Iterable[Problem]:
    """Test one rule, or all repetitions of one `for_each` together, on its examples."""
    compiled = [bench.compiler.rule(rule) for rule in rules]
    needed = [bench.compiler.rule(each) for each in _dependencies(bench.pack, rules)]
    first = rules[0]
    problems: list[Problem] = []
    failing = passing = 0
    for example in first.examples:
        tested.examples += 1
        mine = [each for each in compiled if not _other_table(each, example, len(compiled))]
        with _situation(bench, example):
            _load(bench, example, [*needed, *mine], problems, first.id, first.file)
            for each in (*needed, *mine):
                for view in each.views:
                    _build(bench, view)
            bench.connection.execute("DELETE FROM dq_finding")
            failed_here = False
            for each in (*needed, *mine):
                outcome = bench.engine.evaluate(each)
                if outcome.reason:
                    problems.append(Problem(first.file, example.line, first.id, f"{example.name}: {outcome.reason}"))
                    failed_here = True
                elif each in mine:
                    failing += outcome.counts.failing
                    passing += outcome.counts.assessed - outcome.counts.failing
            if not failed_here:
                problems += _compare(bench, first, mine, example)
    if first.examples and not problems:
        if not failing:
            problems.append(Problem(first.file, first.line, first.id, "No example has a failing record.", "Add one."))
        if not passing and first.scope == "record":
            message = "No example has a record that is assessed and passes."
            problems.append(Problem(first.file, first.line, first.id, message, "Add one."))
    return problems


def _other_table(each: CompiledRule, example: Example, family: int) -> bool:
    return family > 1 and not any(statement.relation in example.tables for statement in each.statements)


def _dependencies(pack: Pack, rules: Sequence[Rule]) -> list[Rule]:
    by_id = {rule.id: rule for rule in pack.rules}
    return [by_id[name] for name in dict.fromkeys(name for rule in rules for name in rule.depends_on) if name in by_id]


@contextmanager
def _situation(bench: _Bench, example: Example) -> Iterator[None]:
    """The example's as-of date, go-live date and settings, for as long as it runs."""
    before = dict(bench.compiler.values)
    try:
        bench.compiler.values.update(settings.values(bench.pack.settings, example.settings))
        bench.compiler.values.update({"as_of": example.as_of or AS_OF, "go_live": example.go_live or GO_LIVE})
        yield
    finally:
        bench.compiler.values.clear()
        bench.compiler.values.update(before)


def _load(
    bench: _Bench, example: Example, rules: Iterable[CompiledRule | CompiledView], problems: list[Problem], subject: str, file: str
) -> None:
    """Load the example's rows into the tables that are read; unknown tables and columns are problems."""
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


def _frame(contract: Contract, name: str, rows: Sequence[Mapping[str, str | None]]) -> pd.DataFrame:
    columns = list(contract.tables[name].columns)
    return pd.DataFrame([{key: row.get(key) for key in columns} for row in rows], columns=columns, dtype="string")


def _build(bench: _Bench, name: str) -> None:
    bench.engine.broken.pop(name, None)
    bench.connection.execute(f'DROP TABLE IF EXISTS "{name}"')
    bench.engine.build(bench.compiler.views[name])


def _compare(bench: _Bench, rule: Rule, compiled: Sequence[CompiledRule], example: Example) -> Iterable[Problem]:
    """Hold the failing records against the example's `fails`."""
    ids = [each.rule.id for each in compiled]
    found: dict[str, Counter[str]] = {}
    query = "SELECT DISTINCT table_name, row_id FROM dq_finding WHERE rule IN (SELECT unnest(?))"
    for name, row_id in bench.connection.execute(query, [ids]).fetchall():
        found.setdefault(name, Counter())[EXTRACT if row_id is None else str(row_id)] += 1
    for name in sorted(set(found) | set(example.fails)):
        names = _names(bench, name)
        got = {row for row in found.get(name, ())}
        wanted: set[str] = set()
        for key in example.fails.get(name, ()):
            rows = {row for row, words in names.items() if key in words}
            if key == EXTRACT:
                rows = {EXTRACT}
            if not rows:
                yield Problem(rule.file, example.line, rule.id, f"{example.name}: {name} has no record {key!r} in this example.")
            wanted |= rows
        for row in sorted(got - wanted):
            message = f"{example.name}: {_shown(name, names, row)} fails, but should not."
            yield Problem(rule.file, example.line, rule.id, message)
        for row in sorted(wanted - got):
            yield Problem(
                rule.file, example.line, rule.id, f"{example.name}: {_shown(name, names, row)} should fail, but does not."
            )


def _names(bench: _Bench, name: str) -> dict[str, tuple[str, ...]]:
    """row_id to the ways an example may name the row: its key, and ``#n`` by position."""
    subject = bench.contract.tables.get(name)
    if subject is None:
        return {}
    select = exp.select(named(as_text(column("row_id", name)), "row_id"), named(key_text(subject, name), "key")).from_(table(name))
    rows = bench.connection.execute(select.sql(dialect="duckdb")).fetchall()
    return {row_id: (key, f"#{row_id}") for row_id, key in rows}


def _shown(name: str, names: Mapping[str, tuple[str, ...]], row: str) -> str:
    return f"{name} {names[row][0] or names[row][1]}" if row in names else f"{name} ({row})"


def _test_view(bench: _Bench, compiled: CompiledView, example: Example) -> list[Problem]:
    """Hold a view's rows against the example's `expect`: rows, or {key: columns} where it adds to a table."""
    view = compiled.view
    problems: list[Problem] = []
    with _situation(bench, example):
        _load(bench, example, [compiled], problems, view.name, view.file)
        for name in (*compiled.needs, view.name):
            _build(bench, name)
        if view.name in bench.engine.broken:
            return [*problems, Problem(view.file, example.line, view.name, bench.engine.broken[view.name])]
        base = view.adds_to or view.records or ""
        subject = bench.contract.tables[base]
        columns = [named(as_text(column(word, view.name)), word) for word in compiled.columns]
        same = exp.EQ(this=column("row_id", base), expression=column("row_id", view.name))
        select = exp.select(named(key_text(subject, base), "key"), *columns).from_(table(view.name)).join(table(base), on=same)
        rows = bench.connection.execute(select.sql(dialect="duckdb")).fetchall()
    got = [(row[0], dict(zip(compiled.columns, row[1:], strict=True))) for row in rows]

    def wrong(message: str) -> None:
        problems.append(Problem(view.file, example.line, view.name, f"{example.name}: {message}"))

    if isinstance(example.expect, dict) and view.adds_to:
        by_key = dict(got)
        for key, wanted in example.expect.items():
            if key not in by_key:
                wrong(f"there is no record {key!r}.")
                continue
            for word, value in (wanted or {}).items():
                if word not in by_key[key]:
                    wrong(f"the view has no column {word!r}.")
                elif _text(by_key[key][word]) != _text(value):
                    wrong(f"{key}.{word} is {_text(by_key[key][word])!r}, expected {_text(value)!r}.")
    elif isinstance(example.expect, list):
        words = sorted({word for row in example.expect for word in row})
        unknown = [word for word in words if word not in compiled.columns]
        for word in unknown:
            wrong(f"the view has no column {word!r}.")
        if not unknown:
            found = Counter(json.dumps([_text(row[word]) for word in words]) for _, row in got)
            expected = Counter(json.dumps([_text(row.get(word)) for word in words]) for row in example.expect)
            for extra in (found - expected).elements():
                wrong(f"it gives {dict(zip(words, json.loads(extra), strict=True))}, which is not expected.")
            for lack in (expected - found).elements():
                wrong(f"it does not give {dict(zip(words, json.loads(lack), strict=True))}.")
    else:
        wrong("expect: is a list of rows, or key: {column: value} for a view that adds to a table.")
    return problems


def _text(value: Any) -> str | None:
    """A value as text; a number without needless decimals, so that 14 and 14.0 are the same."""
    if value is None:
        return None
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text
