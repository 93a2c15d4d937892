"""What recorded runs measured, and how they judged the gates."""

from __future__ import annotations

from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.criteria import CHILDREN, METRICS, SHARES
from dq.store.models import Figure, Judgement, Run
from dq.summary import Gate, Measures, Place, UnitGate

UNSURE = "unsure"
"""The kind of a figure that counts, by metric, rules that could not run."""
KINDS = ("readiness", "metric", UNSURE)


def measures(connection: BaseDatabaseWrapper, until: int | None = None) -> tuple[Measures, ...]:
    """What each run measured that gates may ask, oldest first; up to a run where one is named."""
    runs = Run.objects.using(connection.alias).order_by("number")
    figures = Figure.objects.using(connection.alias).filter(kind__in=KINDS, name__in=(*METRICS, CHILDREN))
    if until is not None:
        runs, figures = runs.filter(number__lte=until), figures.filter(run__lte=until)
    values: dict[int, dict[Place, float | None]] = {}
    unsure: dict[int, dict[str, int]] = {}
    for run, kind, name, level, unit, value in figures.values_list("run_id", "kind", "name", "level", "unit", "value"):
        if kind == UNSURE:
            unsure.setdefault(run, {})[name] = int(value or 0)
        else:
            values.setdefault(run, {})[name, level, unit] = value
    return tuple(
        Measures(as_of, extract, values.get(number, {}), unsure.get(number, {}), number)
        for number, as_of, extract in runs.values_list("number", "as_of", "extract")
    )


def judgements(connection: BaseDatabaseWrapper, run: int) -> tuple[Gate, ...]:
    """The gates of a run as it judged them, in the order in which the project names them.

    In how many runs in a row each held is not kept: it follows from what the runs measured.
    """
    rows = list(Judgement.objects.using(connection.alias).filter(run=run).exclude(measure="").order_by("id"))
    units: dict[tuple[Any, ...], list[UnitGate]] = {}
    for each in rows:
        if each.level != "whole":
            units.setdefault(_same(each), []).append(UnitGate(each.unit, each.measured, each.met))
    return tuple(_gate(each, tuple(units.get(_same(each), ()))) for each in rows if each.level == "whole")


def _same(row: Judgement) -> tuple[Any, ...]:
    return row.measure, row.comparison, row.needed, row.per


def _gate(row: Judgement, units: tuple[UnitGate, ...]) -> Gate:
    return Gate(
        row.criterion, row.measured, cast(Any, row.comparison), row.needed, row.met, row.reason, row.title, row.measure in SHARES,
        row.measure, row.severity, row.owner, row.needed_by, row.needed_by_name, row.runs, per=row.per, units=units,
    )  # fmt: skip
