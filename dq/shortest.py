"""The fewest rules that must be cleared for enough children to be ready, as a small integer programme."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from dq.summary import ShortList

SECONDS = 5.0


def shortest(blocked: Mapping[frozenset[str], int], ready: int, open_children: int, share: float) -> ShortList:
    """The shortest list of rules that makes a `share` of the open children ready.

    `blocked` counts open children by the set of rules that block them; `ready` are those whom none blocks. Of several shortest
    lists, one that makes most children ready. A child is ready when all rules that block it are cleared.
    """
    needed = math.ceil(share * open_children - 1e-9)
    if ready >= needed:
        return ShortList((), needed, ready)
    if ready + sum(blocked.values()) < needed:
        return ShortList((), needed, None)
    patterns = sorted(blocked, key=lambda each: (len(each), sorted(each)))
    rules = sorted({rule for pattern in patterns for rule in pattern})
    place = {rule: number for number, rule in enumerate(rules)}
    weights = np.array([blocked[pattern] for pattern in patterns], dtype=float)
    size = len(rules) + len(patterns)
    lines, low = [], []
    for number, pattern in enumerate(patterns):
        for rule in pattern:
            line = np.zeros(size)
            line[place[rule]], line[len(rules) + number] = 1, -1
            lines.append(line)
            low.append(0.0)
    lines.append(np.concatenate([np.zeros(len(rules)), weights]))
    low.append(float(needed - ready))
    cost = np.concatenate([np.ones(len(rules)), -weights / (2 * weights.sum())])
    found = milp(
        cost,
        constraints=LinearConstraint(np.array(lines), np.array(low), np.inf),
        integrality=np.concatenate([np.ones(len(rules)), np.zeros(len(patterns))]),
        bounds=Bounds(0, 1),
        options={"time_limit": SECONDS},
    )
    if found.x is None:
        return _greedy(blocked, ready, needed)
    chosen = {rule for rule in rules if found.x[place[rule]] > 0.5}
    return _listed(blocked, ready, needed, chosen, proven=found.status == 0)


def _greedy(blocked: Mapping[frozenset[str], int], ready: int, needed: int) -> ShortList:
    """Where there was no time: whole sets of rules, those first that free most children for each rule."""
    chosen: set[str] = set()
    left = dict(blocked)
    while left and ready + sum(number for pattern, number in blocked.items() if pattern <= chosen) < needed:
        best = max(left, key=lambda each: (left[each] / max(1, len(each - chosen)), sorted(each)))
        chosen |= best
        del left[best]
    return _listed(blocked, ready, needed, chosen, proven=False)


def _listed(blocked: Mapping[frozenset[str], int], ready: int, needed: int, chosen: set[str], *, proven: bool) -> ShortList:
    """In an order to work in: at each step the rule that frees most children, then the one that blocks most."""
    order: list[str] = []
    while len(order) < len(chosen):
        done = set(order)

        def frees(rule: str, done: set[str] = done) -> tuple[int, int, str]:
            freed = sum(number for pattern, number in blocked.items() if rule in pattern and pattern <= done | {rule})
            return (-freed, -sum(number for pattern, number in blocked.items() if rule in pattern), rule)

        order.append(min(chosen - done, key=frees))
    reaches = ready + sum(number for pattern, number in blocked.items() if pattern <= chosen)
    return ShortList(tuple(order), needed, reaches, proven)
