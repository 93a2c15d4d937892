"""Looks whether a store is whole: what `dq store check` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from dq.store import columns, database
from dq.store.models import Event, Finding, Run

SHOWN = 20
"""Lines told of a check; the others are counted."""

_LAST = """
SELECT a.* FROM dq_event AS a JOIN (SELECT finding_id, max(id) AS id FROM dq_event GROUP BY finding_id) AS l ON l.id = a.id
"""
_COMMON = [
    each.column for each in columns.fields(Finding)
    if not each.primary_key and each.column in {other.column for other in columns.fields(Event)}
]  # fmt: skip
"""What an exception and its last event both say."""
_DIFFERS = " OR ".join(f"f.{name} <> e.{name} OR (f.{name} IS NULL) <> (e.{name} IS NULL)" for name in _COMMON)

QUESTIONS = {
    "Each exception stands where its last event left it": (
        "dq_finding",
        f"SELECT 'exception ' || f.id FROM dq_finding AS f LEFT JOIN ({_LAST}) AS e ON e.finding_id = f.id "
        f"WHERE e.id IS NULL OR {_DIFFERS}",
    ),
    "Each event begins where the one before it ended": (
        "dq_event",
        """
        SELECT 'exception ' || finding_id FROM (
          SELECT finding_id, was, lag(became, 1, '') OVER (PARTITION BY finding_id ORDER BY id) AS before FROM dq_event) AS e
        WHERE was <> before
        """,
    ),
    "Each decision begins where the one before it ended": (
        "dq_decision",
        """
        SELECT 'decision ' || id FROM (
          SELECT id, was, lag(became, 1, '') OVER (PARTITION BY finding, aspect ORDER BY id) AS before FROM dq_decision) AS d
        WHERE was <> before
        """,
    ),
    "Each run found as many exceptions as it says": (
        "dq_run",
        """
        WITH change AS (
          SELECT run_id, CASE WHEN evidence = 'found' THEN 1 ELSE 0 END AS now,
                 lag(CASE WHEN evidence = 'found' THEN 1 ELSE 0 END, 1, 0) OVER (PARTITION BY finding_id ORDER BY id) AS before
          FROM dq_event
        ), sums AS (SELECT run_id, sum(now - before) AS more FROM change WHERE run_id IS NOT NULL GROUP BY run_id),
        counted AS (
          SELECT r.number, r.exceptions, sum(coalesce(s.more, 0)) OVER (ORDER BY r.number) AS found
          FROM dq_run AS r LEFT JOIN sums AS s ON s.run_id = r.number)
        SELECT 'run ' || number || ' says ' || exceptions || ', its events say ' || found FROM counted WHERE found <> exceptions
        """,
    ),
    "Runs go forward": (
        "dq_run",
        """
        SELECT 'run ' || number FROM (
          SELECT number, as_of, lag(as_of) OVER (ORDER BY number) AS before FROM dq_run) AS r WHERE as_of < before
        """,
    ),
}
"""What must hold; the table that is looked at; a line for each row where it does not."""


@dataclass(frozen=True)
class Check:
    """Something that must hold: of how many rows or tables, how many are wrong, and which. No key of a record stands in it."""

    title: str
    looked_at: int
    faults: int = 0
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What was looked at, and what is only worth a note."""

    database: str
    migration: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def faults(self) -> int:
        """How much is wrong."""
        return sum(each.faults for each in self.checks)


def verify(connection: BaseDatabaseWrapper, folder: Path) -> Verdict:
    """Look at everything, as of one moment; runs may be recorded meanwhile.

    What rests on something that does not hold is not looked at: a table that is not there has no rows to count.
    """
    migration = database.migration(connection)
    models = columns.tables(connection, migration)
    checks: list[Check] = []
    notes: list[str] = []
    with database.reading(connection, connection.introspection.table_names()):
        try:
            for check in _checks(connection, models):
                checks.append(check)
            notes += _notes(connection, folder)
        except DatabaseError:
            checks.append(Check("The database can read all of it", 1, 1, ("it cannot, and says no more",)))
    return Verdict(connection.display_name, migration, tuple(checks), tuple(notes))


def _checks(connection: BaseDatabaseWrapper, models: Sequence[type[Model]]) -> Iterator[Check]:
    for foundation in (_intact(connection), _shaped(connection, models)):
        yield foundation
        if foundation.faults:
            return
    for title, (table, question) in QUESTIONS.items():
        lines = [str(row[0]) for row in _ask(connection, question)]
        yield _check(title, _ask(connection, f"SELECT count(*) FROM {table}")[0][0], lines)
    yield _referred(connection, models)


def _ask(connection: BaseDatabaseWrapper, question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


def _check(title: str, looked_at: object, lines: Sequence[str]) -> Check:
    more = [f"and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else []
    return Check(title, int(str(looked_at)), len(lines), (*sorted(lines)[:SHOWN], *more))


def _intact(connection: BaseDatabaseWrapper) -> Check:
    """SQLite looks through its file, page by page; a server looks after its own."""
    if connection.vendor != "sqlite":
        return Check("The server answers", 1)
    lines = [str(row[0]) for row in _ask(connection, "PRAGMA integrity_check")]
    pages = _ask(connection, "PRAGMA page_count")[0][0]
    return _check("The file is intact", pages, [line for line in lines if line != "ok"])


def _shaped(connection: BaseDatabaseWrapper, models: Sequence[type[Model]]) -> Check:
    lines = []
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        for model in models:
            table, wanted = model._meta.db_table, {each.column for each in columns.fields(model)}
            if table not in there:
                lines.append(f"{table} is missing")
                continue
            found = {each.name for each in connection.introspection.get_table_description(cursor, table)}
            lines += [f"{table}.{name} is missing" for name in wanted - found]
            lines += [f"{table}.{name} is not known" for name in found - wanted]
    return _check("Tables and columns are those of this dq", len(models), lines)


def _referred(connection: BaseDatabaseWrapper, models: Sequence[type[Model]]) -> Check:
    """The database does not look itself where that would cost as much as writing."""
    looked_at, faults, lines = 0, 0, []
    for model in models:
        for each in columns.fields(model):
            if each.remote_field is None:
                continue
            table, to = model._meta.db_table, each.related_model._meta
            there = f"SELECT 1 FROM {to.db_table} AS b WHERE b.{each.target_field.column} = a.{each.column}"
            query = f"FROM {table} AS a WHERE a.{each.column} IS NOT NULL"
            looked_at += int(str(_ask(connection, f"SELECT count(*) {query}")[0][0]))
            number = int(str(_ask(connection, f"SELECT count(*) {query} AND NOT EXISTS ({there})")[0][0]))
            faults += number
            lines += [f"{number:,} rows of {table} refer to a {to.db_table} that is not there"] if number else []
    return Check("What is referred to is there", looked_at, faults, tuple(lines))


def _notes(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[str]:
    runs = Run.objects.using(connection.alias).order_by("number").values_list("number", "results")
    gone = [f"{number} ({results})" for number, results in runs if not (folder / results).is_dir()]
    if gone:
        shown = ", ".join(gone[:SHOWN]) + (" ..." if len(gone) > SHOWN else "")
        yield f"Moved, or written elsewhere, are the files of {len(gone)} runs: {shown}"
