"""Random sequences of runs, changed rules, deletions, decisions, answers and waivers: SQL against a model of pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import stores
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dq.dispositions import ANSWERS, DISPOSITIONS, Agreed, Waiver, place, waiver_change, waiver_of
from dq.errors import OptionError
from dq.lifecycle import Presence, Ruling, Seen, Standing, change, handed_over, handover, step
from dq.store import database, decide, desk, read, record, reply, waivers
from dq.store.decide import Selection
from dq.store.models import Event, Finding, Run
from dq.store.record import FollowedRow, Look
from dq.store.reply import ReplyLine

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
CHOSEN = st.one_of(
    st.sets(st.integers(0, 5), min_size=1, max_size=3),  # places among those that are not cleared, found out when they are known
    st.sets(st.sampled_from(IDS), min_size=1, max_size=3).map(lambda ids: Selection(tuple(sorted(ids)))),
    st.builds(Selection, rule=st.sampled_from(["R-0", "R-1"]), team=st.sampled_from(["", "North", "South"])),
)
DECISION = st.one_of(
    st.tuples(st.just("dispose"), CHOSEN, st.sampled_from(["", "disputed", *DISPOSITIONS])),
    st.tuples(st.just("assign"), CHOSEN, st.sampled_from(["", "Bo", "North", "South"])),
    st.tuples(st.just("waive"), CHOSEN, st.tuples(st.integers(-1, 2), st.integers(0, 3))),
    st.tuples(st.just("withdraw"), st.integers(1, 3), st.none()),
    st.tuples(st.just("answer"), st.sets(st.integers(0, 5), min_size=1, max_size=3), st.sampled_from(ANSWERS)),
)
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
STEPS = st.lists(st.one_of(A_RUN, A_RUN, A_RUN, DECISION, DECISION, st.sampled_from(["delete", "again"])), min_size=1, max_size=10)


class Model:
    """The history by the pure function alone: a list of what stood after each run."""

    def __init__(self) -> None:
        self.after: list[dict[str, Standing]] = []
        self.bases: list[dict[str, str]] = []
        self.notes: list[dict[str, str]] = []
        self.listed: list[set[str]] = []
        self.days: list[dt.date] = []
        self.agreed: dict[str, Agreed] = {}
        self.answers: dict[str, str] = {}
        self.waivers: list[Waiver] = []
        self.numbers: dict[int, int] = {}

    def chosen(self, wanted: Selection) -> list[str] | None:
        """The exceptions that a selection means; None where it must be refused."""
        now = self.after[-1] if self.after else {}
        if wanted.ids:
            return list(wanted.ids) if all(each in now and now[each].state != "cleared" for each in wanted.ids) else None
        if not any(RULES[each] == wanted.rule for each in now):
            return None
        if wanted.team and not any(now[each].team == wanted.team for each in now):
            return None
        on_a_list = [each for each, standing in now.items() if standing.state != "cleared" and standing.evidence == "found"]
        return [each for each in on_a_list if RULES[each] == wanted.rule and wanted.team in ("", now[each].team)]

    def waived(self, run: int, exception: str) -> Waiver | None:
        """The waiver that covers an exception as it stood after a run."""
        standing = self.after[run][exception]
        return waiver_of(self.waivers, exception, RULES[exception], "visit", standing.team, self.days[run])

    def run(
        self, day: dt.date, found: Mapping[str, tuple[str, str]], rules: Mapping[str, Ruling], presence: Mapping[str, Presence]
    ) -> None:
        self.days.append(day)
        self.listed.append(set(rules))
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
    for number in (0, 1):
        name = f"R-{number}"
        if name in found or step["listed"][number]:
            rules[name] = Ruling(name in found or step["ran"][number], step["prints"][number], bases.get(name, ""))
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
            model.days.pop()
            model.listed.pop()
            given.pop()
            assert stores.dump(connection) == dumps.pop()
        elif each == "again":
            if not given:
                continue
            before = stores.dump(connection)
            assert record.record(connection, *given[-1]).outcome == "repeated"
            assert stores.dump(connection) == before
        elif isinstance(each, tuple):
            _decide(connection, model, *each)
        else:
            rulings = _rulings(each, model.bases[-1] if model.bases else {})
            rows = [
                stores.seen(name, rule=RULES[name], team=team, worker=worker)[0] for name, (team, worker) in each["found"].items()
            ]
            rules = [stores.rule(name, ruling.fingerprint, ran=ruling.ran) for name, ruling in rulings.items()]
            dumps.append(stores.dump(connection))
            given.append((stores.facts(week, rows, rules), rows, _look(each["presence"])))
            assert record.record(connection, *given[-1]).outcome == "recorded"
            model.run(given[-1][0].as_of, each["found"], rulings, each["presence"])
        assert _standings(connection) == (model.after[-1] if model.after else {})
        for name, standing in model.after[-1].items() if model.after else ():
            assert read.history(connection, name).now == standing.word
        said = Event.objects.using(connection.alias).filter(run=len(model.after)).exclude(note="")
        assert dict(said.values_list("finding_id", "note")) == (model.notes[-1] if model.notes else {})
        _nothing_dangles(connection)
        _compare_desks(connection, model)
    _compare_differences(connection, model)


def _decide(connection: Any, model: Model, what: str, meant: Any, how: Any) -> None:
    """Do it to the store and to the model; what the model refuses the store must refuse."""
    if isinstance(meant, set):
        now = model.after[-1] if model.after else {}
        there = sorted(each for each, standing in now.items() if standing.state != "cleared")
        if not there:
            return
        meant = Selection(tuple(sorted({there[number % len(there)] for number in meant})))
    before = stores.dump(connection)
    try:
        refused = _in_store(connection, model, what, meant, how)
    except OptionError:
        refused = True
    if refused != (not _in_model(model, what, meant, how)):
        raise AssertionError(f"{what} {meant} {how}: refused {refused}")
    assert stores.dump(connection) == before  # nothing that the runs said has changed


def _in_store(connection: Any, model: Model, what: str, meant: Any, how: Any) -> bool:
    if what == "answer":
        lines = [
            ReplyLine(
                each, None, how, stores.START if how == "will fix" else None, "Why", "Mo", "a.xlsx", "To do", row, stores.NOON
            )
            for row, each in enumerate(meant.ids, start=2)
        ]
        with database.writing(connection) as cursor:
            reply.keep(cursor, connection, "ann", "a.xlsx", "", lines)
    elif what == "dispose":
        decide.dispose(connection, "ann", stores.NOON, meant, how, "Why")
    elif what == "assign":
        decide.assign(connection, "ann", stores.NOON, meant, how, "")
    elif what == "waive":
        since, until = _dates(model, how)
        terms = waivers.Terms(until, "Why", "Somebody", since)
        numbers = waivers.waive(connection, "ann", stores.NOON, meant, terms)
        model.numbers |= {len(model.waivers) + place: number for place, number in enumerate(numbers, start=1)}
    else:
        waivers.withdraw(connection, "ann", stores.NOON, [model.numbers.get(meant, -1)], "Why")
    return False


def _in_model(model: Model, what: str, meant: Any, how: Any) -> bool:
    """Whether it was done."""
    if what == "answer":
        for each in meant.ids:
            model.answers[each] = how
            if how == "rule is wrong":
                model.agreed[each] = replace(model.agreed.get(each, Agreed()), disputed=True)
        return True
    if what in ("dispose", "assign"):
        chosen = model.chosen(meant)
        for each in chosen or ():
            now = model.agreed.get(each, Agreed())
            if what == "assign":
                model.agreed[each] = replace(now, assigned=how)
            else:
                model.agreed[each] = replace(now, disputed=True) if how == "disputed" else Agreed(now.assigned, how, False)
        return chosen is not None
    if not model.after:
        return False
    if what == "withdraw":
        place = meant - 1
        if place >= len(model.waivers) or model.waivers[place].withdrawn is not None:
            return False
        model.waivers[place] = replace(model.waivers[place], withdrawn=model.days[-1])
        return True
    since, until = _dates(model, how)
    chosen = model.chosen(meant) if meant.ids else _coverable(model, meant)
    if chosen is None or until < since or until < model.days[-1]:
        return False
    for each in meant.ids or ("",):
        rule, team = ("", "") if each else (meant.rule, meant.team)
        model.waivers.append(Waiver(len(model.waivers) + 1, each, rule, "", team, since, until, "Why", "Somebody"))
    return True


def _coverable(model: Model, meant: Selection) -> list[str] | None:
    """A rule is waived if the latest run knows it, and in a team if the rule has ever an exception there."""
    mine = [each for each in model.after[-1] if RULES[each] == meant.rule]
    known = meant.rule in model.listed[-1]
    return mine if known and (not meant.team or any(model.after[-1][each].team == meant.team for each in mine)) else None


def _dates(model: Model, how: tuple[int, int]) -> tuple[dt.date, dt.date]:
    """Weeks from the latest extract, and how many."""
    day = model.days[-1] if model.days else stores.START
    return day + dt.timedelta(weeks=how[0]), day + dt.timedelta(weeks=how[0] + how[1])


def _compare_desks(connection: Any, model: Model) -> None:
    expected = {}
    for each, standing in (model.after[-1] if model.after else {}).items():
        if standing.state != "cleared":
            held = model.waived(len(model.after) - 1, each)
            agreed = model.agreed.get(each, Agreed())
            stands = (place(standing.word, agreed, held is not None), agreed, held.until if held else None)
            history = read.history(connection, each)
            assert (history.place, history.agreed, history.waived_until) == stands
            expected[each] = (*stands, model.answers.get(each))
    rows = desk.rows(connection)
    assert {row.id: (row.place, row.agreed, row.waived_until, row.reply and row.reply.answer) for row in rows} == expected


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
                covered = {
                    "before_waived": before is not None and model.waived(earlier, name) is not None,
                    "after_waived": model.waived(later, name) is not None,
                }
                waived = waiver_change(standing.word, **covered)
                if waived is not None:
                    expected[waived] = expected.get(waived, 0) + 1
                if before is not None:
                    same = {"same_team": before.team == standing.team, "same_worker": before.worker == standing.worker}
                    passed = handover(before.word, standing.word, **same)
                    if passed is not None:
                        expected[passed] = expected.get(passed, 0) + 1
            totals = read.difference(connection, earlier + 1, later + 1).totals
            assert {name: number for name, number in totals.items() if number} == expected


@settings(max_examples=40, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_the_sql_says_what_the_pure_function_says_on_sqlite(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder, database.opened(Path(folder), None) as connection:
        _drive(connection, steps)


def test_the_sql_says_what_the_pure_function_says_on_postgres(tmp_path: Path) -> None:
    with stores.postgres() as url, database.opened(tmp_path, url) as connection:

        @settings(max_examples=25, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])
        @given(STEPS)
        def drive(steps: list[Any]) -> None:
            with connection.cursor() as cursor:
                for table in (*stores.DECIDED, *reversed(stores.TABLES)):
                    cursor.execute(f"DELETE FROM {table}")
            _drive(connection, steps)

        drive()
