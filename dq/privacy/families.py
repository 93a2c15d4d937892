"""Families: people and records that anything connects, and the weeks by which all their dates are shifted together.

A row connects everything that it names by a number of the case (its own number, its person, what it links to, shared
meetings), not workers and teams. Two people of the same name and birthday are connected too, for rules compare them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from dq.privacy.shapes import number, tag

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

    def choose(self, secret: bytes, before: dict[str, int]) -> int:
        """Choose the weeks of every family, keyed by its lowest person's number.

        `before` are the weeks of people in a key file, which hold. Returns how many families are
        joined from people who had different weeks: the lowest person's hold for all.
        """
        people = self._people()
        anchors = [min(each) if each else (FAR, f"row {place}") for place, each in enumerate(people)]
        self.weeks = np.array([self._weeks(secret, anchors[each][1], each, 0) for each in range(len(people))], dtype=np.int64)
        joined = 0
        fixed: set[int] = set()
        for each, members in enumerate(people if before else ()):
            known = [before[mark] for mark in (tag(secret, word) for _, word in sorted(members)) if mark in before]
            if known:
                self.weeks[each] = known[0]
                fixed.add(each)
                joined += len(set(known)) > 1
        for attempt in range(1, 12):
            clash = [each for each in self._clashes() if each not in fixed]
            if not clash:
                break
            for each in clash:
                self.weeks[each] = self._weeks(secret, anchors[each][1], each, attempt)
        return joined

    def remembered(self, secret: bytes) -> dict[str, int]:
        """What a key file is to hold: the weeks of each person."""
        people = enumerate(self._people())
        return {tag(secret, word): int(self.weeks[family]) for family, members in people for _, word in members}

    def sizes(self) -> tuple[int, int, int]:
        """People, families with people, and the people of the largest family."""
        nodes = np.array(sorted(self.names), dtype=np.uint64)
        if not len(nodes):
            return 0, 0, 0
        counts = np.bincount(self.of(nodes))
        return len(nodes), int((counts > 0).sum()), int(counts.max())

    def _people(self) -> list[list[tuple[int, str]]]:
        """Length and text of the number of each person, by family."""
        found: list[list[tuple[int, str]]] = [[] for _ in range(len(self.back))]
        nodes = np.array(sorted(self.names), dtype=np.uint64)
        for node, family in zip(nodes.tolist(), (self.of(nodes) if len(nodes) else nodes).tolist(), strict=True):
            found[family].append(self.names[node])
        return found

    def _weeks(self, secret: bytes, anchor: str, family: int, attempt: int) -> int:
        drawn = number(secret, f"weeks\x1f{attempt}\x1f{anchor}")
        back, forth = min(MOST_WEEKS, int(self.back[family])), min(MOST_WEEKS, int(self.forth[family]))
        if back >= 1:
            return -(1 + drawn % back)
        return 1 + drawn % forth if forth >= 1 else -(1 + drawn % MOST_WEEKS)

    def _clashes(self) -> list[int]:
        """Families in which somebody came to share name and birthday with somebody of another."""
        if not self.together:
            return []
        name, family, day = (np.concatenate(each) for each in zip(*self.together, strict=True))
        frame = pd.DataFrame({"name": name, "family": family, "day": day, "now": day + 7 * self.weeks[family]})
        frame = frame.drop_duplicates(["name", "family", "now"])
        same = frame[frame.duplicated(["name", "now"], keep=False)].sort_values(["name", "now", "family"])
        return [int(each) for each in same.loc[same.duplicated(["name", "now"]), "family"].unique()]
