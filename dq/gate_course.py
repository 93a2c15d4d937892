"""How a gate stood from run to run: since when it is met or not, and what was measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from dq import gates
from dq.criteria import Asked
from dq.summary import Gate, Measures


@dataclass(frozen=True)
class Point:
    """A gate after one run: what was measured, and whether the gate was met then."""

    run: int | None
    as_of: dt.date
    measured: float | None
    met: bool


@dataclass(frozen=True)
class Course:
    """A gate with every run that counts for it, oldest first. `since` is the first run from which on it was as it is now.

    `always` says that it was never otherwise.
    """

    gate: Gate
    since: Point
    always: bool
    points: tuple[Point, ...]


def course(gate: Gate, runs: Sequence[Measures]) -> Course:
    """The course of a gate that the last of the runs (oldest first) judged.

    Earlier runs are held against the gate as it is now, also where they were judged by another.
    """
    asked = asked_of(gate)
    counted = gates.in_a_row(runs[-1], runs[:-1])
    points = [
        Point(each.run, each.as_of, gates.measured(asked, each), gates.lasts(asked, counted[place:]) >= asked.runs)
        for place, each in enumerate(counted)
    ]
    points[0] = replace(points[0], measured=gate.measured, met=gate.met)
    same = next((place for place, each in enumerate(points) if each.met is not gate.met), len(points))
    now = replace(gate, in_a_row=gates.lasts(asked, counted))
    return Course(now, points[same - 1], same == len(points), tuple(reversed(points)))


def asked_of(gate: Gate) -> Asked:
    """What the board asked, of a gate that was judged."""
    return Asked(
        gate.criterion, gate.measure, gate.comparison, gate.needed, cast(Any, gate.severity), gate.owner, gate.runs,
        cast(Any, gate.per), gate.by, gate.by_name,
    )  # fmt: skip
