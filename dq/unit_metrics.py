"""What a run measures of each unit of the organisation: ready children and exceptions, at every level of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from dq import route
from dq.criteria import BY_UNIT, CHILDREN, PER
from dq.model import LEAVERS, UNALLOCATED
from dq.summary import Cut, Place

_EXCEPTIONS = """
SELECT {place} AS name, count(*) FILTER (WHERE e.severity = 'blocker' AND a.id IS NULL),
       count(*) FILTER (WHERE e.severity = 'major' AND a.id IS NULL),
       count(*) FILTER (WHERE e.severity = 'minor' AND a.id IS NULL), count(*) FILTER (WHERE a.id IS NULL)
FROM (SELECT id, severity, coalesce(team, '') AS team FROM exceptions) AS e
LEFT JOIN dq_allowed AS a ON a.id = e.id LEFT JOIN {units} AS u ON u.team = e.team
GROUP BY 1 ORDER BY 1
"""
_COUNTS = BY_UNIT[1:]


def by_unit(connection: duckdb.DuckDBPyConnection, cuts: Iterable[Cut], owner: str) -> dict[Place, float | None]:
    """The metrics of `BY_UNIT`, and open children, of each unit that has open children or exceptions.

    What is waived or put right on the way is not counted, but a unit that has nothing else is still there. Blank is the unit of
    teams of which nothing is known; `unallocated`, `leavers` and the owner of what belongs to no team bear their own names.
    """
    children: dict[tuple[str, str], Cut] = {(cut.level, cut.name): cut for cut in cuts if cut.level in PER}
    exceptions = _exceptions(connection, owner)
    found: dict[Place, float | None] = {}
    for level, unit in sorted({*children, *exceptions}):
        cut = children.get((level, unit))
        is_open = cut.open_children if cut is not None else 0
        found[CHILDREN, level, unit] = float(is_open)
        found[BY_UNIT[0], level, unit] = cut.ready_children / is_open if cut is not None and is_open else None
        for name, number in zip(_COUNTS, exceptions.get((level, unit), (0,) * len(_COUNTS)), strict=True):
            found[name, level, unit] = float(number)
    return found


def _exceptions(connection: duckdb.DuckDBPyConnection, owner: str) -> Mapping[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for level in PER:
        above = f"CASE WHEN e.team IN ($nobody, $leavers, $owner) THEN e.team ELSE coalesce(u.{level}, '') END"
        query = _EXCEPTIONS.format(place="e.team" if level == "team" else above, units=route.UNITS)
        special = {} if level == "team" else {"nobody": UNALLOCATED, "leavers": LEAVERS, "owner": owner}
        for name, *numbers in connection.execute(query, special).fetchall():
            found[level, str(name)] = tuple(int(each) for each in numbers)
    return found
