"""The profile's own tables in the engine: temporary, dropped with the connection."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
from sqlglot import exp

from dq.ingest import trees


def table(name: str) -> exp.Table:
    """One of the profile's tables."""
    return trees.table("temp", name)


def create(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> None:
    """An empty table with columns of the given types."""
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(title, quoted=True), kind=exp.DataType.build(kind, dialect="duckdb"))
        for title, kind in columns.items()
    ]
    _run(connection, exp.Schema(this=table(name), expressions=definitions), None)


def create_as(connection: duckdb.DuckDBPyConnection, name: str, query: exp.Query) -> None:
    """A table of a query's rows, in place of the one before."""
    _run(connection, table(name), query)


def _run(connection: duckdb.DuckDBPyConnection, target: exp.Expr, query: exp.Query | None) -> None:
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    tree = exp.Create(this=target, kind="TABLE", expression=query, replace=True, properties=temporary)
    connection.execute(trees.sql(tree))
