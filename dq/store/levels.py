"""How many exceptions lie where after a run: at every level of the organisation as it was on the day of that run's extract."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.organisation import Count, Level, Pile, Unit, count
from dq.store import moves, read
from dq.store.models import Run

NOW = f"SELECT f.team, f.worker, f.severity, {moves.WORD} AS word, count(*) FROM dq_finding AS f GROUP BY 1, 2, 3, 4"
"""Exceptions after the latest run; what is cleared or set aside lies with whom it lay last."""

THEN = """
SELECT e.team, e.worker, e.severity, e.became, count(*) FROM dq_event AS e
JOIN (SELECT max(id) AS id FROM dq_event WHERE run_id <= %s GROUP BY finding_id) AS l ON l.id = e.id
GROUP BY 1, 2, 3, 4
"""
"""The same after a run in the past."""

UNITS = """
SELECT u.team, u.service, u.head, u.director FROM dq_unit AS u
JOIN (SELECT team, max(run_id) AS run FROM dq_unit WHERE run_id <= %s GROUP BY team) AS l ON l.team = u.team AND l.run = u.run_id
"""
"""The organisation of a run; a team that it does not know any more is as it was when it was last known."""


@dataclass(frozen=True)
class Counted:
    """The counts of one run at one level."""

    run: Run
    level: Level
    counts: tuple[Count, ...]


def counts(connection: BaseDatabaseWrapper, level: Level, run: int | None = None) -> Counted:
    """Exceptions after a run (the latest, unless one is named), by place, severity and standing.

    Raises `OptionError` where there is no such run.
    """
    chosen = read.run(connection, run)
    latest = run is None or not Run.objects.using(connection.alias).filter(number__gt=run).exists()
    with connection.cursor() as cursor:
        if latest:
            cursor.execute(NOW)
        else:
            cursor.execute(THEN, [chosen.number])
        piles = [Pile(*row) for row in cursor.fetchall()]
        cursor.execute(UNITS, [chosen.number])
        units = [Unit(*row) for row in cursor.fetchall()]
    return Counted(chosen, level, count(piles, units, level))
