"""Text to types: the one SELECT that makes the rows of a contract table from the cells of a file.

Cells c0, c1, ... are trimmed (blank is NULL), columns are taken from them (value maps, constants), dates are read,
and only then types are given, each behind a pattern, so that nothing is guessed: ``5.5`` is no integer, ``1,000``
no number, ``01/01/19`` no date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from dq.contract import Column, Table
from dq.ingest import dates, trees
from dq.ingest.model import TableInput

SQL_TYPES = {
    "text": "VARCHAR", "code": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE",
    "datetime": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
_SPACE = " \t\n\r\v\f\u00a0"
_TRUE, _FALSE = ("y", "yes", "true", "1"), ("n", "no", "false", "0")
_INTEGER = "[+-]?[0-9]{1,18}"
_NUMBER = r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]*)?|\.[0-9]+)"


@dataclass(frozen=True)
class Cells:
    """A relation of text cells c0, c1, ...; `lines` when it has `source_row`, `odd_space` when trimming must be thorough."""

    relation: exp.Expr
    lines: bool = True
    odd_space: bool = True
    typed_source: bool = False


def table_columns(table: Table) -> list[tuple[str, str]]:
    """Names and DuckDB types of the columns of an ingested table, in order."""
    columns = [("row_id", "BIGINT"), ("row_hash", "VARCHAR"), ("file_id", "SMALLINT"), ("source_row", "BIGINT")]
    columns += [(column.name, SQL_TYPES[column.type]) for column in table.columns.values()]
    return columns + [(f"raw__{column.name}", "VARCHAR") for column in table.columns.values() if not column.is_text]


def trimmed(cell: exp.Expr, odd_space: bool) -> exp.Expr:
    """A cell without white space around it; NULL when blank.

    Most cells need no trimming; looking at their ends first is several times faster than trimming them all.
    """
    tests: list[exp.Expr] = [exp.LT(this=cell.copy(), expression=trees.text("!"))]
    tests += [trees.call("suffix", cell, trees.text(one)) for one in (_SPACE if odd_space else " ")]
    if odd_space:
        tests.append(trees.call("prefix", cell, trees.text("\u00a0")))
    cut = trees.call("nullif", trees.call("trim", cell, trees.text(_SPACE)), trees.text(""))
    return trees.when(trees.either(*tests), cut, cell)


def select_cells(cells: Cells, wanted: list[int]) -> exp.Select:
    """The wanted cells, trimmed."""
    columns = [trees.name("source_row")] if cells.lines else []
    columns += [trees.named(trimmed(trees.name(f"c{place}"), cells.odd_space), f"c{place}") for place in sorted(set(wanted))]
    return exp.select(*columns).from_(cells.relation.copy())


def belongs(given: TableInput, filters: Mapping[str, int]) -> exp.Expr | None:
    """The condition that a row of a shared file belongs to the table; None when every row does."""
    conditions: list[exp.Expr] = [
        exp.In(this=trees.name(f"c{place}"), expressions=[trees.text(value) for value in given.rows[name]])
        for name, place in filters.items()
    ]
    return trees.both(*conditions) if conditions else None


def select_typed(
    table: Table, given: TableInput, places: Mapping[str, int], filters: Mapping[str, int], cells: Cells, file_id: int
) -> exp.Select:
    """Rows for the ingested table, in its column order; `row_id` NULL, to be numbered when all rows are in."""
    inner = select_cells(cells, [*places.values(), *filters.values()])
    values = {name: _text(given, places, name) for name in table.columns}
    parsed: list[exp.Expr] = [exp.column(exp.Star())]
    for column in table.column_of_type("date", "datetime"):
        if column.name in given.columns:
            formats = formats_of(given, column, cells.typed_source)
            moment = dates.read(values[column.name], formats, time=column.type == "datetime")
            parsed.append(trees.named(moment, f"d__{column.name}"))
    rows = exp.select(*parsed).from_(inner.subquery("cell"))
    condition = belongs(given, filters)
    if condition is not None:
        rows = rows.where(condition)
    raw = {name: _raw(given, places, name, values[name]) for name in table.columns}
    separated = [part for name in table.columns for part in (_stood(given, places, name), trees.text("\x1f"))]
    digest = trees.call("left", trees.call("md5", trees.call("concat", *separated)), trees.number(12))
    columns = [
        trees.named(trees.null("BIGINT"), "row_id"),
        trees.named(digest, "row_hash"),
        trees.named(trees.cast(trees.number(file_id), "SMALLINT"), "file_id"),
        trees.name("source_row") if cells.lines else trees.named(trees.null("BIGINT"), "source_row"),
    ]
    columns += [
        trees.named(_typed(column, values[column.name], column.name in given.columns), column.name)
        for column in table.columns.values()
    ]
    columns += [trees.named(raw[column.name], f"raw__{column.name}") for column in table.columns.values() if not column.is_text]
    return exp.select(*columns).from_(rows.subquery("parsed"))


def formats_of(given: TableInput, column: Column, typed_source: bool) -> tuple[str, ...]:
    """Date formats of a column: its own, else the input's; sources with real dates also give ISO text."""
    formats = given.columns[column.name].date_formats or given.date_formats
    return tuple(dict.fromkeys((*formats, *(ISO if typed_source else ()))))


def mapped(value: exp.Expr, given: TableInput, name: str) -> exp.Expr:
    """A source value as the contract's; values that the map does not list pass unchanged."""
    values = given.columns[name].values
    if not values:
        return value.copy()
    case = exp.Case(this=value.copy())
    for old, new in values.items():
        case = case.when(trees.text(old), trees.text(new) if new else trees.null("VARCHAR"), copy=False)
    return case.else_(value.copy(), copy=False)


def simple_forms(column: Column) -> tuple[re.Pattern[str], ...]:
    """The forms of text that `simple_parse` reads."""
    if column.type == "boolean":
        return (re.compile("|".join((*_TRUE, *_FALSE)), re.IGNORECASE),)
    return (re.compile(_INTEGER if column.type == "integer" else _NUMBER),)


def simple_parse(column: Column, value: exp.Expr) -> exp.Expr:
    """An integer, number or boolean from text, or NULL."""
    if column.type == "boolean":
        lower = trees.call("lower", value)
        case = exp.Case()
        for words, truth in ((_TRUE, exp.true()), (_FALSE, exp.false())):
            case = case.when(exp.In(this=lower.copy(), expressions=[trees.text(word) for word in words]), truth)
        return case
    pattern, kind = (_INTEGER, "BIGINT") if column.type == "integer" else (_NUMBER, "DOUBLE")
    value_cast = exp.TryCast(this=value.copy(), to=exp.DataType.build(kind, dialect="duckdb"))
    return trees.when(trees.call("regexp_full_match", value, trees.text(pattern)), value_cast)


def _stood(given: TableInput, places: Mapping[str, int], name: str) -> exp.Expr:
    if name in places:
        return trees.name(f"c{places[name]}")
    source = given.columns.get(name)
    return trees.text(source.constant) if source is not None and source.constant else trees.null("VARCHAR")


def _text(given: TableInput, places: Mapping[str, int], name: str) -> exp.Expr:
    return mapped(_stood(given, places, name), given, name) if name in places else _stood(given, places, name)


def _raw(given: TableInput, places: Mapping[str, int], name: str, value: exp.Expr) -> exp.Expr:
    stood = _stood(given, places, name)
    if name not in places or not any(new in (None, "") for new in given.columns[name].values.values()):
        return stood
    return trees.when(trees.not_null(value), stood)


def _typed(column: Column, value: exp.Expr, sourced: bool) -> exp.Expr:
    kind = SQL_TYPES[column.type]
    if not sourced:
        return trees.null(kind)
    if column.is_text:
        return value
    if column.type not in ("date", "datetime"):
        return simple_parse(column, value)
    moment = trees.name(f"d__{column.name}")
    return trees.when(in_range(column, moment), trees.cast(moment, kind))


def in_range(column: Column, moment: exp.Expr) -> exp.Expr:
    """The moment lies on a plausible day."""
    first, last = (trees.cast(trees.text(day.isoformat()), "DATE") for day in column.plausible)
    return exp.Between(this=trees.cast(moment, "DATE"), low=first, high=last)
