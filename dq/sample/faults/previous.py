"""What rules that compare with the extract before must find: dates of birth and first categories that changed."""

from __future__ import annotations

from collections.abc import Mapping

from dq.sample.faults.registry import Finding
from dq.sample.tables import World

Seen = dict[str, dict[str, object]]

_COMPARED = {"PER-023": ("person", "person_id", "date_of_birth"), "CPP-007": ("cp_plan", "plan_id", "initial_category")}


def changed_since(
    before: Seen | None, tables: World, raw: Mapping[tuple[str, str], Mapping[int, str]]
) -> tuple[list[Finding], Seen]:
    """Findings on values that differ from those of the week before, and this week's values for the next.

    A value that is blank or unreadable now has changed; one that was blank before has not.
    """
    now: Seen = {}
    findings: list[Finding] = []
    for rule, (table, key, column) in _COMPARED.items():
        values = tables[table][column].tolist()
        for row in raw.get((table, column), {}):
            values[row] = None
        now[rule] = dict(zip(tables[table][key].tolist(), values, strict=True))
        if before is not None:
            earlier = before[rule]
            findings += [(rule, table, k) for k, value in now[rule].items() if k in earlier and earlier[k] not in (None, value)]
    return findings, now
