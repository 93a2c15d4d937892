"""Dispositions, disputes, assignments and waivers: what people decide, beside what extracts say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import stores

from dq import dispositions
from dq.dispositions import Agreed
from dq.errors import OptionError
from dq.store import database, decide, desk, read, record, waivers
from dq.store.decide import Selection
from dq.store.models import Act, Decision
from dq.store.waivers import Terms

Address = tuple[Path, str | None]
NOON = stores.NOON


def run(connection: Any, week: int, rows: list[Any]) -> None:
    record.record(connection, stores.facts(week, rows), rows, stores.everybody())


def on_desk(connection: Any) -> dict[str, Any]:
    return {row.id: row for row in desk.rows(connection)}


def terms(week: int, since: int | None = None) -> Terms:
    first = None if since is None else stores.START + dt.timedelta(weeks=since)
    return Terms(stores.START + dt.timedelta(weeks=week), "Old paper file", "Head of service", first)


def test_a_disposition_is_kept_and_counted_once(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, stores.seen("a", "b", "c"))
        done = decide.dispose(connection, "ann", NOON, Selection(("a", "b")), "accept", "Archived")
        assert (done.chosen, done.changed) == (2, 2)
        again = decide.dispose(connection, "ann", NOON, Selection(("a", "c")), "accept", "Archived")
        assert (again.chosen, again.changed) == (2, 1)
        none = decide.dispose(connection, "ann", NOON, Selection(("a",)), "accept", "Archived")
        assert (none.act, none.chosen, none.changed) == (None, 1, 0)
        assert {key: row.place for key, row in on_desk(connection).items()} == dict.fromkeys("abc", "accept")
        assert [each.exceptions for each in Act.objects.using(connection.alias).order_by("id")] == [2, 1]


def test_a_disposition_settles_a_dispute_and_can_be_taken_back(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, stores.seen("a"))
        decide.dispose(connection, "ann", NOON, Selection(("a",)), "disputed", "It did take place")
        assert on_desk(connection)["a"].place == "disputed"
        decide.dispose(connection, "ann", NOON, Selection(("a",)), "fix in old system", "It did not")
        row = on_desk(connection)["a"]
        assert (row.place, row.agreed) == ("to do", Agreed("", "fix in old system", False))
        decide.dispose(connection, "ann", NOON, Selection(("a",)), "", "")
        assert on_desk(connection)["a"].agreed == Agreed()
        stood = Decision.objects.using(connection.alias).order_by("id").values_list("aspect", "was", "became")
        assert list(stood) == [
            ("disputed", "", "yes"), ("disposition", "", "fix in old system"), ("disputed", "yes", ""),
            ("disposition", "fix in old system", ""),
        ]  # fmt: skip


def test_a_dry_run_changes_nothing(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, stores.seen("a"))
        done = decide.assign(connection, "ann", NOON, Selection(("a",)), "Bo", "", dry_run=True)
        assert (done.act, done.changed) == (None, 1)
        assert not Act.objects.using(connection.alias).exists() and on_desk(connection)["a"].agreed == Agreed()


def test_a_selection_means_what_is_on_a_list(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, [*stores.seen("a", "b"), *stores.seen("c", team="South")])
        run(connection, 1, [*stores.seen("b"), *stores.seen("c", team="South")])  # a is cleared
        assert decide.assign(connection, "ann", NOON, Selection(rule="R-1"), "Bo", "").changed == 2
        assert decide.assign(connection, "ann", NOON, Selection(rule="R-1", team="South"), "Cy", "").changed == 1
        assert {key: row.agreed.assigned for key, row in on_desk(connection).items()} == {"b": "Bo", "c": "Cy"}


def test_an_exception_assigned_to_a_team_lies_on_its_desk(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, [*stores.seen("a"), *stores.seen("c", team="South")])
        decide.assign(connection, "ann", NOON, Selection(("a",)), "South", "")
        row = on_desk(connection)["a"]
        assert (row.team, row.desk) == ("North", "South")


def test_all_that_is_wrong_with_a_selection_is_said_at_once(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, stores.seen("a", "b"))
        run(connection, 1, stores.seen("b"))
        with pytest.raises(OptionError) as wrong:
            decide.dispose(connection, "ann", NOON, Selection(("a", "b", "x", "y")), "accept", "")
        assert {each.subject for each in wrong.value.problems} == {"x", "y", "a"}
        with pytest.raises(OptionError, match="Did you mean 'North'"):
            decide.dispose(connection, "ann", NOON, Selection(rule="R-1", team="Nort"), "accept", "")
        with pytest.raises(OptionError, match="Which exceptions"):
            decide.dispose(connection, "ann", NOON, Selection(), "accept", "")
        assert not Act.objects.using(connection.alias).exists()


def test_a_waiver_ends_by_itself(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = stores.seen("a", "b")
        run(connection, 0, rows)
        waivers.waive(connection, "ann", NOON, Selection(("a",)), terms(2))
        assert [row.place for row in on_desk(connection).values()] == ["waived", "to do"]
        for week, place in ((1, "waived"), (2, "waived"), (3, "to do")):
            run(connection, week, rows)
            assert on_desk(connection)["a"].place == place


def test_a_waiver_of_a_rule_covers_what_comes_within_its_team_and_dates(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, [*stores.seen("a"), *stores.seen("c", team="South")])
        (number,) = waivers.waive(connection, "ann", NOON, Selection(rule="R-1", team="South"), terms(9, since=1))
        assert [row.place for row in on_desk(connection).values()] == ["to do", "to do"]  # not begun yet
        run(connection, 1, [*stores.seen("a"), *stores.seen("c", "d", team="South")])
        assert {key: row.place for key, row in on_desk(connection).items()} == {"a": "to do", "c": "waived", "d": "waived"}
        line = waivers.lines(connection)[0]
        assert (line.number, line.holds, line.covers, line.approver) == (number, True, 2, "Head of service")
        waivers.withdraw(connection, "bob", NOON, [number], "No longer true")
        assert [row.place for row in on_desk(connection).values()] == ["to do"] * 3
        assert waivers.lines(connection)[0].holds is False
        with pytest.raises(OptionError, match="was taken back"):
            waivers.withdraw(connection, "bob", NOON, [number], "")


def test_what_is_wrong_with_a_waiver_is_said_at_once(address: Address) -> None:
    with database.opened(*address) as connection:
        with pytest.raises(OptionError, match="No run is recorded"):
            waivers.waive(connection, "ann", NOON, Selection(("a",)), terms(1))
        run(connection, 1, stores.seen("a"))
        bad = Terms(stores.START, " ", "")
        with pytest.raises(OptionError) as wrong:
            waivers.waive(connection, "ann", NOON, Selection(rule="R-2"), bad)
        said = {each.subject for each in wrong.value.problems}
        assert said == {"--reason", "--approver", f"--until {stores.START}", "--rule R-2"}
        with pytest.raises(OptionError, match="for exceptions, or for a rule"):
            waivers.waive(connection, "ann", NOON, Selection(team="North"), terms(3))


def test_deleting_a_run_keeps_what_was_agreed_for_when_it_is_found_again(address: Address) -> None:
    with database.opened(*address) as connection:
        run(connection, 0, stores.seen("a"))
        before = stores.dump(connection)
        run(connection, 1, stores.seen("a", "b"))
        decide.dispose(connection, "ann", NOON, Selection(("a", "b")), "accept", "Archived")
        record.delete_latest(connection, "tester", stores.NOON)
        after = stores.dump(connection)
        assert {table: after[table] for table in before if table.startswith("dq_f")} == {
            table: before[table] for table in before if table.startswith("dq_f")
        }
        assert set(on_desk(connection)) == {"a"}
        run(connection, 1, stores.seen("a", "b"))
        assert [row.place for row in on_desk(connection).values()] == ["accept", "accept"]


def test_since_is_the_extract_that_last_brought_it(address: Address) -> None:
    with database.opened(*address) as connection:
        for week, (ids, team) in enumerate([("a", "North"), ("a", "North"), ("", "North"), ("a", "North"), ("a", "South")]):
            run(connection, week, stores.seen(*ids, team=team))
        row = on_desk(connection)["a"]
        assert (row.since_run, row.since, row.came_in_run, row.word) == (4, stores.START + dt.timedelta(weeks=3), 5, "open")


def test_the_difference_between_runs_names_what_waivers_did(address: Address) -> None:
    with database.opened(*address) as connection:
        rows = [*stores.seen("a", "b"), *stores.seen("c", team="South")]
        run(connection, 0, rows)
        run(connection, 1, rows)
        waivers.waive(connection, "ann", NOON, Selection(("a",)), terms(2))
        waivers.waive(connection, "ann", NOON, Selection(rule="R-1", team="South"), terms(3, since=2))
        for week in (2, 3, 4):
            run(connection, week, rows)
        said = {}
        for later in (2, 3, 4, 5):
            lines = read.difference(connection, later - 1, later).lines
            said[later] = [(line.change, line.team) for line in lines if line.change in dispositions.WAIVER_CHANGES]
        assert said == {
            2: [("waived", "North")], 3: [("waived", "South")], 4: [("waiver ended", "North")], 5: [("waiver ended", "South")],
        }  # fmt: skip
        assert read.difference(connection, 1, 5).totals["waiver ended"] == 0
