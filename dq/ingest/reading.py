"""Read a file's records into text cells: DuckDB's CSV reader where it can be believed, the strict reader elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from dq.ingest import trees
from dq.ingest.model import Reject, Source, Text
from dq.ingest.strict import read_strictly
from dq.ingest.typed import Cells

REFUSED = (duckdb.InvalidInputException, duckdb.ConversionException)


@dataclass(frozen=True)
class Reading:
    """Cells of a file, how many rows there are, which were rejected; `direct` when DuckDB has yet to prove the count."""

    cells: Cells
    rows: int
    rejects: tuple[Reject, ...] = ()
    direct: bool = False


class Reader:
    """Readings of the files of one load, each made once however many tables share the file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        self.connection = connection
        self.scratch = scratch
        self.readings: dict[Path, Reading] = {}
        self.numbers = itertools.count(1)
        self.stages: list[str] = []

    def read(self, source: Source, shared: bool, used: set[int] | None = None) -> Reading:
        """The cells of a file. A shared file, or one with line breaks in its cells, is staged with line numbers.

        Of a file of which few rows will be kept only the columns in `used` are staged.
        """
        key = self._key(source)
        if key not in self.readings:
            self.readings[key] = self._read(source, source.text, shared, used)
        return self.readings[key]

    def read_again(self, source: Source, text: Text) -> Reading:
        """The cells of a text file by the strict reader, after DuckDB refused or miscounted it."""
        width = len(source.header)
        target = self.scratch / f"strict{next(self.numbers)}.parquet"
        rows, rejects = read_strictly(text, width, target)
        reading = Reading(Cells(_parquet(target)), rows, tuple(rejects))
        self.readings[self._key(source)] = reading
        return reading

    def close(self) -> None:
        """Drop the staged tables."""
        for stage in self.stages:
            self.connection.execute(trees.sql(exp.Drop(tables=[trees.table("temp", stage)], kind="TABLE", exists=True)))

    def _key(self, source: Source) -> Path:
        return source.text.path if source.text else source.local or source.ref.path

    def _read(self, source: Source, text: Text | None, shared: bool, used: set[int] | None) -> Reading:
        if text is None:
            return self._read_typed(source)
        if text.doubtful:
            return self.read_again(source, text)
        width = len(source.header)
        relation = _csv(text, width)
        if text.plain and not shared and used is None:
            return Reading(Cells(relation, lines=False, odd_space=text.odd_space), text.records, direct=True)
        stage = f"dq_stage_{next(self.numbers)}"
        places = sorted(used) if used and text.plain else list(range(width))
        try:
            self._stage(stage, relation, places)
        except REFUSED:
            return self.read_again(source, text)
        if trees.run(self.connection, exp.select("count(*)").from_(trees.table("temp", stage))) != [(text.records,)]:
            return self.read_again(source, text)
        numbered = _numbered(stage, text, places)
        return Reading(Cells(numbered, odd_space=text.odd_space), text.records)

    def _stage(self, stage: str, relation: exp.Expr, places: Sequence[int]) -> None:
        rows = exp.select(*(trees.name(f"c{place}") for place in places)).from_(relation)
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        create = exp.Create(this=trees.table("temp", stage), kind="TABLE", expression=rows, properties=temporary)
        self.stages.append(stage)
        self.connection.execute(trees.sql(create))

    def _read_typed(self, source: Source) -> Reading:
        path = source.local or source.ref.path
        relation = _parquet(path) if source.staged else _as_text(self.connection, path)
        rows = trees.run(self.connection, exp.select("count(*)").from_(relation.copy()))
        return Reading(Cells(relation, typed_source=source.typed), int(rows[0][0]))


def _csv(text: Text, width: int) -> exp.Expr:
    columns = [exp.PropertyEQ(this=trees.text(f"c{place}"), expression=trees.text("VARCHAR")) for place in range(width)]
    options: dict[str, exp.Expr] = {
        "auto_detect": exp.false(),
        "header": exp.false(),
        "skip": trees.number(text.first_line - 1),
        "columns": exp.Struct(expressions=columns),
        "delim": trees.text(text.delimiter),
        "quote": trees.text('"'),
        "escape": trees.text('"'),
        "strict_mode": exp.true(),
        "null_padding": exp.false(),
        "ignore_errors": exp.false(),
        "parallel": exp.true(),
    }
    return _function("read_csv", text.path, options)


def _parquet(path: Path) -> exp.Expr:
    return _function("read_parquet", path, {})


def _function(function: str, path: Path, options: dict[str, exp.Expr]) -> exp.Expr:
    named = [exp.PropertyEQ(this=exp.to_identifier(key), expression=value) for key, value in options.items()]
    return exp.Table(this=exp.Anonymous(this=function, expressions=[trees.text(str(path)), *named]))


def _numbered(stage: str, text: Text, places: Sequence[int]) -> exp.Expr:
    position = exp.column("rowid", table="s")
    line: exp.Expr = exp.Add(this=position, expression=trees.number(text.first_line))
    if not text.plain:
        cells = trees.call("concat", *(trees.name("s", f"c{place}") for place in places))
        without = trees.call("replace", cells, trees.text("\n"), trees.text(""))
        breaks = exp.Sub(this=trees.call("strlen", cells), expression=trees.call("strlen", without))
        before = exp.Window(
            this=trees.call("sum", breaks),
            order=exp.Order(expressions=[exp.Ordered(this=position.copy())]),
            spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="1", end_side="PRECEDING"),
        )
        line = exp.Add(this=line, expression=trees.call("coalesce", before, trees.number(0)))
    columns = [trees.named(trees.cast(line, "BIGINT"), "source_row"), *(trees.name("s", f"c{n}") for n in places)]
    ordered = exp.select(*columns).from_(exp.alias_(trees.table("temp", stage), "s", table=True)).order_by(position)
    return ordered.subquery("numbered")


def _as_text(connection: duckdb.DuckDBPyConnection, path: Path) -> exp.Expr:
    """A Parquet file's columns as text, as `cell_text` writes them: midnight left off, whole numbers without point."""
    described = connection.read_parquet(str(path))
    columns: list[exp.Expr] = []
    for place, (title, kind) in enumerate(zip(described.columns, described.types, strict=True)):
        cell = trees.name(title)
        shown = trees.cast(cell, "VARCHAR")
        if str(kind) in ("DOUBLE", "FLOAT"):
            whole = trees.both(
                exp.EQ(this=cell.copy(), expression=trees.call("trunc", cell)),
                exp.LT(this=trees.call("abs", cell), expression=trees.number(10**15)),
            )
            bare = trees.call("rtrim", trees.call("printf", trees.text("%.15f"), cell), trees.text("0"))
            small = exp.Like(this=shown.copy(), expression=trees.text("%e%"))
            shown = trees.when(trees.call("isnan", cell), trees.null("VARCHAR"), trees.when(small, bare, shown))
            shown = trees.when(whole, trees.cast(trees.cast(cell, "BIGINT"), "VARCHAR"), shown)
        elif str(kind).startswith("TIMESTAMP"):
            midnight = exp.EQ(this=trees.cast(cell, "TIME"), expression=trees.cast(trees.text("00:00:00"), "TIME"))
            shown = trees.when(midnight, trees.cast(trees.cast(cell, "DATE"), "VARCHAR"), shown)
        columns.append(trees.named(shown, f"c{place}"))
    number = exp.Add(this=exp.column("file_row_number"), expression=trees.number(2))
    relation = _function("read_parquet", path, {"file_row_number": exp.true()})
    return exp.select(trees.named(number, "source_row"), *columns).from_(relation).subquery("cells")
