"""What a manager's pack is made from: one reading of the store for one unit of the organisation. Nothing is suppressed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count

from dq.errors import OptionError, Problem, did_you_mean
from dq.organisation import LEVELS, Level
from dq.papers.facts import Children, Facts
from dq.store import measures, trend
from dq.store.measures import MeasuredLine
from dq.store.models import Figure, Finding, Unit
from dq.store.trend import Point

FOR: tuple[Level, ...] = ("director", "head", "service", "team")


@dataclass(frozen=True)
class Habit:
    """A rule that a unit's records break: how many exceptions are on its lists, and how many workers have some."""

    rule: str
    title: str
    severity: str
    exceptions: int
    workers: int
    most: int


@dataclass(frozen=True)
class UnitFacts:
    """A unit: its teams, the children of its cuts of readiness by run, its course, what its records break, its measures.

    `parts` are the units one level below it, each with its teams and open children. `known` is false where the run's extract does
    not name it any more.
    """

    level: Level
    unit: str
    teams: tuple[str, ...]
    known: bool
    children: Mapping[int, Children]
    parts: Mapping[str, tuple[tuple[str, ...], Children | None]]
    course: tuple[Point, ...]
    habits: tuple[Habit, ...]
    measured: tuple[MeasuredLine, ...]


def unit_facts(connection: BaseDatabaseWrapper, facts: Facts, level: Level, unit: str) -> UnitFacts:
    """Everything about one unit after the latest run. Raises `OptionError` for a unit that no run knew."""
    below = LEVELS[LEVELS.index(level) + 1]
    teams = tuple(sorted(team for team, each in facts.units.items() if getattr(each, level) == unit))
    if not teams:
        names = sorted({getattr(each, level) for each in facts.units.values()} - {""})
        fix = did_you_mean(unit, names) or f"There are: {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}."
        raise OptionError(Problem(subject=f"--for {level} {unit}", message=f"There is no such {level}.", fix=fix))
    now = Unit.objects.using(connection.alias).filter(run=facts.run.run, team__in=teams).exists()
    figures = Figure.objects.using(connection.alias).filter(kind="readiness", name="ready_children")
    mine = figures.filter(level=level, unit=unit).values_list("run", "whole", "part")
    return UnitFacts(
        level, unit, teams, now, {run: Children(int(whole), int(part)) for run, whole, part in mine},
        _parts(facts, figures.filter(run=facts.run.run, level=below), teams, below) if level != "team" else {},
        _course(connection, teams), _habits(connection, facts, teams), _measured(connection, facts, level, unit),
    )  # fmt: skip


def _parts(
    facts: Facts, figures: object, teams: tuple[str, ...], below: Level
) -> dict[str, tuple[tuple[str, ...], Children | None]]:
    children = {
        name: Children(int(whole), int(part)) for name, whole, part in figures.values_list("unit", "whole", "part")  # type: ignore[attr-defined]
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for team in teams:
        found.setdefault(getattr(facts.units[team], below), []).append(team)
    return {name: (tuple(mine), children.get(name)) for name, mine in sorted(found.items())}


def _course(connection: BaseDatabaseWrapper, teams: tuple[str, ...]) -> tuple[Point, ...]:
    """The teams' courses added up; what one hands to another is in `other` of both, and so cancels out."""
    courses = [course for team, course in trend.by_team(connection).items() if team in teams]
    points = []
    for same in zip(*courses, strict=True):
        standing: Counter[str] = Counter()
        for point in same:
            standing.update(point.open)
        sums = {word: sum(getattr(point, word) for point in same) for word in ("new", "reopened", "cleared", "left", "other")}
        points.append(Point(same[0].run, same[0].as_of, dict(standing), **sums))
    return tuple(points)


def _habits(connection: BaseDatabaseWrapper, facts: Facts, teams: tuple[str, ...]) -> tuple[Habit, ...]:
    """Rules by exceptions on the list, most first."""
    found = Finding.objects.using(connection.alias).filter(team__in=teams, evidence="found").exclude(state="cleared")
    by_rule: dict[str, Counter[str]] = {}
    severities: dict[str, str] = {}
    for rule, severity, worker, number in found.values_list("rule", "severity", "worker").annotate(number=Count("id")).order_by():
        by_rule.setdefault(rule, Counter())[worker] += number
        severities[rule] = severity
    titles = {each.rule: each.title for each in facts.rules}
    habits = [
        Habit(
            rule, titles.get(rule) or rule, severities[rule], workers.total(), sum(bool(each) for each in workers),
            max((number for each, number in workers.items() if each), default=0),
        )
        for rule, workers in by_rule.items()
    ]  # fmt: skip
    return tuple(sorted(habits, key=lambda each: (-each.exceptions, each.rule)))


def _measured(connection: BaseDatabaseWrapper, facts: Facts, level: Level, unit: str) -> tuple[MeasuredLine, ...]:
    """The unit's key figures; none where the run measured nothing of it."""
    try:
        return measures.measured(connection, run=facts.run.run, level=level, unit=unit).lines
    except OptionError:
        return ()
