"""The SQL of every check on every engine, held against tests/golden; every check has a literal case and golden files."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot
import test_date_checks
import test_people_checks
import test_record_checks
import test_value_checks
from bench import GOLDEN, compiler, rule

from dq.checks import CHECKS
from dq.functions import DIALECTS, Dialect

SPAN = {"start": "start_date", "end": "end_date"}
SHOWN: dict[str, tuple[str, Any]] = {
    "required": ("person", ["surname", "date_of_birth"]),
    "forbidden": ("person", ["surname", "date_of_birth"]),
    "parses": ("person", ["date_of_birth", "siblings"]),
    "one_of": ("plan", {"column": "status", "on": "start_date"}),
    "mapped": ("person", "sex"),
    "matches": ("person", {"column": "upn", "pattern": r"[A-Z]\d{12}|T.*"}),
    "fits": ("person", {"column": "surname"}),
    "ordered": ("plan", ["start_date", "end_date"]),
    "within": ("plan", {"from": "start_date", "to": "end_date", "working_days": ":limit", "unless_blank": "as_of"}),
    "no_overlap": ("plan", {**SPAN, "by": "person_id"}),
    "no_gap": ("plan", {**SPAN, "by": "person_id", "days": 1}),
    "contained_in": (
        "visit",
        {
            "start": "began",
            "end": "ended",
            "parent": "plan",
            "by": "plan_id",
            "parent_start": "start_date",
            "parent_end": "end_date",
        },
    ),
    "unique": ("person", {"columns": ["nhs_number", "surname"], "where": "sex = 'F'"}),
    "references": ("visit", {"column": "plan_id", "where": "end_date is null"}),
    "count": ("plan", {"of": "visit", "by": "plan_id", "where": "visit_date > '2026-01-01'", "min": 1, "max": ":limit"}),
    "unchanged": ("person", {"column": "date_of_birth", "in": "previous.person", "by": "person_id"}),
    "loops": ("person", "mother_id"),
    "assert": ("person", "surname < 'M' and full_years(date_of_birth, :as_of) < 18 and not regexp_matches(upn, '^T')"),
    "distinct_people": ("person", ":limit"),
    "query": (
        "person",
        "select p.row_id from person as p join plan as q on q.person_id = p.person_id where q.end_date < q.start_date",
    ),
}


def test_every_check_is_shown_and_has_a_literal_case() -> None:
    cases = [
        *test_value_checks.CASES.all,
        *test_date_checks.CASES.all,
        *test_record_checks.CASES.all,
        *test_people_checks.CASES.all,
    ]
    assert set(SHOWN) == set(CHECKS)
    for name in CHECKS:
        mine = [case.want for case in cases if case.about == name]
        assert any(want.fails for want in mine), f"{name} has no case in which a record fails"
        assert any(want.passes for want in mine), f"{name} has no case in which a record passes"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", SHOWN)
def test_sql(name: str, dialect: Dialect, golden: Callable[[str, str], None]) -> None:
    on, value = SHOWN[name]
    use = compiler()
    statement = use.rule(rule(on, {name: value}, when="row_id > 0")).statements[0]
    sql = use.sql(statement.verdict, dialect, pretty=True)
    golden(f"{name}.{dialect}.sql", sql + "\n")
    assert sqlglot.parse_one(sql, dialect=dialect).sql(dialect, pretty=True) == sql


def test_every_golden_file_belongs_to_a_check() -> None:
    assert {path.name for path in GOLDEN.glob("*.sql")} == {f"{name}.{dialect}.sql" for name in CHECKS for dialect in DIALECTS}
