"""Short names for the SQLGlot trees that ingest is made of, and the one place where they become SQL."""

from __future__ import annotations

from typing import Any

import duckdb
from sqlglot import exp


def name(*parts: str) -> exp.Expr:
    """A quoted column, or table.column."""
    *table, column = parts
    return exp.column(column, table=table[0] if table else None, quoted=True)


def table(schema: str, title: str) -> exp.Table:
    """A quoted table of a schema."""
    return exp.table_(title, db=schema, quoted=True)


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A DuckDB function under its own name, not translated."""
    return exp.Anonymous(this=function, expressions=[argument.copy() for argument in arguments])


def text(value: str) -> exp.Expr:
    """A text literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """A whole-number literal."""
    return exp.Literal.number(value)


def null(kind: str) -> exp.Expr:
    """A NULL of a type."""
    return exp.cast(exp.null(), kind, dialect="duckdb")


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """CAST(value AS kind)."""
    return exp.cast(value.copy(), kind, dialect="duckdb")


def when(condition: exp.Expr, value: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Expr:
    """CASE WHEN condition THEN value [ELSE otherwise] END."""
    case = exp.Case().when(condition.copy(), value.copy(), copy=False)
    return case.else_(otherwise.copy(), copy=False) if otherwise is not None else case


def first_known(values: list[exp.Expr]) -> exp.Expr:
    """The first value that is not NULL."""
    return values[0].copy() if len(values) == 1 else call("coalesce", *values)


def named(value: exp.Expr, title: str) -> exp.Expr:
    """value AS "title"."""
    return exp.alias_(value.copy(), title, quoted=True)


def both(*conditions: exp.Expr) -> exp.Expr:
    """All conditions hold."""
    return exp.and_(*(condition.copy() for condition in conditions))


def either(*conditions: exp.Expr) -> exp.Expr:
    """At least one condition holds."""
    return exp.or_(*(condition.copy() for condition in conditions))


def is_null(value: exp.Expr) -> exp.Expr:
    """value IS NULL."""
    return exp.Is(this=value.copy(), expression=exp.null())


def not_null(value: exp.Expr) -> exp.Expr:
    """value IS NOT NULL."""
    return exp.Not(this=is_null(value))


def sql(tree: exp.Expr) -> str:
    """The DuckDB text of a tree."""
    return tree.sql(dialect="duckdb", copy=False)


def run(connection: duckdb.DuckDBPyConnection, tree: exp.Expr) -> list[tuple[Any, ...]]:
    """Execute a tree and return its rows."""
    return connection.execute(sql(tree)).fetchall()
