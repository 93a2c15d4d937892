"""The pages of `docs/rules`: a page a theme with each rule in words, of settings and of measures a page a pack, and an index."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlglot import exp

from dq import figures, pack, settings, yamlfile
from dq.compile import BUILT_IN, Compiler
from dq.compiled import CompiledRule, CompiledView
from dq.expression import parse
from dq.expression.reader import Fault
from dq.measures import Measure
from dq.pack import Pack
from dq.rules import Rule

Table = Callable[[Sequence[str], Iterable[Sequence[object]]], str]
SEVERE = {
    "blocker": "Blocker: the record will not load, or loads onto the wrong child.",
    "major": "Major: it loads, but is wrong or of no use for care or a return.",
    "minor": "Minor: untidy.",
}
INDEX = "rules/README.md"


def pages(table: Table) -> dict[str, str]:
    """File name below `docs` to content, for every page."""
    packs = [pack.load(name) for name in pack.names()]
    found = {INDEX: _index(packs, table)}
    for one in packs:
        found[f"rules/{one.name}/settings.md"] = _settings(one, table)
        compiler = Compiler(
            one.contract,
            one.views,
            one.settings,
            settings.values(one.settings) | {"as_of": dt.date(2026, 11, 2), "go_live": dt.date(2027, 3, 1)},
        )
        if one.measures:
            found[f"rules/{one.name}/measures.md"] = "\n\n".join(_measures(compiler, one, table)) + "\n"
        for theme, families in _themes(one).items():
            found[_page(one, theme)] = "\n\n".join(_theme(compiler, one, theme, families)) + "\n"
    return found


CADENCES = {"daily": "every day", "weekly": "every week", "monthly": "every month"}
OWNERS = {
    "team": "each team", "service": "each service", "head": "each head of service", "director": "each director",
    "whole": "the council",
}  # fmt: skip


def _measures(compiler: Compiler, one: Pack, table: Table) -> Iterator[str]:
    yield f"# Measures of {one.name}"
    yield (
        f"{len(one.measures)} key figures. What the words mean is in [Measures](../../measures.md). Targets are settings\n"
        "that the board sets. [All themes](../README.md)"
    )
    rows = [(f"`{each.id}`", each.area, each.title, each.cadence, _target(compiler, each)) for each in one.measures]
    yield table(("measure", "area", "what it says", "looked at", "target"), rows)
    for each in one.measures:
        yield f"## {each.id}: {each.title}"
        compiled = figures.compile_one(compiler, each)
        facts = [("Why", each.reason), ("Counts", _counts(one, each))]
        facts += [("Limit", limit) for limit in _limits(compiler, one, compiled.rule)]
        facts += (
            [("Put together", "for each worker: how many one holds on average, and the most that one holds")] if each.per else []
        )
        words = [*(word for word in (part.word for part in each.parts) if word and word != "maximum")]
        facts += [("Figures", f"{', '.join(words)}")] if words else []
        facts += [
            ("Target", _target(compiler, each)),
            ("Looked at", f"{CADENCES[each.cadence]}; if it is missed, {OWNERS[each.owner]} is asked why"),
        ]
        facts += [("List", _list_of(each))] if each.list is not None else []
        facts += [("Source", each.source)]
        yield "\n".join(f"- {word}: {_sentence(str(fact))}" for word, fact in facts if fact)


def _counts(one: Pack, each: Measure) -> str:
    title = one.contract.tables[each.table].title if each.table in one.contract.tables else each.table
    spoken = f" where `{' '.join(each.of.split())}`" if each.of else ""
    return f"{title} (`{each.table}`){spoken}" + (
        f"; counted are those where `{' '.join(each.counts.split())}`" if each.counts else ""
    )


def _target(compiler: Compiler, each: Measure) -> str:
    compiled = figures.compile_one(compiler, each)
    if compiled.target is None or each.direction is None:
        return ""
    number = f"{100 * compiled.target:g} %" if each.counts is not None else f"{compiled.target:g}"
    return f"{each.direction} {number}" + (f" (`{each.setting}`)" if each.setting else "")


def _list_of(each: Measure) -> str:
    words = {"missed": "the records that are not counted", "counted": "the records that are counted", "all": "all records"}
    due = f", by `{each.list.due}`" if each.list is not None and each.list.due else ""
    return words[each.listed] + due + (f"; for an audit a sample of {each.sample}" if each.sample else "")


def _themes(one: Pack) -> dict[str, dict[str, list[Rule]]]:
    themes: dict[str, dict[str, list[Rule]]] = {}
    for rule in one.rules:
        themes.setdefault(rule.theme, {}).setdefault(rule.family or rule.id, []).append(rule)
    return themes


def _page(one: Pack, theme: str) -> str:
    return f"rules/{one.name}/{re.sub(r'[^a-z0-9]+', '-', theme.lower()).strip('-')}.md"


def _index(packs: Sequence[Pack], table: Table) -> str:
    parts = [
        "# Every rule that came with dq",
        "A page a theme, with each rule in words: what must be true, why, by which limit, where it comes from, and what to do\n"
        "about a record that breaks it. The pages are written by `python docs/generate.py` from the packs themselves. `dq explain\n"
        "ID` shows a rule with its SQL and examples; what the words mean is in [The rule language](../rules.md).",
        "What the new system takes and refuses is our reading of its structure. Agree it with the supplier before you rely on it.",
    ]
    for one in packs:
        rows = [
            (f"[{theme}]({_page(one, theme).removeprefix('rules/')})", len(families), ", ".join(f"`{name}`" for name in families))
            for theme, families in _themes(one).items()
        ]
        parts += [
            f"## {one.name}",
            f"{one.contract.title}. {len({rule.family or rule.id for rule in one.rules})} rules, {len(one.views)} views,\n"
            f"{len(one.contract.tables)} tables. Limits are in [its settings]({one.name}/settings.md).",
            table(("theme", "rules", ""), rows),
            *([f"Its {len(one.measures)} key figures are in [its measures]({one.name}/measures.md)."] if one.measures else []),
        ]
    return "\n\n".join(parts) + "\n"


def _settings(one: Pack, table: Table) -> str:
    rows = []
    for name, setting in one.settings.items():
        value = f"`{setting.value}`" if setting.derived else setting.value
        kind = "to be set locally" if setting.local else "derived" if setting.derived else ""
        rows.append((f"`{name}`", setting.type, value, kind, setting.title, setting.note))
    return "\n\n".join(
        (
            f"# Settings of {one.name}",
            "The values with which the pack comes. A project changes them in its `dq.yaml`. Those to be set locally have a value\n"
            "that somebody must confirm, as a rule the project board.",
            table(("setting", "type", "value", "", "what it is", "note"), rows),
            "[All themes](../README.md)\n",
        )
    )


def _theme(compiler: Compiler, one: Pack, theme: str, families: dict[str, list[Rule]]) -> Iterator[str]:
    yield f"# {theme}"
    yield f"{len(families)} rules of the pack `{one.name}`. [All themes](../README.md)"
    for name, rules in families.items():
        yield from _rule(compiler, one, name, rules)


def _rule(compiler: Compiler, one: Pack, name: str, rules: Sequence[Rule]) -> Iterator[str]:
    rule = rules[0]
    written = _as_written(rule) if rule.id != name else {}
    yield f"## {name}: {written.get('title', rule.title)}"
    facts = [("Why", written.get("reason", rule.reason))]
    facts += [("Limit", limit) for limit in _limits(compiler, one, compiler.rule(rule))]
    facts += [("What to do", written.get("fix", rule.fix)), ("Source", rule.source), ("How bad", SEVERE[rule.severity])]
    facts += [("Goes to", f"{rule.owner}, not to the record's team.")] if rule.owner else []
    facts += (
        [("Not asked of", f"records that fail {', '.join(f'`{each}`' for each in rule.depends_on)}.")] if rule.depends_on else []
    )
    facts += [
        ("Not evaluated", f"where the extract has no {' and no '.join(f'`{each}`' for each in need)}.") for need in rule.needs
    ]
    yield "\n".join(f"- {word}: {_sentence(str(fact))}" for word, fact in facts if fact)
    if rule.id != name:
        yield f"Repeated {len(rules)} times, for:\n" + ",\n".join(f"`{each.id}`" for each in rules) + "."


def _as_written(rule: Rule) -> dict[str, Any]:
    document = yamlfile.read(Path(rule.file), text_below=("examples",))
    return next(each for each in document.data["rules"] if each["id"] == rule.family)


def _sentence(text: str) -> str:
    plain = " ".join(text.split()).replace("<", "&lt;")
    return plain if plain.endswith((".", "?", "!")) else f"{plain}."


def _limits(compiler: Compiler, one: Pack, rule: CompiledRule) -> Iterator[str]:
    """The settings that the rule uses, itself or in a view's column that it reads, with value and where that comes from."""
    used = dict.fromkeys(sorted(rule.reads.settings - set(BUILT_IN)))
    for relation, word in sorted(rule.reads.columns):
        for name in rule.views:
            if _gives(compiler.views[name], relation, word):
                used.update(dict.fromkeys(sorted(_settings_of(compiler.views[name], word) - set(BUILT_IN))))
    for name in used:
        setting = one.settings[name]
        if setting.derived:
            yield f"{setting.title}, worked out from other settings (`{name}`)."
            continue
        value = "not set" if setting.value is None else setting.value
        note = re.sub(r"^Local; the board must set it[.;]? *", "", setting.note) if setting.local else setting.note
        whose = f"Local, the board sets it. {note}" if setting.local else f"National: {note}" if note else ""
        yield f"{setting.title}: {value} (`{name}`). {whose}".rstrip()


def _gives(view: CompiledView, relation: str, word: str) -> bool:
    return word in view.columns and relation in (view.view.adds_to, view.view.name)


def _settings_of(view: CompiledView, word: str) -> set[str]:
    """Settings in the expression that makes a column of a view."""
    source = view.view.columns.get(word) if view.view.adds_to else view.view.sql
    tree = parse(source or "")
    if isinstance(tree, Fault):
        return set()
    if isinstance(tree, exp.Query) and not view.view.adds_to:
        tree = next((each for each in tree.selects if each.alias_or_name == word), exp.Null())
    return {each.name for each in tree.find_all(exp.Placeholder)}
