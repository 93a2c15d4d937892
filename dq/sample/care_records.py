"""Records of looked-after children: agreements, reviews, visits, plans, health, permanence."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.care import Periods
from dq.sample.days import NONE, Days
from dq.sample.draw import Draw
from dq.sample.plans import participation
from dq.sample.schedule import every, tried_before
from dq.sample.story import Story
from dq.sample.tables import Table, World, among, flag, rising, same, text, where

_BEYOND = np.timedelta64(5, "D")
_PLANS = {"HOME": 22.0, "KIN": 9.0, "SGO": 9.0, "FOSTER": 34.0, "ADOPT": 6.0, "RESID": 6.0, "INDEP": 10.0, "CAO": 4.0}
_SUBSTANCES = {"CANNABIS": 55.0, "ALCOHOL": 22.0, "STIM": 12.0, "SOLVENT": 3.0, "OTHER": 5.0, "UNKNOWN": 3.0}


def make_care_records(story: Story, periods: Periods, legal: Table, placement: Table) -> World:
    """Tables that hang on a period of care, a placement or a legal status."""
    draw = story.draw("looked after")
    until = days.earlier(periods.end, story.last + _BEYOND)
    return {
        "voluntary_agreement": _agreements(story, draw, periods, legal),
        "cla_review": _reviews(story, draw, periods, until),
        "cla_visit": _visits(story, draw, periods, placement),
        "cla_care_plan": _care_plans(story, draw, periods),
        "cla_education_plan": _education_plans(story, draw, periods, until),
        "cla_health": _health(story, draw, periods, until),
        "cla_immunisation": _immunisations(story, draw, periods),
        "sdq_score": _scores(story, draw, periods, until),
        "substance_misuse": _substances(story, draw, periods, until),
    }


def _agreements(story: Story, draw: Draw, periods: Periods, legal: Table) -> Table:
    rows = np.flatnonzero(legal["code"] == "V2")
    period, agreed = legal["_period"][rows], legal["start_date"][rows]
    size = len(rows)
    ended = legal["end_date"][rows]
    withdrawn = draw.chance(0.3, size)
    old = days.age(periods.birth[period], agreed) >= 16
    who = draw.code({"MOTHER": 55.0, "BOTH": 24.0, "FATHER": 13.0, "GUARDIAN": 8.0}, size)
    columns = {
        "agreement_id": rising("64", agreed),
        "person_id": legal["person_id"][rows],
        "legal_status_id": legal["legal_status_id"][rows],
        "agreed_by": where(old & draw.chance(0.6, size), "CHILD", who),
        "agreed_date": agreed,
        "written": same("Y", size),
        "review_due_date": days.add_months(agreed, 6),
        "review_date": np.full(size, NONE),
        "withdrawn_date": np.where(withdrawn, ended, NONE).astype("datetime64[D]"),
        "worker_id": story.worker(periods.spell[period], agreed),
        "_review_step": draw.whole(110, 170, size),
        "_stops": ended,
    }
    return Table(columns, agreed, legal.child[rows])


def ask_who_may_agree(agreement: Table, relation: Table) -> None:
    """Let nobody agree who has no parental responsibility: the other parent does, or a guardian."""
    responsible = relation["parental_responsibility"] == "Y"
    for_mother = among(agreement["person_id"], relation["person_id"][(relation["type"] == "MOTHER") & responsible])
    for_father = among(agreement["person_id"], relation["person_id"][(relation["type"] == "FATHER") & responsible])
    by = agreement["agreed_by"]
    by = where((by == "BOTH") & ~for_father, "MOTHER", by)
    by = where((by == "BOTH") & ~for_mother, "FATHER", by)
    by = where((by == "FATHER") & ~for_father, "MOTHER", by)
    agreement["agreed_by"] = where((by == "MOTHER") & ~for_mother, where(for_father, "FATHER", "GUARDIAN"), by)


def _reviews(story: Story, draw: Draw, periods: Periods, until: Days) -> Table:
    """The first within 20 working days, the second within three months of it, later ones within six."""
    first = days.add_working_days(periods.start, draw.whole(11, 18, len(until)))
    second = days.working_before(days.add_days(first, draw.whole(66, 84, len(until))))
    owner, later = every(draw, second, until, (140, 172))
    one, two = np.flatnonzero(first < until), np.flatnonzero(second < until)
    period = np.concatenate([one, two, owner])
    on = np.concatenate([first[one], second[two], later])
    order = np.lexsort((on, period))
    period, on = period[order], on[order]
    size = len(on)
    columns = {
        "review_id": rising("65", on),
        "person_id": story.child_ids[periods.child[period]],
        "cla_id": periods.ids[period],
        "due_date": days.add_days(on, draw.whole(0, 6, size)),
        "review_date": on,
        "cancelled": same("N", size),
        "participation": participation(draw, periods.birth[period], on),
    }
    return Table(columns, on, periods.child[period])


def _visits(story: Story, draw: Draw, periods: Periods, placement: Table) -> Table:
    """A visit on the day after each placement began, then every four to five weeks; now and then the child is out."""
    until = days.earlier(placement["end_date"], story.last + _BEYOND)
    first = np.flatnonzero(placement["start_date"] + 1 < until)
    owner, later = every(draw, placement["start_date"] + 1, until, (28, 35))
    of = np.append(first, owner)
    on = np.append(placement["start_date"][first] + 1, later)
    soon = np.append(np.zeros(len(first), dtype=np.int64), draw.place((50, 30, 20), len(later)))
    recorded = np.where(np.arange(len(on)) < len(first), on, days.add_working_days(on, soon))
    again, tried = tried_before(draw, owner, later, 0.04)
    seen = np.arange(len(on) + len(again)) < len(on)
    of, on, recorded = np.append(of, owner[again]), np.append(on, tried), np.append(recorded, tried)
    period, size = placement["_period"][of], len(on)
    columns = {
        "visit_id": rising("54", recorded),
        "person_id": placement["person_id"][of],
        "cla_id": placement["cla_id"][of],
        "visit_date": on,
        "seen": flag(seen),
        "seen_alone": where(seen, flag(draw.chance(0.8, size))),
        "recorded_date": recorded,
        "worker_id": story.worker(periods.spell[period], on),
    }
    return Table(columns, recorded, placement.child[of])


def _care_plans(story: Story, draw: Draw, periods: Periods) -> Table:
    start = days.add_working_days(periods.start, draw.whole(0, 8, len(periods.start)))
    period = np.flatnonzero(start < periods.end)
    start, end = start[period], periods.end[period]
    columns = {
        "care_plan_id": rising("66", start),
        "person_id": story.child_ids[periods.child[period]],
        "start_date": start,
        "end_date": end,
        "permanence_plan": draw.code(_PLANS, len(period)),
    }
    return Table(columns, start, periods.child[period])


def _education_plans(story: Story, draw: Draw, periods: Periods, until: Days) -> Table:
    """The first within three weeks of coming into care or of the fifth birthday, then once a term, to the sixteenth birthday."""
    begin = days.later(periods.start, days.add_years(periods.birth, 5))
    owner, on = every(draw, begin, days.earlier(until, days.add_years(periods.birth, 16)), (85, 112), (5, 18))
    columns = {
        "education_plan_id": rising("63", on),
        "person_id": story.child_ids[periods.child[owner]],
        "plan_date": on,
    }
    return Table(columns, on, periods.child[owner])


def _health(story: Story, draw: Draw, periods: Periods, until: Days) -> Table:
    """The initial assessment within 20 working days, reviews as often as the child's age asks, a yearly dental check."""
    initial = days.add_working_days(periods.start, draw.whole(6, 18, len(until)))
    five = days.add_years(periods.birth, 5)
    young_owner, young = every(draw, initial, days.earlier(until, five), (130, 165))
    latest = initial.copy()
    np.maximum.at(latest, young_owner, young)
    older_owner, older = every(draw, latest, until, (280, 340), (130, 165))
    dental_owner, dental = every(draw, initial, until, (290, 350), (20, 160))
    first = np.flatnonzero(initial < until)
    period = np.concatenate([first, young_owner, older_owner, dental_owner])
    on = np.concatenate([initial[first], young, older, dental])
    counts = {"IHA": len(first), "RHA": len(young) + len(older), "DENTAL": len(dental)}
    kind = np.concatenate([same(code, count) for code, count in counts.items()])
    refused = (kind == "DENTAL") & draw.chance(0.05, len(on))
    columns = {
        "health_check_id": rising("67", on),
        "person_id": story.child_ids[periods.child[period]],
        "type": kind,
        "check_date": on,
        "status": where(refused, "Refused", "Completed"),
    }
    return Table(columns, on, periods.child[period])


def _immunisations(story: Story, draw: Draw, periods: Periods) -> Table:
    known = days.add_days(periods.start, 40)
    period = np.flatnonzero(known < periods.end)
    child, first = np.unique(periods.child[period], return_index=True)
    known = known[period][first]
    columns = {
        "person_id": story.child_ids[child],
        "up_to_date": flag(draw.chance(0.85, len(child))),
        "status_date": known,
    }
    return Table(columns, known, child)


def _scores(story: Story, draw: Draw, periods: Periods, until: Days) -> Table:
    start = days.later(days.add_days(periods.start, 280), days.add_years(periods.birth, 4))
    end = days.earlier(until, days.add_years(periods.birth, 17))
    owner, on = every(draw, start, end, (300, 350), (20, 60))
    scored = draw.chance(0.82, len(on))
    columns = {
        "sdq_id": rising("68", on),
        "person_id": story.child_ids[periods.child[owner]],
        "completed_date": on,
        "score": where(scored, text(draw.length(13, 0.5, 0, 40, len(on)))),
        "reason": where(scored, None, draw.code({"SDQ2": 40.0, "SDQ3": 15.0, "SDQ4": 30.0, "SDQ5": 15.0}, len(on))),
    }
    return Table(columns, on, periods.child[owner])


def _substances(story: Story, draw: Draw, periods: Periods, until: Days) -> Table:
    start = days.later(periods.start, days.add_years(periods.birth, 13))
    owner, on = every(draw, start, until, (200, 900), (50, 1500))
    some = draw.chance(0.12, len(on))
    owner, on = owner[some], on[some]
    columns = {
        "misuse_id": rising("69", on),
        "person_id": story.child_ids[periods.child[owner]],
        "misuse_date": on,
        "substance": draw.code(_SUBSTANCES, len(on)),
        "intervention_received": flag(draw.chance(0.6, len(on))),
    }
    return Table(columns, on, periods.child[owner])
