"""Gates: measures in, judgements out, through Great Expectations."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dq import criteria, gates
from dq.criteria import ALWAYS, CHILDREN, Asked
from dq.gate_suite import hold
from dq.summary import Gate, Measures

NONE_LOST: dict[str, float | None] = {"rows_unreconciled": 0.0, "blocker_rules_not_evaluated": 0.0}
WEEK = dt.date(2026, 11, 2)


def run(
    number: int, whole: Mapping[str, float | None], units: Mapping[tuple[str, str], Mapping[str, float | None]] | None = None,
    **parts: Any,
) -> Measures:  # fmt: skip
    """What a run of week `number` measured; `units` by level and name."""
    values: dict[tuple[str, str, str], float | None] = {
        (name, "whole", ""): value for name, value in {**NONE_LOST, **whole}.items()
    }
    for (level, unit), mine in (units or {}).items():
        values |= {(name, level, unit): value for name, value in mine.items()}
    given: dict[str, Any] = {"extract": f"files {number}", "run": number, **parts}
    return Measures(WEEK + dt.timedelta(weeks=number), values=values, **given)


def judged(asked: Asked, now: Measures, *past: Measures) -> Gate:
    """The gate alone; those that always apply are met."""
    [gate, *always] = gates.judge([asked], now, past, hold)
    assert [each.criterion for each in always] == [each.criterion for each in ALWAYS] and all(each.met for each in always)
    return gate


CASES = [
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
]


@pytest.mark.parametrize(("criterion", "measured", "met"), CASES)
def test_a_gate_is_met_or_not_and_the_comparison_of_the_history_says_the_same(criterion: str, measured: float, met: bool) -> None:
    asked = criteria.plain(criterion)
    gate = judged(asked, run(1, {asked.measure: measured}))
    assert (gate.criterion, gate.measured, gate.met, gate.in_a_row) == (criterion, measured, met, int(met))
    assert asked.holds(measured) is met and (asked.short_by(measured) == 0) is met


def test_what_could_not_be_measured_is_not_met() -> None:
    gate = judged(criteria.plain("completeness >= 0.1"), run(1, {"completeness": None}))
    assert not gate.met and gate.measured is None and "could not be measured" in gate.reason


def test_what_counts_rules_that_could_not_run_is_not_met_and_keeps_its_figure() -> None:
    gate = judged(criteria.plain("majors <= 5"), run(1, {"majors": 2.0}, unsure={"majors": 2}))
    assert (gate.met, gate.measured, gate.in_a_row) == (False, 2.0, 0)
    assert gate.reason == "2 rules that it counts could not run."


def test_the_gates_that_always_apply() -> None:
    lost, not_run = gates.judge([], run(1, {"rows_unreconciled": 3.0, "blocker_rules_not_evaluated": 1.0}), None, hold)
    assert not lost.met and not not_run.met and lost.decides and not_run.decides


def test_a_gate_that_always_applies_and_is_set_too_stands_once() -> None:
    asked = replace(criteria.plain("rows_unreconciled == 0"), owner="A. Head")
    assert [each.owner for each in gates.judge([asked], run(1, {}), None, hold)] == ["A. Head", ""]


def test_judging_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def refuse(_: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    assert judged(criteria.plain("blockers == 0"), run(1, {"blockers": 0.0})).met and tried == []


THREE = replace(criteria.plain("blockers <= 2"), runs=3)


def test_met_for_three_runs() -> None:
    good = [run(number, {"blockers": 2.0}) for number in range(5)]
    gate = judged(THREE, good[2], *good[:2])
    assert gate.met and gate.in_a_row == 3 and gate.reason == ""
    gate = judged(THREE, good[1], good[0])
    assert not gate.met and gate.reason == "Met in 2 runs in a row; 3 are needed."
    gate = judged(THREE, good[4], run(1, {"blockers": 2.0}), run(2, {"blockers": 3.0}), good[3])
    assert not gate.met and gate.in_a_row == 2
    gate = judged(THREE, run(4, {"blockers": 3.0}), *good[:4])
    assert not gate.met and gate.in_a_row == 0 and gate.reason == ""


def test_a_run_that_measured_nothing_or_lost_a_rule_breaks_the_row() -> None:
    good = [run(number, {"blockers": 0.0}) for number in range(4)]
    assert not judged(THREE, good[3], good[0], run(1, {"blockers": None}), good[2]).met
    assert not judged(THREE, good[3], good[0], run(1, {"blockers": 0.0}, unsure={"blockers": 1}), good[2]).met
    assert not judged(THREE, good[3], good[0], run(1, {}), good[2]).met


def test_a_repeated_extract_and_a_second_run_of_a_day_count_once() -> None:
    good = [run(number, {"blockers": 0.0}) for number in range(4)]
    assert not judged(THREE, good[3], good[1], replace(good[2], extract=good[1].extract)).met
    assert not judged(THREE, replace(good[3], extract=good[2].extract), good[1], good[2]).met
    assert not judged(THREE, replace(good[3], as_of=good[2].as_of), good[1], good[2]).met
    bad = run(1, {"blockers": 9.0})
    assert judged(THREE, good[3], good[0], bad, replace(good[1], run=9), good[2]).met  # the later run of the day counts


def test_without_a_history_a_gate_over_time_is_not_met_and_says_why() -> None:
    gate, *_ = gates.judge([THREE], run(1, {"blockers": 0.0}), None, hold)
    assert not gate.met and gate.reason == "It must be met in 3 runs in a row, and no history is kept of this run."


READY = replace(criteria.plain("ready_children >= 95%"), per="service")


def services(**ready: tuple[float, float | None]) -> dict[tuple[str, str], dict[str, float | None]]:
    return {("service", name): {CHILDREN: number, "ready_children": share} for name, (number, share) in ready.items()}


def test_every_unit_must_meet_a_gate_and_those_that_do_not_are_named() -> None:
    gate = judged(READY, run(1, {"ready_children": 0.97}, services(North=(90, 1.0), South=(10, 0.91), West=(5, 0.94))))
    assert not gate.met and gate.measured == 0.91
    assert [(each.unit, each.measured) for each in gate.failing] == [("South", 0.91), ("West", 0.94)] and len(gate.units) == 3
    gate = judged(READY, run(1, {"ready_children": 0.9}, services(North=(90, 1.0), South=(10, 0.96))))
    assert gate.met and gate.measured == 0.96 and gate.failing == ()


def test_a_unit_without_open_children_has_no_share_and_without_any_the_gate_is_not_met() -> None:
    assert judged(READY, run(1, {}, services(North=(90, 1.0), Data=(0, None)))).met
    gate = judged(READY, run(1, {}, services(Data=(0, None))))
    assert not gate.met and gate.reason == "It could not be measured: no service has open children."
    assert not judged(READY, run(1, {})).met


def test_counts_are_judged_for_units_without_open_children_too() -> None:
    asked = replace(criteria.plain("blockers == 0"), per="team")
    units: dict[tuple[str, str], dict[str, float | None]] = {
        ("team", "North"): {CHILDREN: 4.0, "blockers": 0.0}, ("team", "data team"): {CHILDREN: 0.0, "blockers": 1.0},
    }  # fmt: skip
    assert [each.unit for each in judged(asked, run(1, {"blockers": 1.0}, units)).failing] == ["data team"]


def test_a_unit_that_is_gone_does_not_count_now_but_did_then() -> None:
    asked = replace(READY, runs=2)
    before = run(1, {}, services(North=(9, 1.0), Gone=(9, 0.5)))
    now = run(2, {}, services(North=(18, 1.0)))
    assert judged(READY, now, before).met
    assert not judged(asked, now, before).met and judged(asked, run(3, {}, services(North=(18, 1.0))), before, now).met


def test_only_blockers_decide() -> None:
    asked = replace(criteria.plain("minors == 0"), severity="minor")
    assert not judged(asked, run(1, {"minors": 3.0})).decides
