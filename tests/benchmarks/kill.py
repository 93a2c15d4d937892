"""Kills a run that is being recorded, again and again, on both databases: python tests/benchmarks/kill.py [TIMES]

Every second kill falls into the time before the run begins to be written: opening the store and, for a store that is not
there yet, making it. Prints how many kills left the run whole, how many left nothing; ends with an error at the first
that left anything else.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))

import stores
import test_store

from dq.store import database, read


def kill(address: test_store.Address, times: int, draw: random.Random) -> tuple[int, int]:
    """Kill `times` recorders, of which every twentieth begins with an empty store; returns runs whole, runs not there."""
    whole = 0
    taken = _duration()
    for number in range(times):
        with ExitStack() as stack:
            where = address
            if number % 20 == 0:
                where = Path(stack.enter_context(tempfile.TemporaryDirectory())), None
                if address[1] is not None:
                    where = where[0], stack.enter_context(stores.postgres())
            before = 0 if number % 20 == 0 else _runs(where)
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
                whole += after - before
    return whole, times - whole


def _duration() -> float:
    """Seconds from the start of a recorder to its end."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        test_store._recorder((Path(folder), None), 0).communicate()
        return time.perf_counter() - started


def _runs(where: test_store.Address) -> int:
    with database.opened(*where) as connection:
        return len(read.runs(connection))


def main(times: int) -> None:
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        whole, nothing = kill((Path(folder), None), times, draw)
        print(f"SQLite: {times} kills; {whole} runs whole, {nothing} not there", flush=True)
        with stores.postgres() as url:
            whole, nothing = kill((Path(folder), url), times, draw)
        print(f"PostgreSQL: {times} kills; {whole} runs whole, {nothing} not there", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
