"""Expectations row by row: blanks, several columns, conditions, `mostly`; held against the library's own counts."""

from __future__ import annotations

from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from great_expectations.expectations.registry import get_expectation_impl

from dq.outside.suite import KNOWN
from dq.outside.suite_run import Expected, run

FRAME = pd.DataFrame(
    {
        "a": pd.array([1, 2, None, None, 5], dtype="Int64"),
        "b": pd.array([1, None, 3, None, 4], dtype="Int64"),
        "t": pd.array(["x", "x", None, "y", "z"], dtype="str"),
        "d": pd.to_datetime(["2026-01-01", None, "2026-03-01", "2026-04-01", None]).astype("datetime64[ns]"),
    },
    index=pd.Index([11, 12, 13, 14, 15], name="row_id"),
)
EQUAL = "expect_column_pair_values_to_be_equal"
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("expect_column_values_to_be_in_set", {"column": "t", "value_set": ["x"]}, "pp-ff"),
    ("expect_column_values_to_be_in_set", {"column": "t", "value_set": ["x"], "mostly": 0.5}, "pp-pp"),
    ("expect_column_values_to_not_be_null", {"column": "a"}, "ppffp"),
    ("expect_column_values_to_be_null", {"column": "a"}, "ffppf"),
    ("expect_column_values_to_be_unique", {"column": "t"}, "ff-pp"),
    ("expect_column_values_to_be_between", {"column": "d", "min_value": "2026-02-01T00:00:00"}, "f-pp-"),
    (EQUAL, {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"}, "p---f"),
    ("expect_compound_columns_to_be_unique", {"column_list": ["a", "t"], "ignore_row_if": "any_value_is_missing"}, "pp--p"),
    ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"], "ignore_row_if": "all_values_are_missing"}, "ppp-p"),
    (
        "expect_multicolumn_sum_to_equal",
        {"column_list": ["a", "b"], "sum_total": 2, "ignore_row_if": "any_value_is_missing"},
        "p---f",
    ),
]


def rows(found: Any) -> str:
    return "".join("-" if pd.isna(each) else "p" if each else "f" for each in found.rows)


def columns(kwargs: dict[str, Any]) -> tuple[str, ...]:
    return tuple(kwargs.get("column_list") or [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs])


def test_rows() -> None:
    expected = [Expected(str(number), kind, kwargs, columns(kwargs), None) for number, (kind, kwargs, _) in enumerate(CASES)]
    found = run(expected, FRAME)
    assert [rows(found[str(number)]) for number in range(len(CASES))] == [told for _, _, told in CASES]


@pytest.mark.parametrize(("kind", "kwargs", "told"), CASES, ids=[f"{n} {case[0]}" for n, case in enumerate(CASES)])
def test_the_library_leaves_out_as_many(kind: str, kwargs: dict[str, Any], told: str) -> None:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("x").add_dataframe_asset("x")
    batch = asset.add_batch_definition_whole_dataframe("x").get_batch({"dataframe": FRAME})
    result = batch.validate(get_expectation_impl(kind)(**kwargs), result_format="COMPLETE").result
    assert result.get("missing_count", 0) == told.count("-")
    assert result["unexpected_count"] == told.count("f") or "mostly" in kwargs


def test_conditions_and_what_cannot_be_told_by_row() -> None:
    only = {"type": "comparison", "column": {"name": "t"}, "operator": "==", "parameter": "x"}
    none = {**only, "parameter": "nobody"}
    wrong = {**only, "parameter": 7, "operator": "<"}
    kwargs = {"column": "a", "value_set": [1]}
    in_set = "expect_column_values_to_be_in_set"
    found = run(
        [
            Expected("only", in_set, kwargs, ("a",), only),
            Expected("none", in_set, kwargs, ("a",), none),
            Expected("wrong", in_set, kwargs, ("a",), wrong),
            Expected("mean", "expect_column_mean_to_be_between", {"column": "a", "max_value": 1}, ("a",), None),
            Expected("text", "expect_column_mean_to_be_between", {"column": "t", "max_value": 1}, ("t",), None),
        ],
        FRAME,
    )
    assert rows(found["only"]) == "pf" and rows(found["none"]) == ""
    assert found["wrong"].reason == "Its row_condition cannot be applied to this table."
    assert found["mean"].whole is False
    assert found["text"].reason.startswith("Great Expectations could not run it on this table")


def test_every_known_expectation_is_the_library_s() -> None:
    missing = []
    for kind in KNOWN:
        try:
            get_expectation_impl(kind)
        except Exception:
            missing.append(kind)
    assert missing == []
