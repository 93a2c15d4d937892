"""measures.csv: every figure of every measure, for every unit of the organisation. Counts only, nothing of any record or worker."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from dq.model import MEASURE_COLUMNS
from dq.report.data_files import neutral
from dq.summary import MeasureFigure, MeasureRow, RunSummary


def write_measures(results: RunSummary, folder: Path) -> Path:
    """Write `measures.csv`: by measure, part, level and unit, each measure's parts as they are shown."""
    path = folder / "measures.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(MEASURE_COLUMNS)
        for row in results.key_figures:
            writer.writerows([neutral(cell) for cell in line] for line in _lines(row))
    return path


def _lines(row: MeasureRow) -> Iterator[tuple[object, ...]]:
    for each in row.figures:
        yield (
            row.measure, row.title, row.area, each.part, each.level, each.unit, row.shapes[each.part], each.counted, each.of,
            each.not_assessed, _short(each.value), *_judged(row, each), row.cadence, row.owner, row.reason,
        )  # fmt: skip


def _judged(row: MeasureRow, each: MeasureFigure) -> tuple[object, ...]:
    """Target, direction and whether it is met, of the figure that the target is for."""
    if each.part != row.judged or row.target is None:
        return ("", "", "")
    return (_short(row.target), row.direction, "" if each.met is None else "yes" if each.met else "no")


def _short(value: float | None) -> object:
    """A number without needless decimals; six are enough for a share."""
    return "" if value is None else f"{round(value, 6):g}"
