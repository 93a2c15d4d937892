"""Every fault of a pack at once: YAML, names, types, refused constructs, examples, unused views, slow plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dq import config, outside, own_rules, settings, teams, yamlfile
from dq import pack as packs
from dq.builtin import is_built_in
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Contract
from dq.engines.duckdb import DuckDBEngine, connect
from dq.errors import Problem, did_you_mean, gathering
from dq.figures import compile_one
from dq.ingest import load as load_tables
from dq.mutation import survivors
from dq.pack import Pack
from dq.rules import Example, Rule

SLOW = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN")  # a cross product is how one value (a count, a day of the calendar) comes in
ROWS = 4


@dataclass
class Linted:
    """What lint looked at, and every problem."""

    rules: int = 0
    views: int = 0
    measures: int = 0
    problems: list[Problem] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def lint(names: Sequence[str], base: Path | None = None) -> Linted:
    """Look at packs (on one contract), or at a project with its own rules, as a whole.

    Problems come with file, line, rule, and what to do; of a project also what its own rules change.
    """
    found = Linted()
    pack: Pack | None = None
    with gathering(found.problems):
        pack = packs.named(names, base)
    if pack is None:
        return found
    found.differences = list(own_rules.told(pack.own)) if pack.own is not None else []
    found.rules, found.views, found.measures = len(pack.rules), len(pack.views), len(pack.measures)
    for folder in pack.folders:
        for path in sorted((folder / "sources").glob("*.yaml")):
            with gathering(found.problems):
                packs.load_source_map(pack, path.stem)
    if packs.is_project(Path(names[0])):
        with gathering(found.problems):
            found.rules += sum(len(each.rules) for each in outside.of_project(Path(names[0]), pack.contract, pack.rules))
        with gathering(found.problems):
            _teams_file(Path(names[0]))
    found.problems += _settings_named(pack)
    compiler: Compiler | None = None
    with gathering(found.problems):
        values = settings.values(pack.settings) | {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)}
        compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    if compiler is None:
        return found
    compiled: list[CompiledRule] = []
    for rule in pack.rules:
        with gathering(found.problems):
            compiled.append(compiler.rule(rule))
    for measure in pack.measures:
        with gathering(found.problems):
            compiled.append(compile_one(compiler, measure).rule)
    found.problems += _depending(pack.rules)
    found.problems += _reasons(pack.rules)
    found.problems += _examples(pack)
    found.problems += _figures(pack)
    found.problems += _unused(pack, compiler, compiled)
    with gathering(found.problems):
        found.problems += survivors.stale(pack)
    found.problems += _slow(pack.contract, compiler, compiled)
    found.problems = sorted(set(found.problems))
    return found


def _teams_file(folder: Path) -> None:
    name = config.load(folder).teams
    if name is not None:
        teams.read(folder / name)


def _settings_named(pack: Pack) -> Iterator[Problem]:
    """Settings that the contract names and no pack declares."""
    contract = pack.contract
    by_format = contract.xml.format_setting if contract.xml is not None else None
    for part, name in [*(("agree", name) for name in contract.agree), *([("xml", by_format)] if by_format else [])]:
        if name not in pack.settings and contract.folder is not None:
            document = yamlfile.read(contract.folder / "dataset.yaml")
            place = (part, name) if part == "agree" else (part, "format_setting")
            yield document.problem(place, f"{part}: there is no setting {name!r}.", fix=did_you_mean(name, pack.settings))


def _depending(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Dependencies that name no rule, and rings of them."""
    by_id = {rule.id: rule for rule in rules}
    for rule in rules:
        for name in rule.depends_on:
            if name not in by_id and not is_built_in(name):
                yield Problem(rule.file, rule.line, rule.id, f"depends_on: there is no rule {name!r}.", did_you_mean(name, by_id))
        seen, todo = set(), list(rule.depends_on)
        while todo:
            name = todo.pop()
            if name == rule.id:
                yield Problem(rule.file, rule.line, rule.id, "depends_on leads back to the rule itself.", "Break the ring.")
                break
            if name in by_id and name not in seen:
                seen.add(name)
                todo += by_id[name].depends_on


def _reasons(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Rules without a reason in a folder whose other rules give theirs."""
    told = {Path(rule.file).parent for rule in rules if rule.reason}
    for rule in {rule.family or rule.id: rule for rule in rules}.values():
        if not rule.reason and Path(rule.file).parent in told:
            fix = "Write reason: one sentence on what goes wrong for the child or the load if it is not met."
            yield Problem(
                rule.file, rule.line, rule.family, "The other rules say why they are there; this one does not.", fix, "warning"
            )


def _examples(pack: Pack) -> Iterator[Problem]:
    """Rules and views without examples, without failing records, with unknown tables, columns or settings."""
    seen: set[str] = set()
    for rule in pack.rules:
        if rule.family in seen:
            continue
        seen.add(rule.family)
        if not any(keys for example in rule.examples for keys in example.fails.values()):
            fix = "Add an example with rows and `fails: [key]`."
            yield Problem(rule.file, rule.line, rule.family, "No example has a failing record.", fix)
        if rule.scope == "record" and rule.examples and not any(_spares_one(example) for example in rule.examples):
            fix = "Add a record that meets the condition to an example's rows, and leave it out of `fails`."
            yield Problem(rule.file, rule.line, rule.family, "No example has a record that passes.", fix)
        for example in rule.examples:
            yield from _columns(pack, example, rule.file, rule.family)
            if not example.fails and example.tables and rule.scope == "record" and not any(each.fails for each in rule.examples):
                yield Problem(
                    rule.file, example.line, rule.family, f"{example.name}: fails: is missing.", "Write fails: [] for none."
                )
    for view in pack.views:
        if not view.examples:
            yield Problem(view.file, view.line, view.name, "The view has no example.", "Add one with rows and `expect:`.")
        for example in view.examples:
            yield from _columns(pack, example, view.file, view.name)


def _figures(pack: Pack) -> Iterator[Problem]:
    """Measures whose examples count nothing, or everything, or speak of unknown tables, columns or settings."""
    for measure in pack.measures:
        gives = [numbers for each in measure.examples for numbers in each.gives.values()]
        if not any(numbers.get("counted") for numbers in gives):
            fix = "Add an example with rows and `gives: {counted: 1, of: 2}`."
            yield Problem(measure.file, measure.line, measure.id, "No example counts a record.", fix)
        elif measure.counts is not None and not any(numbers.get("of", 0) > numbers.get("counted", 0) for numbers in gives):
            fix = "Add a record of which `counts` is false to an example's rows."
            yield Problem(measure.file, measure.line, measure.id, "No example has a record that does not count.", fix)
        for each in measure.examples:
            yield from _columns(pack, each.example, measure.file, measure.id)


def _spares_one(example: Example) -> bool:
    """Whether a table of the example has more records than fail; whether they are assessed, `dq test-rules` finds out."""
    if not any(example.fails.values()):
        return any(example.tables.values())
    return any(len(example.tables.get(name, ())) > len(keys) for name, keys in example.fails.items())


def _columns(pack: Pack, example: Example, file: str, subject: str) -> Iterator[Problem]:
    tables = pack.contract.tables
    for name, rows in example.tables.items():
        bare = name.removeprefix("previous.")
        if bare not in tables:
            fix = did_you_mean(bare, tables)
            yield Problem(file, example.line, subject, f"{example.name}: there is no table {bare!r}.", fix)
            continue
        for word in sorted({word for row in rows for word in row} - set(tables[bare].columns)):
            fix = did_you_mean(word, tables[bare].columns)
            yield Problem(file, example.line, subject, f"{example.name}: {bare} has no column {word!r}.", fix)
    for word in example.settings:
        if word not in pack.settings:
            fix = did_you_mean(word, pack.settings)
            yield Problem(file, example.line, subject, f"{example.name}: there is no setting {word!r}.", fix)


def _unused(pack: Pack, compiler: Compiler, compiled: Iterable[CompiledRule]) -> Iterator[Problem]:
    """Views that no rule and no measure needs."""
    used = {name for rule in compiled for name in rule.views}
    for view in pack.views:
        if view.name in compiler.views and view.name not in used:
            yield Problem(
                view.file, view.line, view.name, "No rule and no measure uses this view.", "Remove it, or use it.", "warning"
            )


def _slow(contract: Contract, compiler: Compiler, compiled: Sequence[CompiledRule]) -> Iterator[Problem]:
    """Rules whose plan compares every row with every other: they pass on a sample and stand still on a council."""
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        connection = connect(Path(work), threads=1)
        try:
            # Tiny tables are joined by loops whatever the condition; these limits make the plan that of large ones.
            connection.execute("SET nested_loop_join_threshold = 0; SET merge_join_threshold = 0")
            load_tables(connection, contract, [], frames={})
            load_tables(connection, contract, [], schema="previous", frames={})
            for schema in ("main", "previous"):
                _fill(connection, contract, schema)
            engine = DuckDBEngine(connection, compiler)
            for view in compiler.views.values():
                engine.build(view)
            for rule in compiled:
                yield from _plan(connection, compiler, rule)
        finally:
            connection.close()


def _fill(connection: duckdb.DuckDBPyConnection, contract: Contract, schema: str) -> None:
    """A few rows of different values, so that no plan is cut short because a table is empty."""
    values = {
        "VARCHAR": "'v' || n", "BIGINT": "n", "SMALLINT": "n::SMALLINT", "DOUBLE": "n::DOUBLE", "BOOLEAN": "n % 2 = 0",
        "DATE": "DATE '2020-01-01' + n::INTEGER", "TIMESTAMP": "TIMESTAMP '2020-01-01' + to_days(n::INTEGER)",
    }  # fmt: skip
    for name in contract.tables:
        described = connection.execute(f'DESCRIBE "{schema}"."{name}"').fetchall()
        columns = ", ".join(values[kind] for _, kind, *_ in described)
        connection.execute(f'INSERT INTO "{schema}"."{name}" SELECT {columns} FROM (SELECT unnest(range({ROWS})) AS n)')


def _plan(connection: duckdb.DuckDBPyConnection, compiler: Compiler, rule: CompiledRule) -> Iterator[Problem]:
    if rule.rule.scope == "extract" or rule.unset:
        return
    for statement in rule.statements:
        sql = compiler.lower(statement.verdict, "duckdb").sql(dialect="duckdb")
        try:
            plan = connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1].upper().replace(" ", "_")
        except duckdb.Error as error:
            message = f"The engine does not accept it ({type(error).__name__})."
            yield Problem(rule.rule.file, rule.rule.line, rule.rule.id, message, "Simplify it; `dq explain` shows its SQL.")
            continue
        if any(word in plan for word in SLOW):
            message = "The plan compares every row with every other (a join without an equality)."
            fix = "Join on an equality such as the person, or use a window in a view."
            yield Problem(rule.rule.file, rule.rule.line, rule.rule.id, message, fix)
