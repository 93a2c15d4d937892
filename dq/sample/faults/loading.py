"""Faults that every column of a kind can have: blank where it must be filled, no such record, no such code, a future day."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Numbers
from dq.sample.faults.consequences import ALLOWED, ALSO, LINKED
from dq.sample.faults.inert import INERT
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import KEYS, plants
from dq.sample.faults.simple import Value

RARE = 0.12  # how common each of these is beside a fault of casework

_BLANK_DATES = """
    address.start_date assessment.start_date care_leaver.latest_contact_date cin_episode.referral_date cin_plan.start_date
    cin_visit.visit_date cla_care_plan.start_date cla_episode.entered_care_date cla_episode.start_date
    cla_health.check_date cla_review.review_date cla_visit.visit_date contact.contact_date cp_plan.start_date
    cp_review.review_date cp_visit.visit_date early_help.start_date immigration_status.start_date
    initial_cp_conference.conference_date involvement.start_date legal_status.start_date placement.start_date
    s47_enquiry.start_date substance_misuse.misuse_date
"""
_BLANK_CODES = """
    address.type care_leaver.eligibility care_leaver.in_touch cin_episode.primary_need cin_episode.source cin_visit.seen
    cla_episode.primary_need cla_episode.start_reason cla_health.type cla_immunisation.up_to_date cla_visit.seen
    contact.source cp_plan.initial_category cp_plan.latest_category cp_visit.seen disability.code
    immigration_status.status involvement.allocated involvement.role legal_status.code missing.type placement.type
"""
_BLANK_LINKS = """
    address.person_id assessment.person_id assessment.referral_id assessment_factor.assessment_id care_leaver.person_id
    cin_episode.person_id cin_plan.person_id cin_plan.referral_id cin_visit.person_id cla_care_plan.person_id
    cla_episode.person_id cla_health.person_id cla_review.cla_id cla_review.person_id
    cla_visit.cla_id cla_visit.person_id contact.person_id cp_plan.person_id cp_plan.referral_id cp_review.person_id
    cp_review.plan_id cp_visit.person_id cp_visit.plan_id disability.person_id early_help.person_id
    immigration_status.person_id initial_cp_conference.person_id involvement.person_id involvement.professional_id
    legal_status.person_id linked_identifier.person_id missing.person_id permanence.person_id placement.cla_id
    placement.person_id previous_permanence.person_id
    s47_enquiry.person_id s47_enquiry.referral_id sdq_score.person_id substance_misuse.person_id
"""
_LINKS = """
    address.person_id assessment.person_id assessment.referral_id assessment.team_id assessment.worker_id
    assessment_factor.assessment_id care_leaver.adviser_id care_leaver.person_id care_leaver.team_id
    care_leaver.worker_id cin_episode.contact_id cin_episode.person_id cin_episode.team_id cin_episode.worker_id
    cin_plan.person_id cin_plan.referral_id cin_plan.team_id cin_plan.worker_id cin_review.plan_id cin_review.worker_id
    cin_visit.person_id cin_visit.plan_id cin_visit.worker_id cla_care_plan.person_id cla_episode.person_id
    cla_episode.placement_id cla_episode.referral_id cla_health.person_id cla_immunisation.person_id cla_review.cla_id
    cla_review.person_id cla_visit.cla_id cla_visit.person_id cla_visit.worker_id contact.person_id contact.team_id
    cla_education_plan.person_id person.merged_into
    contact.worker_id cp_plan.conference_id cp_plan.person_id cp_plan.referral_id cp_review.person_id cp_review.plan_id
    cp_visit.person_id cp_visit.plan_id cp_visit.worker_id disability.person_id document.person_id early_help.person_id
    early_help.team_id early_help.worker_id family.person_id immigration_status.person_id
    initial_cp_conference.enquiry_id initial_cp_conference.person_id initial_cp_conference.plan_id
    initial_cp_conference.referral_id initial_cp_conference.team_id initial_cp_conference.worker_id
    involvement.person_id involvement.professional_id involvement.referral_id involvement.team_id legal_status.person_id
    linked_identifier.person_id missing.person_id permanence.cla_id permanence.person_id permanence.worker_id
    placement.cla_id placement.person_id pre_proceedings.person_id previous_permanence.person_id professional.team_id
    return_interview.missing_id return_interview.worker_id
    s47_enquiry.person_id s47_enquiry.referral_id s47_enquiry.team_id s47_enquiry.worker_id sdq_score.person_id
    substance_misuse.person_id supervision.person_id supervision.supervisor_id supervision.worker_id team.manager_id
    team.parent_id voluntary_agreement.legal_status_id voluntary_agreement.person_id voluntary_agreement.worker_id
"""
_CODES = """
    address.confidential address.type assessment.child_seen assessment.nfa assessment.outcome assessment_factor.factor
    care_leaver.accommodation care_leaver.accommodation_suitable care_leaver.activity care_leaver.eligibility
    care_leaver.in_touch cin_episode.close_reason cin_episode.nfa cin_episode.outcome cin_episode.primary_need
    cin_episode.source cin_visit.bedroom_seen cin_visit.seen cin_visit.seen_alone cla_care_plan.permanence_plan
    cla_episode.ceased_reason cla_episode.primary_need cla_episode.start_reason cla_health.status cla_health.type
    cla_immunisation.up_to_date cla_review.cancelled cla_review.participation cla_visit.seen cla_visit.seen_alone
    contact.outcome contact.source cp_plan.initial_category cp_plan.latest_category cp_plan.other_authority
    cp_review.participation cp_review.plan_continues cp_review.quorate cp_visit.bedroom_seen cp_visit.seen
    cp_visit.seen_alone disability.code document.location document.restricted document.type early_help.end_reason
    immigration_status.status initial_cp_conference.outcome initial_cp_conference.plan_made involvement.allocated
    involvement.change_reason involvement.role legal_status.code linked_identifier.type missing.interview_accepted
    missing.interview_offered missing.type permanence.adopted_by_carer permanence.adopter_legal_status
    permanence.adopter_sex permanence.order_type permanence.reversed_reason permanence.sibling_group person.ethnicity
    person.is_client person.is_mother person.restricted person.send person.sex person.upn_unknown placement.change_reason
    placement.provider placement.type pre_proceedings.outcome pre_proceedings.parents_represented
    previous_permanence.option professional.agency relationship.parental_responsibility relationship.type
    return_interview.declined return_interview.outcome
    s47_enquiry.nfa s47_enquiry.outcome sdq_score.reason substance_misuse.intervention_received
    substance_misuse.substance voluntary_agreement.agreed_by voluntary_agreement.written
"""
# Codes of the old system that nobody has mapped.
_UNMAPPED = {
    "person.ethnicity": "OLDW", "linked_identifier.type": "OLDNO", "address.type": "Hospital", "relationship.type": "HHOLD",
    "disability.code": "PHYS", "immigration_status.status": "ELR", "contact.source": "5", "contact.outcome": "Passed to Duty",
    "early_help.end_reason": "CAFCL", "cin_episode.source": "5", "cin_episode.primary_need": "NX",
    "cin_episode.outcome": "Initial Assessment", "cin_episode.close_reason": "OLD",
    "assessment.outcome": "Initial Assessment Completed", "assessment_factor.factor": "18A",
    "s47_enquiry.outcome": "Core Assessment", "initial_cp_conference.outcome": "REG", "cp_plan.initial_category": "PHN",
    "cp_plan.latest_category": "EMN", "cla_episode.ceased_reason": "E43", "placement.type": "F2", "placement.provider": "PRX",
    "legal_status.code": "V1", "cla_care_plan.permanence_plan": "TWIN", "cla_health.type": "MEDICAL",
    "care_leaver.eligibility": "Section 24", "care_leaver.activity": "F3", "involvement.role": "DUTY",
    "involvement.change_reason": "UNK", "document.type": "MICRO", "document.location": "PAPER",
}  # fmt: skip
_FUTURE = """
    address.end_date address.start_date assessment.authorised_date assessment.start_date care_leaver.end_date
    care_leaver.latest_contact_date care_leaver.needs_assessment_date care_leaver.pathway_plan_date
    care_leaver.pathway_plan_review_date care_leaver.start_date cin_episode.close_date cin_episode.decision_date
    cin_episode.referral_date cin_plan.end_date cin_plan.start_date cin_review.review_date cin_visit.recorded_date
    cin_visit.visit_date cla_care_plan.end_date cla_care_plan.start_date cla_education_plan.plan_date
    cla_episode.ceased_date
    cla_episode.entered_care_date cla_episode.start_date cla_review.review_date cla_visit.recorded_date
    cla_visit.visit_date contact.contact_date contact.decision_date cp_plan.end_date cp_plan.start_date
    cp_review.review_date cp_visit.recorded_date cp_visit.visit_date disability.end_date disability.start_date
    early_help.end_date early_help.start_date immigration_status.end_date immigration_status.start_date
    initial_cp_conference.conference_date involvement.end_date involvement.start_date legal_status.end_date
    legal_status.start_date linked_identifier.end_date linked_identifier.start_date permanence.decision_date
    permanence.order_date person.death_date placement.end_date placement.start_date pre_proceedings.decision_date
    previous_permanence.order_date professional.start_date relationship.end_date relationship.start_date
    s47_enquiry.end_date s47_enquiry.start_date s47_enquiry.strategy_discussion_date sdq_score.completed_date
    substance_misuse.misuse_date supervision.recorded_date supervision.supervision_date voluntary_agreement.agreed_date
    voluntary_agreement.review_date voluntary_agreement.withdrawn_date
"""


def _register(rule: str, name: str, value: str | Value | None) -> None:
    """A planter for one column: spoils the cell, writes down what fails on the row and on rows linked to it."""
    table, column = name.split(".")
    key = f"{rule}.{name}"
    links = LINKED.get(key, ())

    def planter(x: Planting) -> None:
        allowed = ALLOWED[key](x) if key in ALLOWED else INERT[table](x) & x.filled(table, column)
        rows = x.pick(table, allowed)
        for row in rows:
            for broken, other, here, there in links:
                x.expect(broken, other, _first_of_period(x, broken, x.linked(table, row, here, other, there)))
        x.set(table, column, rows, value(x, rows) if callable(value) else value)
        for broken in (key, *ALSO.get(key, ())):
            x.expect(broken, table, rows)

    plants(key, RARE)(planter)


def _first_of_period(x: Planting, rule: str, rows: Numbers) -> Numbers:
    """A finding on a period of care stands on its first episode."""
    return rows[x["cla_episode"]["start_reason"][rows] == "S"] if rule == "CLA-015" else rows


def _nowhere(table: str) -> Value:
    return lambda x, rows: "9" + x[table][KEYS[table]][rows].astype(object)


def _future(x: Planting, rows: Numbers) -> object:
    del rows
    return days.working(np.array([x.before_first(-60)]))[0]


def _bad_relation(rule: str, column: str, value: str | None) -> None:
    """A relationship besides the others that names nobody, or nobody who is there, on one side."""

    def planter(x: Planting) -> None:
        rows = x.pick("relationship", INERT["relationship"](x))
        added = x.add("relationship", rows, type="OTHER")
        x.set("relationship", column, added, value)
        x.expect(f"{rule}.relationship.{column}", "relationship", added)

    plants(f"{rule}.relationship.{column}", RARE)(planter)


for _name in _BLANK_DATES.split():
    _register("LOD-001", _name, None)
for _name in _BLANK_CODES.split():
    _register("LOD-002", _name, None)
for _name in _BLANK_LINKS.split():
    _register("LOD-003", _name, None)
for _name in _LINKS.split():
    _register("LOD-005", _name, _nowhere(_name.split(".")[0]))
for _side in ("person_id", "related_person_id"):
    _bad_relation("LOD-003", _side, None)
    _bad_relation("LOD-005", _side, "5999999")
for _name in _CODES.split():
    _register("LOD-006", _name, "ZZ9")
for _name, _code in _UNMAPPED.items():
    _register("LOD-007", _name, _code)
for _name in _FUTURE.split():
    _register("LOD-008", _name, _future)
