"""Whole checks, killed at ten moments on each database: nothing is half there, and the next check makes up for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import killing
import pytest
import stores
from killing import Checks

from dq.store import database, read, verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="NO fork on Windows: killed checks were not tested there")
FIRST = killing.WEEKS_BEFORE + 1


@pytest.fixture(scope="module")
def run() -> Iterator[Checks]:
    with killing.checks() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run: Checks) -> Iterator[killing.Address]:
    """A project with some runs, on each database."""
    folder = tmp_path_factory.mktemp("killed") / "project"
    if request.param == "sqlite":
        yield killing.project(folder, None, run)
        return
    with stores.postgres() as url:
        yield killing.project(folder, url, run)


def test_a_killed_check_is_there_whole_or_not_at_all_and_the_next_repairs_it(project: killing.Address, run: Checks) -> None:
    """Moments spread over the time that a check takes, over the files that it touches, and over the recording of the run."""
    taken = killing.measure(project, run, FIRST)
    moments: list[dict[str, Any]] = [{"after": taken.seconds * each} for each in (0.05, 0.3, 0.55, 0.8)]
    moments += [{"die_at": max(1, round(taken.touches * each))} for each in (0.7, 0.9, 0.97)]
    moments += [{"recording": taken.recording * each} for each in (0, 0.3, 0.6)]
    left = [killing.kill(project, run, FIRST + 1 + number, **moment) for number, moment in enumerate(moments)]
    assert len([each for each in left if each != "came too late"]) >= len(moments) // 2
    assert "run not there, results not there" in left


def test_two_checks_of_one_extract_at_once_are_one_run_and_two_whole_folders(project: killing.Address, run: Checks) -> None:
    folder = project[0]
    with database.opened(*project) as connection:
        number = len(read.runs(connection)) + 1
    day = killing.extract(folder, number)
    both = [run.start(folder, day), run.start(folder, day)]
    assert all(run.wait(process) in (0, 1) for process in both)
    with database.opened(*project) as connection:
        assert len(read.runs(connection)) == number
        assert not verify.verify(connection, folder).faults
        assert killing.said(connection, number) == killing.said(connection, number - 2)
    first, second = (killing.contents(folder / "reports" / f"{day}-{place}") for place in (1, 2))
    assert {name: value for name, value in first.items() if name != "timings.json"} == {
        name: value for name, value in second.items() if name != "timings.json"
    }


def test_of_two_checks_of_two_extracts_at_once_neither_is_lost(project: killing.Address, run: Checks) -> None:
    """The later one is recorded whatever the order; the earlier one is too, unless it came second, and then it is told so."""
    folder = project[0]
    with database.opened(*project) as connection:
        number = len(read.runs(connection)) + 1
    days = [killing.extract(folder, number), killing.extract(folder, number + 1)]
    both = [run.start(folder, day) for day in days]
    assert all(run.wait(process) in (0, 1) for process in both)
    with database.opened(*project) as connection:
        recorded = [str(line.as_of) for line in read.runs(connection)][number - 1 :]
        assert recorded in (days, days[1:])
        assert not verify.verify(connection, folder).faults
    for place, day in enumerate(days):
        killing.is_whole(folder, folder / "reports" / f"{day}-1", number + place)
