"""A backup as a file: a zip of `manifest.json` and one Parquet file a table, so that pandas, DuckDB and others read it too.

The manifest says which dq and which migration it is of, and of each table its rows and the SHA-256 of its file. The zip does not
compress; Parquet does. Nothing in it depends on the database that it came from.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from dq.errors import OptionError, Problem
from dq.store.database import StoreError

FORMAT = 1
MANIFEST = "manifest.json"
SIZE = 1 << 20


@dataclass(frozen=True)
class Part:
    """A table of a backup."""

    table: str
    file: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `migration` is the last that its tables have seen."""

    format: int
    made: str
    version: str
    database: str
    migration: str
    tables: tuple[Part, ...]

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table."""
        return {each.table: each.rows for each in self.tables}


class _Hashed(io.RawIOBase):
    """Passes on what is written to it, and knows its hash."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._place = 0
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, data: Any) -> int:
        self._target.write(data)
        self.hash.update(data)
        self._place += len(data)
        return len(data)


class Writing:
    """A backup that is being written, table by table."""

    def __init__(self, pack: zipfile.ZipFile) -> None:
        self._pack = pack
        self._parts: list[Part] = []

    def add(self, table: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """A table with its rows."""
        name, rows = f"{table}.parquet", 0
        with self._pack.open(name, "w", force_zip64=True) as entry:
            sink = _Hashed(entry)
            with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch)
                    rows += batch.num_rows
        self._parts.append(Part(table, name, rows, sink.hash.hexdigest()))

    def finish(self, made: str, version: str, database: str, migration: str) -> Manifest:
        """Write the manifest, which comes last."""
        manifest = Manifest(FORMAT, made, version, database, migration, tuple(self._parts))
        self._pack.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
        return manifest


@contextmanager
def writing(file: Path, *, force: bool = False) -> Iterator[Writing]:
    """Write a backup beside `file`, for the owner's eyes only, and put it in its place when it is whole.

    Raises `OptionError` where a file is there already (unless `force`), or where it cannot be written.
    """
    if file.is_dir() or (file.exists() and not force):
        fix = "Give the name of a file." if file.is_dir() else "Give another name, or --force to replace it."
        raise OptionError(Problem(str(file), message="There is a folder or file of this name.", fix=fix))
    part = file.with_name(f".{file.name}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as pack:
                yield Writing(pack)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        raise OptionError(_unwritable(file, error)) from None
    finally:
        with suppress(OSError):
            part.unlink()


def _unwritable(file: Path, error: OSError) -> Problem:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Problem(str(file), message="The disk is full; no backup was written.", fix="Make room, or give another place.")
    if not file.parent.is_dir():
        return Problem(str(file), message="There is no such folder.", fix="Make it first, or give another.")
    return Problem(str(file), message="The backup cannot be written there.", fix="May you write in this folder?")


@dataclass(frozen=True)
class Backup:
    """A backup that was read, found whole, and is open."""

    manifest: Manifest
    _pack: zipfile.ZipFile

    def batches(self, table: str, size: int) -> Iterator[pa.RecordBatch]:
        """The rows of a table, in batches."""
        [part] = [each for each in self.manifest.tables if each.table == table]
        with self._pack.open(part.file) as entry:
            yield from pq.ParquetFile(entry).iter_batches(batch_size=size)


@contextmanager
def reading(file: Path) -> Iterator[Backup]:
    """Open a backup, and see that every byte is as it was written. Raises `StoreError` with all that is wrong."""
    try:
        with zipfile.ZipFile(file) as pack:
            manifest = _manifest(file, pack)
            problems = [problem for part in manifest.tables for problem in _faults(file, pack, part)]
            if problems:
                raise StoreError(problems)
            yield Backup(manifest, pack)
    except FileNotFoundError:
        raise StoreError(Problem(str(file), message="There is no such file.")) from None
    except zipfile.BadZipFile:
        raise StoreError(_damaged(file)) from None
    except OSError:
        raise StoreError(Problem(str(file), message="The file cannot be read.", fix="May you read it, and is it a file?")) from None


def _manifest(file: Path, pack: zipfile.ZipFile) -> Manifest:
    try:
        content = json.loads(pack.read(MANIFEST))
        if int(content["format"]) > FORMAT:
            raise StoreError(later(file, str(content.get("version", ""))))
        parts = tuple(Part(**each) for each in content.pop("tables"))
        return Manifest(**content, tables=parts)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise StoreError(_damaged(file)) from None


def later(file: Path, version: str) -> Problem:
    """Of a backup that this dq cannot know."""
    return Problem(str(file), message=f"The backup was written by a later dq ({version}).", fix="Use that dq, or a later one.")


def _damaged(file: Path, part: str = "") -> Problem:
    fix = "Take another copy of it, or an older backup. Nothing was changed."
    return Problem(str(file), subject=part, message="This is no backup of a store, or it is damaged.", fix=fix)


def _faults(file: Path, pack: zipfile.ZipFile, part: Part) -> Iterator[Problem]:
    """A table whose file is missing, or is not what was written."""
    found = hashlib.sha256()
    try:
        with pack.open(part.file) as entry:
            while piece := entry.read(SIZE):
                found.update(piece)
            if found.hexdigest() == part.sha256 and pq.ParquetFile(entry).metadata.num_rows == part.rows:
                return
    except (KeyError, zipfile.BadZipFile, EOFError, pa.ArrowException):
        pass
    yield _damaged(file, part.table)
