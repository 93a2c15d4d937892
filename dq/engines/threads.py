"""Rules side by side: as many at a time as there are threads, each on a connection of its own.

Most tables of an extract fit one row group, which the engine works through on one core whatever it may use; the
other cores take the next rules meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

from dq.compiled import CompiledRule
from dq.engines.base import Outcome
from dq.engines.duckdb import DuckDBEngine

MOST = 8
"""Connections at most: Python writes the queries, one thread at a time."""


def side_by_side(engine: DuckDBEngine, rules: Sequence[CompiledRule], threads: int | None) -> Iterator[tuple[str, Outcome]]:
    """Each rule's id and outcome, in the order of `rules`. A rule waits for those before it that it depends on."""
    running: dict[str, Future[Outcome]] = {}
    idle: SimpleQueue[DuckDBEngine] = SimpleQueue()

    def evaluate(rule: CompiledRule) -> Outcome:
        for needed in rule.rule.depends_on:
            if needed in running:
                running[needed].result()
        twin = idle.get()
        try:
            return twin.evaluate(rule)
        finally:
            idle.put(twin)

    workers = max(1, min(threads or os.cpu_count() or 1, MOST))
    with ExitStack() as stack:
        twins = [stack.enter_context(engine.beside()) for _ in range(workers)]
        for twin in twins:
            idle.put(twin)
        pool = ThreadPoolExecutor(workers)
        try:
            for rule in rules:
                running[rule.rule.id] = pool.submit(evaluate, rule)
            for rule in rules:
                yield rule.rule.id, running[rule.rule.id].result()
        except BaseException:
            for twin in twins:
                twin.connection.interrupt()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
