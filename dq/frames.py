"""Contract tables as pandera schemas, on the pandas backend."""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa

from dq.contract import Table


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
