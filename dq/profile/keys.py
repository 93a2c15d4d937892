"""Keys: single columns, and pairs of columns, that tell every row from the others, or nearly."""

from __future__ import annotations

import itertools

import duckdb
from sqlglot import exp

from dq.ingest import trees
from dq.profile import scratch
from dq.profile.judging import IDENTIFIER
from dq.profile.model import Column, Key
from dq.profile.read import Staged
from dq.profile.words import words

NEARLY = 0.98
"""A column is a near-unique key where at least this share of the rows has a value of its own."""
SAMPLE = 20_000
SMALL = 10
PAIRED = 8
"""Columns that are tried in pairs, at most: the most varied ones and those named like identifiers."""


def single_keys(columns: list[Column]) -> list[Key]:
    """Columns that are unique or nearly so, the likeliest key first."""
    found: list[tuple[float, Key]] = []
    for column in columns:
        facts = column.facts
        if facts.filled < 1 or column.kind == "free text" or column.type in ("number", "boolean"):
            continue
        if facts.surplus > _spare(column) or facts.filled < 0.5 * facts.rows:
            continue
        key = Key((column.name,), facts.surplus, facts.blank, facts.rows)
        found.append((_likelihood(column, key), key))
    return [key for _, key in sorted(found, key=lambda one: -one[0])]


def _spare(column: Column) -> float:
    """Rows that may be wrong in a key: a fiftieth, and one in a small table, if the column is named like an identifier."""
    rows = column.facts.rows
    return max((1 - NEARLY) * rows, 1 if rows >= SMALL and set(words(column.name)) & IDENTIFIER else 0)


def _likelihood(column: Column, key: Key) -> float:
    named = set(words(column.name))
    score = 1.0 if key.exact else 0.5 - (key.repeated + key.blank) / max(key.rows, 1)
    score += 0.5 * bool(named & IDENTIFIER) + 0.2 * bool("id" in named)
    score -= 0.6 * (column.type in ("date", "datetime")) + 0.5 * (column.personal == "identity")
    score += 0.4 * bool("person" in named and not named & IDENTIFIER) - 0.6 * bool(named & {"nhs", "upn", "uln", "uprn", "urn"})
    return score - 0.02 * column.facts.place


def choose(keys: list[Key], columns: list[Column]) -> tuple[str, ...]:
    """The key for the draft: the likeliest, unless it is a name, or a date beside nothing, or blank too often."""
    by_name = {column.name: column for column in columns}
    for key in keys:
        alone = by_name[key.columns[0]]
        unfit = len(key.columns) == 1 and (alone.personal == "identity" or alone.type in ("date", "datetime"))
        if not unfit and key.blank <= _spare(alone):
            return key.columns
    return ()


def pair_keys(connection: duckdb.DuckDBPyConnection, staged: Staged, columns: list[Column]) -> list[Key]:
    """Pairs of columns that together are unique or nearly so; tried on the first rows, then counted on all of them."""
    likely = [
        column
        for column in columns
        if column.facts.distinct > 1 and column.kind != "free text" and column.facts.blank <= (1 - NEARLY) * column.facts.rows
    ]
    likely = sorted(likely, key=lambda one: (not set(words(one.name)) & IDENTIFIER, -one.facts.distinct))[:PAIRED]
    likely.sort(key=lambda one: one.facts.place)
    pairs = [
        (first, second)
        for first, second in itertools.combinations(likely, 2)
        if first.facts.distinct * second.facts.distinct >= staged.rows
    ]
    if not pairs:
        return []
    stage = scratch.table(staged.stage)
    few = exp.select(
        *{trees.name(f"c{column.facts.place}").sql(): trees.name(f"c{column.facts.place}") for column in likely}.values()
    )
    first_rows = few.from_(stage.copy()).limit(SAMPLE)
    size = min(SAMPLE, staged.rows)
    [counts] = trees.run(connection, exp.select(*(_different(*pair) for pair in pairs)).from_(first_rows.subquery("few")))
    promising = [pair for pair, count in zip(pairs, counts, strict=True) if count >= NEARLY * size]
    if not promising:
        return []
    if staged.rows > SAMPLE:
        [counts] = trees.run(connection, exp.select(*(_different(*pair) for pair in promising)).from_(stage.copy()))
    else:
        counts = tuple(count for count in counts if count >= NEARLY * size)
    found = []
    for (first, second), count in zip(promising, counts, strict=True):
        blank = max(first.facts.blank, second.facts.blank)
        if count >= NEARLY * staged.rows:
            found.append(Key((first.name, second.name), max(staged.rows - blank - int(count), 0), blank, staged.rows))
    return sorted(found, key=lambda key: (key.repeated + key.blank, *(columns_at(columns, name) for name in key.columns)))


def columns_at(columns: list[Column], name: str) -> int:
    """The place of a column in its table."""
    return next(column.facts.place for column in columns if column.name == name)


def _different(first: Column, second: Column) -> exp.Expr:
    """Distinct pairs of values among rows that have both; by hash, which costs a third of the values themselves."""
    cells = [trees.name(f"c{column.facts.place}") for column in (first, second)]
    both = trees.when(trees.both(*(trees.not_null(cell) for cell in cells)), trees.call("hash", *cells))
    return exp.Count(this=exp.Distinct(expressions=[both]))
