"""A rule for a reader: words, the SQL that runs, what it reads, its examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dq import pack as packs
from dq import settings
from dq.checks import CHECKS
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.errors import OptionError, Problem, did_you_mean
from dq.functions import Dialect
from dq.pack import Pack
from dq.rules import Rule


def explain(rule_id: str, choices: Sequence[Sequence[str]], given: Mapping[str, Any], dialects: Sequence[Dialect]) -> str:
    """The text for one rule, looked for in each choice of packs. Raises `OptionError` for an id that none has."""
    known: list[str] = []
    for names in choices:
        pack = packs.named(names)
        found = [rule for rule in pack.rules if rule.id == rule_id] or [rule for rule in pack.rules if rule.family == rule_id]
        if found:
            return "\n".join(_lines(pack, found[0], len(found), given, dialects))
        known += [rule.id for rule in pack.rules]
    raise OptionError(Problem(subject=rule_id, message="No pack has such a rule.", fix=did_you_mean(rule_id, known)))


def _lines(pack: Pack, rule: Rule, family: int, given: Mapping[str, Any], dialects: Sequence[Dialect]) -> Iterator[str]:
    values = settings.values(pack.settings, given)
    compiler = Compiler(
        pack.contract, pack.views, pack.settings, values | {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)}
    )
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
    yield f"  Reads: {', '.join(sorted(compiled.reads.relations))}"
    if compiled.views:
        yield f"  Views built first: {', '.join(compiled.views)}"
    used = sorted(compiled.reads.settings)
    if used:
        yield "  Settings: " + ", ".join(f":{name} = {compiler.values.get(name)}" for name in used)
    yield f"  Fingerprint: {compiled.fingerprint}"
    for dialect in dialects:
        yield from _sql(compiler, compiled, dialect)
    for example in rule.examples:
        failing = "; ".join(f"{table}: {', '.join(keys) or 'none'}" for table, keys in example.fails.items())
        yield f"\nExample: {example.name}"
        for table, rows in example.tables.items():
            for row in rows:
                yield f"  {table}: " + ", ".join(f"{name}={value}" for name, value in row.items())
        yield f"  fails: {failing or 'none'}"


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
