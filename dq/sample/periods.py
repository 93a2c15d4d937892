"""Early help and leaving care: periods beside the referrals, drawn before any record is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days
from dq.sample.days import Days, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.journeys import Children
from dq.sample.spells import Spells


@dataclass
class Help:
    """Early help episodes."""

    child: Numbers
    start: Days
    end: Days


@dataclass
class Leaving:
    """Care leavers: while still in care (Eligible) and from 18 on (Former Relevant)."""

    child: Numbers
    eligibility: Texts
    start: Days
    end: Days
    assessed: Days
    pathway: Days
    known: Days


@dataclass
class Contacts:
    """Contacts that led to no referral."""

    child: Numbers
    made: Days


def draw_contacts(seed: int, children: Children, dead: Days, last: np.datetime64) -> Contacts:
    """One such contact for some children, at any time in eight years and under the age of 17."""
    draw = Draw(seed, "other contacts")
    some = np.flatnonzero(draw.chance(0.24, len(children.birth)) & np.isnat(dead))
    earliest = days.later(children.birth[some] + 5, last - np.timedelta64(8 * 365, "D"))
    latest = days.earlier(days.add_years(children.birth[some], 17), last)
    span = days.days_between(earliest, latest)
    made = days.working(days.add_days(earliest, draw.between(0, span)))
    fits = (span > 0) & (made <= last)
    return Contacts(some[fits], made[fits])


def draw_help(seed: int, children: Children, spells: Spells, last: np.datetime64) -> Help:
    """Open early help for children in that state, closed episodes before the first referral of some others."""
    draw = Draw(seed, "early help")
    now = np.flatnonzero(children.state == "help")
    elapsed = draw.whole(3, 270, len(now))
    start_now = days.working_before(days.add_days(np.full(len(now), last), -elapsed))
    end_now = days.working_before(days.add_days(start_now, np.minimum(elapsed + draw.whole(5, 90, len(now)), 350)))
    start_now = days.working(days.later(start_now, children.birth[now] + 1))
    first = np.flatnonzero(np.append(True, spells.child[1:] != spells.child[:-1]) & draw.chance(0.16, len(spells)))
    end = days.working_before(days.add_days(spells.contact[first], -draw.whole(12, 300, len(first))))
    start = days.working_before(days.add_days(end, -draw.whole(50, 330, len(first))))
    ok = start > children.birth[spells.child[first]]
    child = np.append(now, spells.child[first][ok])
    return Help(child, np.append(start_now, start[ok]), np.append(end_now, end[ok]))


def draw_leaving(seed: int, children: Children, spells: Spells) -> Leaving:
    """Periods of every child who was looked after at 16 for 13 weeks, and of those who turned 18 in care."""
    draw = Draw(seed, "leaving care")
    rows = np.flatnonzero(~np.isnat(spells.care_start))
    child, birth = spells.child[rows], spells.birth[rows]
    begin, end = spells.care_start[rows], spells.care_end[rows]
    eighteen = days.add_years(birth, 18)
    start = days.later(days.add_years(birth, 16), days.add_days(begin, 92))
    assessed = days.working_before(days.add_days(start, draw.whole(20, 70, len(rows))))
    pathway = days.working_before(days.add_days(assessed, draw.whole(1, 14, len(rows))))
    eligible = pathway < days.add_days(end, -5)
    turned = end == eighteen
    assessed = np.where(eligible, assessed, days.working_before(days.add_days(eighteen, -60)))
    pathway = np.where(eligible, pathway, days.working_before(days.add_days(eighteen, -30)))
    short = days.add_days(eighteen, draw.whole(250, 2400, len(rows)))
    until = np.where(children.state[child] == "leaver", days.add_years(birth, 25), short)
    young = (child, start, end, assessed, pathway, pathway)
    adult = (child, eighteen, until, assessed, pathway, eighteen)
    of, begun, ended, needs, plan, known = (np.append(a[eligible], b[turned]) for a, b in zip(young, adult, strict=True))
    words = np.array(["Eligible"] * int(eligible.sum()) + ["Former Relevant"] * int(turned.sum()), dtype=object)
    return Leaving(of, words, begun, ended, needs, plan, known)
