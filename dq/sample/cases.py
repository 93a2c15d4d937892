"""Who works with a child when: cases in services, dealt to posts, and the worker that each day finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Texts
from dq.sample.periods import Help, Leaving
from dq.sample.schedule import repeat
from dq.sample.spells import Spells
from dq.sample.tables import Table, numbers, where
from dq.sample.workforce import (
    ASSESSMENT,
    CARE,
    DISABILITY,
    EARLY_HELP,
    FRONT_DOOR,
    LEAVING,
    REVIEWING,
    SAFEGUARDING,
    SERVICES,
    Workforce,
    staff,
)  # fmt: skip

NO_SPELL = -1
_ROLES = {EARLY_HELP: "FSW", LEAVING: "16PLUS", REVIEWING: "IRO"}
_REASONS_SINCE = days.day("2023-04-01")
_SPAN = 100_000


@dataclass
class Cases:
    """One row a child in a service for a time; `post` is who answers for it. Sorted by spell and start."""

    child: Numbers
    spell: Numbers  # -1 where no referral is behind it
    service: Numbers
    start: Days
    end: Days
    allocated: Flags
    post: Numbers
    help_post: Numbers  # of each early help episode
    leaving_post: Numbers  # of each care leaver's record
    duty: int  # how many posts the front door has; they are the first

    def post_of(self, spell: Numbers, on: Days) -> Numbers:
        """The post that answered for a spell on a day; a front-door post where nobody was allocated."""
        own = np.flatnonzero((self.spell != NO_SPELL) & self.allocated)
        order = self.spell[own] * _SPAN + self.start[own].astype(np.int64)
        place = np.searchsorted(order, spell * _SPAN + on.astype(np.int64), side="right") - 1
        found = own[np.maximum(place, 0)] if len(own) else np.zeros(len(spell), dtype=np.int64)
        return np.where((place >= 0) & (self.spell[found] == spell), self.post[found], spell % self.duty)


def make_cases(
    seed: int, spells: Spells, helped: Help, leaving: Leaving, disabled: Flags, first: np.datetime64, last: np.datetime64
) -> tuple[Cases, Workforce]:
    """Cases from the stages of every spell, early help and leaving care, dealt evenly to the posts of each service."""
    parts = [*_stages(spells, disabled), _help(helped), *_leaving(leaving), _reviewed(spells)]
    child, spell, service, start, end, allocated = (np.concatenate(each) for each in zip(*parts, strict=True))
    some, dropped = np.flatnonzero(start < end), np.flatnonzero(~(start < end))
    order = some[np.lexsort((start[some], spell[some]))]
    child, spell, service, start, end, allocated = (each[order] for each in (child, spell, service, start, end, allocated))
    open_now = (start <= last) & (end > last)
    workforce = staff(seed, np.bincount(service[open_now], minlength=len(SERVICES)), last)
    recent = (start <= last) & (end > first) & ~open_now
    post = np.zeros(len(child), dtype=np.int64)
    for number in range(len(SERVICES)):
        posts = workforce.posts_of(number)
        for group, by in ((open_now, start), (recent, end), (~open_now & ~recent, start)):
            rows = np.flatnonzero(group & (service == number))
            rows = rows[np.argsort(by[rows], kind="stable")]
            post[rows] = posts[np.arange(len(rows)) % len(posts)]
    as_drawn = np.zeros(len(order) + len(dropped), dtype=np.int64)
    as_drawn[order] = post
    sizes = np.cumsum([len(part[0]) for part in parts])
    duty = len(workforce.posts_of(FRONT_DOOR))
    posts_of_help, posts_of_leaving = as_drawn[sizes[3] : sizes[4]], as_drawn[sizes[4] : sizes[5]]
    return Cases(child, spell, service, start, end, allocated, post, posts_of_help, posts_of_leaving, duty), workforce


_Part = tuple[Numbers, Numbers, Numbers, Days, Days, Flags]


def _stages(spells: Spells, disabled: Flags) -> list[_Part]:
    """Assessment, then safeguarding (or the disability service), care, and safeguarding again after care."""
    size = len(spells)
    everyone = np.flatnonzero(spells.kind != "nfa")
    handed_over = days.earlier(days.earlier(spells.assessed_to, spells.care_start), spells.close)
    long_term = np.where(disabled[spells.child], DISABILITY, SAFEGUARDING)
    cared_for = ~np.isnat(spells.care_start)
    stages = (
        (np.full(size, ASSESSMENT), spells.referral, handed_over),
        (long_term, handed_over, np.where(cared_for, spells.care_start, spells.close)),
        (np.full(size, CARE), spells.care_start, spells.care_end),
        (long_term, np.where(cared_for, spells.care_end, NONE), spells.close),
    )
    yes = np.ones(len(everyone), dtype=bool)
    return [
        (spells.child[everyone], everyone, service[everyone], start[everyone], end[everyone], yes) for service, start, end in stages
    ]


def _help(helped: Help) -> _Part:
    size = len(helped.child)
    return helped.child, np.full(size, NO_SPELL), np.full(size, EARLY_HELP), helped.start, helped.end, np.ones(size, dtype=bool)


def _leaving(leaving: Leaving) -> list[_Part]:
    """A personal adviser beside the care worker before 18, the allocated worker from then on."""
    size = len(leaving.child)
    adult = leaving.eligibility == "Former Relevant"
    return [(leaving.child, np.full(size, NO_SPELL), np.full(size, LEAVING), leaving.start, leaving.end, adult)]


def _reviewed(spells: Spells) -> _Part:
    rows = np.flatnonzero(~np.isnat(spells.care_start))
    no = np.zeros(len(rows), dtype=bool)
    return spells.child[rows], rows, np.full(len(rows), REVIEWING), spells.care_start[rows], spells.care_end[rows], no


def make_involvements(cases: Cases, workforce: Workforce, person_ids: Texts, referral_ids: Texts, last: np.datetime64) -> Table:
    """Table involvement: each case with each holder of its post, one after the other."""
    rows = np.flatnonzero(cases.start <= last)
    first = workforce.tenure(cases.post[rows], cases.start[rows])
    final = workforce.tenure(cases.post[rows], days.earlier(days.add_days(cases.end[rows], -1), last))
    owner, place = repeat(final - first + 1)
    case, tenure = rows[owner], first[owner] + place
    start = days.later(cases.start[case], workforce.tenure_start[tenure])
    holder_left = days.earlier(workforce.tenure_end[tenure], cases.end[case]) < cases.end[case]
    end = np.where(holder_left, workforce.tenure_end[tenure], cases.end[case])
    following = np.append(cases.spell[case][1:] == cases.spell[case][:-1], False) & (cases.spell[case] != NO_SPELL)
    reason = where(holder_left, "LEFTRL", where(following & cases.allocated[case], "TSPROC"))
    roles = np.array([_ROLES.get(number, "CW") for number in range(len(SERVICES))], dtype=object)
    spell = cases.spell[case]
    columns = {
        "involvement_id": numbers("21", len(case)),
        "person_id": person_ids[cases.child[case]],
        "professional_id": workforce.worker_ids[tenure],
        "team_id": workforce.team_of(cases.post[case]),
        "role": roles[cases.service[case]],
        "allocated": where(cases.allocated[case], "Y", "N"),
        "referral_id": where(spell != NO_SPELL, referral_ids[np.maximum(spell, 0)]),
        "start_date": start,
        "end_date": end,
        "change_reason": where(end >= _REASONS_SINCE, reason),
    }
    table = Table(columns, start, cases.child[case])
    order = np.argsort(start, kind="stable")
    table = table.take(order)
    table["involvement_id"] = numbers("21", len(table))
    return table
