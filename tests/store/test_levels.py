"""Counts of a run at every level, from the store: also of runs in the past, as the organisation then was."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dq.errors import OptionError
from dq.organisation import LEVELS, Unit
from dq.store import database, levels, read, record

Address = tuple[Path, str | None]
NOBODY = Unit("unallocated", "unallocated", "unallocated", "unallocated")


def counted(connection: Any, level: Any, run: int | None = None) -> dict[tuple[str, ...], int]:
    """Exceptions by place and word."""
    return {(*each.place, each.word): each.exceptions for each in levels.counts(connection, level, run).counts}


def test_a_team_counts_under_the_service_of_each_run(address: Address) -> None:
    organisations = [
        [Unit("North", "Care", "Hope", "Dana"), Unit("South", "Duty", "Hal", "Dana"), NOBODY],
        [Unit("North", "Duty", "Hal", "Dana"), Unit("South", "Duty", "Hal", "Dana"), NOBODY],
        [Unit("South", "Duty", "Hal", "Dora"), NOBODY],
    ]
    with database.opened(*address) as connection:
        rows = stores.seen("a", "b") + stores.seen("c", team="South", worker="W2") + stores.seen("d", team="unallocated", worker="")
        for week, units in enumerate(organisations):
            found = rows if week < 2 else rows[1:]
            record.record(connection, stores.facts(week, found, units=units), found, stores.everybody())
        assert counted(connection, "service", 1) == {
            ("Dana", "Hope", "Care", "new"): 2, ("Dana", "Hal", "Duty", "new"): 1, (*["unallocated"] * 3, "new"): 1,
        }  # fmt: skip
        assert counted(connection, "service", 2) == {("Dana", "Hal", "Duty", "open"): 3, (*["unallocated"] * 3, "open"): 1}
        # North is no team of the third run: it stands as it was last known
        assert counted(connection, "director") == {
            ("Dana", "cleared"): 1, ("Dana", "open"): 1, ("Dora", "open"): 1, ("unallocated", "open"): 1,
        }  # fmt: skip
        assert counted(connection, "whole") == {("cleared",): 1, ("open",): 3}
        assert counted(connection, "worker", 1)["Dana", "Hope", "Care", "North", "W1", "new"] == 2


def test_a_run_that_is_not_there_is_told(address: Address) -> None:
    with database.opened(*address) as connection:
        with pytest.raises(OptionError, match="No run is recorded"):
            levels.counts(connection, "team")
        record.record(connection, stores.facts(0, []), [], stores.everybody())
        with pytest.raises(OptionError, match="2: There is no such run"):
            levels.counts(connection, "team", 2)
        assert levels.counts(connection, "team").counts == ()


IDS = [f"{number:012x}" for number in range(5)]
RUNS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(IDS), st.tuples(st.sampled_from(["N", "S", "X"]), st.sampled_from(["", "W1", "W2"]))),
        st.dictionaries(st.sampled_from(["N", "S"]), st.tuples(*[st.sampled_from(["", "A", "B"])] * 3)),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RUNS)
def test_every_level_of_every_run_adds_up(runs: list[Any]) -> None:
    with TemporaryDirectory() as folder, database.opened(Path(folder), None) as connection:
        then = []
        for week, (found, above) in enumerate(runs):
            rows = [stores.seen(name, team=team, worker=worker)[0] for name, (team, worker) in found.items()]
            units = [Unit(team, *names) for team, names in above.items()]
            record.record(connection, stores.facts(week, rows, units=units), rows, stores.everybody())
            then.append(levels.counts(connection, "worker").counts)
        assert then == [levels.counts(connection, "worker", run.run).counts for run in read.runs(connection)]
        for run in read.runs(connection):
            found, above = runs[run.run - 1]
            places = [list(levels.counts(connection, level, run.run).counts) for level in LEVELS]
            for upper, lower in pairwise(places):
                added: Counter[tuple[tuple[str, ...], str, str]] = Counter()
                for each in lower:
                    added[each.place[:-1], each.severity, each.word] += each.exceptions
                assert added == {(each.place, each.severity, each.word): each.exceptions for each in upper}
            listed = Counter[tuple[str, ...]]()
            for each in places[-1]:
                if each.word != "cleared":
                    listed[each.place] += each.exceptions
            expected = Counter((*reversed(_above(runs, run.run, team)), team, worker) for team, worker in found.values())
            assert listed == expected


def _above(runs: list[Any], run: int, team: str) -> tuple[str, ...]:
    """Service, head and director of a team in the last run, up to this one, that knew it."""
    known = [above[team] for _, above in runs[:run] if team in above]
    return known[-1] if known else ("", "", "")
