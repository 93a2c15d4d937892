"""Planters by the rule whose breach they plant, and how common each is; keys and open records of the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dq.sample.layout import PARTS

KEYS = {name: next(iter(part.columns)) for name, part in PARTS.items()}

Finding = tuple[str, str, str]
Victim = tuple[str, ...]
Planter = Callable[[Any], None]  # of a Planting
PLANTERS: dict[str, Planter] = {}
WEIGHTS: dict[str, float] = {}


def plants(rule: str, weight: float = 1.0) -> Callable[[Planter], Planter]:
    """Register a planter under its rule; `weight` says how common the fault is."""

    def register(planter: Planter) -> Planter:
        PLANTERS[rule] = planter
        WEIGHTS[rule] = weight
        return planter

    return register
