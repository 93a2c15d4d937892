"""A project's own rules on top of its packs: what they add, replace and switch off, and what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dq.builtin import is_built_in
from dq.errors import PackError, Problem, did_you_mean
from dq.rules import Rule, SwitchOff


@dataclass(frozen=True)
class Change:
    """A part of a rule or setting that is not as the pack has it."""

    part: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.part}: {self.old or '(nothing)'} -> {self.new or '(nothing)'}"


@dataclass(frozen=True)
class Replaced:
    """A rule of a pack, the project's rule in its place, and what differs between them."""

    old: Rule
    new: Rule
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Off:
    """A rule of a pack that the project does without, and why."""

    rule: Rule
    because: str
    until: dt.date | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Own:
    """What a project's own folder does to the rules and settings of its packs."""

    folder: Path
    added: tuple[Rule, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    off: tuple[Off, ...] = ()
    ended: tuple[SwitchOff, ...] = ()
    settings: tuple[Change, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The project's own rules."""
        return (*self.added, *(each.new for each in self.replaced))


def put_on_top(
    rules: Sequence[Rule], own: Sequence[Rule], off: Iterable[SwitchOff], folder: Path, as_of: dt.date | None
) -> tuple[list[Rule], Own]:
    """The rules of the packs with the project's own: replaced in their place, switched off, added at the end.

    A switch that ended before the as-of date has no effect. What depends on a replaced rule depends on the one in its
    place. Raises `PackError` with every fault: unknown ids, rules replaced or switched off twice, and rules that
    depend on one that is switched off.
    """
    switches = [each for each in off if as_of is None or each.until is None or as_of <= each.until]
    problems: list[Problem] = []
    replaced: list[Replaced] = []
    taken: dict[str, str] = {}
    place: dict[str, list[Rule]] = {}
    for named in dict.fromkeys(rule.replaces for rule in own if rule.replaces):
        new = [rule for rule in own if rule.replaces == named]
        old = _named(rules, named)
        problems += _twice(new) if old else [_unknown(new[0].file, new[0].line, new[0].id, "replaces", named, rules)]
        for rule in old:
            if rule.id in taken:
                message = f"{rule.id} is replaced in {taken[rule.id]} too."
                problems.append(Problem(new[0].file, new[0].line, new[0].id, message, "Keep one of them."))
            taken[rule.id] = f"{new[0].file}:{new[0].line}"
            place[rule.id] = new if rule is old[0] else []
            successor = _successor(rule, new)
            replaced.append(Replaced(rule, successor, tuple(differences(rule, successor))))
    gone: dict[str, Off] = {}
    for switch in switches:
        for named in switch.rules:
            problems += _faults(switch, named, rules, own, taken, gone)
            for rule in _named(rules, named):
                gone.setdefault(rule.id, Off(rule, switch.because, switch.until, switch.file, switch.line))
    fresh = [rule for rule in own if not rule.replaces]
    merged = [each for rule in rules if rule.id not in gone for each in place.get(rule.id, [rule])] + fresh
    renamed = {each.old.id: each.new.id for each in replaced if each.old.id != each.new.id}
    merged = [_redirected(rule, renamed) for rule in merged]
    problems += _left_alone(merged, gone)
    if problems:
        raise PackError(problems)
    ended = tuple(each for each in off if each not in switches)
    return merged, Own(folder, tuple(fresh), tuple(replaced), tuple(gone.values()), ended)


def told(own: Own) -> Iterator[str]:
    """What a project's own folder changes, a line for each rule and each part of it that differs, with file and line."""
    for rule in own.added:
        yield f"{rule.file}:{rule.line}: adds {rule.id} ({rule.severity}): {rule.title}"
    for each in own.replaced:
        what = f"replaces {each.old.id} ({each.old.file}:{each.old.line})"
        yield f"{each.new.file}:{each.new.line}: {what}{'' if each.changes else ': nothing differs but examples'}"
        yield from (f"    {change}" for change in each.changes)
    for off in own.off:
        why = f"Because: {off.because}" + (f" Until {off.until.isoformat()}." if off.until else "")
        yield f"{off.file}:{off.line}: switches off {off.rule.id} ({off.rule.severity}): {off.rule.title}. {why}"
    for ended in own.ended:
        day = ended.until.isoformat() if ended.until else ""
        yield f"{ended.file}:{ended.line}: no longer switches off {', '.join(ended.rules)}: until {day}"
    for change in own.settings:
        yield f"{own.folder / 'settings.yaml'}: sets {change}"


def _named(rules: Iterable[Rule], name: str) -> list[Rule]:
    """The rule of this id, or all repetitions of the rule that was written under it."""
    every = list(rules)
    return [rule for rule in every if rule.id == name] or [rule for rule in every if rule.family == name]


def _unknown(file: str, line: int, subject: str, word: str, named: str, rules: Iterable[Rule]) -> Problem:
    if is_built_in(named):
        fix = "Built-in rules say what could not be read or told apart; a project cannot do without them."
        return Problem(file, line, subject, f"{word}: {named!r} is built in.", fix)
    known = [name for rule in rules for name in (rule.family, rule.id)]
    fix = did_you_mean(named, known) or "`dq rules PACK` lists the rules that there are."
    return Problem(file, line, subject, f"{word}: the packs have no rule {named!r}.", fix)


def _twice(new: Sequence[Rule]) -> Iterator[Problem]:
    """Two rules of the project that take the place of the same one."""
    for rule in new:
        if (rule.file, rule.line) != (new[0].file, new[0].line):
            message = f"{rule.replaces} is replaced in {new[0].file}:{new[0].line} too."
            yield Problem(rule.file, rule.line, rule.id, message, "Keep one of them.")


def _faults(
    switch: SwitchOff, named: str, rules: Sequence[Rule], own: Sequence[Rule], taken: dict[str, str], gone: dict[str, Off]
) -> Iterator[Problem]:
    found = _named(rules, named)
    mine = _named([rule for rule in own if not rule.replaces], named)
    if mine and not found:
        fix = f"Remove it from {mine[0].file}:{mine[0].line}."
        yield Problem(switch.file, switch.line, named, "disable: This is a rule of the project's own.", fix)
    elif not found:
        yield _unknown(switch.file, switch.line, named, "disable", named, rules)
    for rule in found:
        if rule.id in taken:
            message = f"disable: The rule is replaced in {taken[rule.id]}."
            yield Problem(switch.file, switch.line, rule.id, message, "Keep one of them.")
        elif rule.id in gone:
            other = gone[rule.id]
            message = f"disable: The rule is switched off in {other.file}:{other.line} too."
            yield Problem(switch.file, switch.line, rule.id, message, "Keep one of them.")


def _successor(old: Rule, new: Sequence[Rule]) -> Rule:
    """Of the repetitions of a new rule that of the same id, else of the same table, else the first."""
    same = [rule for rule in new if rule.id == old.id] or [rule for rule in new if rule.table == old.table]
    return (same or list(new))[0]


def _redirected(rule: Rule, renamed: dict[str, str]) -> Rule:
    if not set(rule.depends_on) & set(renamed):
        return rule
    return replace(rule, depends_on=tuple(renamed.get(name, name) for name in rule.depends_on))


def _left_alone(rules: Iterable[Rule], gone: dict[str, Off]) -> Iterator[Problem]:
    """Rules that depend on one that is switched off: they would be assessed where they should not be."""
    for rule in rules:
        for name in rule.depends_on:
            if name in gone:
                off = gone[name]
                message = f"disable: {rule.id} ({Path(rule.file).name}:{rule.line}) depends on this rule."
                fix = f"Switch {rule.id} off too, or replace it by a rule without depends_on: [{name}]."
                yield Problem(off.file, off.line, name, message, fix)


_PARTS = ("id", "title", "severity", "dimension", "fix", "source", "unknown", "scope", "owner", "tags", "kind", "group")


def differences(old: Rule, new: Rule) -> Iterator[Change]:
    """The parts in which two rules differ, as they are written; examples are left out."""
    for part in (*_PARTS, "depends_on"):
        before, after = _shown(getattr(old, part)), _shown(getattr(new, part))
        if before != after:
            yield Change(part, before, after)
    for number in range(max(len(old.statements), len(new.statements))):
        sides = [_statement(rule, number) for rule in (old, new)]
        for part in sides[0]:
            if sides[0][part] != sides[1][part]:
                yield Change(part, sides[0][part], sides[1][part])
    if old.also != new.also:
        yield Change("also", _shown(tuple(each.table for each in old.also)), _shown(tuple(each.table for each in new.also)))


def _statement(rule: Rule, number: int) -> dict[str, str]:
    if number >= len(rule.statements):
        return dict.fromkeys(("table", "check", "when", "fields"), "")
    each = rule.statements[number]
    check = f"{each.check}: {_shown(each.value)}"
    return {"table": each.table, "check": check, "when": each.when or "", "fields": _shown(each.fields)}


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items())
    return "" if value is None else " ".join(str(value).split())
