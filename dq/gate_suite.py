"""Gates as a suite of Great Expectations over a frame of metrics, in an ephemeral context: nothing is written, nothing is sent.

A gate is three expectations on the rows that it speaks of: every run that must count has such a row, the metric is there, and it is
as the board asks.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "False"  # before the import: no usage statistics leave the machine

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.data_context.abstract_data_context import AbstractDataContext
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.expectations.core.expect_column_distinct_values_to_contain_set import (
    ExpectColumnDistinctValuesToContainSet,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween
from great_expectations.expectations.core.expect_column_values_to_not_be_in_set import ExpectColumnValuesToNotBeInSet
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from dq.criteria import CHILDREN, SHARES, UNIT_WORDS, Asked
from dq.gates import WHOLE, Row
from dq.model import SEVERITIES, Severity
from dq.report.data_files import neutral

WORDS: dict[Severity, str] = {"blocker": "critical", "major": "warning", "minor": "info"}
NAME = "gates"
Part = tuple[Callable[..., Expectation], dict[str, Any]]


def hold(asked: Sequence[Asked], rows: Sequence[Row]) -> list[bool]:
    """Judge gates; see `dq.gates.Hold`. A gate of which an expectation gave no answer is not met."""
    context = quiet_context()
    wanted = suite(asked)
    told: dict[int, list[bool]] = {number: [] for number in range(len(asked))}
    for result in batch(context, rows).validate(wanted).results:
        meta = (result.expectation_config.meta if result.expectation_config is not None else None) or {}
        for number in meta.get("gates", ()):
            told[number].append(bool(result.success))
    return [len(answers) == len(PARTS) and all(answers) for answers in told.values()]


def quiet_context() -> AbstractDataContext:
    """A context that leaves nothing behind and prints nothing."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


def batch(context: AbstractDataContext, rows: Sequence[Row]) -> Batch:
    """The frame of metrics."""
    asset = context.data_sources.add_pandas("runs").add_dataframe_asset("metrics")
    return asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": table(rows)})


def table(rows: Sequence[Row]) -> pd.DataFrame:
    """The rows as a frame; metrics are numbers, also where all are blank."""
    found = pd.DataFrame(list(rows))
    words = ("run", "as_of", "runs_ago", "level", "unit")
    return found.astype({name: "float64" for name in found.columns if name not in words})


def suite(asked: Sequence[Asked]) -> gx.ExpectationSuite:
    """The gates as a suite; a context must have been made before.

    `meta` of an expectation says which gates it is a part of (a suite holds none twice), and what the board set.
    """
    found = gx.ExpectationSuite(name=NAME)
    for expectation in _expectations(asked):
        found.add_expectation(expectation)
    return found


def _expectations(asked: Sequence[Asked]) -> Iterator[Expectation]:
    given: dict[str, tuple[Any, dict[str, Any], list[int]]] = {}
    for number, each in enumerate(asked):
        for part in PARTS:
            kind, arguments = part(each)
            given.setdefault(f"{kind} {arguments} {_place(each)}", (kind, arguments, []))[2].append(number)
    for kind, arguments, numbers in given.values():
        mine = [asked[number] for number in numbers]
        worst = min((each.severity for each in mine), key=SEVERITIES.index)
        yield kind(
            **arguments, row_condition=_rows(mine[0]), severity=WORDS[worst], notes="; ".join(map(_told, mine)),
            meta={"gates": numbers, "asked": [_facts(each) for each in mine]},
        )  # fmt: skip


def _there(asked: Asked) -> Part:
    """Every run that must count has a row."""
    return ExpectColumnDistinctValuesToContainSet, {"column": "runs_ago", "value_set": list(range(asked.runs))}


def _measured(asked: Asked) -> Part:
    return ExpectColumnValuesToNotBeNull, {"column": asked.measure}


def _compared(asked: Asked) -> Part:
    if asked.comparison == "!=":
        return ExpectColumnValuesToNotBeInSet, {"column": asked.measure, "value_set": [asked.needed]}
    found: dict[str, Any] = {"column": asked.measure}
    if asked.comparison in (">=", ">", "=="):
        found |= {"min_value": asked.needed, "strict_min": asked.comparison == ">"}
    if asked.comparison in ("<=", "<", "=="):
        found |= {"max_value": asked.needed, "strict_max": asked.comparison == "<"}
    return ExpectColumnValuesToBeBetween, found


PARTS = (_there, _measured, _compared)
"""The expectations that make a gate."""


def _place(asked: Asked) -> tuple[object, ...]:
    return asked.per, asked.runs, asked.per != "" and asked.measure in SHARES


def _rows(asked: Asked) -> Any:
    """The rows that a gate speaks of. Its parts are our own words and numbers."""
    chosen = (Column("level") == (asked.per or WHOLE)) & (Column("runs_ago") < asked.runs)
    return chosen & (Column(CHILDREN) > 0) if asked.per and asked.measure in SHARES else chosen


def _facts(asked: Asked) -> dict[str, Any]:
    by = {"by": asked.by.isoformat(), "by_name": asked.by_name} if asked.by else {}
    return {
        "gate": asked.criterion, "severity": asked.severity, "owner": asked.owner, "for": asked.runs, "per": asked.per, **by,
    }  # fmt: skip


def _told(asked: Asked) -> str:
    """The gate in words, for whoever reads the suite."""
    each = f", for each {UNIT_WORDS[asked.per][0]}" if asked.per else ""
    lasting = f", {asked.runs} runs in a row" if asked.runs > 1 else ""
    return f"{asked.criterion}{each}{lasting} ({asked.severity}): {asked.title}"


def as_json(asked: Sequence[Asked]) -> str:
    """The suite as a file that Great Expectations loads."""
    quiet_context()
    return json.dumps(suite(asked).to_json_dict(), indent=2, ensure_ascii=False) + "\n"


def as_csv(rows: Sequence[Row]) -> str:
    """The frame that the suite is run on, as CSV; names of units that a spreadsheet would take for a formula are neutralised."""
    found = table(rows)
    found["unit"] = [str(neutral(each)) for each in found["unit"]]
    return str(found.to_csv(index=False, lineterminator="\n"))


def main() -> None:
    """Answer one question of `dq.gate_process`."""
    question = json.load(sys.stdin)
    asked = [Asked(**{**each, "by": dt.date.fromisoformat(each["by"]) if each["by"] else None}) for each in question["asked"]]
    answer = hold(asked, question["rows"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
