"""What a digest tells of a unit of the organisation: counted from the store, for one run and the one that it is compared with."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import measure_words
from dq.errors import OptionError
from dq.lifecycle import ASIDE, change
from dq.listing import Situation, entries
from dq.measures import Measure
from dq.model import SEVERITIES, UNITLESS, Scope
from dq.organisation import Unit
from dq.report.digest_facts import Ahead, Flow, GateLine, OnList, Part, Share, TeamLine
from dq.store import changed, desk, issue, measures
from dq.store.changed import Shift
from dq.store.issue import Given
from dq.store.models import Run

ASKED = ("Asked of you", "Transform")
LEVELS_WITH_TEAMS: tuple[Scope, ...] = ("director", "head", "service", "data team")


@dataclass
class TeamCounts:
    """What stands on one team's list."""

    to_do: int = 0
    overdue: int = 0
    waiting: int = 0
    ending: int = 0
    asked: int = 0
    aside: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Standing:
    """All that is the same for every reader of a run: teams' lists, the organisation, lists given out and answered."""

    run: Run
    units: Mapping[str, Unit]
    teams: Mapping[str, TeamCounts]
    lists: Mapping[str, Given]
    answered: frozenset[int]
    measures: Mapping[str, Measure]


def standing(connection: BaseDatabaseWrapper, run: Run, now: Situation, declared: Mapping[str, Measure], days: int) -> Standing:
    """Look at every exception that the latest run left open; `days` is the period within which waivers are said to end."""
    teams: dict[str, TeamCounts] = {}
    soon = run.as_of + dt.timedelta(days=days)
    for row in desk.rows(connection):
        if row.word in ASIDE:
            continue
        for each in entries(row, now):
            mine = teams.setdefault(each.list, TeamCounts())
            if each.mark in ASKED:
                mine.asked += 1
            elif each.why:
                mine.aside[row.place] += 1
                mine.ending += row.place == "waived" and row.waived_until is not None and row.waived_until <= soon
            else:
                mine.to_do += 1
                mine.overdue += each.overdue
                mine.waiting += each.mark == "Waiting"
    given = issue.latest(issue.given(connection))
    return Standing(run, changed.units(connection, run.number), teams, given, frozenset(changed.answered(connection)), declared)


def part(
    connection: BaseDatabaseWrapper,
    stand: Standing,
    shifts: Iterable[Shift],
    earlier: Run | None,
    level: Scope,
    unit: str,
    days: int,
    ahead: Ahead | None = None,
) -> Part:
    """What is told of one unit. `shifts` are all of the two runs."""
    inside = _inside(stand, level, unit)
    mine = list(shifts)
    teams = sorted({each.team for each in mine} | {each.from_team for each in mine} | set(stand.teams) | set(stand.lists))
    teams = [team for team in teams if team and inside(team)]
    flow = _flow(mine, inside)
    open_now: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for each in mine:
        if each.after and inside(each.team):
            open_now[each.severity] += each.exceptions
    before = earlier.number if earlier is not None else None
    at, name = ("whole", "") if level in UNITLESS else (level, unit)
    lists = [stand.lists[team] for team in teams if team in stand.lists]
    not_run, rules_changed = changed.rules(connection, before, stand.run.number) if level in UNITLESS else (0, 0)
    places = None if level in UNITLESS else {(level, unit), *(("team", team) for team in teams)}
    due, late = changed.actions(connection, places, stand.run.as_of, stand.run.as_of + dt.timedelta(days=days))
    return Part(
        level, unit, tuple(teams), flow if earlier is not None else None, open_now, _on_list(stand, teams),
        _share(connection, stand.run.number, at, name), _share(connection, before, at, name),
        tuple(GateLine(*vars(each).values()) for each in changed.judged(connection, before, stand.run.number, at, name)),
        len(lists), sum(each.number not in stand.answered for each in lists),
        sum(stand.teams[team].asked for team in teams if team in stand.teams) if level in ("data team", "team") else 0,
        not_run, rules_changed, due, late, *_measures(connection, stand, at, name),
        tuple(_lines(stand, mine, teams)) if level in LEVELS_WITH_TEAMS else (), _where(stand, level, lists, before), ahead,
    )  # fmt: skip


def teams_of(units: Mapping[str, Unit], level: Scope, unit: str) -> set[str] | None:
    """The teams of a unit, as the run has them; None for all."""
    if level in UNITLESS:
        return None
    return {unit} if level == "team" else {team for team, each in units.items() if getattr(each, level) == unit}


def _inside(stand: Standing, level: Scope, unit: str) -> Callable[[str], bool]:
    """Whether a team belongs to a unit, as the later run has it: a team that moved with its exceptions handed nothing over."""
    found = teams_of(stand.units, level, unit)
    return bool if found is None else (lambda team: team in found)


def _flow(shifts: Iterable[Shift], inside: Callable[[str], bool]) -> Flow:
    found: Counter[str] = Counter()
    for each in shifts:
        before, after = each.before and inside(each.from_team), each.after and inside(each.team)
        if before:
            found["before"] += each.exceptions
        if before and after:
            found["stayed"] += each.exceptions
        elif before:
            found["went" if each.after else _WORDS[change(each.was, each.became) or ""]] += each.exceptions
        elif after:
            word = "came" if each.before else _WORDS[change(each.was, each.became) or ""]
            found[word] += each.exceptions
            found["new_by_rule"] += each.exceptions if word == "new" and each.why == "rule" else 0
        if after and each.before_waived and not each.after_waived:
            found["waiver_ended"] += each.exceptions
    return Flow(**found)


_WORDS = {
    "new": "new", "reopened": "reopened", "seen again": "seen_again", "cleared": "cleared", "left extract": "left",
    "rule changed": "rule_changed", "not checked": "not_checked",
}  # fmt: skip


def _on_list(stand: Standing, teams: Iterable[str]) -> OnList:
    mine = [stand.teams[team] for team in teams if team in stand.teams]
    aside = sum((each.aside for each in mine), Counter())
    return OnList(
        sum(each.to_do for each in mine), sum(each.overdue for each in mine), sum(each.waiting for each in mine),
        dict(sorted(aside.items())), sum(each.ending for each in mine),
    )  # fmt: skip


def _share(connection: BaseDatabaseWrapper, run: int | None, level: str, unit: str) -> Share | None:
    """The ready children of a unit; None where the run did not say, or there are no children."""
    if run is None:
        return None
    found = changed.figure(connection, run, "ready_children", level, unit)
    if found is None or not found.whole or found.part is None:
        return None
    at_most = changed.figure(connection, run, "at_most", level, unit)
    return Share(round(found.part), round(found.whole), bool(at_most is not None and at_most.value))


def _measures(connection: BaseDatabaseWrapper, stand: Standing, level: str, unit: str) -> tuple[int, int]:
    """How many measures of a unit missed their target, and how many could be judged; none where the run measured nothing."""
    try:
        found = measures.measured(connection, run=stand.run.number, level=level, unit=unit)
    except OptionError:
        return 0, 0
    said = []
    for line in found.lines:
        measure = stand.measures.get(line.measure)
        if measure is not None and any(each.judged and each.word == line.part for each in measure.parts):
            said.append(measure_words.met(line.value, line.target, measure.direction, line.counted, line.of))
    return said.count(False), len(said) - said.count(None)


def _lines(stand: Standing, shifts: list[Shift], teams: Iterable[str]) -> Iterable[TeamLine]:
    """The teams of a unit that have or had something, those with most blockers and exceptions first."""
    found = []
    for team in teams:
        flow = _flow(shifts, lambda other, mine=team: other == mine)  # type: ignore[misc]
        blockers = sum(s.exceptions for s in shifts if s.after and s.team == team and s.severity == "blocker")
        overdue = stand.teams[team].overdue if team in stand.teams else 0
        found.append(
            TeamLine(team, flow.after, blockers, flow.new + flow.reopened + flow.seen_again + flow.came, flow.cleared, overdue)
        )
    return sorted((each for each in found if any(vars(each).values())), key=lambda each: (-each.blockers, -each.after, each.team))


def _where(stand: Standing, level: Scope, lists: list[Given], before: int | None) -> tuple[str, ...]:
    """Files of the project and commands; no word of a record."""
    results = str(stand.run.results)
    if level == "whole":
        return (f"The page for the board: {results}/board-{stand.run.as_of.isoformat()}.html (dq board writes it)",)
    if level == "data team":
        compare = f"dq diff {before} {stand.run.number}" if before is not None else "dq counts"
        return (f"What changed, by rule and team: {compare}", f"Every exception: {results}/exceptions.csv", "The lists: dq lists")
    current = [each for each in lists if each.run == stand.run.number]
    if level == "team":
        if current:
            return (f"Your list of this extract: {current[0].file}",)
        older = f" The last one is of {lists[0].as_of.isoformat()}: {lists[0].file}" if lists and lists[0].as_of else ""
        return ("The list of this extract has not been written yet." + older,)
    folders = sorted({each.file.rpartition("/")[0] or each.file for each in current})
    return tuple(f"The teams' lists of this extract: {folder}" for folder in folders) or (
        "The teams' lists of this extract have not been written yet.",
    )
