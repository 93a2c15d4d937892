"""The check of people among each other, on pairs that the model itself found (before it has learnt anything)."""

import pytest
from bench import Bench, compiler, rule, small
from cases import Case, Cases

from dq.errors import PackError
from dq.people import find, model

needs_splink = pytest.mark.skipif(not find.installed(), reason=f"NO Splink: distinct_people was not tried; {find.INSTALL}")
CASES = Cases()
add = CASES.add

ADA = {"forename": "Matilda", "surname": "Marsh", "date_of_birth": "2014-05-06", "sex": "F", "nhs_number": "9434765919"}
add(
    "a short form of the name; a stranger; nothing to compare",
    {"distinct_people": 1},
    [ADA, {**ADA, "forename": "Tilly", "nhs_number": None}, {"forename": "Otis", "surname": "Vale"}, {"sex": "F"}],
    fails="1",
    passes="2 3",
    unknown="4",
)
add(
    "day and month swapped; a limit that is a setting and above it",
    {"distinct_people": ":limit"},
    [ADA, {**ADA, "date_of_birth": "2014-06-05", "nhs_number": None}],
    passes="1 2",
)


def load(bench: Bench, case: Case) -> None:
    """The case's rows, and the pairs among them."""
    bench.load(case.tables)
    bench.connection.execute("DELETE FROM dq_pair_finding")
    find.fill(bench.connection, find.find(bench.connection, small(), model.start(), -1000, threads=1))


@needs_splink
@pytest.mark.parametrize("case", CASES.all, ids=lambda case: case.name)
def test_verdicts_and_pairs(case: Case, bench: Bench) -> None:
    use = compiler()
    compiled = use.rule(rule(case.on, case.check))
    load(bench, case)
    bench.build(use)
    assert bench.verdict(compiled, use) == case.want
    outcome = bench.engine.evaluate(compiled)
    assert outcome.counts.failing == len(case.want.fails)
    assert outcome.counts.assessed == len(case.want.fails) + len(case.want.passes)
    found = bench.connection.execute("SELECT key FROM dq_pair_finding").fetchall()
    assert [key for (key,) in found] == [f"{first}|2" for first in case.want.fails]
    assert bench.connection.execute("SELECT count(*) FROM dq_finding").fetchall() == [(0,)]


@needs_splink
def test_a_finding_says_what_agrees_and_shows_both(bench: Bench) -> None:
    load(bench, CASES.all[0])
    bench.build(compiler())
    bench.engine.evaluate(compiler().rule(rule("person", {"distinct_people": 1})))
    [(values,)] = bench.connection.execute('SELECT "values"::JSON FROM dq_pair_finding').fetchall()
    shown = bench.connection.execute("SELECT unnest(json_keys(?))", [values]).fetchall()
    assert [key for (key,) in shown][:5] == ["match_weight", "agrees", "nearly_agrees", "differs", "not_compared"]
    picked = bench.connection.execute("SELECT ?->>'agrees', ?->>'nearly_agrees', ?->>'forename'", [values] * 3).fetchall()
    assert picked == [("surname, date of birth, sex", "forename (forms of one name)", "Matilda / Tilly")]


def test_faults() -> None:
    with pytest.raises(PackError) as caught:
        compiler().rule(rule("plan", {"distinct_people": 1}))
    assert "compares records of the person table" in caught.value.problems[0].message
    with pytest.raises(PackError) as caught:
        compiler().rule(rule("person", {"distinct_people": ":limt"}))
    assert any("limt" in str(problem) for problem in caught.value.problems)
