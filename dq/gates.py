"""Go-live gates: conditions of the board, compiled to a Great Expectations suite over the run's metrics.

The metrics hold counts and shares only, never a record. The suite runs on a frame of one row in an ephemeral
context: nothing is written, nothing is sent. A metric that could not be measured is NULL, and its gate is not met.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import cast

os.environ["GX_ANALYTICS_ENABLED"] = "False"  # before the import: no usage statistics leave the machine

import great_expectations as gx
import pandas as pd
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_not_be_in_set import ExpectColumnValuesToNotBeInSet
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.expectation import Expectation

from dq.config import GATE
from dq.errors import Problem, ProjectError, did_you_mean
from dq.summary import Comparison, Gate

ALWAYS = ("rows_unreconciled == 0", "blocker_rules_not_evaluated == 0")

TITLES = {
    "blockers": "Exceptions that stop a record from loading, or load it onto the wrong child",
    "majors": "Exceptions that load but are wrong or unusable",
    "minors": "Untidy records",
    "exceptions": "Exceptions of every severity",
    "ready_children": "Open children whose whole record is free of blockers",
    "ready_all": "All children whose whole record is free of blockers",
    "blockers_allowed": "Blockers that are waived, or put right on the way",
    "rows_unreconciled": "Rows of the extract that were not read",
    "rules_not_evaluated": "Rules that could not run",
    "blocker_rules_not_evaluated": "Blocker rules that could not run",
}
SHARES = ("ready_children", "ready_all", "completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy")


def judge(criteria: Iterable[str], metrics: Mapping[str, float | None]) -> list[Gate]:
    """Hold the metrics of a run against the project's gates and those that always apply.

    Raises `ProjectError` for a gate on an unknown metric.
    """
    parsed = [_parse(criterion, metrics) for criterion in dict.fromkeys((*criteria, *ALWAYS))]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    suite = gx.ExpectationSuite(name="gates")
    for index, (_, measure, comparison, needed) in enumerate(parsed):
        suite.add_expectation(ExpectColumnValuesToNotBeNull(column=measure, meta={"gate": index}))
        suite.add_expectation(_expectation(index, measure, comparison, needed))
    frame = pd.DataFrame([dict(metrics)])
    asset = context.data_sources.add_pandas("run").add_dataframe_asset("metrics")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    results = batch.validate(suite).results
    failed = {
        (result.expectation_config.meta or {})["gate"] for result in results if result.expectation_config and not result.success
    }
    return [
        _result(criterion, measure, comparison, needed, metrics[measure], index not in failed)
        for index, (criterion, measure, comparison, needed) in enumerate(parsed)
    ]


def _parse(criterion: str, metrics: Mapping[str, float | None]) -> tuple[str, str, Comparison, float]:
    match = GATE.match(criterion)
    measure = match["measure"] if match else criterion
    if match is None or measure not in metrics:
        fix = did_you_mean(measure, metrics) or f"Known: {', '.join(sorted(metrics))}."
        raise ProjectError(Problem("dq.yaml", 0, "gates", f"{criterion!r}: there is no metric {measure!r}.", fix))
    needed = float(match["needed"]) / (100 if match["percent"] else 1)
    return criterion, measure, cast(Comparison, match["comparison"]), needed


def _expectation(index: int, measure: str, comparison: Comparison, needed: float) -> Expectation:
    meta = {"gate": index}
    if comparison == "!=":
        return ExpectColumnValuesToNotBeInSet(column=measure, value_set=[needed], meta=meta)
    low = needed if comparison in (">=", ">", "==") else None
    high = needed if comparison in ("<=", "<", "==") else None
    return ExpectColumnValuesToBeBetween(
        column=measure, min_value=low, max_value=high, strict_min=comparison == ">", strict_max=comparison == "<", meta=meta
    )


def _result(criterion: str, measure: str, comparison: Comparison, needed: float, measured: float | None, met: bool) -> Gate:
    reason = "" if measured is not None else "It could not be measured: nothing was assessed."
    title = TITLES.get(measure, f"Share of {measure} assessments that passed")
    return Gate(criterion, measured, comparison, needed, met, reason, title, measure in SHARES, measure)
