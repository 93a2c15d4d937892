"""A fictional council, small enough to read: Testshire, its teams, rules and exceptions."""

import json
import random

import duckdb

from dq.model import EXCEPTION_COLUMNS
from dq.report import ColumnNote, TableNote

CANARY = "Zebedee Quillfeather"

TEAMS = [
    "Assessment North", "Assessment South", "Children in Care 1", "Children in Care 2", "Leaving Care 16+",
    "Fostering & Adoption", "Disabled Children's Team", "Early Help / MASH", "Youth Justice", "Court Team",
    "unallocated", "leavers", "data team",
]  # fmt: skip

# rule, title, table, severity, dimension, column, value, record, fix
RULES = [
    ("PER-001", "Every open child has a date of birth or an expected date of birth", "person", "blocker",
     "completeness", "date_of_birth", None, "Child {n}",
     "Find the date of birth on the birth certificate or the referral and record it in CareFirst."),
    ("PER-004", "A child's NHS number has ten digits and a correct check digit", "person", "major",
     "validity", "nhs_number", "9434765918", "Child {n}",
     "Compare with the health record. If you cannot confirm the number, clear it; do not guess."),
    ("CPV-002", "Child protection visits are no further apart than the local limit", "cp_visit", "major",
     "timeliness", "visit_date", "2026-05-05", "CP visit of 5 May 2026, plan P{n}",
     "If the visit took place, record it in CareFirst with its true date. If it did not, tell your service "
     "manager; do not add a visit that was not made."),
    ("CIC-011", "No two placements of a child overlap", "placement", "blocker",
     "consistency", "start_date", "2026-02-28", "Placement from 28 February 2026",
     "Find the day the child moved and end the earlier placement on it."),
    ("CIC-020", "The legal status of a placement is one that the new system knows", "placement", "blocker",
     "validity", "legal_status", "C2", "Placement from 1 April 2026",
     "Choose the legal status from the list; ask the court team if you are not sure."),
    ("REF-003", "A referral has a source", "referral", "minor", "completeness", "source", None,
     "Referral of 14 September 2026", "Record who made the referral."),
    ("REF-007", "An assessment is authorised within 45 working days of the referral", "assessment", "major",
     "timeliness", "authorised_at", "2026-09-14T16:45:00", "Assessment A{n}",
     "If it was authorised in time, correct the date. If it was late, leave it and say so."),
    ("DUP-001", "A person is on the system once", "person", "major", "uniqueness", "seen", "true",
     "Child {n}", "Compare the two records and ask the data team to merge them."),
]  # fmt: skip

TABLES = (
    TableNote("person", "People", (
        ColumnNote("date_of_birth", "Date of birth", "date"),
        ColumnNote("nhs_number", "NHS number"),
        ColumnNote("seen", "Child seen", "boolean"),
    )),
    TableNote("cp_visit", "Child protection visits", (ColumnNote("visit_date", "Date of visit", "date"),)),
    TableNote("placement", "Placements", (
        ColumnNote("start_date", "Placement started", "date"),
        ColumnNote("legal_status", "Legal status", "code", {"C2": "Full care order"}),
    )),
    TableNote("referral", "Referrals", (ColumnNote("source", "Source of referral"),)),
    TableNote("assessment", "Assessments", (ColumnNote("authorised_at", "Authorised", "datetime"),)),
)  # fmt: skip

Exceptions = list[dict[str, object]]


def load(connection: duckdb.DuckDBPyConnection, rows: Exceptions) -> None:
    """Make the table `exceptions` from rows that give only the columns they care about."""
    types = {"source_row": "bigint"}
    columns = ", ".join(f'"{name}" {types.get(name, "varchar")}' for name in EXCEPTION_COLUMNS)
    connection.execute(f"create or replace table exceptions ({columns})")
    if rows:
        marks = ", ".join("?" for _ in EXCEPTION_COLUMNS)
        values = [[row.get(name) for name in EXCEPTION_COLUMNS] for row in rows]
        connection.executemany(f"insert into exceptions values ({marks})", values)


def invent(count: int) -> Exceptions:
    """Exceptions as a run would find them, always the same; the canary is the worker of one."""
    chance = random.Random(7)
    rows: Exceptions = []
    for number in range(count):
        rule, title, table, severity, dimension, column, value, record, fix = chance.choice(RULES)
        n = 40_000 + number
        team = chance.choice(TEAMS[: chance.randint(2, len(TEAMS))])
        rows.append({
            "id": f"{rule}:{table}:{n}:1", "rule": rule, "table": table, "key": str(n), "title": title,
            "record": record.format(n=n), "person": str(n // 3), "worker": f"W{n % 37:03}", "team": team,
            "severity": severity, "dimension": dimension, "fields": column, "fix": fix,
            "values": json.dumps({column: value}), "source_file": f"{table}.csv", "source_row": number + 2,
        })  # fmt: skip
    if rows:
        rows[0] |= {"worker": CANARY, "record": f"Child {CANARY}", "key": CANARY, "person": CANARY}
        rows[0] |= {"values": json.dumps({"surname": CANARY, "born": "2011-03-04"}), "id": f"X:{CANARY}"}
    return rows
