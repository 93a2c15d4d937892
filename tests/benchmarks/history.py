"""Times the recording of runs: python tests/benchmarks/history.py [EXCEPTIONS [RUNS]]

Each run finds so many exceptions, of which a tenth changed since the last: a twentieth is cleared, as many are new. Just before
each, the same rows are written bare, in the same way, into a table with a key in the same database. Prints seconds of the clock
and of the processor (of this process and, on this machine, of PostgreSQL's), and how many times the bare rows a run takes, on
SQLite and PostgreSQL.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))

import stores

from dq.store import bulk, database, moves, record
from dq.store.record import SeenRow

Seconds = tuple[float, float]
"""Of the clock, of the processor."""


def rows(exceptions: int, run: int) -> list[SeenRow]:
    """The exceptions of a run, a window that moves on by a twentieth; in the order of their ids, as a check gives them."""
    start = run * exceptions // 20
    return sorted(
        (
            f"{each * 0x9E3779B97F4A7C15 % (1 << 48):012x}", f"R-{each % 400:03d}", "visit", f"key {each}", "record",
            f"Team {each % 20}", f"W{each % 900}", "major",
        )
        for each in range(start, start + exceptions)
    )  # fmt: skip


def timed(connection: Any, act: Callable[[], object]) -> Seconds:
    """Seconds that something takes."""
    before = time.perf_counter(), _processor(connection)
    act()
    return time.perf_counter() - before[0], _processor(connection) - before[1]


def _processor(connection: Any) -> float:
    """Seconds of the processor so far: ours, and those of the server's process for us."""
    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        if stat.is_file():
            user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
            seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return seconds


def bare(connection: Any, found: list[SeenRow]) -> None:
    """Write the rows of a run into an empty table, with its key."""
    with database.writing(connection) as cursor:
        bulk.hasten(connection, cursor)
        table = moves.SEEN.replace("TEMPORARY ", "").replace("dq_seen", "dq_bare")
        cursor.execute(table.replace("id VARCHAR(12)", "id VARCHAR(12) PRIMARY KEY"))
        bulk.fill_texts(connection, cursor, "dq_bare", moves.SEEN_COLUMNS, found)


def measure(folder: Path, url: str | None, exceptions: int, runs: int) -> None:
    """Print the seconds of each run, and those of its bare rows."""
    rules = [stores.rule(f"R-{number:03d}") for number in range(400)]
    every: list[tuple[Seconds, Seconds]] = []
    with database.opened(folder, url) as connection:
        print(f"{connection.display_name}: seconds of the clock (of the processor)")
        for run in range(runs):
            found = rows(exceptions, run)
            alone = timed(connection, partial(bare, connection, found))
            with database.writing(connection) as cursor:
                cursor.execute("DROP TABLE dq_bare")
            facts = stores.facts(run, [], rules)
            taken = timed(connection, partial(record.record, connection, facts, found, stores.everybody()))
            every.append((alone, taken))
            times = taken[0] / alone[0], taken[1] / alone[1]
            print(
                f"  run {run + 1}: bare rows {alone[0]:.1f} ({alone[1]:.1f}), run {taken[0]:.1f} ({taken[1]:.1f}), "
                f"{times[0]:.2f} times ({times[1]:.2f})", flush=True,
            )  # fmt: skip
        later = every[2:]
        if later:
            medians = [median(taken[which] / alone[which] for alone, taken in later) for which in (0, 1)]
            print(f"  from run 3 on, in the median: {medians[0]:.2f} times the bare rows ({medians[1]:.2f})")
        gone = timed(connection, lambda: record.delete_latest(connection, "tester", stores.NOON))
        print(f"  run {runs} taken back: {gone[0]:.1f} ({gone[1]:.1f})", flush=True)


def main(exceptions: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), None, exceptions, runs)
        with stores.postgres() as url:
            measure(Path(folder), url, exceptions, runs)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    main(*(given if len(given) == 2 else (1_000_000, 10)))
