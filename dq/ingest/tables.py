"""The tables that ingest makes: every contract table, and its own three."""

from __future__ import annotations

import functools

import duckdb
from sqlglot import exp

from dq.contract import Contract
from dq.ingest import trees
from dq.ingest.findings import COLUMNS as FINDING_COLUMNS
from dq.ingest.typed import table_columns

INPUT_FILE = {
    "file_id": "SMALLINT", "table_name": "VARCHAR", "name": "VARCHAR", "format": "VARCHAR", "encoding": "VARCHAR",
    "rows_read": "BIGINT", "rows_loaded": "BIGINT", "rows_rejected": "BIGINT", "rows_elsewhere": "BIGINT",
    "bytes": "BIGINT", "sha256": "VARCHAR",
}  # fmt: skip


def create_tables(connection: duckdb.DuckDBPyConnection, contract: Contract, schema: str, present: set[str]) -> None:
    """Create (or replace) all tables, empty, in a schema; tables that are not present are recorded as absent."""
    place = exp.Table(db=exp.to_identifier(schema, quoted=True))
    statements = [trees.sql(exp.Create(this=place, kind="SCHEMA", exists=True))]
    statements += [_create(schema, table.name, tuple(table_columns(table))) for table in contract.tables.values()]
    statements.append(_create(schema, "input_file", tuple(INPUT_FILE.items())))
    statements.append(_create(schema, "ingest_finding", FINDING_COLUMNS))
    statements.append(_create(schema, "absent_table", (("table_name", "VARCHAR"),)))
    connection.execute("; ".join(statements))
    if absent := [name for name in contract.tables if name not in present]:
        names = exp.select(trees.call("unnest", exp.Placeholder()))
        connection.execute(trees.sql(exp.insert(names, trees.table(schema, "absent_table"))), [absent])


# Rules are tested on hundreds of small examples of the same tables, so statements are made once.
@functools.lru_cache(maxsize=2000)
def _create(schema: str, title: str, columns: tuple[tuple[str, str], ...]) -> str:
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
        for name, kind in columns
    ]
    target = exp.Schema(this=trees.table(schema, title), expressions=definitions)
    return trees.sql(exp.Create(this=target, kind="TABLE", replace=True))


def add_row(connection: duckdb.DuckDBPyConnection, schema: str, title: str, *values: object) -> None:
    """Insert one row."""
    row = exp.Values(expressions=[exp.Tuple(expressions=[exp.Placeholder() for _ in values])])
    connection.execute(trees.sql(exp.insert(row, trees.table(schema, title))), list(values))
