"""Who stands above whom on one day: worker, team, service, head of service, director, whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A team and what stands above it; blank where that is not known."""

    team: str
    service: str = ""
    head: str = ""
    director: str = ""


def complete(known: Iterable[Unit], found: Iterable[str], nobody: Iterable[str]) -> tuple[Unit, ...]:
    """Every team once, by name: those that are known, those that have exceptions, and what stands for no team.

    The last (`unallocated`, `leavers`, the owner of what belongs to no team) bear their own name at every level, so that all
    levels add up to the same. A team that is known by its name alone has nothing above it.
    """
    units = {team: Unit(team) for team in found}
    units |= {word: Unit(word, word, word, word) for word in nobody}
    units |= {unit.team: unit for unit in known}
    return tuple(units[team] for team in sorted(units))
