"""Records around the courts: permanence before and after care, pre-proceedings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days
from dq.sample.care import Periods
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw
from dq.sample.story import Story
from dq.sample.tables import Column, Table, World, blank, flag, join, rising, same, text, where

_ELSEWHERE = "845"  # the authority that arranged an earlier order, by the DfE's number


@dataclass
class Ends:
    """How each period of care ends: why, and since when the child was in the last placement."""

    why: Column
    placed: Days


def make_permanence(story: Story, periods: Periods, legal: Table, ends: Ends, family_ids: Column) -> World:
    """Tables previous_permanence, permanence and pre_proceedings."""
    draw = story.draw("permanence")
    return {
        "previous_permanence": _previous(story, draw, periods),
        "permanence": _adoptions(story, draw, periods, _placement_orders(periods, legal), ends),
        "pre_proceedings": _pre_proceedings(story, draw, periods, family_ids),
    }


def _previous(story: Story, draw: Draw, periods: Periods) -> Table:
    """What every child had before care: most had nothing, and a baby cannot have had anything."""
    old_enough = days.age(periods.birth, periods.start) >= 1
    known, nothing = _earlier(story, draw, periods, np.flatnonzero(old_enough)), np.flatnonzero(~old_enough)
    size = len(nothing)
    none = {
        "previous_permanence_id": blank(size),
        "person_id": story.child_ids[periods.child[nothing]],
        "option": same("Z1", size),
        "order_date": np.full(size, NONE),
        "authority": blank(size),
    }
    table = join([known, Table(none, periods.start[nothing], periods.child[nothing])])
    table["previous_permanence_id"] = rising("70", table.known)
    return table


def _earlier(story: Story, draw: Draw, periods: Periods, period: Numbers) -> Table:
    start, size = periods.start[period], len(period)
    option = draw.code({"Z1": 92.0, "P1": 1.5, "P2": 4.0, "P3": 2.5}, size)
    ordered = days.later(days.add_days(start, -draw.whole(200, 2500, size)), periods.birth[period] + 30)
    columns = {
        "previous_permanence_id": blank(size),
        "person_id": story.child_ids[periods.child[period]],
        "option": option,
        "order_date": np.where(option == "Z1", NONE, ordered).astype("datetime64[D]"),
        "authority": where(option == "Z1", None, _ELSEWHERE),
    }
    return Table(columns, start, periods.child[period])


def _placement_orders(periods: Periods, legal: Table) -> Days:
    """The first day of each period's placement order, NaT where there is none."""
    first = np.full(len(periods.start), NONE)
    rows = np.flatnonzero(legal["code"] == "E1")[::-1]
    first[legal["_period"][rows]] = legal["start_date"][rows]
    return first


def _adoptions(story: Story, draw: Draw, periods: Periods, ordered: Days, ends: Ends) -> Table:
    """Children adopted, and young children whose plan is adoption, some of whom will not be.

    Who has a placement order was to be adopted before it was made. When care ends otherwise, so does the plan.
    """
    adopted = np.isin(ends.why, ["E11", "E12"])
    lasting = days.days_between(periods.start, periods.end) > 420
    planned = lasting & (days.age(periods.birth, periods.start) < 6) & draw.chance(0.4, len(adopted)) & ~adopted
    period = np.flatnonzero(adopted | planned | ~np.isnat(ordered))
    done, size, ordered = adopted[period], len(period), ordered[period]
    span = days.days_between(periods.start[period], periods.end[period])
    decided = _part_way(periods, period, span, 0.3)
    before = days.later(periods.start[period], days.working_before(days.add_days(ordered, -30)))
    decided = np.where(np.isnat(ordered), decided, days.earlier(decided, before)).astype("datetime64[D]")
    placed = np.where(done, ends.placed[period], NONE).astype("datetime64[D]")
    before = days.later(periods.start[period], days.working_before(days.add_days(placed, -25)))
    decided = np.where(done, days.earlier(decided, before), decided).astype("datetime64[D]")
    reversed_ = ~done & np.isnat(ordered) & draw.chance(0.35, size)
    matched = np.where(done, before, np.where(reversed_, NONE, _part_way(periods, period, span, 0.6))).astype("datetime64[D]")
    order = np.where(done, periods.end[period], NONE).astype("datetime64[D]")
    court = np.where(done & np.isnat(ordered), before, ordered).astype("datetime64[D]")
    stops = np.where(reversed_, _part_way(periods, period, span, 0.7), np.where(done, NONE, periods.end[period]))
    known_later = ~np.isnat(matched)
    couple = draw.chance(0.86, size)
    together = draw.chance(0.3, size)
    sexes = where(couple, draw.code({"MF": 85.0, "FF": 9.0, "MM": 6.0}, size), "F1")
    columns = {
        "permanence_id": rising("71", decided),
        "person_id": story.child_ids[periods.child[period]],
        "cla_id": periods.ids[period],
        "decision_date": decided,
        "ffa_decision_date": np.full(size, NONE),
        "placement_order_date": court,
        "matched_date": matched,
        "ffa_placed_date": np.full(size, NONE),
        "placed_date": placed,
        "adopted_by_carer": where(done, flag(draw.chance(0.2, size))),
        "foster_carer_date": np.full(size, NONE),
        "sibling_group": where(~np.isnat(placed), flag(together)),
        "siblings_together": blank(size),
        "siblings_apart": blank(size),
        "reversed_date": stops.astype("datetime64[D]"),
        "reversed_reason": where(~done, draw.code({"RD1": 55.0, "RD2": 15.0, "RD3": 22.0, "RD4": 8.0}, size)),
        "order_date": order,
        "order_type": where(done, "ADOPT"),
        "adopter_sex": where(known_later, sexes),
        "adopter_legal_status": where(known_later, where(couple, where(sexes == "MF", "L11", "L12"), "L0")),
        "number_of_adopters": where(known_later, where(couple, "2", "1")),
        "worker_id": story.worker(periods.spell[period], decided),
        "_period": period,
    }
    return Table(columns, decided, periods.child[period])


def _part_way(periods: Periods, period: Numbers, span: Numbers, share: float) -> Days:
    return days.working_before(days.add_days(periods.start[period], np.rint(span * share).astype(np.int64)))


def adopted_children(permanence: Table) -> Numbers:
    """Children with an adoption order, whose records are restricted."""
    return np.unique(permanence.child[permanence["order_type"] == "ADOPT"])


def _pre_proceedings(story: Story, draw: Draw, periods: Periods, family_ids: Column) -> Table:
    spells = story.spells.take(periods.spell)
    decided = days.working_before(days.add_days(periods.start, -draw.whole(50, 150, len(periods.start))))
    fits: Flags = (decided > spells.referral) & np.isin(periods.route, ["C1", "L2"]) & (spells.kind != "care")
    period = np.flatnonzero(fits & draw.chance(0.7, len(fits)))
    decided, size = decided[period], len(period)
    letter = days.add_working_days(decided, draw.whole(1, 5, size))
    meeting = days.add_working_days(letter, draw.whole(5, 12, size))
    issued = days.working_before(days.add_days(periods.start[period], -draw.whole(1, 6, size)))
    columns = {
        "pre_proceedings_id": rising("72", decided),
        "person_id": story.child_ids[periods.child[period]],
        "family_id": family_ids[periods.child[period]],
        "decision_date": decided,
        "letter_date": letter,
        "first_meeting_date": meeting,
        "review_meetings": text(draw.whole(0, 3, size)),
        "outcome": np.full(size, "ISSUE", dtype=object),
        "outcome_date": issued,
        "issue_letter_date": issued,
        "parents_represented": flag(draw.chance(0.85, size)),
        "court_reference": "TS" + text(draw.whole(10, 26, size)) + "C" + text(draw.whole(10_000, 99_999, size)),
    }
    return Table(columns, decided, periods.child[period])
