"""Teams and workers. A case belongs to a post; the post's holders follow one another, so every day has one worker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days, names
from dq.sample.days import NONE, Days, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.schedule import repeat, running
from dq.sample.tables import Table, World, flag, numbers, same, text, where

POSTS_A_TEAM = 4
FIRST_DAY = days.day("1999-01-04")
_KNOWN_SINCE = days.day("2012-01-02")  # whoever held a post then is taken to have held it from the first day
SERVICES = (
    "Front Door", "Assessment", "Safeguarding", "Disabled Children", "Children in Care", "Leaving Care", "Early Help",
    "Independent Review",
)  # fmt: skip
FRONT_DOOR, ASSESSMENT, SAFEGUARDING, DISABILITY, CARE, LEAVING, EARLY_HELP, REVIEWING = range(len(SERVICES))
CASES_A_POST = np.array([40, 15, 16, 16, 16, 17, 16, 60])
_JOBS = ("Social Worker",) * 5 + ("Personal Adviser", "Family Support Worker", "Independent Reviewing Officer")
_REGISTERED = ("Social Worker", "Independent Reviewing Officer", "Team Manager")
_PLACES = ("North", "East", "South", "West", "Central", "Harbour", "Valley", "Hill")
_SPAN = 100_000  # longer than any history: post * _SPAN + day orders the days of all posts
_ROOT, _CLOSED = "T001", ("T002", "T003")


@dataclass
class Workforce:
    """Posts with their service and team, and who held each post from which day to which (NaT: still)."""

    service: Numbers
    team: Numbers
    tenure_post: Numbers
    tenure_start: Days
    tenure_end: Days
    worker_ids: Texts  # one a tenure
    team_ids: Texts
    managers: Texts  # one a team

    def tenure(self, post: Numbers, on: Days) -> Numbers:
        """The tenure in force in a post on a day."""
        order = self.tenure_post * _SPAN + _number(self.tenure_start)
        return np.searchsorted(order, post * _SPAN + _number(on), side="right") - 1

    def worker(self, post: Numbers, on: Days) -> Texts:
        """Worker number of whoever held the post on the day."""
        return self.worker_ids[self.tenure(post, on)]

    def team_of(self, post: Numbers) -> Texts:
        """Team number of each post."""
        return self.team_ids[self.team[post]]

    def manager_of(self, post: Numbers) -> Texts:
        """Worker number of the manager of each post's team."""
        return self.managers[self.team[post]]

    def posts_of(self, service: int) -> Numbers:
        """The posts of a service."""
        return np.flatnonzero(self.service == service)


def _number(on: Days) -> Numbers:
    return (on - FIRST_DAY).astype(np.int64)


def staff(seed: int, open_cases: Numbers, last: np.datetime64) -> Workforce:
    """Posts enough for the open cases of each service, in teams of four with a manager each."""
    draw = Draw(seed, "workforce")
    posts = np.maximum(-(-open_cases // CASES_A_POST), 2)
    posts[FRONT_DOOR] = max(2, int(open_cases.sum()) // 250)
    service, place = repeat(posts)
    teams = -(-posts // POSTS_A_TEAM)
    team = (np.cumsum(teams) - teams)[service] + place % teams[service]
    owner, started = _tenures(draw, len(service), last)
    goes_on = np.append(owner[1:] == owner[:-1], False)
    ended = np.where(goes_on, np.append(started[1:], NONE), NONE).astype("datetime64[D]")
    entered = np.lexsort((owner, started))
    ids = np.empty(len(owner), dtype=object)
    ids[entered] = numbers("W", len(owner), 1001)
    team_ids = np.array([f"T{number}" for number in range(101, 101 + int(teams.sum()))], dtype=object)
    managers = numbers("W", len(team_ids), 1001 + len(owner))
    return Workforce(service, team, owner, started, ended, ids, team_ids, managers)


def _tenures(draw: Draw, posts: int, last: np.datetime64) -> tuple[Numbers, Days]:
    """Post and first day of each tenure, in that order; a post is held from the first day on."""
    held = np.where(draw.chance(0.06, posts), draw.whole(1, 42, posts), draw.whole(43, 3000, posts))
    history = int((last - _KNOWN_SINCE).astype(np.int64))
    owner, number = repeat(np.full(posts, history // 500 + 2))
    lengths = np.where(number == 0, held[owner], draw.whole(500, 2400, len(owner)))
    started = days.working_before(days.add_days(np.full(len(owner), last), -running(lengths, number)))
    kept = started > _KNOWN_SINCE
    oldest = kept & ~np.append(kept[1:], False)
    started = np.where(oldest, FIRST_DAY, started)[kept]
    owner = owner[kept]
    order = np.lexsort((started, owner))
    return owner[order], started[order]


def make_workforce(seed: int, workforce: Workforce) -> World:
    """Tables team and professional: a department, its services, their teams; post holders and managers."""
    draw = Draw(seed, "workers")
    return {"team": _teams(workforce), "professional": _workers(draw, workforce)}


def _teams(workforce: Workforce) -> Table:
    service_of = np.zeros(len(workforce.team_ids), dtype=np.int64)
    service_of[workforce.team] = workforce.service
    first = np.searchsorted(service_of, service_of)
    titles = [
        f"{SERVICES[service]} {_PLACES[n % 8]}{'' if n < 8 else f' {n // 8 + 1}'}"
        for service, n in zip(service_of, np.arange(len(service_of)) - first, strict=True)
    ]
    service_ids = [f"T{number:03d}" for number in range(11, 11 + len(SERVICES))]
    heads = [workforce.managers[np.searchsorted(service_of, service)] for service in range(len(SERVICES))]
    ids = [_ROOT, *_CLOSED, *service_ids, *workforce.team_ids]
    size = len(ids)
    columns = {
        "team_id": np.array(ids, dtype=object),
        "name": np.array(["Children's Services", "Referral and Advice", "Family Support", *SERVICES, *titles], dtype=object),
        "parent_id": np.array([None, *[_ROOT] * (2 + len(SERVICES)), *(service_ids[s] for s in service_of)], dtype=object),
        "manager_id": np.array([heads[0], heads[0], heads[0], *heads, *workforce.managers], dtype=object),
        "closed_date": np.array([NONE, *[days.day("2017-03-31")] * 2, *[NONE] * (size - 3)], dtype="datetime64[D]"),
    }
    return Table(columns, np.full(size, FIRST_DAY))


def _workers(draw: Draw, workforce: Workforce) -> Table:
    held = workforce.service[workforce.tenure_post]
    managers, teams = workforce.managers, workforce.team_ids
    size = len(held) + len(managers)
    ids = np.concatenate([workforce.worker_ids, managers])
    job = np.concatenate([np.array(_JOBS, dtype=object)[held], same("Team Manager", len(managers))])
    started = np.concatenate([workforce.tenure_start, np.full(len(managers), FIRST_DAY)])
    sex = draw.code({"F": 80.0, "M": 20.0}, size)
    registered = np.isin(job, _REGISTERED)
    columns = {
        "professional_id": ids,
        "staff_id": numbers("P", size, 30_001),
        "name": names.forenames(draw, sex) + " " + names.surnames(draw, size),
        "registration_number": where(registered, "SW" + text(10_000 + np.arange(size) * 7)),
        "job_title": job,
        "team_id": np.concatenate([workforce.team_of(workforce.tenure_post), teams]),
        "full_time_equivalent": draw.code({"1": 70.0, "0.8": 14.0, "0.6": 10.0, "0.5": 6.0}, size),
        "agency": flag(draw.chance(0.16, size)),
        "start_date": started,
        "left_date": np.concatenate([workforce.tenure_end, np.full(len(managers), NONE)]),
    }
    return Table(columns, started)
