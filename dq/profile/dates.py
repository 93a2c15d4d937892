"""Which date formats a column may be written in, and how many of its rows each of them reads.

What counts as read is decided by the trees that `dq check` reads dates with, so a share given here is the share
that a check will find. Formats are tried only where the shapes of the values allow them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb
from sqlglot import exp

from dq.contract import DEFAULT_RANGE
from dq.ingest import dates, trees
from dq.profile.model import DateReading, Shape

CANDIDATES = (
    (r"9{1,2}/9{1,2}/9{4}", ("%d/%m/%Y", "%m/%d/%Y")),
    (r"9{1,2}-9{1,2}-9{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"9{1,2}\.9{1,2}\.9{4}", ("%d.%m.%Y", "%m.%d.%Y")),
    (r"9{1,2} 9{1,2} 9{4}", ("%d %m %Y", "%m %d %Y")),
    (r"9{4}-9{1,2}-9{1,2}", ("%Y-%m-%d",)),
    (r"9{4}/9{1,2}/9{1,2}", ("%Y/%m/%d",)),
    (r"9{1,2}-[Aa]{3}-9{4}", ("%d-%b-%Y",)),
    (r"9{1,2} [Aa]{3} 9{4}", ("%d %b %Y",)),
    (r"9{1,2}/[Aa]{3}/9{4}", ("%d/%b/%Y",)),
    (r"9{1,2}[Aa]{3}9{4}", ("%d%b%Y",)),
    (r"9{8}", ("%Y%m%d", "%d%m%Y")),
)
"""Shapes of dates (as in `dq.profile.measure`), and the formats that they may be in; a time may follow."""
TIME = r"(?:[ T](?:9{2}:9{2}(?::9{2}(?:\.9{1,9})?)?))?"
TWO_DIGITS = re.compile(r"9{1,2}[/.\- ](?:9{1,2}|[Aa]{3})[/.\- ]9{2}" + TIME)
LEAST_SHARE = 0.3
"""A format is tried where at least this share of the rows has a shape for it."""
EITHER = {"%d/%m/%Y": "%m/%d/%Y", "%d-%m-%Y": "%m-%d-%Y", "%d.%m.%Y": "%m.%d.%Y", "%d %m %Y": "%m %d %Y"}
"""Formats of one shape that differ in which comes first, the day or the month."""


def formats(shapes: Iterable[Shape], filled: int) -> tuple[str, ...]:
    """Formats worth trying on a column of these shapes."""
    counts: dict[tuple[str, ...], int] = {}
    for shape in shapes:
        for pattern, found in CANDIDATES:
            if re.fullmatch(pattern + TIME, shape.text):
                counts[found] = counts.get(found, 0) + shape.rows
    # A column may hold several formats, none of which fits most rows; together they must.
    if sum(counts.values()) < LEAST_SHARE * filled:
        return ()
    return tuple(one for found, rows in counts.items() if rows >= 0.01 * filled for one in found)


def two_digit_years(shapes: Iterable[Shape]) -> int:
    """Rows that look like a date with a year of two digits."""
    return sum(shape.rows for shape in shapes if TWO_DIGITS.fullmatch(shape.text))


def readings(connection: duckdb.DuckDBPyConnection, values: exp.Expr, tried: tuple[str, ...]) -> tuple[DateReading, ...]:
    """Rows read under each format, the most first; `values` is a relation of v and n."""
    moments = [trees.named(_moment((one,)), f"f{number}") for number, one in enumerate(tried)]
    inner = exp.select(trees.name("n"), *moments).from_(values.copy())
    columns: list[exp.Expr] = []
    for number in range(len(tried)):
        mine = trees.not_null(trees.name(f"f{number}"))
        others = [trees.is_null(trees.name(f"f{other}")) for other in range(len(tried)) if other != number]
        columns += [_rows(mine), _rows(trees.both(mine, *others))]
    [counts] = trees.run(connection, exp.select(*columns).from_(inner.subquery("read")))
    found = [DateReading(one, int(counts[2 * number]), int(counts[2 * number + 1])) for number, one in enumerate(tried)]
    return tuple(sorted(found, key=lambda reading: (-reading.rows, tried.index(reading.format))))


def years(
    connection: duckdb.DuckDBPyConnection, values: exp.Expr, date_format: str
) -> tuple[tuple[tuple[int, int], ...], int, int]:
    """Rows by year under a format; rows with a time of day; rows outside the plausible years."""
    inner = exp.select(trees.name("n"), trees.named(_moment((date_format,)), "moment")).from_(values.copy())
    moment = trees.name("moment")
    midnight = trees.cast(trees.text("00:00:00"), "TIME")
    timed = _rows(exp.NEQ(this=trees.cast(moment, "TIME"), expression=midnight))
    year = trees.named(trees.call("year", moment), "year")
    query = exp.select(year, trees.call("sum", trees.name("n")), timed).from_(inner.subquery("read"))
    rows = trees.run(connection, query.where(trees.not_null(moment)).group_by(trees.name("year")).order_by(trees.name("year")))
    first, last = (day.year for day in DEFAULT_RANGE)
    outside = sum(int(count) for found, count, _ in rows if not first <= found <= last)
    return tuple((int(found), int(count)) for found, count, _ in rows), sum(int(timed) for _, _, timed in rows), outside


def _moment(tried: tuple[str, ...]) -> exp.Expr:
    return dates.read(trees.name("v"), tried, time=True)


def _rows(condition: exp.Expr) -> exp.Expr:
    counted = trees.when(condition, trees.name("n"), trees.number(0))
    return trees.call("coalesce", trees.call("sum", counted), trees.number(0))
