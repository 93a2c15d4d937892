"""Portable functions run on a real engine: DuckDB in process, PostgreSQL where one answers on 127.0.0.1."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import duckdb
import psycopg
import pytest
from bench import compiler, small
from sqlglot import exp

from dq.calendar import working_day_table
from dq.expression import Reader, Scope
from dq.functions import CALENDAR, FUNCTIONS, Dialect, call

SERVER = "host=127.0.0.1 port=5432 user=postgres dbname=postgres connect_timeout=3"
Value = str | int | float | bool | dt.date | None
Engine = Callable[[str], list[tuple[Any, ...]]]
TYPES = {str: "text", bool: "boolean", int: "bigint", float: "double", dt.date: "date"}


@cache
def duckdb_engine() -> Engine:
    """DuckDB with the working-day calendar."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE {CALENDAR} (day DATE, working_days BIGINT, is_working INTEGER)")
    days = [list(part) for part in zip(*working_day_table(), strict=True)]
    connection.execute(f"INSERT INTO {CALENDAR} SELECT unnest(?), unnest(?), unnest(?)", days)
    return lambda sql: connection.execute(sql).fetchall()


@cache
def postgres() -> psycopg.Connection:
    """A connection with the working-day calendar in a temporary table; skips where no server answers."""
    try:
        connection = psycopg.connect(SERVER, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("NO PostgreSQL on 127.0.0.1:5432: the functions were not run there")
    connection.execute(f"CREATE TEMPORARY TABLE {CALENDAR} (day date, working_days bigint, is_working integer)")
    with connection.cursor().copy(f"COPY {CALENDAR} FROM STDIN") as copy:
        for row in working_day_table():
            copy.write_row(row)
    return connection


def postgres_engine() -> Engine:
    """PostgreSQL; a `%` in the SQL is a `%`."""
    connection = postgres()
    return lambda sql: connection.execute(sql).fetchall()  # type: ignore[call-overload]


POSTGRES_TYPES = {
    "VARCHAR": "text", "BIGINT": "bigint", "SMALLINT": "smallint", "DOUBLE": "double precision", "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}  # fmt: skip


@contextmanager
def mirrored(source: duckdb.DuckDBPyConnection) -> Iterator[Engine]:
    """PostgreSQL with the small pack's tables as they are in DuckDB, for as long as the block lasts; nothing stays."""
    connection = postgres()
    connection.execute("BEGIN")
    try:
        connection.execute("CREATE SCHEMA previous")
        found = source.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE table_name IN (SELECT unnest(?))", [list(small().tables)]
        )
        for schema, name in found.fetchall():
            columns = source.execute(f'DESCRIBE "{schema}"."{name}"').fetchall()
            typed = ", ".join(f'"{column}" {POSTGRES_TYPES[kind]}' for column, kind, *_ in columns)
            target = f'"{name}"' if schema == "main" else f'"{schema}"."{name}"'
            connection.execute(f"CREATE {'TEMPORARY' if schema == 'main' else ''} TABLE {target} ({typed})")  # type: ignore[call-overload]
            with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:  # type: ignore[call-overload]
                for row in source.execute(f'SELECT * FROM "{schema}"."{name}"').fetchall():
                    copy.write_row(row)
        yield postgres_engine()
    finally:
        connection.execute("ROLLBACK")


ENGINES: dict[Dialect, Callable[[], Engine]] = {"duckdb": duckdb_engine, "postgres": postgres_engine}


def evaluate(dialect: Dialect, name: str, rows: Sequence[Sequence[Value]], types: Sequence[str] = ()) -> list[Value]:
    """The function over rows of arguments; what regexp_matches and round take second is a literal in the SQL."""
    engine = ENGINES[dialect]()
    given = list(types) or _types(name, rows)
    columns: list[exp.Expr] = [exp.column(f"a{place}", table="t", quoted=True) for place in range(len(given))]
    if name in ("regexp_matches", "round"):
        columns[1] = exp.convert(rows[0][1])
    tree = call(name, *columns)
    names = ["n", *(f"v{place}" for place in range(len(given)))]
    values = exp.values([(number, *(_literal(value) for value in row)) for number, row in enumerate(rows)], "v", names)
    typed = [exp.cast(exp.column(f"v{place}", table="v"), type_).as_(f"a{place}") for place, type_ in enumerate(given)]
    inner = exp.select("v.n", *typed).from_(values)
    query = exp.select("t.n").select(exp.alias_(tree, "result")).from_(inner.subquery("t")).order_by("t.n")
    return [plain(value) for _, value in engine(compiler().sql(query, dialect))]


def value_of(dialect: Dialect, source: str) -> Value:
    """An expression without columns, as a rule would write it."""
    use = compiler()
    reader = Reader(use.catalogue)
    tree, _ = reader.read(source, Scope({}))
    assert not reader.found.faults, reader.found.faults
    [(value,)] = ENGINES[dialect]()(use.sql(exp.select(exp.alias_(tree, "v")), dialect))
    return plain(value)


def plain(value: Any) -> Value:
    """A result as Python has it: a day without a time, a number that is whole as an int."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, decimal.Decimal | float):
        return int(value) if value == int(value) else float(value)
    return value  # type: ignore[no-any-return]


def _types(name: str, rows: Sequence[Sequence[Value]]) -> list[str]:
    wanted = FUNCTIONS[name].arguments
    found = []
    for place in range(len(rows[0])):
        cells = [row[place] for row in rows if row[place] is not None]
        declared = wanted[min(place, len(wanted) - 1)]
        known = {"text": "text", "integer": "bigint", "number": "double", "date": "date"}
        found.append(known.get(declared) or (TYPES[type(cells[0])] if cells else "text"))
    return found


def _literal(value: Value) -> exp.Expr:
    return exp.Literal.string(value.isoformat()) if isinstance(value, dt.date) else exp.convert(value)
