"""Writes an extract as the old system would: its files, its column names, its words for codes, its dates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from dq.sample import days
from dq.sample.layout import PARTS, Part
from dq.sample.tables import Column, Table

RawTexts = Mapping[tuple[str, str], Mapping[int, str]]

# Files that an export leaves out when they have no rows.
OPTIONAL = (
    "REFERENCE_NUMBERS", "HOUSEHOLDS", "EARLY_HELP", "LAC_IMMUNISATIONS", "LAC_PREVIOUS_PERMANENCE", "ADOPTION",
    "LEGAL_PROCEEDINGS", "DOCUMENTS", "LAC_EDUCATION_PLANS",
)  # fmt: skip
_FIRST, _LAST = days.day("1900-01-01"), days.day("2041-12-31")
_NO_DAY = int((_LAST - _FIRST).astype(int)) + 1


def write_extract(folder: Path, tables: Mapping[str, Table], raw: RawTexts) -> int:
    """Write a CSV file for each legacy file and return the number of rows.

    `raw` holds what stands in a cell instead of a day that could be written: {(table, column): {row: text}}.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    connection = duckdb.connect(":memory:")
    for file in dict.fromkeys(part.file for part in PARTS.values()):
        parts = {name: part for name, part in PARTS.items() if part.file == file}
        columns = _columns(parts)
        if file in OPTIONAL and not any(len(tables[name]) for name in parts):
            continue
        whole = pa.concat_tables([_cells(name, part, tables[name], columns, raw) for name, part in parts.items()])
        connection.from_arrow(whole).write_csv(str(folder / f"{file}.csv"), header=True)
        rows += whole.num_rows
    connection.close()
    return rows


def _columns(parts: Mapping[str, Part]) -> list[str]:
    marks = dict.fromkeys(part.mark[0] for part in parts.values() if part.mark)
    named = dict.fromkeys(legacy for part in parts.values() for legacy in part.columns.values())
    first = next(iter(named))
    return list(dict.fromkeys([first, *marks, *named]))


def _cells(name: str, part: Part, table: Table, columns: list[str], raw: RawTexts) -> pa.Table:
    cells: dict[str, pa.Array] = {column: pa.nulls(len(table), pa.string()) for column in columns}
    if part.mark is not None:
        cells[part.mark[0]] = pa.array(np.full(len(table), part.mark[1], dtype=object), pa.string())
    for column, legacy in part.columns.items():
        words = _words(table[column], part.values.get(column, {}))
        written = raw.get((name, column))
        if written:
            each = words.to_pylist()
            for row, text in written.items():
                each[row] = text
            words = pa.array(each, pa.string())
        cells[legacy] = words
    return pa.table(cells)


def _words(values: Column, legacy: Mapping[str, str]) -> pa.Array:
    if values.dtype == np.dtype("datetime64[D]"):
        place = np.where(np.isnat(values), _NO_DAY, (values - _FIRST).astype(np.int64))
        return _DAYS.take(pa.array(place))
    if values.dtype.kind == "M":
        return _moments(values)
    words = pa.array(values, pa.string())
    if not legacy:
        return words
    coded = words.dictionary_encode()
    translated = pa.array([legacy.get(code, code) for code in coded.dictionary.to_pylist()], pa.string())
    return translated.take(coded.indices)


def _moments(values: Column) -> pa.Array:
    days_part = values.astype("datetime64[D]")
    minutes = (values - days_part).astype("timedelta64[m]").astype(np.int64)
    known = ~np.isnat(values)
    clock = pa.array([f" {hour:02d}:{minute:02d}" for hour in range(24) for minute in range(60)], pa.string())
    times = clock.take(pa.array(np.where(known, minutes, 0), mask=~known))
    return pa.compute.binary_join_element_wise(_words(days_part, {}), times, "")


def _day_texts() -> pa.Array:
    each = np.arange(_FIRST, _LAST + 1).astype(object)
    return pa.array([f"{day:%d/%m/%Y}" for day in each] + [None], pa.string())


_DAYS = _day_texts()
