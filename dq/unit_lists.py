"""The lists that go with a manager's pack: what runs over next, and cases drawn at random for audits, of one unit's records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dq import audit_list
from dq import pack as packs
from dq.errors import OptionError
from dq.measures import Measure
from dq.organisation import Level
from dq.report.filenames import safe_name


@dataclass(frozen=True)
class UnitList:
    """A list that was written, or why it could not be; `seed` is blank where all records are on it."""

    measure: str
    title: str
    file: str
    rows: int
    found: int
    seed: str
    reason: str = ""


def write(folder: Path, level: Level, unit: str, target: Path, seed: str | None = None) -> list[UnitList]:
    """Write a workbook for each measure that is looked at daily, and for each that names a sample; a seed makes other samples.

    A workbook that is there already is kept, for somebody may have written in it, and its measure is told as not written.
    """
    wanted = [
        each for each in packs.of_project(folder).measures if each.list is not None and (each.sample or each.cadence == "daily")
    ]
    return [_list(folder, each, level, unit, target, seed) for each in wanted]


def _list(folder: Path, measure: Measure, level: Level, unit: str, target: Path, seed: str | None) -> UnitList:
    sample = None if measure.cadence == "daily" else measure.sample
    kind = f"sample of {sample}" if sample is not None else "all"
    file = target / f"{safe_name(f'{measure.id} {unit} {kind}')}.xlsx"
    mixed = f"{seed}:{measure.id}" if seed is not None and sample is not None else None
    try:
        made = audit_list.write(folder, measure.id, level=level, unit=unit, sample=sample, seed=mixed, out=str(file))
    except OptionError as error:
        return UnitList(measure.id, measure.title, "", 0, 0, "", "; ".join(each.message for each in error.problems))
    return UnitList(measure.id, measure.title, made.file, made.rows, made.found, made.seed)
