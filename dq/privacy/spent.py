"""Results of runs: which hold values of records, and how those are removed while every count stays."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dq.errors import Problem, ProjectError
from dq.model import EXCEPTION_COLUMNS
from dq.purged import MARK

PERSONAL = ("key", "record", "person", "worker", "values")
"""Columns of exceptions that say whose record it is, or what stands in it."""
COUNTS = ("run.json", "rules.csv", "measures.csv", "summary.html", "timings.json")
_NEW = ".purging"
_LISTS = re.compile(r"teams|audits|lists(-[0-9]+)?")
"""Folders of lists: the workbooks of the run, those that `dq lists` wrote from it, and what `dq measures --list` did."""


@dataclass(frozen=True)
class Results:
    """The results of one run: its extract, and what in it holds values. `removed` is when they were removed, if they were."""

    folder: Path
    as_of: dt.date
    exceptions: tuple[Path, ...]
    workbooks: tuple[Path, ...]
    unknown: tuple[Path, ...]
    removed: str

    @property
    def holds_values(self) -> bool:
        """Whether there is something to remove."""
        return not self.removed or bool(self.workbooks)


def look(folders: Iterable[Path]) -> list[Results]:
    """The results in these folders, those of the oldest extract first; folders that hold no run are passed over.

    Raises `ProjectError` where a run.json cannot be read: what a folder holds is not guessed at.
    """
    found: list[Results] = []
    problems: list[Problem] = []
    for folder in sorted({folder.resolve(): folder for folder in folders}.values()):
        file = folder / "run.json"
        if not file.is_file():
            continue
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            as_of = dt.date.fromisoformat(said["as_of"])
        except (OSError, ValueError, KeyError, TypeError):
            fix = "Look what the folder holds, and delete it by hand if it is not needed."
            problems.append(Problem(str(file), message="The file cannot be read as that of a run.", fix=fix))
            continue
        found.append(_results(folder, as_of, str(said.get(MARK) or "")))
    if problems:
        raise ProjectError(problems)
    return sorted(found, key=lambda each: (each.as_of, each.folder))


def remove(results: Results, at: dt.datetime) -> None:
    """Remove the values of a run. When it is stopped on the way and begun again, it ends the same.

    The mark in run.json comes last: what bears it holds no value. Raises `ProjectError` where a file cannot be changed.
    """
    try:
        for path in results.folder.glob(f"*{_NEW}"):
            path.unlink()
        for path in results.exceptions:
            _replace(path, _blank_parquet if path.suffix == ".parquet" else _blank_csv)
        for path in results.workbooks:
            path.unlink()
        for folder in {path.parent for path in results.workbooks}:
            with suppress(OSError):
                folder.rmdir()
        _mark(results.folder / "run.json", at)
    except OSError as error:
        name = Path(str(error.filename or results.folder)).name
        fix = "Close it in other programs, and begin again: what is done already stays done."
        raise ProjectError(Problem(str(results.folder), subject=name, message="The file cannot be changed.", fix=fix)) from None


def _results(folder: Path, as_of: dt.date, removed: str) -> Results:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(_NEW)]
    exceptions = [folder / name for name in ("exceptions.csv", "exceptions.parquet") if (folder / name).is_file()]
    given = [path for path in files if path.parent.parent == folder and _LISTS.fullmatch(path.parent.name)]
    workbooks = [path for path in given if path.suffix.lower() == ".xlsx" or path.parent.name == "audits"]
    known = {*exceptions, *workbooks, *(folder / name for name in COUNTS)}
    return Results(folder, as_of, tuple(exceptions), tuple(workbooks), tuple(path for path in files if path not in known), removed)


def _replace(path: Path, blank: Any) -> None:
    beside = path.with_name(path.name + _NEW)
    blank(path, beside)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)


def _blank_parquet(path: Path, target: Path) -> None:
    source = pq.ParquetFile(path)
    schema = source.schema_arrow.remove_metadata()
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in source.iter_batches():
            arrays = [_blank(column, field) for column, field in zip(batch.columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _blank(column: pa.Array, field: pa.Field) -> pa.Array:
    if field.name not in PERSONAL:
        return column
    return pa.array([""] * len(column), field.type)


def _blank_csv(path: Path, target: Path) -> None:
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8-sig", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        rows = csv.reader(file)
        writer = csv.writer(out, lineterminator="\n")
        head: Sequence[str] = next(rows, EXCEPTION_COLUMNS)
        writer.writerow(head)
        places = [place for place, name in enumerate(head) if name in PERSONAL]
        for row in rows:
            for place in places:
                row[place] = ""
            writer.writerow(row)


def _mark(path: Path, at: dt.datetime) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    said[MARK] = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    beside = path.with_name(path.name + _NEW)
    beside.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)
