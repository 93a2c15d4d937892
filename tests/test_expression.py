"""What a predicate may hold, what is refused and with which words, and that whatever is taken also runs."""

from __future__ import annotations

import pytest
from bench import Bench, Verdict, compiler, rule

from dq.compile import Compiler
from dq.errors import PackError, Problem
from dq.rules import View


def faults(predicate: str, on: str = "person", *, use: Compiler | None = None, **parts: object) -> list[Problem]:
    """The problems of a predicate, none where it is taken."""
    try:
        (use or compiler()).rule(rule(on, {"assert": predicate}, **parts))
    except PackError as error:
        return error.problems
    return []


TAKEN = [
    "surname is not null", "surname <> 'x' and not (sex = 'M' or sex in ('F', 'U'))", "date_of_birth <= '2026-03-31'",
    "date_of_birth between date '2000-02-29' and :as_of", "date_of_birth is distinct from date '2000-01-01'",
    "case sex when 'M' then siblings > 1 else true end", "siblings * 2 + height / 3 - 1 > -1", "siblings % 2 = 0",
    "mod(siblings, 2) = 1",
    "coalesce(surname, 'x') || 'y' not like 'x%'", "raw(date_of_birth) is not null and parses(siblings)", "is_client",
    "not is_client",
    "exists (select 1 from plan as p where p.person_id = person.person_id and p.end_date is null)",
    "not exists (select 1 from person as o where o.nhs_number = person.nhs_number and o.row_id <> person.row_id)",
    "(select count(*) from plan as p where p.person_id = person.person_id) <= :limit",
    "(select max(p.end_date) from plan as p where p.person_id = person.person_id) >= '2026-01-01'",
    "(select count(distinct p.status) from plan as p where p.person_id = person.person_id) < 2",
    "(select bool_or(p.end_date is null) from plan as p where p.person_id = person.person_id)",
    "exists (select 1 from plan as p join visit as v on v.plan_id = p.plan_id where p.person_id = person.person_id)",
    "exists (select 1 from plan as p where p.person_id = person.person_id "
    "and exists (select 1 from visit as v where v.plan_id = p.plan_id))",
    "surname = (select max(o.surname) from previous.person as o where o.person_id = person.person_id)",
    "updated > date_of_birth", "full_years(date_of_birth, :as_of) < 18",
    "working_days(date_of_birth, add_working_days(:as_of, 5)) >= :limit",
    "regexp_matches(upper(surname), '^[A-Z]+$')", "least(siblings, 3) = greatest(siblings, 0)", "surname < 'M' -- a comment",
    "case when siblings > 1 then siblings else height end > 1.5", "nullif(siblings, 0) is null",
    "(surname is null) = (sex is null)", "in_code_list(sex)",
    "exists (select 1 from plan as p where p.person_id = person.person_id and not in_code_list(p.status))",
]  # fmt: skip


@pytest.mark.parametrize("predicate", TAKEN)
def test_taken_and_run(predicate: str, bench: Bench) -> None:
    assert faults(predicate) == []
    outcome = bench.run([rule("person", {"assert": predicate})], {"person": [{"person_id": "1"}], "previous.person": []})["R-1"]
    assert not outcome.reason
    assert outcome.counts.in_scope == 1


def test_a_code_is_in_its_list_not_in_it_or_blank(bench: Bench) -> None:
    people = [{"person_id": "1", "sex": "M"}, {"person_id": "2", "sex": "m"}, {"person_id": "3"}]
    said = bench.judge(rule("person", {"assert": "in_code_list(sex)"}), {"person": people})
    assert said == Verdict(fails=("2",), passes=("1",), unknown=("3",))


REFUSED = [  # predicate (MINE: p.person_id = person.person_id), words of the message, words of the fix
    ("exists (select p.plan_id into x from plan as p where MINE)", "INTO may not stand", ""),
    ("exists (select 1 from plan as p tablesample 10% where MINE)", "sample may not follow a table", "every record"),
    ("exists (select 1 from plan as p using sample 10% where MINE)", "SAMPLE may not stand", ""),
    ("#1 = 'x'", "PositionalColumn may not stand", ""),
    ("rowid = 1", "There is no column 'rowid' in person.", "row_id"),
    ("date_of_birth < current_date", "'current_date' is not one", "Use :as_of"),
    ("date_of_birth < today()", "'current_date' is not one", "Use :as_of"),
    ("updated < now()", "'now' is not one", "Use :as_of"),
    ("updated < current_timestamp", "'current_timestamp' is not one", "Use :as_of"),
    ("random() < 1", "function 'rand' is not one", ""),
    ("exists (select 1 from other.main.plan as p where MINE)", "catalog may not follow a table", ""),
    ("exists (select 1 from information_schema.tables as p where p.table_name = person.surname)",
     "There is no table or view 'information", ""),
    ("exists (select 1 from prvious.plan as p where MINE)", "no table or view 'prvious.plan'", "'previous.plan'"),
    ("main.person.surname = 'x'", "names a schema", "alias"),
    ("exists (with plan as (select v.plan_id from visit as v) select 1 from plan where plan.plan_id = person.surname)",
     "bears a table's name", "another"),
    ("exists (with q as (select v.plan_id from visit as v) select 1 from q where q.plan_id = person.surname)",
     "WITH stands in a subquery", "view"),
    ("exists (select 1 from plan as visit where visit.person_id = person.person_id)", "The alias 'visit' is a table's name",
     "another alias"),
    ("exists (select 1 from person where person.person_id = person.mother_id)", "stands here twice", "from t as x"),
    ("exists (select 1 from plan as dq_calendar where dq_calendar.person_id = person.person_id)", "begins with dq_", "another"),
    ("exists (select 1 from plan as p(person_id, plan_id) where MINE)", "renames columns", "AS"),
    ("person_id in (select p.person_id from plan as p)", "IN over a subquery is refused", "EXISTS"),
    ("person_id not in (select p.person_id from plan as p)", "IN over a subquery is refused", "one blank makes NOT IN unknown"),
    ("person_id in plan", "IN over a subquery is refused", "EXISTS"),
    ("person_id = any (select p.person_id from plan as p)", "Any may not stand", "OR"),
    ("'x' = (select p.status from plan as p where MINE)", "holds a single aggregate", "min(...)"),
    ("1 = (select count(*) from plan as p where MINE group by p.status)", "gives one value", "no GROUP BY"),
    ("1 = (select count(*) + 1 from plan as p where MINE)", "holds a single aggregate", ""),
    ("exists (select 1 from plan as p where p.end_date is null)", "never speaks of the record outside", "person.column"),
    ("exists (select 1 from person as r where person_id = r.person_id)", "'person_id' stands unqualified",
     "r.person_id or person.person_id"),
    ("1 < (select count(*) from plan as p)", "never speaks of the record outside", ""),
    ("exists (select count(*) from plan as p where MINE)", "always true", "Select 1"),
    ("dq_text(siblings) = 'x'", "'dq_text' is not one that a rule may use", ""),
    ("dq_binary(surname) = 'x'", "'dq_binary' is not one that a rule may use", ""),
    ("frobnicate(surname) = 'x'", "'frobnicate' is not one that a rule may use", ""),
    ("regex_matches(surname, 'x')", "'regex_matches' is not one", "'regexp_matches'"),
    ("months_between(date_of_birth, :as_of) > 1", "is not one that a rule may use", ""),
    ("age(date_of_birth) > 1", "is not one that a rule may use", ""),
    ("dayofweek(date_of_birth) = 1", "'dayofweek' is not one", "Monday is 1"),
    ("weekday(date_of_birth) = 1", "is not one that a rule may use", ""),
    ("regexp_full_match(surname, 'x')", "is not one that a rule may use", "regexp_matches"),
    ("surname ~ 'x'", "operator ~", "regexp_matches"),
    ("surname !~ 'x'", "operator ~", "regexp_matches"),
    ("surname similar to 'x'", "SimilarTo may not stand", "regexp_matches"),
    ("surname glob 'x'", "Glob may not stand", ""),
    ("regexp_matches(surname, '(')", "The pattern '(' cannot be used", "DuckDB"),
    ("regexp_matches(surname, '(?<!a)b')", "cannot be used", "lookarounds"),
    ("regexp_matches(surname, upn)", "not a text in quotes", ""),
    ("regexp_matches(surname, 'a', 'i')", "takes no flag here", ""),
    ("date_of_birth - :as_of > 1", "Dates take no + or -", "days_between"),
    ("date_of_birth + 1 > :as_of", "Dates take no + or -", "add_days"),
    ("date_of_birth > :as_of - interval 1 year", "Interval may not stand", "add_years"),
    ("surname = 1", "compares a text (surname) with an integer", "quotes"),
    ("siblings = 'one'", "compares an integer (siblings) with a text", ""),
    ("is_client = 1", "compares a true or false (is_client) with an integer", "like with like"),
    ("date_of_birth = surname", "compares a date (date_of_birth) with a text (surname)", ""),
    ("surname in ('a', 1)", "IN compares a text (surname) with an integer", ""),
    ("surname", "This is a text (surname), not a condition", "is not null"),
    ("siblings", "This is an integer (siblings), not a condition", ""),
    ("not surname", "a text (surname) stands where a condition is expected", ""),
    ("surname and is_client", "a text (surname) stands where a condition", ""),
    ("cast(surname as integer) = 1", "CAST may not stand", "raw(column)"),
    ("surname::integer = 1", "CAST may not stand", ""),
    ("try_cast(surname as integer) = 1", "'try_cast' is not one", ""),
    ("timestamp '2026-01-01' < updated", "CAST may not stand", ""),
    ("list_filter([1], x -> x > 1) is null", "is not one that a rule may use", ""),
    ("[1, 2] is null", "function 'array' is not one", ""),
    ("{'a': 1} is null", "function 'struct' is not one", ""),
    ("surname[1] = 'x'", "Bracket may not stand", "substr"),
    ("unnest(surname) = 1", "is not one that a rule may use", ""),
    ("exists (select 1 from plan as p where MINE qualify row_number() over (order by p.plan_id) = 1)", "QUALIFY may not", ""),
    ("exists (select 1 from plan as p where MINE limit 1)", "LIMIT may not stand", ""),
    ("exists (select 1 from plan as p where MINE order by p.plan_id)", "ORDER may not stand", ""),
    ("exists (select 1 from plan as p where MINE offset 1)", "OFFSET may not stand", ""),
    ("exists ((select 1 from plan as p where MINE) limit 1)", "a SELECT is expected", ""),
    ("exists (select 1 from plan as p where MINE union all select 1 from visit as v limit 1)", "LIMIT may not", ""),
    ("exists (select 1 from plan as p join visit as v using (plan_id) where MINE)", "USING joins are refused", "ON a.x"),
    ("exists (select 1 from plan as p natural join visit as v where MINE)", "NATURAL joins are refused", "ON a.x"),
    ("exists (select 1 from plan as p asof join visit as v on v.visit_date >= p.start_date where MINE)", "ASOF joins", ""),
    ("exists (select 1 from plan as p positional join visit as v where MINE)", "POSITIONAL joins", ""),
    ("exists (select 1 from plan as p right join visit as v on v.plan_id = p.plan_id where MINE)", "Only JOIN, LEFT", ""),
    ("exists (select 1 from plan as p left join visit as v where MINE)", "A JOIN has no ON", ""),
    ("exists (select 1 from plan as p, lateral (select 1 as x) as q where MINE)", "is not a table of the contract", ""),
    ("exists (select 1 from unnest([1]) as u(x) where u.x = person.siblings)", "is not a table of the contract", ""),
    ("exists (select 1 from read_csv('/etc/passwd') as f where f.x = person.surname)", "is not a table of the contract", ""),
    ("exists (select 1 from 'x.csv' as f where f.x = person.surname)", "There is no table or view 'x.csv'", ""),
    ("exists (select 1 from (select q.person_id from plan as q) as p where MINE)", "subquery stands in FROM", "view"),
    ("exists (select * from plan as p where MINE)", "Star may not stand", "Name the columns"),
    ("exists (select p.* from plan as p where MINE)", "Star may not stand", "Name the columns"),
    ("exists (select 1 from plan as p where MINE group by all)", "ALL may not stand in GROUP", ""),
    ("*", "Star may not stand", "Name the columns"),
    ("columns(*) = 1", "is not one that a rule may use", ""),
    ("copy person to 'x'", "Copy may not stand", ""),
    ("attach 'x.db'", "Attach may not stand", ""),
    ("pragma database_list", "may not stand", ""),
    ("drop table person", "Drop may not stand", ""),
    ("true; drop table person", "Exactly one expression", "semicolons"),
    ("", "Exactly one expression", ""),
    ("surname =", "cannot be read as SQL", "brackets"),
    ("surname = 'x", "cannot be read as SQL", "quotes"),
    ("select 1", "Select may not stand", "EXISTS"),
    ("surname = 'x' as y", "Alias may not stand", "name"),
    ("row_number() over (order by surname) = 1", "A window (OVER) stands in a rule", "view"),
    ("count(*) > 1", "count(...) stands outside a subquery", "select count(*)"),
    ("max(surname) = 'x'", "max(...) stands outside a subquery", ""),
    ("row_number() = 1", "needs OVER", ""),
    ("1 = (select max(v.room, 2) from visit as v where v.plan_id = person.surname)", "COUNT may not stand in MAX", ""),
    ("1 = (select sum(v.plan_id) from visit as v where v.plan_id = person.surname)", "sum of a text", "number"),
    ("1 = (select count(distinct v.room, v.plan_id) from visit as v where v.plan_id = person.surname)", "takes one value", ""),
    ("1 = (select count(v.room, v.plan_id) from visit as v where v.plan_id = person.surname)", "EXPRESSIONS may not stand", ""),
    ("1 = (select sum(v.room order by v.plan_id) from visit as v where v.plan_id = person.surname)", "Order may not stand", ""),
    ("date_of_birth = 'soon'", "'soon' is not a date that exists", "2026-03-31"),
    ("date_of_birth = '2026-02-30'", "'2026-02-30' is not a date that exists", ""),
    ("date_of_birth > '20260301'", "'20260301' is not a date", ""),
    ("date_of_birth in ('2026-01-01', '2025-02-29')", "'2025-02-29' is not a date", ""),
    ("date_of_birth between '2026-01-01' and '2026-31-12'", "'2026-31-12' is not a date", ""),
    ("date '1900-02-29' < :as_of", "'1900-02-29' is not a date that exists", ""),
    ("sex = 'X'", "'X' is not in the code list of sex", ""),
    ("sex in ('M', 'f')", "'f' is not in the code list of sex", "'F'"),
    ("case sex when 'Q' then true end", "'Q' is not in the code list", ""),
    ("surname collate nocase = 'x'", "'collate' is not one", "upper"),
    ("siblings between symmetric 3 and 1", "SYMMETRIC may not stand in BETWEEN", ""),
    ("surname like 'x!%' escape '!'", "Escape may not stand", ""),
    ("surname like any ('x', 'y')", "Any may not stand", ""),
    ("date_of_birth like '2026%'", "LIKE compares a date", "BETWEEN"),
    ("surname = null", "= with NULL is never true", "IS NULL"),
    ("surname <> null", "<> with NULL is never true", "IS NOT NULL"),
    ("surname not in ('a', null)", "IN with NULL is never true", ""),
    ("siblings / 0 > 1", "division by zero", ""),
    ("surname = :nothing", "There is no setting :nothing", ""),
    ("siblings < :limitt", "There is no setting :limitt", "'limit'"),
    ("siblings < ?", "There is no setting", ""),
    ("siblings < $1", "There is no setting :1", ""),
    ("siblings << 1 > 2", "BitwiseLeftShift may not stand", ""),
    ("siblings ** 2 > 1", "function 'power' is not one", ""),
    ("siblings // 2 > 1", "IntDiv may not stand", ""),
    ("surname is of_type", "IS takes NULL, TRUE or FALSE", ""),
    ("surname is true", "tested for true or false", ""),
    ("'2026-02-30' between date_of_birth and :as_of", "'2026-02-30' is not a date", ""),
    ("'soon' in (date_of_birth, :as_of)", "'soon' is not a date", ""),
    ("1 < (select count(distinct person.surname) from plan as p where MINE)", "only of the record outside", ""),
    ("1 < (select count(*) filter (where person.is_client) from plan as p where MINE)", "only of the record", ""),
    ("raw('x') = 'x'", "raw takes one column", ""),
    ("raw(row_id) = 'x'", "takes a column of a file", ""),
    ("parses(row_hash)", "takes a column of a file", ""),
    ("in_code_list('x')", "in_code_list takes one column", "in_code_list(column)"),
    ("in_code_list(sex, surname)", "in_code_list takes one column", ""),
    ("in_code_list(surname)", "a column with a code list, and 'surname' has none", ""),
    ("in_code_list(surnam)", "There is no column 'surnam' in person", "'surname'"),
    ("surnam = 'x'", "There is no column 'surnam' in person", "'surname'"),
    ("peron.surname = 'x'", "'peron' is not a table here", "'person'"),
    ("person.surnam = 'x'", "There is no column 'surnam' in person", "'surname'"),
    ("left(surname, 1.5) = 'x'", "left takes an integer, got a number", ""),
    ("left(surname, siblings / 2) = 'x'", "left takes an integer, got a number", ""),
    ("full_years(date_of_birth) = 1", "full_years takes 2 arguments, got 1", ""),
    ("trim(leading 'x' from surname) = 'x'", "trim takes no expression, position here", ""),
    ("full_years(surname, :as_of) > 1", "full_years takes a date, got a text", ""),
    ("coalesce(surname, siblings) = 'x'", "coalesce takes a text (surname), got an integer", ""),
    ("is_nhs_number(siblings)", "is_nhs_number takes a text, got an integer", ""),
    ("surname || siblings = 'x'", "concat takes a text, got an integer", ""),
    ("case when siblings > 1 then 'a' else 1 end = 'a'", "CASE compares", ""),
    ("case when siblings then 'a' end = 'a'", "stands where a condition is expected", ""),
    ("round(height, siblings) > 1", "decimal places of round", "round(x, 2)"),
    ("-surname = 'x'", "minus sign before a text", ""),
    ("siblings > -null", "null whatever the record holds", "name a column"),
    ("siblings > coalesce(null, null)", "null whatever the record holds", "name a column"),
    ("siblings > ->", "cannot be read as SQL", ""),
]  # fmt: skip


@pytest.mark.parametrize(("predicate", "message", "fix"), REFUSED, ids=lambda value: str(value)[:60])
def test_refused(predicate: str, message: str, fix: str) -> None:
    found = faults(predicate.replace("MINE", "p.person_id = person.person_id"))
    assert any(message.lower() in problem.message.lower() and fix.lower() in problem.fix.lower() for problem in found), found
    assert all(problem.subject == "R-1" for problem in found)


def test_every_fault_is_told_at_once() -> None:
    wrong = "surnam = 1 and siblings = 'x' or date_of_birth > '2026-02-30' or now() > updated"
    assert len(faults(wrong)) == 4


def test_nested_brackets_are_a_fault_not_a_crash() -> None:
    assert "nested too deeply" in faults("(" * 3000 + "true" + ")" * 3000)[0].message


def test_windows_of_a_view_have_a_total_order() -> None:
    view = View("before", "Before", "visit", {"previous": "lag(visit_date) over (partition by plan_id order by visit_date desc)"})
    use = compiler([view])
    sql = use.sql(use.views["before"].tree, "duckdb")
    assert 'ORDER BY "visit"."visit_date" DESC, "visit"."visit_id" ASC, "visit"."row_hash" ASC)' in sql


BAD_VIEWS = [
    ("select p.plan_id from plan as p", "has no column row_id"),
    ("select p.row_id, p.plan_id as plan_id, p.status as plan_id from plan as p", "selected twice"),
    ("select p.row_id, lag(p.status) over () as s from plan as p", "without ORDER BY"),
    ("select p.row_id, max(p.end_date) over (order by p.start_date range between 1 preceding and current row) as s from plan as p",
     "Only ROWS"),
    ("select p.row_id, max(p.end_date) over (order by p.start_date rows between (select max(1) from plan as q) preceding "
     "and current row) as s "
     "from plan as p", "not plain"),
    ("select p.row_id, sum(p.row_id) over w as s from plan as p window w as (order by p.plan_id)", "WINDOWS may not stand"),
    ("select p.row_id, p.status from plan as p limit 5", "LIMIT may not stand"),
    ("select distinct on (p.status) p.row_id, p.status from plan as p", "DISTINCT ON is refused"),
    ("select p.row_id, p.status from plan as p union all select v.row_id from visit as v", "different numbers of columns"),
    ("select p.row_id, p.status from plan as p union all by name select v.row_id, v.plan_id as status from visit as v",
     "BY_NAME may not"),
    ("select p.row_id, p.status from plan as p union all select v.row_id, v.visit_date from visit as v",
     "UNION column 'status' compares"),
    ("with recursive w as (select p.row_id from plan as p) select w.row_id from w", "WITH RECURSIVE is refused"),
    ("with w as (select p.row_id from plan as p), w as (select v.row_id from visit as v) select w.row_id from w",
     "stands here twice"),
    ("with w(a) as (select p.row_id from plan as p) select w.a as row_id from w", "renames columns"),
    ("select p.row_id, q.status from plan as p join (select r.status, r.plan_id from plan as r) as visit "
     "on visit.plan_id = p.plan_id", "table's name"),
    ("select row_id, status from plan as p", "stands unqualified"),
    ("select p.row_id, rank() over (order by count(*)) as n from plan as p group by p.row_id", "stands in a SELECT with GROUP BY"),
    ("select p.row_id, count(*) as n from plan as p group by rollup (p.row_id)", "Rollup may not stand"),
    ("select p.row_id, lag(p.plan_id, 1, 0) over (order by p.plan_id) as n from plan as p", "The default compares"),
    ("select p.row_id, lag(p.plan_id, 'x') over (order by p.plan_id) as n from plan as p", "number of rows"),
    ("select p.row_id, bool_or(p.status) as n from plan as p group by p.row_id", "logical_or of a code"),
    ("select 1 as row_id", "has no FROM"),
    ("update plan set status = 'x'", "a SELECT is expected"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "message"), BAD_VIEWS, ids=lambda value: value[:60])
def test_refused_views(sql: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        compiler([View("bad", "Bad", records="plan", sql=sql, file="views.yaml", line=7)])
    assert any(message in problem.message for problem in caught.value.problems), caught.value.problems
    assert all((problem.file, problem.line, problem.subject) == ("views.yaml", 7, "bad") for problem in caught.value.problems)
