"""Faults of the extract as a whole: records lost on the way, columns left out, teams confused, defaults.

Each stands for one week. What is found of most of them is counted from the extract afterwards: see `measured`.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from dq.sample.days import Flags, Numbers
from dq.sample.faults.measured import FILLED
from dq.sample.faults.people import closed_outside_care
from dq.sample.faults.permanence import alone
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.whole import RESERVED_EACH
from dq.sample.layout import PARTS
from dq.sample.tables import filled

RARE = 0.15


@plants("EXT-002", RARE)
def cut_off(x: Planting) -> None:
    """The last three documents are missing from the file."""
    rows = np.flatnonzero(x.unused("document"))
    if len(rows) > 20 and x.whole_extract(stays=False):
        x.lose("document", rows[-3:])


@plants("EXT-005", RARE)
def shrunk(x: Planting) -> None:
    """A twelfth of all documents, and some more, are missing from the file."""
    rows, wanted = np.flatnonzero(x.unused("document")), len(x["document"]) // 12 + 12
    if x.people_before and len(rows) > wanted + 20 and x.whole_extract(stays=False):
        x.lose("document", rows[:wanted])


@plants("EXT-003", RARE)
def open_lost(x: Planting) -> None:
    """Two open plans that the old system counted came without being open."""
    if x.whole_extract(stays=False):
        x.more_open["cin_plan"] = 2
        x.truth.append(("EXT-003", "control_total", "cin_plan"))


@plants("EXT-004", RARE / 2)
def counted_late(x: Planting) -> None:
    """Control totals counted three days before the extract."""
    if x.whole_extract(stays=False):
        x.counted = x.ago(3)
        x.truth += [("EXT-004", "control_total", table) for table in PARTS if table != "control_total"]


@plants("EXT-006", RARE)
def team_lost(x: Planting) -> None:
    """The cases of one team came under the number of another."""
    work = x["involvement"]
    held = x.is_one("involvement", "allocated", "Y") & ~x.filled("involvement", "end_date")
    free = held & x.unused("involvement")
    teams = Counter(work["team_id"][free].tolist()).most_common(2)
    if x.people_before and len(teams) == 2 and teams[0][1] > 12 and x.whole_extract(stays=False):
        x.set("involvement", "team_id", np.flatnonzero(free & (work["team_id"] == teams[0][0])), teams[1][0])


def _left_out(name: str) -> None:
    table, column = name.split(".")

    def planter(x: Planting) -> None:
        values = x[table][column]
        free = x.unused(table) & filled(values)
        if x.people_before and len(values) and int(free.sum()) * 100 > 30 * len(values) and x.whole_extract(stays=False):
            x.set(table, column, np.flatnonzero(free), None)

    planter.__doc__ = f"The column {column} of {table} came blank."
    plants(f"EXT-007.{name}", RARE)(planter)


for _name in FILLED:
    _left_out(_name)


def _reserved(x: Planting) -> Flags:
    """Every fortieth child, if it has nothing open and never was on a plan of protection or in care."""
    person = x["person"]
    reserved: Flags = closed_outside_care(x) & (person.child % (2 * RESERVED_EACH) == 0)
    return reserved


def _enough(x: Planting, rows: Numbers) -> bool:
    """Whether so many are more than ten and more than one in a hundred."""
    return len(rows) > 10 and len(rows) * 90 > x.children


@plants("EXT-008", RARE)
def born_at_new_year(x: Planting) -> None:
    """1 January for children of whom only the year was known."""
    rows = np.flatnonzero(_reserved(x) & ~x.of("person", alone(x)))
    if _enough(x, rows) and x.whole_extract(stays=False):
        year = x["person"]["date_of_birth"][rows].astype("datetime64[Y]")
        x.set("person", "date_of_birth", rows, year.astype("datetime64[D]"))


@plants("EXT-009", RARE)
def never_asked(x: Planting) -> None:
    """A default for the ethnicity of children who were never asked."""
    rows = np.flatnonzero(_reserved(x) & x.filled("person", "ethnicity"))
    if _enough(x, rows) and x.whole_extract(stays=False):
        x.set("person", "ethnicity", rows, "NOBT")
