"""Faults of what a visit or a supervision says: who, whether alone, when written up."""

from __future__ import annotations

from dq.sample.days import Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.simple import cell


def seen_only(x: Planting, table: str, visits: Numbers) -> Numbers:
    """Of a child's visits those at which it was seen; the others are left out of the extract."""
    seen = x[table]["seen"][visits] == "Y"
    x.drop(table, visits[~seen])
    kept: Numbers = visits[seen]
    return kept


def not_seen(x: Planting, table: str, visits: Numbers) -> None:
    """Let the child not have been seen at visits."""
    x.set(table, "seen", visits, "N")
    for column in ("seen_alone", "bedroom_seen"):
        if column in x[table].columns:
            x.set(table, column, visits, None)


cell("VIS-005", "cp_visit", "worker_id", lambda x: x.filled("cp_visit", "worker_id"), weight=3)
cell("VIS-006", "cin_visit", "seen_alone", lambda x: x.is_one("cin_visit", "seen", "Y"), weight=3)
cell("VIS-007", "cla_visit", "seen_alone", lambda x: x.is_one("cla_visit", "seen", "N"), "Y", weight=2)
cell(
    "VIS-008",
    "cla_visit",
    "recorded_date",
    lambda x: x["cla_visit"]["visit_date"] < x.before_first(30),
    lambda x, rows: x["cla_visit"]["visit_date"][rows] - 1,
    weight=2,
)
cell("SUP-004", "supervision", "supervisor_id", lambda x: x.filled("supervision", "supervisor_id"), weight=2)
cell(
    "SUP-005",
    "supervision",
    "worker_id",
    lambda x: x.filled("supervision", "supervisor_id"),
    lambda x, rows: x["supervision"]["supervisor_id"][rows],
    weight=2,
)
