"""What rules that compare with the extract before must find: dates of birth and first categories that changed."""

from __future__ import annotations

from collections.abc import Mapping

from dq.sample.faults.registry import Finding
from dq.sample.tables import World

Seen = dict[str, dict[str, set[object]]]  # rule, key, values of the records that bear it

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
        rows = [(each, value) for each, value in zip(tables[table][key].tolist(), values, strict=True) if each is not None]
        held: dict[str, set[object]] = {}
        for each, value in rows:
            held.setdefault(each, set()).add(value)
        now[rule] = held
        if before is not None:
            nothing: set[object] = set()
            changed = [each for each, value in rows if before[rule].get(each, nothing) - {None, value}]
            findings += [(rule, table, each) for each in changed]
    return findings, now
