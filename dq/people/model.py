"""The frozen model of a project: what each level of each comparison weighs, in ``people.json``.

The file holds counts, probabilities and weights: nothing of any record. `dq people train` writes it, a check only reads
it, so that a pair weighs the same in every week.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dq.errors import Problem, ProjectError, did_you_mean
from dq.people.levels import COMPARISONS, START_PRIOR, Comparison, Level

FILE = "people.json"
FORMAT = 1
RENEW = "Make it anew: dq people train PROJECT."


@dataclass(frozen=True)
class Chance:
    """How often records of one person (`m`) and of two (`u`) stand on a level."""

    m: float
    u: float

    @property
    def weight(self) -> int:
        """Hundredths of log2(m / u): whole numbers, so that sums are the same on every machine."""
        return round(100 * math.log2(self.m / self.u))


Chances = Mapping[str, Mapping[str, Chance]]


@dataclass(frozen=True)
class Model:
    """Chances by comparison and level, the chance that any two people are one, and what it was all learnt from."""

    prior: float
    chances: Chances
    learnt: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prior_weight(self) -> int:
        """Hundredths of the log2 odds that two people taken at random are one."""
        return round(100 * math.log2(self.prior / (1 - self.prior)))

    def weight(self, comparison: str, level: str) -> int:
        """Hundredths that a level adds to a pair."""
        return self.chances[comparison][level].weight

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides what a pair weighs."""
        weights = {name: {level: chance.weight for level, chance in levels.items()} for name, levels in self.chances.items()}
        conditions = {name: [COMPARISONS[name].blank, *(each.sql for each in COMPARISONS[name].levels)] for name in weights}
        told = json.dumps([self.prior_weight, weights, conditions], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def start() -> Model:
    """The model before it has seen an extract."""
    chances = {each.name: {level.name: Chance(level.m, level.u) for level in each.levels} for each in COMPARISONS.values()}
    return Model(START_PRIOR, chances, {"from": "nothing"})


def rounded(value: float) -> float:
    """Four significant figures."""
    return float(f"{value:.4g}")


def write(path: Path, model: Model) -> None:
    """Write a model; the same model gives the same bytes."""
    document = {
        "format": FORMAT,
        "learnt": dict(model.learnt),
        "prior": {"chance": model.prior, "weight": model.prior_weight / 100},
        "comparisons": {name: {level: _written(chance) for level, chance in each.items()} for name, each in model.chances.items()},
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8", newline="\n")


def _written(chance: Chance) -> dict[str, float]:
    return {"m": chance.m, "u": chance.u, "weight": chance.weight / 100}


def read(path: Path) -> Model:
    """Read a model. Raises `ProjectError` with everything that is wrong with the file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ProjectError(Problem(str(path), message="The file is not UTF-8.", fix=RENEW)) from None
    except json.JSONDecodeError as error:
        raise ProjectError(Problem(str(path), error.lineno, message="The file is not JSON.", fix=RENEW)) from None
    problems: list[Problem] = []

    def wrong(subject: str, message: str, fix: str = "") -> None:
        problems.append(Problem(str(path), subject=subject, message=message, fix=fix or RENEW))

    if not isinstance(document, dict) or document.get("format") != FORMAT:
        got = document.get("format") if isinstance(document, dict) else None
        raise ProjectError(Problem(str(path), message=f"format is {got!r}, expected {FORMAT}.", fix=RENEW))
    given = document.get("comparisons")
    prior = _chance(document.get("prior"), ("chance",))
    if prior is None:
        wrong("prior", "It needs a chance above 0 and below 1.")
    chances: dict[str, dict[str, Chance]] = {}
    if not isinstance(given, dict):
        wrong("comparisons", "They are missing.")
        given = {}
    for name in given.keys() - COMPARISONS.keys():
        wrong(name, "There is no such comparison.", did_you_mean(name, COMPARISONS))
    for comparison in COMPARISONS.values():
        levels = given.get(comparison.name)
        if not isinstance(levels, dict) or [*levels] != [each.name for each in comparison.levels]:
            wrong(comparison.name, f"Its levels should be {', '.join(each.name for each in comparison.levels)}, in this order.")
            continue
        chances[comparison.name] = {}
        for level, value in levels.items():
            both = _chance(value, ("m", "u"))
            if both is None:
                wrong(f"{comparison.name}: {level}", "m and u must be numbers above 0 and below 1.")
            else:
                chances[comparison.name][level] = Chance(*both)
    if problems or prior is None:
        raise ProjectError(problems)
    learnt = document.get("learnt")
    return Model(prior[0], chances, learnt if isinstance(learnt, dict) else {})


def _chance(value: object, words: tuple[str, ...]) -> tuple[float, ...] | None:
    if not isinstance(value, dict):
        return None
    found = tuple(value.get(word) for word in words)
    numbers = tuple(each for each in found if isinstance(each, int | float) and not isinstance(each, bool) and 0 < each < 1)
    return numbers if len(numbers) == len(words) else None


def changes(before: Model, after: Model) -> list[tuple[str, str, float, float]]:
    """(comparison, level, weight before, weight after) of every level whose weight moves; the prior is one of them."""
    moved = [("any two people", "", before.prior_weight, after.prior_weight)]
    moved += [
        (comparison.title, level.words, before.weight(comparison.name, level.name), after.weight(comparison.name, level.name))
        for comparison, level in _levels()
    ]
    return [(name, level, old / 100, new / 100) for name, level, old, new in moved if old != new]


def _levels() -> list[tuple[Comparison, Level]]:
    return [(each, level) for each in COMPARISONS.values() for level in each.levels]
