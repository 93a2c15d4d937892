"""Gates are judged in a process of their own, and here where it cannot be had; both say the same."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from dq import gate_process
from dq.criteria import Asked
from dq.gates import Row

ASKED = [
    Asked("blockers == 0", "blockers", "==", 0.0),
    Asked("ready_children >= 98%", "ready_children", ">=", 0.98, by=dt.date(2027, 3, 1), by_name="go-live"),
    Asked("completeness >= 0.9", "completeness", ">=", 0.9, "minor", owner="A. Head"),
]
ROW = {"run": 1, "as_of": "2026-11-02", "runs_ago": 0, "level": "whole", "unit": ""}
ROWS: list[Row] = [{**ROW, "blockers": 0.0, "ready_children": 0.5, "completeness": None}]
EXPECTED = [True, False, False]


def test_the_process_says_what_is_said_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gate_process.here(ASKED, ROWS) == EXPECTED
    monkeypatch.setattr(gate_process, "LIBRARY", "no such library")
    monkeypatch.setattr(gate_process, "here", lambda asked, rows: pytest.fail("judged here"))
    with gate_process.started() as hold:
        assert list(hold(ASKED, ROWS)) == EXPECTED


@pytest.mark.parametrize(
    "program",
    [
        ("no-such-program",), (sys.executable, "-c", "raise SystemExit(3)"), (sys.executable, "-c", "print('[true]')"),
        (sys.executable, "-c", "print('{')"),
    ],
)  # fmt: skip
def test_where_the_process_fails_gates_are_judged_here(program: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_process, "LIBRARY", "no such library")
    monkeypatch.setattr(gate_process, "PROGRAM", program)
    with gate_process.started() as hold:
        assert list(hold(ASKED, ROWS)) == EXPECTED


def test_the_process_ends_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_process, "LIBRARY", "no such library")
    with pytest.raises(ZeroDivisionError), gate_process.started() as hold:
        assert isinstance(hold, gate_process.Judge) and hold.process is not None
        raise ZeroDivisionError
    assert hold.process.poll() is not None
