"""The project's teams file: who works in which team, the service, its head and the director above it, and one who changes team."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from dq.sample import names
from dq.sample.draw import Draw
from dq.sample.tables import World
from dq.sample.workforce import ASSESSMENT, SAFEGUARDING, SERVICES, Workforce

HEADER = ("worker_id", "worker_name", "team", "service", "left_on", "head_of_service", "director", "from")
_HEAD_OF = (0, 0, 1, 1, 2, 2, 0, 1)
"""Which head each service has: of the first door and early help, of safeguarding, of care."""
_SINCE = np.timedelta64(18, "D")


def write_teams(path: Path, seed: int, world: World, workforce: Workforce, today: np.datetime64) -> None:
    """Write teams.csv as it is on the day of the newest extract.

    A worker of an assessment team goes to a safeguarding team between the fourth and the third extract from the end, if they are
    weekly. The old system does not say so: such a file is kept because it knows better.
    """
    workers, teams = world["professional"], world["team"]
    draw = Draw(seed, "heads")
    people = names.forenames(draw, draw.code({"F": 70.0, "M": 30.0}, 4)) + " " + names.surnames(draw, 4)
    called = dict(zip(teams["team_id"], teams["name"], strict=True))
    service = dict(zip(workforce.team_ids[workforce.team], workforce.service, strict=True))
    left = [str(on) if on <= today else "" for on in workers["left_date"]]
    columns = workers["professional_id"], workers["name"], workers["team_id"], left, workers.known <= today
    mover = _mover(world, workforce, today)
    target = workforce.team_ids[workforce.team[workforce.posts_of(SAFEGUARDING)[0]]]
    with path.open("w", encoding="utf-8", newline="") as file:
        write_row = csv.writer(file, lineterminator="\n").writerow
        write_row(HEADER)
        for worker, name, team, gone, started in zip(*columns, strict=True):
            for where, since in ((team, ""), *([(target, str(today - _SINCE))] if worker == mover else [])):
                if started:
                    number = service[where]
                    write_row([worker, name, called[where], SERVICES[number], gone, people[_HEAD_OF[number]], people[3], since])


def _mover(world: World, workforce: Workforce, today: np.datetime64) -> str | None:
    """The worker who changes team: the first of those who assess children, have been there long enough, and stay."""
    workers = world["professional"]
    teams = workforce.team_ids[np.unique(workforce.team[workforce.posts_of(ASSESSMENT)])]
    stays = np.isnat(workers["left_date"]) & (workers.known <= today - _SINCE) & np.isin(workers["team_id"], teams)
    stays &= ~np.isin(workers["professional_id"], workforce.managers)
    found = np.flatnonzero(stays)
    return str(workers["professional_id"][found[0]]) if len(found) else None
