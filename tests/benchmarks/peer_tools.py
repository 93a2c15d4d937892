"""The same nine rules in each tool. A tool imports what it needs, reads the table, then checks it: only that is compared.

Every function of `TOOLS` takes the folder of the data and a `Clock`, and returns the keys of the failing records by rule.
A blank cell passes every rule but `required`, as in dq.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peer_data import ORDERS, REQUIRED, RULES, SEX, STATUS, UPN

Keys = dict[str, Sequence[str]]
CODES = {"CODE-1": ("sex", SEX), "CODE-2": ("status", STATUS)}


class Clock:
    """Seconds by step: `imports`, `read`, `check`, and what a tool says of its own steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


Tool = Callable[[Path, Clock], Keys]


def dq_frame(folder: Path, clock: Clock) -> Keys:
    """`dq.check` on a pandas frame of text and dates."""
    with clock.step("imports"):
        import pandas as pd

        import dq
        import dq.gate_suite  # what the first call of a process loads while the engine works
    with clock.step("read"):
        frame = pd.read_parquet(folder / "typed" / "record.parquet")
    with clock.step("check"):
        result = dq.check({"record": frame}, pack=str(folder / "pack"), as_of="2026-11-02")
        found = result.exceptions.groupby("rule")["key"]
        keys: Keys = {str(rule): list(group) for rule, group in found}
    return {rule: keys[rule] for rule in RULES}


def dq_csv(folder: Path, clock: Clock) -> Keys:
    """A run from the CSV file to all result files but the workbooks; it reads and types the text, so `read` is in it."""
    with clock.step("imports"):
        import tempfile

        from dq import gate_suite, report, request, run  # noqa: F401  (gate_suite: as above)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "out")
        out.mkdir()
        with clock.step("check"):
            wanted = request.of_path(folder / "csv", pack=str(folder / "pack"))
            with run.execute(wanted, out=out) as finished:
                rows = finished.connection.execute('SELECT rule, list("key") FROM exceptions GROUP BY 1').fetchall()
                report.write(finished.connection, finished.summary, out, workbooks=False)
        clock.seconds |= {name: finished.summary.timings[name] for name in ("ingest", "rules", "exceptions")}
    found = dict(rows)
    return {rule: found[rule] for rule in RULES}


def pandera_pandas(folder: Path, clock: Clock) -> Keys:
    """pandera's pandas backend, lazily, so that it gives every failure case."""
    with clock.step("imports"):
        import pandas as pd
        import pandera.pandas as pa
    with clock.step("read"):
        frame = pd.read_parquet(folder / "typed" / "record.parquet")
    columns: dict[str, Any] = {name: pa.Column(nullable=False) for name in REQUIRED}
    columns |= {name: pa.Column(nullable=True, checks=pa.Check.isin(codes)) for name, codes in CODES.values()}
    columns["upn"] = pa.Column(nullable=True, checks=pa.Check.str_matches(f"^{UPN}$"))

    def in_order(first: str, second: str) -> Callable[[Any], Any]:
        return lambda data: ~(data[first] > data[second])

    schema = pa.DataFrameSchema(columns, checks=[pa.Check(in_order(*pair), name=rule) for rule, pair in ORDERS.items()])
    with clock.step("check"):
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
        of = {**dict(zip(REQUIRED, RULES, strict=False)), "sex": "CODE-1", "status": "CODE-2", "upn": "PATTERN-1"}
        rules = cases["check"].where(cases["check"].isin(list(ORDERS)), cases["column"].map(of))
        named = pd.DataFrame({"rule": rules, "index": cases["index"].astype("int64")}).drop_duplicates()
        named["key"] = frame["record_id"].to_numpy()[named["index"]]
        keys: Keys = {str(rule): list(group) for rule, group in named.groupby("rule")["key"]}
    return keys


def pandera_polars(folder: Path, clock: Clock) -> Keys:
    """pandera's Polars backend on a frame, lazily; null, code and pattern checks give the row of each failure."""
    with clock.step("imports"):
        import pandera.polars as pa
        import polars as pl
    with clock.step("read"):
        frame = pl.read_parquet(folder / "typed" / "record.parquet")
    columns: dict[str, Any] = {name: pa.Column(nullable=False) for name in REQUIRED}
    columns |= {name: pa.Column(nullable=True, checks=pa.Check.isin(codes)) for name, codes in CODES.values()}
    columns["upn"] = pa.Column(nullable=True, checks=pa.Check.str_matches(f"^{UPN}$"))

    def in_order(first: str, second: str) -> Callable[[Any], Any]:
        return lambda data: data.lazyframe.select((pl.col(first) <= pl.col(second)).fill_null(True))

    schema = pa.DataFrameSchema(columns, checks=[pa.Check(in_order(*pair), name=rule) for rule, pair in ORDERS.items()])
    with clock.step("check"):
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
        of = {**dict(zip(REQUIRED, RULES, strict=False)), "sex": "CODE-1", "status": "CODE-2", "upn": "PATTERN-1"}
        rule = pl.when(pl.col("check").is_in(list(ORDERS))).then(pl.col("check")).otherwise(pl.col("column").replace(of))
        named = cases.select(rule.alias("rule"), pl.col("index").cast(pl.UInt32)).unique()
        named = named.with_columns(key=frame["record_id"].gather(named["index"]))
        keys = dict(named.group_by("rule").agg("key").iter_rows())
    return keys


def great_expectations(folder: Path, clock: Clock) -> Keys:
    """Great Expectations on pandas with COMPLETE results, which name the key of every failure."""
    with clock.step("imports"):
        import os

        os.environ["GX_ANALYTICS_ENABLED"] = "False"
        import great_expectations as gx
        import pandas as pd
    with clock.step("read"):
        frame = pd.read_parquet(folder / "typed" / "record.parquet")
    gxe: Any = gx.expectations
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    suite = gx.ExpectationSuite(name="nine")
    for rule, name in zip(RULES, REQUIRED, strict=False):
        suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"rule": rule}))
    for rule, (name, codes) in CODES.items():
        suite.add_expectation(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=list(codes), meta={"rule": rule}))
    suite.add_expectation(gxe.ExpectColumnValuesToMatchRegex(column="upn", regex=f"^{UPN}$", meta={"rule": "PATTERN-1"}))
    for rule, (first, second) in ORDERS.items():
        suite.add_expectation(
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=second, column_B=first, or_equal=True, ignore_row_if="either_value_is_missing", meta={"rule": rule}
            )
        )
    asset = context.data_sources.add_pandas("peers").add_dataframe_asset("record")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["record_id"], "return_unexpected_index_query": False}
    keys: Keys = {}
    with clock.step("check"):
        for result in batch.validate(suite, result_format=wanted).results:
            config = result.expectation_config
            assert config is not None
            keys[str((config.meta or {})["rule"])] = [row["record_id"] for row in result.result["unexpected_index_list"]]
    return keys


def pointblank(folder: Path, clock: Clock) -> Keys:
    """pointblank on Polars; its extracts hold every failing row when the limit of 500 is lifted."""
    with clock.step("imports"):
        import pointblank as pb
        import polars as pl
    with clock.step("read"):
        frame = pl.read_parquet(folder / "typed" / "record.parquet")
    plan = pb.Validate(frame).col_vals_not_null(columns=list(REQUIRED))
    for name, codes in CODES.values():
        plan = plan.col_vals_in_set(columns=name, set=[*codes, None])
    plan = plan.col_vals_regex(columns="upn", pattern=f"^{UPN}$", na_pass=True)
    for first, second in ORDERS.values():
        plan = plan.col_vals_le(columns=first, value=pb.col(second), na_pass=True)
    with clock.step("check"):
        done = plan.interrogate(extract_limit=frame.height)
        extracts: Mapping[int, Any] = done.get_data_extracts(frame=False)
        keys = {rule: extracts[step]["record_id"].to_list() for step, rule in enumerate(RULES, start=1)}
    return keys


TOOLS: dict[str, Tool] = {
    "dq_frame": dq_frame,
    "dq_csv": dq_csv,
    "pandera_pandas": pandera_pandas,
    "pandera_polars": pandera_polars,
    "great_expectations": great_expectations,
    "pointblank": pointblank,
}
