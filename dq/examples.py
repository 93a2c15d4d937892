"""Rules and views held against their own examples, through the real engine.

An example's rows are text, as in a file; they go through ingest like an extract. A column left out is null, a table
left out is empty. One connection serves all examples; each loads only the tables that its rule reads.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlglot import exp

from dq.bench import Bench, build, by_pair, dependencies, load, opened, other_table, situation
from dq.compiled import CompiledRule, CompiledView
from dq.engines.tally import tally
from dq.errors import Problem, gathering
from dq.figures import CompiledMeasure, compile_one
from dq.measures import MeasureExample
from dq.pack import Pack
from dq.people import find as people
from dq.rules import Example, Rule
from dq.sqltext import as_text, column, key_text, named, table

EXTRACT = "extract"


@dataclass
class Tested:
    """What came of testing a pack: examples run, and problems with file and line.

    `untried` are rules whose examples need an extra that is not installed.
    """

    examples: int = 0
    rules: int = 0
    views: int = 0
    measures: int = 0
    untried: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def run(pack: Pack, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Tested:
    """Run every example of the pack's rules, views and measures; raises `PackError` where views do not compile.

    Of a project's packs only the project's own are run: the packs have been tested by themselves.
    """
    tested = Tested()
    families: dict[str, list[Rule]] = {}
    views = [view for view in pack.views if is_own(pack, view.file)]
    for rule in pack.rules:
        if is_own(pack, rule.file):
            families.setdefault(rule.family or rule.id, []).append(rule)
    measures = [each for each in pack.measures if is_own(pack, each.file)]
    total = len(families) + len(views) + len(measures)
    with opened(pack) as bench:
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
        for done, measure in enumerate(measures, start=len(views) + len(families)):
            progress(done, total)
            tested.measures += 1
            with gathering(tested.problems):
                compiled = compile_one(bench.compiler, measure)
                for each in measure.examples:
                    tested.examples += 1
                    tested.problems += _test_measure(bench, compiled, each)
    return tested


def is_own(pack: Pack, file: str) -> bool:
    """Whether a file is to be tested: any of a pack's, of a project only its own."""
    return pack.own is None or pack.own.folder in Path(file).parents


def _test_family(bench: Bench, rules: Sequence[Rule], tested: Tested) -> Iterable[Problem]:
    """Test one rule, or all repetitions of one `for_each` together, on its examples."""
    compiled = [bench.compiler.rule(rule) for rule in rules]
    needed = [bench.compiler.rule(each) for each in dependencies(bench.pack, rules)]
    first = rules[0]
    if any(by_pair(each) for each in compiled) and not people.installed():
        tested.untried += [each.id for each in rules]
        return []
    problems: list[Problem] = []
    failing = passing = 0
    for example in first.examples:
        tested.examples += 1
        mine = [each for each in compiled if not other_table(each, example, len(compiled))]
        with situation(bench, example):
            load(bench, example, [*needed, *mine], problems, first.id, first.file)
            for each in (*needed, *mine):
                for view in each.views:
                    build(bench, view)
            bench.connection.execute("DELETE FROM dq_finding")
            bench.connection.execute("DELETE FROM dq_pair_finding")
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


def _compare(bench: Bench, rule: Rule, compiled: Sequence[CompiledRule], example: Example) -> Iterable[Problem]:
    """Hold the failing records against the example's `fails`."""
    ids = [each.rule.id for each in compiled]
    found: dict[str, Counter[str]] = {}
    query = (
        "SELECT DISTINCT table_name, row_id FROM (SELECT rule, table_name, row_id FROM dq_finding "
        "UNION ALL SELECT rule, table_name, row_id FROM dq_pair_finding) WHERE rule IN (SELECT unnest(?))"
    )
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


def _names(bench: Bench, name: str) -> dict[str, tuple[str, ...]]:
    """row_id to the ways an example may name the row: its key, and ``#n`` by position."""
    subject = bench.contract.tables.get(name)
    if subject is None:
        return {}
    select = exp.select(named(as_text(column("row_id", name)), "row_id"), named(key_text(subject, name), "key")).from_(table(name))
    rows = bench.connection.execute(select.sql(dialect="duckdb")).fetchall()
    return {row_id: (key, f"#{row_id}") for row_id, key in rows}


def _shown(name: str, names: Mapping[str, tuple[str, ...]], row: str) -> str:
    return f"{name} {names[row][0] or names[row][1]}" if row in names else f"{name} ({row})"


def _test_view(bench: Bench, compiled: CompiledView, example: Example) -> list[Problem]:
    """Load an example's tables, make the view over them, and hold it against what is expected."""
    problems: list[Problem] = []
    with situation(bench, example):
        load(bench, example, [compiled], problems, compiled.view.name, compiled.view.file)
        for name in (*compiled.needs, compiled.view.name):
            build(bench, name)
        return problems + view_problems(bench, compiled, example)


def view_problems(bench: Bench, compiled: CompiledView, example: Example) -> list[Problem]:
    """Hold a view's rows against the example's `expect`: rows, or {key: columns} where it adds to a table.

    As in a rule's `fails`, ``#n`` names the record at place n, which may have no key, or share it.
    """
    view = compiled.view
    problems: list[Problem] = []
    if view.name in bench.engine.broken:
        return [Problem(view.file, example.line, view.name, bench.engine.broken[view.name])]
    base = view.adds_to or view.records or ""
    subject = bench.contract.tables[base]
    columns = [named(as_text(column(word, view.name)), word) for word in compiled.columns]
    same = exp.EQ(this=column("row_id", base), expression=column("row_id", view.name))
    keys = (named(key_text(subject, base), "key"), named(as_text(column("row_id", base)), "row_id"))
    select = exp.select(*keys, *columns).from_(table(view.name)).join(table(base), on=same)
    rows = bench.connection.execute(select.sql(dialect="duckdb")).fetchall()
    got = [(row[0], row[1], dict(zip(compiled.columns, row[2:], strict=True))) for row in rows]

    def wrong(message: str) -> None:
        problems.append(Problem(view.file, example.line, view.name, f"{example.name}: {message}"))

    if isinstance(example.expect, dict) and view.adds_to:
        by_key = {word: said for key, row_id, said in got for word in (key, f"#{row_id}")}
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
            found = Counter(json.dumps([_text(row[word]) for word in words]) for _, _, row in got)
            expected = Counter(json.dumps([_text(row.get(word)) for word in words]) for row in example.expect)
            for extra in (found - expected).elements():
                wrong(f"it gives {dict(zip(words, json.loads(extra), strict=True))}, which is not expected.")
            for lack in (expected - found).elements():
                wrong(f"it does not give {dict(zip(words, json.loads(lack), strict=True))}.")
    else:
        wrong("expect: is a list of rows, or key: {column: value} for a view that adds to a table.")
    return problems


def _test_measure(bench: Bench, compiled: CompiledMeasure, given: MeasureExample) -> list[Problem]:
    """Load an example's tables, count the measure over them, and hold its figures against what the example gives."""
    measure, example = compiled.measure, given.example
    problems: list[Problem] = []

    def wrong(message: str) -> None:
        problems.append(Problem(measure.file, example.line, measure.id, f"{example.name}: {message}"))

    with situation(bench, example):
        load(bench, example, [compiled.rule], problems, measure.id, measure.file)
        for view in compiled.rule.views:
            build(bench, view)
        tallies, reason = tally(bench.engine, compiled.rule, measure.parts)
    if reason:
        wrong(reason)
        return problems
    for part in measure.parts:
        mine = [each for each in tallies if each.part == part.word]
        got = {
            "counted": sum(each.counted for each in mine),
            "of": sum(each.assessed for each in mine),
            "not_assessed": sum(each.in_scope - each.assessed for each in mine),
        }
        for name, number in given.gives.get(part.word, {}).items():
            if got[name] != number:
                where = f"{part.word}: " if part.word else ""
                wrong(f"{where}{name.replace('_', ' ')} is {got[name]}, expected {number}.")
    return problems


def _text(value: Any) -> str | None:
    """A value as text; a number without needless decimals, so that 14 and 14.0 are the same."""
    if value is None:
        return None
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text
