"""Pairs that a person has ruled to be two people, in ``people_ruled.csv`` of a project."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dq.errors import OptionError, Problem, ProjectError, did_you_mean

FILE = "people_ruled.csv"
COLUMNS = ("first", "second", "ruled_on", "by", "reason")


@dataclass(frozen=True)
class Ruling:
    """Two ids that are not the same person, who said so, when and why."""

    first: str
    second: str
    ruled_on: dt.date
    by: str
    reason: str

    @property
    def pair(self) -> frozenset[str]:
        """The two ids, in no order."""
        return frozenset((self.first, self.second))


def read(folder: Path) -> list[Ruling]:
    """Rulings of a project; none where it has no file. Raises `ProjectError` with file and line of every fault.

    Ids are as in `exceptions.csv`; an id that no extract holds any more does no harm.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    problems: list[Problem] = []

    def wrong(line: int, message: str, fix: str) -> None:
        problems.append(Problem(str(path), line, message=message, fix=fix))

    rulings: dict[frozenset[str], tuple[int, Ruling]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            for name in COLUMNS:
                if name not in header:
                    wrong(1, f"The header has no column {name!r}.", did_you_mean(name, header) or f"Write {','.join(COLUMNS)}.")
            for row in reader if not problems else ():
                line = reader.line_num
                cells = {name: (row[name] or "").strip() for name in COLUMNS}
                if not any(cells.values()):
                    continue
                blank = [name for name in COLUMNS if not cells[name]]
                if blank:
                    wrong(line, f"{', '.join(blank)} is blank.", "Every ruling says which two, when, by whom and why.")
                day = _day(cells["ruled_on"])
                if day is None and cells["ruled_on"]:
                    wrong(line, "ruled_on is not a date.", "Write it like 2026-11-02.")
                if cells["first"] and cells["first"] == cells["second"]:
                    wrong(line, "first and second are one id.", "Name two records.")
                if blank or day is None or cells["first"] == cells["second"]:
                    continue
                ruling = Ruling(cells["first"], cells["second"], day, cells["by"], cells["reason"])
                if ruling.pair in rulings:
                    wrong(line, f"This pair is ruled in line {rulings[ruling.pair][0]} too.", "Keep one of the two lines.")
                rulings.setdefault(ruling.pair, (line, ruling))
    except UnicodeDecodeError:
        wrong(0, "The file is not UTF-8.", "Save it as CSV UTF-8.")
    if problems:
        raise ProjectError(problems)
    return [ruling for _, ruling in rulings.values()]


def append(folder: Path, ruling: Ruling) -> Path:
    """Add a ruling to the project's file, which is made where there is none.

    Raises `OptionError` where the ruling is incomplete or stands there already, `ProjectError` where the file is wrong.
    """
    path = folder / FILE
    faults = [f"{name} is blank." for name in ("first", "second", "by", "reason") if not getattr(ruling, name).strip()]
    if ruling.first == ruling.second:
        faults.append("The two ids are the same.")
    if any(each.pair == ruling.pair for each in read(folder)):
        faults.append("This pair is ruled already.")
    if faults:
        raise OptionError([Problem(str(path), message=fault) for fault in faults])
    cells = (ruling.first, ruling.second, ruling.ruled_on.isoformat(), ruling.by, ruling.reason)
    begun = path.is_file()
    with path.open("a+", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        if not begun:
            write(COLUMNS)
        elif not _ends_with_newline(path):
            file.write("\n")
        order = [name.strip() for name in _header(path)] if begun else list(COLUMNS)
        write([dict(zip(COLUMNS, cells, strict=True)).get(name, "") for name in order])
    return path


def not_the_same(rulings: Iterable[Ruling]) -> set[frozenset[str]]:
    """The pairs of ids that stay apart."""
    return {ruling.pair for ruling in rulings}


def _day(cell: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        return None


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), list(COLUMNS))


def _ends_with_newline(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")
