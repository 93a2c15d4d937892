"""pandera schemas and Great Expectations suites of a project: their failing rows are findings like any other."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from run_project import CANARY

Run = Callable[..., Result]

SCHEMA = """
import pandas as pd
import pandera.pandas as pa


def boom(values):
    raise ValueError(f"{values.iloc[0]} is not what I want")


class PersonSchema(pa.DataFrameModel):
    surname: str = pa.Field(nullable=False, str_length={"min_value": 7}, metadata={"dq": {"severity": "blocker"}})
    date_of_birth: pd.Timestamp = pa.Field(nullable=True, ge=pd.Timestamp("2016-01-01"), title="Born")
    score: pd.Int64Dtype = pa.Field(nullable=True, le=5, coerce=True)

    @pa.dataframe_check(name="known_or_scored", title="There is a name or a score", description="Enter one of them.")
    def known(cls, frame):
        return frame["surname"].notna() | frame["weight"].isna()

    @pa.dataframe_check(name="enough")
    def enough(cls, frame):
        return len(frame) > 100


plan = pa.DataFrameSchema(
    {
        "person_id": pa.Column(str, [pa.Check(boom, name="boom"), pa.Check(lambda s: s != "A", name="not a", n_failure_cases=1)],
                               unique=True, nullable=True),
    },
)
"""

SUITE: dict[str, Any] = {
    "name": "visits",
    "meta": {"great_expectations_version": "1.24.1"},
    "expectations": [
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "worker_id", "value_set": ["W1", "W2"]},
         "severity": "warning", "meta": {}},
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "visit_date", "max_value": "2026-02-01"},
         "meta": {"dq": {"severity": "blocker", "fix": "Look at the day."}}, "severity": "critical"},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "note"}, "severity": "info"},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "plan_id", "row_condition":
            {"type": "comparison", "column": {"name": "worker_id"}, "operator": "==", "parameter": "W1"}}},
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 100}},
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "plan_id", "value_set": ["P1"], "mostly": 0.3}},
    ],
}  # fmt: skip


@pytest.fixture
def checked(project: Path) -> Path:
    """The project with a schema file and a suite."""
    (project / "checks").mkdir()
    (project / "checks" / "people.py").write_text(SCHEMA, encoding="utf-8")
    (project / "checks" / "visit.json").write_text(json.dumps(SUITE), encoding="utf-8")
    add(project, "trust_python: true\nchecks:\n  - pandera: checks/people.py\n    fix: Mend it.\n    owner: performance team\n"
        "  - {expectations: checks/visit.json, table: visit}\n")  # fmt: skip
    return project


def add(project: Path, text: str) -> None:
    path = project / "dq.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def found(out: Path) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for row in exceptions(out):
        keys.setdefault(row["rule"], []).append(row["key"])
    return {rule: sorted(each) for rule, each in keys.items() if rule.startswith(("pandera.", "gx."))}


def exceptions(out: Path) -> list[dict[str, str]]:
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rules(out: Path) -> dict[str, dict[str, Any]]:
    return {row["rule"]: row for row in json.loads((out / "run.json").read_text(encoding="utf-8"))["rules"]}


def test_failing_rows_are_findings(checked: Path, dq: Run, tmp_path: Path) -> None:
    result = dq("check", checked, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert found(tmp_path / "out") == {
        "pandera.person.surname.not_nullable": ["B"],
        "pandera.person.surname.str_length": ["D"],
        "pandera.person.date_of_birth.greater_than_or_equal_to": ["A"],
        "pandera.person.score.less_than_or_equal_to": ["B"],
        "pandera.person.enough": ["extract"],
        "pandera.plan.person_id.not_a": ["P1"],
        "pandera.plan.person_id.unique": ["P4", "P5"],
        "gx.visit.expect_column_values_to_be_in_set.worker_id": ["V3", "V4"],
        "gx.visit.expect_column_values_to_be_between.visit_date": ["V2", "V5"],
        "gx.visit.expect_column_values_to_not_be_null.note": ["V1", "V3", "V4", "V5"],
        "gx.visit.expect_column_values_to_be_unique.plan_id": ["V1", "V2"],
        "gx.visit.expect_table_row_count_to_be_between": ["extract"],
    }
    counted_like_any_other_rule(tmp_path / "out")
    told_like_any_other_exception(tmp_path / "out")


COUNTS = {
    "pandera.person.surname.not_nullable": ("failed", 4, 4, 1, 0),
    "pandera.person.surname.str_length": ("failed", 4, 3, 1, 1),
    "pandera.person.date_of_birth.dtype": ("passed", 1, 1, 0, 0),
    "pandera.person.date_of_birth.greater_than_or_equal_to": ("failed", 4, 3, 1, 1),
    "pandera.person.score.dtype": ("passed", 4, 4, 0, 0),
    "pandera.person.known_or_scored": ("passed", 4, 4, 0, 0),
    "pandera.person.enough": ("failed", 1, 1, 1, 0),
    "pandera.plan.person_id.boom": ("not_evaluated", 0, 0, 0, 0),
    "pandera.plan.person_id.unique": ("failed", 5, 5, 2, 0),
    "gx.visit.expect_column_values_to_not_be_null.note": ("failed", 5, 5, 4, 0),
    "gx.visit.expect_column_values_to_be_unique.plan_id": ("failed", 2, 2, 2, 0),
    "gx.visit.expect_column_values_to_be_in_set.plan_id": ("passed", 5, 5, 0, 0),
    "gx.visit.expect_table_row_count_to_be_between": ("failed", 1, 1, 1, 0),
}


def counted_like_any_other_rule(out: Path) -> None:
    told = rules(out)
    for rule, counts in COUNTS.items():
        row = told[rule]
        assert tuple(row[name] for name in ("status", "in_scope", "assessed", "failing", "not_assessed")) == counts, rule
    assert told["pandera.plan.person_id.boom"]["reason"] == "The check could not be run on this table (ValueError)."
    facts = {
        "pandera.person.surname.str_length": ("blocker", "validity"),
        "pandera.person.surname.not_nullable": ("blocker", "completeness"),
        "pandera.plan.person_id.unique": ("major", "uniqueness"),
        "gx.visit.expect_column_values_to_be_in_set.worker_id": ("minor", "validity"),
        "gx.visit.expect_column_values_to_be_between.visit_date": ("blocker", "validity"),
        "gx.visit.expect_column_values_to_not_be_null.note": ("minor", "completeness"),
        "gx.visit.expect_table_row_count_to_be_between": ("major", "completeness"),
    }
    assert {rule: (told[rule]["severity"], told[rule]["dimension"]) for rule in facts} == facts
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["readiness"]["ready_all"] == 0, "B and D have blockers of the schema's, A of the suite's"
    prints = {rule: run["fingerprints"][rule] for rule in told if rule.startswith("pandera.")}
    assert len(set(prints.values())) == 1
    assert (out / "teams" / "performance team.xlsx").is_file()


def told_like_any_other_exception(out: Path) -> None:
    told = {(row["rule"], row["key"]): row for row in exceptions(out)}
    row = told["pandera.person.date_of_birth.greater_than_or_equal_to", "A"]
    assert row["title"] == "Date of birth meets greater_than_or_equal_to(2016-01-01 00:00:00)"
    assert (row["fix"], row["team"], row["fields"], json.loads(row["values"])) == (
        "Mend it.", "performance team", "date_of_birth", {"date_of_birth": "2015-03-01"},
    )  # fmt: skip
    assert (row["person"], row["source_row"]) == ("A", "2")
    row = told["gx.visit.expect_column_values_to_be_between.visit_date", "V2"]
    assert (row["fix"], row["team"], row["person"]) == ("Look at the day.", "North", "A")
    row = told["gx.visit.expect_table_row_count_to_be_between", "extract"]
    assert (row["record"], row["table"], row["team"]) == ("Visits", "visit", "data team")


def test_no_value_of_a_record_leaks(checked: Path, dq: Run, tmp_path: Path) -> None:
    text = SCHEMA.replace("def boom(values):", "def boom(values):\n    import sys\n    print(list(values), file=sys.stderr)")
    text = text.replace(
        "return len(frame) > 100", "import warnings; warnings.warn(str(frame)); raise KeyError(frame['surname'][1])"
    )
    (checked / "checks" / "people.py").write_text(text, encoding="utf-8")
    result = dq("check", checked, "--out", tmp_path / "out", "--no-workbooks")
    assert rules(tmp_path / "out")["pandera.person.enough"]["reason"] == "The check could not be run on this table (KeyError)."
    for name in ("run.json", "rules.csv", "summary.html", "timings.json"):
        assert CANARY not in (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert CANARY not in result.output and "P1" not in result.output


def test_every_failing_row_of_many(checked: Path, dq: Run, tmp_path: Path) -> None:
    extract = checked / "extracts" / "2026-11-02"
    lines = [f"V{number},P1,W7,2026-03-05,\n" for number in range(1000)]
    (extract / "visit.csv").write_text("visit_id,plan_id,worker_id,visit_date,note\n" + "".join(lines), encoding="utf-8")
    more = 'visit = pa.DataFrameSchema({"worker_id": pa.Column(str, pa.Check.isin(["W1"], n_failure_cases=5), nullable=True)})\n'
    (checked / "checks" / "people.py").write_text(SCHEMA + more, encoding="utf-8")
    dq("check", checked, "--out", tmp_path / "out", "--no-workbooks")
    keys = sorted(f"V{number}" for number in range(1000))
    told = found(tmp_path / "out")
    assert told["gx.visit.expect_column_values_to_be_in_set.worker_id"] == keys
    assert told["gx.visit.expect_column_values_to_be_between.visit_date"] == keys
    assert told["pandera.visit.worker_id.isin"] == keys


def test_they_are_selected_by_id(checked: Path, dq: Run, tmp_path: Path) -> None:
    dq("check", checked, "--out", tmp_path / "out", "--no-workbooks", "--select", "gx.*", "--select", "S-01")
    told = {rule for rule in rules(tmp_path / "out") if not rule.startswith("reconciliation.")}
    assert "S-01" in told and len(told) == 1 + len(SUITE["expectations"])


def test_lint_and_rules_know_them(checked: Path, dq: Run) -> None:
    result = dq("lint", checked)
    assert result.exit_code == 0 and "27 rules and 1 views" in result.output, result.output
    rows = {row["id"]: row for row in json.loads(dq("rules", checked, "--json", "--select", "kind:pandera").output)}
    assert rows["pandera.person.enough"]["origin"] == "check"


def test_python_runs_only_where_it_is_trusted(checked: Path, dq: Run, tmp_path: Path) -> None:
    path = checked / "dq.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("trust_python: true", "trust_python: false"), encoding="utf-8")
    (checked / "checks" / "people.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + SCHEMA, encoding="utf-8")
    for command in ("check", "lint", "rules"):
        result = dq(command, checked)
        assert result.exit_code == (1 if command == "lint" else 2)
        assert "dq.yaml:7: checks: checks/people.py: The file is Python" in result.output
        assert "write trust_python: true into dq.yaml" in result.output
    assert not (tmp_path / "ran").exists()


# what is wrong with the files


def told(project: Path, dq: Run) -> str:
    result = dq("check", project)
    assert result.exit_code == 2, result.output
    assert CANARY not in result.output
    return result.output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (1,\n", "people.py:1: This is not Python that can be read."),
        ("import pandera.pandas as pa\nraise RuntimeError('x')\n", "people.py:2: The file could not be run (RuntimeError)."),
        ("raise SystemExit(0)\n", "people.py:1: The file could not be run (SystemExit)."),
        ("a = 1\n", "The file has no pandera schema for pandas."),
        ("persn = pa.DataFrameSchema({})\n", "persn: The schema's name is no table's. Did you mean 'person'?"),
        ("person = pa.DataFrameSchema({})\npersons = pa.DataFrameSchema({}, name='person')\n", "two schemas for person"),
        ("person = pa.DataFrameSchema({'surnam': pa.Column(str)})\n", "person has no column 'surnam'. Did you mean 'surname'?"),
        ("person = pa.DataFrameSchema({'surname': pa.Column(str, pa.Check(lambda s: s > ''))})\n", "Check 1 has no name."),
        ("C = pa.Check.ne('x')\nperson = pa.DataFrameSchema({'surname': pa.Column(str, [C, pa.Check.ne('y')])})\n",
         "pandera.person.surname.not_equal_to: Two checks have this id. Give each check a name=... of its own."),
        ("person = pa.DataFrameSchema({'surname': pa.Column(str, metadata={'dq': {'severty': 'minor'}})})\n",
         "pandera.person.surname: dq: severty: Extra inputs are not permitted. Did you mean 'severity'?"),
        ("person = pa.DataFrameSchema({'surname': pa.Column(str)}, index=pa.Index(int))\n", "index= of the whole frame"),
        ("class Person(pa.DataFrameModel):\n    surname: 'no_such_type'\n", "The model could not be read (NameError)."),
    ],
)  # fmt: skip
def test_python_files_that_are_wrong(checked: Path, dq: Run, text: str, message: str) -> None:
    head = "import pandera.pandas as pa\n" if "pa." in text and "import" not in text else ""
    (checked / "checks" / "people.py").write_text(head + text, encoding="utf-8")
    assert message in told(checked, dq)


def expectation(kind: str, **kwargs: object) -> str:
    return json.dumps({"name": "x", "expectations": [{"type": kind, "kwargs": kwargs}]})


IN_SET = "expect_column_values_to_be_in_set"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n  nonsense", "visit.json:2: This is not valid JSON."),
        ("[1, 2]", "This is not a suite: it has no list of expectations."),
        ('{"expectations": []}', "The suite has no expectation."),
        ('{"expectations": [{"expectation_type": "expect_x", "kwargs": {}}]}', "a suite of Great Expectations 0.x"),
        ('{"expectations": [7]}', "expectations[0]: An expectation has no type."),
        (expectation("expect_column_value_to_be_in_set", column="note"), f"Did you mean '{IN_SET}'?"),
        (expectation("expect_my_own_thing"), "This expectation is not known, or not for pandas."),
        (expectation("unexpected_rows_expectation", unexpected_rows_query="SELECT 1"), "it holds a query that would be run"),
        (expectation(IN_SET, column="notes", value_set=["a"]), "visit has no column 'notes'. Did you mean 'note'?"),
        (expectation(IN_SET, column="note"), "Great Expectations does not take these parameters (value_set"),
        (expectation(IN_SET, column="note", value_set={"$PARAMETER": "x"}), "filled in at run time"),
        (expectation(IN_SET, column="note", value_set=["a"], row_condition="@pd.io.os.system('x')", condition_parser="pandas"),
         "a row_condition that is text would be evaluated as code"),
        (expectation(IN_SET, column="note", value_set=["a"], row_condition={"type": "pass_through", "pass_through_filter": "x"}),
         "a row_condition of the type 'pass_through' is not known"),
        (expectation(IN_SET, column="note", value_set=["a"], row_condition={"type": "nullity", "column": {"name": "nte"},
                     "is_null": True}), "visit has no column 'nte'. Did you mean 'note'?"),
        (json.dumps({"expectations": [{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}] * 2}),
         "gx.visit.expect_table_row_count_to_equal: Two checks have this id."),
    ],
)  # fmt: skip
def test_suites_that_are_wrong(checked: Path, dq: Run, text: str, message: str) -> None:
    (checked / "checks" / "visit.json").write_text(text, encoding="utf-8")
    assert message in told(checked, dq)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checks: [{pandera: a.py, expectations: b.json}]\n", "has either pandera: or expectations:"),
        ("checks: [{expectations: b.json}]\n", "expectations: has table: beside it"),
        ("checks: [{expectations: no.json, table: visit}]\n", "There is no file 'no.json'."),
        ("checks: [{expectations: dq.yaml, table: visits}]\n", "no table 'visits'. Did you mean 'visit'?"),
        ("checks: [{expectations: dq.yaml, table: visit, severty: minor}]\n", "Did you mean 'severity'?"),
    ],
)
def test_entries_that_are_wrong(project: Path, dq: Run, text: str, message: str) -> None:
    add(project, text)
    assert message in told(project, dq)


def test_all_faults_at_once(checked: Path, dq: Run) -> None:
    (checked / "checks" / "people.py").write_text("x = (\n", encoding="utf-8")
    (checked / "checks" / "visit.json").write_text("{", encoding="utf-8")
    output = told(checked, dq)
    assert "people.py:1" in output and "visit.json:1" in output and "2 problems." in output


def test_a_table_that_is_not_there(checked: Path, dq: Run, tmp_path: Path) -> None:
    (checked / "extracts" / "2026-11-02" / "visit.csv").unlink()
    dq("check", checked, "--out", tmp_path / "out", "--no-workbooks")
    row = rules(tmp_path / "out")["gx.visit.expect_table_row_count_to_be_between"]
    assert (row["status"], row["reason"]) == ("not_evaluated", "The extract has no visit.")


def test_conditions_leave_blanks_out() -> None:
    from dq.outside import row_condition

    frame = pd.DataFrame({"n": pd.array([1, 2, None], dtype="Int64"), "d": pd.to_datetime(["2026-01-01", None, "2026-03-01"])})
    number = {"type": "comparison", "column": {"name": "n"}, "operator": "!=", "parameter": 1}
    day = {"type": "comparison", "column": {"name": "d"}, "operator": ">", "parameter": "2026-02-01"}
    listed = {"type": "comparison", "column": {"name": "n"}, "operator": "NOT_IN", "parameter": [1]}
    for condition, expected in (
        (number, [False, True, False]),
        (day, [False, False, True]),
        (listed, [False, True, False]),
        ({"type": "or", "conditions": [number, day]}, [False, True, True]),
        ({"type": "and", "conditions": [number, day]}, [False, False, False]),
        ({"type": "nullity", "column": {"name": "n"}, "is_null": True}, [False, False, True]),
    ):
        assert list(row_condition.faults(condition)) == []
        assert row_condition.rows(condition, frame).tolist() == expected
