"""A connection that holds Testshire's exceptions, and the summary of its run."""

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pytest
from testshire import RULES, TABLES, invent, load

from dq.report import Gate, InputFile, PassRate, Readiness, RuleRow, RunSummary, count_exceptions


def _rule_rows(connection: duckdb.DuckDBPyConnection) -> tuple[RuleRow, ...]:
    failing = dict(connection.execute("select rule, count(*) from exceptions group by 1").fetchall())
    rows = [
        RuleRow(r[0], r[1], r[2], r[3], r[4], "failed" if failing.get(r[0]) else "passed", 2_000, 1_950,
                failing.get(r[0], 0), 50, 0.123)
        for r in RULES
    ]  # fmt: skip
    rows += [
        RuleRow("CIC-031", "A placement's postcode is one that exists", "placement", "major", "accuracy",
                "not_evaluated", reason="The time limit of 60 seconds was reached."),
        RuleRow("PER-019", "A child's ethnicity was recorded by the child or a parent", "person", "minor",
                "completeness", "passed", 400, 20, 0, 380, 0.01),
        RuleRow("ADO-002", "An adoption has a date of order", "adoption", "minor", "completeness", "passed"),
    ]  # fmt: skip
    return tuple(rows)


Summarise = Callable[..., RunSummary]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    load(opened, invent(300))
    return opened


@pytest.fixture
def summarise(connection: duckdb.DuckDBPyConnection) -> Summarise:
    """Build a `RunSummary` of what the table `exceptions` holds; named parts may be replaced."""

    def build(**parts: object) -> RunSummary:
        found = count_exceptions(connection)
        rates = {
            name: tuple(PassRate(value, 5_000, 41, 0.9918) for value in sorted({getattr(row, name) for row in found}))
            for name in ("dimension", "table", "team")
        }
        given: dict[str, object] = {
            "project": "Testshire CareFirst to Liquidlogic",
            "pack": "casework",
            "as_of": date(2026, 11, 2),
            "go_live": date(2026, 11, 2) + timedelta(days=119),
            "rules": _rule_rows(connection),
            "found": found,
            "readiness": Readiness(400, 312, 1_520, 1_391, True, (
                "3 rejected rows of Placements could not be counted against any child",
                "Rule CIC-031 could not be run",
            )),
            "gates": (
                Gate("blockers == 0", 96, "==", 0, False, title="Blockers"),
                Gate("ready_children >= 0.98", 0.78, ">=", 0.98, False, title="Open children who are ready",
                     share=True),
                Gate("completeness >= 0.95", 0.9612, ">=", 0.95, True, title="Completeness", share=True),
                Gate("rejected_rows <= 10", 3, "<=", 10, True),
            ),
            "by_dimension": rates["dimension"],
            "by_table": (*rates["table"], PassRate("adoption", 0, 0, None)),
            "by_team": rates["team"],
            "inputs": (
                InputFile("CLIENT_2026.csv", "person", 1_520, 1_520, 0, 0, "9f" * 32),
                InputFile("PLACEMENT.csv", "placement", 2_003, 1_990, 3, 10, "ab" * 32),
            ),
            "tables": TABLES,
            "teams": ("Assessment North", "Adoption Support"),
            "system": "CareFirst",
            "versions": {"dq": "0.1.0", "duckdb": "2.0.0"},
            "fingerprints": {"rules": "0123456789abcdef" * 4, "inputs": "fedcba9876543210" * 4},
            "timings": {"ingest": 1.25, "rules": 3.5},
        }  # fmt: skip
        return RunSummary(**(given | parts))  # type: ignore[arg-type]

    return build
