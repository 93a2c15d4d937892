"""Packs: a contract with its rules, views, settings and source maps, found by name or by path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from dq import contract as contracts
from dq import rules as rule_files
from dq import source_map
from dq.contract import Contract
from dq.errors import OptionError, PackError, Problem, did_you_mean, gathering
from dq.rules import Rule, Setting, View

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


def load(wanted: str | Path | Iterable[str], base: Path | None = None) -> Pack:
    """Read one pack, or several on the contract of the first that has one.

    Raises `PackError` holding the faults of all files of all packs.
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
    problems: list[Problem] = []
    for folder in folders:
        with gathering(problems):
            rules += rule_files.read_rules(folder, contract)
        with gathering(problems):
            views += rule_files.read_views(folder)
        with gathering(problems):
            settings.update(rule_files.read_settings(folder))
    problems += _twice(rules)
    if problems:
        raise PackError(problems)
    return Pack(contract.pack, folders, contract, tuple(rules), tuple(views), settings)


def _twice(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Rules of one pack that bear the id of another's: their findings could not be told apart."""
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.id, rule)
        if other is not rule and Path(other.file).parent != Path(rule.file).parent:
            message = f"This id stands in {other.file}:{other.line} too."
            yield Problem(rule.file, rule.line, rule.id, message, "Give each rule its own.")


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
