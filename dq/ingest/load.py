"""Load an extract into DuckDB: the story of ingest, top to bottom."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
from sqlglot import exp

from dq.contract import Contract, Table
from dq.errors import InputError, Problem
from dq.ingest import findings, trees
from dq.ingest.frames import insert_frame
from dq.ingest.lookup import looked_up
from dq.ingest.model import Finding, TableInput
from dq.ingest.opening import OpenFile, Progress, open_all
from dq.ingest.reading import REFUSED, Reader, Reading
from dq.ingest.tables import add_row, create_tables
from dq.ingest.typed import select_typed
from dq.ingest.untaken import untaken


@dataclass(frozen=True)
class _Load:
    connection: duckdb.DuckDBPyConnection
    schema: str
    reader: Reader
    files: list[OpenFile]
    known: frozenset[str]
    say: Progress


def load(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    inputs: Iterable[TableInput],
    *,
    schema: str = "main",
    frames: Mapping[str, pd.DataFrame] | None = None,
    progress: Progress | None = None,
) -> None:
    """Create every contract table, typed, with `input_file`, `ingest_finding` and `absent_table`, in a schema.

    A frame takes the place of the table's files. Of a file that is looked up in (`looked_up_by`) only the entries that
    the other tables name are kept; the rest counts as left to others. A table with neither is created empty and recorded as absent.
    The connection must not be in a transaction. Raises `InputError` with all problems of all files before any
    table is made; problems never quote a cell. `progress` is told file names and counts, from several threads.
    """
    say = progress or (lambda _: None)
    frames = frames or {}
    given = [one for one in inputs if one.files and one.table not in frames]
    with tempfile.TemporaryDirectory(prefix="dq-") as folder:
        scratch = Path(folder)
        files = open_all(contract, given, scratch, say)
        create_tables(connection, contract, schema, {one.table for one in given} | set(frames))
        findings.record(connection, schema, [one for file in files for one in file.structure.findings])
        reader = Reader(connection, scratch)
        try:
            for table in sorted(contract.tables.values(), key=lambda one: bool(one.looked_up_by)):
                if table.name in frames:
                    insert_frame(connection, schema, table, contract.date_formats, frames[table.name])
                elif mine := [file for file in files if file.table is table]:
                    _load_table(_Load(connection, schema, reader, files, frozenset(contract.tables), say), table, mine)
            findings.record(connection, schema, untaken(connection, reader, files))
        finally:
            reader.close()


def _load_table(run: _Load, table: Table, mine: list[OpenFile]) -> None:
    done = 0
    shifts: dict[int, int] = {}
    rejected: list[Finding] = []
    for file in mine:
        loaded, reading = _safely(run, file)
        if reading.direct and file.source.text is not None:
            shifts[file.id] = file.source.text.first_line - done
        rejected += _account(run, file, loaded, reading)
        done += loaded
        run.say(f"{table.name}: {file.source.ref.name}, {loaded:,} rows")
    findings.record(run.connection, run.schema, rejected)
    typed_source = any(file.source.typed for file in mine)
    _number_rows(run, table, shifts)
    for query in findings.queries(run.schema, table, mine[0].given, typed_source):
        run.connection.execute(query)


def _safely(run: _Load, file: OpenFile) -> tuple[int, Reading]:
    # DuckDB's own messages may quote cells, so they go no further than this.
    try:
        return _insert_rows(run, file)
    except duckdb.InterruptException:
        raise
    except duckdb.OutOfMemoryException:
        message, fix = "There is not enough memory to load the file.", "Give more memory or fewer threads."
    except duckdb.Error as error:
        message, fix = f"The file cannot be loaded ({type(error).__name__}).", "Make or copy it again."
    raise InputError(Problem(file.source.ref.name, subject=file.table.name, message=message, fix=fix))


def _insert_rows(run: _Load, file: OpenFile) -> tuple[int, Reading]:
    shared = sum(other.source is file.source for other in run.files) > 1 or bool(file.structure.filters)
    used = set(file.structure.positions.values()) if file.table.looked_up_by and not shared else None
    reading = run.reader.read(file.source, shared, used)
    if not reading.direct or file.source.text is None:
        return _insert(run, file, reading), reading
    run.connection.begin()
    try:
        loaded = _insert(run, file, reading)
    except REFUSED:
        loaded = -1
    if loaded == reading.rows:
        run.connection.commit()
        return loaded, reading
    run.connection.rollback()
    again = run.reader.read_again(file.source, file.source.text)
    return _insert(run, file, again), again


def _insert(run: _Load, file: OpenFile, reading: Reading) -> int:
    structure = file.structure
    cells = looked_up(reading.cells, structure.positions, run.schema, file.table, run.known)
    rows = select_typed(file.table, file.given, structure.positions, structure.filters, cells, file.id)
    done = run.connection.execute(trees.sql(exp.insert(rows, trees.table(run.schema, file.table.name)))).fetchone()
    return int(done[0]) if done else 0


def _account(run: _Load, file: OpenFile, loaded: int, reading: Reading) -> list[Finding]:
    """Record a file's counts, which must balance; returns a finding for each rejected row.

    A row of a shared file that was rejected belongs to nobody knows which table: it counts with the first one.
    """
    source, table = file.source, file.table.name
    first = next(other for other in run.files if other.source is source) is file
    read = reading.rows + len(reading.rejects)
    rejects = reading.rejects if first else ()
    elsewhere = read - loaded - len(rejects)
    may_be_elsewhere = (
        read - len(rejects) if file.structure.filters or file.table.looked_up_by else len(reading.rejects) - len(rejects)
    )
    if not 0 <= elsewhere <= may_be_elsewhere:
        message = f"{read} rows were read, but {loaded} loaded, {len(rejects)} rejected, {elsewhere} left to others."
        raise InputError(Problem(source.ref.name, subject=table, message=message))
    add_row(
        run.connection, run.schema, "input_file", file.id, table, source.ref.name, source.format, source.encoding,
        read, loaded, len(rejects), elsewhere, source.bytes, source.sha256,
    )  # fmt: skip
    rule = f"reconciliation.{table}"
    return [
        Finding(rule, table, f"Row rejected. {one.message}", file_id=file.id, source_row=one.line, text=one.text) for one in rejects
    ]


def _number_rows(run: _Load, table: Table, shifts: dict[int, int]) -> None:
    # DuckDB keeps the order in which rows were inserted, and rowid is the position in it. Numbering afterwards is
    # three times faster than row_number() over (), which makes the whole read run on one thread.
    position = exp.column("rowid")
    changes = [exp.EQ(this=trees.name("row_id"), expression=exp.Add(this=position, expression=trees.number(1)))]
    if shifts:
        case = exp.Case(this=trees.name("file_id"))
        for file_id, shift in shifts.items():
            line = exp.Add(this=position.copy(), expression=trees.number(shift))
            case = case.when(trees.number(file_id), line, copy=False)
        case = case.else_(trees.name("source_row"), copy=False)
        changes.append(exp.EQ(this=trees.name("source_row"), expression=case))
    target = trees.table(run.schema, table.name)
    run.connection.execute(trees.sql(exp.Update(this=target, expressions=changes)))
