"""The rows of the lists: what the store says of each exception, joined to what the run's files say of its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa

from dq.listing import FRESH, WAITING, Entry
from dq.report.order import RANK
from dq.report.todo_sheet import Cell, Row

BATCH = 5_000
FOUND = ("person", "record", "title", "values", "fix", "worker")
SHOWN = (
    "list", "id", "rule", "table", "severity", "mark", "age", "due", "overdue", "before", "why", "until", "person", "record",
    "title", "values", "fix", "worker",
)  # fmt: skip

ROWS = f"""
WITH found AS (
  SELECT DISTINCT ON (id) id, severity, team, {", ".join(f'"{name}"' for name in FOUND)} FROM read_parquet($path)
  ORDER BY id, team, severity
)
SELECT e.list, e.id, e.rule, e."table", e.severity, e.mark, e.age, e.due, e.overdue, e.before, e.why, e.until, f.person,
       coalesce(f.record, concat_ws(' ', n.title, e.key)), coalesce(f.title, t.title, e.rule), f."values", f.fix,
       coalesce(nullif(e.assigned, ''), f.worker)
FROM entry AS e
LEFT JOIN found AS f ON f.id = e.id
LEFT JOIN rule_title AS t ON t.name = e.rule
LEFT JOIN table_title AS n ON n.name = e."table"
ORDER BY e.list, e.why <> '', e."order", {RANK.replace("severity", "e.severity")}, e.rule, e."table", e.key, e.id
"""
COUNTS = """SELECT list, severity, why <> '', "order", overdue, count(*) FROM entry GROUP BY ALL"""

_TYPES = {"order": pa.int8(), "age": pa.int32(), "due": pa.date32(), "until": pa.date32(), "overdue": pa.bool_()}
SCHEMA = pa.schema([(each.name, _TYPES.get(each.name, pa.string())) for each in fields(Entry)])


def table(lines: Iterable[Entry]) -> pa.Table:
    """The lines as columns, taken over a batch at a time."""
    batches: list[pa.RecordBatch] = []
    columns: dict[str, list[object]] = {name: [] for name in SCHEMA.names}
    for line in lines:
        for name, column in columns.items():
            column.append(getattr(line, name))
        if len(columns["id"]) == 10 * BATCH:
            batches.append(pa.RecordBatch.from_pydict(columns, SCHEMA))
            columns = {name: [] for name in SCHEMA.names}
    batches.append(pa.RecordBatch.from_pydict(columns, SCHEMA))
    return pa.Table.from_batches(batches, SCHEMA)


def counts(lines: pa.Table) -> dict[str, dict[str, int]]:
    """By list: how many lines are `to_do` (and of which severity), `fresh`, `overdue`, `waiting`, and set `aside`."""
    found: dict[str, dict[str, int]] = {}
    with duckdb.connect() as engine:
        engine.register("entry", lines)
        for team, severity, aside, order, overdue, number in engine.execute(COUNTS).fetchall():
            mine = found.setdefault(team, {})
            for word in ["aside"] if aside else _words(severity, order, overdue):
                mine[word] = mine.get(word, 0) + number
    return found


def _words(severity: str, order: int, overdue: bool) -> list[str]:
    words = ["to_do", f"severity {severity}"]
    words += [word for word, place in (("fresh", FRESH), ("waiting", WAITING)) if order == place]
    return [*words, "overdue"] if overdue else words


def by_list(
    lines: pa.Table, titles: Mapping[str, str], tables: Mapping[str, str], exceptions: Path, lists: Sequence[str], scratch: str
) -> Iterator[tuple[str, Iterator[Row]]]:
    """Each list's rows, in the order in which they are shown; a list without rows gives none. `lists` are sorted by name.

    `exceptions` is the run's Parquet file; an exception that the run did not find is shown by its table, key and rule.
    """
    with duckdb.connect(config={"temp_directory": scratch}) as engine:
        engine.register("entry", lines)
        engine.register("rule_title", _titles(titles))
        engine.register("table_title", _titles(tables))
        engine.execute("SET preserve_insertion_order = false")
        cursor = engine.execute(ROWS, {"path": str(exceptions)})
        groups = groupby(_fetched(cursor), key=lambda row: str(row["list"]))
        name, rows = next(groups, ("", iter(())))
        for wanted in lists:
            while name and name < wanted:
                name, rows = next(groups, ("", iter(())))
            if name == wanted:
                yield wanted, rows
                name, rows = next(groups, ("", iter(())))
            else:
                yield wanted, iter(())


def _titles(titles: Mapping[str, str]) -> pa.Table:
    schema = pa.schema([("name", pa.string()), ("title", pa.string())])
    return pa.table({"name": list(titles), "title": list(titles.values())}, schema)


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Cell]]:
    while batch := cursor.fetchmany(BATCH):
        for row in batch:
            yield dict(zip(SHOWN, row, strict=True))
