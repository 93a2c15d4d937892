"""Records of children missing from care, their return interviews, and care leavers."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.care import Periods
from dq.sample.days import NONE
from dq.sample.schedule import every
from dq.sample.story import Story
from dq.sample.tables import Table, World, rising, where

_HOMES = {"U": 30.0, "B": 14.0, "D": 18.0, "Z": 12.0, "E": 8.0, "K": 6.0, "C": 3.0, "T": 2.0, "X": 2.0, "S": 1.5, "Y": 3.5}
_DOING = {"F1": 6.0, "F2": 22.0, "F4": 5.0, "F5": 22.0, "P2": 5.0, "P5": 6.0, "G4": 8.0, "G5": 21.0, "G6": 5.0}

_OUTCOMES = {"NFA": 40.0, "SHARED": 28.0, "PLAN": 12.0, "RISK": 14.0, "STRATEGY": 4.0, "OTHER": 2.0}


def make_missing(story: Story, periods: Periods) -> World:
    """Tables missing and return_interview: some children of ten and over, again and again, for hours or days."""
    draw = story.draw("missing")
    runs_away = draw.chance(0.3, len(periods.start))
    begin = days.later(periods.start, days.add_years(periods.birth, 10))
    begin = np.where(runs_away, begin, NONE).astype("datetime64[D]")
    until = days.earlier(periods.end - 4, story.last + np.timedelta64(3, "D"))
    owner, on = every(draw, begin, until, (12, 260), (8, 400))
    size = len(on)
    start = on.astype("datetime64[m]") + draw.whole(8 * 60, 23 * 60, size).astype("timedelta64[m]")
    end = start + draw.length(540, 1.2, 40, 3 * 1440, size).astype("timedelta64[m]")
    offered = draw.chance(0.93, size)
    accepted = offered & draw.chance(0.66, size)
    offer = end + draw.whole(3 * 60, 40 * 60, size).astype("timedelta64[m]")
    interview = offer + draw.whole(60, 30 * 60, size).astype("timedelta64[m]")
    answered = np.where(accepted, interview, offer).astype("datetime64[D]")
    ids = rising("73", on)
    missing = {
        "missing_id": ids,
        "person_id": story.child_ids[periods.child[owner]],
        "type": draw.code({"M": 82.0, "A": 18.0}, size),
        "start_date": start,
        "end_date": end,
        "interview_offered": where(offered, "Y", "NA"),
        "interview_accepted": where(offered, where(accepted, "Y", "N"), "NA"),
        "_interviewed": np.where(offered, answered, end.astype("datetime64[D]")),
    }
    rows = np.flatnonzero(offered)
    nothing = np.datetime64("NaT", "m")
    interviews = {
        "interview_id": rising("74", offer[rows].astype("datetime64[D]")),
        "missing_id": ids[rows],
        "offered_date": offer[rows],
        "interview_date": np.where(accepted[rows], interview[rows], nothing),
        "declined": where(accepted[rows], "N", "Y"),
        "outcome": where(accepted[rows], draw.code(_OUTCOMES, len(rows))),
        "_answered": answered[rows],
        "worker_id": story.workforce.worker(periods.child[owner[rows]] % story.cases.duty, on[rows]),
    }
    child = periods.child[owner]
    return {
        "missing": Table(missing, on, child),
        "return_interview": Table(interviews, offer[rows].astype("datetime64[D]"), child[rows]),
    }


def make_care_leavers(story: Story) -> World:
    """Table care_leaver."""
    draw = story.draw("care leavers")
    leaving, workforce = story.leaving, story.workforce
    size = len(leaving.child)
    adult = leaving.eligibility == "Former Relevant"
    touch = where(adult, draw.code({"YES": 92.0, "NO": 5.0, "REFU": 3.0}, size), "YES")
    columns = {
        "care_leaver_id": rising("75", leaving.known),
        "person_id": story.child_ids[leaving.child],
        "eligibility": leaving.eligibility,
        "start_date": leaving.start,
        "end_date": leaving.end,
        "needs_assessment_date": leaving.assessed,
        "in_touch": touch,
        "latest_contact_date": np.full(size, NONE),
        "accommodation": where(adult, draw.code(_HOMES, size), draw.code({"C": 30.0, "D": 30.0, "Z": 40.0}, size)),
        "accommodation_suitable": draw.code({"1": 90.0, "2": 10.0}, size),
        "activity": draw.code(_DOING, size),
        "pathway_plan_date": leaving.pathway,
        "pathway_plan_review_date": np.full(size, NONE),
        "adviser_id": workforce.worker(story.cases.leaving_post, leaving.start),
        "team_id": workforce.team_of(story.cases.leaving_post),
        "worker_id": workforce.worker(story.cases.leaving_post, leaving.start),
        "_contact_step": draw.whole(18, 46, size),
        "_pathway_step": draw.whole(110, 165, size),
        "_stops": leaving.end,
        "_post": story.cases.leaving_post,
    }
    return {"care_leaver": Table(columns, leaving.known, leaving.child)}
