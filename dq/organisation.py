"""Who stands above whom on one day, and how many exceptions lie where: pure functions on plain data.

The levels, from the top: director, head of service, service, team, worker. A place is the way to it from the top, so that two
teams of one name under different heads are two places, and every level adds up to the one above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from dq.model import SEVERITIES, Severity

Level = Literal["whole", "director", "head", "service", "team", "worker"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Unit:
    """A team and what stands above it; blank where that is not known."""

    team: str
    service: str = ""
    head: str = ""
    director: str = ""


@dataclass(frozen=True)
class Pile:
    """How many exceptions of one severity and standing (`word`) lie with a worker of a team; a blank worker is none."""

    team: str
    worker: str
    severity: Severity
    word: str
    exceptions: int


@dataclass(frozen=True)
class Count:
    """How many exceptions of one severity and standing lie at a place: names from the director down to the level counted."""

    place: tuple[str, ...]
    severity: Severity
    word: str
    exceptions: int


def complete(known: Iterable[Unit], found: Iterable[str], nobody: Iterable[str]) -> tuple[Unit, ...]:
    """Every team once, by name: those that are known, those that have exceptions, and what stands for no team.

    The last (`unallocated`, `leavers`, the owner of what belongs to no team) bear their own name at every level, so that all
    levels add up to the same. A team that is known by its name alone has nothing above it.
    """
    units = {team: Unit(team) for team in found}
    units |= {word: Unit(word, word, word, word) for word in nobody}
    units |= {unit.team: unit for unit in known}
    return tuple(units[team] for team in sorted(units))


def count(piles: Iterable[Pile], units: Iterable[Unit], level: Level) -> tuple[Count, ...]:
    """The piles put together at a level, in the order of places, severities and words. What is zero is left out."""
    known = {unit.team: unit for unit in units}
    depth = LEVELS.index(level)
    found: Counter[tuple[tuple[str, ...], Severity, str]] = Counter()
    for pile in piles:
        unit = known.get(pile.team, Unit(pile.team))
        place = (unit.director, unit.head, unit.service, unit.team, pile.worker)[:depth]
        found[place, pile.severity, pile.word] += pile.exceptions
    order = sorted(found, key=lambda each: (each[0], SEVERITIES.index(each[1]), each[2]))
    return tuple(Count(*each, found[each]) for each in order if found[each])
