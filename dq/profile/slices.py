"""Telling columns: where one file holds records of several kinds, the column that says which kind a row is."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from dq.ingest import trees
from dq.profile import scratch
from dq.profile.model import Column, Slice
from dq.profile.read import Staged
from dq.profile.words import words

TELLING = frozenset({"type", "group", "kind", "class", "category"})
MOST = 30
FEWEST = 10


def slices(connection: duckdb.DuckDBPyConnection, staged: Staged, columns: list[Column]) -> list[Slice]:
    """The rows by value of each telling column, and how many rows have each column filled there.

    A telling column is a code list that is filled in nearly every row, and named type, group, kind, class or category;
    and some other column is blank throughout for one of its values and mostly filled for another.
    """
    found: list[Slice] = []
    for column in columns:
        listed = column.codes
        if listed is None or not set(words(column.name)) & TELLING or len(listed.kept) > MOST or len(listed.kept) < 2:
            continue
        if column.facts.blank > 0.02 * column.facts.rows:
            continue
        cell = trees.name(f"c{column.facts.place}")
        counts = [exp.Count(this=trees.name(f"c{other.facts.place}")) for other in columns]
        query = exp.select(cell, exp.Count(this=exp.Star()), *counts).from_(scratch.table(staged.stage))
        shown = dict(listed.kept)
        mine: list[Slice] = []
        for value, rows, *filled in trees.run(connection, query.group_by(cell).order_by(cell)):
            if value in shown:
                by_name = {other.name: int(count) for other, count in zip(columns, filled, strict=True)}
                mine.append(Slice(column.name, value, int(rows), by_name))
        found += mine if _tells(mine) else []
    return found


def _tells(mine: list[Slice]) -> bool:
    many = [one for one in mine if one.rows >= FEWEST]
    names = many[0].filled if many else {}
    return any(
        any(one.filled[name] == 0 for one in many) and any(one.filled[name] > 0.5 * one.rows for one in many) for name in names
    )
