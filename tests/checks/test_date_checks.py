"""Checks of dates and intervals: ordered, within, no_overlap, no_gap, contained_in."""

import pytest
from bench import Bench, compiler, rule
from cases import Case, Cases, spans

from dq.errors import PackError

CASES = Cases()
add = CASES.add

add(
    "the same day is in order",
    {"ordered": ["start_date", "end_date"]},
    spans(("2026-01-05", "2026-01-05"), ("2026-01-05", "2026-01-04"), ("2026-01-05", None), (None, None), ("soon", "2026-01-01")),
    on="plan",
    fails="2",
    passes="1",
    unknown="3 4 5",
)
add(
    "strictly",
    {"ordered": {"columns": ["start_date", "end_date"], "strict": True}},
    spans(("2026-01-05", "2026-01-05"), ("2026-01-05", "2026-01-06")),
    on="plan",
    fails="1",
    passes="2",
)
add(
    "times of one day",
    {"ordered": ["began", "ended"]},
    [{"began": "2026-01-05", "ended": "2026-01-05 00:01"}, {"began": "2026-01-05 10:00", "ended": "2026-01-05 09:59"}],
    on="visit",
    fails="2",
    passes="1",
)

WITHIN = {"from": "start_date", "to": "end_date"}
add(
    "days, the last one counts",
    {"within": {**WITHIN, "days": 10}},
    spans(
        ("2026-01-05", "2026-01-15"),
        ("2026-01-05", "2026-01-16"),
        ("2026-01-05", None),
        (None, "2026-01-05"),
        ("2026-01-05", "2026-01-01"),
    ),
    on="plan",
    fails="2",
    passes="1 5",
    unknown="3 4",
)
add(
    "months end with shorter months",
    {"within": {**WITHIN, "months": 1}},
    spans(
        ("2026-01-31", "2026-02-28"),
        ("2026-01-31", "2026-03-01"),
        ("2024-01-31", "2024-02-29"),
        ("2024-02-29", "2024-03-29"),
        ("2024-02-29", "2024-03-30"),
    ),
    on="plan",
    fails="2 5",
    passes="1 3 4",
)
add(
    "twelve months from 29 February",
    {"within": {**WITHIN, "months": 12}},
    spans(("2024-02-29", "2025-02-28"), ("2024-02-29", "2025-03-01")),
    on="plan",
    fails="2",
    passes="1",
)
# 3 April 2026 is Good Friday, 6 April Easter Monday.
add(
    "working days over Easter",
    {"within": {**WITHIN, "working_days": 1}},
    spans(("2026-04-02", "2026-04-07"), ("2026-04-02", "2026-04-08"), ("2026-04-04", "2026-04-07"), ("2026-04-07", "2026-04-07")),
    on="plan",
    fails="2",
    passes="1 3 4",
)
add(
    "a setting as limit, open counted to the as-of date",
    {"within": {**WITHIN, "days": ":limit", "unless_blank": "as_of"}},
    spans(("2026-10-13", None), ("2026-10-12", None), ("2026-10-12", "2026-11-01"), ("2026-10-12", "never"), (None, None)),
    on="plan",
    fails="2",
    passes="1 3",
    unknown="4 5",
)
add(
    "a time on the last day is in time",
    {"within": {"from": "began", "to": "ended", "days": 1}},
    [{"began": "2026-01-05 10:00", "ended": "2026-01-06 23:59"}, {"began": "2026-01-05 10:00", "ended": "2026-01-07 00:00"}],
    on="visit",
    fails="2",
    passes="1",
)

OVERLAP = {"start": "start_date", "end": "end_date", "by": "person_id"}
add(
    "touching, open ends, the same start",
    {"no_overlap": OVERLAP},
    [
        {"person_id": "A", "start_date": "2026-01-01", "end_date": "2026-02-01"},
        {"person_id": "A", "start_date": "2026-02-01", "end_date": "2026-03-01"},
        {"person_id": "A", "start_date": "2026-02-28", "end_date": None},
        {"person_id": "A", "start_date": "2026-06-01", "end_date": "2026-06-02"},
        {"person_id": "B", "start_date": "2026-01-01", "end_date": None},
        {"person_id": "B", "start_date": "2026-01-01", "end_date": "2026-01-01"},
        {"person_id": None, "start_date": "2026-01-01"},
        {"person_id": "B", "start_date": None},
        {"person_id": "B", "start_date": "x", "end_date": "2026-01-09"},
    ],
    on="plan",
    fails="3 4",
    passes="1 2 5 6",
    unknown="7 8 9",
)
add(
    "touching is overlapping where asked",
    {"no_overlap": {**OVERLAP, "touching": False}},
    spans(("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01"), ("2026-03-02", None), person_id="A"),
    on="plan",
    fails="2",
    passes="1 3",
)
add(
    "a long one holds later ones",
    {"no_overlap": OVERLAP},
    spans(
        ("2026-01-01", "2026-12-31"),
        ("2026-02-01", "2026-02-02"),
        ("2026-03-01", "2026-03-02"),
        ("2026-12-31", None),
        person_id="A",
    ),
    on="plan",
    fails="2 3",
    passes="1 4",
)
add(
    "an end that cannot be read is not open",
    {"no_overlap": OVERLAP},
    spans(("2026-01-01", "31/02/2026"), ("2026-05-01", None), person_id="A"),
    on="plan",
    passes="1 2",
)
add(
    "one record twice",
    {"no_overlap": OVERLAP},
    [{"plan_id": "P", "person_id": "A", "start_date": "2026-01-01", "end_date": "2026-01-03"}] * 2,
    on="plan",
    fails="P",
    passes="P",
)
add(
    "only records in scope",
    {"no_overlap": OVERLAP},
    when="status = 'C1'",
    rows=[{"person_id": "A", "status": status, "start_date": "2026-01-01"} for status in ("C1", "C2")],
    on="plan",
    passes="1",
)
add(
    "times",
    {"no_overlap": {"start": "began", "end": "ended", "by": ["plan_id"]}},
    [
        {"plan_id": "P", "began": "2026-01-01 09:00", "ended": "2026-01-01 10:00"},
        {"plan_id": "P", "began": "2026-01-01 10:00", "ended": "2026-01-01 11:00"},
        {"plan_id": "P", "began": "2026-01-01 10:59"},
    ],
    on="visit",
    fails="3",
    passes="1 2",
)

add(
    "the next day is a gap unless one day is allowed",
    {"no_gap": OVERLAP},
    spans(("2026-01-01", "2026-01-31"), ("2026-01-31", "2026-02-10"), ("2026-02-11", "2026-03-01"), person_id="A"),
    on="plan",
    fails="3",
    passes="2",
    unknown="1",
)
add(
    "days",
    {"no_gap": {**OVERLAP, "days": 1}},
    spans(("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-05"), ("2026-03-07", None), ("2026-09-01", None), person_id="A"),
    on="plan",
    fails="3",
    passes="2 4",
    unknown="1",
)
add(
    "an end that cannot be read leaves no gap",
    {"no_gap": OVERLAP},
    spans(("2026-01-01", "31/02/2026"), ("2026-05-01", None), (None, None), person_id="A"),
    on="plan",
    passes="2",
    unknown="1 3",
)
add(
    "times of one day",
    {"no_gap": {"start": "began", "end": "ended", "by": "plan_id"}},
    [
        {"plan_id": "P", "began": "2026-01-01 09:00", "ended": "2026-01-01 10:00"},
        {"plan_id": "P", "began": "2026-01-01 11:00", "ended": "2026-01-01 12:00"},
        {"plan_id": "P", "began": "2026-01-02 00:00"},
    ],
    on="visit",
    fails="3",
    passes="2",
    unknown="1",
)

INSIDE = {
    "start": "began",
    "end": "ended",
    "parent": "plan",
    "by": "plan_id",
    "parent_start": "start_date",
    "parent_end": "end_date",
}
PLANS = [
    {"plan_id": "SHUT", "start_date": "2026-01-10", "end_date": "2026-02-10"},
    {"plan_id": "OPEN", "start_date": "2026-01-10"},
    {"plan_id": "BARE"},
]
add(
    "first and last day belong to it",
    {"contained_in": INSIDE},
    [
        {"plan_id": "SHUT", "began": "2026-01-10", "ended": "2026-02-10"},
        {"plan_id": "SHUT", "began": "2026-01-09", "ended": "2026-02-10"},
        {"plan_id": "SHUT", "began": "2026-01-10", "ended": "2026-02-11"},
        {"plan_id": "SHUT", "began": "2026-01-10"},
        {"plan_id": "OPEN", "began": "2026-01-10"},
        {"plan_id": "BARE", "began": "2026-01-10"},
        {"plan_id": "NONE", "began": "2026-01-10"},
        {"plan_id": "SHUT"},
        {"began": "2026-01-10"},
        {"plan_id": "SHUT", "began": "2026-01-10", "ended": "soon"},
    ],
    on="visit",
    plan=PLANS,
    fails="2 3 4",
    passes="1 5",
    unknown="6 7 8 9 10",
)


@pytest.mark.parametrize("case", CASES.all, ids=lambda case: f"{case.about}: {case.name}")
def test_rows(case: Case, bench: Bench) -> None:
    case.hold(bench)


FAULTS = [
    ({"ordered": ["start_date"]}, "ordered needs at least two columns."),
    ({"ordered": ["start_date", "status"]}, "compares a date (start_date) with a code (status)"),
    ({"within": WITHIN}, "within needs exactly one of days, working_days, months."),
    ({"within": {**WITHIN, "days": 1, "months": 1}}, "within needs exactly one of"),
    ({"within": {**WITHIN, "days": "limit"}}, "'limit' is neither a number nor a setting"),
    ({"within": {**WITHIN, "days": ":limmit"}}, "There is no setting :limmit."),
    ({"within": {**WITHIN, "days": 1, "unless_blank": "today"}}, "unless_blank: Input should be 'as_of'"),
    ({"no_overlap": {"start": "start_date"}}, "no_overlap needs end, by."),
    (
        {"contained_in": {**INSIDE, "start": "start_date", "end": "end_date", "parent": "plann"}},
        "There is no table or view 'plann'.",
    ),
]


@pytest.mark.parametrize(("check", "message"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults(check: dict[str, object], message: str) -> None:
    with pytest.raises(PackError) as caught:
        compiler().rule(rule("plan", check))
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.fix
