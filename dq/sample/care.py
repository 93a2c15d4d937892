"""Periods of care: episodes, placements and legal statuses, which change apart or together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days, identifiers
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.schedule import every, place_in
from dq.sample.story import Story
from dq.sample.tables import Table, World, blank, rising, same, text, where

NEEDS = {"N1": 65.0, "N2": 3.0, "N3": 3.0, "N4": 8.0, "N5": 13.0, "N6": 1.5, "N7": 0.2, "N8": 6.3}
# How a period begins in law, and what may follow.
ROUTES = {"V2": 44.0, "C1": 38.0, "L2": 6.0, "L1": 4.0, "C2": 8.0}
_FOLLOWS = {
    "V2": ("V2", "C1", "C2"), "C1": ("C1", "C2", "E1"), "C2": ("C2",), "L1": ("L1", "V2", "C1", "C2"), "L2": ("L2", "C1", "C2"),
}  # fmt: skip
_SHORT = {"L2": (5, 20), "L1": (1, 3)}
_CHANGES = {"P": 62.0, "L": 24.0, "B": 6.0, "T": 5.0, "U": 3.0}
_FOSTERED = {"U6": 46.0, "U4": 16.0, "U3": 11.0, "U1": 9.0, "U5": 2.0, "K2": 9.0, "R1": 2.0, "P1": 5.0}
_TEENAGED = {"U6": 34.0, "U4": 16.0, "U3": 7.0, "U1": 6.0, "K2": 28.0, "R1": 4.0, "S1": 2.0, "P1": 3.0}
_CHANGED = {"CARPL": 55.0, "CREQB": 12.0, "CREQO": 8.0, "CHILD": 6.0, "LAREQ": 6.0, "STAND": 3.0, "CLOSE": 3.0, "OTHER": 7.0}
_NEW_CODES = days.day("2024-04-01")
FOSTERED = ("U1", "U2", "U3", "U4", "U5", "U6")
ADOPTED_BEFORE = 8
"""The age from which no child is placed for adoption here."""


@dataclass
class Periods:
    """One row a period of care."""

    spell: Numbers
    child: Numbers
    birth: Days
    start: Days
    end: Days
    ids: Texts
    route: Texts
    need: Texts


@dataclass
class Segments:
    """One row an episode: its period, its days, which placement and legal status of the period it lies in."""

    period: Numbers
    start: Days
    end: Days
    reason: Texts
    placement: Numbers  # counted over all periods
    legal: Numbers  # counted over all periods
    legal_place: Numbers  # place of the legal status in its period


def draw_periods(story: Story) -> Periods:
    """The periods of care of all spells."""
    draw = story.draw("care")
    rows = np.flatnonzero(~np.isnat(story.spells.care_start))
    spells = story.spells.take(rows)
    ids = rising("60", spells.care_start)
    start, end = spells.care_start, spells.care_end
    return Periods(rows, spells.child, spells.birth, start, end, ids, draw.code(ROUTES, len(rows)), draw.code(NEEDS, len(rows)))


def draw_segments(story: Story, periods: Periods) -> Segments:
    """Cut each period where placement or legal status changes."""
    draw = story.draw("segments")
    count = len(periods.start)
    owner, on = every(draw, days.add_days(periods.start, 25), days.add_days(periods.end, -8), (40, 700), (10, 500))
    short = np.flatnonzero(np.isin(periods.route, list(_SHORT)))
    ahead = np.zeros(len(short), dtype=np.int64)
    for route, bounds in _SHORT.items():
        ahead = np.where(periods.route[short] == route, draw.whole(*bounds, len(short)), ahead)
    early = days.add_days(periods.start[short], ahead)
    short, early = short[early < periods.end[short]], early[early < periods.end[short]]
    all_owner = np.concatenate([np.arange(count), short, owner])
    all_on = np.concatenate([periods.start, early, on])
    change = np.concatenate([same("S", count), same("L", len(short)), draw.code(_CHANGES, len(owner))])
    order = np.lexsort((all_on, all_owner))
    period, start, change = all_owner[order], all_on[order], change[order]
    end = np.where(np.append(period[1:] == period[:-1], False), np.append(start[1:], NONE), periods.end[period])
    return _numbered(periods, period, start, end.astype("datetime64[D]"), change)


def _numbered(periods: Periods, period: Numbers, start: Days, end: Days, change: Texts) -> Segments:
    first = change == "S"
    longest = np.array([len(_FOLLOWS[route]) - 1 for route in periods.route])[period]
    legal_place = _counted(np.isin(change, ["L", "B", "U"]), period)
    too_old = days.age(periods.birth[period], start) >= ADOPTED_BEFORE
    beyond = (legal_place > longest) | ((periods.route[period] == "C1") & (legal_place >= 2) & too_old)
    for code, instead in (("L", "P"), ("B", "P"), ("U", "T")):
        change = where(beyond & (change == code), instead, change)
    legal_changes = np.isin(change, ["L", "B", "U"])
    placement = np.cumsum(first | np.isin(change, ["P", "T", "B", "U"])) - 1
    legal = np.cumsum(first | legal_changes) - 1
    return Segments(period, start, end, change, placement, legal, _counted(legal_changes, period))


def _counted(marks: Flags, owner: Numbers) -> Numbers:
    """How many marks each row's owner has up to the row."""
    total = np.cumsum(marks)
    first = place_in(owner) == 0
    before: Numbers = (total - marks)[first]
    counted: Numbers = total - before[np.cumsum(first) - 1]
    return counted


def make_care(story: Story, periods: Periods, segments: Segments) -> World:
    """Tables cla_episode, placement and legal_status."""
    draw = story.draw("care records")
    legal = _legal_statuses(story, periods, segments)
    placement = _placements(story, draw, periods, segments, legal)
    return {
        "cla_episode": _episodes(story, draw, periods, segments, placement, legal),
        "placement": placement,
        "legal_status": legal,
    }


def _grouped(number: Numbers, segments: Segments) -> tuple[Numbers, Days, Days]:
    """Period, first day and last day of each run of segments that bear one number."""
    first = np.flatnonzero(np.append(True, number[1:] != number[:-1])) if len(number) else number
    final = np.append(first[1:] - 1, len(number) - 1) if len(number) else number
    return segments.period[first], segments.start[first], segments.end[final]


def _legal_statuses(story: Story, periods: Periods, segments: Segments) -> Table:
    period, start, end = _grouped(segments.legal, segments)
    place = place_in(period)
    follows = {route: np.array((*codes, *[codes[-1]] * 4), dtype=object) for route, codes in _FOLLOWS.items()}
    code = blank(len(period))
    for route, codes in follows.items():
        code = where(periods.route[period] == route, codes[np.minimum(place, 6)], code)
    columns = {
        "legal_status_id": rising("62", start),
        "person_id": story.child_ids[periods.child[period]],
        "code": code,
        "start_date": start,
        "end_date": end,
        "_period": period,
    }
    return Table(columns, start, periods.child[period])


def _placements(story: Story, draw: Draw, periods: Periods, segments: Segments, legal: Table) -> Table:
    period, start, end = _grouped(segments.placement, segments)
    size = len(period)
    first_segment = np.flatnonzero(np.append(True, np.diff(segments.placement) > 0)) if size else period
    status = legal["code"][segments.legal[first_segment]]
    agreed = np.zeros(len(periods.start), dtype=bool)
    agreed[legal["_period"][legal["code"] == "V2"]] = True
    at_start = days.age(periods.birth[period], start)
    kind = where(at_start >= 10, draw.code(_TEENAGED, size), draw.code(_FOSTERED, size))
    kind = where(agreed[period] & (kind == "P1"), "U6", kind)
    kind = where((at_start < 8) & (kind == "K2"), "U6", kind)
    alone = (at_start >= 16) & draw.chance(0.4, size)
    kind = where(alone, where(start >= _NEW_CODES, "K3", "H5"), kind)
    kind = where((status == "E1") & (at_start < ADOPTED_BEFORE) & draw.chance(0.7, size), "A6", kind)
    provider = where(kind == "P1", "PR0", draw.code({"PR1": 48.0, "PR4": 43.0, "PR5": 9.0}, size))
    provider = where(np.isin(kind, ["U1", "U2", "U3"]), "PR1", provider)
    provided = ~np.isin(kind, ["P1", "R1"])  # a registered provider, who has a number
    urn = draw.one_of(["", "SC"], size) + text(draw.whole(400_000, 499_999, size))
    moves = np.append(period[1:] == period[:-1], False)
    columns = {
        "placement_id": rising("61", start),
        "person_id": story.child_ids[periods.child[period]],
        "cla_id": periods.ids[period],
        "start_date": start,
        "end_date": end,
        "type": kind,
        "provider": provider,
        "urn": where(provided, urn),
        "postcode": identifiers.postcodes(draw, size),
        "distance": _miles(draw, size),
        "change_reason": where(moves, draw.code(_CHANGED, size)),
        "_period": period,
    }
    return Table(columns, start, periods.child[period])


def _miles(draw: Draw, size: int) -> Texts:
    tenths = draw.length(80, 1.0, 0, 2500, size)
    miles: Texts = text(tenths // 10) + "." + text(tenths % 10)
    return miles


def _episodes(story: Story, draw: Draw, periods: Periods, segments: Segments, placement: Table, legal: Table) -> Table:
    period = segments.period
    goes_on = np.append(period[1:] == period[:-1], False)
    left = _left_because(story, draw, periods)[period]
    fostered = np.isin(placement["type"][segments.placement], FOSTERED)
    left = where(np.isin(left, ["E45", "E46"]) & ~fostered, "E47", left)  # a guardian who was no foster carer
    adopted = _move_to_adopters(segments, placement, legal, left, goes_on)
    left = where(np.isin(left, ["E11", "E12"]) & ~adopted, "E48", left)
    size = len(period)
    columns = {
        "episode_id": rising("63", segments.start),
        "person_id": story.child_ids[periods.child[period]],
        "cla_id": periods.ids[period],
        "referral_id": story.referral_ids[periods.spell[period]],
        "start_date": segments.start,
        "start_reason": segments.reason,
        "primary_need": periods.need[period],
        "placement_id": placement["placement_id"][segments.placement],
        "ceased_date": segments.end,
        "ceased_reason": where(goes_on, "X1", left),
        "entered_care_date": periods.start[period],
        "last_iro_contact_date": np.full(size, NONE),
        "_iro_step": draw.whole(40, 80, size),
        "_stops": segments.end,
        "_period": period,
    }
    return Table(columns, segments.start, periods.child[period])


def _move_to_adopters(segments: Segments, placement: Table, legal: Table, left: Texts, goes_on: Flags) -> Flags:
    """Make the last placement of children who will be adopted one with the adopters; gives the episodes that end so.

    It must be a foster home by then, and not the first placement of the period.
    """
    first = segments.placement[np.searchsorted(segments.period, segments.period)]
    moved = (segments.placement > first) & np.isin(placement["type"][segments.placement], FOSTERED)
    adopted: Flags = ~goes_on & moved & np.isin(left, ["E11", "E12"])
    ordered = legal["code"][segments.legal[adopted]] == "E1"
    placement["type"][segments.placement[adopted]] = where(ordered, "A6", "A4")
    return adopted


def _left_because(story: Story, draw: Draw, periods: Periods) -> Texts:
    """Reason for each period's end: home, adoption or guardianship, adulthood."""
    size = len(periods.end)
    age = days.age(periods.birth, periods.end)
    home = ~np.isnat(story.spells.after_start[periods.spell])
    young = draw.code({"E12": 28.0, "E11": 6.0, "E45": 30.0, "E46": 8.0, "E41": 12.0, "E4A": 16.0}, size)
    older = draw.code({"E45": 22.0, "E41": 14.0, "E4A": 34.0, "E13": 8.0, "E3": 6.0, "E8": 16.0}, size)
    adult = draw.code({"E17": 30.0, "E5": 34.0, "E6": 10.0, "E4A": 10.0, "E7": 4.0, "E8": 12.0}, size)
    reason = where(age >= 18, adult, where(age < 6, young, older))
    return where(home, draw.code({"E4A": 82.0, "E4B": 18.0}, size), reason)
