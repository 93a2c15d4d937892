"""Records of the front door: contacts, early help, referrals."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Days
from dq.sample.draw import Draw, Texts
from dq.sample.story import Story
from dq.sample.tables import Table, World, blank, flag, join, rising, where

# Shares as in the published returns: police and schools first; schools are closed in August.
SOURCES = {
    "6": 29.0, "2A": 19.0, "3A": 2.0, "3B": 2.5, "3C": 1.0, "3D": 1.5, "3E": 5.5, "3F": 4.0, "5A": 4.5, "5B": 6.0, "5C": 2.5,
    "5D": 4.0, "1A": 5.5, "1B": 1.5, "1C": 0.8, "1D": 2.0, "2B": 2.0, "4": 1.4, "7": 3.0, "8": 3.2, "9": 2.4, "10": 0.6,
}  # fmt: skip
NEEDS = {"N1": 57.0, "N2": 8.0, "N3": 3.0, "N4": 9.5, "N5": 15.0, "N6": 3.0, "N7": 0.5, "N8": 4.0}
_REFERRED = {"Assessment required": 84.0, "Strategy discussion and/or Section 47 enquiry": 12.0, "Other": 4.0}
_NOT_REFERRED = {"No Further Action": 52.0, "Information and Advice": 48.0}
_NFA = {"No Further Action": 60.0, "Advice and Information or signpost to other services": 25.0, "Step-down to Early Help": 15.0}
_HELP_REASONS = ("Parenting support", "School attendance", "Family conflict", "Housing and debt", "Young carer", "Behaviour")
_AGENCIES = ("School", "Health visiting", "Family hub", "Youth service", "Council early help")


def make_referrals(story: Story) -> World:
    """Tables contact, cin_episode and early_help."""
    draw = story.draw("referrals")
    spells = story.spells
    rows = np.arange(len(spells))
    source = sources(draw, spells.referral)
    referring = _contacts(story, spells.child, spells.contact, spells.referral, source)
    referring["outcome"] = np.full(len(rows), "CIN Referral", dtype=object)
    other = _other_contacts(story, draw)
    contact = join([referring, other])
    contact["contact_id"] = rising("10", contact.known)
    nfa = spells.kind == "nfa"
    columns = {
        "referral_id": story.referral_ids,
        "person_id": story.person(rows),
        "contact_id": contact["contact_id"][: len(rows)],
        "referral_date": spells.referral,
        "decision_date": spells.decision,
        "source": source,
        "primary_need": draw.code(NEEDS, len(rows)),
        "outcome": where(nfa, draw.code(_NFA, len(rows)), draw.code(_REFERRED, len(rows))),
        "nfa": flag(nfa),
        "close_date": spells.close,
        "close_reason": _close_reasons(story, draw),
        "team_id": story.team(rows, spells.referral),
        "worker_id": story.worker(rows, spells.referral),
    }
    return {
        "contact": contact,
        "cin_episode": Table(columns, spells.referral, spells.child),
        "early_help": _early_help(story, draw),
    }


def sources(draw: Draw, on: Days) -> Texts:
    """Who made the contact, by time of year."""
    drawn = draw.code(SOURCES, len(on))
    august = on.astype("datetime64[M]").astype(np.int64) % 12 + 1 == 8
    return where(august & np.isin(drawn, ["2A", "2B", "3C"]), "6", drawn)


def _contacts(story: Story, child: np.ndarray, made: Days, decided: Days, source: Texts) -> Table:
    workforce, post = story.workforce, child % story.cases.duty
    columns = {
        "contact_id": blank(len(child)),
        "person_id": story.child_ids[child],
        "contact_date": made,
        "source": source,
        "outcome": blank(len(child)),
        "decision_date": decided,
        "worker_id": workforce.worker(post, made),
        "team_id": workforce.team_of(post),
    }
    return Table(columns, made, child)


def _other_contacts(story: Story, draw: Draw) -> Table:
    """Contacts that led to no referral: some to early help, most to nothing."""
    other, helped = story.contacts, story.helped
    child, made = np.append(other.child, helped.child), np.append(other.made, helped.start)
    table = _contacts(story, child, made, days.add_working_days(made, draw.whole(0, 1, len(child))), sources(draw, made))
    to_help = np.arange(len(child)) >= len(other.child)
    table["outcome"] = where(to_help, "EH Referral", draw.code(_NOT_REFERRED, len(child)))
    return table


def _close_reasons(story: Story, draw: Draw) -> Texts:
    spells = story.spells
    size = len(spells)
    reason = draw.code({"RC7": 90.0, "RC5": 6.0, "RC6": 4.0}, size)
    reason = where(spells.kind == "assess", draw.code({"RC8": 68.0, "RC9": 22.0, "RC7": 10.0}, size), reason)
    enquired = ~np.isnat(spells.strategy)
    reason = where(enquired & np.isin(reason, ["RC8", "RC9"]), "RC7", reason)  # more than an assessment was made
    kept_away = ~np.isnat(spells.care_end) & np.isnat(spells.after_start) & (days.age(spells.birth, spells.care_end) < 17)
    reason = where(kept_away, draw.code({"RC1": 25.0, "RC4": 40.0, "RC3": 20.0, "RC7": 15.0}, size), reason)
    died = spells.close == story.dead[spells.child]
    return where(died, "RC2", where(spells.kind == "nfa", "RC7", reason))


def _early_help(story: Story, draw: Draw) -> Table:
    helped, workforce, post = story.helped, story.workforce, story.cases.help_post
    size = len(helped.child)
    columns = {
        "episode_id": rising("11", helped.start),
        "person_id": story.child_ids[helped.child],
        "start_date": helped.start,
        "end_date": helped.end,
        "reason": draw.one_of(_HELP_REASONS, size),
        "end_reason": draw.code({"MET": 62.0, "STEPUP": 14.0, "CONSENT": 12.0, "MOVED": 6.0, "OTHER": 6.0}, size),
        "organisation": draw.one_of(_AGENCIES, size),
        "worker_id": workforce.worker(post, helped.start),
        "team_id": workforce.team_of(post),
    }
    return Table(columns, helped.start, helped.child)
