"""Teams and workers. Cases belong to a post; the post's holders follow one another, so every day has one worker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days, names
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.schedule import repeat, running
from dq.sample.tables import Table, World, blank, flag, numbers, where

CASES_A_POST = np.array([40, 15, 16, 16, 16, 17, 16, 60])
POSTS_A_TEAM = 6
FIRST_DAY = days.day("2009-01-05")
SERVICES = (
    "Front Door", "Assessment", "Safeguarding", "Disabled Children", "Children in Care", "Leaving Care", "Early Help",
    "Independent Review",
)  # fmt: skip
FRONT_DOOR, ASSESSMENT, SAFEGUARDING, DISABILITY, CARE, LEAVING, EARLY_HELP, REVIEWING = range(len(SERVICES))
JOBS = (
    "Social Worker", "Social Worker", "Social Worker", "Social Worker", "Social Worker", "Personal Adviser",
    "Family Support Worker", "Independent Reviewing Officer",
)  # fmt: skip
_SPAN = 100_000  # more than the days of any history: post * _SPAN + day orders days within posts
_PLACES = ("North", "East", "South", "West", "Central", "Harbour", "Valley", "Hill")


@dataclass
class Workforce:
    """Posts with their team, and who held each from which day."""

    service: Numbers  # of each post
    team: Numbers  # of each post
    tenure_post: Numbers
    tenure_start: Days
    tenure_end: Days  # NaT while in post
    worker_ids: Texts  # of each tenure
    team_ids: Texts
    managers: Texts  # worker number of each team's manager

    def tenure(self, post: Numbers, on: Days) -> Numbers:
        """The tenure in force in a post on a day."""
        order = self.tenure_post * _SPAN + _number(self.tenure_start)
        return np.searchsorted(order, post * _SPAN + _number(on), side="right") - 1

    def worker(self, post: Numbers, on: Days) -> Texts:
        """Worker number of who held the post on the day."""
        return self.worker_ids[self.tenure(post, on)]

    def team_of(self, post: Numbers) -> Texts:
        """Team number of each post."""
        return self.team_ids[self.team[post]]

    def manager_of(self, post: Numbers) -> Texts:
        """Worker number of the manager of each post's team."""
        return self.managers[self.team[post]]


def _number(on: Days) -> Numbers:
    return (on - FIRST_DAY).astype(np.int64)


def staff(seed: int, open_cases: Numbers, last: np.datetime64) -> Workforce:
    """Posts enough for the open cases of each service, in teams of six; a manager each."""
    draw = Draw(seed, "workforce")
    posts = np.maximum(-(-open_cases // CASES_A_POST), 2)
    posts[FRONT_DOOR] = max(2, int(open_cases.sum()) // 250)
    service, place = repeat(posts)
    teams = -(-posts // POSTS_A_TEAM)
    team = (np.cumsum(teams) - teams)[service] + place % teams[service]
    held = draw.whole(30, 2200, len(service))
    leaving_now = draw.chance(0.05, len(service))
    held = np.where(leaving_now, draw.whole(1, 42, len(service)), held)
    history = int((last - FIRST_DAY).astype(np.int64))
    owner, number = repeat(np.full(len(service), history // 250 + 2))
    lengths = np.where(number == 0, held[owner], draw.whole(250, 1400, len(owner)))
    started = days.working_before(days.add_days(np.full(len(owner), last), -running(lengths, number)))
    kept = started > FIRST_DAY
    earliest = np.append(kept[1:] < kept[:-1], True)
    started = np.where(earliest, FIRST_DAY, started)[kept]
    owner = owner[kept]
    order = np.lexsort((started, owner))
    owner, started = owner[order], started[order]
    goes_on = np.append(owner[1:] == owner[:-1], False)
    ended = np.where(goes_on, np.append(started[1:], NONE), NONE).astype("datetime64[D]")
    entered = np.lexsort((owner, started))
    ids = np.empty(len(owner), dtype=object)
    ids[entered] = numbers("W", len(owner), 1001)
    team_ids = numbers("T", int(teams.sum()), 101)
    managers = numbers("W", len(team_ids), 1001 + len(owner))
    return Workforce(service, team, owner, started, ended, ids, team_ids, managers)
