"""Faults of children missing, return interviews and care leavers."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy

HOUR = np.timedelta64(60, "m")


def back(x: Planting) -> Flags:
    """Times missing that ended some days ago."""
    return x["missing"]["end_date"].astype("datetime64[D]") < x.before_first(10)


def not_asked(x: Planting) -> Flags:
    """Those for which a return interview did not apply."""
    return back(x) & x.is_one("missing", "interview_offered", "NA")


def latest(x: Planting) -> Flags:
    """Each child's latest time missing."""
    last = np.full(x.children, np.datetime64("1990-01-01T00:00", "m"))
    np.maximum.at(last, x["missing"].child, x["missing"]["start_date"])
    is_latest: Flags = x["missing"]["start_date"] == last[x["missing"].child]
    return is_latest


_NO_INTERVIEW = {"interview_offered": "NA", "interview_accepted": "NA"}

copy("MIS-001", "missing", back, lambda x, rows: {"start_date": x["missing"]["start_date"][rows] + HOUR // 4, **_NO_INTERVIEW})
cell("MIS-003", "missing", "start_date", back, weight=2)
cell("RHI-002", "missing", "interview_offered", lambda x: back(x) & x.is_one("missing", "interview_offered", "Y"), weight=3)


@plants("MIS-004", 2)
def missing_after_care(x: Planting) -> None:
    """A time missing some weeks after the child left care."""
    ended = np.full(x.children, days.day("1990-01-01"))
    episode = x["cla_episode"]
    np.maximum.at(ended, episode.child, np.fmax(episode["ceased_date"], days.day("1990-01-01")))
    gone = (ended > days.day("1990-01-01")) & (ended < x.before_first(60)) & ~x.looked_after
    rows = x.pick("missing", latest(x) & back(x) & x.of("missing", gone))
    start = (ended[x["missing"].child[rows]] + 20).astype("datetime64[m]") + 600 * np.timedelta64(1, "m")
    added = x.add("missing", rows, start_date=start, end_date=start + 5 * HOUR, **_NO_INTERVIEW)
    x.expect("MIS-004", "missing", added)


@plants("MIS-005", 2)
def never_came_back(x: Planting) -> None:
    """A time missing left open after the child left care."""
    rows = x.pick("missing", latest(x) & back(x) & ~x.of("missing", x.looked_after))
    x.set("missing", "end_date", rows, None)
    x.expect("MIS-005", "missing", rows)


@plants("MIS-002")
def back_before_gone(x: Planting) -> None:
    """A time missing that ended before it began."""
    rows = x.pick("missing", back(x))
    x.set("missing", "end_date", rows, x["missing"]["start_date"][rows] - 2 * HOUR)
    x.set("missing", "interview_offered", rows, "NA")
    x.set("missing", "interview_accepted", rows, "NA")
    x.expect("MIS-002", "missing", rows)


@plants("MIS-006")
def back_tomorrow(x: Planting) -> None:
    """A time missing whose end is still to come."""
    rows = x.pick("missing", latest(x) & not_asked(x))
    x.set("missing", "end_date", rows, x.before_first(-50).astype("datetime64[m]"))
    x.set("missing", "interview_offered", rows, "NA")
    x.set("missing", "interview_accepted", rows, "NA")
    x.expect("MIS-006", "missing", rows)


def answered(x: Planting, answer: str) -> Flags:
    """Times missing after which an interview was offered, and so answered."""
    return back(x) & x.is_one("missing", "interview_offered", "Y") & x.is_one("missing", "interview_accepted", answer)


@plants("RHI-001", 4)
def no_offer(x: Planting) -> None:
    """A return after which no interview was offered."""
    rows = x.pick("missing", answered(x, "N"))
    for row in rows:
        x.drop("return_interview", x.linked("missing", row, "missing_id", "return_interview", "missing_id"))
    x.expect("RHI-001", "missing", rows)


cell("RHI-003", "missing", "interview_accepted", lambda x: answered(x, "N"), "Y", weight=2)
cell(
    "RHI-004",
    "return_interview",
    "interview_date",
    lambda x: x.is_one("return_interview", "declined", "Y"),
    lambda x, rows: x["return_interview"]["offered_date"][rows] + HOUR,
    weight=2,
)


def served(x: Planting) -> Flags:
    """Care leavers whose service goes on."""
    return ~x.filled("care_leaver", "end_date")


def in_touch(x: Planting) -> Flags:
    """Those of them who are in touch."""
    return served(x) & x.is_one("care_leaver", "in_touch", "YES")


def reviewed(x: Planting) -> Flags:
    """Those whose pathway plan was reviewed."""
    return served(x) & x.filled("care_leaver", "pathway_plan_review_date")


def _long_planned(x: Planting) -> Flags:
    return served(x) & (x["care_leaver"]["pathway_plan_date"] < x.before_first(240))


cell("LEA-001", "care_leaver", "activity", in_touch, weight=4)
cell("LEA-002", "care_leaver", "pathway_plan_review_date", _long_planned, lambda x, rows: x.before_first(205), weight=5)
cell("LEA-003", "care_leaver", "pathway_plan_date", reviewed, weight=3)
cell("LEA-004", "care_leaver", "adviser_id", served, weight=3)
cell("LEA-006", "care_leaver", "latest_contact_date", in_touch, lambda x, rows: x.before_first(80), weight=5)
copy("LEA-007", "care_leaver", served, lambda x, rows: {}, both=True)


def leavers(x: Planting, rows: Numbers) -> object:
    """A worker who left long ago and has a number, for each row; no one of them for many."""
    left = x["professional"]["left_date"] < x.before_first(60)
    gone = np.flatnonzero(left & x.filled("professional", "professional_id"))
    return x["professional"]["professional_id"][gone[(rows * 7) % len(gone)]]


cell("LEA-005", "care_leaver", "adviser_id", served, leavers, weight=4)


def _adult(x: Planting) -> Flags:
    return x.is_one("care_leaver", "eligibility", "Former Relevant")


def _at_fifteen(x: Planting, rows: Numbers) -> object:
    return days.add_years(x.births[x["care_leaver"].child[rows]], 15)


cell("LEA-008", "care_leaver", "start_date", _adult, _at_fifteen, also=("LEA-013",))


def _needs_late(x: Planting, rows: Numbers) -> object:
    return days.add_months(x["care_leaver"]["start_date"][rows], 3) + 12


def _eligible_long(x: Planting) -> Flags:
    return x.is_one("care_leaver", "eligibility", "Eligible") & (x["care_leaver"]["start_date"] < x.before_first(150))


cell("LEA-009", "care_leaver", "needs_assessment_date", _eligible_long, _needs_late, weight=3)


def _reviewed_first(x: Planting, rows: Numbers) -> object:
    return x["care_leaver"]["pathway_plan_date"][rows] - 8


cell("LEA-012", "care_leaver", "pathway_plan_review_date", lambda x: ~served(x), _reviewed_first)
