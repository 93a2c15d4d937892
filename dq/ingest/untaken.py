"""Rows of a shared file that no table takes: the values by which rows are told apart do not name them."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from dq.ingest import trees
from dq.ingest.model import Finding, excerpt
from dq.ingest.opening import OpenFile
from dq.ingest.reading import Reader
from dq.ingest.typed import belongs, select_cells

MOST = 20


def untaken(connection: duckdb.DuckDBPyConnection, reader: Reader, files: list[OpenFile]) -> list[Finding]:
    """A finding for each value of the telling columns whose rows no table takes, with the line of the first one.

    A file that one of its tables takes whole has no such rows.
    """
    groups: dict[int, list[OpenFile]] = {}
    for file in files:
        groups.setdefault(id(file.source), []).append(file)
    found: list[Finding] = []
    for users in groups.values():
        if all(file.structure.filters for file in users):
            found += _in_file(connection, reader, users)
    return found


def _in_file(connection: duckdb.DuckDBPyConnection, reader: Reader, users: list[OpenFile]) -> list[Finding]:
    file_id, table = users[0].id, users[0].table
    reading = reader.read(users[0].source, shared=True)
    places = {place: name for file in users for name, place in file.structure.filters.items()}
    conditions = [one for file in users if (one := belongs(file.given, file.structure.filters)) is not None]
    taken = trees.call("coalesce", trees.either(*conditions), exp.false())
    values = [trees.name(f"c{place}") for place in sorted(places)]
    rows, first = exp.Count(this=exp.Star()), exp.Min(this=trees.name("source_row"))
    query = exp.select(rows, first, *values).from_(select_cells(reading.cells, list(places)).subquery("cell"))
    result = trees.run(connection, query.where(exp.Not(this=taken)).group_by(*values).order_by(first.copy()))
    field = ", ".join(places[place] for place in sorted(places))
    rule = f"reconciliation.{table.name}"
    shown = [
        Finding(
            rule, table.name, f"No table takes the rows with this value: {count}, the first on this line.",
            file_id=file_id, source_row=line, field=field, text=excerpt("|".join(value or "" for value in telling)),
        )
        for count, line, *telling in result[:MOST]
    ]  # fmt: skip
    if len(result) > MOST:
        rest = sum(row[0] for row in result[MOST:])
        message = f"No table takes {rest} rows with {len(result) - MOST} further values, the first on this line."
        shown.append(Finding(rule, table.name, message, file_id=file_id, source_row=result[MOST][1], field=field))
    return shown
