"""Portable functions: literal results on DuckDB and on PostgreSQL, NULLs, and the laws they obey."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import holidays
import numpy as np
import pytest
import sqlglot
from bench import compiler
from functions_on import ENGINES, Value, evaluate, value_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from stdnum.gb import nhs, upn

from dq import patterns
from dq.calendar import FIRST, LAST
from dq.functions import DIALECTS, FUNCTIONS, UPN_LETTERS, Dialect, call

D = dt.date.fromisoformat
CASES: dict[str, list[tuple[Value, ...]]] = {  # arguments, then the result
    "upper": [("aé", "AÉ"), ("", "")],
    "lower": [("AB", "ab")],
    "trim": [("  a b ", "a b"), ("\u00a0a\t", "\u00a0a\t"), (" ", "")],
    "length": [("", 0), ("aé€", 3)],
    "substr": [("abcd", 2, 2, "bc"), ("abcd", 3, 9, "cd"), ("abcd", 9, 1, "")],
    "replace": [("abab", "b", "x", "axax"), ("ab", "", "x", "ab")],
    "left": [("abc", 2, "ab"), ("abc", 0, ""), ("abc", 9, "abc")],
    "right": [("abc", 2, "bc"), ("abc", 0, ""), ("abc", 9, "abc")],
    "concat": [("a", "b", "c", "abc"), ("", "", "", "")],
    "starts_with": [("abc", "ab", True), ("abc", "b", False), ("a", "", True), ("a", "abc", False), ("a%", "_%", False)],
    "ends_with": [("abc", "bc", True), ("abc", "b", False), ("a", "", True), ("c", "abc", False)],
    "contains": [("abc", "b", True), ("abc", "x", False), ("abc", "", True), ("", "", True), ("a_c", "b", False), ("a%", "%",
        True)],
    "regexp_matches": [("a1b", "[0-9]", True), ("ab", "[0-9]", False)],
    "abs": [(-2.5, 2.5), (3.0, 3)],
    "round": [(1.25, 1, 1.3), (-1.25, 1, -1.3), (2.0, 1, 2)],
    "floor": [(2.7, 2), (-2.1, -3)],
    "ceil": [(2.1, 3), (-2.7, -2)],
    "mod": [(7, 3, 1), (-7, 3, -1), (7, -3, 1), (7, 0, None)],
    "grid_miles": [
        (530000.0, 180000.0, 530000.0, 180000.0, 0), (100.0, 200.0, 4928.032, 6637.376, 5), (0.0, 0.0, -1609.344, 0.0, 1),
    ],
    "miles_between": [
        (51.5, -0.1, 51.5, -0.1, 0), (90.000001, 0.0, 51.5, 0.0, None), (51.5, 0.0, 99.999999, 0.0, None),
        (0.0, 0.0, 0.0, 0.0, 0),
    ],
    "coalesce": [(None, None, "c", "c"), ("a", None, "c", "a"), (None, None, None, None)],
    "greatest": [("a", "Z", "b", "b"), (None, "a", "B", "a"), (None, None, None, None)],
    "least": [("a", "Z", "b", "Z"), (None, "a", "B", "B"), (None, None, None, None)],
    "nullif": [("a", "a", None), ("a", "b", "a"), (None, "a", None), ("a", None, "a")],
    "year": [(D("2024-02-29"), 2024)],
    "month": [(D("2024-02-29"), 2)],
    "day": [(D("2024-02-29"), 29)],
    "day_of_week": [(D("2026-11-02"), 1), (D("2026-11-07"), 6), (D("2026-11-08"), 7)],
    "make_date": [
        (2024, 2, 29, D("2024-02-29")), (2023, 2, 29, None), (1900, 2, 29, None), (2000, 2, 29, D("2000-02-29")),
        (2026, 4, 31, None), (2026, 12, 31, D("2026-12-31")), (2026, 13, 1, None), (2026, 0, 1, None), (2026, 1, 0, None),
        (0, 1, 1, None), (2026, 9, 30, D("2026-09-30")), (99999, 1, 1, None), (-4, 1, 1, None),
    ],
    "add_days": [(D("2024-02-28"), 2, D("2024-03-01")), (D("2024-03-01"), -1, D("2024-02-29"))],
    "add_months": [
        (D("2026-01-31"), 1, D("2026-02-28")), (D("2024-01-31"), 1, D("2024-02-29")), (D("2026-03-31"), -1, D("2026-02-28")),
        (D("2024-02-29"), 12, D("2025-02-28")), (D("2026-02-28"), 1, D("2026-03-28")), (D("2026-12-15"), 1, D("2027-01-15")),
    ],
    "add_years": [(D("2024-02-29"), 1, D("2025-02-28")), (D("2024-02-29"), 4, D("2028-02-29")), (D("2024-02-29"), -1,
        D("2023-02-28"))],
    "days_between": [(D("2026-01-01"), D("2026-01-02"), 1), (D("2026-01-02"), D("2026-01-01"), -1), (D("2024-02-28"),
        D("2024-03-01"), 2)],
    "full_months": [
        (D("2026-01-31"), D("2026-02-28"), 1), (D("2026-01-31"), D("2026-02-27"), 0), (D("2026-01-15"), D("2026-01-14"), -1),
        (D("2026-01-15"), D("2026-01-15"), 0), (D("2024-02-29"), D("2025-02-28"), 12), (D("2026-01-31"), D("2026-04-30"), 3),
    ],
    "full_years": [
        (D("2008-11-03"), D("2026-11-02"), 17), (D("2008-11-02"), D("2026-11-02"), 18), (D("2008-02-29"), D("2026-02-28"), 18),
        (D("2008-02-29"), D("2026-02-27"), 17), (D("2026-01-02"), D("2026-01-01"), -1),
    ],
    "working_days": [
        (D("2026-04-02"), D("2026-04-07"), 1), (D("2026-04-07"), D("2026-04-02"), -1), (D("2026-04-03"), D("2026-04-06"), 0),
        (D("2026-11-02"), D("2026-11-02"), 0), (D("1989-12-31"), D("2026-01-01"), None), (D("2026-01-01"), D("2041-01-01"), None),
    ],
    "add_working_days": [
        (D("2026-04-02"), 1, D("2026-04-07")), (D("2026-04-04"), 0, D("2026-04-04")), (D("2026-04-04"), 1, D("2026-04-07")),
        (D("2026-04-04"), -1, D("2026-04-02")), (D("2026-04-07"), -1, D("2026-04-02")), (D("2040-12-31"), 1, None),
    ],
    "is_nhs_number": [
        ("9434765919", True), ("9434765918", False), ("0000000000", False), ("1111111111", False), ("943476591", False),
        ("943 476 5919", False), ("x434765919", False), ("", False), ("9434765919\n", False), ("٩٤٣٤٧٦٥٩١٩", False),
    ],
    "is_upn": [("H801200001001", True), ("U80120000100A", True), ("A801200001001", False), ("h801200001001", False), ("", False),
        ("I123456789012", False)],
    "is_postcode": [
        ("SW1A 1AA", True), ("sw1a1aa", True), ("M1 1AE", True), ("GIR 0AA", True), ("M1 1AC", False), ("M1  1AE", False), ("",
         False),
        ("B33 8TH ", False),
    ],
}  # fmt: skip
PASS_OVER = {"coalesce", "greatest", "least"}


def test_every_function_has_cases() -> None:
    assert set(CASES) == set(FUNCTIONS)


@pytest.mark.parametrize("dialect", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_results(name: str, dialect: Dialect) -> None:
    rows = [case[:-1] for case in CASES[name]]
    assert evaluate(dialect, name, rows) == [case[-1] for case in CASES[name]]


@pytest.mark.parametrize("dialect", ENGINES)
@pytest.mark.parametrize("name", [name for name in CASES if name not in PASS_OVER])
def test_null_gives_null(name: str, dialect: Dialect) -> None:
    whole = CASES[name][0][:-1]
    places = range(1 if name in ("regexp_matches", "nullif", "round") else len(whole))
    rows: list[Sequence[Value]] = [
        whole,
        *(tuple(None if at == place else value for at, value in enumerate(whole)) for place in places),
    ]
    assert evaluate(dialect, name, rows)[1:] == [None for _ in places]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_dialect_writes_sql_that_it_can_read(name: str) -> None:
    arguments = [exp.column(f"a{place}", table="t") for place in range(len(CASES[name][0]) - 1)]
    if name == "regexp_matches":
        arguments[1] = exp.Literal.string(r"^\d+$")  # type: ignore[call-overload]
    for dialect in DIALECTS:
        sql = compiler().sql(exp.select(exp.alias_(call(name, *arguments), "v")).from_("t"), dialect)
        assert sqlglot.parse_one(sql, dialect=dialect).sql(dialect) == sql


# expressions that engines read differently

SAME = {
    "'a' < 'B'": False, "'Z' < 'a'": True, "'a b' < 'ab'": True, "'é' > 'z'": True, "'b' between 'a' and 'C'": False,
    "7 / 2": 3.5, "7 / length(trim(' '))": None, "-7 % 3": -1, "5 % 0": None, "7 * 2 - 1": 13, "7 - (2 - 1)": 6, "-(2)": -2,
    "'a' || null": None, "concat('a', 'b') || 'c'": "abc", "'ab' like 'A%'": False, "'ab' ilike 'A%'": True,
    "'ab' not like 'a%'": False,
    "'a_b' like 'a__'": True, "case when 1 = 1 then date '2026-01-01' else '2026-02-01' end": D("2026-01-01"),
    "not (1 = 1 and 2 = 3)": True, "1 is distinct from null": True, "'A' in ('a', 'A')": True, "2 not between 1 and 3": False,
    "day_of_week(:year_start)": 2, "add_days(:year_start, -1)": D("2025-03-31"), "year(add_months(:as_of, 2))": 2027,
    "full_months(:year_start, :as_of) / 12": 19 / 12, "round(10 / 4)": 3, "round(-2.5)": -3, "round(1234, -2)": 1200,
    "length(trim('  x '))": 1, "coalesce(null, 2.5)": 2.5,
    "is_nhs_number('x')": False, "is_upn(null)": None, "add_working_days(date '2026-04-02', -1 + 2)": D("2026-04-07"),
    "working_days(add_working_days(:as_of, 3), add_working_days(:as_of, 5))": 2, "greatest('a', 'B') = 'a'": True,
    "mod(7, 4) * 2": 6, "add_days(date '2026-01-01', 1 + 1) = date '2026-01-03'": True, "make_date(2026, 2, 30) is null": True,
}  # fmt: skip


@pytest.mark.parametrize("dialect", ENGINES)
def test_expressions_mean_the_same(dialect: Dialect) -> None:
    assert {source: value_of(dialect, source) for source in SAME} == SAME


# laws, on DuckDB

days = st.dates(dt.date(1960, 1, 1), dt.date(2060, 12, 31))
near_month_ends = st.builds(
    lambda y, m, d: dt.date(y, m, 1) + dt.timedelta(days=d), st.integers(1999, 2030), st.integers(1, 12), st.integers(-3, 2)
)
some_days = st.one_of(days, near_month_ends)
batch = settings(max_examples=20, deadline=None)


@batch
@given(st.lists(st.tuples(some_days, some_days), min_size=20, max_size=60))
def test_full_months_counts_the_months_that_fit(pairs: list[tuple[dt.date, dt.date]]) -> None:
    for function, add in (("full_months", "add_months"), ("full_years", "add_years")):
        counts = evaluate("duckdb", function, pairs)
        reached = evaluate("duckdb", add, [(a, n) for (a, _), n in zip(pairs, counts, strict=True)])
        beyond = evaluate("duckdb", add, [(a, n + 1) for (a, _), n in zip(pairs, counts, strict=True) if isinstance(n, int)])
        for (_, b), first, after in zip(pairs, reached, beyond, strict=True):
            assert isinstance(first, dt.date) and isinstance(after, dt.date)
            assert first <= b < after


BANK_HOLIDAYS = np.array(sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(1990, 2041))), dtype="datetime64[D]")
in_calendar = st.dates(FIRST, LAST)


@batch
@given(st.lists(st.tuples(in_calendar, in_calendar), min_size=20, max_size=60))
def test_working_days_are_those_of_numpy(pairs: list[tuple[dt.date, dt.date]]) -> None:
    one = np.timedelta64(1, "D")
    first, second = (np.array(part, dtype="datetime64[D]") + one for part in zip(*pairs, strict=True))
    want = np.where(
        first <= second,
        np.busday_count(first, second, holidays=BANK_HOLIDAYS),
        -np.busday_count(second, first, holidays=BANK_HOLIDAYS),
    )
    assert evaluate("duckdb", "working_days", pairs) == want.tolist()


@batch
@given(
    st.lists(
        st.tuples(st.dates(dt.date(1992, 1, 1), dt.date(2038, 12, 31)), st.integers(-300, 300).filter(bool)),
        min_size=20,
        max_size=60,
    )
)
def test_add_working_days_goes_as_far_as_working_days_counts(pairs: list[tuple[dt.date, int]]) -> None:
    reached = evaluate("duckdb", "add_working_days", pairs)
    for (start, n), end in zip(pairs, reached, strict=True):
        assert isinstance(end, dt.date)
        want = np.busday_offset(start, n, roll="backward" if n > 0 else "forward", holidays=BANK_HOLIDAYS)
        assert end == want.astype(dt.date)
    forward = [(start, end) for (start, n), end in zip(pairs, reached, strict=True) if n > 0]
    assert not forward or evaluate("duckdb", "working_days", forward) == [n for _, n in pairs if n > 0]


@batch
@given(st.lists(st.from_regex(r"\A[0-9]{9,11}\Z|\A([0-9])\1{9}\Z", alphabet="0123456789x"), min_size=30, max_size=60))
def test_nhs_numbers_are_those_of_stdnum(texts: list[str]) -> None:
    made = [text[:9] + digit for text in texts for digit in "0123456789" if nhs.is_valid(text[:9] + digit)]
    every = [*texts, *made]
    # python-stdnum takes ten equal digits for a number; the NHS gives none such.
    want = [nhs.is_valid(text) and len(text) == 10 and len(set(text)) > 1 for text in every]
    assert evaluate("duckdb", "is_nhs_number", [(text,) for text in every]) == want


@batch
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(upn._la_numbers)), st.integers(0, 10**8 - 1), st.sampled_from("0123456789" + UPN_LETTERS)),
        min_size=20,
        max_size=60,
    )
)
def test_upns_are_those_of_stdnum(parts: list[tuple[str, int, str]]) -> None:
    bodies = [f"{la}{number:08d}{last}" for la, number, last in parts]
    right = [upn.calc_check_digit("A" + body) + body for body in bodies]
    wrong = [UPN_LETTERS[(UPN_LETTERS.index(each[0]) + 1) % 23] + each[1:] for each in right]
    assert all(upn.is_valid(each) for each in right)
    assert evaluate("duckdb", "is_upn", [(each,) for each in [*right, *wrong]]) == [True] * len(right) + [False] * len(wrong)


def test_upns_of_authorities_that_stdnum_does_not_know() -> None:
    body = "999123456780"
    text = upn.calc_check_digit("A" + body) + body
    assert not upn.is_valid(text)
    assert evaluate("duckdb", "is_upn", [(text,)]) == [True]


# patterns

tokens = st.sampled_from(["a", "B", "é", ".", "^", "$", "|", "(", "(?:", ")", "[a-c]", "[^a]", r"\d", r"\W", r"\s", "*", "+", "?",
"{2}", "{1,3}",
                          r"\.", r"\x41", r"\x{e9}", "[", "]", "-", r"\b", "{", " ", r"[\d_]", r"[&&a]", "\n"])  # fmt: skip
texts = st.text(alphabet="aBcé1 .\n\r_-&A\u00a0٣", max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(tokens, min_size=1, max_size=7).map("".join), st.lists(texts, min_size=1, max_size=6))
def test_a_pattern_that_is_taken_runs_everywhere_and_means_the_same(pattern: str, words: list[str]) -> None:
    if patterns.fault(pattern):
        return
    rows = [(word, pattern) for word in words]
    assert evaluate("duckdb", "regexp_matches", rows) == evaluate("postgres", "regexp_matches", rows)


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[", "a{2,1}", "a**", "a+?", "*a", r"\b", "(?i)a", "(?=a)", r"\1", "a{256}", "(a{100}){100}",
    "[[:alpha:]]", r"[\D]",
                "a{", "a\\", r"\p{L}", r"\x{110000}", r"\x{d800}", "[z-a]", "(?P<x>a)", "\0"],
)  # fmt: skip
def test_refused_patterns(pattern: str) -> None:
    assert patterns.fault(pattern)


@pytest.mark.parametrize("dialect", ENGINES)
def test_distances_agree_with_another_formula_and_with_known_places(dialect: Dialect) -> None:
    points = [
        (51.5041, -0.1285, 54.5973, -5.9301),
        (58.6439, -3.0693, 50.0664, -5.7148),
        (0.0, 0.0, 0.0, 180.0),
        (90.0, 0.0, -90.0, 0.0),
    ]
    found = evaluate(dialect, "miles_between", points)
    assert found == [pytest.approx(_law_of_cosines(*each), rel=1e-9) for each in points]
    assert found[1] == pytest.approx(603, abs=1)  # John o' Groats to Land's End, as the crow flies


def _law_of_cosines(north: float, east: float, other_north: float, other_east: float) -> float:
    north, other_north, turn = (math.radians(each) for each in (north, other_north, other_east - east))
    cosine = math.sin(north) * math.sin(other_north) + math.cos(north) * math.cos(other_north) * math.cos(turn)
    return 6371.0088 / 1.609344 * math.acos(max(-1.0, min(1.0, cosine)))


def test_grid_and_globe_agree_within_half_a_per_cent() -> None:
    # A point in Norfolk (the worked example of Ordnance Survey's guide to coordinate systems) and one in Westminster.
    [grid] = evaluate("duckdb", "grid_miles", [(651409.903, 313177.270, 530047.0, 179951.0)])
    [globe] = evaluate("duckdb", "miles_between", [(52.65757, 1.71792, 51.50354, -0.127695)])
    assert globe == pytest.approx(grid, rel=0.005)
