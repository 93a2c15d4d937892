"""From the entries under `checks:` in dq.yaml to sets of checks, every fault at once."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from dq import config
from dq.config import Checks
from dq.contract import Contract
from dq.errors import Problem, ProjectError, did_you_mean, gathering
from dq.outside import pandera_schema, python_file
from dq.outside.model import CheckSet, fingerprint
from dq.rules import Rule

UNTRUSTED = (
    "The file is Python: it would run with all the rights of whoever runs dq, and the project does not say trust_python: true."
)


def of_project(folder: Path, contract: Contract, rules: Iterable[Rule]) -> list[CheckSet]:
    """The sets of checks of a project. Raises `ProjectError`."""
    project = config.load(folder)
    return read(project.checks, contract, rules, folder, trusted=project.trust_python)


def read(
    entries: Sequence[Checks], contract: Contract, rules: Iterable[Rule], base: Path | None, *, trusted: bool
) -> list[CheckSet]:
    """The sets of checks that the entries name, in their order.

    Python runs only where it is `trusted`. Raises `ProjectError` with every fault of every file; `rules` are those
    whose ids no check may bear.
    """
    sets: list[CheckSet] = []
    problems: list[Problem] = []
    here = base or Path()
    for entry in entries:
        name = entry.pandera or entry.expectations or ""
        place = (str(here / "dq.yaml"), entry.line, "checks")
        if not (here / name).is_file():
            problems.append(Problem(*place, f"There is no file {name!r}.", "Give its path from the project's folder."))
        elif entry.pandera is not None and not trusted:
            fix = "Read the file; if you trust it, write trust_python: true into dq.yaml."
            problems.append(Problem(*place, f"{name}: {UNTRUSTED}", fix))
        elif entry.table is not None and entry.table not in contract.tables:
            fix = did_you_mean(entry.table, contract.tables) or f"There are: {', '.join(contract.tables)}."
            problems.append(Problem(*place, f"{name}: The contract has no table {entry.table!r}.", fix))
        else:
            with gathering(problems):
                sets += _sets(here / name, entry, contract)
    first = {rule.id: rule.file for rule in rules}
    for rule in (rule for one in sets for rule in one.rules):
        if first.setdefault(rule.id, rule.file) != rule.file:
            problems.append(Problem(rule.file, 0, rule.id, f"This id stands in {first[rule.id]} too.", "Give it another."))
    seen: set[tuple[str, str]] = set()
    for one in sets:
        file = one.rules[0].file if one.rules else ""
        if (file, one.table) in seen:
            problems.append(Problem(file, 0, one.table, "dq.yaml names the file twice for this table.", "Name it once."))
        seen.add((file, one.table))
    if problems:
        raise ProjectError(problems)
    return sets


def _sets(path: Path, entry: Checks, contract: Contract) -> list[CheckSet]:
    if entry.expectations is not None:
        # The library takes seconds to import; a project without suites does without it.
        suite = importlib.import_module("dq.outside.suite")
        return [suite.read(path, entry, contract)]
    found: list[CheckSet] = []
    problems: list[Problem] = []
    content = fingerprint(path.read_bytes())
    for table, schema in python_file.schemas(path, contract, entry.tables).items():
        with gathering(problems):
            found.append(pandera_schema.read(path, entry, contract, table, schema, content))
    if problems:
        raise ProjectError(problems)
    return found
