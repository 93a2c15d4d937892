"""Takes the keys of what is long cleared out of the store, and what people wrote about it; counts and events stay.

One transaction, then the database is written anew, so that nothing lingers in its file. An exception that is found again gets
its key again from the extract.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.acts import act
from dq.store.agreed import last
from dq.store.database import writing

WHAT = "purge"
ASPECT = "number"
TABLES = ("dq_finding", "dq_reply", "dq_waiver", "dq_act")

SPENT = """
CREATE TEMPORARY TABLE dq_spent AS
SELECT f.id, f.key <> '' AS keyed FROM dq_finding AS f
JOIN (SELECT finding_id, max(id) AS id FROM dq_event GROUP BY finding_id) AS l ON l.finding_id = f.id
JOIN dq_event AS e ON e.id = l.id
JOIN dq_run AS r ON r.number = e.run_id
WHERE f.state = 'cleared' AND f.about <> 'whole' AND (%(every)s OR r.as_of < %(before)s)
"""
"""Cleared exceptions whose clearing extract is from before the day."""

_REPLIES = "SELECT {what} FROM dq_reply WHERE notes <> '' AND finding IN (SELECT id FROM dq_spent)"
_WAIVERS = "SELECT {what} FROM dq_waiver WHERE reason <> '' AND finding <> '' AND finding IN (SELECT id FROM dq_spent)"
_ACTS = """
SELECT {what} FROM dq_act WHERE note <> '' AND id IN (SELECT act_id FROM dq_decision WHERE finding IN (SELECT id FROM dq_spent))
AND id NOT IN (SELECT act_id FROM dq_decision WHERE finding NOT IN (SELECT id FROM dq_spent))
"""

REMOVE = (
    f"""
    INSERT INTO dq_decision (act_id, finding, aspect, was, became)
    SELECT %(act)s, s.id, '{ASPECT}', coalesce(l.became, ''), 'removed'
    FROM dq_spent AS s LEFT JOIN ({last(ASPECT)}) AS l ON l.finding = s.id WHERE s.keyed ORDER BY s.id
    """,
    "UPDATE dq_finding SET key = '' WHERE id IN (SELECT id FROM dq_spent WHERE keyed)",
    f"UPDATE dq_reply SET notes = '' WHERE id IN ({_REPLIES.format(what='id')})",
    f"UPDATE dq_waiver SET reason = '' WHERE id IN ({_WAIVERS.format(what='id')})",
    f"UPDATE dq_act SET note = '' WHERE id IN ({_ACTS.format(what='id')})",
)


@dataclass(frozen=True)
class Spent:
    """What was, or would be, taken out of a store: keys of exceptions, notes of answers and decisions."""

    keys: int
    notes: int
    act: int | None = None


def spent(connection: BaseDatabaseWrapper, before: dt.date | None) -> Spent:
    """What `purge` would take out; all that is cleared where no day is given."""
    with writing(connection) as cursor:
        found = _find(cursor, before)
        cursor.execute("DROP TABLE dq_spent")
    return found


def purge(connection: BaseDatabaseWrapper, before: dt.date | None, who: str, at: dt.datetime) -> Spent:
    """Take out the keys of exceptions that an extract from before the day cleared, and what people wrote about them.

    What is still open keeps its key, or the next run could not tell whether its record is there. The file is written anew
    also where nothing is left to take out: the time before may have been stopped between the two.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA secure_delete = ON")
    with writing(connection) as cursor:
        found = _find(cursor, before)
        made = None
        if found.keys or found.notes:
            subject = f"before {before.isoformat()}" if before else "all"
            made = act(connection, who, at, WHAT, subject, "", found.keys).pk
            for statement in REMOVE:
                cursor.execute(statement, {"act": made})
        cursor.execute("DROP TABLE dq_spent")
    _write_anew(connection)
    return Spent(found.keys, found.notes, made)


def _find(cursor: Any, before: dt.date | None) -> Spent:
    cursor.execute(SPENT, {"every": before is None, "before": before or dt.date.min})
    cursor.execute("SELECT count(*) FROM dq_spent WHERE keyed")
    keys = int(cursor.fetchone()[0])
    notes = 0
    for query in (_REPLIES, _WAIVERS, _ACTS):
        cursor.execute(query.format(what="count(*)"))
        notes += int(cursor.fetchone()[0])
    return Spent(keys, notes)


def _write_anew(connection: BaseDatabaseWrapper) -> None:
    """Deleted rows stay in a database's file until it is written anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in TABLES:
                cursor.execute(f"VACUUM (FULL) {table}")
