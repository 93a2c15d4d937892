"""Contract tables as pandera schemas on the pandas backend, and as frames of the contract's types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd
import pandera.pandas as pa
import pyarrow
from sqlglot import exp

from dq.contract import Table
from dq.sqltext import column
from dq.sqltext import table as named_table

_PANDAS: dict[pyarrow.DataType, Any] = {
    pyarrow.int64(): pd.Int64Dtype(), pyarrow.bool_(): pd.BooleanDtype(), pyarrow.string(): pd.StringDtype(na_value=float("nan")),
}  # fmt: skip


def pandera_schema(table: Table, *, file_columns_only: bool = True) -> pa.DataFrameSchema:
    """The table as a pandera schema for the pandas backend: columns that a file must have, all read as text.

    `required` columns must be there, other contract columns may be; any further column is refused (strict), a
    repeated one too. Validate lazily, so that every fault is reported. With `file_columns_only=False` the schema
    carries the contract's types instead, for typed frames at the edges.
    """
    types: dict[str, Any] = {
        "text": str, "code": str, "integer": "Int64", "number": float, "date": "datetime64[ns]",
        "datetime": "datetime64[ns]", "boolean": "boolean",
    }  # fmt: skip
    columns = {
        column.name: pa.Column(
            str if file_columns_only else types[column.type], nullable=True, required=column.required, coerce=True
        )
        for column in table.columns.values()
    }
    return pa.DataFrameSchema(columns, name=table.name, strict=True, unique_column_names=True)


def typed_frame(connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> pd.DataFrame:
    """Columns of a loaded table as a frame of the contract's types, with the row_id as its index, in its order.

    ``raw__x`` is the text of x as it stood in the file. Blanks, and what could not be read as its type, are missing.
    """
    select = exp.select(column("row_id", table.name)).from_(named_table(table.name)).order_by(column("row_id", table.name))
    for name in columns:
        value = column(name, table.name)
        known = table.columns.get(name)
        whole = known is not None and known.type in ("date", "datetime")
        select = select.select(exp.alias_(exp.cast(value, "timestamp_ns", dialect="duckdb") if whole else value, name, quoted=True))
    arrow = connection.sql(select.sql(dialect="duckdb")).to_arrow_table()
    frame: pd.DataFrame = arrow.to_pandas(types_mapper=_PANDAS.get)
    return frame.set_index("row_id")


def verdict_rows(ok: pd.Series) -> pyarrow.Table:
    """Verdicts by row_id as the engine takes them: row_id, and true, false or null."""
    return pyarrow.table({"row_id": pyarrow.array(ok.index, pyarrow.int64()), "ok": pyarrow.array(ok, pyarrow.bool_())})
