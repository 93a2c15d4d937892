"""Whose figures and lists somebody may see: a level of the organisation and which of its units, given and taken away by acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.errors import OptionError, Problem, did_you_mean
from dq.model import UNITLESS, Scope
from dq.store.acts import act
from dq.store.database import writing
from dq.store.models import Access, Unit


@dataclass(frozen=True)
class AccessLine:
    """What one person may see, since when and by whose word; `ended` is None while it holds."""

    number: int
    person: str
    level: str
    unit: str
    given_at: dt.datetime
    given_by: str
    ended: dt.datetime | None


def grant(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, person: str, level: Scope, unit: str, note: str = "") -> bool:
    """Let a person see a unit; returns whether that is new. Raises `OptionError` for a unit that no run has known."""
    if not person.strip():
        raise OptionError(Problem(subject="PERSON", message="A person has a name."))
    if level in UNITLESS and unit:
        raise OptionError(
            Problem(subject=unit, message=f"{level} has no units.", fix=f"Give --level {level.replace(' ', '-')} alone.")
        )
    if level not in UNITLESS:
        known = sorted(set(Unit.objects.using(connection.alias).values_list(level, flat=True)) - {""})
        if unit not in known:
            fix = did_you_mean(unit, known) or f"There are: {', '.join(known) or 'none, for no run is recorded'}."
            raise OptionError(Problem(subject=unit or level, message=f"No recorded run knows such a {level}.", fix=fix))
    with writing(connection):
        held = Access.objects.using(connection.alias).filter(person=person, level=level, unit=unit, ended_by=None)
        if held.exists():
            return False
        made = act(connection, who, at, "grant access", person, f"{level} {unit}".strip() + (f": {note}" if note else ""))
        Access.objects.using(connection.alias).create(act=made, person=person, level=level, unit=unit)
    return True


def revoke(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, numbers: Sequence[int], note: str = "") -> int:
    """Take access away; returns how often. Raises `OptionError` for numbers that are not there, or ended."""
    with writing(connection):
        every = {each.pk: each for each in Access.objects.using(connection.alias).filter(pk__in=numbers)}
        problems = [
            Problem(subject=str(each), message="There is no such access.", fix="See: dq access")
            for each in numbers
            if each not in every
        ]
        problems += [
            Problem(subject=str(each.pk), message="This access was taken away before.")
            for each in every.values()
            if each.ended_by_id
        ]
        if problems:
            raise OptionError(problems)
        people = ", ".join(sorted({each.person for each in every.values()}))
        made = act(connection, who, at, "revoke access", people, note)
        return int(Access.objects.using(connection.alias).filter(pk__in=every).update(ended_by=made))


def lines(connection: BaseDatabaseWrapper, *, everything: bool = False) -> list[AccessLine]:
    """Who may see what, by person; with what was taken away, where asked."""
    found = Access.objects.using(connection.alias).select_related("act", "ended_by").order_by("person", "level", "unit", "id")
    return [
        AccessLine(
            each.pk, each.person, each.level, each.unit, each.act.at, each.act.who, each.ended_by.at if each.ended_by else None
        )
        for each in found
        if everything or each.ended_by is None
    ]
