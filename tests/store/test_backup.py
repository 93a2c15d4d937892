"""A backup holds everything, goes into either database, and replaces a store wholly or not at all."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filled
import pandas as pd
import pyarrow.parquet as pq
import pytest
import stores
from django.apps import apps
from django.db.migrations.executor import MigrationExecutor

from dq.errors import DqError
from dq.store import archive, backup, columns, database, read, record, verify
from dq.store.models import Act, Event, Run

Address = tuple[Path, str | None]
AT = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """A second store."""
    folder = tmp_path / "other"
    folder.mkdir()
    if request.param == "sqlite":
        yield folder, None
        return
    with stores.postgres() as url:
        yield folder, url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def keep(address: Address, file: Path, weeks: int = 3) -> dict[str, list[Any]]:
    """Record some runs and back them up; returns what the store then held."""
    with database.opened(*address) as connection:
        for week in range(weeks):
            rows = stores.seen(*"abcdefgh"[week : week + 4])
            record.record(connection, stores.facts(week, rows), rows, stores.everybody())
        backup.backup(connection, file, AT)
        return filled.contents(connection)


def restored(connection: Any) -> dict[str, list[Any]]:
    """What a store holds, without the act that says that it was restored."""
    contents = filled.contents(connection)
    assert contents["dq_act"].pop()["what"] == "restore store"
    return contents


# whole


def test_every_table_and_every_column_is_in_a_backup(address: Address, file: Path) -> None:
    with database.opened(*address) as connection:
        filled.fill(connection)
        made = backup.backup(connection, file, AT)
    models = apps.get_app_config("store").get_models(include_auto_created=True)
    assert made.rows == {model._meta.db_table: filled.ROWS for model in models}
    with zipfile.ZipFile(file) as pack:
        for model in models:
            frame = pd.read_parquet(pack.open(f"{model._meta.db_table}.parquet"))  # type: ignore[arg-type]
            assert list(frame.columns) == [each.column for each in columns.fields(model)]
            assert len(frame) == filled.ROWS


def test_what_was_backed_up_comes_back_in_either_database(address: Address, other: Address, file: Path) -> None:
    with database.opened(*address) as connection:
        filled.fill(connection)
        backup.backup(connection, file, AT)
        before = filled.contents(connection)
    with database.opened(*other) as connection:
        assert backup.restore(connection, file, "ann", AT).kept is None
        assert restored(connection) == before
    again = file.with_name("again.zip")
    with database.opened(*other) as connection:
        Act.objects.using(connection.alias).last().delete()
        made = backup.backup(connection, again, AT)
    with archive.reading(file) as first:
        assert made.tables == first.manifest.tables


def test_a_restored_store_goes_on(address: Address, other: Address, file: Path) -> None:
    """The next run is recorded as it would have been, with numbers that nobody has yet."""
    keep(address, file)
    rows = stores.seen(*"cdxy")
    said = []
    for each in (address, other):
        with database.opened(*each) as connection:
            if each == other:
                backup.restore(connection, file, "ann", AT)
            done = record.record(connection, stores.facts(3, rows), rows, stores.everybody())
            held = restored(connection) if each == other else filled.contents(connection)
            said.append((done, held, read.difference(connection)))
            assert not verify.verify(connection, each[0]).faults
    assert said[0] == said[1]


def test_a_backup_is_of_one_moment_and_keeps_nobody_waiting(address: Address, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is recorded after the first table was written: none of it is in the backup."""
    with database.opened(*address) as connection:
        rows = stores.seen("a", "b")
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
    written = archive.Writing.add
    recorded: list[int] = []

    def add(self: Any, table: str, *rest: Any) -> None:
        written(self, table, *rest)
        if not recorded:
            with database.opened(*address) as second:
                rows = stores.seen("a", "c")
                recorded.append(record.record(second, stores.facts(1, rows), rows, stores.everybody()).run)

    monkeypatch.setattr(archive.Writing, "add", add)
    with database.opened(*address) as connection:
        made = backup.backup(connection, file, AT)
        assert recorded == [2] and Run.objects.using(connection.alias).count() == 2
    assert (made.rows["dq_run"], made.rows["dq_finding"], made.rows["dq_event"]) == (1, 2, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_may_read_it(address: Address, file: Path) -> None:
    before = os.umask(0)
    try:
        keep(address, file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.glob(".*.part")) == []


# older and newer


def test_a_backup_of_an_older_dq_is_brought_up_to_date(address: Address, other: Address, file: Path) -> None:
    with database.opened(*address) as connection:
        first = min(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "store")
        database.up_to_date(connection, first)
        filled.fill(connection)
        made = backup.backup(connection, file, AT)
        database.up_to_date(connection)
        forward = filled.contents(connection)
        now = database.migration(connection)
    assert made.migration == first
    with database.opened(*other) as connection:
        backup.restore(connection, file, "ann", AT)
        assert database.migration(connection) == now and restored(connection) == forward


def rewrite(file: Path, **changed: object) -> None:
    """Change what the manifest says."""
    with zipfile.ZipFile(file) as pack:
        members = {name: pack.read(name) for name in pack.namelist()}
    members[archive.MANIFEST] = json.dumps({**json.loads(members[archive.MANIFEST]), **changed}).encode()
    with zipfile.ZipFile(file, "w") as pack:
        for name, content in members.items():
            pack.writestr(name, content)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": archive.FORMAT + 1, "version": "9.1"}, r"written by a later dq \(9\.1\)"),
        ({"migration": "9999_later"}, "written by a later dq"),
        ({"tables": []}, "do not belong together"),
        ({"tables": [{"table": "dq_run"}]}, "no backup of a store, or it is damaged"),
        ({"format": None}, "no backup of a store, or it is damaged"),
    ],
)
def test_a_backup_that_cannot_be_known_is_refused(address: Address, file: Path, changed: dict[str, object], words: str) -> None:
    before = keep(address, file)
    rewrite(file, **changed)
    with database.opened(*address) as connection:
        with pytest.raises(DqError, match=words):
            backup.restore(connection, file, "ann", AT, replace=True)
        assert filled.contents(connection) == before


# damaged


def test_a_damaged_or_truncated_backup_changes_nothing(tmp_path: Path, file: Path) -> None:
    """Every cut, and every byte that is another one, at a hundred places."""
    address = tmp_path, None
    keep(address, file)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as pack:
        inner = [(each.header_offset + 100, each.header_offset + each.file_size) for each in pack.infolist()]
    with database.opened(*address) as connection:
        before = filled.contents(connection)
        places = [*range(0, len(whole), len(whole) // 50), *(place for part in inner for place in part)]
        for place in places:
            turned = bytes([whole[place] ^ 0xFF])
            damages = [whole[:place]]
            if any(start <= place < end for start, end in inner):
                damages.append(whole[:place] + turned + whole[place + 1 :])
            for damage in damages:
                file.write_bytes(damage)
                with pytest.raises(DqError, match="no backup of a store, or it is damaged"):
                    backup.restore(connection, file, "ann", AT, replace=True)
        assert filled.contents(connection) == before
    assert list(tmp_path.glob("*.replaced-*")) == []


def test_all_damaged_tables_are_named(tmp_path: Path, file: Path) -> None:
    keep((tmp_path, None), file)
    with zipfile.ZipFile(file) as pack:
        manifest = json.loads(pack.read(archive.MANIFEST))
    for each in manifest["tables"][:2]:
        each["sha256"] = "0" * 64
    rewrite(file, tables=manifest["tables"])
    with pytest.raises(DqError) as told, archive.reading(file):
        pass
    assert [problem.subject for problem in told.value.problems] == [each["table"] for each in manifest["tables"][:2]]


def test_a_restore_that_breaks_off_leaves_everything(
    address: Address, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keep(address, file)
    with database.opened(*address) as connection:
        record.delete_latest(connection, "tester", stores.NOON)
        later = filled.contents(connection)
        batches = archive.Backup.batches

        def broken(self: Any, table: str, size: int) -> Any:
            if table == "dq_run":
                raise RuntimeError
            return batches(self, table, size)

        monkeypatch.setattr(archive.Backup, "batches", broken)
        with pytest.raises(RuntimeError):
            backup.restore(connection, file, "ann", AT, replace=True)
        assert filled.contents(connection) == later
        monkeypatch.undo()
        for kept in tmp_path.glob("*.replaced-*"):
            kept.unlink()
        backup.restore(connection, file, "ann", AT, replace=True)
        assert restored(connection) == before


def test_rows_that_refer_to_nothing_are_refused(address: Address, other: Address, file: Path) -> None:
    keep(address, file)
    with zipfile.ZipFile(file) as pack:
        manifest = json.loads(pack.read(archive.MANIFEST))
        tables = {each["table"]: pq.read_table(pack.open(each["file"])) for each in manifest["tables"]}
    tables["dq_run"] = tables["dq_run"].slice(0, 0)
    with archive.writing(file, force=True) as writing:
        for name, table in tables.items():
            writing.add(name, table.schema, table.to_batches())
        writing.finish("", "0", "sqlite", manifest["migration"])
    with database.opened(*other) as connection:
        with pytest.raises(DqError, match="do not belong together"):
            backup.restore(connection, file, "ann", AT)
        assert not Event.objects.using(connection.alias).exists()


# what is there


def test_a_store_that_holds_something_is_kept_before_it_is_replaced(address: Address, file: Path) -> None:
    keep(address, file)
    with database.opened(*address) as connection:
        rows = stores.seen("z")
        record.record(connection, stores.facts(9, rows), rows, stores.everybody())
        before = filled.contents(connection)
        with pytest.raises(DqError, match=r"not empty.*--replace"):
            backup.restore(connection, file, "ann", AT)
        assert filled.contents(connection) == before
        kept = backup.restore(connection, file, "ann", AT, replace=True).kept
        assert kept is not None and kept.parent == file.parent and len(read.runs(connection)) == 3
        backup.restore(connection, kept, "ann", AT + dt.timedelta(seconds=1), replace=True)
        assert restored(connection) == before


def test_a_file_that_is_there_is_kept(tmp_path: Path, file: Path) -> None:
    with database.opened(tmp_path, None) as connection:
        file.write_text("mine")
        with pytest.raises(DqError, match="--force"):
            backup.backup(connection, file, AT)
        assert file.read_text() == "mine"
        backup.backup(connection, file, AT, force=True)
        with archive.reading(file) as found:
            assert found.manifest.rows["dq_run"] == 0
        with pytest.raises(DqError, match="Give the name of a file"):
            backup.backup(connection, tmp_path, AT, force=True)


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot be written there")])
def test_a_full_disk_leaves_nothing(address: Address, file: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with database.opened(*address) as connection:
        filled.fill(connection)
        before = filled.contents(connection)
        monkeypatch.setattr(archive._Hashed, "write", full)
        with pytest.raises(DqError, match=words):
            backup.backup(connection, file, AT)
        with pytest.raises(DqError, match="no such file"):
            backup.restore(connection, file, "ann", AT)
        assert filled.contents(connection) == before
    assert [path.name for path in file.parent.iterdir() if "part" in path.name or "zip" in path.name] == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with database.opened(tmp_path, None) as connection:
        with pytest.raises(DqError, match="There is no such folder"):
            backup.backup(connection, tmp_path / "nowhere" / "b.zip", AT)
        with pytest.raises(DqError, match="cannot be read"):
            backup.restore(connection, tmp_path, "ann", AT)
