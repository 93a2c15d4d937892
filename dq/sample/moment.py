"""What an extract of a given day holds: the records entered by then, and nothing of what was still to come."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import NONE
from dq.sample.tables import Column, Table, World
from dq.sample.workforce import Workforce

# Table -> day column -> what is filled in together with it.
FILLED_WITH: dict[str, dict[str, tuple[str, ...]]] = {
    "person": {"death_date": ()},
    "address": {"end_date": ()},
    "linked_identifier": {"end_date": ()},
    "immigration_status": {"end_date": ()},
    "contact": {"decision_date": ("outcome",)},
    "early_help": {"end_date": ("end_reason",)},
    "cin_episode": {"decision_date": ("outcome", "nfa"), "close_date": ("close_reason",)},
    "assessment": {"authorised_date": ("child_seen", "outcome", "nfa"), "_late_from": ("late_reason",)},
    "s47_enquiry": {"end_date": ("nfa", "outcome")},
    "cin_plan": {"end_date": ()},
    "cp_plan": {"end_date": ()},
    "cla_episode": {"ceased_date": ("ceased_reason",)},
    "placement": {"end_date": ("change_reason",)},
    "legal_status": {"end_date": ()},
    "voluntary_agreement": {"withdrawn_date": ()},
    "cla_care_plan": {"end_date": ()},
    "permanence": {
        "placement_order_date": (), "matched_date": ("number_of_adopters", "adopter_sex", "adopter_legal_status"),
        "placed_date": ("sibling_group",), "reversed_date": ("reversed_reason",), "order_date": ("order_type", "adopted_by_carer"),
    },
    "pre_proceedings": {
        "letter_date": (), "first_meeting_date": ("parents_represented",), "issue_letter_date": ("court_reference",),
        "outcome_date": ("outcome", "review_meetings"),
    },
    "missing": {"end_date": ("interview_offered",), "_interviewed": ("interview_accepted",)},
    "return_interview": {"interview_date": ("outcome",), "_answered": ("declined",)},
    "care_leaver": {"end_date": ()},
    "team": {"closed_date": ()},
    "professional": {"left_date": ()},
    "involvement": {"end_date": ("change_reason",)},
}  # fmt: skip

# Table -> column that moves on -> (first day, days from one to the next, day it stops, filled before the first step?).
MOVES_ON: dict[str, dict[str, tuple[str, str, str, bool]]] = {
    "voluntary_agreement": {"review_date": ("agreed_date", "_review_step", "_stops", False)},
    "care_leaver": {
        "latest_contact_date": ("start_date", "_contact_step", "_stops", True),
        "pathway_plan_review_date": ("pathway_plan_date", "_pathway_step", "_stops", False),
    },
    "cla_episode": {"last_iro_contact_date": ("start_date", "_iro_step", "_stops", False)},
}

# Table -> column that names whoever holds the post on the day of the extract (or held it when the record ended).
HELD_BY: dict[str, dict[str, tuple[str, str]]] = {
    "care_leaver": {"adviser_id": ("_post", "end_date"), "worker_id": ("_post", "end_date")},
}


def as_of(world: World, workforce: Workforce, today: np.datetime64) -> World:
    """The world as an extract of one day shows it; the world itself is not changed."""
    seen: World = {}
    for name, table in world.items():
        visible = table.take(np.flatnonzero(table.known <= today))
        for column, together in FILLED_WITH.get(name, {}).items():
            to_come = visible[column].astype("datetime64[D]") > today
            for each in (column, *together):
                _clear(visible[each], to_come)
        for column, rolling in MOVES_ON.get(name, {}).items():
            visible[column] = _moved_on(visible, rolling, today)
        for column, (post, ended) in HELD_BY.get(name, {}).items():
            visible[column] = workforce.worker(visible[post], days.earlier(visible[ended], today))
        seen[name] = visible
    _unborn(seen["person"], today)
    return seen


def _clear(values: Column, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    values[rows] = None if values.dtype == object else np.datetime64("NaT")


def _moved_on(table: Table, rolling: tuple[str, str, str, bool], today: np.datetime64) -> Column:
    first, step, stops, from_start = rolling
    until = days.earlier(table[stops], today)
    steps = np.maximum(days.days_between(table[first], until), 0) // table[step]
    reached = days.add_days(table[first], steps * table[step])
    return reached if from_start else np.where(steps > 0, reached, NONE).astype("datetime64[D]")


def _unborn(person: Table, today: np.datetime64) -> None:
    """A child not yet born has an expected date, no name of its own, and no number."""
    unborn = person["date_of_birth"] > today
    person["expected_date_of_birth"] = np.where(unborn, person["_expected"], NONE).astype("datetime64[D]")
    person["date_of_birth"] = np.where(unborn, NONE, person["date_of_birth"]).astype("datetime64[D]")
    person["forename"] = np.where(unborn, "Unborn", person["forename"])
    person["sex"] = np.where(unborn, "U", person["sex"])
    for column in ("other_names", "nhs_number", "upn", "ethnicity"):
        _clear(person[column], unborn)
