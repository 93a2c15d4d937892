"""Times the recording of runs: python tests/benchmarks/history.py [EXCEPTIONS [RUNS]]

Each run finds so many exceptions, of which a tenth changed since the last: a twentieth is cleared, as many are new. Beside
it, the same rows are written bare into a table of the same database. Prints seconds on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))

import stores

from dq.store import bulk, database, moves, record
from dq.store.record import SeenRow


def rows(exceptions: int, run: int) -> Iterator[SeenRow]:
    """The exceptions of a run: a window that moves on by a twentieth."""
    start = run * exceptions // 20
    for each in range(start, start + exceptions):
        name = f"{each * 0x9E3779B97F4A7C15 % (1 << 48):012x}"  # ids are hashes: their order is no order of time
        yield name, f"R-{each % 400:03d}", "visit", f"key {each}", "record", f"Team {each % 20}", f"W{each % 900}", "major"


def bare(connection: Any, exceptions: int) -> float:
    """Seconds to write the rows of a run into an empty table, with its key."""
    started = time.perf_counter()
    with database.writing(connection) as cursor:
        cursor.execute(moves.SEEN.replace("TEMPORARY ", "").replace("dq_seen", "dq_bare").replace("VARCHAR(12)", "VARCHAR(12) PRIMARY KEY"))
        bulk.fill(connection, cursor, "dq_bare", moves.SEEN_COLUMNS, rows(exceptions, 0))
    seconds = time.perf_counter() - started
    with database.writing(connection) as cursor:
        cursor.execute("DROP TABLE dq_bare")
    return seconds


def measure(folder: Path, url: str | None, exceptions: int, runs: int) -> None:
    """Print the seconds of each run, and those of the bare rows."""
    rules = [stores.rule(f"R-{number:03d}") for number in range(400)]
    with database.opened(folder, url) as connection:
        print(f"{connection.display_name}: bare rows {bare(connection, exceptions):.1f} s", flush=True)
        for run in range(runs):
            facts = stores.facts(run, [], rules)
            started = time.perf_counter()
            said = record.record(connection, facts, rows(exceptions, run), stores.everybody())
            print(f"  run {said.run}: {time.perf_counter() - started:.1f} s, {said.moved}", flush=True)
        started = time.perf_counter()
        gone = record.delete_latest(connection, "tester", stores.NOON)
        print(f"  run {gone.number} taken back: {time.perf_counter() - started:.1f} s")


def main(exceptions: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), None, exceptions, runs)
        with stores.postgres() as url:
            measure(Path(folder), url, exceptions, runs)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    main(*(given if len(given) == 2 else (1_000_000, 10)))
