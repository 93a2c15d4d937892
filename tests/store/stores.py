"""Stores to test on: a file, and a schema of its own on PostgreSQL where one answers on 127.0.0.1."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from dq.lifecycle import Presence
from dq.organisation import Unit
from dq.store.record import FollowedRow, InputFacts, RuleFacts, RunFacts, SeenRow

SERVER = "host=127.0.0.1 port=5432 user=postgres dbname=postgres connect_timeout=3"
UNITS = (Unit("North", "Care", "Hope Head", "Dana Director"), Unit("South", "Care", "Hope Head", "Dana Director"))
START = dt.date(2026, 9, 28)
NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a schema made for the test and dropped after it; skips, aloud, where no server answers."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, password=os.environ.get("PGPASSWORD"))
    except psycopg.OperationalError:
        pytest.skip("NO PostgreSQL on 127.0.0.1:5432: the store was not tested there")
    schema = f"dq_test_{uuid.uuid4().hex[:12]}"
    with server:
        server.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"postgresql://postgres@127.0.0.1:5432/postgres?schema={schema}"
        finally:
            server.execute(f"DROP SCHEMA {schema} CASCADE")


def rule(name: str = "R-1", fingerprint: str = "a", *, ran: bool = True, owner: str = "") -> RuleFacts:
    reason = "" if ran else "No reason."
    return RuleFacts(name, "visit", f"Title of {name}", "major", "validity", ran, reason, fingerprint, owner)


def seen(*ids: str, rule: str = "R-1", team: str = "North", worker: str = "W1") -> list[SeenRow]:
    return [(each, rule, "visit", f"key {each}", "record", team, worker, "major") for each in ids]


def facts(
    week: int, rows: Sequence[SeenRow], rules: Sequence[RuleFacts] = (rule(),), *, files: str = "", units: Sequence[Unit] = UNITS
) -> RunFacts:
    """A run of the extract of a week; `files` is the content of its one file."""
    given = (InputFacts("visit.csv", "visit", len(rows), files or f"content of week {week}"),)
    day = START + dt.timedelta(weeks=week)
    return RunFacts(day, NOON, "tester", "small", "0", f"reports/{day}-1", tuple(rules), given, repr(sorted(rows)), tuple(units))


def everybody(presence: Presence = "present", **others: Presence) -> Callable[[Sequence[FollowedRow]], Mapping[str, Presence]]:
    return lambda rows: {row[0]: others.get(row[0], presence) for row in rows}


TABLES = ("dq_run", "dq_input", "dq_rule", "dq_unit", "dq_finding", "dq_event", "dq_figure", "dq_judgement")
DECIDED = ("dq_message", "dq_action", "dq_access", "dq_reply", "dq_issue", "dq_waiver", "dq_decision", "dq_act")
"""The tables of what people decide, in an order in which they can be emptied."""


def dump(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the store."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found
