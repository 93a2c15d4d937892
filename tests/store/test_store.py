"""A run is kept whole or not at all; once, whatever happens at the same time; and can be taken back."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import stores

from dq.errors import DqError
from dq.lifecycle import HANDOVERS
from dq.organisation import Unit
from dq.store import database, models, read, record
from dq.store.models import Event, Finding, Rule, Run
from dq.store.record import RunFacts

Address = tuple[Path, str | None]
ROOT = Path(__file__).resolve().parents[2]


def test_an_equal_run_changes_nothing_and_one_of_a_changed_rule_does(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen("a", "b")
        first = record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        before = stores.dump(connection)
        again = record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        assert (first.outcome, first.moved, again.outcome, again.run) == ("recorded", {"new": 2}, "repeated", 1)
        assert stores.dump(connection) == before
        tightened = stores.facts(0, rows, [stores.rule(fingerprint="b")])
        assert record.record(connection, tightened, rows, stores.everybody()).run == 2
        assert record.record(connection, stores.facts(0, rows), rows, stores.everybody()).run == 3


def test_an_earlier_extract_is_not_recorded_and_a_repeated_one_is_named(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen("a")
        record.record(connection, stores.facts(1, rows, files="same"), rows, stores.everybody())
        before = stores.dump(connection)
        earlier = record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        assert (earlier.outcome, earlier.run) == ("earlier", 1) and stores.dump(connection) == before
        copied = record.record(connection, stores.facts(2, rows, files="same"), rows, stores.everybody())
        assert (copied.outcome, copied.repeats) == ("recorded", 1)
        assert [line.repeats for line in read.runs(connection)] == [None, 1]


def test_the_latest_run_is_taken_back_exactly(address: Address) -> None:
    with database.opened(*address) as connection:
        dumps = []
        for week, ids in enumerate(["ab", "bc", "ac", ""]):
            dumps.append(stores.dump(connection))
            rows = stores.seen(*ids, team="South" if week == 2 else "North")
            record.record(connection, stores.facts(week, rows), rows, stores.everybody(a="gone"))
        while dumps:
            record.delete_latest(connection, "tester", stores.NOON)
            assert stores.dump(connection) == dumps.pop()
        with pytest.raises(DqError, match="No run is recorded"):
            record.delete_latest(connection, "tester", stores.NOON)


def test_rules_stand_as_they_stood(address: Address) -> None:
    with database.opened(*address) as connection:
        for week, (fingerprint, ran) in enumerate([("a", True), ("b", False), ("b", True)]):
            rules = [stores.rule(fingerprint=fingerprint, ran=ran)]
            record.record(connection, stores.facts(week, [], rules), [], stores.everybody())
        stood = Rule.objects.using(connection.alias).order_by("run").values_list("fingerprint", "ran", "basis")
        assert list(stood) == [("a", True, ""), ("b", False, "a"), ("b", True, "a")]


def test_another_reason_for_not_being_checked_is_an_event(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen("a")
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        silent = [stores.rule(ran=False)]
        for week, presence in ((1, "present"), (2, "unknown"), (3, "unknown")):
            record.record(connection, stores.facts(week, [], silent), [], stores.everybody(presence))  # type: ignore[arg-type]
        said = [(each.run, each.became, each.why) for each in read.history(connection, "a").events]
        assert said == [(1, "new", "data"), (2, "not checked", "rule"), (3, "not checked", "data")]


def test_a_case_that_moves_takes_its_exceptions_along(address: Address) -> None:
    ways = [("North", "W1"), ("South", "W2"), ("South", "W3"), ("South", "W3")]
    with database.opened(*address) as connection:
        for week, (team, worker) in enumerate(ways):
            rows = stores.seen("a", "b", team=team, worker=worker) + stores.seen("c")
            record.record(connection, stores.facts(week, rows), rows, stores.everybody())
        said = [(each.run, each.became, each.team, each.worker, each.note) for each in read.history(connection, "a").events]
        assert said == [
            (1, "new", "North", "W1", ""),
            (2, "open", "South", "W2", "handed over from North to South"),
            (3, "open", "South", "W3", "handed over within South"),
        ]
        assert [each.note for each in read.history(connection, "c").events] == ["", ""]
        assert _passed(read.difference(connection, 1, 2)) == [("moved", "data", "R-1", "North", "South", 2)]
        assert _passed(read.difference(connection, 2, 3)) == [("worker changed", "data", "R-1", "South", "South", 2)]
        assert _passed(read.difference(connection, 1, 4)) == [("moved", "data", "R-1", "North", "South", 2)]
        assert not _passed(read.difference(connection, 3, 4))
        assert read.difference(connection, 1, 2).totals["still open"] == 3  # what moved is still open, too


def test_what_another_owner_of_the_rule_moves_is_because_of_the_rule(address: Address) -> None:
    with database.opened(*address) as connection:
        for week, owner in enumerate(["", "Systems"]):
            rows = stores.seen("a", team=owner or "North", worker="" if owner else "W1")
            record.record(connection, stores.facts(week, rows, [stores.rule(owner=owner)]), rows, stores.everybody())
        assert _passed(read.difference(connection)) == [("moved", "rule", "R-1", "North", "Systems", 1)]


def test_what_is_not_found_does_not_move(address: Address) -> None:
    with database.opened(*address) as connection:
        for week, (team, ran) in enumerate([("North", True), ("", False), ("South", True)]):
            rows = stores.seen("a", team=team) if team else []
            record.record(connection, stores.facts(week, rows, [stores.rule(ran=ran)]), rows, stores.everybody())
        said = [(each.became, each.team, each.note) for each in read.history(connection, "a").events]
        assert said == [("new", "North", ""), ("not checked", "North", ""), ("open", "South", "handed over from North to South")]
        assert not _passed(read.difference(connection, 1, 2))


def _passed(found: read.Difference) -> list[tuple[str, str, str, str, str, int]]:
    return [
        (line.change, line.why, line.rule, line.from_team, line.team, line.exceptions)
        for line in found.lines
        if line.change in HANDOVERS
    ]


def test_the_organisation_of_each_run_is_kept_and_a_new_one_makes_a_new_run(address: Address) -> None:
    rows = stores.seen("a")
    units = [Unit("North", "Care", "H", "D"), Unit("North", "Assessment", "H", "D"), Unit("North", "Assessment", "H", "D")]
    with database.opened(*address) as connection:
        said = [record.record(connection, stores.facts(0, rows, units=[unit]), rows, stores.everybody()).outcome for unit in units]
        assert said == ["recorded", "recorded", "repeated"]
        kept = models.Unit.objects.using(connection.alias).order_by("run").values_list("run", "team", "service", "head", "director")
        assert list(kept) == [(1, "North", "Care", "H", "D"), (2, "North", "Assessment", "H", "D")]


def test_a_run_that_breaks_off_leaves_nothing(address: Address) -> None:
    def broken(rows: Any) -> Any:
        raise RuntimeError

    with database.opened(*address) as connection:
        rows = stores.seen("a", "b")
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        before = stores.dump(connection)
        with pytest.raises(RuntimeError):
            record.record(connection, stores.facts(1, rows[:1]), rows[:1], broken)
        assert stores.dump(connection) == before
        assert record.record(connection, stores.facts(1, rows[:1]), rows[:1], stores.everybody()).moved == {"open": 1, "cleared": 1}


def test_keys_may_hold_anything(address: Address) -> None:
    odd = ["it's; DROP TABLE dq_run --", "100 %s", "a|b\\|c", "tab\tline\nend", "Zoë \N{SNOWMAN}", "\\N", ""]
    with database.opened(*address) as connection:
        rows = [(f"{place:012d}", "R-1", "visit", key, "record", "North", "W1", "major") for place, key in enumerate(odd)]
        record.record(connection, stores.facts(0, rows), rows, stores.everybody())
        assert [read.history(connection, row[0]).key for row in rows] == odd


# two at once


def _record_in_another_thread(address: Address, facts: RunFacts, rows: Any) -> str:
    with database.opened(*address) as connection:
        return record.record(connection, facts, rows, stores.everybody()).outcome


def test_the_second_of_two_runs_waits_and_neither_is_lost(address: Address) -> None:
    first, second = stores.seen("a", "b"), stores.seen("b", "c")
    with database.opened(*address) as connection, ThreadPoolExecutor(1) as pool:
        with database.writing(connection):
            waiting = pool.submit(_record_in_another_thread, address, stores.facts(1, second), second)
            record_inside = Run.objects.using(connection.alias).count()
            time.sleep(0.3)  # long enough for the other to reach the lock; it must not be past it
            assert record_inside == 0 and not waiting.done()
        assert waiting.result(timeout=30) == "recorded"
        moved = record.record(connection, stores.facts(2, first), first, stores.everybody()).moved
        assert moved == {"new": 1, "open": 1, "cleared": 1}
        assert [line.exceptions for line in read.runs(connection)] == [2, 2]


def test_a_store_that_stays_busy_says_so(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.2 if address[1] is None else 1)
    rows = stores.seen("a")
    with database.opened(*address) as connection, database.writing(connection), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_record_in_another_thread, address, stores.facts(0, rows), rows)
        with pytest.raises(DqError, match=r"Another run is being recorded.*Check again"):
            waiting.result(timeout=30)


def test_two_that_make_the_store_at_once_make_one(address: Address) -> None:
    rows = stores.seen("a")
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: _record_in_another_thread(address, stores.facts(0, rows), rows), range(4)))
    assert sorted(said) == ["recorded", "repeated", "repeated", "repeated"]


# killed

RECORDER = """
import sys
sys.path[:0] = sys.argv[4:]
from pathlib import Path
import stores
from dq.store import database, record
week, number = int(sys.argv[2]), 4000
rows = stores.seen(*(f"{each:012x}" for each in range(week * number // 10, week * number // 10 + number)))
with database.opened(Path(sys.argv[1]), sys.argv[3] or None) as connection:
    print("ready", flush=True)
    record.record(connection, stores.facts(week, rows), rows, stores.everybody())
    print("done", flush=True)
"""


def _recorder(address: Address, week: int, *, wait: bool = True) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", RECORDER, str(address[0]), str(week), address[1] or "", str(Path(__file__).parent), str(ROOT)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and (not wait or process.stdout.readline() == "ready\n")
    return process


def test_a_killed_run_is_there_whole_or_not_at_all_and_the_next_repairs_it(address: Address) -> None:
    """Ten moments, spread over the time that a run takes to be recorded."""
    with _recorder(address, 0) as process:
        started = time.perf_counter()
        assert process.wait(timeout=60) == 0
        taken = time.perf_counter() - started
    broken_off = 0
    with database.opened(*address) as connection:
        for moment in range(10):
            week = len(read.runs(connection))
            before = stores.dump(connection)
            with _recorder(address, week) as process:
                time.sleep(taken * moment / 10)
                process.kill()
            with database.writing(connection):  # a server may still be at it when the client is gone
                runs = read.runs(connection)
                if len(runs) == week:
                    broken_off += 1
                    assert stores.dump(connection) == before
                _is_whole(connection, len(runs))
        with _recorder(address, len(read.runs(connection))) as process:
            assert process.wait(timeout=60) == 0
        _is_whole(connection, len(read.runs(connection)))
    assert broken_off  # otherwise nothing was tried


def _is_whole(connection: Any, runs: int) -> None:
    """After `runs` runs, each of 4000 exceptions of which a tenth is new: what stands is exactly that."""
    states: dict[str, int] = {}
    for state in Finding.objects.using(connection.alias).values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    if not runs:
        assert not states and not Event.objects.using(connection.alias).exists()
        return
    expected = {"new": 400 if runs > 1 else 4000, "open": 3600 if runs > 1 else 0, "cleared": 400 * (runs - 1)}
    assert states == {name: number for name, number in expected.items() if number}
    events = Event.objects.using(connection.alias)
    assert events.count() == events.values("finding", "run").distinct().count()


# versions


def test_a_store_of_a_later_dq_is_refused(address: Address) -> None:
    with database.opened(*address) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2026-01-01')")
    with pytest.raises(DqError, match="written by a later dq"), database.opened(*address):
        pass


# messages


def test_a_server_that_does_not_answer_is_told_without_its_words(tmp_path: Path) -> None:
    with (
        pytest.raises(DqError, match=r"store 127\.0\.0\.1/none: .*DQ_STORE_PASSWORD"),
        database.opened(tmp_path, "postgresql://dq@127.0.0.1:1/none"),
    ):
        pass


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    file = tmp_path / database.FILE
    file.parent.mkdir()
    file.write_bytes(b"no database" * 200)
    with pytest.raises(DqError, match=r"damaged, or is no store.*dq store restore"), database.opened(tmp_path, None):
        pass


def test_help_does_not_load_django() -> None:
    code = "import sys; from dq.cli import entry; entry.get_command(None, 'check'); print('django' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout == "False\n"
    assert importlib.util.find_spec("django") is not None
