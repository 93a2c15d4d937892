"""Faults of the extract as a whole and of a worker's whole caseload."""

from __future__ import annotations

import numpy as np

from dq.sample.days import Flags
from dq.sample.faults.allocation import primary
from dq.sample.faults.assessments import done
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.tables import NOBODY, among

MOST_CASES = 25
RESERVED_EACH = 20  # every twentieth child is kept for faults of the whole extract


@plants("PER-011", 0.15)
def sex_unknown(x: Planting) -> None:
    """Every fortieth child's sex unknown, more than one in fifty."""
    reserved = (x["person"].child % (2 * RESERVED_EACH) == 0) & x.filled("person", "date_of_birth")
    rows = np.flatnonzero(reserved & (x["person"].child != NOBODY))
    born = int(np.sum((x["person"].child != NOBODY) & x.filled("person", "date_of_birth")))
    if len(rows) * 50 > born and x.whole_extract():
        x.set("person", "sex", rows, "U")
        x.truth.append(("PER-011", "person", "extract"))


@plants("EXT-001", 0.1)
def people_lost(x: Planting) -> None:
    """An extract from which some families with nothing open are missing; next week they are back."""
    reserved = np.arange(x.children) % (2 * RESERVED_EACH) == RESERVED_EACH
    free = np.flatnonzero((reserved | ~x.used) & ~x.open & x.only_children & (x.count("person") == 1))
    free = free[np.argsort(~reserved[free], kind="stable")]
    people = len(x["person"])
    too_few = people - (x.people_before * 99 - 1) // 100
    if x.people_before == 0 or not x.whole_extract(stays=False):
        return
    with_parents = 1 + x.count("relationship")[free] // 2  # each parent is told of on both sides
    gone = free[: np.searchsorted(np.cumsum(with_parents), too_few) + 1]
    parents = x["relationship"].child
    lost = np.unique(x["relationship"]["related_person_id"][np.isin(parents, gone)].astype(str))
    rows = np.isin(x["person"].child, gone) | among(x["person"]["person_id"], lost.astype(object))
    if int(rows.sum()) < too_few:
        return
    for table in x.tables:
        x.lose(table, np.flatnonzero(np.isin(x[table].child, gone)))
    x.lose("person", np.flatnonzero(rows))
    x.truth.append(("EXT-001", "person", "extract"))


@plants("LOD-009")
def anothers_assessment(x: Planting) -> None:
    """An assessment entered under the mother's number."""
    single = x.of("assessment", x.count("assessment") == 1)
    rows = x.pick("assessment", done(x) & single & ~x.is_one("assessment", "outcome", "CIN Plan"))
    for row in rows:
        family = x.linked("assessment", row, "person_id", "relationship", "person_id")
        mother = family[x["relationship"]["type"][family] == "MOTHER"]
        x.set("assessment", "person_id", row, x["relationship"]["related_person_id"][mother[0]])
    x.expect("LOD-009", "assessment", rows)


def held(x: Planting) -> Flags:
    """Open primary allocations of open children."""
    return primary(x) & ~x.filled("involvement", "end_date") & x.of("involvement", x.open)


@plants("ALL-009", 1.5)
def too_many_cases(x: Planting) -> None:
    """A worker to whom all the cases of the team, and more, were given."""
    cases = held(x)
    table = x["involvement"]
    working = among(x["professional"]["professional_id"], table["professional_id"][cases])
    rows = x.pick("professional", working & ~x.filled("professional", "left_date"))
    taken = among(table["professional_id"], x["professional"]["professional_id"][rows])
    for row in rows:
        worker, team = x["professional"]["professional_id"][row], x["professional"]["team_id"][row]
        own = np.unique(table.child[cases & (table["professional_id"] == worker)])
        others = np.flatnonzero(cases & ~taken & ~x.of("involvement", x.used))
        others = others[np.argsort(table["team_id"][others] != team, kind="stable")]
        more = others[: max(0, MOST_CASES + 3 - len(own))]
        if len(own) + len(np.unique(table.child[more])) > MOST_CASES:
            x.set("involvement", "professional_id", more, worker)
            taken[more] = True
            x.expect("ALL-009", "professional", row)
