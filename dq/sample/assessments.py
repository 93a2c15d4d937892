"""Records of assessments, section 47 enquiries and initial conferences."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import NONE, Flags
from dq.sample.draw import Draw
from dq.sample.schedule import repeat
from dq.sample.story import Story
from dq.sample.tables import Table, World, blank, flag, numbers, rising, where

FACTORS = {
    "3B": 24.0, "4B": 22.0, "4A": 12.0, "2B": 11.0, "1B": 10.0, "17A": 12.0, "16A": 10.0, "14A": 6.0, "18C": 6.0, "3A": 6.0,
    "5A": 7.0, "6A": 4.0, "10A": 3.0, "11A": 2.5, "24A": 3.0, "13A": 2.0, "7A": 2.0, "19C": 3.0, "15A": 4.0, "20": 6.0,
}  # fmt: skip
_AFTER_ENQUIRY = {
    "NFA - Continue With Family Assessment": 60.0, "Provision of Services (s17)": 20.0, "No Further Action": 12.0,
    "Other Agency to Monitor Child's Welfare": 8.0,
}  # fmt: skip
_LATE = ("Family away", "Waiting for reports from health", "Police investigation", "Worker off sick", "Court timetable")


def make_assessments(story: Story) -> World:
    """Tables assessment, assessment_factor, s47_enquiry and initial_cp_conference (without its plan's number)."""
    draw = story.draw("assessments")
    assessment = _assessments(story, draw)
    moved_in = ~np.isnat(story.spells.cp_start) & draw.chance(0.03, len(story.spells))
    enquiry = _enquiries(story, draw, moved_in)
    return {
        "assessment": assessment,
        "assessment_factor": _factors(draw, assessment),
        "s47_enquiry": enquiry,
        "initial_cp_conference": _conferences(story, draw, enquiry, moved_in),
    }


def _assessments(story: Story, draw: Draw) -> Table:
    rows = np.flatnonzero(~np.isnat(story.spells.assessed_from))
    spells, size = story.spells.take(rows), len(rows)
    limit = days.add_working_days(spells.referral, 40)
    late = spells.assessed_to > days.add_working_days(spells.referral, 45)
    ended = spells.kind == "assess"
    outcome = where(ended, where(draw.chance(0.24, size), "Step-down to Early Help", "No Further Action"), "CIN Plan")
    outcome = where(~np.isnat(spells.conference), "Strategy discussion and/or Section 47 enquiry", outcome)
    columns = {
        "assessment_id": rising("41", spells.assessed_from),
        "person_id": story.person(rows),
        "referral_id": story.referral_ids[rows],
        "start_date": spells.assessed_from,
        "authorised_date": spells.assessed_to,
        "child_seen": flag(draw.chance(0.97, size)),
        "outcome": outcome,
        "nfa": flag(outcome == "No Further Action"),
        "late_reason": where(late, draw.one_of(_LATE, size)),
        "_late_from": np.where(late, limit, NONE).astype("datetime64[D]"),
        "team_id": story.team(rows, spells.assessed_from),
        "worker_id": story.worker(rows, spells.assessed_from),
    }
    return Table(columns, spells.assessed_from, spells.child)


def _factors(draw: Draw, assessment: Table) -> Table:
    """One to four different factors an assessment, from its authorisation on; factor 21 stands alone."""
    size = len(assessment)
    none_found = (assessment["outcome"] == "No Further Action") & draw.chance(0.08, size)
    count = np.where(none_found, 1, draw.place((38, 30, 22, 10), size) + 1)
    owner, _ = repeat(count)
    place = draw.place(FACTORS.values(), len(owner))
    _, first = np.unique(owner * len(FACTORS) + place, return_index=True)
    owner, place = owner[first], place[first]
    factor = where(none_found[owner], "21", np.array(list(FACTORS), dtype=object)[place])
    known = assessment["authorised_date"][owner]
    columns = {
        "factor_id": rising("42", known),
        "assessment_id": assessment["assessment_id"][owner],
        "factor": factor,
    }
    return Table(columns, known, assessment.child[owner])


def _enquiries(story: Story, draw: Draw, moved_in: Flags) -> Table:
    rows = np.flatnonzero(~np.isnat(story.spells.strategy) & ~moved_in)
    spells, size = story.spells.take(rows), len(rows)
    conferred = ~np.isnat(spells.conference)
    outcome = where(conferred, "Initial CP Conference", draw.code(_AFTER_ENQUIRY, size))
    columns = {
        "enquiry_id": rising("43", spells.strategy),
        "person_id": story.person(rows),
        "referral_id": story.referral_ids[rows],
        "strategy_discussion_date": spells.strategy,
        "start_date": spells.strategy,
        "end_date": spells.enquiry_end,
        "nfa": flag(~conferred),
        "outcome": outcome,
        "team_id": story.team(rows, spells.strategy),
        "worker_id": story.worker(rows, spells.strategy),
        "_spell": rows,
    }
    return Table(columns, spells.strategy, spells.child)


def _conferences(story: Story, draw: Draw, enquiry: Table, moved_in: Flags) -> Table:
    """Conferences after an enquiry, and those of children who moved in with a plan, which have none."""
    rows = np.flatnonzero(~np.isnat(story.spells.conference))
    spells, size = story.spells.take(rows), len(rows)
    planned = ~np.isnat(spells.cp_start)
    enquiry_ids = blank(len(story.spells))
    enquiry_ids[enquiry["_spell"]] = enquiry["enquiry_id"]
    columns = {
        "conference_id": rising("44", spells.conference),
        "person_id": story.person(rows),
        "enquiry_id": enquiry_ids[rows],
        "referral_id": story.referral_ids[rows],
        "plan_id": blank(size),
        "meeting_id": numbers("45", size),
        "target_date": days.add_working_days(spells.strategy, 15),
        "conference_date": spells.conference,
        "transfer_in": flag(moved_in[rows]),
        "plan_made": flag(planned),
        "outcome": where(planned, "PLAN", where(draw.chance(0.9, size), "CIN", "NFA")),
        "team_id": story.team(rows, spells.conference),
        "worker_id": story.worker(rows, spells.conference),
        "_spell": rows,
    }
    return Table(columns, spells.conference, spells.child)
