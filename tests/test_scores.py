"""Gates, pass rates and metrics: plain numbers in, plain numbers out."""

from __future__ import annotations

import socket

import pytest

from dq.config import GATE
from dq.errors import ProjectError
from dq.gates import ALWAYS, judge
from dq.score import METRICS, RuleCounts, metrics, rates
from dq.summary import Readiness

NONE_LOST = {"rows_unreconciled": 0.0, "blocker_rules_not_evaluated": 0.0}


@pytest.mark.parametrize(
    ("criterion", "measured", "met"),
    [
        ("blockers == 0", 0.0, True),
        ("blockers == 0", 1.0, False),
        ("blockers != 3", 3.0, False),
        ("blockers != 3", 2.0, True),
        ("ready_children >= 0.98", 0.98, True),
        ("ready_children >= 0.98", 0.9799, False),
        ("ready_children >= 98%", 0.98, True),
        ("ready_children >= 98 %", 0.97, False),
        ("ready_children > 0.98", 0.98, False),
        ("majors <= 10", 10.0, True),
        ("majors <= 10", 11.0, False),
        ("majors < 10", 10.0, False),
    ],
)
def test_a_gate_is_met_or_not(criterion: str, measured: float, met: bool) -> None:
    match = GATE.match(criterion)
    assert match is not None
    [gate, *always] = judge([criterion], {match["measure"]: measured, **NONE_LOST})
    assert (gate.criterion, gate.measured, gate.met) == (criterion, measured, met)
    assert [each.criterion for each in always] == list(ALWAYS) and all(each.met for each in always)


def test_what_could_not_be_measured_is_not_met() -> None:
    [gate, *_] = judge(["completeness >= 0.1"], {"completeness": None, **NONE_LOST})
    assert not gate.met and gate.measured is None and "could not be measured" in gate.reason


def test_the_gates_that_always_apply() -> None:
    lost, not_run = judge([], {"rows_unreconciled": 3.0, "blocker_rules_not_evaluated": 1.0})
    assert not lost.met and not not_run.met


def test_an_unknown_metric_is_told_with_a_suggestion() -> None:
    with pytest.raises(ProjectError, match="Did you mean 'blockers'"):
        judge(["blocker == 0"], {"blockers": 0.0, **NONE_LOST})


def test_judging_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def refuse(_: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    [gate, *_] = judge(["blockers == 0"], {"blockers": 0.0, **NONE_LOST})
    assert gate.met and tried == []


def counts(rule: str, severity: str, dimension: str, evaluated: bool, assessed: int, failing: int) -> RuleCounts:
    teams = {"North": (assessed, failing)} if assessed else {}
    return RuleCounts(rule, "person", severity, dimension, evaluated, assessed, failing, teams)


RULES = [
    counts("A", "blocker", "completeness", True, 10, 1),
    counts("B", "major", "completeness", True, 30, 0),
    counts("C", "blocker", "timeliness", True, 0, 0),
    counts("D", "blocker", "validity", False, 0, 0),
]


def test_rates_are_over_assessed_records_and_nothing_assessed_is_no_rate() -> None:
    by_dimension, by_table, by_team = rates(RULES)
    shares = {each.name: each.rate for each in by_dimension}
    assert shares["completeness"] == 39 / 40 and shares["timeliness"] is None and shares["validity"] is None
    assert [(each.name, each.assessed, each.failing) for each in by_table] == [("person", 40, 1)]
    assert [(each.name, each.rate) for each in by_team] == [("North", 39 / 40)]


def test_metrics_are_those_that_gates_may_name() -> None:
    found = metrics(Readiness(4, 3, 10, 9), {"blocker": 2, "major": 1}, RULES, 0)
    assert set(found) == set(METRICS)
    assert (found["blockers"], found["exceptions"], found["ready_children"]) == (2.0, 3.0, 0.75)
    assert (found["rules_not_evaluated"], found["blocker_rules_not_evaluated"]) == (1.0, 1.0)
    assert found["timeliness"] is None


def test_no_open_child_is_no_share() -> None:
    assert metrics(Readiness(0, 0, 0, 0), {}, [], 0)["ready_children"] is None
