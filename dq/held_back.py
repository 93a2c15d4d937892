"""From open blockers to children who are held back by them: the other half of a forecast of readiness.

One child may have several blockers, so children become ready more slowly than blockers are cleared. How much more slowly is
taken from the runs so far: held back ~ blockers ^ power. The power is near 0.85 until the runs say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POWER, SPREAD = 0.85, 0.15
"""The power before the runs speak, and how far from it they may take it."""
NOISE = 0.06
"""How far children stray from the blockers in a week (spread of the logarithm of their number)."""


@dataclass(frozen=True)
class HeldBack:
    """How children followed blockers: what stands now, and the power with its spread."""

    blockers: int
    children: int
    power: float
    spread: float


def learn(blockers: Sequence[int], children: Sequence[int], weeks: Sequence[float]) -> HeldBack:
    """From the blockers and the children held back in each run, and the weeks between the runs."""
    firm, pull = 1 / SPREAD**2, POWER / SPREAD**2
    for place, length in enumerate(weeks):
        (b0, b1), (c0, c1) = blockers[place : place + 2], children[place : place + 2]
        if min(b0, b1, c0, c1) > 0:
            far, near = np.log(b1 / b0), np.log(c1 / c0)
            noise = NOISE**2 * length + 0.25 / c0
            firm, pull = firm + float(far**2 / noise), pull + float(far * near / noise)
    return HeldBack(blockers[-1], children[-1], pull / firm, float(firm**-0.5))


def children(
    known: HeldBack, blockers: NDArray[np.int64], chance: NDArray[np.float32], weeks: float, most: int
) -> NDArray[np.int64]:
    """Children held back on each path, from its blockers so many weeks ahead; `chance` holds two normal deviates a path.

    No blocker holds nobody back, and no more children are held back than there are blockers, or children.
    """
    begin = max(known.blockers, 1)
    first = known.children if known.blockers and known.children else 1
    power = np.maximum(known.power + known.spread * chance[0], 0.05)
    stray = np.exp(chance[1] * NOISE * np.sqrt(weeks))
    found = np.rint(first * (np.maximum(blockers, 1) / begin) ** power * stray).astype(np.int64)
    return np.where(blockers > 0, np.clip(found, 1, np.minimum(blockers, most)), 0)
