"""Figures of measures over runs, and actions, on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from stores import NOON, everybody, facts, seen

from dq.errors import OptionError
from dq.store import actions, audit, backup, database, measures, record
from dq.store.actions import Plan
from dq.store.measures import MEASURE, MEASURE_NOT_ASSESSED, MEASURE_TARGET
from dq.store.record import FigureFacts

TODAY = NOON.date()
PLAN = Plan("M-1", "team", "North", "Ill.", "Cover", "Kit", TODAY)


@pytest.fixture
def connection(address: tuple[Path, str | None]) -> Iterator[Any]:
    with database.opened(*address) as opened:
        yield opened


def share(counted: int, of: int, unit: str = "", name: str = "M-1") -> FigureFacts:
    return FigureFacts(MEASURE, name, "team" if unit else "whole", unit, counted, of, counted / of if of else None)


def run(connection: Any, week: int, figures: Sequence[FigureFacts], target: float | None = 0.9) -> None:
    rows = seen(f"{week:012}")
    held = [FigureFacts(MEASURE_TARGET, "M-1", "whole", "", None, None, target)] if target is not None else []
    record.record(connection, dataclasses.replace(facts(week, rows), figures=(*figures, *held)), rows, everybody())


def test_figures_of_a_run_with_those_before_it(connection: Any) -> None:
    run(connection, 0, [share(8, 10), share(4, 5, "North")])
    run(connection, 1, [share(0, 0), share(0, 0, "North")], target=0.95)
    late = FigureFacts(MEASURE_NOT_ASSESSED, "M-1", "whole", "", None, None, 2.0)
    run(connection, 2, [share(9, 10), late, share(5, 5, "North"), share(1, 2, "", "M-2.last month")], target=0.95)
    now = measures.measured(connection, level="whole")
    first, second = now.lines
    assert (first.counted, first.of, first.not_assessed, first.value, first.target, first.before) == (9, 10, 2, 0.9, 0.95, 0.8)
    assert [(point.run, point.value) for point in first.trend] == [(1, 0.8), (2, None), (3, 0.9)]
    assert (second.measure, second.part, second.before, second.target) == ("M-2", "last month", None, None)
    then = measures.measured(connection, run=1, level="team", unit="North")
    assert [(line.unit, line.value, line.target) for line in then.lines] == [("North", 0.8, 0.9)]
    with pytest.raises(OptionError, match="There are no figures of such a unit"):
        measures.measured(connection, level="team", unit="Nroth")
    with pytest.raises(OptionError, match="There is no such run"):
        measures.measured(connection, run=7)
    record.delete_latest(connection, "tester", NOON)
    assert measures.measured(connection).run == 2


def test_an_action_is_kept_marked_when_overdue_and_gone_when_done(connection: Any) -> None:
    run(connection, 0, [share(8, 10), share(4, 5, "North")])
    number = actions.add(connection, "ann", NOON, PLAN, ["M-1"])
    [line] = actions.lines(connection, TODAY)
    assert (line.number, line.unit, line.action, line.given_by, line.run, line.overdue) == (
        number,
        "North",
        "Cover",
        "ann",
        1,
        False,
    )
    assert actions.lines(connection, TODAY + dt.timedelta(days=1))[0].overdue
    assert actions.done(connection, "bob", NOON + dt.timedelta(hours=1), [number], "Done.") == 1
    assert actions.lines(connection, TODAY) == []
    [line] = actions.lines(connection, TODAY + dt.timedelta(days=9), everything=True)
    assert (line.done_by, line.note, line.overdue) == ("bob", "Done.", False)
    told = [(each.who, each.what, each.subject) for each in audit.acts(connection) if each.act is not None]
    assert told == [("ann", "add action", "M-1 for team North"), ("bob", "action done", str(number))]


def test_what_is_open_or_was_done_since_the_run_is_not_asked(connection: Any) -> None:
    run(connection, 0, [share(4, 5, "North"), share(4, 5, "South")])
    missed = [("M-1", "team", "North"), ("M-1", "team", "South")]
    assert actions.asked(connection, NOON, missed) == missed
    number = actions.add(connection, "ann", NOON, PLAN, ["M-1"])
    assert actions.asked(connection, NOON, missed) == missed[1:]
    actions.done(connection, "ann", NOON, [number], "Done.")
    assert actions.asked(connection, NOON, missed) == missed[1:]
    assert actions.asked(connection, NOON + dt.timedelta(days=7), missed) == missed


def test_nothing_is_kept_of_an_action_that_is_wrong(connection: Any) -> None:
    with pytest.raises(OptionError, match="No run is recorded"):
        actions.add(connection, "ann", NOON, PLAN, ["M-1"])
    run(connection, 0, [share(4, 5, "North")])
    wrong = Plan("M-1", "team", "South", "", " ", "", TODAY - dt.timedelta(days=1))
    with pytest.raises(OptionError) as caught:
        actions.add(connection, "ann", NOON, wrong, ["M-1"])
    assert len(caught.value.problems) == 5
    with pytest.raises(OptionError, match="There is no such action"):
        actions.done(connection, "ann", NOON, [5], "")
    assert actions.lines(connection, TODAY, everything=True) == [] and not [each for each in audit.acts(connection) if each.act]


def test_actions_are_in_the_backup(connection: Any, tmp_path: Path) -> None:
    run(connection, 0, [share(4, 5, "North")])
    actions.add(connection, "ann", NOON, PLAN, ["M-1"])
    backup.backup(connection, tmp_path / "store.zip", NOON)
    (tmp_path / "other").mkdir()
    with database.opened(tmp_path / "other", None) as other:
        backup.restore(other, tmp_path / "store.zip", "bob", NOON)
        assert [line.action for line in actions.lines(other, TODAY)] == ["Cover"]
        assert measures.measured(other).lines[0].value == 0.8
