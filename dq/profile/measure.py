"""Measure the columns of one table: a few queries over its distinct values, whatever the number of its columns.

All values of all columns are counted once, as distinct values with their rows; everything else (lengths, shapes,
dates) looks at the distinct values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
from sqlglot import exp

from dq.functions import is_nhs_number, is_postcode, is_upn
from dq.ingest import trees
from dq.profile import dates, scratch
from dq.profile.model import Facts, Shape
from dq.profile.read import Staged

VALUES = "dq_profile_value"
FEW = 200
"""Values are kept where a column has no more than this many different ones."""
SHAPED = 40
"""Longer values have no shape."""
MOST_SHAPES = 40
SERIALS = (10_000, 80_000)
"""Excel's day numbers of 1927 to 2119; birth dates and target dates lie within."""
FORMATS = {"nhs_number": is_nhs_number, "upn": is_upn, "postcode": is_postcode}


def measure(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Facts]:
    """Facts of every kept column. The distinct values stay in `VALUES` (place, v, n) until the next table is measured."""
    places = [place for place, _, _ in staged.columns]
    _count_values(connection, staged.stage, places)
    summary = {row[0]: row[1:] for row in trees.run(connection, _summary())}
    lengths = _grouped(
        connection, exp.select("place", "length(v)", "sum(n)").from_(_values()).group_by("1", "2").order_by("1", "2")
    )
    shapes = _shapes(connection)
    few = [place for place in places if place in summary and summary[place][1] <= FEW]
    values = _grouped(connection, _chosen(few, "place", "v", "n").order_by("place", "n desc", "v")) if few else {}
    found = []
    for place, header, _ in staged.columns:
        if place not in summary:
            found.append(Facts(place, header, 0, staged.rows))
            continue
        filled, distinct, once, shortest, longest, spaces, zero, breaks = (int(value) for value in summary[place])
        every, count, unshaped = shapes.get(place, ([], 0, 0))
        facts: dict[str, Any] = {
            "distinct": distinct, "once": once, "surplus": filled - distinct, "shortest": shortest, "longest": longest,
            "spaces": spaces, "leading_zero": zero, "several_lines": breaks, "lengths": tuple(lengths[place]),
            "shapes": tuple(every), "shape_count": count, "unshaped": unshaped, "values": tuple(values.get(place, ())),
        }  # fmt: skip
        facts |= _dates(connection, place, every, filled)
        facts |= {"valid": _valid(connection, place, every, filled), "serials": _serials(connection, place, every, filled)}
        found.append(Facts(place, header, filled, staged.rows - filled, **facts))
    return found


def _count_values(connection: duckdb.DuckDBPyConnection, stage: str, places: Sequence[int]) -> None:
    parts = []
    for place in places:
        cell = trees.name(f"c{place}")
        number = trees.named(trees.cast(trees.number(place), "SMALLINT"), "place")
        columns = [number, trees.named(cell, "v"), trees.named(exp.Count(this=exp.Star()), "n")]
        parts.append(exp.select(*columns).from_(scratch.table(stage)).where(trees.not_null(cell)).group_by(cell))
    united = parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False, copy=False)
    scratch.create_as(connection, VALUES, united)


def _values() -> exp.Table:
    return scratch.table(VALUES)


def _chosen(places: Iterable[int], *columns: str) -> exp.Select:
    listed = exp.In(this=exp.column("place"), expressions=[trees.number(place) for place in places])
    return exp.select(*columns).from_(_values()).where(listed)


def of_column(place: int) -> exp.Expr:
    """The distinct values of one column, as a relation of v and n."""
    return _chosen([place], "v", "n").subquery("one")


def _summary() -> exp.Select:
    return (
        exp.select(
            "place",
            "sum(n)",
            "count(*)",
            "count(*) filter (where n = 1)",
            "min(length(v))",
            "max(length(v))",
            "sum(n * (length(v) - length(replace(v, ' ', ''))))",
            "coalesce(sum(n) filter (where v like '0_%' and v not like '0.%'), 0)",
            "coalesce(sum(n) filter (where contains(v, chr(10))), 0)",
        )
        .from_(_values())
        .group_by("place")
    )


def _grouped(connection: duckdb.DuckDBPyConnection, query: exp.Query) -> dict[int, list[tuple[Any, int]]]:
    groups: dict[int, list[tuple[Any, int]]] = {}
    for place, value, rows in trees.run(connection, query):
        groups.setdefault(place, []).append((value, int(rows)))
    return groups


def shape(value: exp.Expr) -> exp.Expr:
    """English letters as A or a, digits as 9, other signs of ASCII as they are, the rest as ?; NULL for long values."""
    digits = trees.call("regexp_full_match", value, trees.text("[0-9]+"))
    length = trees.call("length", value)
    other: exp.Expr = value
    for pattern, sign in ((r"[0-9]", "9"), (r"[A-Z]", "A"), (r"[a-z]", "a"), (r"[^\x20-\x7e]", "?")):
        other = trees.call("regexp_replace", other, trees.text(pattern), trees.text(sign), trees.text("g"))
    short = exp.LTE(this=length.copy(), expression=trees.number(SHAPED))
    return trees.when(trees.both(digits, short), trees.call("repeat", trees.text("9"), length), trees.when(short, other))


def _shapes(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[list[Shape], int, int]]:
    shaped = exp.select("place", "n", trees.named(shape(trees.name("v")), "shape")).from_(_values())
    grouped = exp.select("place", "shape", "sum(n) as rows_", "count(*) as values_").from_(shaped.subquery("s")).group_by("1", "2")
    ranked = exp.select(
        "*",
        "row_number() over (partition by place order by shape is null, rows_ desc, shape) as rank_",
        "count(shape) over (partition by place) as shapes_",
    ).from_(grouped.subquery("g"))
    limited = exp.select("place", "shape", "rows_", "values_", "shapes_").from_(ranked.subquery("r"))
    limited = limited.where(exp.or_(f"rank_ <= {MOST_SHAPES}", "shape is null")).order_by("place", "rank_")
    found: dict[int, tuple[list[Shape], int, int]] = {}
    for place, text, rows, values, count in trees.run(connection, limited):
        every, _, unshaped = found.get(place, ([], 0, 0))
        if text is None:
            unshaped = int(rows)
        else:
            every.append(Shape(text, int(rows), int(values)))
        found[place] = (every, int(count), unshaped)
    return found


def _dates(connection: duckdb.DuckDBPyConnection, place: int, shapes: list[Shape], filled: int) -> dict[str, Any]:
    found: dict[str, Any] = {"two_digit_years": dates.two_digit_years(shapes)}
    tried = dates.formats(shapes, filled)
    if tried:
        found["dates"] = dates.readings(connection, of_column(place), tried)
        found["years"], found["timed"], found["outside"] = dates.years(connection, of_column(place), found["dates"][0].format)
    return found


def _serials(connection: duckdb.DuckDBPyConnection, place: int, shapes: list[Shape], filled: int) -> int:
    """Rows that are whole numbers in the range of Excel's day numbers, where nearly all rows have five digits."""
    if sum(shape.rows for shape in shapes if shape.text == "9" * 5) < 0.9 * filled:
        return 0
    number = exp.TryCast(this=trees.name("v"), to=exp.DataType.build("BIGINT"))
    inside = exp.Between(this=number, low=trees.number(SERIALS[0]), high=trees.number(SERIALS[1]))
    [(rows,)] = trees.run(connection, exp.select("coalesce(sum(n), 0)").from_(of_column(place)).where(inside))
    return int(rows)


def looks(shapes: Iterable[Shape]) -> dict[str, int]:
    """Rows that have the shape of an NHS number, a UPN, a postcode; blanks, hyphens and capitals do not matter."""
    found = {"nhs_number": 0, "upn": 0, "postcode": 0}
    for one in shapes:
        text = re.sub("[ -]", "", one.text.upper())
        if text == "9" * 10:
            found["nhs_number"] += one.rows
        elif re.fullmatch("A9{11}[9A]", text):
            found["upn"] += one.rows
        elif re.fullmatch("A{1,2}9[9A]?9AA", text):
            found["postcode"] += one.rows
    return found


def _valid(connection: duckdb.DuckDBPyConnection, place: int, shapes: list[Shape], filled: int) -> dict[str, int]:
    """Rows that are NHS numbers, UPNs or postcodes, for columns whose values have such shapes."""
    wanted = [kind for kind, rows in looks(shapes).items() if filled and rows >= 0.5 * filled]
    found = {}
    for kind in wanted:
        test = FORMATS[kind]([trees.name("v")], "duckdb")
        [(rows,)] = trees.run(connection, exp.select("coalesce(sum(n), 0)").from_(of_column(place)).where(test))
        found[kind] = int(rows)
    return found
