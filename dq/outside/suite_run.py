"""Run expectations on a frame in an ephemeral context of Great Expectations, and take every failing row.

Of a failing expectation the library's own list of values stops at 200 and its first list at 20; the list of rows
(`unexpected_index_list` with the result format COMPLETE) is whole, and is what is read here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "False"  # before the import: no usage statistics leave the machine

import great_expectations as gx
import pandas as pd
from great_expectations.expectations.registry import get_expectation_impl

from dq.outside import row_condition
from dq.outside.model import Verdicts, quiet

_IGNORED = {
    "either_value_is_missing": "any", "any_value_is_missing": "any", "both_values_are_missing": "all",
    "all_values_are_missing": "all", "neither": "", "never": "",
}  # fmt: skip
NOT_RUN = "Great Expectations could not run it on this table: its types do not fit, or blanks are in the way (see ignore_row_if)."


@dataclass(frozen=True)
class Expected:
    """One expectation: its rule, type, parameters, the columns that it names, and which rows it speaks of."""

    rule: str
    kind: str
    kwargs: Mapping[str, Any]
    columns: tuple[str, ...]
    condition: Mapping[str, Any] | None


def fault_of(kind: str, kwargs: Mapping[str, Any]) -> str:
    """Why an expectation cannot be made with these parameters; blank where it can."""
    try:
        with quiet():
            get_expectation_impl(kind)(**kwargs)
    except Exception as error:
        errors = getattr(error, "errors", None)
        details = errors() if callable(errors) else []
        told = "; ".join(f"{'.'.join(map(str, each.get('loc', ())))}: {each.get('msg', '')}" for each in details)
        return f"Great Expectations does not take these parameters ({told or type(error).__name__})."
    return ""


def run(expected: Sequence[Expected], frame: pd.DataFrame) -> dict[str, Verdicts]:
    """The verdicts by rule. Rows that a condition leaves out are out of scope.

    An expectation that succeeds (`mostly` included) has no failing rows. Blank cells are not assessed, but by
    expectations about blanks; of several columns `ignore_row_if` decides.
    """
    found: dict[str, Verdicts] = {}
    parts: dict[str, list[Expected]] = {}
    for each in expected:
        parts.setdefault(repr(each.condition), []).append(each)
    for same in parts.values():
        condition = same[0].condition
        try:
            rows = frame if condition is None else frame[row_condition.rows(condition, frame)]
        except Exception:  # such as a text compared with a number
            found |= {each.rule: Verdicts(reason="Its row_condition cannot be applied to this table.") for each in same}
            continue
        if condition is not None and not len(rows):
            found |= {each.rule: Verdicts(rows=pd.Series(dtype="boolean", index=rows.index)) for each in same}
        else:
            found |= dict(_validated(same, rows))
    return found


def _validated(expected: Sequence[Expected], frame: pd.DataFrame) -> Iterator[tuple[str, Verdicts]]:
    with quiet():
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        suite = gx.ExpectationSuite(name="outside")
        for number, each in enumerate(expected):
            suite.add_expectation(get_expectation_impl(each.kind)(**each.kwargs, meta={"number": number}))
        asset = context.data_sources.add_pandas("run").add_dataframe_asset("table")
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        try:
            results = list(batch.validate(suite, result_format="COMPLETE").results)
        except Exception:
            results = []
    told: dict[int, Any] = {}
    for result in results:
        config = result.expectation_config
        told[int((config.meta or {})["number"]) if config is not None else -1] = result
    for number, each in enumerate(expected):
        yield each.rule, _verdicts(each, told.get(number), frame)


def _verdicts(each: Expected, result: Any, frame: pd.DataFrame) -> Verdicts:
    if result is None or (not result.success and _raised(result.exception_info)):
        return Verdicts(reason=NOT_RUN)
    listed = result.result.get("unexpected_index_list")
    if listed is None:
        return Verdicts(whole=bool(result.success))
    ok = pd.Series(True, index=frame.index, dtype="boolean")
    ok = ok.mask(_not_assessed(each, frame))
    if not result.success:
        failing = [one["row_id"] if isinstance(one, Mapping) else one for one in listed]
        ok = ok.where(~ok.index.isin(failing), other=False)
    return Verdicts(rows=ok)


def _raised(info: Any) -> bool:
    """Whether an exception is told, as one or as several by metric."""
    several = [info, *info.values()] if isinstance(info, Mapping) else []
    return any(isinstance(one, Mapping) and one.get("raised_exception") for one in several)


def _not_assessed(each: Expected, frame: pd.DataFrame) -> pd.Series:
    """The rows that the expectation leaves out because of blanks."""
    if each.kind in ("expect_column_values_to_not_be_null", "expect_column_values_to_be_null") or not each.columns:
        return pd.Series(False, index=frame.index)
    blank = frame[list(each.columns)].isna()
    if len(each.columns) == 1:
        return blank.iloc[:, 0]
    default = "both_values_are_missing" if "column_A" in each.kwargs else "all_values_are_missing"
    how = _IGNORED.get(str(each.kwargs.get("ignore_row_if", default)), "all")
    return blank.any(axis="columns") if how == "any" else blank.all(axis="columns") if how else blank.iloc[:, 0] & False
