"""Legacy words for codes: what the old system writes where the contract has a code. Codes not named pass unchanged."""

from __future__ import annotations

_YES_NO = "Y=Yes; N=No"
_WORDS = {
    "control_total.table_name": (
        "person=CLIENTS; linked_identifier=REFERENCE_NUMBERS; address=ADDRESSES; family=HOUSEHOLDS; "
        "relationship=NETWORK PERSONAL; disability=CLASSIFICATIONS DISABILITY; "
        "immigration_status=CLASSIFICATIONS IMMIGRATION; contact=CONTACTS; early_help=EARLY_HELP; "
        "cin_episode=REFERRALS; assessment=ACTIVITIES ASSESSMENT; assessment_factor=ASSESSMENT_FACTORS; "
        "s47_enquiry=ACTIVITIES S47; initial_cp_conference=CP_CONFERENCES INITIAL; cin_plan=CLASSIFICATIONS CINPLAN; "
        "cin_review=ACTIVITIES CINREVIEW; cin_visit=OBSERVATIONS CINVISIT; cp_plan=CP_PLANS; "
        "cp_review=CP_CONFERENCES REVIEW; cp_visit=OBSERVATIONS CPVISIT; cla_episode=LAC_EPISODES; "
        "placement=LAC_PLACEMENTS; legal_status=LAC_LEGAL_STATUS; voluntary_agreement=LAC_AGREEMENTS; "
        "cla_review=LAC_REVIEWS; cla_visit=OBSERVATIONS LACVISIT; cla_care_plan=LAC_CARE_PLANS; "
        "cla_education_plan=LAC_EDUCATION_PLANS; "
        "cla_health=ACTIVITIES HEALTH; cla_immunisation=LAC_IMMUNISATIONS; substance_misuse=ACTIVITIES SUBSTANCE; "
        "sdq_score=ACTIVITIES SDQ; previous_permanence=LAC_PREVIOUS_PERMANENCE; permanence=ADOPTION; "
        "pre_proceedings=LEGAL_PROCEEDINGS; missing=MISSING; return_interview=ACTIVITIES RETURNINT; "
        "care_leaver=LEAVING_CARE; team=TEAMS; professional=WORKERS; involvement=NETWORK PROFESSIONAL; "
        "supervision=OBSERVATIONS SUPERVISION; document=DOCUMENTS"
    ),
    "person.sex": "M=Male; F=Female; U=Unknown",
    "person.ethnicity": (
        "WBRI=White British; WIRI=White Irish; WOTH=White Other; OLDW=White; OLDM=Mixed; NOBT=Not Stated; REFU=Refused"
    ),
    "person.send": _YES_NO,
    "person.is_mother": _YES_NO,
    "person.is_client": "Y=CLIENT; N=RELATED",
    "person.restricted": _YES_NO,
    "linked_identifier.type": (
        "UPN=Unique Pupil Number; FUPN=Former UPN; ULN=Unique Learner Number; NHS=NHS Number; HO=Home Office; "
        "COURT=Court; OLDNO=SSID"
    ),
    "address.type": "Primary Address=Main",
    "address.confidential": _YES_NO,
    "relationship.type": (
        "MOTHER=Mother; FATHER=Father; PARENT=Parent; STEPPARENT=Step Parent; SIBLING=Sibling; HALFSIBLING=Half "
        "Sibling; CHILD=Child; GRANDPARENT=Grandparent; GRANDCHILD=Grandchild; AUNTUNCLE=Aunt/Uncle; GUARDIAN=Guardian; "
        "CARER=Carer; PARTNER=Partner; HHOLD=Household Member; OTHER=Other"
    ),
    "relationship.parental_responsibility": _YES_NO,
    "disability.code": (
        "NONE=D-NONE; MOB=D-MOB; HAND=D-HAND; PC=D-PC; INC=D-INC; COMM=D-COMM; LD=D-LD; HEAR=D-HEAR; VIS=D-VIS; "
        "BEH=D-BEH; CON=D-CON; AUT=D-AUT; DDA=D-OTH; PHYS=D-PHYS; SENS=D-SENS"
    ),
    "immigration_status.status": "ILR=I-ILR; DLR=I-DLR; REFUGEE=I-REF; ADULT=I-ADULT; UASC=I-UASC; ELR=I-ELR",
    "contact.outcome": (
        "No Further Action=NFA; Information and Advice=IANDA; EH Referral=EH; CIN Referral=REF; Passed to Duty=DUTY"
    ),
    "early_help.end_reason": (
        "MET=Needs Met; STEPUP=Stepped Up; CONSENT=Consent Withdrawn; MOVED=Moved Away; CAFCL=CAF Closed; OTHER=Other"
    ),
    "cin_episode.outcome": (
        "No Further Action=NFA; Advice and Information or signpost to other services=ADVICE; Step-down to Early "
        "Help=EH; Assessment required=ASSESS; Strategy discussion and/or Section 47 enquiry=STRAT; Initial "
        "Assessment=IA; Other=OTHER"
    ),
    "cin_episode.nfa": _YES_NO,
    "assessment.child_seen": _YES_NO,
    "assessment.outcome": (
        "No Further Action=NFA; Step-down to Early Help=EH; Strategy discussion and/or Section 47 enquiry=STRAT; CIN "
        "Plan=CINPLAN; Initial Assessment Completed=IA; Other=OTHER"
    ),
    "assessment.nfa": _YES_NO,
    "s47_enquiry.nfa": _YES_NO,
    "s47_enquiry.outcome": (
        "Initial CP Conference=ICPC; Other Agency to Monitor Child's Welfare=MONITOR; NFA - Continue With Family "
        "Assessment=ASSESS; Initiate Legal Action=LEGAL; Provision of Services (s17)=S17; Provision of Short Break Care "
        "(s17)=SHORT; No Further Action=NFA; Core Assessment=CA; Other Outcome=OTHER"
    ),
    "initial_cp_conference.transfer_in": "N=INITIAL; Y=TRANSFER",
    "initial_cp_conference.plan_made": _YES_NO,
    "initial_cp_conference.outcome": "PLAN=CPP; CIN=CINP; TRANS=TRF",
    "cin_visit.seen": _YES_NO,
    "cin_visit.seen_alone": _YES_NO,
    "cin_visit.bedroom_seen": _YES_NO,
    "cp_plan.initial_category": (
        "NEG=Neglect; PHY=Physical; SAB=Sexual; EMO=Emotional; MUL=Multiple; PHN=Physical/Neglect; EMN=Emotional/Neglect"
    ),
    "cp_plan.latest_category": (
        "NEG=Neglect; PHY=Physical; SAB=Sexual; EMO=Emotional; MUL=Multiple; PHN=Physical/Neglect; EMN=Emotional/Neglect"
    ),
    "cp_plan.other_authority": _YES_NO,
    "cp_review.plan_continues": _YES_NO,
    "cp_review.quorate": _YES_NO,
    "cp_visit.seen": _YES_NO,
    "cp_visit.seen_alone": _YES_NO,
    "cp_visit.bedroom_seen": _YES_NO,
    "legal_status.code": "V2=S20; C1=ICO; C2=FCO; E1=PO; L2=EPO; L1=PP",
    "voluntary_agreement.agreed_by": (
        "MOTHER=Mother; FATHER=Father; BOTH=Both Parents; GUARDIAN=Guardian; CHILD=Young Person; NONE=None"
    ),
    "voluntary_agreement.written": _YES_NO,
    "cla_review.cancelled": _YES_NO,
    "cla_visit.seen": _YES_NO,
    "cla_visit.seen_alone": _YES_NO,
    "cla_care_plan.permanence_plan": (
        "HOME=Return Home; KIN=Family and Friends; SGO=Special Guardianship; CAO=Child Arrangements; ADOPT=Adoption; "
        "FOSTER=Long Term Fostering; RESID=Residential; INDEP=Independence; TWIN=Twin Track; OTHER=Other"
    ),
    "cla_health.type": ("IHA=Initial Health; RHA=Review Health; DENTAL=Dental; OPTICAL=Optician; DEV=Development; MEDICAL=Medical"),
    "cla_health.status": "Planned=Open; Completed=Complete",
    "cla_immunisation.up_to_date": _YES_NO,
    "substance_misuse.substance": (
        "ALCOHOL=Alcohol; CANNABIS=Cannabis; OPIATE=Opiates; STIM=Stimulants; SOLVENT=Solvents; OTHER=Other; UNKNOWN=Unknown"
    ),
    "substance_misuse.intervention_received": _YES_NO,
    "permanence.adopted_by_carer": _YES_NO,
    "permanence.sibling_group": _YES_NO,
    "permanence.order_type": "ADOPT=Adoption; SGO=Special Guardianship; CAO=Child Arrangements; RO=Residence",
    "pre_proceedings.outcome": "STEPDOWN=Step Down; ISSUE=Issue; CONTINUE=Continue; TRANSFER=Transfer; OTHER=Other",
    "pre_proceedings.parents_represented": _YES_NO,
    "missing.type": "M=Missing; A=Away",
    "missing.interview_offered": "Y=Yes; N=No; NA=N/A",
    "missing.interview_accepted": "Y=Yes; N=No; NA=N/A",
    "return_interview.declined": _YES_NO,
    "return_interview.outcome": "SHARED=Shared; PLAN=Plan Changed; RISK=Risk Changed; STRATEGY=STRAT",
    "care_leaver.eligibility": (
        "Relevant=REL; Former Relevant=FREL; Eligible=ELIG; Qualifying=QUAL; No Current Eligibility=NONE; Section 24=S24"
    ),
    "care_leaver.in_touch": "YES=Yes; NO=No; DIED=Died; REFU=Refused; NREQ=Not Required; RHOM=Returned Home",
    "care_leaver.accommodation_suitable": "1=Yes; 2=No",
    "professional.agency": _YES_NO,
    "involvement.role": (
        "CW=Case Worker; COWORK=Co-Worker; 16PLUS=Personal Adviser; FSW=Family Support; SSW=Supervising SW; DUTY=Duty; "
        "WAIT=Waiting List"
    ),
    "involvement.allocated": _YES_NO,
    "document.type": (
        "LETTER=Letter; REPORT=Report; COURT=Court; MINUTES=Minutes; FORM=Form; IMAGE=Image; MICRO=Microfilm; OTHER=Other"
    ),
    "document.location": "SYSTEM=CareFirst; SHARED=Shared Drive; SCAN=IDOX; PAPER=Paper",
    "document.restricted": _YES_NO,
}

VALUES: dict[str, dict[str, str]] = {
    column: dict((each.partition("=")[0], each.partition("=")[2]) for each in words.split("; ")) for column, words in _WORDS.items()
}
