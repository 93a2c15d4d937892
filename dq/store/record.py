"""Adds a run to the store, or takes the last one back: one transaction each, a few statements whatever the size.

What `record` is given is plain data: it knows neither the engine nor the files of a run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any, Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.errors import OptionError
from dq.lifecycle import Presence, fingerprint, fingerprint_of_files
from dq.organisation import Unit
from dq.store import bulk, models, moves
from dq.store.acts import act
from dq.store.database import writing
from dq.store.models import Input, Rule, Run

SeenRow = tuple[str, str, str, str, str, str, str, str]
"""id, rule, table, key, about (`record`, `pair`, `whole`), team, worker (blank: none), severity."""
FollowedRow = tuple[str, str, str, str, str]
"""id, rule, table, key, about of an exception that the run did not find."""
Look = Callable[[Sequence[FollowedRow]], Mapping[str, Presence]]
"""Says of exceptions that were not found whether their records are in the extract."""


@dataclass(frozen=True)
class RuleFacts:
    """A rule as it stood in the run."""

    rule: str
    table: str
    title: str
    severity: str
    dimension: str
    ran: bool
    reason: str
    fingerprint: str
    owner: str = ""


@dataclass(frozen=True)
class InputFacts:
    """A file that the run read."""

    file: str
    table: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class FigureFacts:
    """A number that the run gave; see `dq.store.models.Figure`."""

    kind: str
    name: str
    level: str
    unit: str
    part: float | None
    whole: float | None
    value: float | None


@dataclass(frozen=True)
class JudgementFacts:
    """A gate as the run judged it; see `dq.store.models.Judgement`."""

    criterion: str
    title: str
    level: str
    unit: str
    measured: float | None
    needed: float
    met: bool
    severity: str
    owner: str
    reason: str
    measure: str = ""
    comparison: str = ""
    per: str = ""
    runs: int = 1
    needed_by: dt.date | None = None
    needed_by_name: str = ""


@dataclass(frozen=True)
class RunFacts:
    """A run, but for its exceptions. `found` is a digest of what it found, so that an equal run is recognised."""

    as_of: dt.date
    at: dt.datetime
    who: str
    pack: str
    version: str
    results: str
    rules: tuple[RuleFacts, ...]
    inputs: tuple[InputFacts, ...]
    found: str
    units: tuple[Unit, ...] = ()
    figures: tuple[FigureFacts, ...] = ()
    judgements: tuple[JudgementFacts, ...] = ()

    @property
    def extract(self) -> str:
        """Fingerprint of the files alone."""
        return fingerprint_of_files((each.table, each.file, each.sha256) for each in self.inputs)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of date, files, rules, organisation and what was found."""
        rules = sorted([each.rule, each.fingerprint, each.ran] for each in self.rules)
        units = sorted(astuple(each) for each in self.units)
        return fingerprint([self.as_of.isoformat(), self.extract, rules, units, self.found])


@dataclass(frozen=True)
class Recorded:
    """What became of a run: recorded as `run`; or not, because run `run` is its equal (`repeated`) or later (`earlier`).

    `moved` counts the exceptions that changed, by the word that they now bear; `handed_over` those that stayed open and came to
    another team or worker.
    """

    outcome: Literal["recorded", "repeated", "earlier"]
    run: int
    as_of: dt.date
    repeats: int | None = None
    moved: Mapping[str, int] | None = None
    handed_over: int = 0


def record(connection: BaseDatabaseWrapper, facts: RunFacts, seen: Iterable[SeenRow], look: Look) -> Recorded:
    """Add a run, in one transaction; waits while another one is being added.

    A run equal to the latest, or of an earlier date than the latest, changes nothing. `seen` gives each exception once.
    """
    with writing(connection) as cursor:
        runs = Run.objects.using(connection.alias)
        latest = runs.order_by("number").last()
        if latest is not None and facts.fingerprint == latest.fingerprint:
            _numbers(connection, latest.number, facts)  # a waiver may have changed them since
            return Recorded("repeated", latest.number, latest.as_of)
        if latest is not None and facts.as_of < latest.as_of:
            return Recorded("earlier", latest.number, latest.as_of)
        bulk.hasten(connection, cursor)
        cursor.execute(moves.SEEN)
        number = 1 if latest is None else latest.number + 1
        twin = runs.filter(extract=facts.extract, as_of__lt=facts.as_of).order_by("number").last()
        exceptions = bulk.fill_texts(connection, cursor, "dq_seen", moves.SEEN_COLUMNS, seen)
        runs.create(
            number=number, as_of=facts.as_of, at=facts.at, who=facts.who, pack=facts.pack, version=facts.version,
            results=facts.results, fingerprint=facts.fingerprint, extract=facts.extract,
            repeats=twin.number if twin is not None and facts.inputs else None, exceptions=exceptions,
        )  # fmt: skip
        Rule.objects.using(connection.alias).bulk_create(Rule(run_id=number, **asdict(each)) for each in facts.rules)
        Input.objects.using(connection.alias).bulk_create(Input(run_id=number, **asdict(each)) for each in facts.inputs)
        models.Unit.objects.using(connection.alias).bulk_create(models.Unit(run_id=number, **asdict(each)) for each in facts.units)
        _numbers(connection, number, facts)
        _move(connection, cursor, number, latest is None, look)
        cursor.execute("SELECT became, count(*) FROM dq_event WHERE run_id = %s AND was <> became GROUP BY became", [number])
        moved = dict(cursor.fetchall())
        cursor.execute("SELECT count(*) FROM dq_event WHERE run_id = %s AND note LIKE %s", [number, "handed over %"])
        handed_over = int(cursor.fetchone()[0])
        repeats = twin.number if twin is not None and facts.inputs else None
    return Recorded("recorded", number, facts.as_of, repeats, moved, handed_over)


def _numbers(connection: BaseDatabaseWrapper, run: int, facts: RunFacts) -> None:
    """Keep the figures and judgements of a run, in the place of those that it may have."""
    for model, rows in ((models.Figure, facts.figures), (models.Judgement, facts.judgements)):
        kept = model.objects.using(connection.alias)
        kept.filter(run=run).delete()
        kept.bulk_create(model(run_id=run, **asdict(each)) for each in rows)


def _move(connection: BaseDatabaseWrapper, cursor: Any, number: int, first: bool, look: Look) -> None:
    """Lay what was found beside what stood, look up what was not found, work out every move, and carry them out."""
    values = {"run": number, "first": first, "no": False}
    cursor.execute(moves.BASIS, values)
    cursor.execute(moves.APART[connection.vendor], values)
    cursor.execute(moves.FOLLOWED)
    followed = cursor.fetchall()
    asked = [row for row in followed if row[3] or row[4] == "whole"]  # without its key a record cannot be looked for
    presence = look(asked) if asked else {}
    cursor.execute(moves.MISSING)
    bulk.fill_texts(
        connection, cursor, "dq_missing", moves.MISSING_COLUMNS, ((row[0], presence.get(row[0], "unknown")) for row in followed)
    )
    if connection.vendor == "postgresql":
        cursor.execute("ANALYZE dq_apart")
    cursor.execute(moves.MOVES, values)
    if connection.vendor == "postgresql":
        cursor.execute("ANALYZE dq_move")
    for statement in moves.APPLY:
        cursor.execute(statement, values)
    for table in ("dq_move", "dq_missing", "dq_apart", "dq_seen"):
        cursor.execute(f"DROP TABLE {table}")


def delete_latest(connection: BaseDatabaseWrapper, who: str, at: dt.datetime) -> Run:
    """Take the latest run back: runs, exceptions and their events are again as before it. Raises `OptionError` where none is.

    That it was done is an act, which stays; so does what people decided meanwhile.
    """
    with writing(connection) as cursor:
        latest: Run | None = Run.objects.using(connection.alias).order_by("number").last()
        if latest is None:
            raise OptionError("No run is recorded: there is none to delete.")
        for statement in moves.FORGET:
            cursor.execute(statement, {"run": latest.number})
        act(connection, who, at, "delete run", f"run {latest.number}, extract of {latest.as_of}", "", latest.exceptions)
    return latest
