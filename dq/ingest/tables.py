"""The tables that ingest makes: every contract table, and its own three."""

from __future__ import annotations

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
    tables = {table.name: dict(table_columns(table)) for table in contract.tables.values()}
    tables |= {"input_file": INPUT_FILE, "ingest_finding": dict(FINDING_COLUMNS)}
    tables |= {"absent_table": {"table_name": "VARCHAR"}}
    place = exp.Table(db=exp.to_identifier(schema, quoted=True))
    statements: list[exp.Expr] = [exp.Create(this=place, kind="SCHEMA", exists=True)]
    for title, columns in tables.items():
        definitions = [
            exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
            for name, kind in columns.items()
        ]
        target = exp.Schema(this=trees.table(schema, title), expressions=definitions)
        statements.append(exp.Create(this=target, kind="TABLE", replace=True))
    connection.execute("; ".join(map(trees.sql, statements)))
    for name in contract.tables:
        if name not in present:
            add_row(connection, schema, "absent_table", name)


def add_row(connection: duckdb.DuckDBPyConnection, schema: str, title: str, *values: object) -> None:
    """Insert one row."""
    row = exp.Values(expressions=[exp.Tuple(expressions=[exp.Placeholder() for _ in values])])
    connection.execute(trees.sql(exp.insert(row, trees.table(schema, title))), list(values))
