"""Everything that the latest run left uncleared, as piles: how many exceptions share a team, severity, age and what was agreed.

The counts behind the papers. `dq.store.desk` gives the same one by one; this leaves the counting to the database, so that a paper
on a million exceptions reads a few thousand rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.dispositions import Agreed, Place, place
from dq.lifecycle import ASIDE
from dq.store.agreed import HELD, last
from dq.store.given import day, moment
from dq.store.models import Run


@dataclass(frozen=True)
class Heap:
    """How many exceptions are alike. `team` is whose records they are, `desk` on whose list they stand.

    `since` is the extract in which they last became new or reopened, `disputed_at` when somebody said that the rule is wrong,
    `answer` and `answered_at` the last reply. `approver` is who waived them, or who decided what becomes of them.
    """

    team: str
    desk: str
    assigned: str
    severity: str
    word: str
    place: Place
    since: dt.date
    disputed_at: dt.datetime | None
    waived_until: dt.date | None
    approver: str
    answer: str
    answered_at: dt.datetime | None
    exceptions: int


WAIVED = f"""
SELECT c.id, c.until, c.approver FROM (
  SELECT o.id, o.until, o.approver, row_number() OVER (PARTITION BY o.id ORDER BY o.until DESC, o.number DESC) AS place FROM (
    SELECT f.id, h.until, a.approver, h.id AS number FROM ({HELD}) AS h JOIN dq_waiver AS a ON a.id = h.id
    JOIN dq_finding AS f ON f.id = h.finding
    UNION ALL
    SELECT f.id, h.until, a.approver, h.id AS number FROM ({HELD}) AS h JOIN dq_waiver AS a ON a.id = h.id
    JOIN dq_finding AS f
      ON f.rule = h.rule AND (h.table_name = '' OR h.table_name = f.table_name) AND (h.team = '' OR h.team = f.team)
    WHERE h.finding = ''
  ) AS o
) AS c WHERE c.place = 1
"""
"""Waived exceptions, each with the waiver that lasts longest, then the latest given: `dq.dispositions.waiver_of` for all."""

DECIDED = """
SELECT d.finding, d.became, a.who, a.at FROM dq_decision AS d
JOIN (SELECT max(id) AS id FROM dq_decision WHERE aspect = '{aspect}' GROUP BY finding) AS l ON l.id = d.id
JOIN dq_act AS a ON a.id = d.act_id
"""

HEAPS = f"""
WITH began AS (
  SELECT e.finding_id, max(e.run_id) AS run FROM dq_event AS e WHERE e.was IN ('', 'cleared') GROUP BY e.finding_id
), reply AS (
  SELECT r.finding, r.answer, a.at FROM dq_reply AS r
  JOIN (SELECT max(id) AS id FROM dq_reply GROUP BY finding) AS l ON l.id = r.id JOIN dq_act AS a ON a.id = r.act_id
)
SELECT f.team, coalesce(g.became, ''), f.severity, f.state, f.evidence, b.as_of, coalesce(d.became, ''), coalesce(d.who, ''),
       coalesce(q.became, ''), q.at, w.until, coalesce(w.approver, ''), coalesce(y.answer, ''), y.at, count(*)
FROM dq_finding AS f
JOIN began AS s ON s.finding_id = f.id
JOIN dq_run AS b ON b.number = s.run
LEFT JOIN ({last("assigned")}) AS g ON g.finding = f.id
LEFT JOIN ({DECIDED.format(aspect="disposition")}) AS d ON d.finding = f.id
LEFT JOIN ({DECIDED.format(aspect="disputed")}) AS q ON q.finding = f.id
LEFT JOIN ({WAIVED.format(day="%(day)s")}) AS w ON w.id = f.id
LEFT JOIN reply AS y ON y.finding = f.id
WHERE f.state <> 'cleared'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
"""


def heaps(connection: BaseDatabaseWrapper) -> list[Heap]:
    """Every exception that is not cleared, in heaps; none where no run is recorded."""
    latest = Run.objects.using(connection.alias).order_by("number").last()
    if latest is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT team FROM dq_finding")
        teams = {str(row[0]) for row in cursor.fetchall()}
        cursor.execute(HEAPS, {"day": latest.as_of})
        return [_heap(row, teams) for row in cursor.fetchall()]


def _heap(row: tuple[Any, ...], teams: set[str]) -> Heap:
    team, assigned, severity, state, evidence, since, disposition, decided_by, disputed, disputed_at, *rest = row
    until, approver, answer, answered_at, number = rest
    word = evidence if evidence in ASIDE else state
    where = place(word, Agreed(assigned, disposition, bool(disputed)), until is not None)
    return Heap(
        team, assigned if assigned in teams else team, assigned, severity, word, where, day(since),
        moment(disputed_at) if disputed else None, day(until) if until is not None else None,
        approver if where == "waived" else decided_by, answer, moment(answered_at) if answered_at is not None else None,
        int(number),
    )  # fmt: skip
