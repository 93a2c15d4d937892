"""What a reader of XML notes on its way: elements and attributes that nobody knows, stray text, values that are repeated."""

from __future__ import annotations

from dataclasses import dataclass, field

from dq.ingest.model import Remark, excerpt

MOST_ALIKE = 20
MOST_KINDS = 200
_LONGEST_NAME = 80


@dataclass
class _Alike:
    first: Remark
    times: int = 0
    shown: list[Remark] = field(default_factory=list)


class Remarks:
    """Remarks of one file, few enough to be kept and read however often a fault is repeated."""

    def __init__(self) -> None:
        self.alike: dict[tuple[str, str], _Alike] = {}
        self.beyond = 0

    def once(self, kind: str, path: str, remark: Remark) -> None:
        """Note something that is told once for its path, with how often it occurs."""
        if (found := self._of(kind, path, remark)) is not None:
            found.times += 1

    def each(self, kind: str, path: str, remark: Remark) -> None:
        """Note something of which each occurrence is told, up to twenty for a path."""
        found = self._of(kind, path, remark)
        if found is None:
            return
        found.times += 1
        if len(found.shown) < MOST_ALIKE:
            found.shown.append(remark)
        elif found.times == MOST_ALIKE + 1:
            found.first = remark

    def all(self) -> tuple[Remark, ...]:
        """The remarks, in the order in which they were made first."""
        told: list[Remark] = []
        for one in self.alike.values():
            told += one.shown
            rest = one.times - len(one.shown)
            if not one.shown:
                often = "" if rest == 1 else f" It occurs {rest:,} times, first on this line."
                told.append(one.first.saying(f"{one.first.message}{often}"))
            elif rest:
                told.append(one.first.saying(f"{one.first.message} There are {rest:,} like this from this line on."))
        if self.beyond:
            told.append(Remark("structure", "", 1, f"{self.beyond:,} further elements, attributes or texts are not known."))
        return tuple(told)

    def _of(self, kind: str, path: str, remark: Remark) -> _Alike | None:
        if (kind, path) not in self.alike and len(self.alike) >= MOST_KINDS:
            self.beyond += 1
            return None
        return self.alike.setdefault((kind, path), _Alike(remark))


def shown(name: str) -> str:
    """A name from the file, cut to what can be read."""
    return excerpt(name)[:_LONGEST_NAME]
