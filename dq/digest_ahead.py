"""What digests tell of the time to come: the forecast for go-live of every unit that somebody reads of, made once for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import digest_parts
from dq.chances import CHILDREN, COUNTS
from dq.config import Project
from dq.forecast import forecast
from dq.model import Scope
from dq.organisation import Unit
from dq.outlook import Forecast, UnitOutlook, chance_words
from dq.report.digest_facts import Ahead
from dq.store import flows
from dq.store.models import Judgement, Run

GO_LIVE = "go-live"


def ahead(
    connection: BaseDatabaseWrapper, project: Project, run: Run, units: Mapping[str, Unit], scopes: Collection[tuple[Scope, str]]
) -> dict[tuple[Scope, str], Ahead]:
    """By level and unit; nothing where go-live is not to come, or there is too little history. A dissolved unit has none."""
    if project.go_live is None or project.go_live <= run.as_of or not scopes:
        return {}
    history = flows.history(connection)
    every = {team for each in history.runs for team, _ in each.flows}
    keys = {f"{level}: {unit}": (level, unit) for level, unit in scopes}
    wanted = {
        name: every if (mine := digest_parts.teams_of(units, level, unit)) is None else mine for name, (level, unit) in keys.items()
    }
    gates = _gates(connection, run) if any(level == "whole" for level, _ in scopes) else {}
    found = forecast(history, gates, {GO_LIVE: project.go_live}, capacity=project.capacity, units=wanted)
    return {keys[each.unit]: _said(each, found, gates, keys[each.unit][0]) for each in found.units if not each.dissolved}


def _gates(connection: BaseDatabaseWrapper, run: Run) -> dict[str, str]:
    """Gates of the whole that can be forecast, with what a digest calls them."""
    whole = Judgement.objects.using(connection.alias).filter(run=run.number, level="whole", per="").order_by("id")
    return {each.criterion: each.title or each.criterion for each in whole if each.measure in (*COUNTS, *CHILDREN)}


def _said(unit: UnitOutlook, found: Forecast, gates: Mapping[str, str], level: Scope) -> Ahead:
    clear = unit.clear[0]
    band = next(each for each in unit.ahead if each.day == clear.day)
    chances = tuple(
        (gates[each.criterion], chance_words(each.chance)) for each in found.gates if each.chance is not None and level == "whole"
    )
    return Ahead(clear.day, band.low, band.high, chance_words(clear.chance), clear.words, chances)
