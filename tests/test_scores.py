"""Pass rates and metrics: plain numbers in, plain numbers out."""

from __future__ import annotations

from dq.criteria import METRICS
from dq.score import RuleCounts, metrics, rates, unsure
from dq.summary import Readiness


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


def test_what_counts_rules_that_could_not_run_is_named_with_how_many() -> None:
    assert unsure(RULES) == {"blockers": 1, "exceptions": 1, "validity": 1}
    assert unsure([RULES[0]]) == {}
