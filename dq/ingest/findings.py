"""The built-in findings on a table's rows: cells that are not of their type, keys that are missing or repeated."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from dq.contract import Column, Table
from dq.ingest import dates, trees
from dq.ingest.model import EXCERPT, Finding, TableInput
from dq.ingest.typed import formats_of, mapped

COLUMNS = (
    ("rule", "VARCHAR"), ("table_name", "VARCHAR"), ("row_id", "BIGINT"), ("file_id", "SMALLINT"),
    ("source_row", "BIGINT"), ("field", "VARCHAR"), ("text", "VARCHAR"), ("message", "VARCHAR"),
)  # fmt: skip
_NOT_A = {
    "integer": "Not a whole number.",
    "number": "Not a number (no thousands separators, no units).",
    "boolean": "Not yes or no (Y, N, Yes, No, true, false, 1, 0).",
}


def record(connection: duckdb.DuckDBPyConnection, schema: str, findings: Sequence[Finding]) -> None:
    """Add findings that Python made to `ingest_finding`."""
    if not findings:
        return
    rows = [dataclasses.asdict(finding) for finding in findings]
    columns = {name: [row[name] for row in rows] for name, _ in COLUMNS}
    whole = ("row_id", "file_id", "source_row")
    arrays = {name: pa.array(cells, pa.int64() if name in whole else pa.string()) for name, cells in columns.items()}
    connection.register("dq_findings", pa.table(arrays))
    try:
        rows_in = exp.select("*").from_("dq_findings")
        connection.execute(trees.sql(exp.insert(rows_in, trees.table(schema, "ingest_finding"))))
    finally:
        connection.unregister("dq_findings")


def queries(schema: str, table: Table, given: TableInput, typed_source: bool) -> list[str]:
    """SQL that adds the type and key findings of an ingested table, in the order of its rows."""
    found = [_type_query(schema, table, given, typed_source), _key_missing(schema, table), _repeated(schema, table)]
    target = trees.table(schema, "ingest_finding")
    return [trees.sql(exp.insert(query, target)) for query in found if query is not None]


def _finding(rule: str, table: Table, field: str, text: exp.Expr, message: exp.Expr, alias: str = "t") -> list[exp.Expr]:
    return [
        trees.named(trees.text(f"{rule}.{table.name}"), "rule"),
        trees.named(trees.text(table.name), "table_name"),
        *(trees.name(alias, name) for name in ("row_id", "file_id", "source_row")),
        trees.named(trees.text(field), "field"),
        trees.named(text, "text"),
        trees.named(message, "message"),
    ]


def _rows(schema: str, table: Table) -> exp.Expr:
    return exp.alias_(trees.table(schema, table.name), "t", table=True)


def _type_query(schema: str, table: Table, given: TableInput, typed_source: bool) -> exp.Expr | None:
    parts: list[exp.Select] = []
    for place, column in enumerate(table.columns.values()):
        if column.is_text or column.name not in given.columns:
            continue
        raw = trees.name("t", f"raw__{column.name}")
        shown = trees.call("left", raw, trees.number(EXCERPT))
        message = _type_message(column, given, raw, typed_source)
        columns = [*_finding("type", table, column.name, shown, message), trees.named(trees.number(place), "place")]
        wrong = trees.both(trees.is_null(trees.name("t", column.name)), trees.not_null(raw))
        parts.append(exp.select(*columns).from_(_rows(schema, table)).where(wrong))
    if not parts:
        return None
    united: exp.Query = parts[0]
    for part in parts[1:]:
        united = exp.union(united, part, distinct=False, copy=False)
    names = [trees.name(name) for name, _ in COLUMNS]
    return exp.select(*names).from_(united.subquery("found")).order_by(trees.name("row_id"), trees.name("place"))


def _type_message(column: Column, given: TableInput, raw: exp.Expr, typed_source: bool) -> exp.Expr:
    if column.type not in ("date", "datetime"):
        return trees.text(_NOT_A[column.type])
    formats = formats_of(given, column, False)
    first, last = column.plausible
    a_date = "date and time" if column.type == "datetime" else "date"
    outside = trees.text(f"A date outside {first.isoformat()} to {last.isoformat()}.")
    no_date = trees.text(f"Not a {a_date} ({' or '.join(dates.shown(one) for one in formats)}).")
    moment = dates.read(mapped(raw, given, column.name), formats_of(given, column, typed_source), time=column.type == "datetime")
    return trees.when(trees.not_null(moment), outside, no_date)


def _blank(table: Table, name: str) -> exp.Expr:
    return trees.is_null(trees.name("t", name if table.columns[name].is_text else f"raw__{name}"))


def _key_missing(schema: str, table: Table) -> exp.Expr | None:
    if not table.key:
        return None
    message = trees.text(f"The key ({', '.join(table.key)}) is missing or incomplete.")
    columns = _finding("key_missing", table, ", ".join(table.key), trees.null("VARCHAR"), message)
    blank = trees.either(*(_blank(table, name) for name in table.key))
    return exp.select(*columns).from_(_rows(schema, table)).where(blank).order_by(trees.name("t", "row_id"))


def _repeated(schema: str, table: Table) -> exp.Expr | None:
    if not table.key:
        return None
    keys = [trees.name("t", name) for name in table.key]
    times = trees.named(exp.Count(this=exp.Star()), "times")
    groups = exp.select(*keys, times).from_(_rows(schema, table)).where(*(trees.not_null(key) for key in keys))
    groups = groups.group_by(*keys).having("count(*) > 1")
    same = [exp.EQ(this=key.copy(), expression=trees.name("r", name)) for key, name in zip(keys, table.key, strict=True)]
    shown = trees.call("left", trees.call("concat_ws", trees.text("|"), *keys), trees.number(EXCERPT))
    message = trees.call("concat", trees.text("The key is borne by "), trees.name("r", "times"), trees.text(" records."))
    columns = _finding("key_duplicated", table, ", ".join(table.key), shown, message)
    joined = exp.select(*columns).from_(_rows(schema, table)).join(groups.subquery("r"), on=trees.both(*same))
    return joined.order_by(trees.name("t", "row_id"))
