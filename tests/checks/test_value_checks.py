"""Checks of a record's own values: required, forbidden, parses, one_of, mapped, matches, fits."""

import pytest
from bench import Bench, rule
from cases import Case, Cases, values

from dq.errors import PackError

CASES = Cases()
add = CASES.add

add("blank", {"required": "surname"}, values("surname", "Marsh", None, "", "  "), fails="2 3 4", passes="1")
add(
    "unparsable is filled in",
    {"required": "date_of_birth"},
    values("date_of_birth", "2010-02-29", "2010-02-28", None),
    fails="3",
    passes="1 2",
)
add(
    "all of several",
    {"required": ["surname", "sex"]},
    [{"surname": "M", "sex": "F"}, {"surname": "M"}, {"sex": "F"}, {}],
    fails="2 3 4",
    passes="1",
)
add("only where asked", {"required": "surname"}, values("sex", "F", "M", None), when="sex = 'F'", fails="1")
add("blank", {"forbidden": "surname"}, values("surname", "Marsh", None), fails="1", passes="2")
add("unparsable is not blank", {"forbidden": "date_of_birth"}, values("date_of_birth", "soon", None), fails="1", passes="2")
add("none of several", {"forbidden": ["surname", "sex"]}, [{}, {"surname": "M"}, {"sex": "F"}], fails="2 3", passes="1")

add(
    "29 February and words",
    {"parses": "date_of_birth"},
    values("date_of_birth", "2012-02-29", "2011-02-29", "31/04/2012", "30/04/2012", "unknown", None),
    fails="2 3 5",
    passes="1 4",
    unknown="6",
)
add(
    "whole numbers",
    {"parses": "siblings"},
    values("siblings", "3", "-3", "3.5", "three", None),
    fails="3 4",
    passes="1 2",
    unknown="5",
)
add(
    "several, one blank",
    {"parses": ["siblings", "height"]},
    [{"siblings": "x"}, {"siblings": "1"}, {}, {"siblings": "1", "height": "tall"}],
    fails="1 4",
    passes="2",
    unknown="3",
)
add("text always parses", {"parses": "surname"}, values("surname", "x", None), passes="1", unknown="2")

add("its own list", {"one_of": "sex"}, values("sex", "M", "F", "m", "X", None), fails="3 4", passes="1 2", unknown="5")
add("another list", {"one_of": {"column": "surname", "codes": "sexes"}}, values("surname", "M", "Marsh"), fails="2", passes="1")
add("values", {"one_of": {"column": "sex", "values": ["M"]}}, values("sex", "M", "F", None), fails="2", passes="1", unknown="3")
add(
    "codes of a number",
    {"one_of": "room"},
    values("room", "1", "3", None, "first"),
    on="visit",
    fails="2 4",
    passes="1",
    unknown="3",
)
add(
    "on the day, first and last included",
    {"one_of": {"column": "status", "on": "start_date"}},
    [
        {"status": "OLD", "start_date": "2016-03-31"},
        {"status": "OLD", "start_date": "2016-04-01"},
        {"status": "OLD", "start_date": "1990-01-01"},
        {"status": "OLD", "start_date": "1989-12-31"},
        {"status": "C2", "start_date": "2000-02-29"},
        {"status": "C2", "start_date": "2000-02-28"},
        {"status": "OLD"},
        {"status": "C9"},
        {"status": "C1", "start_date": "1950-01-01"},
        {"start_date": "2016-03-31"},
    ],
    on="plan",
    fails="2 4 6 8",
    passes="1 3 5 7 9",
    unknown="10",
)
add(
    "on the day of a setting, whatever the record's dates",
    {"one_of": {"column": "status", "on": ":year_start"}},
    [{"status": "OLD", "start_date": "2016-03-31"}, {"status": "C2", "start_date": "2000-02-28"}, {"status": "C9"}, {}],
    on="plan",
    fails="1 3",
    passes="2",
    unknown="4",
)
add("a blank fails where asked", {"one_of": "sex"}, values("sex", "M", None), blank_fails=True, fails="2", passes="1")

add("code without a target", {"mapped": "sex"}, values("sex", "M", "U", "X", None), fails="2", passes="1", unknown="3 4")
add("no code has a target", {"mapped": "room"}, values("room", "1", None, "7"), on="visit", fails="1", unknown="2 3")

add(
    "the whole text",
    {"matches": {"column": "upn", "pattern": r"[A-Z]\d{12}"}},
    values("upn", "A123456789012", "A1234567890123", "xA123456789012", "a123456789012", "A123456789012\n", None),
    fails="2 3 4",
    passes="1 5",
    unknown="6",
)
add(
    "either of two",
    {"matches": {"column": "surname", "pattern": "a|bc"}},
    values("surname", "a", "bc", "ac", "abc"),
    fails="3 4",
    passes="1 2",
)
add(
    "a number as it was written",
    {"matches": {"column": "height", "pattern": r"\d\.\d\d"}},
    values("height", "1.50", "1.5", "x", None),
    fails="2 3",
    passes="1",
    unknown="4",
)

add(
    "length counts characters",
    {"fits": "surname"},
    values("surname", "ÀÉÎÕÜàéîõü", "ÀÉÎÕÜàéîõüx", None, "Čapek"),
    fails="2 4",
    passes="1",
    unknown="3",
)
add("decimals", {"fits": "height"}, values("height", "1.5", "1.55", "1.555", "1", None), fails="3", passes="1 2 4", unknown="5")
add(
    "a limit of the rule's own",
    {"fits": {"column": "surname", "length": 3, "characters": "ascii"}},
    values("surname", "abc", "abcd", "é"),
    fails="2 3",
    passes="1",
)


@pytest.mark.parametrize("case", CASES.all, ids=lambda case: f"{case.about}: {case.name}")
def test_rows(case: Case, bench: Bench) -> None:
    case.hold(bench)


FAULTS = [
    ({"required": "surnam"}, "There is no column 'surnam' in person.", "Did you mean 'surname'?"),
    ({"required": {"colums": ["surname"]}}, "required has no parameter 'colums'.", "Did you mean 'columns'?"),
    ({"one_of": "surname"}, "'surname' has no code list.", "Name one with codes:"),
    ({"one_of": {"column": "sex", "codes": "sexs"}}, "There is no code list 'sexs'.", "Did you mean 'sexes'?"),
    ({"one_of": {"column": "sex", "values": []}}, "at least one value", "Leave out"),
    ({"one_of": {"column": "sex", "values": ["Q"]}}, "'Q' is not in the code list of sex.", ""),
    ({"one_of": {}}, "one_of needs column.", "Write one_of: {column, [codes], [values], [on]}."),
    ({"matches": {"column": "upn", "pattern": "("}}, "The pattern '(' cannot be used", "PostgreSQL"),
    ({"matches": {"column": "upn", "pattern": "a)(b"}}, "The pattern 'a)(b' cannot be used", "PostgreSQL"),
    ({"matches": "upn"}, "matches needs pattern.", "Write matches: {column, pattern}."),
    ({"fits": "upn"}, "Nothing limits 'upn'.", "Give length:"),
    ({"fits": {"column": "upn", "characters": "greek"}}, "characters: Input should be 'any', 'latin1' or 'ascii'", ""),
    ({"reqired": "upn"}, "There is no check 'reqired'.", "Did you mean 'required'?"),
]


@pytest.mark.parametrize(("check", "message", "fix"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults_say_what_to_write(check: dict[str, object], message: str, fix: str) -> None:
    from bench import compiler

    with pytest.raises(PackError) as caught:
        compiler().rule(rule("person", check))
    [problem] = caught.value.problems
    assert message in problem.message
    assert fix in problem.fix
