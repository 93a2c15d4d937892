"""Rules and views compiled and run: several statements, related records, views, settings, fingerprints, order of rows."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from bench import AS_OF, SETTINGS, Bench, Rows, compiler, rule, small
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dq.compile import Compiler
from dq.contract import Code, Contract
from dq.errors import PackError
from dq.rules import Also, Rule, Setting, Statement, View

PEOPLE = [{"person_id": key, "surname": name} for key, name in (("1", "Marsh"), ("2", "Lake"), ("3", None))]


def problems(*args: Any, **parts: Any) -> list[str]:
    with pytest.raises(PackError) as caught:
        compiler().rule(rule(*args, **parts))
    return [problem.message for problem in caught.value.problems]


# several statements, related records, groups


def test_flags_are_statements_under_one_id(bench: Bench) -> None:
    both = rule("person", {"required": "surname"}, group=("person_id",))
    both = Rule(
        **{
            **vars(both),
            "statements": (*both.statements, Statement("plan", "required", "end_date", "start_date is not null", ("start_date",))),
        }
    )
    tables = {"person": PEOPLE, "plan": [{"plan_id": "P", "person_id": "3", "start_date": "2026-01-01"}, {"plan_id": "Q"}]}
    outcome = bench.run([both], tables)["R-1"]
    assert (outcome.counts.in_scope, outcome.counts.failing) == (4, 2)
    assert bench.findings() == [("R-1", "person", "3"), ("R-1", "plan", "P")]
    rows = bench.connection.execute('SELECT group_text, fields, "values" FROM dq_finding ORDER BY table_name').fetchall()
    assert rows == [("3", "surname", '{"surname":null}'), ("3", "start_date", '{"start_date":"2026-01-01"}')]


def test_a_group_is_a_column_of_every_table() -> None:
    assert problems("visit", {"required": "plan_id"}, group=("person_id",)) == ["group: there is no column 'person_id' in visit."]


def test_related_records_are_flagged_with_the_failing_one(bench: Bench) -> None:
    also = Also(
        table="plan", match={"person_id": "person_id"}, where="end_date is null and this.surname is null", fields=("plan_id",)
    )
    plans = [{"plan_id": key, "person_id": person, "end_date": end} for key, person, end in
             (("A", "3", None), ("B", "3", "2026-01-01"), ("C", "1", None), ("D", None, None))]  # fmt: skip
    bench.run([rule("person", {"required": "surname"}, also=(also,))], {"person": PEOPLE, "plan": plans})
    assert bench.findings() == [("R-1", "person", "3"), ("R-1", "plan", "A")]
    primary = bench.connection.execute("SELECT DISTINCT primary_table, primary_row FROM dq_finding").fetchall()
    assert primary == [("person", 3)]


def test_a_related_record_of_two_failing_ones_is_flagged_once(bench: Bench) -> None:
    also = Also(table="plan", match={"mother_id": "person_id"})
    people = [{"person_id": key, "mother_id": "M"} for key in ("1", "2")]
    bench.run(
        [rule("person", {"required": "surname"}, also=(also,))], {"person": people, "plan": [{"plan_id": "A", "person_id": "M"}]}
    )
    assert bench.findings() == [("R-1", "person", "1"), ("R-1", "person", "2"), ("R-1", "plan", "A")]


@pytest.mark.parametrize(
    ("also", "message"),
    [
        (Also(table="plann", match={"a": "b"}), "also: there is no table 'plann'."),
        (Also(table="previous.plan", match={"person_id": "person_id"}), "also: there is no table 'previous.plan'."),
        (Also(table="plan"), "also: needs match: or where:."),
        (Also(table="plan", match={"person_id": "number"}), "There is no column 'number' in plan."),
        (Also(table="plan", match={"person_id": "start_date"}), "= compares a text (person_id) with a date (start_date)."),
        (Also(table="plan", match={"person_id": "person_id"}, fields=("x",)), "also: there is no column 'x' in plan."),
        (Also(table="plan", match={"person_id": "person_id"}, where="status ="), "This cannot be read as SQL"),
    ],
)
def test_faults_of_also(also: Also, message: str) -> None:
    assert any(message in each for each in problems("person", {"required": "surname"}, also=(also,)))


# unknown, depends_on, scope


def test_unknown_counts_as_failing_where_asked(bench: Bench) -> None:
    check = {"assert": "siblings > 1"}
    rows = {"person": [{"person_id": "1", "siblings": "2"}, {"person_id": "2"}, {"person_id": "3", "siblings": "x"}]}
    assert bench.judge(rule("person", check), rows).unknown == ("2", "3")
    assert bench.judge(rule("person", check, unknown="fail"), rows).fails == ("2", "3")
    assert bench.judge(rule("person", check, unknown="fail", when="siblings is not null"), rows).passes == ("1",)


def test_what_failed_before_is_not_assessed(bench: Bench) -> None:
    first = rule("person", {"required": "surname"}, id="A")
    second = rule("person", {"assert": "surname = 'Lake'"}, id="B", depends_on=("A",), unknown="fail")
    outcomes = bench.run([first, second], {"person": PEOPLE})
    assert bench.findings() == [("A", "person", "3"), ("B", "person", "1")]
    assert (outcomes["B"].counts.in_scope, outcomes["B"].counts.assessed) == (3, 2)


def test_one_finding_on_the_extract(bench: Bench) -> None:
    more = rule(
        "person",
        {"assert": "(select count(*) from plan as p) <= (select count(*) from person as q where q.surname is not null)"},
        scope="extract",
    )
    assert bench.run([more], {"person": PEOPLE, "plan": [{"plan_id": "A"}]})["R-1"].counts.failing == 0
    outcome = bench.run([more], {"person": PEOPLE[:1], "plan": [{"plan_id": "A"}, {"plan_id": "B"}]})["R-1"]
    assert (outcome.counts.in_scope, outcome.counts.assessed, outcome.counts.failing) == (1, 1, 1)
    assert bench.connection.execute("SELECT table_name, row_id, fields FROM dq_finding").fetchall() == [("person", None, "")]
    assert "stands outside a subquery" in problems("person", {"assert": "surname = 'x'"}, scope="extract")[0]


def test_a_rule_that_the_engine_cannot_run_leaves_nothing(bench: Bench) -> None:
    broken = rule("person", {"assert": "add_days(:as_of, length(surname) * 999999999999) > :as_of"})
    outcome = bench.run([broken], {"person": PEOPLE})["R-1"]
    assert outcome.reason == "The engine could not run it (ConversionException)."
    assert bench.findings() == []


# the last extract, raw text


def test_the_last_extract(bench: Bench) -> None:
    check = {
        "assert": "exists (select 1 from previous.person as b where b.person_id = person.person_id "
        "and b.date_of_birth = person.date_of_birth)"
    }
    now = [{"person_id": "1", "date_of_birth": "2010-01-01"}, {"person_id": "2", "date_of_birth": "2010-01-01"}]
    verdict = bench.judge(
        rule("person", check), {"person": now, "previous.person": [{"person_id": "1", "date_of_birth": "01/01/2010"}]}
    )
    assert (verdict.fails, verdict.passes) == (("2",), ("1",))
    assert compiler().rule(rule("person", check)).reads.relations == {"person", "previous.person"}


def test_reads_are_tables_and_views_only() -> None:
    check = {
        "query": "with late as (select v.row_id, v.plan_id from visit as v) "
        "select late.row_id from late join plan as p on p.plan_id = late.plan_id"
    }
    assert compiler().rule(rule("visit", check)).reads.relations == {"visit", "plan"}


# views

BEFORE = View("before", "Before", "visit", {"previous_date": "lag(visit_date) over (partition by plan_id order by visit_date)"})
GAPS = View("gaps", "Gaps", "visit", {"days_since": "days_between(previous_date, visit_date)"})
STAY = View(
    "stay", "Stays", records="plan",
    sql="select p.row_id, p.person_id as person_id, p.start_date as start_date, "
        "count(v.visit_id) as visits, max(v.days_since) as longest "
        "from plan as p left join visit as v on v.plan_id = p.plan_id group by p.row_id, p.person_id, p.start_date",
)  # fmt: skip
VISITS = [
    {"visit_id": key, "plan_id": "P", "visit_date": day}
    for key, day in (("b", "2026-01-05"), ("a", "2026-01-05"), ("c", "2026-02-01"), ("d", None))
]


def test_columns_of_a_view_break_ties_by_key(bench: Bench) -> None:
    bench.run([], {"visit": VISITS}, compiler([BEFORE]))
    got = {row["key"]: row["previous_date"] for row in bench.view("before")}
    assert got == {"a": None, "b": "2026-01-05", "c": "2026-01-05", "d": "2026-02-01"}


def test_views_on_views_and_rules_on_both(bench: Bench) -> None:
    use = compiler([BEFORE, GAPS, STAY])
    tables = {"visit": VISITS, "plan": [{"plan_id": "P", "person_id": "1"}, {"plan_id": "Q"}]}
    assert bench.judge(rule("visit", {"assert": "days_since < 20"}), tables, use).fails == ("c",)
    assert bench.judge(rule("stay", {"assert": "visits > 0"}), tables, use).fails == ("Q",)
    assert bench.judge(rule("stay", {"assert": "longest < 20"}), tables, use).fails == ("P",)
    compiled = use.rule(rule("visit", {"assert": "days_since < 20"}))
    assert compiled.views == ("before", "gaps")
    assert use.rule(rule("visit", {"required": "plan_id"})).views == ()
    assert use.rule(rule("plan", {"count": {"of": "visit", "by": "plan_id", "where": "days_since > 3", "max": 1}})).views == (
        "before",
        "gaps",
    )


def test_a_column_of_a_view_is_not_a_file_s(bench: Bench) -> None:
    use = compiler([BEFORE, GAPS, STAY])
    verdict = bench.judge(rule("stay", {"required": "start_date"}), {"plan": [{"plan_id": "P", "start_date": "x"}]}, use)
    assert verdict.fails == ("P",)  # the view has the date; what stood in the file it does not know
    with pytest.raises(PackError, match="takes a column of a file"):
        use.rule(rule("stay", {"assert": "raw(start_date) is null"}))
    with pytest.raises(PackError, match="the contract says nothing of it"):
        use.rule(rule("visit", {"parses": "previous_date"}))


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (View("v", "V", "plann", {"a": "1"}), "There is no table 'plann'."),
        (View("plan", "V", "plan", {"a": "1"}), "The name is a table's or another view's."),
        (View("v", "V", "plan", {"status": "1"}), "plan has a column 'status' already."),
        (View("v", "V", "plan", {"a": "stats"}), "There is no column 'stats' in plan."),
        (View("v", "V", "plan", {"a": "1 +"}), "This cannot be read as SQL"),
        (View("v", "V", records="plan", sql="select 1 +"), "This cannot be read as SQL"),
    ],
)
def test_faults_of_views(view: View, message: str) -> None:
    with pytest.raises(PackError, match=r".*") as caught:
        compiler([view])
    assert any(message in problem.message for problem in caught.value.problems)


# settings


def test_a_setting_without_a_value_is_told_of() -> None:
    assert compiler().rule(rule("person", {"assert": "siblings < :unset"})).unset == ("unset",)
    assert compiler().rule(rule("person", {"assert": "siblings < :limit"})).unset == ()
    assert compiler(year=None).rule(rule("person", {"assert": "date_of_birth < :year_start"})).unset == ("year",)


def test_a_derived_setting_follows_and_can_be_given(bench: Bench) -> None:
    born = rule("person", {"assert": "date_of_birth < :year_start"})
    rows = {"person": [{"person_id": "1", "date_of_birth": "2025-03-31"}, {"person_id": "2", "date_of_birth": "2025-04-01"}]}
    assert bench.judge(born, rows).fails == ("2",)
    assert bench.judge(born, rows, compiler(year=2027)).fails == ()
    assert bench.judge(born, rows, compiler(year_start=dt.date(2020, 1, 1))).fails == ("1", "2")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("make_date(:yeer, 4, 1)", "There is no setting :yeer."),
        (":year + 1", "It comes to an integer, and its type is date."),
        ("surname", "stands outside a subquery"),
        ("make_date(", "This cannot be read as SQL"),
        ("add_days(:d, 1)", "The setting is derived from itself."),
    ],
)
def test_faults_of_derived_settings(value: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        compiler(settings={**SETTINGS, "d": Setting(type="date", value=value, derived=True)})
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.subject == ":d"


# fingerprints


def mark(
    check: dict[str, Any], views: tuple[View, ...] = (), on: str = "person", contract: Contract | None = None, **parts: Any
) -> str:
    values = {name: parts.pop(name) for name in ("limit", "year", "as_of") if name in parts}
    use = Compiler(contract or small(), views, SETTINGS, {"as_of": AS_OF, **values})
    return use.rule(rule(on, check, **parts)).fingerprint


def test_a_fingerprint_is_the_meaning() -> None:
    limited = {"assert": "siblings < :limit"}
    assert mark(limited) == mark(limited, file="elsewhere.yaml", line=99, severity="minor", fix="Other.", as_of=dt.date(2027, 1, 1))
    assert mark(limited) == mark({"assert": "siblings  <  :limit -- as agreed"})
    assert mark(limited) == mark(limited, year=1999)
    assert mark(limited) != mark(limited, limit=21)
    assert mark(limited) != mark(limited, when="sex = 'F'")
    assert mark(limited) != mark(limited, unknown="fail")
    assert mark(limited) != mark(limited, depends_on=("A",))
    assert mark(limited) != mark({"assert": "siblings <= :limit"})
    assert mark({"assert": "date_of_birth < :year_start"}) != mark({"assert": "date_of_birth < :year_start"}, year=2027)


def test_a_fingerprint_holds_code_lists_and_views() -> None:
    codes = {**small().codes, "sexes": (*small().codes["sexes"], Code(code="X"))}
    contract = Contract(**{**vars(small()), "codes": codes})
    assert mark({"one_of": "sex"}) != mark({"one_of": "sex"}, contract=contract)
    assert mark({"required": "surname"}) == mark({"required": "surname"}, contract=contract)
    gap = {"assert": "days_since < 20"}
    other = View("before", "Before", "visit", {"previous_date": "lag(visit_date) over (partition by plan_id order by began)"})
    assert mark(gap, (BEFORE, GAPS), on="visit") != mark(gap, (other, GAPS), on="visit")
    assert mark(gap, (BEFORE, GAPS), on="visit") == mark(gap, (BEFORE, GAPS, STAY), on="visit")


def test_faults_of_a_rule_have_its_file_and_line() -> None:
    with pytest.raises(PackError) as caught:
        compiler().rule(rule("persn", {"required": "x"}, file="things.yaml", line=12))
    assert str(caught.value) == "things.yaml:12: R-1: There is no table or view 'persn'. Did you mean 'person'?"
    assert problems("person", {"required": "surname"}, fields=("surnme",)) == ["fields: there is no column 'surnme' in person."]
    assert problems("previous.person", {"required": "surname"}) == ["There is no table or view 'previous.person'."]


# order of rows and threads

CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("plan", {"no_overlap": {"start": "start_date", "end": "end_date", "by": "person_id"}}),
    ("plan", {"no_gap": {"start": "start_date", "end": "end_date", "by": "person_id", "days": 2}}),
    ("plan", {"unique": {"columns": ["person_id", "start_date"], "where": "end_date is null"}}),
    ("plan", {"count": {"of": "visit", "by": "plan_id", "max": 1}}),
    ("plan", {"assert": "last_start < start_date"}),
    ("visit", {"references": "plan_id"}),
    ("visit", {"contained_in": {"start": "visit_date", "end": "visit_date", "parent": "plan", "by": "plan_id",
     "parent_start": "start_date",
                                "parent_end": "end_date"}}),
    ("visit", {"query": "select v.row_id from visit as v join plan as p on p.plan_id = v.plan_id where v.visit_date > p.end_date"}),
    ("person", {"loops": "mother_id"}),
    ("person", {"unchanged": {"column": "surname", "in": "previous.person", "by": "person_id"}}),
]  # fmt: skip
LAST = View("last_of", "Last", "plan", {"last_start": "lag(start_date) over (partition by person_id order by end_date)"})
some_days = st.sampled_from([None, "2026-01-01", "2026-01-02", "2026-01-05", "2026-01-09", "x"])
keys = st.sampled_from(["1", "2", "3", None])
plans = st.fixed_dictionaries({"plan_id": keys, "person_id": keys, "start_date": some_days, "end_date": some_days})
visits = st.fixed_dictionaries({"visit_id": keys, "plan_id": keys, "visit_date": some_days})
people = st.fixed_dictionaries({"person_id": keys, "mother_id": keys, "surname": st.sampled_from(["M", None])})
worlds = st.fixed_dictionaries({"plan": st.lists(plans, max_size=9), "visit": st.lists(visits, max_size=6),
"person": st.lists(people, max_size=7),
                                "previous.person": st.lists(people, max_size=4)})  # fmt: skip


def answers(bench: Bench, world: dict[str, Rows]) -> list[object]:
    use = compiler([LAST])
    bench.run([], world, use)
    return [bench.verdict(use.rule(rule(on, check)), use) for on, check in CHECKS]


@pytest.fixture(scope="module")
def two_threads() -> Bench:
    return Bench(threads=2)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds, seed=st.integers(0, 2**32))
def test_neither_the_order_of_rows_nor_threads_matter(world: dict[str, Rows], seed: int, bench: Bench, two_threads: Bench) -> None:
    shuffled = {name: random.Random(seed).sample(list(rows), len(rows)) for name, rows in world.items()}
    told = answers(bench, world)
    assert answers(bench, shuffled) == told
    assert answers(two_threads, world) == told


def test_a_window_is_unknown_where_its_partition_is_blank() -> None:
    window = "lag(date_of_birth) over (partition by mother_id order by date_of_birth)"
    added = View("siblings", "The child before", adds_to="person", columns={"elder_born": window})
    tree = compiler(views=[added]).views["siblings"].tree
    written = 'CASE WHEN NOT "person"."mother_id" IS NULL THEN LAG("person"."date_of_birth") OVER'
    assert written in tree.sql(dialect="duckdb")
