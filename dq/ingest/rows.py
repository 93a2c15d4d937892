"""Rows of text on their way to DuckDB: batches of Arrow, in a scratch Parquet file beside their line numbers."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from dq.ingest.model import BATCH_CHARACTERS, BATCH_ROWS


class RowFile:
    """Writes `source_row` and text columns c0, c1, ... to a Parquet file, a batch at a time.

    Blank cells become null; a row shorter than the header is filled with nulls.
    """

    def __init__(self, path: Path, width: int) -> None:
        names = ["source_row", *(f"c{position}" for position in range(width))]
        self.schema = pa.schema([(one, pa.int64() if one == "source_row" else pa.string()) for one in names])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd", use_dictionary=False)
        self.width = width
        self.lines: list[int] = []
        self.cells: list[list[str]] = []
        self.characters = 0
        self.count = 0

    def add(self, line: int, cells: list[str]) -> None:
        """Add a row."""
        self.lines.append(line)
        self.cells.append(cells)
        self.characters += sum(map(len, cells))
        if len(self.lines) >= BATCH_ROWS or self.characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        columns = [[cell or None for cell in column] for column in zip(*self.cells, strict=True)]
        columns = columns or [[] for _ in range(self.width)]
        arrays = [pa.array(self.lines, pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.count += len(self.lines)
        self.lines, self.cells, self.characters = [], [], 0

    def __enter__(self) -> RowFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self.writer.close()
