"""The burn-down of a unit and of the units one level below it, for a manager's pack: what is left by go-live, and how sure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dq.flows import History
from dq.forecast import forecast
from dq.outlook import Band, UnitOutlook, chance_words
from dq.papers.facts import Facts
from dq.papers.unit_facts import UnitFacts
from dq.papers.words import service_title, short_date
from dq.report.words import capital, number, plural

GO_LIVE = "go-live"
SHOWN, AHEAD = 6, 5
"""Rows of the table beside the chart: the last extracts, and days to come, go-live the last of them."""
Row = tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A unit's burn-down in words and rows, with what its chart is drawn from; `rows` are none where there is no forecast.

    `known` and `ahead` are the days of the rows. `parts` are rows of the units below: blockers now, by go-live, the chance that
    none is left, what it would take.
    """

    words: str
    rows: tuple[Row, ...] = ()
    known: tuple[tuple[dt.date, int], ...] = ()
    ahead: tuple[Band, ...] = ()
    go_live: dt.date | None = None
    parts: tuple[Row, ...] = ()


def unit_ahead(facts: Facts, mine: UnitFacts, history: History, capacity: Mapping[str, float] | None = None) -> Course:
    """The forecast of a unit and its parts, made from all teams' runs; a sentence alone where there is none."""
    go_live = facts.go_live
    if go_live is None:
        return Course("Without a date of go-live there is no forecast.")
    if go_live <= facts.run.as_of:
        return Course("The day of go-live is not after this extract: there is nothing to forecast.")
    units = {"": mine.teams} | {f"part {name}": teams for name, (teams, _) in mine.parts.items()}
    found = forecast(history, (), {GO_LIVE: go_live}, capacity=capacity, units=units)
    if found.reason:
        return Course(f"No forecast yet. {found.reason}")
    whole, *parts = found.units
    known = whole.known[-SHOWN:]
    ahead = _spread(whole.ahead, go_live)
    rows = [(short_date(day), number(count), "") for day, count in known]
    rows += [(f"{short_date(each.day)}{', go-live' * (each.day == go_live)}", number(each.median), _band(each)) for each in ahead]
    lines = sorted((_part(each, go_live) for each in parts), key=lambda line: (-line[0], line[1][0]))
    return Course(_words(whole, go_live, found.runs), tuple(rows), known, ahead, go_live, tuple(row for _, row in lines))


def _spread(bands: Sequence[Band], go_live: dt.date) -> tuple[Band, ...]:
    """Days to come, evenly spread up to go-live."""
    until = [each for each in bands if each.day <= go_live]
    places = {round((place + 1) * len(until) / AHEAD) - 1 for place in range(min(AHEAD, len(until)))}
    return tuple(until[place] for place in sorted(places))


def _at(unit: UnitOutlook, day: dt.date) -> Band:
    return next(each for each in unit.ahead if each.day == day)


def _band(each: Band) -> str:
    return number(each.low) if each.low == each.high else f"{number(each.low)} to {number(each.high)}"


def _words(unit: UnitOutlook, go_live: dt.date, runs: int) -> str:
    """The forecast in a sentence or two, its doubt included."""
    if unit.dissolved:
        return "Its teams are dissolved and their work is with others: nothing is ahead of it."
    now, band, clear = unit.known[-1][1], _at(unit, go_live), unit.clear[0]
    if not any(count for _, count in unit.known) and band.high == 0:
        return "No blocker was ever found with it, and none is expected."
    end = _band(band)
    here = plural(now, "blocker") if now else "No blocker"
    likely = f"{here} to clear now; on the day of go-live {end} {'is' if end == '1' else 'are'} likely."
    chance = f"The chance that none is left is {chance_words(clear.chance)}."
    if clear.faster is None:
        takes = " Not even ten times as fast would make it 90 % sure, for new ones keep coming."
    else:
        takes = f" To be 90 % sure, all teams must clear {clear.faster:g} times as much a week as now." if clear.faster > 1 else ""
    return f"{likely} {chance}{takes} From {runs} extracts; eight of ten courses end in the range."


def _part(unit: UnitOutlook, go_live: dt.date) -> tuple[int, Row]:
    name = capital(service_title(unit.unit.removeprefix("part ")))
    now = unit.known[-1][1]
    if unit.dissolved:
        return now, (name, number(now), "dissolved", "-", "-")
    clear = unit.clear[0]
    return now, (name, number(now), _band(_at(unit, go_live)), chance_words(clear.chance), clear.words)
