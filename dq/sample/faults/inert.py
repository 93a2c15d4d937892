"""Records in which a single cell can be spoiled without breaking other rules: past, closed, the last of their kind."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags
from dq.sample.faults import assessments, homes, leaving, need, people, placements, protection, referrals
from dq.sample.faults.care import final, first, once
from dq.sample.faults.planting import Planting
from dq.sample.faults.simple import Allowed, every


def latest(x: Planting, table: str, column: str) -> Flags:
    """The latest of a child's rows, where there are several."""
    last = np.full(x.children, days.day("1990-01-01"))
    child, on = x[table].child, x[table][column]
    np.maximum.at(last, child, np.fmax(on, days.day("1990-01-01")))
    is_latest: Flags = on == last[child]
    return is_latest & x.of(table, x.count(table) > 2)


def _of_plan(visits: str, column: str, plans: str, over: Allowed) -> Allowed:
    """The last row of a child's only plan, the plan being over."""

    def allowed(x: Planting) -> Flags:
        single = np.bincount(x[plans].child[over(x)], minlength=x.children) == 1
        return latest(x, visits, column) & x.of(visits, single) & (x.of(visits, x.count(plans) == 1))

    return allowed


def _of_care(table: str, column: str) -> Allowed:
    """The last row of a child whose only period of care is over."""

    def allowed(x: Planting) -> Flags:
        past = ~x.of(table, x.looked_after) & (x[table][column] < x.before_first(60))
        return latest(x, table, column) & once(x, table) & past

    return allowed


def _not_first(x: Planting) -> Flags:
    """Visits other than those on the day after a placement began."""
    begun = x["placement"].child * 100_000 + (x["placement"]["start_date"] + 1).astype(np.int64)
    return ~np.isin(x["cla_visit"].child * 100_000 + x["cla_visit"]["visit_date"].astype(np.int64), begun)


def only_assessment(x: Planting) -> Flags:
    """Finished assessments of children who had no other, after which something was done."""
    return (
        assessments.done(x)
        & x.of("assessment", x.count("assessment") == 1)
        & ~x.is_one("assessment", "outcome", "No Further Action")
    )


def one_of_several(x: Planting) -> Flags:
    """Factors of assessments of children with several factors and one assessment."""
    several = (x.count("assessment_factor") > 1) & (x.count("assessment") == 1)
    return ~x.is_one("assessment_factor", "factor", "21") & x.of("assessment_factor", several)


def closed_referral(x: Planting) -> Flags:
    """Closed referrals, only assessed, of children who had no other."""
    return referrals.only_assessed(x) & x.of("cin_episode", x.count("cin_episode") == 1)


def single_referral(x: Planting) -> Flags:
    """Referrals with no further action of children who had no other."""
    return referrals.turned_away(x) & x.of("cin_episode", x.count("cin_episode") == 1)


def single_episode(x: Planting) -> Flags:
    """The one episode of the only period of care, which is over, of a child who was never missing."""
    at_home = ~x.looked_after & (x.count("missing") == 0)
    return final(x) & first(x) & once(x, "cla_episode") & x.of("cla_episode", at_home)


def single_placement(x: Planting) -> Flags:
    """The only placement of a child, in foster care, which is over."""
    fostered = placements.of_type(*placements.FOSTERED)(x)
    return placements.ended(x) & fostered & x.of("placement", x.count("placement") == 1)


def single_status(x: Planting) -> Flags:
    """The only legal status of a child, a care order, which is over."""
    ended = placements.status_ended(x) & placements.ordered(x)
    return ended & x.of("legal_status", x.count("legal_status") == 1) & x.of("legal_status", x.count("cla_episode") == 1)


def dental(x: Planting) -> Flags:
    """Dental checks of children who are not in care now."""
    return x.is_one("cla_health", "type", "DENTAL") & ~x.of("cla_health", x.looked_after)


def past_help(x: Planting) -> Flags:
    """Early help workers' involvements that are over."""
    return x.filled("involvement", "end_date") & x.is_one("involvement", "role", "FSW")


def reviewer(x: Planting) -> Flags:
    """Reviewing officers' involvements."""
    return x.is_one("involvement", "role", "IRO")


def father(x: Planting) -> Flags:
    """Fathers of children with nothing open."""
    return x.is_one("relationship", "type", "FATHER") & ~x.of("relationship", x.open)


def past_worker(x: Planting) -> Flags:
    """Workers who left."""
    return x.filled("professional", "left_date")


def small_team(x: Planting) -> Flags:
    """A closed team, not the one that other faults name."""
    return x.is_one("team", "team_id", "T003")


INERT: dict[str, Allowed] = {
    "person": people.closed_outside_care,
    "linked_identifier": every("linked_identifier"),
    "address": lambda x: homes.former_home(x) & ~x.of("address", x.open),
    "family": every("family"),
    "relationship": father,
    "disability": lambda x: ~x.of("disability", x.open),
    "immigration_status": every("immigration_status"),
    "contact": referrals.other_contact,
    "early_help": referrals.ended_help,
    "cin_episode": closed_referral,
    "assessment": only_assessment,
    "assessment_factor": one_of_several,
    "s47_enquiry": assessments.ended,
    "initial_cp_conference": assessments.without_plan,
    "cin_plan": lambda x: need.over(x) & need.never_protected(x),
    "cin_review": _of_plan("cin_review", "review_date", "cin_plan", need.over),
    "cin_visit": _of_plan("cin_visit", "visit_date", "cin_plan", need.over),
    "cp_plan": protection.over,
    "cp_review": _of_plan("cp_review", "review_date", "cp_plan", protection.over),
    "cp_visit": _of_plan("cp_visit", "visit_date", "cp_plan", protection.over),
    "cla_episode": single_episode,
    "placement": single_placement,
    "legal_status": single_status,
    "voluntary_agreement": every("voluntary_agreement"),
    "cla_review": _of_care("cla_review", "review_date"),
    "cla_visit": lambda x: _of_care("cla_visit", "visit_date")(x) & _not_first(x),
    "cla_care_plan": lambda x: once(x, "cla_care_plan"),
    "cla_education_plan": lambda x: ~x.of("cla_education_plan", x.looked_after),
    "cla_health": dental,
    "cla_immunisation": every("cla_immunisation"),
    "substance_misuse": every("substance_misuse"),
    "sdq_score": lambda x: ~x.of("sdq_score", x.looked_after),
    "previous_permanence": every("previous_permanence"),
    "permanence": every("permanence"),
    "pre_proceedings": every("pre_proceedings"),
    "missing": leaving.not_asked,
    "return_interview": lambda x: x.is_one("return_interview", "declined", "Y"),
    "care_leaver": lambda x: ~leaving.served(x),
    "team": small_team,
    "professional": past_worker,
    "involvement": past_help,
    "supervision": lambda x: x["supervision"]["supervision_date"] < x.before_first(200),
    "document": every("document"),
}
