"""Where chance enters: one `Draw` for each part of the world, seeded by the sample's seed and the part's name.

A part that draws more or less does not change what other parts draw.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from dq.sample.days import Flags, Numbers

Texts = npt.NDArray[np.object_]


class Draw:
    """Seeded random arrays in the shapes that casework needs."""

    def __init__(self, seed: int, part: str) -> None:
        self.random = np.random.default_rng([seed, zlib.crc32(part.encode())])

    def whole(self, low: int, high: int, size: int) -> Numbers:
        """Whole numbers from low to high, both included."""
        return self.random.integers(low, high + 1, size)

    def between(self, low: Numbers | int, high: Numbers | int) -> Numbers:
        """A whole number for each pair of bounds, both included; the low one where they cross."""
        low, high = np.broadcast_arrays(np.asarray(low), np.asarray(high))
        drawn: Numbers = low + np.floor(self.random.random(low.shape) * np.maximum(high - low + 1, 1)).astype(np.int64)
        return drawn

    def chance(self, share: float | npt.NDArray[np.float64], size: int) -> Flags:
        """True for about this share."""
        return self.random.random(size) < share

    def length(self, median: float, spread: float, low: int, high: int, size: int) -> Numbers:
        """Lengths of time in days: log-normal about a median, cut to bounds.

        Made of sums and products alone, which every machine rounds alike; a library's exponential or normal draw may
        differ in the last bit, and then a length by a day. Twelve even draws less six are near enough to a normal one,
        and (1 + x / 1024) ** 1024 to its exponential.
        """
        normal = np.full(size, -6.0)
        for _ in range(12):
            normal = normal + self.random.random(size)
        factor = 1.0 + normal * spread / 1024.0
        for _ in range(10):
            factor = factor * factor
        return np.clip(np.rint(median * factor), low, high).astype(np.int64)

    def code(self, shares: Mapping[str, float], size: int) -> Texts:
        """Codes in these shares (they need not add up to one)."""
        return np.array(list(shares), dtype=object)[self.place(shares.values(), size)]

    def one_of(self, values: Sequence[str], size: int) -> Texts:
        """One of the values each time, evenly."""
        return np.array(values, dtype=object)[self.random.integers(0, len(values), size)]

    def place(self, weights: Collection[float], size: int) -> Numbers:
        """Places in a list by weight."""
        edges = np.cumsum(np.array(list(weights), dtype=float))
        places: Numbers = np.searchsorted(edges, self.random.random(size) * edges[-1], side="right").clip(0, len(edges) - 1)
        return places

    def order(self, size: int) -> Numbers:
        """The numbers 0 to size - 1 in random order."""
        return self.random.permutation(size)
