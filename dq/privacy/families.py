"""Families: people and records that anything connects, and the weeks by which all their dates are shifted together.

A row connects everything that it names by a number of the case (its own number, its person, what it links to, shared
meetings), not workers and teams. Two people of the same name and birthday are connected too, for rules compare them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from dq.privacy.shapes import number

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
MOST_WEEKS = 52
"""Dates go back by 1 to so many weeks: none comes to lie after its extract, and every child keeps its age but for a year."""
FAR = 10**6


def hashed(domain: str, words: list[str]) -> Hashes:
    """A number for each text of a domain; 0 stands for none."""
    texts = np.array([f"{domain}\x1f{word}" if word else "" for word in words], dtype=object)
    found = pd.util.hash_array(texts, categorize=False).astype(np.uint64)
    found[texts == ""] = 0
    return found


@dataclass
class Families:
    """Gather rows, settle, then ask for the family of a row and for its weeks."""

    edges: list[npt.NDArray[np.uint64]] = field(default_factory=list)
    names: dict[int, tuple[int, str]] = field(default_factory=dict)
    nodes: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    component: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    back: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    forth: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    weeks: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    together: list[tuple[Hashes, Numbers, Numbers]] = field(default_factory=list)

    def connect(self, columns: list[Hashes]) -> Hashes:
        """Connect what stands in each row; returns what each row is known by."""
        known = np.zeros(len(columns[0]) if columns else 0, dtype=np.uint64)
        for each in columns:
            known = np.where(known == 0, each, known)
        for each in columns:
            pairs = np.stack([known, each], axis=1)[(each != 0)]
            self.edges.append(np.unique(pairs, axis=0) if len(pairs) else pairs)
        return known

    def people(self, nodes: Hashes, words: list[str]) -> None:
        """Note the numbers of people: the lowest one names a family."""
        for node, word in zip(nodes.tolist(), words, strict=True):
            if node:
                self.names[node] = (len(word), word)

    def settle(self) -> None:
        """Find the families."""
        pairs = np.unique(np.concatenate([*self.edges, np.zeros((1, 2), dtype=np.uint64)]), axis=0)
        self.edges = []
        self.nodes, flat = np.unique(pairs, return_inverse=True)
        first, second = flat.reshape(-1, 2).T
        parent = list(range(len(self.nodes)))

        def top(place: int) -> int:
            while parent[place] != place:
                parent[place] = parent[parent[place]]
                place = parent[place]
            return place

        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            x, y = top(a), top(b)
            if x != y:
                parent[max(x, y)] = min(x, y)
        roots = np.array([top(place) for place in range(len(parent))], dtype=np.int64)
        _, self.component = np.unique(roots, return_inverse=True)
        count = int(self.component.max()) + 1
        self.back, self.forth = np.full(count, FAR), np.full(count, FAR)

    def of(self, known: Hashes) -> Numbers:
        """The family of each row, by what the row is known by."""
        return self.component[np.searchsorted(self.nodes, known)]

    def limit(self, family: Numbers, back: Numbers, forth: Numbers) -> None:
        """A date of a family may go at most so many weeks back or forth before its column calls it implausible, or no longer."""
        np.minimum.at(self.back, family, back)
        np.minimum.at(self.forth, family, forth)

    def keep_apart(self, name: Hashes, family: Numbers, day: Numbers) -> None:
        """People of one name in different families must not come to share a birthday that they do not share."""
        self.together.append((name, family, day))

    def choose(self, secret: bytes, moved: dict[str, int], tag: Callable[[str], str]) -> None:
        """Choose the weeks of every family: keyed by its lowest person's number."""
        anchors = self._anchors()
        self.weeks = np.array([self._weeks(secret, anchors[each], each, 0) for each in range(len(self.back))], dtype=np.int64)
        for attempt in range(1, 12):
            clash = self._clashes()
            if not len(clash):
                break
            for each in clash.tolist():
                self.weeks[each] = self._weeks(secret, anchors[each], each, attempt)
        for each, anchor in enumerate(anchors):
            known = moved.get(tag(anchor)) if moved else None
            if known is not None:
                self.weeks[each] = known
            elif self.weeks[each] != self._weeks(secret, anchor, each, 0):
                moved[tag(anchor)] = int(self.weeks[each])

    def sizes(self) -> tuple[int, int, int]:
        """People, families with people, and the people of the largest family."""
        nodes = np.array(sorted(self.names), dtype=np.uint64)
        if not len(nodes):
            return 0, 0, 0
        counts = np.bincount(self.of(nodes))
        return len(nodes), int((counts > 0).sum()), int(counts.max())

    def _anchors(self) -> list[str]:
        lowest: dict[int, tuple[int, str]] = {}
        nodes = np.array(sorted(self.names), dtype=np.uint64)
        for node, family in zip(nodes.tolist(), (self.of(nodes) if len(nodes) else nodes).tolist(), strict=True):
            lowest[family] = min(lowest.get(family, (FAR, "")), self.names[node])
        first = dict(zip(self.component[::-1].tolist(), self.nodes[::-1].tolist(), strict=True))
        return [lowest[each][1] if each in lowest else f"row {first[each]}" for each in range(len(self.back))]

    def _weeks(self, secret: bytes, anchor: str, family: int, attempt: int) -> int:
        drawn = number(secret, f"weeks\x1f{attempt}\x1f{anchor}")
        back, forth = min(MOST_WEEKS, int(self.back[family])), min(MOST_WEEKS, int(self.forth[family]))
        if back >= 1:
            return -(1 + drawn % back)
        return 1 + drawn % forth if forth >= 1 else -(1 + drawn % MOST_WEEKS)

    def _clashes(self) -> Numbers:
        if not self.together:
            return np.zeros(0, dtype=np.int64)
        name, family, day = (np.concatenate(each) for each in zip(*self.together, strict=True))
        frame = pd.DataFrame({"name": name, "family": family, "day": day, "now": day + 7 * self.weeks[family]})
        frame = frame.drop_duplicates(["name", "family", "now"])
        same = frame[frame.duplicated(["name", "now"], keep=False)].sort_values(["name", "now", "family"])
        return same.loc[same.duplicated(["name", "now"]), "family"].unique().astype(np.int64)
