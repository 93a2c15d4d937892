"""Faults of return interviews and of the dates of care leavers."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.leaving import HOUR, answered, back, served
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell

TABLE = "return_interview"


@plants("RHI-005", 3)
def late_interview(x: Planting) -> None:
    """An interview held more than four days after the child came back."""
    rows = x.pick("missing", answered(x, "Y"))
    for row in rows:
        held = x.linked("missing", row, "missing_id", TABLE, "missing_id")
        x.set(TABLE, "interview_date", held, x["missing"]["end_date"][row] + 105 * HOUR)
    x.expect("RHI-005", "missing", rows)


def _own_worker(x: Planting) -> list[str | None]:
    """The allocated worker of each interviewed child on the day of the interview."""
    work = x["involvement"]
    holders: dict[int, list[tuple[np.datetime64, np.datetime64, str]]] = {}
    for row in np.flatnonzero(x.is_one("involvement", "allocated", "Y")):
        held = (work["start_date"][row], work["end_date"][row], work["professional_id"][row])
        holders.setdefault(int(work.child[row]), []).append(held)
    found: list[str | None] = []
    for child, when in zip(x[TABLE].child, x[TABLE]["interview_date"].astype("datetime64[D]"), strict=True):
        names = [who for start, end, who in holders.get(int(child), []) if start < when and (np.isnat(end) or end > when)]
        found.append(names[0] if names else None)
    return found


@plants("RHI-006", 2)
def not_independent(x: Planting) -> None:
    """An interview held by the child's own worker."""
    own = np.array(_own_worker(x), dtype=object)
    rows = x.pick(TABLE, x.filled(TABLE, "interview_date") & np.array([who is not None for who in own], dtype=bool))
    x.set(TABLE, "worker_id", rows, own[rows])
    x.expect("RHI-006", TABLE, rows)


def _offered(x: Planting) -> Flags:
    return back(x) & x.is_one("missing", "interview_offered", "Y")


cell("RHI-007", "missing", "interview_accepted", _offered, weight=2)


@plants("RHI-008")
def offered_before_return(x: Planting) -> None:
    """An interview offered while the child was still missing."""
    rows = x.pick(TABLE, x.is_one(TABLE, "declined", "Y"))
    for row in rows:
        gone = x.linked(TABLE, row, "missing_id", "missing", "missing_id")
        x.set(TABLE, "offered_date", row, x["missing"]["end_date"][gone][0] - 2 * HOUR)
    x.expect("RHI-008", TABLE, rows)


def _former(x: Planting) -> Flags:
    return x.is_one("care_leaver", "eligibility", "Former Relevant")


def _seventeenth(x: Planting, rows: Numbers) -> object:
    return days.add_years(x.births[x["care_leaver"].child[rows]], 17)


cell("LEA-013", "care_leaver", "start_date", _former, _seventeenth)
cell(
    "LEA-014",
    "care_leaver",
    "end_date",
    lambda x: ~served(x),
    lambda x, rows: x["care_leaver"]["start_date"][rows] - 3,
)
