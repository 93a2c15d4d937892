"""pandas frames in place of files: every value as the text that a file would hold."""

from __future__ import annotations

import duckdb
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from dq.contract import Contract, Table
from dq.ingest import trees
from dq.ingest.model import TableInput
from dq.ingest.structure import position
from dq.ingest.typed import Cells, select_typed
from dq.ingest.workbook import cell_text
from dq.source_map import ColumnSource

_VIEW = "dq_frame"


def insert_frame(
    connection: duckdb.DuckDBPyConnection, schema: str, table: Table, contract: Contract, frame: pd.DataFrame
) -> TableInput:
    """Insert a frame's rows into the empty ingested table; `source_row` is position + 2, as in a file.

    Columns are found by the names of the contract; one that is missing is null, one more is left out. Returns the
    input that the frame stands for.
    """
    header = tuple(str(name) for name in frame.columns)
    places = {name: place for name in table.columns if (place := position(header, name)) is not None}
    given = TableInput(
        table.name, (), {name: ColumnSource(source=name) for name in places}, date_formats=contract.date_formats
    )
    if not len(frame) or not places:
        return given
    arrays = {"source_row": pa.array(range(2, len(frame) + 2), pa.int64())}
    for place in sorted(set(places.values())):
        arrays[f"c{place}"] = text_array(frame.iloc[:, place])
    connection.register(_VIEW, pa.table(arrays))
    try:
        cells = Cells(exp.to_table(_VIEW), typed_source=True)
        rows = select_typed(table, given, places, {}, cells, 0)
        connection.execute(trees.sql(exp.insert(rows, trees.table(schema, table.name))))
    finally:
        connection.unregister(_VIEW)
    return given


def text_array(column: pd.Series) -> pa.Array:
    """A column of any type as Arrow text; blanks and missing values are null."""
    if isinstance(column.dtype, pd.StringDtype):
        return pa.array(column, pa.string(), from_pandas=True)
    missing = column.isna().tolist()
    values = column.tolist()
    texts = [None if gone else cell_text(_plain(value)) or None for gone, value in zip(missing, values, strict=True)]
    return pa.array(texts, pa.string())


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else value
