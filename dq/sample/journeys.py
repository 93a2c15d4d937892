"""The journeys of children: where each stands on the day of the last extract, and how it came there.

The latest spell of a child is placed so that its stage runs on that day; earlier spells are put before it, one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dq.sample import days
from dq.sample.days import NONE, Days, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.spells import KINDS, Lengths, Spells, chain

# Where children stand on the day of the last extract. About a third have an open record.
STATES = {"closed": 66.0, "help": 4.0, "assess": 6.5, "cin": 11.0, "cp": 4.0, "care": 4.6, "leaver": 2.4}
KINDS_OF_STATE = {
    "assess": {"assess": 60.0, "cin": 28.0, "cp": 6.0, "cp_cin": 6.0},
    "cin": {"cin": 90.0, "cin_care": 10.0},
    "cp": {"cp": 40.0, "cp_cin": 50.0, "cp_care": 10.0},
    "care": {"care": 55.0, "cin_care": 20.0, "cp_care": 25.0},
    "leaver": {"care": 60.0, "cin_care": 20.0, "cp_care": 20.0},
    "help": {"nfa": 1.0},
}
YEARS_KEPT = 9
YEAR = 365.25


@dataclass
class Children:
    """What is known of each child before any record is made."""

    birth: Days
    state: Texts


def draw_journeys(seed: int, count: int, last: np.datetime64) -> tuple[Children, Spells]:
    """Children and all their spells, in order of child and day of referral."""
    draw = Draw(seed, "journeys")
    state = draw.code(STATES, count)
    kind = draw.code(KINDS, count)
    for name, shares in KINDS_OF_STATE.items():
        kind = np.where(state == name, draw.code(shares, count), kind)
    elapsed = _elapsed(draw, state)
    lengths = Lengths.of(draw, kind, elapsed, state)
    referral = _referral(draw, state, last, elapsed, lengths)
    birth = _birth(draw, state, kind, referral, lengths, last)
    lengths.care = np.where(state == "leaver", np.maximum(lengths.care, 150), lengths.care)
    at_latest = days.add_days(days.add_years(birth, 18), -lengths.care - lengths.before_care())
    referral = np.where(state == "leaver", at_latest, referral)
    lengths.care = np.where(state == "leaver", lengths.care + 2500, lengths.care)  # cut to the eighteenth birthday
    spells = [chain(draw, np.arange(count), kind, birth, referral, lengths).take(state != "help")]
    following = np.where(state == "help", days.add_days(np.full(count, last), -400), spells_start(spells[0], count))
    for share in (0.26, 0.38, 0.36, 0.35):
        some = np.flatnonzero(draw.chance(share, count) & ~np.isnat(following))
        earlier = _earlier(draw, some, birth[some], following[some])
        spells.append(earlier)
        following = spells_start(earlier, count)
    everything = Spells(**{f.name: np.concatenate([getattr(s, f.name) for s in spells]) for f in fields(Spells)})
    order = np.lexsort((everything.referral, everything.child))
    return Children(birth, state), everything.take(order)


def spells_start(spells: Spells, count: int) -> Days:
    """For each child the day of contact of its spell among these, NaT where it has none."""
    start = np.full(count, NONE)
    start[spells.child] = spells.contact
    return start


def _elapsed(draw: Draw, state: Texts) -> Numbers:
    """Days since the stage began in which a child stands."""
    size = len(state)
    elapsed = draw.whole(0, 290, size)
    elapsed = np.where(state == "assess", draw.whole(1, 52, size), elapsed)
    elapsed = np.where(state == "cp", draw.length(190, 0.8, 1, 900, size), elapsed)
    return np.where(state == "care", draw.length(460, 1.0, 1, 3000, size), elapsed)


def _referral(draw: Draw, state: Texts, last: np.datetime64, elapsed: Numbers, lengths: Lengths) -> Days:
    size = len(state)
    ago = draw.whole(15, YEARS_KEPT * 365, size)
    ago = np.where(draw.chance(0.12, size), draw.whole(15, 330, size), ago)
    ago = np.where(np.isin(state, ["assess", "help"]), elapsed, ago)
    ago = np.where(np.isin(state, ["cin", "cp", "care"]), elapsed + lengths.assessment * 7 // 5 + 4, ago)
    referral = days.add_days(np.full(size, last), -ago)
    month = referral.astype("datetime64[M]").astype(np.int64) % 12 + 1
    quiet = np.isin(month, [8, 12]) & draw.chance(0.35, size) & (state == "closed")
    return days.working_before(days.add_days(referral, np.where(quiet, -35, 0)))


def _birth(draw: Draw, state: Texts, kind: Texts, referral: Days, lengths: Lengths, last: np.datetime64) -> Days:
    """Births such that nothing happens to a child before it is born (unless it is referred unborn) or after 18."""
    size = len(state)
    old = draw.whole(20, int(16.9 * YEAR), size)
    old = np.where(draw.chance(0.25, size), draw.whole(20, 4 * 365, size), old)
    old = np.where(np.isin(kind, ["care", "cin_care", "cp_care"]), draw.whole(20, int(16.5 * YEAR), size), old)
    birth = days.add_days(referral, -old)
    finished = days.add_days(referral, lengths.before_care())
    finished = np.where(state == "care", np.maximum(finished, days.add_days(np.full(size, last), 60)), finished)
    birth = np.maximum(birth, days.add_days(days.add_years(finished, -18), 40))
    unborn = np.isin(state, ["assess", "cp"]) & draw.chance(0.06, size)
    birth = np.where(unborn, days.add_days(referral, draw.whole(15, 150, size)), birth)
    leaving = days.add_days(np.full(size, last), -draw.whole(int(18.05 * YEAR), int(24.7 * YEAR), size))
    return np.where(state == "leaver", leaving, birth)


def _earlier(draw: Draw, child: Numbers, birth: Days, following: Days) -> Spells:
    """Spells that were over before the child's next one began; those that do not fit are left out."""
    size = len(child)
    kind = draw.code(KINDS, size)
    lengths = Lengths.of(draw, kind, np.zeros(size, dtype=np.int64))
    lengths.care = np.minimum(lengths.care, 500)
    taken = np.select(
        [kind == "nfa", kind == "assess", kind == "cin"],
        [np.full(size, 5), lengths.assessment * 7 // 5 + 15, lengths.assessment * 7 // 5 + lengths.cin + 25],
        default=lengths.assessment * 7 // 5 + 700,
    )
    gap = draw.length(260, 0.8, 25, 1500, size)
    referral = days.working_before(days.add_days(following, -(gap + taken)))
    spells = chain(draw, child, kind, birth, referral, lengths)
    in_order = np.isnat(spells.care_start) | (spells.care_start < spells.care_end)
    apart = spells.close < days.add_days(following, -20)  # later than a re-referral that the rules question
    return spells.take((spells.contact > birth) & apart & in_order)
