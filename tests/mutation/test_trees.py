"""Small changes of predicates and SELECTs, and that a tree written as text is read back as the same tree."""

from __future__ import annotations

import pytest

from dq import pack as packs
from dq.expression import parse
from dq.expression.reader import Fault
from dq.functions import Tree
from dq.mutation.trees import Words, changes, patterns, written

CASEWORK = packs.load("casework")
SETTINGS = {"limit": "integer", "as_of": "date", "strict": "boolean"}


def tree(source: str) -> Tree:
    parsed = parse(source)
    assert not isinstance(parsed, Fault)
    return parsed


def changed(source: str, table: str = "cp_visit") -> dict[str, str]:
    """Kind to text of every change; kinds that occur twice are numbered."""
    found: dict[str, str] = {}
    for each in changes(tree(source), Words(CASEWORK.contract, SETTINGS, table)):
        name = each.kind
        while name in found:
            name += "'"
        found[name] = each.text
    return found


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a < 3", {"< to <=": "a <= 3", "limit + 1": "a < 4", "limit - 1": "a < 2"}),
        ("a < b", {"< to <=": "a <= b", "sides swapped": "b < a"}),
        ("a >= b", {">= to >": "a > b", "sides swapped": "b >= a"}),
        ("a = b", {"= to <>": "a <> b"}),
        ("a is distinct from 'Y'", {
            "distinct to same": "a IS NOT DISTINCT FROM 'Y'", "distinct to <>": "a <> 'Y'",
            "other code": "a IS DISTINCT FROM 'Yx'",
        }),
        ("seen = 'Y'", {"= to <>": "seen <> 'Y'", "other code": "seen = 'N'"}),
        ("a in ('X', 'Z')", {"without X": "a IN ('Z')", "without Z": "a IN ('X')"}),
        ("a is null", {"is null to is not null": "NOT a IS NULL"}),
        ("a is not null", {"is not null to is null": "a IS NULL"}),
        ("not a", {"not dropped": "a"}),
        ("a and b", {"and to or": "a OR b", "second condition dropped": "a", "first condition dropped": "b"}),
        (
            "a and b or c",
            {
                "or to and": "a AND b AND c", "second condition dropped": "a AND b", "first condition dropped": "c",
                "and to or": "(a OR b) OR c", "second condition dropped'": "a OR c", "first condition dropped'": "b OR c",
            },
        ),
        ("f <= :limit", {"<= to <": "f < :limit", "limit + 1": "f <= (:limit + 1)", "limit - 1": "f <= (:limit - 1)"}),
        (
            "f <= :as_of",
            {"<= to <": "f < :as_of", "as_of + 1 day": "f <= add_days(:as_of, 1)", "as_of - 1 day": "f <= add_days(:as_of, -1)"},
        ),
        ("a or :strict", {
            "or to and": "a AND :strict", "second condition dropped": "a", "first condition dropped": ":strict",
            "not strict": "a OR (NOT :strict)",
        }),
        ("full_months(a, b)", {"full_months to full_years": "full_years(a, b)", "arguments swapped": "full_months(b, a)"}),
        ("coalesce(a, b)", {"coalesce without 1": "b", "coalesce without 2": "a"}),
        ("upper(a)", {"upper dropped": "a"}),
        ("a between 2 and 3", {
            "low end out": "a > 2 AND a <= 3", "high end out": "a >= 2 AND a < 3", "limit + 1": "a BETWEEN 3 AND 3",
            "limit - 1": "a BETWEEN 1 AND 3", "limit + 1'": "a BETWEEN 2 AND 4", "limit - 1'": "a BETWEEN 2 AND 2",
        }),
        ("case when a then b else c end", {"else dropped": "CASE WHEN a THEN b END"}),
        ("a >= date '2026-03-31'", {
            ">= to >": "a > CAST('2026-03-31' AS DATE)", "a day later": "a >= CAST('2026-04-01' AS DATE)",
            "a day earlier": "a >= CAST('2026-03-30' AS DATE)",
        }),
        ("regexp_matches(a, '[A-Z]{3}')", {
            "repetition 0 + 1": "regexp_like(a, '[A-Z]{4}')", "repetition 0 - 1": "regexp_like(a, '[A-Z]{2}')",
        }),
        ("lag(a) over (partition by b, c order by d)", {
            "partition without b": "lag(a) OVER (PARTITION BY c ORDER BY d NULLS LAST)",
            "partition without c": "lag(a) OVER (PARTITION BY b ORDER BY d NULLS LAST)",
            "order 1 turned": "lag(a) OVER (PARTITION BY b, c ORDER BY d DESC)",
            "lag to lead": "lead(a) OVER (PARTITION BY b, c ORDER BY d NULLS LAST)",
        }),
    ],
)  # fmt: skip
def test_what_a_predicate_can_become(source: str, wanted: dict[str, str]) -> None:
    assert changed(source) == wanted


def test_what_a_select_can_become() -> None:
    found = changed("select x.a from t as x left join u as y on y.a = x.a where x.b union all select distinct z.a from v as z")
    assert found["second part dropped"] == "SELECT x.a FROM t AS x LEFT JOIN u AS y ON y.a = x.a WHERE x.b"
    assert found["first part dropped"] == "SELECT DISTINCT z.a FROM v AS z"
    assert found["where dropped"].startswith("SELECT x.a FROM t AS x LEFT JOIN u AS y ON y.a = x.a UNION ALL")
    assert " AS x JOIN u AS y" in found["left join to join"]
    assert found["distinct dropped"].endswith("UNION ALL SELECT z.a FROM v AS z")


def test_each_change_is_another_text_and_says_what_it_changed() -> None:
    inner = "exists (select 1 from cp_plan as p where p.plan_id = cp_visit.plan_id and p.end_date is null)"
    source = f"a and (b < 3 or c in ('X', 'Z')) and {inner}"
    found = list(changes(tree(source), Words(CASEWORK.contract, SETTINGS, "cp_visit")))
    assert len({(each.path, each.kind) for each in found}) == len(found) > 15
    assert all(each.text != written(tree(source)) and each.before != each.after for each in found)
    assert any(each.before == "b < 3" and each.after == "(b <= 3)" for each in found)


def test_what_a_tree_is_given_is_left_as_it_was() -> None:
    given = tree("a < 3 and b = 'X'")
    before = given.copy()
    list(changes(given, Words(CASEWORK.contract, SETTINGS, "cp_visit")))
    assert given == before


def test_repetitions_of_a_pattern() -> None:
    assert dict(patterns("[0-9]{6,7}")) == {"repetition 0 + 1": "[0-9]{6,8}", "repetition 0 - 1": "[0-9]{6,6}"}
    assert list(patterns("[0-9]+")) == []


@pytest.mark.parametrize("name", packs.names())
def test_every_predicate_and_view_survives_being_written(name: str) -> None:
    pack = packs.load(name)
    sources = [statement.when for rule in pack.rules for statement in rule.statements if statement.when]
    sources += [
        str(s.value) for rule in pack.rules for s in rule.statements if s.check in ("assert", "query") and isinstance(s.value, str)
    ]
    sources += [source for view in pack.views for source in (*view.columns.values(), view.sql) if source]
    assert len(sources) > 40
    assert [source for source in sources if parse(written(tree(source))) != tree(source)] == []
