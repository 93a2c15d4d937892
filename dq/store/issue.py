"""Lists that were given to teams: their numbers, what tells one from another, and the project's own mark."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max

from dq.lifecycle import ASIDE
from dq.store.acts import act
from dq.store.models import Act, Decision, Event, Finding, Issue, Run
from dq.team_list import list_code

MARK = "mark of the project"
GIVEN = "lists"


@dataclass(frozen=True)
class Given:
    """A list that was given to a team. `run` is the run that it showed, `act` the act by which it was written.

    `seen_run` is the last run that stands today and that was recorded when it was written: what came in a later run was not on
    it, also where a run was taken back meanwhile.
    """

    number: int
    code: str
    team: str
    run: int
    seen_run: int
    as_of: dt.date | None
    act: int
    at: dt.datetime
    exceptions: int
    file: str


def identity(connection: BaseDatabaseWrapper) -> str:
    """What tells this store from any other, blank before the first list: it stands in every workbook."""
    made = Act.objects.using(connection.alias).filter(what=MARK).order_by("id").first()
    return "" if made is None else str(made.subject)


def identified(connection: BaseDatabaseWrapper, who: str, at: dt.datetime) -> str:
    """The same, made where there is none yet; inside the transaction of the first lists."""
    return identity(connection) or str(act(connection, who, at, MARK, secrets.token_hex(6)).subject)


def issue(
    connection: BaseDatabaseWrapper, who: str, at: dt.datetime, run: int, lists: Mapping[str, tuple[int, str]]
) -> dict[str, str]:
    """Add one act and a list for each team, given how many exceptions are to do on it and its file; returns their codes.

    Inside the caller's transaction, which also writes the files: a number stands for a file, or for nothing.
    """
    mark = identified(connection, who, at)
    total = sum(number for number, _ in lists.values())
    made = act(connection, who, at, GIVEN, f"run {run}: {len(lists)} {'list' if len(lists) == 1 else 'lists'}", "", total)
    codes = {}
    for team, (number, file) in sorted(lists.items()):
        row = Issue.objects.using(connection.alias).create(act=made, run=run, team=team, file=file, exceptions=number)
        codes[team] = list_code(mark, row.pk, _moment(at))
    return codes


def given(connection: BaseDatabaseWrapper) -> dict[int, Given]:
    """Every list by its number."""
    mark = identity(connection)
    runs = list(Run.objects.using(connection.alias).order_by("number").values_list("number", "as_of", "at"))
    days = {number: as_of for number, as_of, _ in runs}
    found = {}
    for row in Issue.objects.using(connection.alias).select_related("act").order_by("id"):
        seen = [number for number, _, at in runs if at <= row.act.at and number <= row.run]
        found[row.pk] = Given(
            row.pk, list_code(mark, row.pk, _moment(row.act.at)), row.team, row.run, max(seen, default=0), days.get(row.run),
            row.act_id, row.act.at, row.exceptions, row.file,
        )  # fmt: skip
    return found


def latest(lists: Mapping[int, Given]) -> dict[str, Given]:
    """Each team's last list."""
    return {each.team: each for _, each in sorted(lists.items())}


def handed_over(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Exceptions that were assigned to somebody, each with the act that did so last."""
    rows = Decision.objects.using(connection.alias).filter(aspect="assigned").order_by("id").values_list("finding", "act_id")
    return dict(rows)


def gone(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """Exceptions that left the lists without being cleared, each with the run in which they did."""
    away = Finding.objects.using(connection.alias).filter(evidence__in=ASIDE).exclude(state="cleared").values("id")
    events = Event.objects.using(connection.alias).filter(finding_id__in=away).values_list("finding_id")
    return dict(events.annotate(last=Max("run")).order_by())


def _moment(at: dt.datetime) -> str:
    """A moment as both databases keep it."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
