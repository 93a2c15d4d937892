"""Records of plans: child in need and child protection, with their visits and reviews."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Days
from dq.sample.draw import Draw, Texts
from dq.sample.schedule import every, place_in, repeat, tried_before
from dq.sample.story import Story
from dq.sample.tables import Table, World, flag, numbers, rising, text, where

CATEGORIES = {"NEG": 48.0, "EMO": 37.0, "PHY": 8.0, "SAB": 4.0, "MUL": 3.0}
PARTICIPATION = {"PN1": 45.0, "PN2": 8.0, "PN3": 12.0, "PN4": 5.0, "PN5": 8.0, "PN6": 15.0, "PN7": 7.0}


def make_plans(story: Story, conference: Table) -> World:
    """Tables of plans, reviews and visits; fills in the plan's number at the conference it was made at."""
    draw = story.draw("plans")
    cin = _cin_plans(story)
    cp = _cp_plans(story, draw, conference)
    return {
        "cin_plan": cin,
        "cin_review": _cin_reviews(story, draw, cin),
        "cin_visit": _visits(story, draw, cin, "51", (18, 25), (2, 8)),
        "cp_plan": cp,
        "cp_review": _cp_reviews(story, draw, cp),
        "cp_visit": _visits(story, draw, cp, "53", (10, 15), (1, 6)),
    }


def participation(draw: Draw, birth: Days, on: Days) -> Texts:
    """How a child took part in a meeting: PN0 under the age of four."""
    young = days.age(birth, on) < 4
    return where(young, "PN0", draw.code(PARTICIPATION, len(on)))


def _cin_plans(story: Story) -> Table:
    spells = story.spells
    before = np.flatnonzero(~np.isnat(spells.cin_start))
    after = np.flatnonzero(~np.isnat(spells.after_start))
    rows = np.append(before, after)
    start = np.append(spells.cin_start[before], spells.after_start[after])
    end = np.append(spells.cin_end[before], spells.after_end[after])
    order = np.argsort(start, kind="stable")
    rows, start, end = rows[order], start[order], end[order]
    columns = {
        "plan_id": numbers("46", len(rows)),
        "person_id": story.person(rows),
        "referral_id": story.referral_ids[rows],
        "start_date": start,
        "end_date": end,
        "team_id": story.team(rows, start),
        "worker_id": story.worker(rows, start),
        "_spell": rows,
    }
    return Table(columns, start, spells.child[rows])


def _cin_reviews(story: Story, draw: Draw, plan: Table) -> Table:
    owner, on = every(draw, plan["start_date"], _until(plan, story), (62, 84), (40, 80))
    spell = plan["_spell"][owner]
    columns = {
        "review_id": rising("47", on),
        "plan_id": plan["plan_id"][owner],
        "due_date": days.add_days(on, draw.whole(0, 5, len(on))),
        "review_date": on,
        "worker_id": story.worker(spell, on),
    }
    return Table(columns, on, plan.child[owner])


def _visits(story: Story, draw: Draw, plan: Table, prefix: str, gap: tuple[int, int], first: tuple[int, int]) -> Table:
    """Visits under a plan, in working days apart, written up within three; now and then the child is not seen until the next."""
    owner, on = every(draw, plan["start_date"], _until(plan, story), gap, first, working=True)
    again, tried = tried_before(draw, owner, on, 0.05)
    seen = np.arange(len(on) + len(again)) < len(on)
    owner, on = np.append(owner, owner[again]), np.append(on, tried)
    size, spell = len(on), plan["_spell"][owner]
    recorded = days.add_working_days(on, draw.place((45, 30, 15, 10), size))
    columns = {
        "visit_id": rising(prefix, recorded),
        "person_id": plan["person_id"][owner],
        "plan_id": plan["plan_id"][owner],
        "visit_date": on,
        "seen": flag(seen),
        "seen_alone": where(seen, flag(draw.chance(0.72, size))),
        "bedroom_seen": where(seen, flag(draw.chance(0.45, size))),
        "recorded_date": recorded,
        "worker_id": story.worker(spell, on),
    }
    return Table(columns, recorded, plan.child[owner])


def _until(plan: Table, story: Story) -> Days:
    """The end of each plan, not much beyond the last extract."""
    return days.earlier(plan["end_date"], story.last + np.timedelta64(5, "D"))


def _cp_plans(story: Story, draw: Draw, conference: Table) -> Table:
    of_conference = np.flatnonzero(conference["plan_made"] == "Y")
    rows = conference["_spell"][of_conference]
    spells, size = story.spells.take(rows), len(rows)
    first = draw.code(CATEGORIES, size)
    order = np.lexsort((spells.cp_start, spells.child))
    earlier = np.empty(size, dtype=np.int64)
    earlier[order] = place_in(spells.child[order])
    elsewhere = draw.chance(0.03, size).astype(np.int64)
    ids = rising("48", spells.cp_start)
    conference["plan_id"][of_conference] = ids
    columns = {
        "plan_id": ids,
        "person_id": story.person(rows),
        "referral_id": story.referral_ids[rows],
        "conference_id": conference["conference_id"][of_conference],
        "start_date": spells.cp_start,
        "end_date": spells.cp_end,
        "initial_category": first,
        "latest_category": where(draw.chance(0.88, size), first, draw.code(CATEGORIES, size)),
        "other_authority": flag(np.zeros(size, dtype=bool)),
        "previous_plans": text(earlier + elsewhere),
        "_spell": rows,
    }
    return Table(columns, spells.cp_start, spells.child)


def _cp_reviews(story: Story, draw: Draw, plan: Table) -> Table:
    """The first review within three months, later ones within six; a plan that is not cut short ends at its last."""
    spells = story.spells.take(plan["_spell"])
    until = days.earlier(spells.cp_end, story.last + np.timedelta64(5, "D"))
    counts = (days.days_between(spells.cp_start, until) - spells.cp_first) // spells.cp_step + 2
    owner, place = repeat(np.maximum(counts, 0))
    on = days.working(days.add_days(spells.cp_start[owner], spells.cp_first[owner] + place * spells.cp_step[owner]))
    kept = (on <= until[owner]) & (on <= spells.cp_end[owner])
    owner, on, place = owner[kept], on[kept], place[kept]
    size = len(on)
    last_one = (on == spells.cp_end[owner]) & (spells.kind[owner] != "cp_care")
    due = days.add_months(np.where(place == 0, spells.cp_start[owner], np.append(on[:1], on[:-1])), np.where(place == 0, 3, 6))
    columns = {
        "review_id": rising("49", on),
        "person_id": plan["person_id"][owner],
        "plan_id": plan["plan_id"][owner],
        "meeting_id": rising("50", on),
        "due_date": due,
        "review_date": on,
        "plan_continues": flag(~last_one),
        "quorate": flag(draw.chance(0.96, size)),
        "participation": participation(draw, spells.birth[owner], on),
    }
    return Table(columns, on, plan.child[owner])
