"""`dq store check` finds what is wrong with a store, and nothing in one that is whole."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
import stores

from dq.store import database, decide, record, verify
from dq.store.decide import Selection
from dq.store.verify import Verdict

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
Address = tuple[Path, str | None]


def weeks(address: Address) -> None:
    """Four runs in which exceptions come, go and return, and one is not checked."""
    with database.opened(*address) as connection:
        for week, ids in enumerate(["abc", "bcd", "ad", "abd"]):
            rows = stores.seen(*ids, team="South" if week == 2 else "North")
            record.record(connection, stores.facts(week, rows), rows, stores.everybody(c="gone"))
        for word in ("accept", "disputed"):
            decide.dispose(connection, "ann", NOON, Selection(("a", "b")), word, "A note")


def said(address: Address, *statements: str) -> Verdict:
    """The verdict after some statements."""
    weeks(address)
    with database.opened(*address) as connection:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        return verify.verify(connection, address[0])


def test_nothing_is_wrong_with_what_runs_wrote(address: Address) -> None:
    verdict = said(address)
    assert verdict.faults == 0 and all(check.looked_at for check in verdict.checks)
    assert {check.title for check in verdict.checks} >= {*verify.QUESTIONS, "What is referred to is there"}
    assert len(verdict.notes) == 1 and "files of 4 runs" in verdict.notes[0]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE dq_finding SET team = 'Elsewhere' WHERE id = 'a'",
            {"Each exception stands where its last event left it": ("exception a",)},
        ),
        (
            "UPDATE dq_finding SET id = 'z' WHERE id = 'a'",
            {
                "Each exception stands where its last event left it": ("exception z",),
                "What is referred to is there": ("4 rows of dq_event refer to a dq_finding that is not there",),
            },
        ),
        (
            "UPDATE dq_run SET exceptions = 9 WHERE number = 2",
            {"Each run found as many exceptions as it says": ("run 2 says 9, its events say 3",)},
        ),
        (
            "UPDATE dq_decision SET was = 'x' WHERE id = 3",
            {"Each decision begins where the one before it ended": ("decision 3",)},
        ),
        ("UPDATE dq_run SET as_of = '2020-01-01' WHERE number = 3", {"Runs go forward": ("run 3",)}),
        (
            "UPDATE dq_event SET was = 'open' WHERE finding_id = 'd' AND run_id = 2",
            {"Each event begins where the one before it ended": ("exception d",)},
        ),
        (
            "DELETE FROM dq_finding WHERE id = 'b'",
            {"What is referred to is there": ("4 rows of dq_event refer to a dq_finding that is not there",)},
        ),
        (
            "UPDATE dq_event SET run_id = 77 WHERE finding_id = 'b' AND run_id = 2",
            {"What is referred to is there": ("1 rows of dq_event refer to a dq_run that is not there",)},
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(address: Address, statement: str, expected: dict[str, tuple[str, ...]]) -> None:
    verdict = said(address, statement)
    assert {check.title: check.told for check in verdict.checks if check.faults} == expected
    assert verdict.faults >= len(expected)


def test_a_table_that_is_missing_or_changed_is_told_and_not_looked_into(address: Address) -> None:
    verdict = said(address, "DROP TABLE dq_input", "ALTER TABLE dq_run ADD COLUMN extra TEXT")
    assert verdict.checks[-1].title == "Tables and columns are those of this dq"
    assert verdict.checks[-1].told == ("dq_input is missing", "dq_run.extra is not known")


def test_many_faults_are_counted_and_some_told(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen(*(f"{number:03d}" for number in range(50)))
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        with connection.cursor() as cursor:
            cursor.execute("UPDATE dq_finding SET why = 'rule'")
        [wrong] = [check for check in verify.verify(connection, address[0]).checks if check.faults]
    assert wrong.faults == 50 and len(wrong.told) == verify.SHOWN + 1 and wrong.told[-1] == "and 30 more"


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    """Pages of the file are overwritten; the tables that say what there is remain."""
    address = tmp_path, None
    with database.opened(*address) as connection:
        rows = stores.seen(*(f"{number:06d}" for number in range(2000)))
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
    file = tmp_path / database.FILE
    with sqlite3.connect(file) as plain:
        size = plain.execute("PRAGMA page_size").fetchone()[0]
    plain.close()
    content = bytearray(file.read_bytes())
    for page in range(len(content) // size // 2, len(content) // size, 7):
        content[page * size : page * size + 100] = b"\xff" * 100
    file.write_bytes(content)
    with database.opened(*address) as connection:
        verdict = verify.verify(connection, tmp_path)
    assert verdict.faults and len(verdict.checks) == 1
