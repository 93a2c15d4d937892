"""What the papers are made from: one reading of the store, plain counts not yet suppressed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import dispositions
from dq.errors import Problem, ProjectError
from dq.flows import History
from dq.model import DIMENSIONS, SEVERITIES, UNALLOCATED
from dq.organisation import Unit
from dq.store import gains, levels, read, waivers
from dq.store.gains import GainFact
from dq.store.judged import judgements
from dq.store.models import Action, Figure, Rule
from dq.store.piles import Heap, heaps
from dq.store.read import RunLine
from dq.store.waivers import WaiverLine
from dq.summary import Gate, ShortList

ASKED = ("not ours", "need help")
"""Answers that leave the next step to the data team: what waits for it is not late."""
RECORDS = ("blockers", "majors", "minors", "exceptions", "rows_unreconciled", "blockers_allowed")
"""Metrics that count records, and not rules."""
OLD = 14
"""Days after which the board is asked about a dispute, and about a waiver that ends."""


@dataclass(frozen=True)
class Children:
    """Open children and how many of them are ready; `allowed` of those only because a blocker is waived or put right on the way."""

    open: int = 0
    ready: int = 0
    allowed: int = 0
    at_most: bool = False
    unchecked: int = 0


@dataclass(frozen=True)
class RuleFact:
    """A rule in the run."""

    rule: str
    title: str
    severity: str
    ran: bool
    reason: str


@dataclass(frozen=True)
class ActionFact:
    """An action on a measure that is not done."""

    measure: str
    owner: str
    due: dt.date


@dataclass(frozen=True)
class Facts:
    """A run and the runs before it, for the whole and by service. Counts are true ones: they leave this package suppressed.

    `checked` says of each dimension how many checks passed, of how many.
    """

    project: str
    contact: str
    run: RunLine
    go_live: dt.date | None
    days: Mapping[str, int]
    runs: tuple[RunLine, ...]
    children: Mapping[int, Children]
    services: Mapping[str, Children]
    blockers: Mapping[int, int]
    units: Mapping[str, Unit]
    heaps: tuple[Heap, ...]
    gates: tuple[Gate, ...]
    checked: Mapping[str, tuple[int, int]]
    rules: tuple[RuleFact, ...]
    waivers: tuple[WaiverLine, ...]
    actions: tuple[ActionFact, ...]
    gains: tuple[GainFact, ...] = ()
    short_list: ShortList | None = None
    listed: tuple[Heap, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", tuple(each for each in self.heaps if each.place != "gone"))

    def service(self, team: str) -> str:
        """The service of a team in the run; its own name where it stands for no team."""
        return self.units.get(team, Unit(team)).service

    def is_late(self, heap: Heap) -> bool:
        """Whether what a team is to put right is past its date; what waits for somebody else's answer is not."""
        if heap.place != "to do" or self._waits(heap):
            return False
        severity = heap.severity if heap.severity in SEVERITIES else SEVERITIES[-1]
        return dispositions.due(severity, heap.since, dict(self.days), self.go_live) < self.run.as_of

    def is_old(self, moment: dt.datetime) -> bool:
        """Whether something was said so long before the extract that somebody should have decided."""
        return (self.run.as_of - moment.astimezone().date()).days > OLD

    def _waits(self, heap: Heap) -> bool:
        if heap.answered_at is None:
            return False
        day = heap.answered_at.astimezone().date()
        if day < heap.since:
            return False
        return heap.answer in ASKED or (heap.answer == "fixed" and day >= self.run.as_of)


def gather(
    connection: BaseDatabaseWrapper, project: str, contact: str, go_live: dt.date | None, days: Mapping[str, int],
    history: History | None = None,
) -> Facts:  # fmt: skip
    """Everything about the latest run; without a `history` blockers of earlier runs are left out.

    Raises `ProjectError` where no run is recorded.
    """
    every = read.runs(connection)
    runs = _one_a_day(every)
    if not runs:
        raise ProjectError(Problem(message="No run is recorded.", fix="Check the project first: dq check"))
    run = runs[-1]
    return Facts(
        project, contact, run, go_live, days, tuple(runs), _whole(connection), _services(connection, run.run),
        _blockers(every, history), _units(connection, run.run), tuple(heaps(connection)),
        judgements(connection, run.run), _checked(connection, run.run), _rules(connection, run.run),
        tuple(waivers.lines(connection)), _actions(connection), gains.gains(connection, run.run),
        gains.short_list(connection, run.run),
    )  # fmt: skip


def _one_a_day(runs: Sequence[RunLine]) -> list[RunLine]:
    """The last run of each extract's date, oldest first."""
    return list({each.as_of: each for each in runs}.values())


def _whole(connection: BaseDatabaseWrapper) -> dict[int, Children]:
    """Readiness of each run that has it."""
    said: dict[int, dict[str, tuple[int, int]]] = {}
    figures = Figure.objects.using(connection.alias).filter(kind="readiness", level="whole")
    for run, name, part, whole, value in figures.values_list("run", "name", "part", "whole", "value"):
        said.setdefault(run, {})[name] = (int(value or 0), 0) if part is None else (int(part), int(whole or 0))
    return {
        run: Children(
            words["ready_children"][1], words["ready_children"][0], words.get("allowed", (0, 0))[0],
            bool(words.get("at_most", (0, 0))[0]), words.get("unchecked", (0, 0))[0],
        )
        for run, words in said.items()
        if "ready_children" in words
    }  # fmt: skip


def _services(connection: BaseDatabaseWrapper, run: int) -> dict[str, Children]:
    figures = Figure.objects.using(connection.alias).filter(run=run, kind="readiness", name="ready_children", level="service")
    return {unit: Children(int(whole), int(part)) for unit, part, whole in figures.values_list("unit", "part", "whole")}


def _blockers(runs: Sequence[RunLine], history: History | None) -> dict[int, int]:
    """Blockers on the list after each run, all teams together."""
    recorded = history.runs if history is not None else ()
    return {
        run.run: sum(flow.open for (_, severity), flow in each.flows.items() if severity == "blocker")
        for run, each in zip(runs, recorded, strict=False)
    }


def _units(connection: BaseDatabaseWrapper, run: int) -> dict[str, Unit]:
    with connection.cursor() as cursor:
        cursor.execute(levels.UNITS, [run])
        return {str(row[0]): Unit(*row) for row in cursor.fetchall()}


def _checked(connection: BaseDatabaseWrapper, run: int) -> dict[str, tuple[int, int]]:
    """Of each share of checks: how many passed, of how many."""
    figures = Figure.objects.using(connection.alias).filter(run=run, kind="metric", level="whole", name__in=DIMENSIONS)
    return {name: (int(part), int(whole)) for name, part, whole in figures.values_list("name", "part", "whole") if whole}


def _rules(connection: BaseDatabaseWrapper, run: int) -> tuple[RuleFact, ...]:
    rules = Rule.objects.using(connection.alias).filter(run=run).order_by("rule")
    return tuple(RuleFact(*row) for row in rules.values_list("rule", "title", "severity", "ran", "reason"))


def _actions(connection: BaseDatabaseWrapper) -> tuple[ActionFact, ...]:
    open_ones = Action.objects.using(connection.alias).filter(done_by=None).order_by("due", "id")
    return tuple(ActionFact(*row) for row in open_ones.values_list("measure", "owner", "due"))


def unallocated(heap: Heap) -> bool:
    """Whether an exception lies with nobody: its child has no worker, and it was given to no one."""
    return heap.team == UNALLOCATED and not heap.assigned and heap.place == "to do"
