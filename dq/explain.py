"""A rule or a measure for a reader: words, the SQL that runs, what it reads, its examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dq import figures, settings
from dq import pack as packs
from dq.checks import CHECKS
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.errors import OptionError, Problem, did_you_mean
from dq.figures import CompiledMeasure
from dq.functions import Dialect
from dq.measures import Measure
from dq.pack import Pack
from dq.rules import Example, Rule


def explain(rule_id: str, choices: Sequence[Sequence[str]], given: Mapping[str, Any], dialects: Sequence[Dialect]) -> str:
    """The text for one rule or measure, looked for in each choice of packs. Raises `OptionError` for an id that none has."""
    known: list[str] = []
    for names in choices:
        pack = packs.named(names)
        found = [rule for rule in pack.rules if rule.id == rule_id] or [rule for rule in pack.rules if rule.family == rule_id]
        if found:
            return "\n".join(_lines(pack, found[0], len(found), given, dialects))
        for measure in pack.measures:
            if measure.id == rule_id:
                return "\n".join(_measure(pack, measure, given, dialects))
        known += [*(rule.id for rule in pack.rules), *(measure.id for measure in pack.measures)]
    raise OptionError(Problem(subject=rule_id, message="No pack has such a rule or measure.", fix=did_you_mean(rule_id, known)))


def _lines(pack: Pack, rule: Rule, family: int, given: Mapping[str, Any], dialects: Sequence[Dialect]) -> Iterator[str]:
    compiler = _compiler(pack, given)
    compiled = compiler.rule(rule)
    yield f"{rule.id}  {rule.title}"
    yield f"  {rule.severity}, {rule.dimension}; theme: {rule.theme}; file: {rule.file}:{rule.line}"
    if rule.reason:
        yield f"  Why: {rule.reason}"
    yield f"  Fix: {rule.fix}"
    yield f"  Source: {rule.source}"
    if family > 1:
        yield f"  One of {family} repetitions of {rule.family}."
    for statement in rule.statements:
        yield f"  Check: {statement.check} on {statement.table}. {CHECKS[statement.check].summary}"
        yield f"    records in scope: {statement.when or 'all'}"
        yield f"    written: {str(statement.value).strip()}"
    unknown = "counts as failing" if rule.unknown == "fail" else "is not assessed: neither passed nor failed"
    yield f"  A record whose condition is unknown (a blank) {unknown}."
    if rule.depends_on:
        yield f"  Not assessed where the record fails {', '.join(rule.depends_on)}."
    for need in rule.needs:
        yield f"  Not evaluated where the extract has no {' and no '.join(need)}."
    yield from _reads(compiler, compiled)
    for dialect in dialects:
        yield from _sql(compiler, compiled, dialect)
    for example in rule.examples:
        failing = "; ".join(f"{table}: {', '.join(keys) or 'none'}" for table, keys in example.fails.items())
        yield f"\nExample: {example.name}"
        yield from _rows(example)
        yield f"  fails: {failing or 'none'}"


def _measure(pack: Pack, measure: Measure, given: Mapping[str, Any], dialects: Sequence[Dialect]) -> Iterator[str]:
    compiler = _compiler(pack, given)
    compiled = figures.compile_one(compiler, measure)
    yield f"{measure.id}  {measure.title}"
    yield f"  measure, {measure.cadence}; area: {measure.area}; file: {measure.file}:{measure.line}"
    yield f"  Why: {measure.reason}"
    yield f"  Source: {measure.source}"
    yield f"  Counts {measure.table} records; spoken of: {_flat(measure.of) or 'all'}"
    if measure.counts is not None:
        yield f"    counted of them: {_flat(measure.counts)}"
        yield "  A record of which nobody can tell (a blank) is not assessed: it is neither counted nor in the denominator."
    if measure.per:
        yield f"    put together for each {measure.per}: how many one holds on average, and the most that one holds"
    for word, condition in (*measure.periods.items(), *measure.bands.items()):
        yield f"    {word}: {_flat(condition)}"
    yield f"  Target: {_target(compiled)}"
    yield f"  A missed target is asked of: {measure.owner}"
    yield f"  List: {_list(measure)}"
    yield from _reads(compiler, compiled.rule)
    for dialect in dialects:
        yield from _sql(compiler, compiled.rule, dialect)
    for each in measure.examples:
        yield f"\nExample: {each.example.name}"
        yield from _rows(each.example)
        for word, numbers in each.gives.items():
            said = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in numbers.items())
            yield f"  gives {word + ': ' if word else ''}{said}"


def _flat(condition: str | None) -> str:
    return " ".join((condition or "").split())


def _target(compiled: CompiledMeasure) -> str:
    measure = compiled.measure
    if measure.direction is None:
        return "none"
    if compiled.target is None:
        return compiled.open
    number = f"{100 * compiled.target:g} %" if measure.counts is not None else f"{compiled.target:g}"
    judged = next(part.word for part in measure.parts if part.judged)
    return (
        f"{measure.direction} {number}" + (f" (:{measure.setting})" if measure.setting else "") + (f", {judged}" if judged else "")
    )


def _list(measure: Measure) -> str:
    if measure.list is None:
        return "none"
    words = {"missed": "the records that are not counted", "counted": "the records that are counted", "all": "all records"}
    parts = [words[measure.listed], *([f"by {measure.list.due}"] if measure.list.due else [])]
    return ", ".join([*parts, *([f"a sample of {measure.sample} for an audit"] if measure.sample else [])])


def _compiler(pack: Pack, given: Mapping[str, Any]) -> Compiler:
    values = settings.values(pack.settings, given) | {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)}
    return Compiler(pack.contract, pack.views, pack.settings, values)


def _reads(compiler: Compiler, compiled: CompiledRule) -> Iterator[str]:
    yield f"  Reads: {', '.join(sorted(compiled.reads.relations))}"
    if compiled.views:
        yield f"  Views built first: {', '.join(compiled.views)}"
    used = sorted(compiled.reads.settings)
    if used:
        yield "  Settings: " + ", ".join(f":{name} = {compiler.values.get(name)}" for name in used)
    yield f"  Fingerprint: {compiled.fingerprint}"


def _rows(example: Example) -> Iterator[str]:
    for table, rows in example.tables.items():
        for row in rows:
            yield f"  {table}: " + ", ".join(f"{name}={value}" for name, value in row.items())


def _sql(compiler: Compiler, compiled: CompiledRule, dialect: Dialect) -> Iterator[str]:
    for name in compiled.views:
        yield f"\n-- {dialect}: view {name}"
        yield compiler.sql(compiler.views[name].tree, dialect, pretty=True)
    for statement in compiled.statements:
        yield f"\n-- {dialect}: verdict on {statement.relation}"
        yield compiler.sql(statement.verdict, dialect, pretty=True)
        for also in statement.also:
            yield f"\n-- {dialect}: related records in {also.table}"
            yield compiler.sql(also.tree, dialect, pretty=True)
