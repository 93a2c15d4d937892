"""Where an exception stands after a run: literal cases, then SQL against the pure function at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dq import lifecycle
from dq.lifecycle import Presence, Ruling, Seen, Standing, change, handed_over, handover, step
from dq.store import database, read, record
from dq.store.models import Event, Finding, Run
from dq.store.record import FollowedRow, Look

NORTH = Seen("North", "W1", "major")
RAN = Ruling(True, "a", "a")
OPEN = Standing("open", "found", "data", "North", "W1", "major", "a")
CLEARED = Standing("cleared", "passed", "data", "North", "W1", "major", "a")
GONE = Standing("open", "left extract", "data", "North", "W1", "major", "a")


@pytest.mark.parametrize(
    ("before", "seen", "ruling", "presence", "state", "evidence", "why"),
    [
        (None, NORTH, RAN, "present", "new", "found", "data"),
        (None, NORTH, Ruling(True, "b", "a"), "present", "new", "found", "rule"),
        (None, NORTH, Ruling(True, "b"), "present", "new", "found", "rule"),
        (OPEN, NORTH, RAN, "present", "open", "found", "data"),
        (OPEN, None, RAN, "present", "cleared", "passed", "data"),
        (OPEN, None, Ruling(False, "a", "a"), "present", "open", "not checked", "rule"),
        (OPEN, None, None, "present", "open", "not checked", "rule"),
        (OPEN, None, RAN, "unknown", "open", "not checked", "data"),
        (OPEN, None, Ruling(True, "b", "a"), "present", "open", "rule changed", "rule"),
        (OPEN, None, RAN, "gone", "open", "left extract", "data"),
        (OPEN, None, Ruling(True, "b", "a"), "gone", "open", "left extract", "data"),
        (CLEARED, NORTH, RAN, "present", "reopened", "found", "data"),
        (CLEARED, NORTH, Ruling(True, "b", "b"), "present", "reopened", "found", "rule"),
        (CLEARED, None, Ruling(False, "a", "a"), "gone", "cleared", "passed", "data"),
        (GONE, None, RAN, "present", "cleared", "passed", "data"),
        (GONE, NORTH, RAN, "present", "open", "found", "data"),
        (Standing("new", "found", "rule", "North", "W1", "major", "a"), NORTH, RAN, "present", "open", "found", "rule"),
        (Standing("reopened", "found", "data", "North", "W1", "major", "a"), NORTH, RAN, "present", "open", "found", "data"),
    ],
)
def test_only_evidence_moves_a_state(
    before: Standing | None, seen: Seen | None, ruling: Ruling | None, presence: Presence, state: str, evidence: str, why: str
) -> None:
    after = step(before, seen, ruling, presence, first=False)
    assert after is not None
    assert (after.state, after.evidence, after.why) == (state, evidence, why)
    assert after.word == (evidence if evidence in lifecycle.ASIDE else state)


def test_in_the_first_run_nothing_is_new_because_of_a_rule() -> None:
    after = step(None, NORTH, Ruling(True, "a"), "present", first=True)
    assert after is not None and after.why == "data"


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("", "new", "new"), ("", "open", "new"), ("", "reopened", "new"), ("", "cleared", None), ("", "left extract", None),
        ("cleared", "reopened", "reopened"), ("cleared", "open", "reopened"), ("cleared", "cleared", None),
        ("new", "open", "still open"), ("open", "open", "still open"), ("open", "cleared", "cleared"),
        ("not checked", "open", "seen again"), ("left extract", "cleared", "cleared"), ("not checked", "not checked", None),
        ("open", "left extract", "left extract"), ("not checked", "rule changed", "rule changed"),
    ],
)  # fmt: skip
def test_what_the_difference_of_two_runs_is_called(before: str, after: str, what: str | None) -> None:
    assert change(before, after) == what


@pytest.mark.parametrize(
    ("before", "seen", "note"),
    [
        (None, Seen("South", "W2", "major"), ""),
        (CLEARED, Seen("South", "W2", "major"), ""),  # it comes back: nobody handed it over
        (OPEN, NORTH, ""),
        (OPEN, Seen("North", "W1", "minor"), ""),
        (OPEN, Seen("South", "W1", "major"), "handed over from North to South"),
        (OPEN, Seen("South", "", "major"), "handed over from North to South"),
        (OPEN, Seen("North", "W2", "major"), "handed over within North"),
        (OPEN, Seen("North", "", "major"), "left without a worker in North"),
        (replace(OPEN, worker=""), NORTH, "given to a worker in North"),
        (GONE, Seen("South", "W2", "major"), "handed over from North to South"),
        (OPEN, None, ""),
    ],
)
def test_a_hand_over_is_of_what_stays_open(before: Standing | None, seen: Seen | None, note: str) -> None:
    after = step(before, seen, RAN, "present", first=False)
    assert after is not None and handed_over(before, after) == note


def test_what_is_set_aside_stays_with_its_team_and_worker() -> None:
    for ruling, presence in ((RAN, "gone"), (None, "present"), (RAN, "unknown")):
        after = step(OPEN, None, ruling, presence, first=False)  # type: ignore[arg-type]
        assert after is not None and (after.team, after.worker, handed_over(OPEN, after)) == ("North", "W1", "")


@pytest.mark.parametrize(
    ("before", "after", "same_team", "same_worker", "what"),
    [
        ("open", "open", False, False, "moved"), ("new", "open", False, True, "moved"),
        ("not checked", "open", False, True, "moved"), ("open", "open", True, False, "worker changed"),
        ("open", "open", True, True, None), ("", "new", False, False, None), ("cleared", "reopened", False, False, None),
        ("open", "cleared", False, False, None), ("open", "left extract", False, False, None),
    ],
)  # fmt: skip
def test_what_a_hand_over_between_two_runs_is_called(
    before: str, after: str, same_team: bool, same_worker: bool, what: str | None
) -> None:
    assert handover(before, after, same_team=same_team, same_worker=same_worker) == what


# SQL against the pure function

IDS = [f"{number:012x}" for number in range(6)]
RULES = {each: f"R-{place % 2}" for place, each in enumerate(IDS)}
A_RUN = st.fixed_dictionaries(
    {
        "found": st.dictionaries(
            st.sampled_from(IDS), st.tuples(st.sampled_from(["North", "South"]), st.sampled_from(["", "W1", "W2"]))
        ),
        "prints": st.tuples(st.sampled_from("ab"), st.sampled_from("ab")),
        "ran": st.tuples(st.booleans(), st.booleans()),
        "listed": st.tuples(st.booleans(), st.booleans()),
        "presence": st.fixed_dictionaries({each: st.sampled_from(["present", "present", "gone", "unknown"]) for each in IDS}),
    }
)
STEPS = st.lists(st.one_of(A_RUN, A_RUN, A_RUN, st.sampled_from(["delete", "again"])), min_size=1, max_size=7)


class Model:
    """The history by the pure function alone: a list of what stood after each run."""

    def __init__(self) -> None:
        self.after: list[dict[str, Standing]] = []
        self.bases: list[dict[str, str]] = []
        self.notes: list[dict[str, str]] = []

    def run(self, found: Mapping[str, tuple[str, str]], rules: Mapping[str, Ruling], presence: Mapping[str, Presence]) -> None:
        before = self.after[-1] if self.after else {}
        now, notes = {}, {}
        for each in IDS:
            seen = Seen(*found[each], "major") if each in found else None
            standing = step(before.get(each), seen, rules.get(RULES[each]), presence[each], first=not self.after)
            if standing is not None:
                now[each] = standing
                notes[each] = handed_over(before.get(each), standing)
        self.after.append(now)
        self.notes.append({each: note for each, note in notes.items() if note})
        known = self.bases[-1] if self.bases else {}
        self.bases.append({**known, **{name: each.fingerprint for name, each in rules.items() if each.ran}})


def _rulings(step: Mapping[str, Any], bases: Mapping[str, str]) -> dict[str, Ruling]:
    """The rules of a run: a rule that found something ran."""
    found = {RULES[each] for each in step["found"]}
    rules = {}
    for place in (0, 1):
        name = f"R-{place}"
        if name in found or step["listed"][place]:
            rules[name] = Ruling(name in found or step["ran"][place], step["prints"][place], bases.get(name, ""))
    return rules


def _look(presence: Mapping[str, Presence]) -> Look:
    def look(rows: Sequence[FollowedRow]) -> Mapping[str, Presence]:
        return {row[0]: presence[row[0]] for row in rows}

    return look


def _standings(connection: Any) -> dict[str, Standing]:
    return {
        each.id: Standing(each.state, each.evidence, each.why, each.team, each.worker, each.severity, each.fingerprint)
        for each in Finding.objects.using(connection.alias)
    }


def _drive(connection: Any, steps: Sequence[Any]) -> None:
    model = Model()
    given: list[tuple[Any, ...]] = []
    dumps: list[dict[str, Any]] = []
    for week, each in enumerate(steps):
        if each == "delete":
            if not model.after:
                continue
            record.delete_latest(connection, "tester", stores.NOON)
            model.after.pop()
            model.bases.pop()
            model.notes.pop()
            given.pop()
            assert stores.dump(connection) == dumps.pop()
        elif each == "again":
            if not given:
                continue
            before = stores.dump(connection)
            assert record.record(connection, *given[-1]).outcome == "repeated"
            assert stores.dump(connection) == before
        else:
            rulings = _rulings(each, model.bases[-1] if model.bases else {})
            rows = [
                stores.seen(name, rule=RULES[name], team=team, worker=worker)[0] for name, (team, worker) in each["found"].items()
            ]
            rules = [stores.rule(name, ruling.fingerprint, ran=ruling.ran) for name, ruling in rulings.items()]
            dumps.append(stores.dump(connection))
            given.append((stores.facts(week, rows, rules), rows, _look(each["presence"])))
            assert record.record(connection, *given[-1]).outcome == "recorded"
            model.run(each["found"], rulings, each["presence"])
        assert _standings(connection) == (model.after[-1] if model.after else {})
        for name, standing in model.after[-1].items() if model.after else ():
            assert read.history(connection, name).now == standing.word
        said = Event.objects.using(connection.alias).filter(run=len(model.after)).exclude(note="")
        assert dict(said.values_list("finding_id", "note")) == (model.notes[-1] if model.notes else {})
        _nothing_dangles(connection)
    _compare_differences(connection, model)


def _nothing_dangles(connection: Any) -> None:
    """Every event is of a run and an exception that are there, and the last one is where the exception stands."""
    runs = set(Run.objects.using(connection.alias).values_list("number", flat=True))
    last = {}
    for each in Event.objects.using(connection.alias).order_by("id"):
        assert each.run_id in runs
        last[each.finding_id] = (each.state, each.evidence, each.why, each.team, each.worker, each.severity, each.fingerprint)
    fields = ("id", "first_run_id", "state", "evidence", "why", "team", "worker", "severity", "fingerprint")
    found = list(Finding.objects.using(connection.alias).values_list(*fields))
    assert {row[0]: row[2:] for row in found} == last and {row[1] for row in found} <= runs


def _compare_differences(connection: Any, model: Model) -> None:
    for earlier in range(len(model.after)):
        for later in range(earlier + 1, len(model.after)):
            expected: dict[str, int] = {}
            for name, standing in model.after[later].items():
                before = model.after[earlier].get(name)
                what = change(before.word if before else "", standing.word)
                if what is not None:
                    expected[what] = expected.get(what, 0) + 1
                if before is not None:
                    same = {"same_team": before.team == standing.team, "same_worker": before.worker == standing.worker}
                    passed = handover(before.word, standing.word, **same)
                    if passed is not None:
                        expected[passed] = expected.get(passed, 0) + 1
            totals = read.difference(connection, earlier + 1, later + 1).totals
            assert {name: number for name, number in totals.items() if number} == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_the_sql_says_what_the_pure_function_says_on_sqlite(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder, database.opened(Path(folder), None) as connection:
        _drive(connection, steps)


def test_the_sql_says_what_the_pure_function_says_on_postgres(tmp_path: Path) -> None:
    with stores.postgres() as url, database.opened(tmp_path, url) as connection:

        @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(STEPS)
        def drive(steps: list[Any]) -> None:
            with connection.cursor() as cursor:
                for table in reversed(stores.TABLES):
                    cursor.execute(f"DELETE FROM {table}")
            _drive(connection, steps)

        drive()
