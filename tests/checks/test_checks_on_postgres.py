"""Every literal case of every check gives the same verdicts on PostgreSQL as on DuckDB."""

import pytest
import test_date_checks
import test_record_checks
import test_value_checks
from bench import Bench, compiler, rule
from cases import Case
from functions_on import mirrored

CASES = [*test_value_checks.CASES.all, *test_date_checks.CASES.all, *test_record_checks.CASES.all]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.about}: {case.name}")
def test_same_verdicts(case: Case, bench: Bench) -> None:
    use = compiler()
    verdict = use.rule(rule(case.on, case.check, when=case.when, unknown=case.unknown)).statements[0].verdict
    bench.load(case.tables)
    here = sorted(bench.connection.execute(use.sql(verdict, "duckdb")).fetchall(), key=str)
    with mirrored(bench.connection) as run:
        assert sorted(run(use.sql(verdict, "postgres")), key=str) == here
    assert here
