"""A Great Expectations suite (JSON, 1.x) as rules, one an expectation.

A suite is data. Expectations that would make it code are not taken: those that hold SQL or a pandas query, those of a
project's own classes, those on another table, parameters that are filled in at run time. What is not in the lists here
is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dq.config import Checks
from dq.contract import Contract, Table
from dq.errors import Problem, ProjectError, did_you_mean
from dq.model import Dimension, Severity
from dq.outside import row_condition
from dq.outside.model import Verdicts, facts, fingerprint, make_rule, title_of, twice, unknown_column, word
from dq.outside.suite_run import Expected, fault_of, run
from dq.rules import Rule

_BY_DIMENSION: dict[Dimension, str] = {
    "completeness": "values_to_not_be_null values_to_be_null proportion_of_non_null_values_to_be_between",
    "uniqueness": "values_to_be_unique proportion_of_unique_values_to_be_between unique_value_count_to_be_between",
    "validity": (
        "values_to_be_in_set values_to_not_be_in_set values_to_be_between values_to_match_regex values_to_not_match_regex "
        "values_to_match_regex_list values_to_not_match_regex_list value_lengths_to_be_between value_lengths_to_equal "
        "values_to_match_strftime_format values_to_be_dateutil_parseable values_to_be_json_parseable values_to_match_json_schema "
        "values_to_be_of_type values_to_be_in_type_list distinct_values_to_be_in_set distinct_values_to_contain_set "
        "distinct_values_to_equal_set most_common_value_to_be_in_set"
    ),
    "accuracy": (
        "value_z_scores_to_be_less_than values_to_not_be_outliers max_to_be_between min_to_be_between mean_to_be_between "
        "median_to_be_between stdev_to_be_between sum_to_be_between quantile_values_to_be_between kl_divergence_to_be_less_than"
    ),
    "consistency": "values_to_be_increasing values_to_be_decreasing to_exist",
}
_WHOLE: dict[str, Dimension] = {
    "expect_column_pair_values_a_to_be_greater_than_b": "consistency",
    "expect_column_pair_values_to_be_equal": "consistency",
    "expect_column_pair_values_to_be_in_set": "consistency",
    "expect_compound_columns_to_be_unique": "uniqueness",
    "expect_multicolumn_values_to_be_equal": "consistency",
    "expect_multicolumn_sum_to_equal": "consistency",
    "expect_select_column_values_to_be_unique_within_record": "uniqueness",
    "expect_table_row_count_to_be_between": "completeness",
    "expect_table_row_count_to_equal": "completeness",
    "expect_table_column_count_to_be_between": "consistency",
    "expect_table_column_count_to_equal": "consistency",
    "expect_table_columns_to_match_set": "consistency",
    "expect_table_columns_to_match_ordered_list": "consistency",
}
KNOWN: dict[str, Dimension] = {
    **{f"expect_column_{end}": dimension for dimension, ends in _BY_DIMENSION.items() for end in ends.split()},
    **_WHOLE,
}
REFUSED = {
    "unexpected_rows_expectation": "it holds a query that would be run",
    "expect_query_results_to_match_comparison": "it holds a query that would be run",
    "expect_table_row_count_to_equal_other_table": "it asks another table",
}
COLUMN_KEYS = ("column", "column_A", "column_B")
LOWER: dict[Severity, Severity] = {"blocker": "major", "major": "minor", "minor": "minor"}


@dataclass(frozen=True)
class SuiteChecks:
    """The expectations of one suite on one table."""

    table: str
    rules: tuple[Rule, ...]
    fingerprint: str
    columns: tuple[str, ...]
    expected: tuple[Expected, ...]

    def run(self, frame: Any) -> dict[str, Verdicts]:
        """Validate the suite; see `suite_run.run`."""
        return run(self.expected, frame)


def read(path: Path, entry: Checks, contract: Contract) -> SuiteChecks:
    """Read a suite for the entry's table. Raises `ProjectError` with every fault."""
    table = contract.tables[entry.table or ""]
    content = path.read_bytes()
    problems: list[Problem] = []
    rules: list[Rule] = []
    expected: list[Expected] = []
    for number, data in enumerate(_expectations(path, content)):
        subject = f"expectations[{number}]"
        kind = data.get("type") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(kind, str):
            old = isinstance(data, Mapping) and "expectation_type" in data
            fix = "Write it with Great Expectations 1.x." if old else "Each one has type: and kwargs:."
            message = "This is a suite of Great Expectations 0.x." if old else "An expectation has no type."
            problems.append(Problem(str(path), 0, subject, message, fix))
            continue
        subject = f"{subject} {kind}"
        kwargs = dict(data.get("kwargs") or {}) if isinstance(data.get("kwargs") or {}, Mapping) else {}
        told = [*_kind_faults(kind), *_kwargs_faults(kwargs, contract, table)]
        if told:
            problems += [Problem(str(path), 0, subject, message, fix) for message, fix in told]
            continue
        condition = kwargs.pop("row_condition", None)
        for name in ("condition_parser", "batch_id", "result_format", "catch_exceptions", "include_config"):
            kwargs.pop(name, None)
        _dates(kwargs, table)
        columns = tuple(_columns(kwargs))
        said = facts(data.get("meta"), path, subject, problems)
        rule_id = ".".join(("gx", table.name, *([word(said.id)] if said.id else [kind, *columns])))
        fault = fault_of(kind, kwargs)
        if fault:
            problems.append(Problem(str(path), 0, subject, fault, "See the expectation's parameters."))
            continue
        title = data.get("description") or _title(kind, columns, table)
        rules.append(
            make_rule(
                rule_id, "expectations", table.name, entry, [said], title=str(title), dimension=KNOWN[kind],
                severity=_severity(data.get("severity"), entry), fields=tuple(each.removeprefix("raw__") for each in columns),
                file=path,
            )
        )  # fmt: skip
        expected.append(Expected(rule_id, kind, kwargs, columns, condition))
    problems += twice(rules, 'Give one of them an id of its own: "meta": {"dq": {"id": "..."}}.')
    if problems:
        raise ProjectError(problems)
    return SuiteChecks(table.name, tuple(rules), fingerprint(content), _read(expected, table), tuple(expected))


def _expectations(path: Path, content: bytes) -> list[Any]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ProjectError(Problem(str(path), message="The file is not UTF-8.", fix="Save it as UTF-8.")) from None
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        raise ProjectError(Problem(str(path), line, "", "This is not valid JSON.", "Write the suite anew.")) from None
    found = data.get("expectations") if isinstance(data, dict) else None
    if not isinstance(found, list):
        fix = 'A suite of Great Expectations 1.x is {"name": ..., "expectations": [...]}.'
        raise ProjectError(Problem(str(path), 1, "", "This is not a suite: it has no list of expectations.", fix))
    if not found:
        raise ProjectError(Problem(str(path), 1, "", "The suite has no expectation.", "Remove it from dq.yaml, or add some."))
    return found


def _kind_faults(kind: str) -> Iterator[tuple[str, str]]:
    if kind in REFUSED:
        yield f"This expectation is not taken: {REFUSED[kind]}.", "Write it as a rule of the project's own; `query:` takes SQL."
    elif kind not in KNOWN:
        yield "This expectation is not known, or not for pandas.", did_you_mean(kind, KNOWN) or "Write it as a rule instead."


def _kwargs_faults(kwargs: Mapping[str, Any], contract: Contract, table: Table) -> Iterator[tuple[str, str]]:
    if "$PARAMETER" in json.dumps(kwargs):
        yield "A parameter that is filled in at run time ($PARAMETER) has no value here.", "Write the value."
    condition = kwargs.get("row_condition")
    wrong = list(row_condition.faults(condition)) if condition is not None else []
    for message in wrong:
        yield f"{message}.", 'Such as {"type": "comparison", "column": {"name": "sex"}, "operator": "==", "parameter": "F"}.'
    named = [*_columns(kwargs), *(row_condition.columns(condition) if isinstance(condition, dict) and not wrong else ())]
    for name in dict.fromkeys(named):
        fix = unknown_column(contract, table.name, name)
        if fix is not None:
            yield f"{table.name} has no column {name!r}.", fix


def _columns(kwargs: Mapping[str, Any]) -> Iterator[str]:
    listed = kwargs.get("column_list")
    for each in (*(kwargs.get(key) for key in COLUMN_KEYS), *(listed if isinstance(listed, list) else ())):
        if isinstance(each, str):
            yield each


def _dates(kwargs: dict[str, Any], table: Table) -> None:
    """Days as Great Expectations compares them with a date column: with a time."""
    column = table.columns.get(str(kwargs.get("column")))
    if column is not None and column.type in ("date", "datetime"):
        for name in ("min_value", "max_value"):
            if isinstance(kwargs.get(name), str) and len(kwargs[name]) == len("2026-03-31"):
                kwargs[name] += "T00:00:00"


def _title(kind: str, columns: tuple[str, ...], table: Table) -> str:
    words = kind.removeprefix("expect_").replace("_", " ")
    if len(columns) == 1:
        return f"{title_of(table, columns[0])}: {words.removeprefix('column ')}"
    about = ", ".join(title_of(table, each) for each in columns) or table.title
    return f"{about}: {words}"


def _severity(given: object, entry: Checks) -> Severity | None:
    """Great Expectations writes "critical" wherever nobody chose, so it means what dq.yaml says; "info" is minor."""
    words = {"critical": entry.severity, "warning": LOWER[entry.severity], "info": "minor"}
    found: Severity | None = words.get(str(given))
    return found


def _read(expected: list[Expected], table: Table) -> tuple[str, ...]:
    """The columns that are read: those named, and all where an expectation speaks of the table's columns."""
    every = any(each.kind.startswith("expect_table_column") or each.kind.endswith("_to_exist") for each in expected)
    wanted = list(table.columns) if every else []
    for each in expected:
        wanted += [*each.columns, *(row_condition.columns(each.condition) if each.condition else ())]
    return tuple(dict.fromkeys(wanted))
