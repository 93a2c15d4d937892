"""Judge mutants by the pack's own examples: one connection, each example's tables loaded once for all mutants of its rule.

A mutant of a rule is killed when on any of the rule's examples what it says of any record differs: fails, passes, not
assessed, or not in scope. A mutant of a view is killed when the view's own examples no longer come to what they expect, or
when a rule that reads the view says something else on its examples.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import duckdb

from dq.bench import Bench, build, dependencies, load, opened, other_table, situation
from dq.compiled import CompiledRule
from dq.errors import PackError
from dq.examples import is_own, view_problems
from dq.mutation.mutants import Mutant, families, mutants, spoken_of
from dq.pack import Pack
from dq.rules import Rule

Outcome = Literal["killed", "survived", "stillborn"]
Row = tuple[int, int, object]
Verdict = frozenset[tuple[Row, int]]
"""Rows (statement, row_id, ok), and for records flagged with another (statement, row_id, that one), with how often."""


@dataclass
class Judged:
    """A mutant, what became of it, the example that noticed; `quietly` where no record fails that did not, or the other way."""

    mutant: Mutant
    outcome: Outcome = "survived"
    example: str = ""
    quietly: bool = False


@dataclass
class Score:
    """What came of a mutation run."""

    judged: list[Judged] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """Mutants that came to this end."""
        return sum(each.outcome == outcome for each in self.judged)

    @property
    def share(self) -> float:
        """Killed among killed and survived; 1 where there was nothing to kill."""
        killed, survived = self.count("killed"), self.count("survived")
        return killed / (killed + survived) if killed + survived else 1.0


Progress = Callable[[int, int], None]


def run(
    pack: Pack,
    patterns: Sequence[str] = (),
    *,
    sample: int | None = None,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Score:
    """Judge all mutants of a pack, those of the rules that a selection names, or a sample of them; of a project its own.

    With a selection the views are left alone, since all rules that read a view judge it. Raises `PackError` where views do
    not compile, `OptionError` for a selection of nothing.
    """
    wanted = [each for each in mutants(pack.select(patterns)) if is_own(pack, each.file)]
    if patterns:
        wanted = [each for each in wanted if each.view is None]
    if sample is not None and sample < len(wanted):
        chosen = set(random.Random(seed).sample(sorted(each.id for each in wanted), sample))
        wanted = [each for each in wanted if each.id in chosen]
    score = Score([Judged(each) for each in wanted])
    with opened(pack) as bench:
        _judge(bench, score, progress)
    return score


def _judge(bench: Bench, score: Score, progress: Progress) -> None:
    by_subject: dict[str, list[Judged]] = {}
    for each in score.judged:
        by_subject.setdefault(each.mutant.subject, []).append(each)
    of_views = {view.name: by_subject.get(view.name, []) for view in bench.pack.views}
    every = families(bench.pack.rules)
    total = sum(bool(each) for each in of_views.values()) + len(every)
    done = 0
    for name, judged in of_views.items():
        if judged:
            progress(done, total)
            done += 1
            _view_examples(bench, name, judged)
    for family, rules in every.items():
        progress(done, total)
        done += 1
        _rule_examples(bench, spoken_of(rules), by_subject.get(family, []), of_views)


def _alive(judged: Iterable[Judged]) -> list[Judged]:
    return [each for each in judged if each.outcome == "survived"]


# views


def _view_examples(bench: Bench, name: str, judged: Sequence[Judged]) -> None:
    """Hold a view's mutants against the view's own examples."""
    compiled = bench.compiler.views[name]
    for example in compiled.view.examples:
        with situation(bench, example):
            load(bench, example, [compiled], [], name, compiled.view.file)
            for need in compiled.needs:
                build(bench, need)
            for each in _alive(judged):
                with _in_place_of(bench, each):
                    if each.outcome == "survived":
                        build(bench, name)
                        if view_problems(bench, bench.compiler.views[name], example):
                            each.outcome, each.example = "killed", f"{name}: {example.name}"


@contextmanager
def _in_place_of(bench: Bench, judged: Judged) -> Iterator[None]:
    """The mutant in place of the view, for as long as it is judged; stillborn where it does not compile or run."""
    assert judged.mutant.view is not None
    name = judged.mutant.view.name
    before = bench.compiler.views[name]
    try:
        bench.compiler.views[name] = bench.compiler.variant(judged.mutant.view)
        if not _binds(bench, bench.compiler.sql(bench.compiler.views[name].tree, "duckdb")):
            judged.outcome = "stillborn"
        yield
    except PackError:
        judged.outcome = "stillborn"
        yield
    finally:
        bench.compiler.views[name] = before


def _binds(bench: Bench, sql: str) -> bool:
    """Whether the engine takes a query at all: names and types, before any row is looked at."""
    try:
        bench.connection.execute(f"EXPLAIN {sql}")
    except duckdb.Error:
        return False
    return True


# rules


def _rule_examples(bench: Bench, rules: Sequence[Rule], judged: Sequence[Judged], of_views: dict[str, list[Judged]]) -> None:
    """Hold the mutants of a rule, and those of the views that it reads, against the rule's examples."""
    compiled = [bench.compiler.rule(rule) for rule in rules]
    views = list(dict.fromkeys(name for each in compiled for name in each.views))
    if not _alive(judged) and not any(_alive(of_views[name]) for name in views):
        return
    needed = [bench.compiler.rule(each) for each in dependencies(bench.pack, rules)]
    changed: dict[str, list[CompiledRule]] = {}
    for each in _alive(judged):
        made = _compiled(bench, each.mutant)
        if made is None:
            each.outcome = "stillborn"
        else:
            changed[each.mutant.id] = made
    for example in rules[0].examples:
        mine = [each for each in compiled if not other_table(each, example, len(compiled))]
        with situation(bench, example):
            others = [each for made in changed.values() for each in made]
            load(bench, example, [*needed, *mine, *others], [], rules[0].id, rules[0].file)
            for name in dict.fromkeys(name for each in (*needed, *mine, *others) for name in each.views):
                build(bench, name)
            bench.connection.execute("DELETE FROM dq_finding")
            for each_needed in needed:
                bench.engine.evaluate(each_needed)
            before = _says(bench, mine)
            for each in _alive(judged):
                made = [one for one in changed[each.mutant.id] if not other_table(one, example, len(compiled))]
                with _moved_setting(bench, each.mutant):
                    _hold(bench, each, example.name, before, made, rules[0].id)
            for name in views:
                _views_mutants(bench, of_views[name], example.name, mine, before, views)


def _views_mutants(
    bench: Bench, judged: Sequence[Judged], example: str, mine: Sequence[CompiledRule], before: Verdict, views: Sequence[str]
) -> None:
    """Hold a view's mutants against one example of a rule; the views that stand on it are made anew each time."""
    alive = _alive(judged)
    if not alive:
        return
    name = alive[0].mutant.subject
    rebuilt = [name, *(other for other in views if name in bench.compiler.views[other].needs)]
    for each in alive:
        with _in_place_of(bench, each):
            if each.outcome == "survived":
                for other in rebuilt:
                    build(bench, other)
                _hold(bench, each, example, before, mine, mine[0].rule.id if mine else "")
    for other in rebuilt:
        build(bench, other)


def _compiled(bench: Bench, mutant: Mutant) -> list[CompiledRule] | None:
    """A mutant's rules, with the code list that lost a code where that is the change; None where they do not compile."""
    whole = bench.compiler.contract
    if mutant.moved.codes:
        kept = tuple(each for each in whole.codes[mutant.moved.codes] if each.code != mutant.moved.code)
        bench.compiler.contract = replace(whole, codes={**whole.codes, mutant.moved.codes: kept})
    try:
        return [bench.compiler.rule(rule) for rule in mutant.rules]
    except PackError:
        return None
    finally:
        bench.compiler.contract = whole


@contextmanager
def _moved_setting(bench: Bench, mutant: Mutant) -> Iterator[None]:
    name, values = mutant.moved.setting, bench.compiler.values
    before = values.get(name)
    try:
        if isinstance(before, int | float):
            values[name] = before + mutant.moved.by
        yield
    finally:
        if name:
            values[name] = before


def _hold(bench: Bench, judged: Judged, example: str, before: Verdict, rules: Sequence[CompiledRule], rule: str) -> None:
    """What the rules say now against what they said before."""
    try:
        after = _says(bench, rules)
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        judged.outcome = "stillborn"
        return
    except duckdb.Error:  # it would stop the rule, and every example with it
        after = frozenset()
    if after != before:
        quietly = _failing(after) == _failing(before)
        if judged.outcome == "survived":
            judged.outcome, judged.example, judged.quietly = "killed", f"{rule}: {example}", quietly


def _failing(verdict: Verdict) -> set[tuple[Row, int]]:
    return {(row, times) for row, times in verdict if row[2] is False or isinstance(row[2], str)}


def _says(bench: Bench, rules: Sequence[CompiledRule]) -> Verdict:
    rows: list[Row] = []
    place = 0
    for rule in rules:
        for verdict, related in bench.engine.verdict_queries(rule):
            place += 1
            found = bench.connection.execute(verdict).fetchall()
            rows += [(place, row_id, ok) for row_id, ok in found]
            failing = {row_id for row_id, ok in found if ok is False}
            for query in related if failing else ():
                flagged = bench.connection.execute(query).fetchall()
                rows += [(place, row_id, f"with {primary}") for row_id, primary in flagged if primary in failing]
    return frozenset(Counter(rows).items())
