"""Match the tables and columns of an extract with a contract: one to one, each with its evidence and a confidence.

Tables first: every contract table is held against every table of the extract, and against its rows of each kind where
one file holds several (`dq.profile.slices`). Twice, because links are evidence only when it is known which table the
linked one became.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from dq.contract import Contract
from dq.contract import Table as ContractTable
from dq.profile.likeness import Fit, Sides, fit, name_of, squashed
from dq.profile.model import Column, Match, Profile, Slice, Table, TableMatch
from dq.profile.words import alike, words

LEAST_NAME = 0.3
"""Columns whose names are less alike are not compared further, unless their codes agree."""
SURE_NAME = 0.9
"""A column that is blank in all rows of a kind is taken for them only by such a name."""
POSSIBLE = 0.5
"""Pairs that score less are not mentioned."""
CONFIDENT = 0.6
"""Pairs that score less are written as comments."""
LEAST_TABLE = 0.3
CONFIDENT_TABLE = 0.4


@dataclass(frozen=True)
class _Source:
    """A table of the extract, whole, or its rows of one kind."""

    table: Table
    slice: Slice | None

    @property
    def columns(self) -> list[Column]:
        """All columns of a whole table; of the rows of one kind all but the one that tells the kind."""
        return [column for column in self.table.columns if self.slice is None or column.name != self.slice.column]

    def is_filled(self, column: Column) -> bool:
        """Whether anything stands in a column in these rows."""
        return bool(self.slice.filled.get(column.name) if self.slice else column.facts.filled)

    @property
    def context(self) -> frozenset[str]:
        """Words that say what the table is, and so add nothing to a column's name."""
        return frozenset(words(self.table.name)) | (frozenset(words(self.slice.value)) if self.slice else frozenset())


@dataclass(frozen=True)
class _Candidate:
    table: str
    source: _Source
    score: float
    name: float
    columns: tuple[tuple[str, str, Fit], ...]


def match(profile: Profile, contract: Contract) -> tuple[TableMatch, ...]:
    """The best one-to-one assignment that was found, in the contract's order; tables without a match are left out."""
    sources = [_Source(table, None) for table in profile.tables]
    sources += [_Source(table, one) for table in profile.tables for one in table.slices]
    names: dict[tuple[str, str, str, str], float] = {}
    chosen: dict[str, _Candidate] = {}
    for _ in range(2):
        became: dict[str, frozenset[str]] = {}
        for candidate in chosen.values():
            title = candidate.source.table.name
            became[title] = became.get(title, frozenset()) | {candidate.table}
        sides = Sides(contract, profile, became)
        chosen = _assign([_compare(sides, table, source, names) for table in contract.tables.values() for source in sources])
    return tuple(_written(chosen[name], table) for name, table in contract.tables.items() if name in chosen)


def _compare(sides: Sides, table: ContractTable, source: _Source, names: dict[tuple[str, str, str, str], float]) -> _Candidate:
    fits: list[tuple[str, str, Fit]] = []
    value = source.slice.value if source.slice else ""
    for wanted in table.columns.values():
        for column in source.columns:
            at = (f"{table.name}.{wanted.name}", source.table.name, value, column.name)
            if at not in names:
                names[at] = name_of(wanted, table, column, source.context)
            least = LEAST_NAME if source.slice is None or source.is_filled(column) else SURE_NAME
            coded = least < SURE_NAME and wanted.type == "code" and column.codes is not None and len(column.codes.kept) > 2
            if names[at] >= least or coded:
                found = fit(sides, wanted, table, column, source.table, names[at])
                if found.score >= POSSIBLE:
                    fits.append((wanted.name, column.name, found))
    paired = _pair(fits)
    name = _table_name(table, source)
    total = sum(found.score for _, _, found in paired)
    filled = sum(map(source.is_filled, source.columns))
    columns = 2 * total / (len(table.columns) + max(filled, 1))
    key = bool(table.key) and set(table.key) <= {wanted for wanted, _, _ in paired}
    return _Candidate(table.name, source, 0.4 * name + 0.5 * columns + 0.1 * key, name, tuple(paired))


def _pair(fits: list[tuple[str, str, Fit]]) -> list[tuple[str, str, Fit]]:
    """One to one, the best first."""
    taken: set[str] = set()
    used: set[str] = set()
    paired = []
    for wanted, column, found in sorted(fits, key=lambda one: (-one[2].score, one[0], one[1])):
        if wanted not in taken and column not in used:
            taken.add(wanted)
            used.add(column)
            paired.append((wanted, column, found))
    return paired


def _table_name(table: ContractTable, source: _Source) -> float:
    titles = [table.name, *table.files, table.title]
    mine = [source.slice.value] if source.slice else [source.table.name]
    best = max(alike(words(title), words(one)) for title in titles for one in mine)
    close = max(_spelt(squashed(title), squashed(one)) for title in titles for one in mine)
    return max(best, close if close >= 0.75 else 0.0)


@lru_cache(maxsize=50_000)
def _spelt(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second).ratio()


def _assign(candidates: list[_Candidate]) -> dict[str, _Candidate]:
    """Tables one to one, the best first; a table whose rows of one kind are taken is not taken whole, nor the reverse."""
    chosen: dict[str, _Candidate] = {}
    whole: set[str] = set()
    parts: set[tuple[str, str, str]] = set()
    telling: dict[str, str] = {}
    for candidate in sorted(candidates, key=lambda one: (-one.score, one.table, one.source.table.name)):
        title, part = candidate.source.table.name, candidate.source.slice
        if candidate.score < LEAST_TABLE or candidate.table in chosen or title in whole or not candidate.columns:
            continue
        if part is None:
            if title in telling:
                continue
            whole.add(title)
        else:
            if telling.setdefault(title, part.column) != part.column or (title, part.column, part.value) in parts:
                continue
            parts.add((title, part.column, part.value))
        chosen[candidate.table] = candidate
    return chosen


def _written(candidate: _Candidate, table: ContractTable) -> TableMatch:
    """What the draft map says. A table without a column that the contract requires would stop a check, so a required
    column is taken even where it is only possible, and a table that lacks one is not.
    """
    part = candidate.source.slice
    required = {column.name for column in table.columns.values() if column.required}
    sure = candidate.score >= CONFIDENT_TABLE and required <= {wanted for wanted, _, _ in candidate.columns}
    columns = tuple(
        Match(
            wanted,
            column,
            round(found.score, 2),
            found.evidence,
            sure and (found.score >= CONFIDENT or wanted in required),
            found.values,
            found.unmatched,
        )
        for wanted, column, found in candidate.columns
    )
    evidence = f"name {candidate.name:.2f}, {len(columns)} columns matched"
    return TableMatch(
        candidate.table, candidate.source.table.name, part.column if part else "", part.value if part else "",
        round(candidate.score, 2), evidence, sure and any(each.sure for each in columns), columns,
    )  # fmt: skip


def active(matches: tuple[TableMatch, ...]) -> tuple[TableMatch, ...]:
    """What the draft source map says without a comment sign."""
    return tuple(replace(one, columns=tuple(each for each in one.columns if each.sure)) for one in matches if one.sure)


def pairs(matches: tuple[TableMatch, ...]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Contract (table, column) to extract (table, column)."""
    return {(one.table, each.column): (one.source, each.source) for one in matches for each in one.columns}
