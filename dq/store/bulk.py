"""Puts many rows into a table, the fastest way that each database has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

BATCH = 50_000


def fill(connection: BaseDatabaseWrapper, cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Put rows into a table; returns how many."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    number = 0
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([storable(each) for each in row])
                number += 1
        cursor.execute(f"ANALYZE {table}")
        return number
    places = ", ".join(["%s"] * len(columns))
    for batch in batches(rows):
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", batch)
        number += len(batch)
    return number


def storable(value: object) -> object:
    """PostgreSQL's text cannot hold the character 0, which a broken file may."""
    return value.replace("\0", "\N{SYMBOL FOR NULL}") if isinstance(value, str) else value


def batches(rows: Iterable[Sequence[object]], size: int = BATCH) -> Iterator[list[Sequence[object]]]:
    """Rows in lists of at most `size`."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch
