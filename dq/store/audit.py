"""Who did what: acts of people and recorded runs in one list, and what one act changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.errors import OptionError, Problem
from dq.store.models import Act, Decision, Run


@dataclass(frozen=True)
class ActLine:
    """Something that somebody did; `act` is None for the recording of a run."""

    act: int | None
    at: dt.datetime
    who: str
    what: str
    subject: str
    exceptions: int
    note: str


@dataclass(frozen=True)
class DecisionLine:
    """What an act changed about one exception."""

    exception: str
    aspect: str
    was: str
    became: str


def acts(connection: BaseDatabaseWrapper, *, who: str = "", what: str = "", since: dt.date | None = None) -> Iterator[ActLine]:
    """Everything that was done, oldest first; by whom, beginning with which words, from which day on, where given."""
    recorded = [
        ActLine(None, each.at, each.who, "record run", f"run {each.number}, extract of {each.as_of}", each.exceptions, "")
        for each in Run.objects.using(connection.alias)
    ]
    done = [
        ActLine(each.pk, each.at, each.who, each.what, each.subject, each.exceptions, each.note)
        for each in Act.objects.using(connection.alias)
    ]
    for line in sorted([*recorded, *done], key=lambda line: (line.at, line.act or 0)):
        if who in ("", line.who) and line.what.startswith(what) and (since is None or line.at.date() >= since):
            yield line


def decisions(connection: BaseDatabaseWrapper, act: int) -> list[DecisionLine]:
    """What an act changed, an exception and aspect each. Raises `OptionError` for an act that is not there."""
    if not Act.objects.using(connection.alias).filter(pk=act).exists():
        raise OptionError(Problem(subject=str(act), message="There is no such act.", fix="See: dq audit"))
    found = Decision.objects.using(connection.alias).filter(act=act).order_by("finding", "id")
    return [DecisionLine(*row) for row in found.values_list("finding", "aspect", "was", "became")]
