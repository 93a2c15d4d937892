"""Dates once the formats of the extract are known: how many parse, and which pairs of one record stand in order."""

from __future__ import annotations

from dataclasses import replace

import duckdb
from sqlglot import exp

from dq.contract import DEFAULT_RANGE
from dq.ingest import dates, trees
from dq.ingest.typed import ISO
from dq.profile import scratch
from dq.profile.model import Column, Pair
from dq.profile.read import Staged
from dq.profile.words import Words, words

OPENING = ("start", "actual", "referral", "birth")
CLOSING = ("end", "left", "withdrawn", "death")
KEPT = 0.98
"""A pair is proposed where at least this share of the rows with both dates keeps the order."""


def recount(connection: duckdb.DuckDBPyConnection, staged: Staged, columns: list[Column], formats: tuple[str, ...]) -> list[Column]:
    """Count again what parses of each date column, under all formats of the draft contract, as a check will read them.

    A column whose own format had to stay out of the contract becomes text: its dates would be read the wrong way round.
    """
    columns = [_stays_date(column, formats) for column in columns]
    dated = [column for column in columns if column.type in ("date", "datetime")]
    if not dated:
        return columns
    counts = [trees.call("count", _moment(column, formats, staged)) for column in dated]
    [row] = trees.run(connection, exp.select(*counts).from_(scratch.table(staged.stage)))
    parsed = dict(zip((column.name for column in dated), map(int, row), strict=True))
    return [replace(column, parsed=parsed.get(column.name, column.parsed)) for column in columns]


def _stays_date(column: Column, formats: tuple[str, ...]) -> Column:
    if column.type not in ("date", "datetime") or column.format in formats:
        return column
    shown = dates.shown(column.format)
    beside = f"dates written {shown}, which this contract cannot read beside {dates.shown(formats[0])}"
    warning = f"{beside}: give the column its own date_formats in a source map"
    return replace(column, type="text", parsed=column.facts.filled, kind="date, other format", warning=warning)


def pairs(connection: duckdb.DuckDBPyConnection, staged: Staged, columns: list[Column], formats: tuple[str, ...]) -> list[Pair]:
    """Start and end dates that stand in one table, with the rows that have both, and those that have them reversed."""
    dated = [column for column in columns if column.type in ("date", "datetime") and column.parsed]
    wanted = [(first, second) for second in dated if (first := _opening(second, dated)) is not None]
    if not wanted:
        return []
    counts: list[exp.Expr] = []
    for first, second in wanted:
        before, after = (_moment(column, formats, staged) for column in (first, second))
        known = trees.both(trees.not_null(before), trees.not_null(after))
        late = exp.GT(this=before.copy(), expression=after.copy())
        counts += [trees.call("count_if", known), trees.call("count_if", late)]
    [row] = trees.run(connection, exp.select(*counts).from_(scratch.table(staged.stage)))
    found = [
        Pair(first.name, second.name, int(row[2 * number]), int(row[2 * number + 1]))
        for number, (first, second) in enumerate(wanted)
    ]
    return [pair for pair in found if pair.both and pair.reversed <= (1 - KEPT) * pair.both]


def _opening(closing: Column, dated: list[Column]) -> Column | None:
    """The start that belongs to an end: named like it but for start and end, else the table's only or first start."""
    ends = words(closing.name)
    if not set(ends) & set(CLOSING):
        return None
    starts = [column for column in dated if set(words(column.name)) & set(OPENING) and not set(words(column.name)) & set(CLOSING)]
    exact = [column for column in starts if _rest(words(column.name)) == _rest(ends)]
    return next(iter(exact or starts), None)


def _rest(name: Words) -> Words:
    return tuple(word for word in name if word not in (*OPENING, *CLOSING, "date"))


def _moment(column: Column, formats: tuple[str, ...], staged: Staged) -> exp.Expr:
    """The date of a cell as the draft contract will read it: NULL where it is not plausible."""
    typed = any(source.text is None for source in staged.sources)
    every = tuple(dict.fromkeys((*formats, *(ISO if typed else ()))))
    moment = dates.read(trees.name(f"c{column.facts.place}"), every, time=column.type == "datetime")
    first, last = (trees.cast(trees.text(day.isoformat()), "DATE") for day in DEFAULT_RANGE)
    inside = exp.Between(this=trees.cast(moment, "DATE"), low=first, high=last)
    return trees.when(inside, moment)
