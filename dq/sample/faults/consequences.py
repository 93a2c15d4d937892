"""What else must be found where a single cell is spoiled, and where other records than the usual allow it."""

from __future__ import annotations

import numpy as np

from dq.sample.days import Flags
from dq.sample.faults import assessments, care, care_records, homes, leaving, need, people, permanence, placements, protection
from dq.sample.faults import inert as rows_that
from dq.sample.faults.planting import Planting
from dq.sample.faults.simple import Allowed, every

Link = tuple[str, str, str, str]  # rule, table, column here, column there: the rule fails on the rows so linked


def _all(*conditions: Allowed) -> Allowed:
    def allowed(x: Planting) -> Flags:
        flags: Flags = np.logical_and.reduce([condition(x) for condition in conditions])
        return flags

    return allowed


def _blank(table: str, column: str) -> Allowed:
    return lambda x: ~x.filled(table, column)


def _closed_child(table: str) -> Allowed:
    return lambda x: ~x.of(table, x.open)


def _alone(table: str, other: str, least: int, most: int) -> Allowed:
    """Rows of children with one row in this table and so many in another."""

    def allowed(x: Planting) -> Flags:
        count = x.count(other)
        return x.of(table, (x.count(table) == 1) & (count >= least) & (count <= most))

    return allowed


def _only_visit(visits: str, plans: str, running: Allowed) -> Allowed:
    """The one visit under a child's only plan, which goes on."""

    def allowed(x: Planting) -> Flags:
        one = np.bincount(x[plans].child[running(x)], minlength=x.children) == 1
        return x.of(visits, one & (x.count(plans) == 1) & (x.count(visits) == 1))

    return allowed


def _long_once(x: Planting) -> Flags:
    return rows_that.single_episode(x) & care.long_period(x, 60)


def _in_long_period(table: str) -> Allowed:
    """Rows of children whose only period of care lasted two months."""

    def allowed(x: Planting) -> Flags:
        first = care_records.first_episode(x, 60)
        return x.of(table, np.bincount(x["cla_episode"].child[first], minlength=x.children)) & care.once(x, table)

    return allowed


def _one_plan(x: Planting) -> Flags:
    single = x.of("cla_care_plan", (x.count("cla_care_plan") == 1) & ~x.looked_after)
    return single & _in_long_period("cla_care_plan")(x)


def _part_of(x: Planting) -> Flags:
    return x.filled("team", "parent_id") & ~x.filled("team", "closed_date")


def _conferred(x: Planting) -> Flags:
    return x.is_one("s47_enquiry", "outcome", "Initial CP Conference") & x.filled("s47_enquiry", "end_date")


def _offered_long_ago(x: Planting) -> Flags:
    """Interviews declined so long ago that one not on record would be overdue."""
    return x.is_one("return_interview", "declined", "Y") & (x["return_interview"]["offered_date"] < x.before_first(10))


def _never_enquired(x: Planting) -> Flags:
    return rows_that.only_assessment(x) & x.of("assessment", x.count("s47_enquiry") == 0)


_RUNNING_CIN = _all(need.running, need.never_protected, _alone("cin_plan", "cin_visit", 0, 4))
_AGREED_ONCE = _alone("voluntary_agreement", "legal_status", 1, 9)


def _protected_and_closed(x: Planting) -> Flags:
    return protection.over(x) & ~assessments.referral_open(x, "cp_plan")


ALLOWED: dict[str, Allowed] = {
    "LOD-003.cp_plan.person_id": _protected_and_closed,
    "LOD-005.cp_plan.person_id": _protected_and_closed,
    "LOD-003.assessment.referral_id": _never_enquired,
    "LOD-005.assessment.referral_id": _never_enquired,
    "LOD-008.voluntary_agreement.agreed_date": _all(
        _blank("voluntary_agreement", "review_date"), _blank("voluntary_agreement", "withdrawn_date")
    ),
    "LOD-001.cla_care_plan.start_date": _one_plan,
    "LOD-003.cla_care_plan.person_id": _one_plan,
    "LOD-003.cla_episode.person_id": _long_once,
    "LOD-003.placement.cla_id": _all(rows_that.single_placement, lambda x: placements.lasted(x, 10)),
    "LOD-005.cla_care_plan.person_id": _one_plan,
    "LOD-005.cla_episode.person_id": _long_once,
    "LOD-005.initial_cp_conference.plan_id": lambda x: x.is_one("initial_cp_conference", "plan_made", "Y"),
    "LOD-005.involvement.referral_id": rows_that.reviewer,
    "LOD-005.placement.cla_id": _all(rows_that.single_placement, lambda x: placements.lasted(x, 10)),
    "LOD-008.pre_proceedings.decision_date": lambda x: x.filled("pre_proceedings", "letter_date"),
    "LOD-005.return_interview.missing_id": _offered_long_ago,
    "LOD-005.team.manager_id": _part_of,
    "LOD-005.team.parent_id": _part_of,
    "LOD-005.voluntary_agreement.legal_status_id": _AGREED_ONCE,
    "LOD-006.cla_episode.start_reason": _all(care.later_episode, care.final),
    "LOD-006.cla_review.participation": lambda x: ~x.is_one("cla_review", "participation", "PN0"),
    "LOD-006.missing.interview_offered": lambda x: leaving.answered(x, "N"),
    "LOD-006.person.is_mother": people.closed_outside_care,
    "LOD-006.placement.change_reason": placements.followed,
    "LOD-006.s47_enquiry.nfa": _conferred,
    "LOD-008.address.end_date": _all(homes.current_home, _closed_child("address")),
    "LOD-008.address.start_date": _all(homes.current_home, _closed_child("address")),
    "LOD-008.assessment.authorised_date": lambda x: rows_that.only_assessment(x) & x.filled("assessment", "late_reason"),
    "LOD-008.assessment.start_date": _blank("assessment", "authorised_date"),
    "LOD-008.care_leaver.needs_assessment_date": lambda x: x.is_one("care_leaver", "eligibility", "Former Relevant"),
    "LOD-008.care_leaver.pathway_plan_date": lambda x: ~leaving.served(x) & x.filled("care_leaver", "pathway_plan_review_date"),
    "LOD-008.cin_episode.referral_date": rows_that.single_referral,
    "LOD-008.cla_episode.ceased_date": _all(
        rows_that.single_episode, lambda x: x.is_one("cla_episode", "ceased_reason", "E4A", "E4B", "E13", "E8", "E3", "E41")
    ),
    "LOD-008.cin_plan.start_date": _RUNNING_CIN,
    "LOD-008.cin_visit.visit_date": _only_visit("cin_visit", "cin_plan", need.running),
    "LOD-008.cla_care_plan.start_date": _one_plan,
    "LOD-008.cla_review.review_date": _all(
        rows_that.INERT["cla_review"], lambda x: ~x.is_one("cla_review", "participation", "PN0")
    ),
    "LOD-008.cla_visit.visit_date": _all(
        rows_that.INERT["cla_visit"],
        lambda x: x.of("cla_visit", x.count("placement", x.is_one("placement", "type", "U1", "U4")) == 0),
    ),
    "LOD-008.cp_plan.end_date": _all(protection.over, lambda x: x.of("cp_plan", x.count("cin_plan") == 0)),
    "LOD-008.cp_plan.start_date": _all(
        protection.over, lambda x: x.filled("cp_plan", "conference_id") & assessments.referral_open(x, "cp_plan")
    ),
    "LOD-008.cp_visit.visit_date": _only_visit("cp_visit", "cp_plan", protection.running),
    "LOD-008.disability.end_date": every("disability"),
    "LOD-008.early_help.start_date": _blank("early_help", "end_date"),
    "LOD-008.immigration_status.end_date": permanence.settled,
    "LOD-008.immigration_status.start_date": permanence.settled,
    "LOD-008.involvement.end_date": rows_that.reviewer,
    "LOD-008.involvement.start_date": _all(rows_that.reviewer, _blank("involvement", "end_date")),
    "LOD-008.linked_identifier.end_date": every("linked_identifier"),
    "LOD-005.person.merged_into": people.closed_outside_care,
    "LOD-006.return_interview.outcome": lambda x: x.filled("return_interview", "outcome"),
    "LOD-008.permanence.decision_date": _all(_blank("permanence", "matched_date"), _blank("permanence", "placement_order_date")),
    "LOD-008.relationship.end_date": rows_that.father,
    "LOD-008.s47_enquiry.start_date": lambda x: assessments.ended(x) & assessments.referral_open(x, "s47_enquiry"),
}
ALSO: dict[str, tuple[str, ...]] = {
    "LOD-003.cla_episode.person_id": ("CLA-014", "CLA-015", "HLT-001"),
    "LOD-003.missing.person_id": ("MIS-004",),
    "LOD-003.placement.cla_id": ("VIS-001",),
    "LOD-005.assessment.person_id": ("LOD-009",),
    "LOD-005.cin_plan.person_id": ("LOD-009",),
    "LOD-005.cin_visit.person_id": ("LOD-009",),
    "LOD-005.cla_episode.person_id": ("CLA-014", "CLA-015", "HLT-001"),
    "LOD-005.cp_plan.person_id": ("LOD-009",),
    "LOD-005.cp_review.person_id": ("LOD-009",),
    "LOD-005.cp_visit.person_id": ("LOD-009",),
    "LOD-005.initial_cp_conference.person_id": ("LOD-009",),
    "LOD-005.missing.person_id": ("MIS-004",),
    "LOD-005.placement.cla_id": ("VIS-001",),
    "LOD-005.s47_enquiry.person_id": ("LOD-009",),
    "LOD-006.cla_review.cancelled": ("REV-001",),
    "LOD-008.care_leaver.pathway_plan_date": ("LEA-012",),
    "LOD-008.care_leaver.start_date": ("LEA-014",),
    "LOD-008.cin_episode.decision_date": ("REF-006",),
    "LOD-008.cin_episode.referral_date": ("REF-003", "REF-013"),
    "LOD-008.cin_visit.recorded_date": ("CIN-007",),
    "LOD-008.cla_episode.ceased_date": ("CLA-013",),
    "LOD-008.cla_episode.entered_care_date": ("CLA-010",),
    "LOD-008.cla_episode.start_date": ("CLA-005", "CLA-010", "CLA-014"),
    "LOD-008.cla_review.review_date": ("REV-003",),
    "LOD-008.cla_visit.recorded_date": ("VIS-004",),
    "LOD-008.cin_visit.visit_date": ("VIS-008",),
    "LOD-008.cla_visit.visit_date": ("VIS-002", "VIS-008"),
    "LOD-008.contact.contact_date": ("CON-004",),
    "LOD-008.contact.decision_date": ("CON-001",),
    "LOD-008.cp_plan.start_date": ("CPP-003", "CPP-004"),
    "LOD-008.cp_review.review_date": ("CPR-002", "CPR-005"),
    "LOD-008.cp_visit.recorded_date": ("CPV-005",),
    "LOD-008.cp_visit.visit_date": ("VIS-008",),
    "LOD-008.legal_status.start_date": ("LGL-002",),
    "LOD-008.placement.start_date": ("PLA-002",),
    "LOD-008.pre_proceedings.decision_date": ("PRP-001",),
    "LOD-008.s47_enquiry.start_date": ("S47-003",),
    "LOD-008.s47_enquiry.strategy_discussion_date": ("S47-003",),
    "LOD-008.supervision.recorded_date": ("SUP-002",),
    "LOD-008.voluntary_agreement.agreed_date": ("S20-003",),
}
_EPISODE_OF_CHILD = ("cla_episode", "person_id", "person_id")
_ITS_ENQUIRY: Link = ("S47-001", "s47_enquiry", "enquiry_id", "enquiry_id")
_ITS_EPISODE: Link = ("CLA-014", *_EPISODE_OF_CHILD)
_OTHER_SIDE: Link = ("FAM-009", "relationship", "related_person_id", "person_id")
LINKED: dict[str, tuple[Link, ...]] = {
    "LOD-001.initial_cp_conference.conference_date": (_ITS_ENQUIRY,),
    "LOD-001.legal_status.start_date": (_ITS_EPISODE,),
    "LOD-001.cla_care_plan.start_date": (("CLA-015", *_EPISODE_OF_CHILD),),
    "LOD-003.cla_care_plan.person_id": (("CLA-015", *_EPISODE_OF_CHILD),),
    "LOD-003.legal_status.person_id": (_ITS_EPISODE,),
    "LOD-005.cin_episode.contact_id": (("CON-002", "contact", "contact_id", "contact_id"),),
    "LOD-005.cin_episode.person_id": (("LOD-009", "assessment", "referral_id", "referral_id"),),
    "LOD-005.cin_plan.person_id": (("LOD-009", "cin_visit", "plan_id", "plan_id"),),
    "LOD-005.cla_care_plan.person_id": (("CLA-015", *_EPISODE_OF_CHILD),),
    "LOD-005.cp_plan.conference_id": (("ICP-002", "initial_cp_conference", "conference_id", "conference_id"),),
    "LOD-005.cp_plan.person_id": (
        ("LOD-009", "cp_visit", "plan_id", "plan_id"),
        ("LOD-009", "cp_review", "plan_id", "plan_id"),
    ),
    "LOD-005.initial_cp_conference.enquiry_id": (_ITS_ENQUIRY,),
    "LOD-005.legal_status.person_id": (_ITS_EPISODE,),
    "LOD-002.relationship.type": (_OTHER_SIDE,),
    "LOD-006.relationship.type": (_OTHER_SIDE,),
    "LOD-007.relationship.type": (_OTHER_SIDE,),
    "LOD-005.return_interview.missing_id": (("RHI-001", "missing", "missing_id", "missing_id"),),
    "LOD-005.voluntary_agreement.legal_status_id": (("LGL-006", "legal_status", "legal_status_id", "legal_status_id"),),
    "LOD-008.cin_plan.start_date": (("CIN-006", "cin_visit", "plan_id", "plan_id"),),
    "LOD-008.cla_care_plan.start_date": (("CLA-015", *_EPISODE_OF_CHILD),),
    "LOD-008.cp_plan.start_date": (
        ("CPV-001", "cp_visit", "plan_id", "plan_id"),
        ("CPR-004", "cp_review", "plan_id", "plan_id"),
    ),
    "LOD-008.initial_cp_conference.conference_date": (_ITS_ENQUIRY,),
    "LOD-008.legal_status.start_date": (_ITS_EPISODE,),
    "LOD-008.placement.start_date": (("CLA-013", "cla_episode", "placement_id", "placement_id"),),
}

# Records of each table to which no other record is linked, where INERT allows others too.
PARTLESS: dict[str, Allowed] = {
    "assessment": _all(_blank("assessment", "authorised_date")),
    "cin_episode": rows_that.single_referral,
    "cin_visit": every("cin_visit"),
    "cp_review": every("cp_review"),
    "cp_visit": every("cp_visit"),
    "cla_episode": every("cla_episode"),
    "cla_review": every("cla_review"),
    "cla_visit": every("cla_visit"),
    "team": _part_of,
}
