"""Writes the whole store into one file, and puts it back: into either database, and from an older dq into a newer one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from dq.errors import OptionError, Problem
from dq.model import VERSION
from dq.store import archive, bulk, columns, database
from dq.store.acts import act
from dq.store.archive import Backup, Manifest
from dq.store.database import StoreError


@dataclass(frozen=True)
class Restored:
    """What was put back, and where what stood there before is kept, if anything did."""

    backup: Manifest
    kept: Path | None


def backup(connection: BaseDatabaseWrapper, file: Path, at: dt.datetime, *, force: bool = False) -> Manifest:
    """Write every table, as of one moment, into `file`; runs may be recorded meanwhile.

    Raises `OptionError` where the file is there already (unless `force`) or cannot be written; then nothing is left of it.
    """
    migration = database.migration(connection)
    names = [model._meta.db_table for model in columns.tables(connection, migration)]
    with archive.writing(file, force=force) as writing, database.reading(connection, names):
        return _write(connection, writing, migration, at)


def _write(connection: BaseDatabaseWrapper, writing: archive.Writing, migration: str, at: dt.datetime) -> Manifest:
    for model in columns.tables(connection, migration):
        writing.add(model._meta.db_table, columns.schema(model), columns.read(connection, model))
    return writing.finish(at.astimezone(dt.UTC).isoformat(), VERSION, connection.vendor, migration)


def restore(connection: BaseDatabaseWrapper, file: Path, who: str, at: dt.datetime, *, replace: bool = False) -> Restored:
    """Put a backup in the place of what the store holds: all of it or, where anything fails, nothing.

    A store that holds something is refused unless `replace`; then that is written into a backup beside `file` first. That it was
    done is an act. Raises `StoreError` for a file that is damaged or of a later dq.
    """
    with archive.reading(file) as found, database.altering(connection) as cursor:
        _is_known(connection, found.manifest, file)
        kept = _keep(connection, file, at, replace=replace)
        migration = found.manifest.migration
        database.up_to_date(connection, "zero")
        database.up_to_date(connection, migration)
        try:
            _load(connection, cursor, found, file, migration)
        except IntegrityError:
            raise StoreError(_odd(file)) from None
        database.up_to_date(connection)
        subject = f"{file.name}, made on {found.manifest.made[:10]}"
        act(connection, who, at, "restore store", subject, f"What was there is in {kept.name}." if kept else "")
    return Restored(found.manifest, kept)


def _is_known(connection: BaseDatabaseWrapper, manifest: Manifest, file: Path) -> None:
    if ("store", manifest.migration) not in MigrationExecutor(connection).loader.disk_migrations:
        raise StoreError(archive.later(file, manifest.version))
    wanted = {model._meta.db_table: columns.schema(model) for model in columns.tables(connection, manifest.migration)}
    if set(wanted) != set(manifest.rows):
        raise StoreError(_odd(file))


def _odd(file: Path) -> Problem:
    return Problem(
        str(file), message="The tables in the backup do not belong together.", fix="Take another backup. Nothing was changed."
    )


def _keep(connection: BaseDatabaseWrapper, file: Path, at: dt.datetime, *, replace: bool) -> Path | None:
    """See that what stands in the store may go, and write it into a backup of its own."""
    migration = database.migration(connection)
    if not any(model._base_manager.using(connection.alias).exists() for model in columns.tables(connection, migration)):
        return None
    if not replace:
        fix = "Give --replace to put the backup in its place; what it holds is written into another backup first."
        raise OptionError(Problem(message="The store is not empty.", fix=fix))
    kept = file.with_name(f"{file.stem}.replaced-{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}.zip")
    with archive.writing(kept) as writing:
        _write(connection, writing, migration, at)
    return kept


def _load(connection: BaseDatabaseWrapper, cursor: Any, found: Backup, file: Path, migration: str) -> None:
    models = columns.tables(connection, migration)
    for model in models:
        table = model._meta.db_table
        names = [each.column for each in columns.fields(model)]
        batches = found.batches(table, bulk.BATCH)
        try:
            bulk.fill(connection, cursor, connection.ops.quote_name(table), names, columns.rows(connection, model, batches))
        except (KeyError, TypeError):
            raise StoreError(_odd(file)) from None
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)
    if connection.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else a table cannot be altered in the same transaction
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    else:
        connection.check_constraints()
