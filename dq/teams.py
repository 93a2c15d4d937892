"""A project's teams file: who works in which team, and what stands above it, from which day.

A worker may stand in several rows, each from a day on; of those that have begun, the one that began last holds. A row says
something of its team, service and head of service for as long as it holds and the worker is in post; a blank cell says
nothing. Two rows that hold on one day may not put a team into two services, nor a service under two heads, nor a head under
two directors.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from dq.errors import Problem, ProjectError, did_you_mean
from dq.organisation import Unit

COLUMNS = ("worker_id", "worker_name", "team", "service", "left_on", "head_of_service", "director", "from")
NEEDED, LATER = ("worker_id", "team"), ("head_of_service", "director", "from")
LEVELS = ("team", "service", "head_of_service", "director")
_WORDS = {"team": "Team", "service": "Service", "head_of_service": "Head of service", "director": "Director"}
_ABOVE = {"service": "in service", "head_of_service": "under head of service", "director": "under director"}


@dataclass(frozen=True)
class TeamRow:
    """A row of the file. It holds from `since` until the day before `until`; `left` is the day on which the worker left."""

    line: int
    worker_id: str
    worker_name: str
    team: str
    service: str
    left: dt.date | None
    head_of_service: str
    director: str
    since: dt.date
    until: dt.date = dt.date.max

    @property
    def in_post_until(self) -> dt.date:
        """The day from which it says nothing of its team any more."""
        return min(self.until, self.left or dt.date.max)


def read(path: Path) -> tuple[TeamRow, ...]:
    """Read a teams file, in the order of its lines. Raises `ProjectError` with every fault."""
    if not path.is_file():
        raise ProjectError(Problem(str(path), message="The teams file does not exist."))
    problems: list[Problem] = []
    rows = _dated(str(path), _rows(path, problems), problems)
    problems += _contradictions(str(path), rows)
    if problems:
        raise ProjectError(problems)
    return rows


LONGEST = 1_000
"""Characters of a cell: what is longer is a quotation mark that nothing ends, whatever the limit of the csv module is now."""


def _rows(path: Path, problems: list[Problem]) -> list[TeamRow]:
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            problems += _header(str(path), reader.fieldnames or [])
            for cells in [] if problems else reader:
                if any(isinstance(cell, str) and len(cell) > LONGEST for cell in cells.values()):
                    raise csv.Error
                row = _row(str(path), reader.line_num, cells, problems)
                rows += [row] if row is not None else []
    except UnicodeDecodeError:
        fix = 'In Excel, save it as "CSV UTF-8 (Comma delimited)".'
        problems.append(Problem(str(path), message="The file is not in UTF-8.", fix=fix))
    except csv.Error:
        problems.append(Problem(str(path), reader.line_num, "", "From here on this is no CSV.", "Save the file as CSV again."))
    return rows


def _header(file: str, names: Sequence[str]) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in names:
            fix = did_you_mean(name, names) or f"The header is {','.join(COLUMNS)}."
            yield Problem(file, 1, "", f"There is no column {name!r}.", fix)
    for name in names:
        fix = did_you_mean(name, [each for each in LATER if each not in names]) if name not in COLUMNS else ""
        if fix:
            yield Problem(file, 1, "", f"There is a column {name!r}, which dq does not know.", fix)
    for name, number in Counter(names).items():
        if number > 1 and name in COLUMNS:
            yield Problem(file, 1, "", f"The column {name!r} stands here twice.", "Take one away.")


def _row(file: str, line: int, cells: dict[str, str], problems: list[Problem]) -> TeamRow | None:
    """A row of the file; None where it is blank or wrong."""
    values = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if not any(values.values()):
        return None
    before = len(problems)

    def say(message: str, fix: str = "") -> None:
        problems.append(Problem(file, line, "", message, fix))

    if None in cells:
        say("The row has more cells than the header.", "Put a text that holds a comma into quotation marks.")
        return None
    if any("\0" in value for value in values.values()):
        say("The row holds NUL characters, which are no text.", "Save the file as CSV again.")
    if any("\n" in value or "\r" in value for value in values.values()):
        say("A cell runs over several lines.", "Is a quotation mark missing or one too many? Mend it, or take the line break out.")
    if not values["worker_id"] or not values["team"]:
        say("A row needs worker_id and team.")
    days: dict[str, dt.date | None] = {}
    for name in ("left_on", "from"):
        days[name] = _date(values[name])
        if values[name] and days[name] is None:
            say(f"{name} is not a date.", "Write it like 2026-03-31.")
    left, since = days["left_on"], days["from"] or dt.date.min
    if left is not None and left < since:
        say("left_on lies before from: the row would never hold.", "Correct one of the two days.")
    if len(problems) > before:
        return None
    return TeamRow(
        line, values["worker_id"], values["worker_name"], values["team"], values["service"], left, values["head_of_service"],
        values["director"], since,
    )  # fmt: skip


def _date(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


def _dated(file: str, rows: Iterable[TeamRow], problems: list[Problem]) -> tuple[TeamRow, ...]:
    """Each row until the next of the same worker begins, by line; a worker twice from one day is a fault."""
    by_worker: dict[str, list[TeamRow]] = {}
    for row in rows:
        by_worker.setdefault(row.worker_id, []).append(row)
    dated = []
    for worker, own in by_worker.items():
        own.sort(key=lambda row: (row.since, row.line))
        for row, following in zip(own, [*own[1:], None], strict=True):
            if following is not None and following.since == row.since:
                day = "" if row.since == dt.date.min else f" from {row.since.isoformat()}"
                message = f"Worker {worker!r} stands here twice{day}; first in line {row.line}."
                problems.append(
                    Problem(file, following.line, "", message, "Take one away, or give each its day in the column from.")
                )
            dated.append(row if following is None else replace(row, until=following.since))
    return tuple(sorted(dated, key=lambda row: row.line))


def _contradictions(file: str, rows: Sequence[TeamRow]) -> Iterator[Problem]:
    """Rows that hold on one day and put the same team, service or head under different ones."""
    said = [row for row in rows if row.since < row.in_post_until]
    for lower, upper in combinations(LEVELS, 2):
        groups: dict[str, list[TeamRow]] = {}
        for row in said:
            if getattr(row, lower) and getattr(row, upper):
                groups.setdefault(getattr(row, lower), []).append(row)
        for name, group in groups.items():
            clashes: dict[tuple[str, str], list[tuple[TeamRow, TeamRow]]] = {}
            for row, other in _clashes(group, lower, upper):
                clashes.setdefault((getattr(row, upper), getattr(other, upper)), []).append((row, other))
            for (here, there), [(row, other), *more] in clashes.items():
                others = "another row" if len(more) == 1 else f"{len(more):,} more rows"
                where = f"here and in {others}," if more else "here"
                day = max(row.since, other.since)
                when = "" if day == dt.date.min else f" on {day.isoformat()}"
                words = f"{_ABOVE[upper]} {here!r} {where} and {there!r} in line {other.line}{when}."
                fix = "Give all of them the same, or those that hold later their day in the column from."
                yield Problem(file, row.line, "", f"{_WORDS[lower]} {name!r} is {words}", fix)


def _clashes(group: Sequence[TeamRow], lower: str, upper: str) -> Iterator[tuple[TeamRow, TeamRow]]:
    """Each row with what few say, beside one that says otherwise and that more rows, or earlier ones, agree with.

    Two rows that both name a level between the two are left to that level.
    """
    number = Counter(getattr(row, upper) for row in group)
    if len(number) == 1:
        return
    between = LEVELS[LEVELS.index(lower) + 1 : LEVELS.index(upper)]
    kinds: dict[tuple[str, tuple[bool, ...]], list[TeamRow]] = {}
    for row in group:
        kinds.setdefault((getattr(row, upper), tuple(bool(getattr(row, level)) for level in between)), []).append(row)
    spans = {kind: _spans(own) for kind, own in kinds.items()}
    rank = {value: place for place, (value, _) in enumerate(number.most_common())}
    for (value, named), own in kinds.items():
        better = [
            kind for kind in kinds if rank[kind[0]] < rank[value] and not any(a and b for a, b in zip(named, kind[1], strict=True))
        ]
        for row in own:
            kind = next((kind for kind in better if any(_meet(row, span) for span in spans[kind])), None)
            if kind is not None:
                yield row, next(other for other in kinds[kind] if _meet(row, (other.since, other.in_post_until)))


def _spans(rows: Iterable[TeamRow]) -> list[tuple[dt.date, dt.date]]:
    """The days on which at least one of the rows holds, as spans that do not touch."""
    spans: list[tuple[dt.date, dt.date]] = []
    for since, until in sorted({(row.since, row.in_post_until) for row in rows}):
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(until, spans[-1][1]))
        else:
            spans.append((since, until))
    return spans


def _meet(row: TeamRow, span: tuple[dt.date, dt.date]) -> bool:
    return row.since < span[1] and span[0] < row.in_post_until


def in_force(rows: Iterable[TeamRow], day: dt.date) -> list[TeamRow]:
    """The row of each worker that holds on a day; none of a worker whose first row has not begun."""
    return [row for row in rows if row.since <= day < row.until]


def units(rows: Iterable[TeamRow], day: dt.date) -> list[Unit]:
    """The teams on a day, each with what stands above it.

    What stands above comes from the nearest level that a row names. Workers in post come before those who have left.
    """
    holding = sorted(in_force(rows, day), key=lambda row: (row.left is not None and row.left <= day, row.line))
    above: dict[tuple[str, str, str], str] = {}
    for row in holding:
        for lower, upper in combinations(LEVELS, 2):
            if getattr(row, lower) and getattr(row, upper):
                above.setdefault((lower, getattr(row, lower), upper), getattr(row, upper))
    found = []
    for team in dict.fromkeys(row.team for row in holding):
        way = {"team": team}
        for place, upper in enumerate(LEVELS[1:], start=1):
            named = (above.get((lower, way[lower], upper), "") for lower in reversed(LEVELS[:place]))
            way[upper] = next((value for value in named if value), "")
        found.append(Unit(*way.values()))
    return found
