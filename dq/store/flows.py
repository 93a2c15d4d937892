"""What a forecast starts from: each run's flow of every team and severity, in one pass over the events. See `dq.flows.Flow`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.flows import Cell, Flow, History, Recorded, WaiverEnd
from dq.model import SEVERITIES
from dq.store import waivers
from dq.store.agreed import covered
from dq.store.models import Figure, Run
from dq.store.trend import CHANGES, OPEN

WHY = (
    CHANGES.replace("t.before, count(*)", "t.before, t.why, count(*)")
    .replace("e.became, lag", "e.became, e.why, lag", 1)
    .replace("t.severity_before, t.before\n", "t.severity_before, t.before, t.why\n")
)
"""`CHANGES` with the reason of each change."""
STANDING = """
SELECT s.team, s.severity, count(*), c.until FROM (
  SELECT f.id, f.rule, f.table_name, e.team, e.severity, e.became FROM dq_finding AS f
  JOIN (SELECT finding_id, max(id) AS id FROM dq_event WHERE run_id <= %(run)s GROUP BY finding_id) AS l ON l.finding_id = f.id
  JOIN dq_event AS e ON e.id = l.id
) AS s JOIN ({covered}) AS c ON c.id = s.id
WHERE s.became IN ('new', 'open', 'reopened') GROUP BY s.team, s.severity, c.until
"""
UNCHECKED, ASIDE = "not checked", ("left extract", "rule changed")


def history(connection: BaseDatabaseWrapper) -> History:
    """The recorded runs of a project, oldest first, and the waivers that will end."""
    runs = list(Run.objects.using(connection.alias).order_by("number").values_list("number", "as_of"))
    moved = _moved(connection)
    children = _children(connection)
    standing: dict[str, Counter[Cell]] = {"open": Counter(), "unchecked": Counter()}
    found: list[Recorded] = []
    ends: tuple[WaiverEnd, ...] = ()
    every = waivers.every(connection)
    for number, as_of in runs:
        words = moved.get(number, {})
        for word, counts in standing.items():
            counts.update(words.get(word, {}))
        held = _waived(connection, number, as_of) if any(each.holds(as_of) for each in every) else {}
        waived: Counter[Cell] = Counter()
        for (cell, _), count in held.items():
            waived[cell] += count
        ends = tuple(_ends(held))
        found.append(Recorded(as_of, _flows(standing, words, waived), *children.get(number, (None, None, None, None))))
    return History(tuple(found), ends)


def _moved(connection: BaseDatabaseWrapper) -> dict[int, dict[str, Counter[Cell]]]:
    """By run and word, how many of each cell; `open` and `unchecked` are what was added to them, or taken away."""
    with connection.cursor() as cursor:
        cursor.execute(WHY)
        rows = cursor.fetchall()
    found: dict[int, dict[str, Counter[Cell]]] = {}
    for run, team, severity, became, team_before, severity_before, before, why, number in rows:
        words = found.setdefault(run, {})
        here, there = _cell(team, severity), _cell(team_before, severity_before)
        for word, cell, sign in _steps(before or "", became, why, here, there):
            words.setdefault(word, Counter())[cell] += sign * number
    return found


def _steps(before: str, became: str, why: str, here: Cell, there: Cell) -> Iterable[tuple[str, Cell, int]]:
    """What one event changes: the word, whose, and whether it adds or takes away."""
    was_open, is_open = before in OPEN, became in OPEN
    if was_open:
        yield "open", there, -1
    if before == UNCHECKED:
        yield "unchecked", there, -1
    if is_open:
        yield "open", here, 1
    if became == UNCHECKED:
        yield "unchecked", there if before else here, 1
    if is_open and not was_open and before != UNCHECKED:
        yield "by_rule" if why == "rule" else "arrived", here, 1
    if is_open and (was_open or before == UNCHECKED) and here != there:
        yield "came", here, 1
        yield "went", there, 1
    if not is_open and became != before and (was_open or before == UNCHECKED):
        if became == "cleared":
            yield "cleared", there, 1
        elif became in ASIDE:
            yield "aside", there, 1


def _cell(team: str | None, severity: str | None) -> Cell:
    return team or "", cast(Any, severity if severity in SEVERITIES else SEVERITIES[-1])


def _flows(
    standing: Mapping[str, Counter[Cell]], words: Mapping[str, Counter[Cell]], waived: Mapping[Cell, int]
) -> dict[Cell, Flow]:
    moved = {word: counts for word, counts in words.items() if word not in standing}
    cells = {cell for counts in (*standing.values(), *moved.values()) for cell, number in counts.items() if number}
    return {
        cell: Flow(
            **{word: counts[cell] for word, counts in standing.items()},
            waived=min(waived.get(cell, 0), standing["open"][cell]),
            **{word: counts[cell] for word, counts in moved.items()},
        )
        for cell in sorted(cells)
    }


def _children(connection: BaseDatabaseWrapper) -> dict[int, tuple[int, int, int | None, int | None]]:
    """Children by run; one in which a blocker rule did not run, so that nobody knows who is ready, teaches nothing."""
    found: dict[int, dict[str, tuple[int, int]]] = {}
    figures = Figure.objects.using(connection.alias).filter(
        kind="readiness", level="whole", name__in=("ready_children", "ready_all", "unchecked")
    )
    for run, name, part, whole, value in figures.values_list("run", "name", "part", "whole", "value"):
        found.setdefault(run, {})[name] = (int(whole or 0), int(part or 0)) if name != "unchecked" else (int(value or 0), 0)
    return {
        run: (*words["ready_children"], *words.get("ready_all", (None, None)))
        for run, words in found.items()
        if "ready_children" in words and not words.get("unchecked", (0, 0))[0]
    }


def _waived(connection: BaseDatabaseWrapper, run: int, as_of: dt.date) -> dict[tuple[Cell, dt.date], int]:
    """Exceptions on the list that a waiver covered on the day of a run, by the last day of the longest."""
    standing = (
        "(SELECT f.id, f.rule, f.table_name, e.team FROM dq_finding AS f JOIN (SELECT finding_id, max(id) AS id FROM dq_event "
        "WHERE run_id <= %(run)s GROUP BY finding_id) AS l ON l.finding_id = f.id JOIN dq_event AS e ON e.id = l.id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(STANDING.format(covered=covered("%(day)s", standing)), {"run": run, "day": as_of})
        found: Counter[tuple[Cell, dt.date]] = Counter()
        for team, severity, number, until in cursor.fetchall():
            day = until if isinstance(until, dt.date) else dt.date.fromisoformat(str(until))
            found[_cell(team, severity), day] += number
        return dict(found)


def _ends(held: Mapping[tuple[Cell, dt.date], int]) -> Iterable[WaiverEnd]:
    for ((team, severity), until), number in sorted(held.items()):
        yield WaiverEnd(until + dt.timedelta(days=1), team, severity, number)
