"""How many exceptions each team had after each run, and what changed in it: one pass over the events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.models import Run

OPEN = ("new", "open", "reopened")
NAMES: Mapping[str, str] = {"new": "new", "reopened": "reopened", "cleared": "cleared", "left extract": "left"}

CHANGES = """
SELECT t.run_id, t.team, t.severity, t.became, t.team_before, t.severity_before, t.before, count(*)
FROM (
  SELECT e.run_id, e.team, e.severity, e.became, lag(e.team) OVER w AS team_before, lag(e.severity) OVER w AS severity_before,
         lag(e.became) OVER w AS before
  FROM dq_event AS e WHERE e.run_id IS NOT NULL WINDOW w AS (PARTITION BY e.finding_id ORDER BY e.id)
) AS t
GROUP BY t.run_id, t.team, t.severity, t.became, t.team_before, t.severity_before, t.before
ORDER BY t.run_id
"""


@dataclass(frozen=True)
class Point:
    """A team after one run. `other` makes the totals of two runs differ by the changes between them."""

    run: int
    as_of: dt.date
    open: Mapping[str, int] = field(default_factory=dict)
    new: int = 0
    reopened: int = 0
    cleared: int = 0
    left: int = 0
    other: int = 0


def by_team(connection: BaseDatabaseWrapper) -> dict[str, tuple[Point, ...]]:
    """The course of every team that ever had an exception: a point for each run, oldest first, all runs named.

    An exception that is cleared, or that leaves the list otherwise, counts for the team that had it before the run.
    """
    runs = list(Run.objects.using(connection.alias).order_by("number").values_list("number", "as_of"))
    with connection.cursor() as cursor:
        cursor.execute(CHANGES)
        rows = cursor.fetchall()
    net: dict[tuple[str, int], dict[str, int]] = {}
    named: dict[tuple[str, int], dict[str, int]] = {}
    for run, team, severity, became, team_before, severity_before, before, number in rows:
        if before in OPEN:
            _add(net, (team_before, run), severity_before, -number)
        if became in OPEN:
            _add(net, (team, run), severity, number)
        if became in NAMES and became != before and (became not in ("cleared", "left extract") or before in OPEN):
            _add(named, (team if became in OPEN else team_before, run), NAMES[became], number)
    return {team: tuple(_course(team, runs, net, named)) for team in sorted({team for team, _ in net})}


def _add(counts: dict[tuple[str, int], dict[str, int]], key: tuple[str, int], word: str, number: int) -> None:
    mine = counts.setdefault(key, {})
    mine[word] = mine.get(word, 0) + number


def _course(
    team: str, runs: list[tuple[int, dt.date]], net: Mapping[tuple[str, int], dict[str, int]],
    named: Mapping[tuple[str, int], dict[str, int]],
) -> list[Point]:  # fmt: skip
    points: list[Point] = []
    standing: dict[str, int] = {}
    for run, as_of in runs:
        moved, words = net.get((team, run), {}), named.get((team, run), {})
        standing = {each: standing.get(each, 0) + moved.get(each, 0) for each in sorted({*standing, *moved})}
        explained = words.get("new", 0) + words.get("reopened", 0) - words.get("cleared", 0) - words.get("left", 0)
        points.append(Point(run, as_of, standing, **words, other=sum(moved.values()) - explained))
    return points
