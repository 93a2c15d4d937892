"""Opens a project's store and brings its tables up to date."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, InterfaceError, OperationalError

from dq.errors import Problem, ProjectError

FILE = Path(".dq") / "dq.sqlite3"
PASSWORD = "DQ_STORE_PASSWORD"
PATIENCE = 60
"""Seconds to wait for another run that is being recorded."""
LOCK = 4_771_003
"""The number of the advisory lock that PostgreSQL gives to one writer of a schema at a time; the schema's name adds to it."""

_NUMBERS = count(1)
"""Each opening is a connection of its own to Django, also where two threads open one store."""


class StoreError(ProjectError):
    """The store cannot be reached, is busy, or is newer than this dq."""


@contextmanager
def opened(folder: Path, url: str | None, *, create: bool = True) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a project's store with its tables up to date; closed at the end.

    Without `url` the store is a file in the project, made on the first use unless `create` is false. Raises `StoreError`.
    """
    file = folder / FILE
    where = _place(url) if url else str(file)
    if url is None and not file.is_file() and not create:
        raise StoreError(Problem(str(file), message="No run is recorded yet.", fix=f"Check the project first: dq check {folder}"))
    if url is None:
        try:
            file.parent.mkdir(exist_ok=True)
        except OSError:
            raise StoreError(
                Problem(str(file.parent), message="The folder of the store cannot be made.", fix=_fix(None, url))
            ) from None
    alias = f"dq {next(_NUMBERS)}"
    connections.settings[alias] = _settings(alias, _postgres(url) if url else _sqlite(file))
    try:
        connection = connections[alias]
        connection.ensure_connection()
        up_to_date(connection, where=where)
        yield connection
    except (DatabaseError, InterfaceError, ImproperlyConfigured) as error:
        raise StoreError(Problem(where, message=_told(error), fix=_fix(error, url))) from None
    finally:
        with suppress(AttributeError, DatabaseError):
            connections[alias].close()
            del connections[alias]
        connections.settings.pop(alias, None)


def _settings(alias: str, own: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = connections.configure_settings({"default": {}, alias: own})[alias]
    return settings


def _sqlite(file: Path) -> dict[str, Any]:
    """One writer at a time, which waits for another; readers are never in its way. A killed run leaves the file as it was."""
    options = {
        "timeout": PATIENCE,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options}


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    options = {name: value for name, value in given.items() if name != "schema"}
    if schema := given.get("schema"):
        options["options"] = f"-c search_path={schema}"
    options.setdefault("connect_timeout", "10")
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": unquote(parts.path.lstrip("/")), "USER": unquote(parts.username or ""),
        "PASSWORD": os.environ.get(PASSWORD, ""), "HOST": parts.hostname or "", "PORT": str(parts.port or ""), "OPTIONS": options,
    }  # fmt: skip


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"store {parts.hostname or ''}{parts.path}"


def _told(error: Exception) -> str:
    """Our own words: an engine's message may quote what it was given."""
    if _busy(error):
        return f"Another run is being recorded; it was not done after {PATIENCE} seconds."
    if _full(error):
        return "The disk of the store is full; nothing of this was written."
    if _damaged(error):
        return "The file of the store is damaged, or is no store."
    if isinstance(error, ImproperlyConfigured):
        return "The driver for PostgreSQL is not installed."
    return f"The store cannot be used ({type(error.__cause__ or error).__name__})."


def _fix(error: Exception | None, url: str | None) -> str:
    if _busy(error):
        return "Check again when it is."
    if _full(error):
        return "Make room and try again."
    if _damaged(error):
        return "Rename it, and put a backup in its place: dq store restore FILE."
    if isinstance(error, ImproperlyConfigured):
        return 'Install it: pip install "dq[postgres]" -c constraints.txt'
    if url is None:
        return "Is the folder on a disk of this machine, and may you write in it? dq check --no-store does without a history."
    return f"Is the address right, does the server run, and is the password in the environment variable {PASSWORD}?"


def _busy(error: Exception | None) -> bool:
    return isinstance(error, OperationalError) and (
        "database is locked" in str(error) or type(error.__cause__).__name__ == "LockNotAvailable"
    )


def _full(error: Exception | None) -> bool:
    return isinstance(error, OperationalError) and ("disk is full" in str(error) or type(error.__cause__).__name__ == "DiskFull")


def _damaged(error: Exception | None) -> bool:
    return isinstance(error, DatabaseError) and any(words in str(error) for words in ("malformed", "is not a database"))


@contextmanager
def reading(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[None]:
    """All that is read inside is of one moment, whatever others write meanwhile. Nobody waits for it, nor it for a writer."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not Django's, which takes the writer's lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        names = ", ".join(connection.ops.quote_name(table) for table in tables)
        cursor.execute(f"LOCK TABLE {names} IN ACCESS SHARE MODE")  # before the moment is fixed: no table is dropped after it
        yield


@contextmanager
def writing(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """One transaction, as the only writer of the store: a cursor. All of it stays, or nothing.

    SQLite begins it by taking its one lock; PostgreSQL takes a lock of ours. Both wait for another writer.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [LOCK])
        yield cursor


@contextmanager
def altering(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """As `writing`, where the tables themselves change; it may stand inside another one."""
    if connection.vendor == "sqlite":
        connection.disable_constraint_checking()  # SQLite can alter tables only so, and not from within a transaction
    try:
        with writing(connection) as cursor:
            yield cursor
    finally:
        if connection.vendor == "sqlite":
            connection.enable_constraint_checking()


def migration(connection: BaseDatabaseWrapper) -> str:
    """The last migration that the store has seen."""
    applied = {name for app, name in MigrationExecutor(connection).loader.applied_migrations if app == "store"}
    return max(applied, default="zero")


def up_to_date(connection: BaseDatabaseWrapper, target: str | None = None, *, where: str = "") -> None:
    """Apply the migrations that are missing, as one transaction; or go to `target`, where `zero` is none of them.

    Raises `StoreError` for a store that a later dq wrote.
    """
    executor = MigrationExecutor(connection)
    known = {name for app, name in executor.loader.disk_migrations if app == "store"}
    newer = {name for app, name in executor.loader.applied_migrations if app == "store"} - known
    if newer:
        fix = "Use the dq that wrote it, or a later one."
        raise StoreError(Problem(where, message="The store was written by a later dq.", fix=fix))
    goals = [("store", None if target == "zero" else target)] if target is not None else executor.loader.graph.leaf_nodes()
    if not executor.migration_plan(goals):
        return
    try:
        with altering(connection):
            executor = MigrationExecutor(connection)  # another run may have been first
            executor.migrate(goals, executor.migration_plan(goals))
    except NodeNotFoundError:
        raise StoreError("The store has no such migration.") from None
