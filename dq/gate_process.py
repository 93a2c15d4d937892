"""Great Expectations in a process of its own: loading it takes seconds, in which the engine has the processor to itself.

The process is told gates and numbers as JSON on its standard input, and answers on its standard output; no record goes there. Where
the library is loaded already, or the process cannot be had, gates are judged in this process.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from dq.criteria import Asked
from dq.gates import Hold, Row

LIBRARY = "great_expectations"
PROGRAM = (sys.executable, "-P", "-m", "dq.gate_suite")
"""`-P` leaves the folder in which dq is called out of the path: nothing of a project is run."""
PATIENCE = 120.0
"""Seconds to wait for an answer that takes two."""


@dataclass
class Judge:
    """Holds gates against numbers, in the process that was started, or here."""

    process: subprocess.Popen[bytes] | None

    def __call__(self, asked: Sequence[Asked], rows: Sequence[Row]) -> Sequence[bool]:
        """See `dq.gates.Hold`."""
        found = self._answer(asked, rows) if self.process is not None else None
        return found if found is not None else here(asked, rows)

    def _answer(self, asked: Sequence[Asked], rows: Sequence[Row]) -> list[bool] | None:
        """None where the process gave none."""
        assert self.process is not None
        question = json.dumps({"asked": [asdict(each) for each in asked], "rows": [dict(row) for row in rows]}, default=str)
        try:
            answer, _ = self.process.communicate(question.encode(), timeout=PATIENCE)
            found = json.loads(answer)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return None
        right = isinstance(found, list) and len(found) == len(asked) and all(isinstance(each, bool) for each in found)
        return found if right else None


def here(asked: Sequence[Asked], rows: Sequence[Row]) -> Sequence[bool]:
    """Judge in this process, which loads the library."""
    hold: Hold = importlib.import_module("dq.gate_suite").hold
    return hold(asked, rows)


@contextmanager
def started() -> Iterator[Hold]:
    """A judge whose process loads the library meanwhile; the process ends with the block, whatever happens in it."""
    process = None
    if LIBRARY not in sys.modules:
        try:
            process = subprocess.Popen(
                PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ
            )
        except (OSError, ValueError):
            process = None
    try:
        yield Judge(process)
    finally:
        if process is not None:
            process.kill()
            process.communicate()
