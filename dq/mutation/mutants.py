"""The mutants of a pack: each rule family and view with one small change, under an id that stays.

An id is rule, part, path and kind: ``CPV-002/assert/1/cp_visit_limit + 1``. A rule repeated by `for_each` is changed in
all its repetitions that its examples speak of at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dq.checks import CHECKS
from dq.compile import BUILT_IN
from dq.expression import parse
from dq.expression.reader import Fault
from dq.mutation.parameters import Moved, parameter_changes
from dq.mutation.trees import Words, changes
from dq.pack import Pack
from dq.rules import Also, Rule, Statement, View


@dataclass(frozen=True)
class Mutant:
    """One changed rule or view: what was there and is there now; for a setting or a code list, what is moved meanwhile."""

    id: str
    subject: str
    before: str
    after: str
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    view: View | None = field(default=None, repr=False)
    moved: Moved = field(default_factory=Moved)

    @property
    def file(self) -> str:
        """The file in which the rule or view stands."""
        return self.view.file if self.view is not None else self.rules[0].file


def mutants(pack: Pack) -> list[Mutant]:
    """All mutants of a pack's views and rules, in the pack's order."""
    types = {**{name: setting.type for name, setting in pack.settings.items()}, **BUILT_IN}
    found: list[Mutant] = []
    for view in pack.views:
        found += _of_view(view, Words(pack.contract, types, view.adds_to or view.records or ""))
    for rules in families(pack.rules).values():
        found += _of_family(spoken_of(rules), lambda table: Words(pack.contract, types, table))
    return list({each.id: each for each in found}.values())


def families(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules by the id under which they were written."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.family or rule.id, []).append(rule)
    return found


def spoken_of(rules: Sequence[Rule]) -> list[Rule]:
    """The repetitions of a rule whose tables stand in its examples; a rule without repetitions as it is."""
    if len(rules) == 1:
        return list(rules)
    named = {name for example in rules[0].examples for name in example.tables}
    return [rule for rule in rules if rule.table in named] or [rules[0]]


def _of_view(view: View, words: Words) -> Iterator[Mutant]:
    for name, source in (view.columns or {"sql": view.sql or ""}).items():
        for change in _text_changes(source, words):
            text = change.text
            changed = replace(view, columns={**view.columns, name: text}) if view.columns else replace(view, sql=text)
            yield Mutant(f"{view.name}/{name}/{change.path}/{change.kind}", view.name, change.before, change.after, view=changed)


def _text_changes(source: str, words: Words) -> Iterator[Any]:
    tree = parse(source)
    if not isinstance(tree, Fault):
        yield from changes(tree, words)


def _of_family(rules: Sequence[Rule], words: Callable[[str], Words]) -> Iterator[Mutant]:
    """The changes of the first repetition, each made in the others too where they have the same place."""
    each_rule = [{mutant.id: mutant for mutant in _of_rule(rule, words)} for rule in rules]
    for name, first in each_rule[0].items():
        yield replace(first, rules=tuple(each[name].rules[0] for each in each_rule if name in each))


def _of_rule(rule: Rule, words: Callable[[str], Words]) -> Iterator[Mutant]:
    family = rule.family or rule.id

    def mutant(part: str, path: str, kind: str, before: str, after: str, changed: Rule, moved: Moved | None = None) -> Mutant:
        return Mutant(f"{family}/{part}/{path}/{kind}", family, before, after, rules=(changed,), moved=moved or Moved())

    for place, statement in enumerate(rule.statements):
        around = words(statement.table)
        prefix = f"flag {place + 1} " if len(rule.statements) > 1 else ""

        def swapped(new: Statement, place: int = place) -> Rule:
            return replace(rule, statements=(*rule.statements[:place], new, *rule.statements[place + 1 :]))

        if statement.when is not None:
            yield mutant(f"{prefix}when", "top", "dropped", statement.when, "all records", swapped(replace(statement, when=None)))
            for change in _text_changes(statement.when, around):
                changed = swapped(replace(statement, when=change.text))
                yield mutant(f"{prefix}when", change.path, change.kind, change.before, change.after, changed)
        if statement.check in CHECKS:
            for part, path, kind, before, after, value, moved in parameter_changes(CHECKS[statement.check], statement, around):
                yield mutant(prefix + part, path, kind, before, after, swapped(replace(statement, value=value)), moved)
    if rule.unknown == "fail":
        yield mutant("unknown", "top", "dropped", "unknown: fail", "not assessed", replace(rule, unknown="not_assessed"))
    for place, also in enumerate(rule.also):
        prefix = f"also {place + 1}" if len(rule.also) > 1 else "also"
        for path, kind, before, after, new in _of_also(also, words(also.table)):
            changed = replace(rule, also=(*rule.also[:place], new, *rule.also[place + 1 :]))
            yield mutant(prefix, path, kind, before, after, changed)


def _of_also(also: Also, words: Words) -> Iterator[tuple[str, str, str, str, Also]]:
    for mine, theirs in also.match.items() if len(also.match) > 1 or also.where else ():
        rest = {name: other for name, other in also.match.items() if name != mine}
        yield "match", f"{mine} dropped", f"{mine} = {also.table}.{theirs}", "nothing", also.model_copy(update={"match": rest})
    if also.where is not None:
        if also.match:
            yield "where", "dropped", also.where, "nothing", also.model_copy(update={"where": None})
        for change in _text_changes(also.where, words):
            changed = also.model_copy(update={"where": change.text})
            yield f"where {change.path}", change.kind, change.before, change.after, changed
