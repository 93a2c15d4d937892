"""The profile as one HTML page that needs no network, no script and no other file, for a data team to read together.

It shows counts, lengths, years and shapes; values only of columns that are code lists (see `dq.profile.codes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dq import report
from dq.contract import Contract
from dq.ingest.dates import shown
from dq.profile import told
from dq.profile.draft_rules import drafts
from dq.profile.model import Column, Profile, Table
from dq.report.words import number, percent, plural

HERE = Path(__file__).parent
BASE = Path(report.__file__).parent / "summary.css"
MOST_CODES = 8
MOST_SHAPES = 5
MOST_BARS = 120
FEWEST_BY_YEAR = 10
"""Dates of fewer rows are not shown by year: one row's year would be a person's."""
ODD = 0.02
"""A shape that fewer of the rows have is odd."""


@dataclass(frozen=True)
class Bars:
    """A small column chart: heights from 0 to 1, what stands under its ends, and all of it in words."""

    heights: tuple[float, ...]
    first: str
    last: str
    words: str


@dataclass(frozen=True)
class Share:
    """One line of a distribution: a label, its rows, their share of the filled rows from 0 to 1."""

    label: str
    rows: int
    part: float
    code: bool = True


@dataclass(frozen=True)
class ColumnView:
    """What the page says of one column."""

    column: Column
    filled: float
    head: str
    shares: tuple[Share, ...]
    more: str
    bars: Bars | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TableView:
    """What the page says of one table."""

    table: Table
    id: str
    columns: tuple[ColumnView, ...]
    links: int
    lists: int
    blank: str
    finding: int
    checks: tuple[str, ...]


@dataclass(frozen=True)
class MatchView:
    """A contract table, and what was found for it."""

    table: str
    source: str
    confidence: str
    sure: bool
    columns: int
    of: int
    missing: str


def page(profile: Profile, known: Contract) -> str:
    """The page as text. Everything from the files is escaped; the page is also well-formed XML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"number": number, "plural": plural}
    template = environment.from_string((HERE / "page.html.jinja").read_text(encoding="utf-8"))
    css = "\n".join(path.read_text(encoding="utf-8") for path in (BASE, HERE / "page.css"))
    views = [_table(profile, table, place) for place, table in enumerate(profile.tables, 1)]
    return template.render(
        profile=profile,
        css=Markup(css),
        tables=views,
        rows=sum(table.rows for table in profile.tables),
        columns=sum(len(table.columns) for table in profile.tables),
        links=[link for link in profile.links if link.chosen],
        told=told,
        matches=_matches(profile, known),
        person=told.person(profile),
        formats=[shown(one) for one in profile.date_formats],
    )


def _table(profile: Profile, table: Table, place: int) -> TableView:
    links = {link.column for link in profile.links if link.chosen and link.table == table.name}
    cells = table.rows * len(table.columns)
    blank = sum(column.facts.blank for column in table.columns)
    return TableView(
        table=table,
        id=f"t{place}",
        columns=tuple(_column(profile, table, column) for column in table.columns),
        links=len(links),
        lists=sum(column.codes is not None for column in table.columns),
        blank=percent(blank, cells),
        finding=sum(draft.failing > 0 for draft in drafts(profile, table)),
        checks=(*table.skipped, *(f"{column.name}: {column.warning}." for column in table.columns if column.warning)),
    )


def _column(profile: Profile, table: Table, column: Column) -> ColumnView:
    facts = column.facts
    link = profile.link(table.name, column.name)
    notes = [f"Link: {told.link(link)}."] if link else []
    if column.name in table.key:
        notes.append("Part of the key." if len(table.key) > 1 else "The key.")
    if column.failing:
        notes.append(f"{plural(column.failing, 'value')} not read as {column.type}.")
    if facts.outside:
        notes.append(f"{plural(facts.outside, 'date')} outside 1900 to 2100.")
    notes += [f"{number(valid)} of {number(facts.filled)} are valid." for kind, valid in facts.valid.items() if kind == column.kind]
    if facts.several_lines:
        notes.append(f"{plural(facts.several_lines, 'row')} of several lines.")
    shares, more, bars = _distribution(column)
    odd = _odd(column)
    if odd:
        notes.append(odd)
    head = f"{number(facts.distinct)} different"
    if facts.filled:
        head += f", {facts.shortest}" + (f" to {facts.longest}" if facts.longest != facts.shortest else "")
        head += " character" if facts.longest == 1 else " characters"
    return ColumnView(
        column,
        facts.filled / facts.rows if facts.rows else 0.0,
        head if facts.filled else "Blank throughout",
        shares,
        more,
        bars,
        tuple(notes),
    )


def _distribution(column: Column) -> tuple[tuple[Share, ...], str, Bars | None]:
    facts = column.facts
    if not facts.filled:
        return (), "", None
    if column.codes is not None:
        kept = column.codes.kept
        rest = len(kept) - MOST_CODES
        more = [f"{plural(rest, 'more code')}"] if rest > 0 else []
        if column.codes.other_rows:
            more.append(
                f"{plural(column.codes.other_rows, 'row')} with {plural(column.codes.other_values, 'rare value')}, not shown"
            )
        return _shares(kept[:MOST_CODES], facts.filled), "; ".join(more), None
    if column.type in ("date", "datetime"):
        formats = [(shown(one.format), one.rows) for one in facts.dates if one.rows][:3]
        enough = facts.filled >= FEWEST_BY_YEAR
        return _shares(formats, facts.filled), "" if enough else "Too few to show by year.", _years(facts.years) if enough else None
    if column.type == "boolean":
        words = [(value, rows) for value, rows in facts.values if value.lower() in told.YES_NO]
        return _shares(words, facts.filled), "", None
    if column.kind == "free text":
        return (), "Free text: only lengths are shown.", _lengths(facts.lengths)
    if column.type in ("integer", "number"):
        return _digits(column), "", None
    shapes = [(one.text, one.rows) for one in facts.shapes[:MOST_SHAPES]]
    rest = facts.shape_count - len(shapes)
    bars = _lengths(facts.lengths) if facts.shortest != facts.longest else None
    return _shares(shapes, facts.filled), f"{plural(rest, 'more shape')}" if rest > 0 else "", bars


def _shares(counts: Iterable[tuple[str, int]], whole: int, *, code: bool = True) -> tuple[Share, ...]:
    return tuple(Share(label, rows, rows / whole, code) for label, rows in counts)


def _digits(column: Column) -> tuple[Share, ...]:
    """Numbers by how many digits stand before the point; never the numbers."""
    counts: dict[int, int] = {}
    for shape in column.facts.shapes:
        match = re.fullmatch(r"[+-]?(9*)(?:\.9*)?", shape.text)
        if match:
            counts[len(match[1])] = counts.get(len(match[1]), 0) + shape.rows
    labels = [(f"{plural(digits, 'digit')} before the point", rows) for digits, rows in sorted(counts.items())]
    return _shares(labels, column.facts.filled, code=False)


def _odd(column: Column) -> str:
    """Rare shapes of a column that is otherwise written one way."""
    facts = column.facts
    if (
        column.type not in ("text", "date", "datetime", "integer", "number")
        or column.kind == "free text"
        or column.codes is not None
    ):
        return ""
    if column.personal == "identity" and column.kind != "postcode":
        return ""
    odd = [one for one in facts.shapes if one.rows < ODD * facts.filled]
    main = sum(one.rows for one in facts.shapes if one.rows >= ODD * facts.filled)
    if not odd or main < (1 - 2 * ODD) * facts.filled or facts.filled < 50:
        return ""
    shown_ = ", ".join(f"{one.text} ({number(one.rows)})" for one in odd[:MOST_SHAPES])
    return f"Odd: written {shown_}{' and others' if facts.shape_count > len(facts.shapes) or len(odd) > MOST_SHAPES else ''}."


def _years(years: Sequence[tuple[int, int]]) -> Bars | None:
    inside = {year: rows for year, rows in years if 1900 <= year <= 2100}
    if not inside:
        return None
    first, last = min(inside), max(inside)
    step = -(-(last - first + 1) // MOST_BARS)
    counts = [sum(inside.get(year, 0) for year in range(start, start + step)) for start in range(first, last + 1, step)]
    most = max(inside, key=lambda year: (inside[year], year))
    words = f"Rows by year, {first} to {last}; most in {most}: {number(inside[most])}."
    return Bars(_heights(counts), str(first), str(last), words)


def _lengths(lengths: Sequence[tuple[int, int]]) -> Bars | None:
    if len(lengths) < 2:
        return None
    first, last = lengths[0][0], lengths[-1][0]
    step = -(-(last - first + 1) // MOST_BARS)
    counts = [0] * ((last - first) // step + 1)
    for length, rows in lengths:
        counts[(length - first) // step] += rows
    most = max(lengths, key=lambda one: (one[1], one[0]))
    words = f"Rows by length, {first} to {last} characters; most have {most[0]}: {number(most[1])}."
    return Bars(_heights(counts), str(first), f"{last} characters", words)


def _heights(counts: Sequence[int]) -> tuple[float, ...]:
    most = max(counts, default=0) or 1
    return tuple(round(max(count / most, 0.04), 3) if count else 0.0 for count in counts)


def _matches(profile: Profile, known: Contract) -> list[MatchView]:
    found = {one.table: one for one in profile.matches}
    views = []
    for name, table in known.tables.items():
        one = found.get(name)
        if one is None:
            views.append(MatchView(table.title, "nothing found", "", False, 0, len(table.columns), ""))
            continue
        sure = {each.column for each in one.columns if each.sure}
        source = f"{one.source}, {one.rows_column} {one.rows_value}" if one.rows_column else one.source
        missing = ", ".join(column for column in table.columns if column not in sure)
        views.append(MatchView(table.title, source, f"{one.confidence:.2f}", one.sure, len(sure), len(table.columns), missing))
    return views
