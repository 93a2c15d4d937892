"""Faults of contacts, early help and referrals."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags, Numbers
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy
from dq.sample.tables import among

FAR_BACK = 200


def other_contact(x: Planting) -> Flags:
    """Contacts some time ago that led to no referral."""
    return ~x.is_one("contact", "outcome", "CIN Referral") & (x["contact"]["contact_date"] < x.before_first(30))


def ended_help(x: Planting) -> Flags:
    """Early help that is over."""
    return x.filled("early_help", "end_date")


def closed(x: Planting) -> Flags:
    """Closed referrals."""
    return x.filled("cin_episode", "close_date")


def turned_away(x: Planting) -> Flags:
    """Referrals with no further action, some time ago."""
    return closed(x) & x.is_one("cin_episode", "nfa", "Y") & (x["cin_episode"]["referral_date"] < x.before_first(30))


def only_assessed(x: Planting) -> Flags:
    """Closed referrals that led to an assessment and nothing more."""
    closed_so = x.is_one("cin_episode", "close_reason", "RC8", "RC9") & closed(x)
    enquired = among(x["cin_episode"]["referral_id"], x["s47_enquiry"]["referral_id"])
    return closed_so & ~enquired


def last_of_child(x: Planting) -> Flags:
    """The latest referral of each child."""
    child = x["cin_episode"].child
    latest = np.full(x.children, days.day("1990-01-01"))
    np.maximum.at(latest, child, x["cin_episode"]["referral_date"])
    is_latest: Flags = x["cin_episode"]["referral_date"] == latest[child]
    return is_latest


cell(
    "CON-001",
    "contact",
    "decision_date",
    other_contact,
    lambda x, rows: days.add_working_days(x["contact"]["contact_date"][rows], 6),
    weight=4,
)
cell("CON-002", "contact", "outcome", other_contact, "CIN Referral", weight=2)
cell("CON-003", "contact", "outcome", other_contact, weight=4)
cell("EHE-001", "early_help", "end_date", ended_help, lambda x, rows: x["early_help"]["start_date"][rows] - 6)
cell("EHE-002", "early_help", "end_reason", ended_help, weight=3)
cell("EHE-003", "early_help", "start_date", lambda x: ~ended_help(x), lambda x, rows: x.before_first(410), weight=2)
cell("REF-003", "cin_episode", "close_date", turned_away, lambda x, rows: x["cin_episode"]["referral_date"][rows] - 3)
cell("REF-004", "cin_episode", "close_reason", lambda x: closed(x) & ~x.is_one("cin_episode", "close_reason", "RC2"), weight=2)
cell(
    "REF-006",
    "cin_episode",
    "decision_date",
    turned_away,
    lambda x, rows: days.add_working_days(x["cin_episode"]["referral_date"][rows], 5),
    weight=4,
)
cell("REF-007", "cin_episode", "nfa", only_assessed, "Y", weight=2)
cell("REF-008", "cin_episode", "close_reason", lambda x: only_assessed(x) & _alive(x), "RC2")
cell("REF-012", "cin_episode", "close_reason", lambda x: closed(x) & _planned(x), "RC8", weight=2)


def _alive(x: Planting) -> Flags:
    return x.of("cin_episode", x.count("person", x.filled("person", "death_date")) == 0)


def _planned(x: Planting) -> Flags:
    return among(x["cin_episode"]["referral_id"], x["cin_plan"]["referral_id"])


copy(
    "REF-001",
    "cin_episode",
    lambda x: ~closed(x) & (x["cin_episode"]["referral_date"] < x.before_first(30)),
    lambda x, rows: {"contact_id": None, "referral_date": x.before_first(14), "decision_date": x.before_first(14)},
    both=True,
)


@plants("REF-002")
def closed_too_late(x: Planting) -> None:
    """A referral closed after the child's next one was made."""
    child, referral, close = (x["cin_episode"].child, x["cin_episode"]["referral_date"], x["cin_episode"]["close_date"])
    order = np.lexsort((referral, child))
    following = np.full(len(order), -1)
    same = child[order][1:] == child[order][:-1]
    following[order[:-1]] = np.where(same, order[1:], -1)
    begun = np.where(following >= 0, referral[following], days.NONE).astype("datetime64[D]")
    rows = x.pick("cin_episode", (begun < x.before_first(30)) & ~np.isnat(close) & ~x.is_one("cin_episode", "close_reason", "RC2"))
    x.set("cin_episode", "close_date", rows, begun[rows] + 5)
    x.expect("REF-002", "cin_episode", following[rows])


@plants("REF-005")
def long_before_birth(x: Planting) -> None:
    """A baby's referral dated a year before its birth."""
    born = x.births[x["cin_episode"].child]
    baby = turned_away(x) & (days.days_between(born, x["cin_episode"]["referral_date"]) < 360) & (x["cin_episode"].child >= 0)
    rows = x.pick("cin_episode", baby & ~np.isnat(born) & (x.count("cin_episode")[x["cin_episode"].child] == 1))
    early = days.working(born[rows] - 365)
    x.set("cin_episode", "referral_date", rows, early)
    x.set("cin_episode", "decision_date", rows, early)
    contact_moved(x, rows)
    x.expect("REF-005", "cin_episode", rows)


def contact_moved(x: Planting, rows: Numbers) -> None:
    """Move the contacts of referrals to the day of the referral."""
    for row in rows:
        contact = x.linked("cin_episode", row, "contact_id", "contact", "contact_id")
        for column in ("contact_date", "decision_date"):
            x.set("contact", column, contact, x["cin_episode"]["referral_date"][row])


def _assessment(x: Planting, row: int) -> Numbers:
    return x.linked("cin_episode", row, "referral_id", "assessment", "referral_id")


@plants("REF-009")
def assessed_after_closing(x: Planting) -> None:
    """A referral closed before its assessment began."""
    begun = dict(zip(x["assessment"]["referral_id"], x["assessment"]["start_date"], strict=True))
    starts = np.array([begun.get(each, days.NONE) for each in x["cin_episode"]["referral_id"]], dtype="datetime64[D]")
    rows = x.pick("cin_episode", only_assessed(x) & (starts > x["cin_episode"]["referral_date"]))
    x.set("cin_episode", "close_date", rows, x["cin_episode"]["referral_date"][rows])
    for row in rows:
        x.expect("REF-009", "assessment", _assessment(x, row))


@plants("REF-010")
def assessed_before_referral(x: Planting) -> None:
    """An assessment dated a few days before its referral."""
    rows = x.pick("cin_episode", only_assessed(x) & (x.count("cin_episode")[x["cin_episode"].child] == 1))
    for row in rows:
        mine = _assessment(x, row)
        x.set("assessment", "start_date", mine, x["cin_episode"]["referral_date"][row] - 4)
        x.set("assessment", "late_reason", mine, "Family away")
        x.expect("REF-010", "assessment", mine)


@plants("REF-011", 4)
def dormant(x: Planting) -> None:
    """A referral left open, its worker still allocated, with nothing recorded for half a year."""
    quiet = x.before_first(FAR_BACK)
    recent = sum(x.count(table, x[table].known > quiet) for table in _ACTIVE)
    asleep = (np.asarray(recent) == 0) & (x.ages >= 1) & (x.ages < 17) & ~x.open
    latest = last_of_child(x) & only_assessed(x) & x.of("cin_episode", asleep) & (x["cin_episode"]["close_date"] < quiet)
    in_post = set(x["professional"]["professional_id"][~x.filled("professional", "left_date")])
    allocation: dict[str, int] = {}
    for found in np.flatnonzero(x.filled("involvement", "referral_id") & x.of("involvement", asleep)):
        allocation[x["involvement"]["referral_id"][found]] = int(found)
    held = [
        number in allocation and x["involvement"]["professional_id"][allocation[number]] in in_post
        for number in x["cin_episode"]["referral_id"]
    ]
    alive = ~x.is_one("cin_episode", "close_reason", "RC2")
    rows = x.pick("cin_episode", latest & alive & np.array(held, dtype=bool))
    for row in rows:
        place = allocation[x["cin_episode"]["referral_id"][row]]
        x.set("involvement", "end_date", place, None)
        x.set("involvement", "change_reason", place, None)
    x.set("cin_episode", "close_date", rows, None)
    x.set("cin_episode", "close_reason", rows, None)
    x.expect("REF-011", "cin_episode", rows)
    for row in rows:
        x.expect("SUP-006", "person", x.rows_of_keys("person", [x["cin_episode"]["person_id"][row]]))


_ACTIVE = (
    "contact", "cin_episode", "assessment", "s47_enquiry", "cin_plan", "cin_visit", "cp_plan", "cla_visit", "supervision",
    "early_help",
)  # fmt: skip
