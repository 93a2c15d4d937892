"""Readiness and pass rates: what a run measures, as plain numbers.

The child is the unit: a child is ready when no record that leads to them has a blocker, and every blocker rule that would
have read one did run. What belongs to no child (an orphan, a rejected row, a blocker on the whole extract) makes the figure
"at most" and is listed. `dq/readiness.py` finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dq.model import DIMENSIONS
from dq.summary import PassRate, Readiness


@dataclass(frozen=True)
class RuleCounts:
    """What scoring needs of a rule: its facts, whether it ran, and counts in all and by team."""

    rule: str
    table: str
    severity: str
    dimension: str
    evaluated: bool
    assessed: int
    failing: int
    teams: Mapping[str, tuple[int, int]]


def rates(rules: Iterable[RuleCounts]) -> tuple[tuple[PassRate, ...], tuple[PassRate, ...], tuple[PassRate, ...]]:
    """Pass rates by dimension (in the framework's order), by table and by team (by name)."""
    dimensions: dict[str, list[int]] = {name: [0, 0] for name in DIMENSIONS}
    tables: dict[str, list[int]] = {}
    teams: dict[str, list[int]] = {}
    for rule in rules:
        if not rule.evaluated:
            continue
        for totals in (dimensions[rule.dimension], tables.setdefault(rule.table, [0, 0])):
            totals[0] += rule.assessed
            totals[1] += rule.failing
        for team, (assessed, failing) in rule.teams.items():
            totals = teams.setdefault(team, [0, 0])
            totals[0] += assessed
            totals[1] += failing

    by_name = [_rates(dict(sorted(totals.items()))) for totals in (tables, teams)]
    return _rates(dimensions), by_name[0], by_name[1]


def _rates(totals: Mapping[str, list[int]]) -> tuple[PassRate, ...]:
    return tuple(
        PassRate(name, assessed, failing, (assessed - failing) / assessed if assessed else None)
        for name, (assessed, failing) in totals.items()
    )


def metrics(
    ready: Readiness, severities: Mapping[str, int], rules: Iterable[RuleCounts], unreconciled: int | None, allowed: int = 0
) -> dict[str, float | None]:
    """What gates may speak of. A share with nothing under the line is None.

    `severities` counts what is neither waived nor put right on the way; `allowed` the blockers that are.
    """
    every = list(rules)
    by_dimension, _, _ = rates(every)
    not_run = [rule for rule in every if not rule.evaluated]
    found: dict[str, float | None] = {
        "blockers": float(severities.get("blocker", 0)),
        "majors": float(severities.get("major", 0)),
        "minors": float(severities.get("minor", 0)),
        "exceptions": float(sum(severities.values())),
        "ready_children": ready.ready_children / ready.open_children if ready.open_children else None,
        "ready_all": ready.ready_all / ready.all_children if ready.all_children else None,
        "rows_unreconciled": None if unreconciled is None else float(unreconciled),
        "blockers_allowed": float(allowed),
        "rules_not_evaluated": float(len(not_run)),
        "blocker_rules_not_evaluated": float(sum(rule.severity == "blocker" for rule in not_run)),
    }
    found.update({rate.name: rate.rate for rate in by_dimension})
    return found


def unsure(rules: Iterable[RuleCounts]) -> dict[str, int]:
    """By metric, how many of the rules that it counts could not run.

    Readiness is left out: it fails closed child by child, and that every blocker rule ran is a gate of its own.
    """
    found: Counter[str] = Counter()
    for rule in rules:
        if not rule.evaluated:
            found.update((f"{rule.severity}s", "exceptions", rule.dimension))
    return dict(sorted(found.items()))
