"""pandas frames in place of files: every value as the text that a file would hold."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import duckdb
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from dq.contract import Table
from dq.ingest import findings, trees
from dq.ingest.model import TableInput
from dq.ingest.structure import position
from dq.ingest.typed import Cells, select_typed
from dq.ingest.workbook import cell_text
from dq.source_map import ColumnSource

_VIEW = "dq_frame"


@dataclass(frozen=True)
class _Shape:
    """What the statements for a frame depend on; equal shapes share them."""

    schema: str
    content: tuple[object, ...]
    places: tuple[tuple[str, int], ...]
    date_formats: tuple[str, ...]
    table: Table = field(compare=False)


def insert_frame(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: Table,
    date_formats: tuple[str, ...],
    frame: pd.DataFrame,
) -> None:
    """Insert a frame's rows into the empty ingested table, and their type and key findings.

    `source_row` is position + 2, as in a file. Columns are found by the names of the contract; one that is missing
    is null, one more is left out.
    """
    header = tuple(str(name) for name in frame.columns)
    places = tuple((name, place) for name in table.columns if (place := position(header, name)) is not None)
    if not len(frame):
        return
    arrays = {"source_row": pa.array(range(2, len(frame) + 2), pa.int64())}
    for place in sorted({place for _, place in places}):
        arrays[f"c{place}"] = text_array(frame.iloc[:, place])
    content = tuple((column.name, column.type, column.plausible) for column in table.columns.values())
    connection.register(_VIEW, pa.table(arrays))
    try:
        for statement in _statements(_Shape(schema, (table.name, table.key, content), places, date_formats, table)):
            connection.execute(statement)
    finally:
        connection.unregister(_VIEW)


@functools.lru_cache(maxsize=2000)
def _statements(shape: _Shape) -> list[str]:
    table = shape.table
    places = dict(shape.places)
    columns = {name: ColumnSource(source=name) for name in places}
    given = TableInput(table.name, (), columns, date_formats=shape.date_formats)
    target = trees.table(shape.schema, table.name)
    rows = select_typed(table, given, places, {}, Cells(exp.to_table(_VIEW), typed_source=True), 0)
    numbers = exp.Sub(this=trees.name("source_row"), expression=trees.number(1))
    numbered = exp.EQ(this=trees.name("row_id"), expression=numbers)
    return [
        trees.sql(exp.insert(rows, target)),
        trees.sql(exp.Update(this=target, expressions=[numbered])),
        *findings.queries(shape.schema, table, given, True),
    ]


def text_array(column: pd.Series) -> pa.Array:
    """A column of any type as Arrow text; blanks and missing values are null."""
    if isinstance(column.dtype, pd.StringDtype):
        return pa.array(column, pa.string(), from_pandas=True)
    if column.dtype != object:
        places, distinct = pd.factorize(column)
        texts = _texts(pd.Series(distinct))
        return texts.take(pa.array(places, mask=places < 0))
    return _texts(column)


def _texts(column: pd.Series) -> pa.Array:
    missing = column.isna().tolist()
    values = column.tolist()
    texts = [None if gone else cell_text(_plain(value)) or None for gone, value in zip(missing, values, strict=True)]
    return pa.array(texts, pa.string())


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else value
