"""What a digest is made from: exceptions that went from team to team and word to word between two runs, and figures of a unit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.model import Scope
from dq.organisation import Unit
from dq.store import levels, moves
from dq.store.models import Action, Figure, Judgement, Reply, Rule, Run
from dq.store.models import Unit as Stored
from dq.store.trend import OPEN


@dataclass(frozen=True)
class Shift:
    """How many exceptions of a severity went from one team and word to another, and whether a waiver covered them."""

    from_team: str
    team: str
    severity: str
    was: str
    became: str
    why: str
    before_waived: bool
    after_waived: bool
    exceptions: int

    @property
    def before(self) -> bool:
        """Whether they were on a list at the earlier run."""
        return self.was in OPEN

    @property
    def after(self) -> bool:
        """Whether they are on a list at the later one."""
        return self.became in OPEN


@dataclass(frozen=True)
class Judged:
    """A gate in the later run, and in the earlier one (None where it was not judged); `needed_by` names the day it is for."""

    title: str
    needed_by: str
    met: bool
    met_before: bool | None


def shifts(connection: BaseDatabaseWrapper, earlier: Run | None, later: Run) -> list[Shift]:
    """All exceptions of the later run that are or were on a list; without an earlier run everything is new."""
    days = {"earlier_day": earlier.as_of if earlier else later.as_of, "later_day": later.as_of}
    with connection.cursor() as cursor:
        cursor.execute(moves.CHANGED, {"earlier": earlier.number if earlier else 0, "later": later.number, **days})
        found = [
            Shift(from_team, team, severity, was, became, why, bool(before), bool(after), int(number))
            for from_team, team, severity, was, became, why, before, after, number in cursor.fetchall()
        ]
    return [each for each in found if each.before or each.after]


def units(connection: BaseDatabaseWrapper, run: int) -> dict[str, Unit]:
    """The organisation of a run, with teams that it does not know any more as they were last known."""
    with connection.cursor() as cursor:
        cursor.execute(levels.UNITS, [run])
        return {row[0]: Unit(*row) for row in cursor.fetchall()}


def figure(connection: BaseDatabaseWrapper, run: int, name: str, level: str, unit: str) -> Figure | None:
    """A figure of readiness for a unit in a run."""
    found: Figure | None = (
        Figure.objects.using(connection.alias).filter(run=run, kind="readiness", name=name, level=level, unit=unit).first()
    )
    return found


def judged(connection: BaseDatabaseWrapper, earlier: int | None, later: int, level: str, unit: str) -> tuple[Judged, ...]:
    """The gates of a unit in the later run."""
    every = Judgement.objects.using(connection.alias).filter(level=level, unit=unit)
    before = {_same(each): each.met for each in every.filter(run=earlier)} if earlier is not None else {}
    return tuple(
        Judged(each.title or each.criterion, each.needed_by_name, each.met, before.get(_same(each)))
        for each in every.filter(run=later).order_by("id")
    )


def _same(gate: Judgement) -> tuple[str, dt.date | None]:
    """What makes a gate the same one in two runs: one condition may be asked for by two days."""
    return gate.criterion, gate.needed_by


def rules(connection: BaseDatabaseWrapper, earlier: int | None, later: int) -> tuple[int, int]:
    """How many rules could not run in the later run, and how many changed, came or went since the earlier one."""
    every = Rule.objects.using(connection.alias)
    after = dict(every.filter(run=later).values_list("rule", "fingerprint"))
    not_run = every.filter(run=later, ran=False).count()
    if earlier is None:
        return not_run, 0
    before = dict(every.filter(run=earlier).values_list("rule", "fingerprint"))
    return not_run, sum(before.get(rule) != after.get(rule) for rule in {*before, *after})


def answered(connection: BaseDatabaseWrapper) -> set[int]:
    """Numbers of lists from which an answer has come."""
    return set(Reply.objects.using(connection.alias).exclude(issue=None).values_list("issue_id", flat=True).distinct())


def actions(
    connection: BaseDatabaseWrapper, places: Collection[tuple[str, str]] | None, day: dt.date, last: dt.date
) -> tuple[int, int]:
    """Actions not done for some units (level and name; None: all): due from a day to a last one, and late before it."""
    found: Counter[str] = Counter()
    for each in Action.objects.using(connection.alias).filter(done_by=None, due__lte=last):
        if places is None or (each.level, each.unit) in places:
            found["late" if each.due < day else "due"] += 1
    return found["due"], found["late"]


def known(connection: BaseDatabaseWrapper, level: Scope) -> list[str]:
    """Every unit of a level that a recorded run has known."""
    return sorted(set(Stored.objects.using(connection.alias).values_list(level, flat=True)) - {""})
