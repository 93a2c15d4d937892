"""What the recorded runs measured: each measure's figures for the units of a level, in a run and in the runs before it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.errors import OptionError, Problem, did_you_mean
from dq.store.models import Figure, Run

MEASURE, MEASURE_NOT_ASSESSED, MEASURE_TARGET = "measure", "measure not assessed", "measure target"
"""The kinds of figures: the measure, how many records it could not assess, and (for the whole) the target in force."""
LEVELS = ("whole", "director", "head", "service", "team")
TREND = 8
"""Runs that a trend shows at most."""


@dataclass(frozen=True)
class Point:
    """What one run measured."""

    run: int
    as_of: dt.date
    value: float | None


@dataclass(frozen=True)
class MeasuredLine:
    """A part of a measure for one unit, as a run measured it; `before` is the value in the last run that has one.

    `trend` holds that run and those before it, oldest first. A target stands here whichever part it is for.
    """

    measure: str
    part: str
    level: str
    unit: str
    counted: int | None
    of: int | None
    not_assessed: int
    value: float | None
    target: float | None
    before: float | None
    trend: tuple[Point, ...]


@dataclass(frozen=True)
class MeasuredRun:
    """One run and its lines."""

    run: int
    as_of: dt.date
    at: dt.datetime
    lines: tuple[MeasuredLine, ...]


def figure_name(measure: str, part: str) -> str:
    """What a figure is called in the store: the measure's id, and after a dot the part where it is not the measure itself."""
    return f"{measure}.{part}" if part else measure


def measured(
    connection: BaseDatabaseWrapper, *, run: int | None = None, level: str | None = None, unit: str | None = None
) -> MeasuredRun:
    """The figures of a run, the latest unless one is named; of one level and one unit, where given.

    Raises `OptionError` where there is no such run, no figure in it, or no such unit.
    """
    chosen = _run(connection, run)
    figures = Figure.objects.using(connection.alias).filter(kind__in=(MEASURE, MEASURE_NOT_ASSESSED, MEASURE_TARGET))
    mine = figures.filter(run=chosen)
    if not mine.exists():
        raise OptionError(
            Problem(subject=f"run {chosen.number}", message="It measured nothing.", fix="The pack had no measures then.")
        )
    if unit is not None and level is not None:
        _must_know(mine.filter(level=level).values_list("unit", flat=True).distinct(), level, unit)
    wanted = {**({"level": level} if level is not None else {}), **({"unit": unit} if unit is not None else {})}
    rows = list(mine.filter(kind=MEASURE, **wanted).order_by("id"))
    unassessed = {
        (each.name, each.level, each.unit): int(each.value or 0) for each in mine.filter(kind=MEASURE_NOT_ASSESSED, **wanted)
    }
    targets = {each.name: each.value for each in mine.filter(kind=MEASURE_TARGET)}
    trends = _trends(connection, figures.filter(kind=MEASURE, run__lte=chosen.number, **wanted), chosen.number)
    return MeasuredRun(chosen.number, chosen.as_of, chosen.at, tuple(_line(each, unassessed, targets, trends) for each in rows))


def _run(connection: BaseDatabaseWrapper, number: int | None) -> Run:
    runs = Run.objects.using(connection.alias).order_by("number")
    found: Run | None = runs.last() if number is None else runs.filter(number=number).first()
    if found is None:
        if number is None:
            raise OptionError(Problem(message="No run is recorded.", fix="Check an extract first."))
        raise OptionError(Problem(subject=str(number), message="There is no such run.", fix="See: dq runs"))
    return found


def _must_know(units: Iterable[str], level: str, unit: str) -> None:
    known = [each for each in units if each]
    if unit not in known and level != "whole":
        fix = did_you_mean(unit, known) or f"There are: {', '.join(sorted(known)) or 'none'}."
        raise OptionError(Problem(subject=f"{level} {unit}", message="There are no figures of such a unit.", fix=fix))


Place = tuple[str, str, str]


def _trends(connection: BaseDatabaseWrapper, figures: Iterable[Figure], run: int) -> Mapping[Place, tuple[Point, ...]]:
    """The values of the last runs that measured, by name, level and unit, oldest first."""
    runs = Run.objects.using(connection.alias).filter(number__lte=run).order_by("-number")
    days = dict(runs.values_list("number", "as_of")[:TREND])
    found: dict[Place, list[Point]] = defaultdict(list)
    rows = figures.filter(run__in=list(days)).order_by("run")  # type: ignore[attr-defined]  # a queryset
    for number, name, level, unit, value in rows.values_list("run", "name", "level", "unit", "value"):
        found[name, level, unit].append(Point(number, days[number], value))
    return {place: tuple(points) for place, points in found.items()}


def _line(
    row: Figure, unassessed: Mapping[Place, int], targets: Mapping[str, float | None], trends: Mapping[Place, Sequence[Point]]
) -> MeasuredLine:
    place = (row.name, row.level, row.unit)
    measure, _, part = row.name.partition(".")
    trend = tuple(trends.get(place, ()))
    before = next((each.value for each in reversed(trend[:-1]) if each.value is not None), None)
    counted, of = (None if number is None else round(number) for number in (row.part, row.whole))
    return MeasuredLine(
        measure, part, row.level, row.unit, counted, of, unassessed.get(place, 0), row.value, targets.get(measure), before, trend
    )
