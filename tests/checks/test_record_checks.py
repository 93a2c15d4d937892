"""Checks of a record among others: unique, references, count, unchanged, loops; and the free forms, assert and query."""

import pytest
from bench import Bench, compiler, rule
from cases import Case, Cases, values

from dq.errors import PackError

CASES = Cases()
add = CASES.add

add(
    "every record of a clash",
    {"unique": "nhs_number"},
    values("nhs_number", "A", "B", "A", None, None),
    fails="1 3",
    passes="2",
    unknown="4 5",
)
add(
    "of several columns",
    {"unique": ["surname", "date_of_birth"]},
    [{"surname": "M", "date_of_birth": day} for day in ("2010-01-01", "01/01/2010", "2010-01-02", None, "x", "x")],
    fails="1 2",
    passes="3",
    unknown="4 5 6",
)
add(
    "only records that count",
    {"unique": {"columns": ["nhs_number"], "where": "sex = 'F'"}},
    [{"nhs_number": "A", "sex": sex} for sex in ("F", "M", None)] + [{"nhs_number": "B", "sex": "F"}] * 2,
    fails="4 5",
    passes="1",
    unknown="2 3",
)
add("a repeated record", {"unique": "nhs_number"}, [{"person_id": "P", "nhs_number": "A"}] * 2, fails="P P")

ROWS = [{"plan_id": "P1"}, {"plan_id": "P9"}, {}]
add(
    "by its link",
    {"references": "plan_id"},
    ROWS,
    on="visit",
    plan=[{"plan_id": "P1"}, {"plan_id": "P1"}, {"plan_id": None}],
    fails="2",
    passes="1",
    unknown="3",
)
add("an empty table", {"references": "plan_id"}, ROWS, on="visit", fails="1 2", unknown="3")
add(
    "only records that count",
    {"references": {"column": "plan_id", "where": "end_date is null"}},
    [*ROWS[:1], {"plan_id": "P2"}],
    on="visit",
    plan=[{"plan_id": "P1", "end_date": "2026-01-01"}, {"plan_id": "P2"}],
    fails="1",
    passes="2",
)
add(
    "another table",
    {"references": {"column": "mother_id", "to": "plan.person_id"}},
    values("mother_id", "A", "B"),
    plan=[{"person_id": "A"}],
    fails="2",
    passes="1",
)
add(
    "the last extract",
    {"references": {"column": "person_id", "to": "previous.person.person_id"}},
    [{}, {}],
    previous_person=[{"person_id": "2"}],
    fails="1",
    passes="2",
)

PLANS = [{"plan_id": key} for key in ("none", "one", "three")]
VISITS = [
    {"plan_id": plan, "visit_date": day}
    for plan, day in (("one", "2026-01-01"), ("three", "2026-01-01"), ("three", "2026-01-02"), ("three", None), (None, None))
]
add(
    "between",
    {"count": {"of": "visit", "by": "plan_id", "min": 1, "max": 2}},
    PLANS,
    on="plan",
    visit=VISITS,
    fails="none three",
    passes="one",
)
add(
    "a link followed to the key",
    {"count": {"of": "plan", "by": "person_id", "min": 1}},
    [{}, {}],
    plan=[{"person_id": "2"}],
    fails="1",
    passes="2",
)
add(
    "named columns, blank here",
    {"count": {"of": "plan", "by": {"mother_id": "person_id"}, "min": 1}},
    values("mother_id", "A", "B", None),
    plan=[{"person_id": "A"}],
    fails="2",
    passes="1",
    unknown="3",
)
add(
    "only records that count, a setting",
    {"count": {"of": "visit", "by": "plan_id", "where": "visit_date > '2026-01-01'", "max": ":limit"}},
    PLANS,
    on="plan",
    visit=VISITS * 21,
    fails="three",
    passes="none one",
)

BEFORE = [
    {"person_id": "1", "date_of_birth": "2010-01-01"},
    {"person_id": "2", "date_of_birth": "2010-01-01"},
    {"person_id": "3", "date_of_birth": "2010-01-01"},
    {"person_id": "5"},
]
add(
    "the last extract",
    {"unchanged": {"column": "date_of_birth", "in": "previous.person", "by": "person_id"}},
    values("date_of_birth", "01/01/2010", "2010-01-02", None, "2010-01-01", None),
    previous_person=BEFORE,
    fails="2 3",
    passes="1",
    unknown="4 5",
)

add(
    "a ring, a chain, oneself",
    {"loops": "mother_id"},
    [
        {"person_id": key, "mother_id": mother}
        for key, mother in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e"), ("f", None), ("g", "f"), ("h", "nobody"))
    ],
    fails="a b c e",
    passes="d g h",
    unknown="f",
)
add(
    "a key of two records",
    {"loops": "mother_id"},
    [{"person_id": "a", "mother_id": "b"}, {"person_id": "b", "mother_id": None}, {"person_id": "b", "mother_id": "a"}],
    fails="a b",
    unknown="b",
)

add(
    "three values",
    {"assert": "height > 1 and siblings < 3"},
    [{"height": "2", "siblings": "1"}, {"height": "1"}, {"height": "2"}, {"siblings": "9"}, {"height": "tall", "siblings": "1"}],
    fails="2 4",
    passes="1",
    unknown="3 5",
)
add(
    "scope", {"assert": "siblings < 3"}, values("siblings", "1", "5", None), when="siblings is not null and siblings > 1", fails="2"
)
add("not like", {"assert": "surname not like 'M%'"}, values("surname", "Marsh", "Lake", None), fails="1", passes="2", unknown="3")
add(
    "a record elsewhere",
    {"assert": "exists (select 1 from plan as p where p.person_id = person.person_id and p.end_date is null)"},
    [{}, {}, {}],
    plan=[{"person_id": "1"}, {"person_id": "2", "end_date": "2026-01-01"}],
    fails="2 3",
    passes="1",
)
add(
    "a single aggregate",
    {"assert": "siblings >= (select count(*) from person as o where o.mother_id = person.mother_id) - 1"},
    [{"mother_id": "M", "siblings": n} for n in ("1", "0", None)],
    fails="1 2",
    unknown="3",
)
add(
    "the records that fail",
    {"query": "select v.row_id from visit as v join plan as p on p.plan_id = v.plan_id where v.visit_date < p.start_date"},
    [{"plan_id": "P", "visit_date": "2026-01-01"}, {"plan_id": "P", "visit_date": "2026-01-02"}, {}],
    on="visit",
    plan=[{"plan_id": "P", "start_date": "2026-01-02"}] * 2,
    fails="1",
    passes="2 3",
)


@pytest.mark.parametrize("case", CASES.all, ids=lambda case: f"{case.about}: {case.name}")
def test_rows(case: Case, bench: Bench) -> None:
    case.hold(bench)


FAULTS = [
    ("person", {"unique": {"columns": ["surname"], "where": "sex ="}}, "This cannot be read as SQL"),
    ("person", {"references": "surname"}, "'surname' links to nothing."),
    ("person", {"references": {"column": "surname", "to": "plan.number"}}, "There is no column 'number'"),
    ("person", {"count": {"of": "plan", "by": "person_id"}}, "count needs min or max."),
    ("visit", {"loops": {"column": "plan_id", "to": "visit_number"}}, "There is no column 'visit_number' in visit."),
    (
        "person",
        {"unchanged": {"column": "surname", "in": "previous.persn", "by": "person_id"}},
        "There is no table or view 'previous.persn'.",
    ),
    ("person", {"query": "select p.person_id from person as p"}, "The query gives no row_id."),
    ("person", {"query": "delete from person"}, "stands where a SELECT is expected."),
    ("person", {"assert": 5}, "Input should be a valid string"),
]


@pytest.mark.parametrize(("on", "check", "message"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults(on: str, check: dict[str, object], message: str) -> None:
    with pytest.raises(PackError) as caught:
        compiler().rule(rule(on, check))
    assert any(message in problem.message for problem in caught.value.problems)
