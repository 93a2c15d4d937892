"""Every migration goes back and forward with rows in every table, and loses nothing that both sides of it know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import filled
import stores
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor

from dq.store import database, record

Address = tuple[Path, str | None]
Contents = dict[str, list[dict[str, Any]]]


def names(connection: Any) -> list[str]:
    """All migrations, in their order."""
    return sorted(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "store")


def shared(contents: Contents, other: Contents) -> Contents:
    """What of a store's contents another state of it knows, too: tables, and their columns."""
    found = {}
    for table in contents.keys() & other.keys():
        columns = other[table][0].keys()
        found[table] = [{name: value for name, value in row.items() if name in columns} for row in contents[table]]
    return found


def test_the_models_have_their_migrations() -> None:
    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_a_fresh_store_has_every_migration_and_each_row_of_it_every_column(address: Address) -> None:
    with database.opened(*address) as connection:
        filled.fill(connection)
        assert database.migration(connection) == names(connection)[-1]
        for rows in filled.contents(connection).values():
            assert len(rows) == filled.ROWS
            assert all(any(row[name] is not None for row in rows) for name in rows[0])


def test_each_migration_goes_back_and_forward_with_rows_in_every_table(address: Address) -> None:
    with database.opened(*address) as connection:
        filled.fill(connection)
        after = filled.contents(connection)
        every = names(connection)
        for before, name in zip(reversed(every[:-1]), reversed(every[1:]), strict=True):
            database.up_to_date(connection, before)
            assert database.migration(connection) == before
            back = filled.contents(connection)
            assert back.keys() <= after.keys() and back == shared(after, back)
            database.up_to_date(connection, name)
            forward = filled.contents(connection)
            assert forward.keys() == after.keys()
            kept = {table: rows for table, rows in forward.items() if rows}
            assert kept.keys() == back.keys() and shared(kept, back) == back
            database.up_to_date(connection, before)
            after = filled.contents(connection)
        database.up_to_date(connection, "zero")
        assert not [name for name in connection.introspection.table_names() if name.startswith("dq_")]
        for name in every:
            database.up_to_date(connection, name)
        filled.fill(connection)


def test_rows_of_each_migration_come_forward_to_the_last(address: Address) -> None:
    """As a store does that an older dq left: from each migration to the newest in one step."""
    with database.opened(*address) as connection:
        for name in names(connection):
            database.up_to_date(connection, "zero")
            database.up_to_date(connection, name)
            filled.fill(connection)
            before = filled.contents(connection)
            database.up_to_date(connection)
            after = filled.contents(connection)
            assert shared({table: rows for table, rows in after.items() if table in before}, before) == before


def test_a_run_is_recorded_after_any_way_back_and_forward(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen("a", "b")
        for week, target in enumerate(names(connection)):
            record.record(connection, stores.facts(2 * week, rows), rows, stores.everybody())
            database.up_to_date(connection, target)
            database.up_to_date(connection)
            assert record.record(connection, stores.facts(2 * week + 1, rows), rows, stores.everybody()).outcome == "recorded"
