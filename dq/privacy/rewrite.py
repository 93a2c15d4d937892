"""The second look at every cell: each becomes what it will be in the copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from dq.privacy import files, treat
from dq.privacy.files import Rows, Sheet
from dq.privacy.making import Copy
from dq.privacy.shapes import number
from dq.privacy.write import Written, write


def rewrite(making: Copy, out: Path, secret: bytes, say: Callable[[str], None]) -> list[Written]:
    """Write every extract with its cells changed and its rows in another order; returns what was written."""
    told: list[Written] = []
    for date in sorted({sheet.extract for sheet in making.sheets}):
        changed = []
        for number_, sheet in enumerate(making.sheets):
            if sheet.extract == date:
                table = _changed(making, number_, sheet)
                rows = np.random.default_rng(number(secret, f"rows\x1f{date}\x1f{sheet.ref.name}")).permutation(table.num_rows)
                changed.append((sheet, table.take(pa.array(rows))))
        folder = out / date.isoformat()
        folder.mkdir(parents=True)
        told += write(folder, changed)
        say(f"{date.isoformat()} is written")
    return told


def _changed(making: Copy, number_: int, sheet: Sheet) -> pa.Table:
    table = sheet.read()
    width = len(sheet.header)
    order: list[Rows] = []
    columns: list[list[pa.Array]] = [[] for _ in range(width)]
    for users, rows in files.parts(sheet, table):
        order.append(rows)
        weeks = making.families.weeks[making.family(number_, users)]
        for place in range(width):
            cells = making.ways.of(sheet, users, place)
            column = files.column(table, place, rows)
            filled = int((column.places >= 0).sum())
            making.counted[sheet.ref.name, sheet.header[place], cells.treatment] += filled
            if cells.treatment == "date":
                written = treat.read_dates(cells, column)
                column = treat.shift(cells, column, written, weeks, making.surrogates)
                columns[place].append(column.become(column.texts))
            else:
                columns[place].append(column.become(treat.change(cells, column, making.surrogates)))
    back = np.argsort(np.concatenate([*order, np.zeros(0, dtype=np.int64)]))
    arrays = [pa.concat_arrays([*parts, pa.array([], pa.string())]).take(pa.array(back)) for parts in columns]
    return pa.table(arrays, names=[f"c{place}" for place in range(width)])
