"""Packs: a contract with its rules, views, settings and source maps, found by name or by path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from dq import config, own_rules, source_map
from dq import contract as contracts
from dq import measures as measure_files
from dq import rules as rule_files
from dq.contract import Contract
from dq.errors import OptionError, PackError, Problem, did_you_mean, gathering
from dq.measures import Measure
from dq.own_rules import Change, Own
from dq.rules import Rule, Setting, SwitchOff, View

INSTALLED = Path(__file__).parent / "_rules"
CHECKOUT = Path(__file__).parent.parent / "rules"


@dataclass(frozen=True)
class Pack:
    """One contract and all rules on it, from one folder or several."""

    name: str
    folders: tuple[Path, ...]
    contract: Contract
    rules: tuple[Rule, ...]
    views: tuple[View, ...]
    settings: Mapping[str, Setting]
    own: Own | None = None
    measures: tuple[Measure, ...] = ()

    def select(self, patterns: Sequence[str]) -> Pack:
        """The pack with only the rules that a selection names; see `selected`."""
        return replace(self, rules=tuple(selected(self.rules, patterns))) if patterns else self


def home() -> Path:
    """The folder of the packs that came with dq."""
    return INSTALLED if INSTALLED.is_dir() else CHECKOUT


def names() -> list[str]:
    """Names of the packs that came with dq."""
    return sorted(path.parent.name for path in home().glob("*/dataset.yaml"))


def locate(name: str, base: Path | None = None) -> Path:
    """The folder of a pack: one that came with dq, or a path (relative to `base`). Raises `PackError`."""
    if name in names():
        return home() / name
    path = Path(name) if base is None else base / name
    if path.is_dir() and any(path.glob("*.yaml")):
        return path
    fix = did_you_mean(name, names()) or f"Packs that came with dq: {', '.join(names())}; or give a folder."
    raise PackError(Problem(message=f"There is no pack {name!r}.", fix=fix))


def load(
    wanted: str | Path | Iterable[str], base: Path | None = None, *, own: Path | None = None, as_of: dt.date | None = None
) -> Pack:
    """Read one pack, or several on the contract of the first that has one; `own` is a project's own rules on top.

    What is switched off until a day before `as_of` is on again. Raises `PackError` holding the faults of all files of
    all packs.
    """
    names_ = [str(wanted)] if isinstance(wanted, str | Path) else [str(each) for each in wanted]
    folders = tuple(locate(name, base) for name in names_)
    with_contract = [folder for folder in folders if (folder / "dataset.yaml").is_file()]
    if not with_contract:
        raise PackError(Problem(str(folders[0]), message="The pack has no dataset.yaml.", fix="Name the pack it adds to first."))
    contract = contracts.load(with_contract[0])
    rules: list[Rule] = []
    views: list[View] = []
    settings: dict[str, Setting] = {}
    measures: list[Measure] = []
    problems: list[Problem] = []
    for folder in folders:
        with gathering(problems):
            rules += rule_files.read_rules(folder, contract)
        with gathering(problems):
            views += rule_files.read_views(folder)
        with gathering(problems):
            settings.update(rule_files.read_settings(folder))
        with gathering(problems):
            measures += measure_files.read_measures(folder)
    ours: Own | None = None
    if own is not None:
        with gathering(problems):
            rules, ours = _with_own(own, contract, rules, views, settings, as_of)
        with gathering(problems):
            measures = measure_files.on_top(measures, measure_files.read_measures(own))
    problems += [*_twice(rules), *_twice(measures), *_both(rules, measures)]
    if problems:
        raise PackError(problems)
    return Pack(contract.pack, folders, contract, tuple(rules), tuple(views), settings, ours, tuple(measures))


def of_project(folder: Path, as_of: dt.date | None = None) -> Pack:
    """The packs of a project with its own rules on top, as of a date (its newest extract's). Raises `DqError`."""
    project = config.load(folder)
    return load(project.packs, folder, own=config.rules_folder(folder), as_of=as_of or config.newest(folder, project))


def named(names: Sequence[str], base: Path | None = None) -> Pack:
    """What a command was given: packs by name or folder, or one project. Raises `DqError`."""
    projects = [name for name in names if is_project(Path(name))]
    if projects and len(names) > 1:
        raise OptionError(Problem(projects[0], message="A project stands alone.", fix="Its dq.yaml says which packs it has."))
    return of_project(Path(projects[0])) if projects else load(names, base)


def origins(pack: Pack) -> Iterator[tuple[Rule, str]]:
    """Each rule with where it comes from in a word or two; those that a project switched off are last."""
    own = pack.own
    new = {rule.id: "added" for rule in own.added} if own else {}
    for each in own.replaced if own else ():
        new[each.new.id] = f"replaces {each.old.id}"
    for rule in pack.rules:
        yield rule, new.get(rule.id, "check" if rule.kind in ("pandera", "expectations") else "pack")
    for off in own.off if own else ():
        yield off.rule, f"switched off: {off.because}"


def is_project(path: Path) -> bool:
    """Whether a path is a project's folder."""
    return (path / "dq.yaml").is_file()


def _with_own(
    folder: Path, contract: Contract, rules: list[Rule], views: list[View], settings: dict[str, Setting], as_of: dt.date | None
) -> tuple[list[Rule], Own]:
    """Read a project's own folder; its views and settings are added to those given."""
    problems: list[Problem] = []
    off: list[SwitchOff] = []
    mine: list[Rule] = []
    changed: dict[str, Setting] = {}
    with gathering(problems):
        mine = rule_files.read_rules(folder, contract, off)
    with gathering(problems):
        views += rule_files.read_views(folder)
    with gathering(problems):
        changed = rule_files.read_settings(folder)
    merged, own = rules, Own(folder)
    with gathering(problems):
        merged, own = own_rules.put_on_top(rules, mine, off, folder, as_of)
    if problems:
        raise PackError(problems)
    before = {name: str(settings[name].value) if name in settings else "" for name in changed}
    settings.update(changed)
    return merged, replace(own, settings=tuple(Change(name, old, str(changed[name].value)) for name, old in before.items()))


def _both(rules: Iterable[Rule], measures: Iterable[Measure]) -> Iterator[Problem]:
    """Measures that bear the id of a rule."""
    by_id = {rule.id: rule for rule in rules}
    for each in measures:
        if each.id in by_id:
            rule = by_id[each.id]
            yield Problem(
                each.file, each.line, each.id, f"A rule has this id: {rule.file}:{rule.line}.", "Give the measure its own."
            )


def _twice(rules: Iterable[Rule] | Iterable[Measure]) -> Iterator[Problem]:
    """Rules, or measures, of one pack that bear the id of another's: what is said of them could not be told apart."""
    first: dict[str, Rule | Measure] = {}
    for rule in rules:
        other = first.setdefault(rule.id, rule)
        if other is not rule and Path(other.file).parent != Path(rule.file).parent:
            message = f"This id stands in {other.file}:{other.line} too."
            yield Problem(rule.file, rule.line, rule.id, message, f"Give each rule its own, or write replaces: {rule.id}.")


def load_source_map(pack: Pack, wanted: str, base: Path | None = None) -> source_map.SourceMap:
    """A source map of the pack by name, or by path relative to `base`. Raises `PackError`."""
    choices = {path.stem: path for folder in pack.folders for path in sorted((folder / "sources").glob("*.yaml"))}
    path = choices.get(wanted) or (base / wanted if base else Path(wanted))
    if not path.is_file():
        fix = did_you_mean(wanted, choices) or f"The pack has: {', '.join(choices) or 'none'}."
        raise PackError(Problem(message=f"There is no source map {wanted!r}.", fix=fix))
    return source_map.load(path, pack.contract)


FIELDS = ("id", "tag", "table", "severity", "dimension", "theme", "kind")


def selected(rules: Iterable[Rule], patterns: Sequence[str]) -> list[Rule]:
    """Rules that any of the patterns names: an id or a glob (``CPV-*``), or ``field:value`` such as ``severity:blocker``.

    A pattern beginning with ``-`` takes rules away again; only such patterns mean: all but these. Raises `OptionError`
    for a pattern that names no rule.
    """
    everything = list(rules)
    keep: set[str] = set() if any(not pattern.startswith("-") for pattern in patterns) else {rule.id for rule in everything}
    problems = []
    for pattern in patterns:
        found = {rule.id for rule in everything if _matches(rule, pattern.removeprefix("-"))}
        if not found:
            fix = did_you_mean(pattern, [rule.id for rule in everything]) or f"Select by id, glob or {', '.join(FIELDS)}."
            problems.append(Problem(subject=f"--select {pattern}", message="No rule is selected by this.", fix=fix))
        keep = keep - found if pattern.startswith("-") else keep | found
    if problems:
        raise OptionError(problems)
    return [rule for rule in everything if rule.id in keep]


def _matches(rule: Rule, pattern: str) -> bool:
    name, colon, value = pattern.partition(":")
    if not colon:
        return fnmatchcase(rule.id, pattern) or rule.family == pattern
    facts: dict[str, Sequence[str]] = {
        "id": (rule.id, rule.family), "tag": rule.tags, "table": [each.table for each in rule.statements],
        "severity": (rule.severity,), "dimension": (rule.dimension,), "theme": (rule.theme,), "kind": (rule.kind or "",),
    }  # fmt: skip
    return any(fnmatchcase(each, value) for each in facts.get(name, ()))
