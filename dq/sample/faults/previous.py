"""What rules that compare with the extract before must find: dates of birth and first categories that changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dq.sample.faults.planting import Finding
from dq.sample.tables import World

Seen = dict[str, dict[str, object]]

_COMPARED = {"PER-023": ("person", "person_id", "date_of_birth"), "CPP-007": ("cp_plan", "plan_id", "initial_category")}


def changed_since(
    before: Seen | None, tables: World, raw: Mapping[tuple[str, str], Mapping[int, str]]
) -> tuple[list[Finding], Seen]:
    """Findings on values that differ from those of the week before, and this week's values for the next.

    A value that is blank or unreadable in either week is not compared.
    """
    now: Seen = {}
    findings: list[Finding] = []
    for rule, (table, key, column) in _COMPARED.items():
        values = tables[table][column]
        known = np.array([value is not None for value in values]) if values.dtype == object else ~np.isnat(values)
        known[list(raw.get((table, column), {}))] = False
        now[rule] = dict(zip(tables[table][key][known].tolist(), values[known].tolist(), strict=True))
        if before is not None:
            earlier = before[rule]
            findings += [(rule, table, k) for k, value in now[rule].items() if earlier.get(k, value) != value]
    return findings, now
