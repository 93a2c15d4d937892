"""What rules on the whole extract must find: tables that shrank, columns gone blank, teams that changed, many defaults.

Counted from the extract as it stands, whatever was planted in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from dq.sample.faults.registry import Finding
from dq.sample.tables import World, filled

SIZED = (
    "address", "relationship", "contact", "cin_episode", "assessment", "cin_visit", "cp_visit", "cla_visit", "involvement",
    "supervision", "document",
)  # fmt: skip
FILLED = (
    "address.town", "cin_visit.bedroom_seen", "cla_episode.last_iro_contact_date", "cla_immunisation.status_date",
    "cp_review.quorate", "document.title", "initial_cp_conference.target_date", "linked_identifier.value",
    "person.nationality", "supervision.next_due_date",
)  # fmt: skip
_SHRINKS, _SHRINKS_BY, _BLANKER, _TEAM, _TEAM_BY, _DEFAULTS, _FEW = 5, 5, 20, 25, 5, 1, 10  # the settings of the rules


@dataclass
class Measured:
    """One extract in numbers: rows of tables, filled cells of columns, children of teams."""

    rows: dict[str, int]
    cells: dict[str, int]
    teams: Counter[str]


def measured_since(before: Measured | None, tables: World) -> tuple[list[Finding], Measured]:
    """Findings on the extract as a whole, and its numbers for the next."""
    now = Measured(
        {name: len(table) for name, table in tables.items()},
        {name: _filled(tables, name) for name in FILLED},
        _children_of_teams(tables),
    )
    found = _defaults(tables)
    if before is not None:
        found += [
            ("EXT-005", table, "extract")
            for table in SIZED
            if 100 * (now.rows[table] + _SHRINKS_BY) < (100 - _SHRINKS) * before.rows[table]
        ]
        found += [(f"EXT-007.{name}", name.split(".")[0], "extract") for name in FILLED if _blanker(before, now, name)]
        found += [
            ("EXT-006", "team", team)
            for team in tables["team"]["team_id"].tolist()
            if team is not None and _moved(before.teams[team], now.teams[team])
        ]
    return found, now


def _filled(tables: World, name: str) -> int:
    table, column = name.split(".")
    return int(filled(tables[table][column]).sum())


def _children_of_teams(tables: World) -> Counter[str]:
    work = tables["involvement"]
    held = (work["allocated"] == "Y") & np.isnat(work["end_date"])
    pairs = set(zip(work["team_id"][held].tolist(), work["person_id"][held].tolist(), strict=True))
    return Counter(team for team, person in pairs if team is not None and person is not None)


def _blanker(before: Measured, now: Measured, name: str) -> bool:
    table = name.split(".")[0]
    rows, rows_before = now.rows[table], before.rows[table]
    return 100 * now.cells[name] * rows_before < 100 * before.cells[name] * rows - _BLANKER * rows * rows_before


def _moved(before: int, now: int) -> bool:
    change = abs(now - before)
    return change > _TEAM_BY and 100 * change > _TEAM * before


def _defaults(tables: World) -> list[Finding]:
    person = tables["person"]
    client = person["is_client"] == "Y"
    born = person["date_of_birth"][client]
    born = born[~np.isnat(born)]
    new_year = int((born == born.astype("datetime64[Y]").astype("datetime64[D]")).sum())
    ethnicity = person["ethnicity"][client]
    asked = int(filled(ethnicity).sum())
    found: list[Finding] = []
    if new_year > _FEW and 100 * new_year > _DEFAULTS * len(born):
        found.append(("EXT-008", "person", "extract"))
    not_asked = int((ethnicity == "NOBT").sum())
    if not_asked > _FEW and 100 * not_asked > _DEFAULTS * asked:
        found.append(("EXT-009", "person", "extract"))
    return found
