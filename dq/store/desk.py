"""Every exception that the latest run left uncleared, with what people have agreed about it: what lists are made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.dispositions import Agreed, Place, place
from dq.lifecycle import ASIDE
from dq.store.agreed import covered, last
from dq.store.given import day, moment
from dq.store.models import Run

BATCH = 10_000


@dataclass(frozen=True)
class LastReply:
    """What a manager last answered about an exception."""

    answer: str
    fix_by: dt.date | None
    notes: str
    answered_by: str
    at: dt.datetime


@dataclass(frozen=True)
class DeskRow:
    """An exception on somebody's desk.

    `team` is whose record it is; `desk` is whose list it stands on, which is another team where it was assigned to one.
    `since` and `since_run` are the extract and run in which it last became new or reopened; `came_in_run` is the run in which
    it came to its present team. `waived_until` is None where no waiver covers it.
    """

    id: str
    rule: str
    table: str
    key: str
    team: str
    desk: str
    severity: str
    word: str
    why: str
    since: dt.date
    since_run: int
    came_in_run: int
    place: Place
    agreed: Agreed
    waived_until: dt.date | None
    reply: LastReply | None


ROWS = f"""
WITH began AS (
  SELECT e.finding_id, max(e.run_id) AS run FROM dq_event AS e WHERE e.was IN ('', 'cleared') GROUP BY e.finding_id
), moved AS (
  SELECT t.finding_id, max(t.run_id) AS run FROM (
    SELECT e.finding_id, e.run_id, e.team, lag(e.team) OVER (PARTITION BY e.finding_id ORDER BY e.id) AS team_before
    FROM dq_event AS e
  ) AS t WHERE t.team <> t.team_before GROUP BY t.finding_id
), reply AS (
  SELECT r.finding, r.answer, r.fix_by, r.notes, r.answered_by, a.at FROM dq_reply AS r
  JOIN (SELECT max(id) AS id FROM dq_reply GROUP BY finding) AS l ON l.id = r.id
  JOIN dq_act AS a ON a.id = r.act_id
)
SELECT f.id, f.rule, f.table_name, f.key, f.team, f.severity, f.state, f.evidence, f.why,
       b.as_of, b.number, coalesce(m.run, b.number),
       coalesce(g.became, ''), coalesce(d.became, ''), coalesce(q.became, ''), w.until,
       y.answer, y.fix_by, y.notes, y.answered_by, y.at
FROM dq_finding AS f
JOIN began AS s ON s.finding_id = f.id
JOIN dq_run AS b ON b.number = s.run
LEFT JOIN moved AS m ON m.finding_id = f.id AND m.run > s.run
LEFT JOIN ({last("assigned")}) AS g ON g.finding = f.id
LEFT JOIN ({last("disposition")}) AS d ON d.finding = f.id
LEFT JOIN ({last("disputed")}) AS q ON q.finding = f.id
LEFT JOIN ({covered("%(day)s")}) AS w ON w.id = f.id
LEFT JOIN reply AS y ON y.finding = f.id
WHERE f.state <> 'cleared'
ORDER BY f.id
"""


def rows(connection: BaseDatabaseWrapper) -> Iterator[DeskRow]:
    """Every exception that is not cleared, by id; none where no run is recorded. Memory grows by a batch, not by the store."""
    latest = Run.objects.using(connection.alias).order_by("number").last()
    if latest is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT team FROM dq_finding")
        teams = {str(row[0]) for row in cursor.fetchall()}
        cursor.execute(ROWS, {"day": latest.as_of})
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield _row(row, teams)


def _row(row: tuple[Any, ...], teams: set[str]) -> DeskRow:
    id_, rule, table, key, team, severity, state, evidence, why, since, since_run, came, *human = row
    assigned, disposition, disputed, until, answer, fix_by, notes, answered_by, at = human
    agreed = Agreed(assigned, disposition, bool(disputed))
    word = evidence if evidence in ASIDE else state
    reply = None if answer is None else LastReply(answer, _date(fix_by), notes, answered_by, moment(at))
    waived = _date(until)
    return DeskRow(
        id_, rule, table, key, team, assigned if assigned in teams else team, severity, word, why, day(since), since_run, came,
        place(word, agreed, waived is not None), agreed, waived, reply,
    )  # fmt: skip


def _date(value: object) -> dt.date | None:
    return None if value is None else day(value)
