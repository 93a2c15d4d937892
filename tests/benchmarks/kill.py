"""Kills dq again and again, on both databases: python tests/benchmarks/kill.py [TIMES [WHAT [DATABASE]]]

WHAT is `checks`, whole checks of a small project, or `records`, where only the recording of a larger run is killed; DATABASE
is `sqlite` or `postgresql`; both by default. A third of the checks are killed at a moment drawn from the time that a check
takes, a third at a file that it touches, drawn from all that it touches of the project, and a third while the run is
recorded. Every twentieth begins with an empty store. After each kill the check is repeated, and must say what it would have
said. Prints what the kills left; ends with an error at the first thing that is neither whole nor absent, or not made up for.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))

import killing
import stores
import test_store

from dq.store import database, read

NEW_EVERY = 20


def kill_checks(folder: Path, times: int, draw: random.Random, *, server: bool) -> Counter[str]:
    """Kill whole checks; returns how many kills left what."""
    left: Counter[str] = Counter()
    with killing.checks() as run:
        for block in range(0, times, NEW_EVERY):
            with ExitStack() as stack:
                place = folder / f"{server}{block}"
                url = stack.enter_context(stores.postgres()) if server else None
                left[killing.kill_first(place, url, run, draw.randrange(1, 120))] += 1
                first = killing.WEEKS_BEFORE + 1
                address = killing.project(place, url, run)
                taken = killing.measure(address, run, first)
                for number in range(1, min(NEW_EVERY, times - block)):
                    left[killing.kill(address, run, first + number, **_moment(number, taken, draw))] += 1
            print(f"  {block + NEW_EVERY} of {times}: {dict(left)}", file=sys.stderr, flush=True)
    return left


def _moment(number: int, taken: killing.Measured, draw: random.Random) -> dict[str, Any]:
    """When to kill: a third each by time, by the file that is touched, and while the run is recorded."""
    if number % 3 == 0:
        return {"after": draw.uniform(0, taken.seconds)}
    if number % 3 == 1:
        return {"die_at": draw.randint(1, taken.touches)}
    return {"recording": draw.uniform(0, taken.recording)}


def kill_records(folder: Path, times: int, draw: random.Random, *, server: bool) -> Counter[str]:
    """Kill the process that records a run, in every second case before it begins to write; returns how many kills left what."""
    left: Counter[str] = Counter()
    with ExitStack() as outer:
        address = folder, outer.enter_context(stores.postgres()) if server else None
        taken = _duration()
        for number in range(times):
            with ExitStack() as stack:
                where = address
                if number % NEW_EVERY == 0:
                    where = Path(stack.enter_context(tempfile.TemporaryDirectory())), None
                    if server:
                        where = where[0], stack.enter_context(stores.postgres())
                before = 0 if number % NEW_EVERY == 0 else _runs(where)
                process = test_store._recorder(where, before, wait=number % 2 == 1)
                time.sleep(draw.uniform(0, taken / 2 if number % 2 else taken))
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()
                with database.opened(*where) as connection, database.writing(connection):
                    after = len(read.runs(connection))
                    assert after in (before, before + 1)
                    test_store._is_whole(connection, after)
                    left["run whole" if after > before else "run not there"] += 1
    return left


def _duration() -> float:
    """Seconds from the start of a recorder to its end."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        test_store._recorder((Path(folder), None), 0).communicate()
        return time.perf_counter() - started


def _runs(where: test_store.Address) -> int:
    with database.opened(*where) as connection:
        return len(read.runs(connection))


def main(times: int, what: str, which: str) -> None:
    draw = random.Random(1)
    kinds = {"checks": kill_checks, "records": kill_records}
    for name, kill in kinds.items():
        if what not in (name, "both"):
            continue
        for server in (False, True):
            if which not in ("both", "postgresql" if server else "sqlite"):
                continue
            with tempfile.TemporaryDirectory() as folder:
                left = kill(Path(folder), times, draw, server=server)
            words = "; ".join(f"{number} {word}" for word, number in sorted(left.items()))
            print(f"{name}, {'PostgreSQL' if server else 'SQLite'}, {times} kills: {words}", flush=True)


if __name__ == "__main__":
    given = [*sys.argv[1:], *["200", "both", "both"][len(sys.argv) - 1 :]]
    main(int(given[0]), given[1], given[2])
