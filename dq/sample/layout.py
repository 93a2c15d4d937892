"""The legacy export: which file each table goes to, its columns there, and the rows that share a file.

Names and shapes are those of the source map that reads them back; they are written here again on purpose, so that a
slip in the map is found instead of copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dq.sample.values import VALUES


@dataclass(frozen=True)
class Part:
    """A table's place in the export: file, {column: legacy column}, and the column that marks its rows in a shared file."""

    file: str
    columns: dict[str, str]
    mark: tuple[str, str] | None = None
    values: dict[str, dict[str, str]] = field(default_factory=dict)


_COLUMNS = {
    "person": (
        "CLIENTS: person_id=PI_NUMBER forename=FORENAME other_names=MIDDLE_NAMES surname=SURNAME "
        "date_of_birth=DATE_OF_BIRTH expected_date_of_birth=EXPECTED_DOB death_date=DATE_OF_DEATH sex=GENDER "
        "ethnicity=ETHNIC_ORIGIN nhs_number=NHS_NUMBER upn=UPN upn_unknown=UPN_REASON nationality=NATIONALITY "
        "first_language=LANGUAGE religion=RELIGION "
        "send=SEN_FLAG is_mother=MOTHER_FLAG is_client=PERSON_TYPE restricted=CARESECURE_FLAG merged_into=MERGED_INTO"
    ),
    "linked_identifier": (
        "REFERENCE_NUMBERS: identifier_id=REF_ID person_id=PI_NUMBER type=REF_TYPE value=REF_VALUE start_date=VALID_FROM "
        "end_date=VALID_TO"
    ),
    "address": (
        "ADDRESSES: address_id=ADDRESS_ID person_id=PI_NUMBER type=ADDRESS_TYPE line_1=ADDRESS_1 line_2=ADDRESS_2 "
        "town=TOWN county=COUNTY postcode=POST_CODE uprn=UPRN start_date=DATE_FROM end_date=DATE_TO "
        "confidential=CONFIDENTIAL"
    ),
    "family": "HOUSEHOLDS: family_row_id=HOUSEHOLD_MEMBER_ID family_id=HOUSEHOLD_ID person_id=PI_NUMBER",
    "relationship": (
        "NETWORK: relationship_id=NETWORK_ID person_id=PI_NUMBER related_person_id=RELATED_PI_NUMBER type=ROLE "
        "start_date=DATE_FROM end_date=DATE_TO parental_responsibility=PARENTAL_RESP"
    ),
    "disability": (
        "CLASSIFICATIONS: disability_id=CLASSIFICATION_ID person_id=PI_NUMBER code=CLASS_CODE start_date=DATE_FROM end_date=DATE_TO"
    ),
    "immigration_status": (
        "CLASSIFICATIONS: immigration_status_id=CLASSIFICATION_ID person_id=PI_NUMBER status=CLASS_CODE "
        "start_date=DATE_FROM end_date=DATE_TO"
    ),
    "contact": (
        "CONTACTS: contact_id=CONTACT_ID person_id=PI_NUMBER contact_date=CONTACT_DATE source=SOURCE_CODE outcome=OUTCOME "
        "decision_date=DECISION_DATE worker_id=WORKER_ID team_id=TEAM_CODE"
    ),
    "early_help": (
        "EARLY_HELP: episode_id=EH_ID person_id=PI_NUMBER start_date=START_DATE end_date=END_DATE reason=REASON "
        "end_reason=END_REASON organisation=LEAD_AGENCY worker_id=WORKER_ID team_id=TEAM_CODE"
    ),
    "cin_episode": (
        "REFERRALS: referral_id=REFERRAL_ID person_id=PI_NUMBER contact_id=CONTACT_ID referral_date=REFERRAL_DATE "
        "decision_date=DECISION_DATE source=SOURCE_CODE primary_need=NEED_CODE outcome=OUTCOME nfa=NFA_FLAG "
        "close_date=CLOSED_DATE close_reason=CLOSURE_CODE team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "assessment": (
        "ACTIVITIES: assessment_id=ACTIVITY_ID person_id=PI_NUMBER referral_id=REFERRAL_ID start_date=START_DATE "
        "authorised_date=AUTHORISED_DATE child_seen=CHILD_SEEN outcome=OUTCOME nfa=NFA_FLAG late_reason=REASON_LATE "
        "team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "assessment_factor": "ASSESSMENT_FACTORS: factor_id=FACTOR_ID assessment_id=ACTIVITY_ID factor=FACTOR_CODE",
    "s47_enquiry": (
        "ACTIVITIES: enquiry_id=ACTIVITY_ID person_id=PI_NUMBER referral_id=REFERRAL_ID "
        "strategy_discussion_date=STRATEGY_DATE start_date=START_DATE end_date=AUTHORISED_DATE nfa=NFA_FLAG "
        "outcome=OUTCOME team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "initial_cp_conference": (
        "CP_CONFERENCES: conference_id=CONFERENCE_ID person_id=PI_NUMBER enquiry_id=S47_ACTIVITY_ID "
        "referral_id=REFERRAL_ID plan_id=CP_PLAN_ID meeting_id=MEETING_ID target_date=DUE_DATE conference_date=HELD_DATE "
        "transfer_in=CONFERENCE_TYPE plan_made=CP_PLAN_FLAG outcome=OUTCOME team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "cin_plan": (
        "CLASSIFICATIONS: plan_id=CLASSIFICATION_ID person_id=PI_NUMBER referral_id=REFERRAL_ID start_date=DATE_FROM "
        "end_date=DATE_TO team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "cin_review": (
        "ACTIVITIES: review_id=ACTIVITY_ID plan_id=CINPLAN_ID due_date=DUE_DATE review_date=START_DATE worker_id=WORKER_ID"
    ),
    "cin_visit": (
        "OBSERVATIONS: visit_id=OBS_ID person_id=PI_NUMBER plan_id=CINPLAN_ID visit_date=OBS_DATE seen=CHILD_SEEN "
        "seen_alone=SEEN_ALONE bedroom_seen=BEDROOM_SEEN recorded_date=ENTERED_DATE worker_id=WORKER_ID"
    ),
    "cp_plan": (
        "CP_PLANS: plan_id=CP_PLAN_ID person_id=PI_NUMBER referral_id=REFERRAL_ID conference_id=CONFERENCE_ID "
        "start_date=START_DATE end_date=END_DATE initial_category=INITIAL_CATEGORY latest_category=CURRENT_CATEGORY "
        "other_authority=OTHER_LA_FLAG previous_plans=PREVIOUS_PLANS"
    ),
    "cp_review": (
        "CP_CONFERENCES: review_id=CONFERENCE_ID person_id=PI_NUMBER plan_id=CP_PLAN_ID meeting_id=MEETING_ID "
        "due_date=DUE_DATE review_date=HELD_DATE plan_continues=CP_PLAN_FLAG quorate=QUORATE "
        "participation=PARTICIPATION_CODE"
    ),
    "cp_visit": (
        "OBSERVATIONS: visit_id=OBS_ID person_id=PI_NUMBER plan_id=CP_PLAN_ID visit_date=OBS_DATE seen=CHILD_SEEN "
        "seen_alone=SEEN_ALONE bedroom_seen=BEDROOM_SEEN recorded_date=ENTERED_DATE worker_id=WORKER_ID"
    ),
    "cla_episode": (
        "LAC_EPISODES: episode_id=EPISODE_ID person_id=PI_NUMBER cla_id=LAC_PERIOD_ID referral_id=REFERRAL_ID "
        "start_date=START_DATE start_reason=REASON_START primary_need=NEED_CODE placement_id=PLACEMENT_ID "
        "ceased_date=END_DATE ceased_reason=REASON_END entered_care_date=DATE_BECAME_LAC "
        "last_iro_contact_date=LAST_IRO_CONTACT"
    ),
    "placement": (
        "LAC_PLACEMENTS: placement_id=PLACEMENT_ID person_id=PI_NUMBER cla_id=LAC_PERIOD_ID start_date=START_DATE "
        "end_date=END_DATE type=PLACEMENT_CODE provider=PROVIDER_CODE urn=OFSTED_URN postcode=POST_CODE "
        "distance=DISTANCE_MILES change_reason=CHANGE_REASON"
    ),
    "legal_status": (
        "LAC_LEGAL_STATUS: legal_status_id=LEGAL_STATUS_ID person_id=PI_NUMBER code=STATUS_CODE start_date=START_DATE "
        "end_date=END_DATE"
    ),
    "voluntary_agreement": (
        "LAC_AGREEMENTS: agreement_id=AGREEMENT_ID person_id=PI_NUMBER legal_status_id=LEGAL_STATUS_ID "
        "agreed_by=AGREED_BY agreed_date=AGREED_DATE written=IN_WRITING review_due_date=REVIEW_DUE "
        "review_date=REVIEWED_DATE withdrawn_date=WITHDRAWN_DATE worker_id=WORKER_ID"
    ),
    "cla_review": (
        "LAC_REVIEWS: review_id=REVIEW_ID person_id=PI_NUMBER cla_id=LAC_PERIOD_ID due_date=DUE_DATE "
        "review_date=HELD_DATE cancelled=CANCELLED participation=PARTICIPATION_CODE"
    ),
    "cla_visit": (
        "OBSERVATIONS: visit_id=OBS_ID person_id=PI_NUMBER cla_id=LAC_PERIOD_ID visit_date=OBS_DATE seen=CHILD_SEEN "
        "seen_alone=SEEN_ALONE recorded_date=ENTERED_DATE worker_id=WORKER_ID"
    ),
    "cla_care_plan": (
        "LAC_CARE_PLANS: care_plan_id=CARE_PLAN_ID person_id=PI_NUMBER start_date=START_DATE end_date=END_DATE "
        "permanence_plan=PERMANENCE"
    ),
    "cla_education_plan": "LAC_EDUCATION_PLANS: education_plan_id=PEP_ID person_id=PI_NUMBER plan_date=PEP_DATE",
    "cla_health": ("ACTIVITIES: health_check_id=ACTIVITY_ID person_id=PI_NUMBER type=SUB_TYPE check_date=START_DATE status=STATUS"),
    "cla_immunisation": "LAC_IMMUNISATIONS: person_id=PI_NUMBER up_to_date=UP_TO_DATE status_date=CHECKED_DATE",
    "substance_misuse": (
        "ACTIVITIES: misuse_id=ACTIVITY_ID person_id=PI_NUMBER misuse_date=START_DATE substance=SUB_TYPE "
        "intervention_received=ACCEPTED_FLAG"
    ),
    "sdq_score": ("ACTIVITIES: sdq_id=ACTIVITY_ID person_id=PI_NUMBER completed_date=START_DATE score=SCORE reason=SDQ_REASON"),
    "previous_permanence": (
        "LAC_PREVIOUS_PERMANENCE: previous_permanence_id=ROW_ID person_id=PI_NUMBER option=OPTION_CODE "
        "order_date=ORDER_DATE authority=LA_CODE"
    ),
    "permanence": (
        "ADOPTION: permanence_id=ADOPTION_ID person_id=PI_NUMBER cla_id=LAC_PERIOD_ID decision_date=ADM_DECISION_DATE "
        "ffa_decision_date=FFA_DECISION_DATE placement_order_date=PLACEMENT_ORDER_DATE matched_date=MATCHED_DATE "
        "ffa_placed_date=FFA_PLACED_DATE placed_date=PLACED_DATE adopted_by_carer=CARER_ADOPTER "
        "foster_carer_date=FOSTER_CARER_DATE sibling_group=SIBLING_GROUP siblings_together=SIBLINGS_TOGETHER "
        "siblings_apart=SIBLINGS_APART reversed_date=REVERSED_DATE reversed_reason=REVERSED_CODE order_date=ORDER_DATE "
        "order_type=ORDER_TYPE adopter_sex=ADOPTER_SEX adopter_legal_status=ADOPTER_STATUS "
        "number_of_adopters=NO_OF_ADOPTERS worker_id=WORKER_ID"
    ),
    "pre_proceedings": (
        "LEGAL_PROCEEDINGS: pre_proceedings_id=PROCEEDINGS_ID person_id=PI_NUMBER family_id=HOUSEHOLD_ID "
        "decision_date=DECISION_DATE letter_date=LETTER_DATE first_meeting_date=FIRST_MEETING "
        "review_meetings=REVIEW_MEETINGS outcome=OUTCOME outcome_date=OUTCOME_DATE issue_letter_date=ISSUE_LETTER_DATE "
        "parents_represented=PARENTS_REPRESENTED court_reference=COURT_REF"
    ),
    "missing": (
        "MISSING: missing_id=MISSING_ID person_id=PI_NUMBER type=MISSING_TYPE start_date=MISSING_FROM end_date=RETURNED "
        "interview_offered=RI_OFFERED interview_accepted=RI_ACCEPTED"
    ),
    "return_interview": (
        "ACTIVITIES: interview_id=ACTIVITY_ID missing_id=MISSING_ID offered_date=OFFERED_DATE interview_date=START_DATE "
        "declined=DECLINED outcome=OUTCOME worker_id=WORKER_ID"
    ),
    "care_leaver": (
        "LEAVING_CARE: care_leaver_id=LEAVING_CARE_ID person_id=PI_NUMBER eligibility=ELIGIBILITY start_date=START_DATE "
        "end_date=END_DATE needs_assessment_date=NEEDS_ASSESSED in_touch=IN_TOUCH latest_contact_date=LAST_CONTACT "
        "accommodation=ACCOMM_CODE accommodation_suitable=ACCOMM_SUITABLE activity=ACTIVITY_CODE "
        "pathway_plan_date=PATHWAY_PLAN_DATE pathway_plan_review_date=PATHWAY_REVIEW_DATE adviser_id=ADVISER_ID "
        "team_id=TEAM_CODE worker_id=WORKER_ID"
    ),
    "team": ("TEAMS: team_id=TEAM_CODE name=TEAM_NAME parent_id=PARENT_CODE manager_id=MANAGER_ID closed_date=CLOSED_DATE"),
    "professional": (
        "WORKERS: professional_id=WORKER_ID staff_id=PAYROLL_NO name=WORKER_NAME registration_number=SWE_NUMBER "
        "job_title=JOB_TITLE team_id=TEAM_CODE full_time_equivalent=FTE agency=AGENCY start_date=START_DATE "
        "left_date=LEAVE_DATE"
    ),
    "involvement": (
        "NETWORK: involvement_id=NETWORK_ID person_id=PI_NUMBER professional_id=WORKER_ID team_id=TEAM_CODE role=ROLE "
        "allocated=PRIMARY_FLAG referral_id=REFERRAL_ID start_date=DATE_FROM end_date=DATE_TO change_reason=CHANGE_REASON"
    ),
    "supervision": (
        "OBSERVATIONS: supervision_id=OBS_ID person_id=PI_NUMBER supervision_date=OBS_DATE worker_id=WORKER_ID "
        "supervisor_id=SUPERVISOR_ID next_due_date=NEXT_DUE recorded_date=ENTERED_DATE"
    ),
    "document": (
        "DOCUMENTS: document_id=DOC_ID person_id=PI_NUMBER title=TITLE type=DOC_TYPE document_date=DOC_DATE "
        "file_name=FILE_NAME location=STORE restricted=RESTRICTED"
    ),
    "control_total": ("CONTROL_TOTALS: table_name=RECORD_TYPE records=RECORDS open_records=OPEN_RECORDS counted_date=COUNTED_ON"),
}
_MARKS = {
    "relationship": ("NETWORK_TYPE", "PERSONAL"),
    "disability": ("CLASS_GROUP", "DISABILITY"),
    "immigration_status": ("CLASS_GROUP", "IMMIGRATION"),
    "assessment": ("ACTIVITY_TYPE", "ASSESSMENT"),
    "s47_enquiry": ("ACTIVITY_TYPE", "S47"),
    "cin_plan": ("CLASS_GROUP", "CINPLAN"),
    "cin_review": ("ACTIVITY_TYPE", "CINREVIEW"),
    "cin_visit": ("OBS_TYPE", "CINVISIT"),
    "cp_review": ("CONFERENCE_TYPE", "REVIEW"),
    "cp_visit": ("OBS_TYPE", "CPVISIT"),
    "cla_visit": ("OBS_TYPE", "LACVISIT"),
    "cla_health": ("ACTIVITY_TYPE", "HEALTH"),
    "substance_misuse": ("ACTIVITY_TYPE", "SUBSTANCE"),
    "sdq_score": ("ACTIVITY_TYPE", "SDQ"),
    "return_interview": ("ACTIVITY_TYPE", "RETURNINT"),
    "involvement": ("NETWORK_TYPE", "PROFESSIONAL"),
    "supervision": ("OBS_TYPE", "SUPERVISION"),
}


def _read() -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for table, line in _COLUMNS.items():
        file, _, columns = line.partition(": ")
        pairs = dict(each.split("=") for each in columns.split())
        parts[table] = Part(file, pairs, _MARKS.get(table), {c: VALUES[f"{table}.{c}"] for c in pairs if f"{table}.{c}" in VALUES})
    return parts


PARTS = _read()
