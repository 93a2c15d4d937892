"""The files of extracts as they are: their cells as text, which rows belong to which tables, rows that could not be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from dq.contract import Contract
from dq.ingest import locate, trees, unrecognised
from dq.ingest.model import FileRef, Reject
from dq.ingest.opening import OpenFile, open_all
from dq.ingest.reading import Reader
from dq.privacy.shapes import core
from dq.source_map import SourceMap

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sheet:
    """One file of an extract (a sheet of a workbook, a member of an archive) with its cells in a scratch file."""

    extract: dt.date
    ref: FileRef
    title: str | None
    format: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    cells: Path
    rejects: tuple[Reject, ...]
    users: tuple[OpenFile, ...]

    def read(self) -> pa.Table:
        """The cells c0, c1, ... as text, a row each."""
        return pq.read_table(self.cells)


@dataclass(frozen=True)
class Column:
    """A column of some rows: its distinct texts, and for each row which one; -1 where the cell is empty."""

    texts: list[str]
    places: npt.NDArray[np.int64]

    def become(self, changed: Sequence[str | None]) -> pa.Array:
        """The column with other texts in the place of its own."""
        return pa.array(changed, pa.string()).take(pa.array(self.places, mask=self.places < 0))


def column(table: pa.Table, place: int, rows: Rows | None = None) -> Column:
    """A column of a table of cells, of some rows or of all."""
    cells = table.column(f"c{place}").combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = pa.concat_arrays(cells.chunks) if cells.num_chunks else pa.array([], pa.string())
    if rows is not None:
        cells = cells.take(pa.array(rows))
    encoded = cells.dictionary_encode()
    return Column(encoded.dictionary.to_pylist(), encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64))


def stage(
    contract: Contract, source_map: SourceMap | None, date: dt.date, folder: Path, scratch: Path, say: Callable[[str], None]
) -> tuple[list[Sheet], list[str]]:
    """Read the files of an extract into scratch files; returns them, and the names of files that no table takes.

    Raises `InputError` with the problems of all files.
    """
    inputs = locate(folder, contract, source_map)
    sheets: list[Sheet] = []
    scratch.mkdir()
    with duckdb.connect(":memory:") as connection:
        opened = open_all(contract, inputs, scratch, say)
        reader = Reader(connection, scratch)
        groups: dict[int, list[OpenFile]] = {}
        for file in opened:
            groups.setdefault(id(file.source), []).append(file)
        for number, users in enumerate(groups.values()):
            source = users[0].source
            reading = reader.read(source, shared=True)
            path = scratch / f"cells{number}.parquet"
            names = [trees.name(f"c{place}") for place in range(len(source.header))]
            query = exp.select(*names).from_(reading.cells.relation.copy())
            pq.write_table(connection.sql(trees.sql(query)).to_arrow_table(), path)
            say(f"{date.isoformat()}: {source.ref.name}, {reading.rows:,} rows")
            delimiter = source.text.delimiter if source.text else ""
            facts = (source.format, source.encoding, delimiter, source.header, path, reading.rejects, tuple(users))
            sheets.append(Sheet(date, source.ref, source.sheet, *facts))
        reader.close()
    return sheets, unrecognised(folder, inputs)


def parts(sheet: Sheet, table: pa.Table) -> Iterator[tuple[tuple[OpenFile, ...], Rows]]:
    """The rows of a file by the tables that take them; rows that no table takes are last."""
    taken = np.zeros(table.num_rows, dtype=np.int64)
    for number, user in enumerate(sheet.users):
        mine = np.ones(table.num_rows, dtype=bool)
        for name, place in user.structure.filters.items():
            wanted = set(user.given.rows[name])
            cells = column(table, place)
            fits = np.array([core(text) in wanted for text in cells.texts] + [False], dtype=bool)
            mine &= fits[cells.places]
        taken |= mine.astype(np.int64) << number
    for mask in sorted(np.unique(taken).tolist(), reverse=True):
        yield tuple(user for number, user in enumerate(sheet.users) if mask >> number & 1), np.flatnonzero(taken == mask)
