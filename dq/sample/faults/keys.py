"""Built-in faults: cells that are not of their type, records without a number, two records with one number."""

from __future__ import annotations

import numpy as np

from dq.sample.days import Numbers
from dq.sample.faults.consequences import PARTLESS
from dq.sample.faults.inert import INERT
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import KEYS, plants
from dq.sample.faults.simple import Allowed

WEIGHT = 0.3

# Where a cell that is no day or number leads to nothing else, and what stands in it.
_UNREADABLE = {
    "linked_identifier.start_date": "00/00/2019", "address.start_date": "2019", "relationship.start_date": "01/13/2020",
    "disability.start_date": "from birth", "immigration_status.start_date": "31/06/2021", "contact.contact_date": "1/2/19",
    "early_help.start_date": "29/02/2023", "cin_episode.referral_date": "12.05.2020", "assessment.start_date": "30/02/2022",
    "s47_enquiry.start_date": "yesterday", "initial_cp_conference.target_date": "tbc", "cin_plan.start_date": "32/01/2022",
    "cin_review.due_date": "spring", "cin_visit.visit_date": "01/01/0202", "cp_plan.previous_plans": "one",
    "cp_review.due_date": "31/09/2023", "cp_visit.visit_date": "14/14/2023", "cla_episode.last_iro_contact_date": "n/a",
    "placement.distance": "12 miles", "legal_status.end_date": "31/04/2023", "voluntary_agreement.review_due_date": "6 months",
    "cla_review.due_date": "00/05/2022", "cla_visit.visit_date": "31/11/2022", "cla_care_plan.end_date": "ongoing",
    "cla_health.check_date": "June 2023", "cla_immunisation.status_date": "2022-13-01", "substance_misuse.misuse_date": "?",
    "sdq_score.completed_date": "20230512", "previous_permanence.order_date": "zz/05/2016", "permanence.decision_date": "May",
    "pre_proceedings.review_meetings": "several", "missing.start_date": "31/02/2024 10:00",
    "care_leaver.needs_assessment_date": "31/02/2024", "team.closed_date": "March 2017",
    "professional.full_time_equivalent": "full", "involvement.start_date": "30/02/2021", "supervision.next_due_date": "asap",
    "document.document_date": "undated",
}  # fmt: skip
_ALLOWED: dict[str, Allowed] = {
    "cla_health.check_date": INERT["cla_health"],
    "previous_permanence.order_date": lambda x: x.is_one("previous_permanence", "option", "P1", "P2", "P3"),
    "care_leaver.needs_assessment_date": lambda x: x.is_one("care_leaver", "eligibility", "Former Relevant"),
}


def _unreadable(name: str, text: str) -> None:
    table, column = name.split(".")
    allowed = _ALLOWED.get(name, INERT[table])

    def planter(x: Planting) -> None:
        rows = x.pick(table, allowed(x))
        if x[table][column].dtype == object:
            x.set(table, column, rows, text)
        else:
            x.set(table, column, rows, None)
            x.write_raw(table, column, rows, text)
        x.expect(f"type.{table}", table, rows)

    plants(f"type.{table}", WEIGHT)(planter)


# What hangs on a record whose number is lost: left out, so that it does not become an orphan.
_HANGING = {
    "cin_plan": (("cin_visit", "plan_id"), ("cin_review", "plan_id")),
    "cp_plan": (("cp_visit", "plan_id"), ("cp_review", "plan_id")),
}
_NAMED_BY = {
    "cp_plan": (("initial_cp_conference", "plan_id"),),
    "placement": (("cla_episode", "placement_id"),),
}


def _cut_off(x: Planting, table: str, rows: Numbers) -> None:
    key = KEYS[table]
    for row in rows:
        for other, there in _HANGING.get(table, ()):
            x.drop(other, x.linked(table, row, key, other, there))
        for other, there in _NAMED_BY.get(table, ()):
            x.set(other, there, x.linked(table, row, key, other, there), None)


def _allowed(table: str) -> Allowed:
    return PARTLESS.get(table, INERT[table])


def _missing(table: str) -> None:
    def planter(x: Planting) -> None:
        rows = x.pick(table, _allowed(table)(x))
        _cut_off(x, table, rows)
        x.set(table, KEYS[table], rows, None)
        x.expect(f"key_missing.{table}", table, rows)
        if table == "cla_immunisation":
            x.expect("LOD-003.cla_immunisation.person_id", table, rows)

    plants(f"key_missing.{table}", WEIGHT)(planter)


def _repeated(table: str) -> None:
    def planter(x: Planting) -> None:
        first, second = x.pick_pairs(table, _allowed(table)(x))
        _cut_off(x, table, np.append(first, second))
        x.set(table, KEYS[table], second, x[table][KEYS[table]][first])
        x.expect(f"key_duplicated.{table}", table, np.append(first, second))

    plants(f"key_duplicated.{table}", WEIGHT)(planter)


# Nothing about these people, workers and teams is known but themselves.
STRANGER: dict[str, dict[str, object]] = {
    "person": {"forename": "Baby", "other_names": None, "nhs_number": None, "upn": None, "upn_unknown": "UN1"},
    "professional": {"registration_number": None},
    "team": {},
    "relationship": {"type": "OTHER"},
}


def _stranger(table: str, rule: str) -> None:
    """A further record without a number, or with the number of one that is there."""

    def planter(x: Planting) -> None:
        rows = x.pick(table, _allowed(table)(x))
        added = x.add(table, rows, **STRANGER[table])
        x.set(table, KEYS[table], added, None if rule == "key_missing" else x[table][KEYS[table]][rows])
        x.expect(f"{rule}.{table}", table, added if rule == "key_missing" else np.append(rows, added))

    plants(f"{rule}.{table}", WEIGHT)(planter)


for _name, _text in _UNREADABLE.items():
    _unreadable(_name, _text)
for _table in INERT:
    if _table in STRANGER:
        _stranger(_table, "key_missing")
        _stranger(_table, "key_duplicated")
    else:
        _missing(_table)
        if _table != "cla_immunisation":
            _repeated(_table)
