"""The journeys of children: when each was referred, and the stages that followed, as days.

One row of `Spells` is a referral with all that came of it. Days that did not come about are NaT; days after the last
extract are what will happen, so that an extract of any earlier day is a view of the same world.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dq.sample import days
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw, Texts

# Where children stand on the day of the last extract. About a third have an open record.
STATES = {"closed": 66.0, "help": 4.0, "assess": 6.5, "cin": 11.0, "cp": 4.0, "care": 4.8, "leaver": 2.6}
# What comes of a referral: nothing, an assessment, a plan, care (straight away, after a plan).
KINDS = {"nfa": 21.0, "assess": 49.0, "cin": 21.5, "cp": 2.6, "cp_cin": 3.0, "care": 1.3, "cin_care": 0.8, "cp_care": 0.8}
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
class Spells:
    """Columns of equal length, one row a referral; `birth` is the child's."""

    child: Numbers
    kind: Texts
    birth: Days
    contact: Days
    referral: Days
    decision: Days
    assessed_from: Days
    assessed_to: Days
    strategy: Days
    enquiry_end: Days
    conference: Days
    cp_start: Days
    cp_end: Days
    cp_first: Numbers
    cp_step: Numbers
    cin_start: Days
    cin_end: Days
    care_start: Days
    care_end: Days
    after_start: Days
    after_end: Days
    close: Days

    def __len__(self) -> int:
        return len(self.child)

    def take(self, rows: Numbers | Flags) -> Spells:
        """The chosen rows."""
        return Spells(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass
class Children:
    """What is known of each child before any record is made."""

    birth: Days
    state: Texts
    ends: Days  # a care leaver's service; NaT for others


def draw_journeys(seed: int, count: int, last: np.datetime64) -> tuple[Children, Spells]:
    """Children and all their spells, in order of child and day of referral."""
    draw = Draw(seed, "journeys")
    state = draw.code(STATES, count)
    kind = draw.code(KINDS, count)
    for name, shares in KINDS_OF_STATE.items():
        kind = np.where(state == name, draw.code(shares, count), kind)
    elapsed = _elapsed(draw, state)
    lengths = _Lengths.of(draw, kind, elapsed, state)
    referral = _referral(draw, state, last, elapsed, lengths)
    birth = _birth(draw, state, kind, referral, lengths, last)
    lengths.care = np.where(state == "leaver", np.maximum(lengths.care, 150), lengths.care)
    at_latest = days.add_days(days.add_years(birth, 18), -lengths.care - lengths.before_care())
    referral = np.where(state == "leaver", at_latest, referral)
    lengths.care = np.where(state == "leaver", lengths.care + 400, lengths.care)  # cut to the eighteenth birthday
    spells = [_chain(draw, np.arange(count), kind, birth, referral, lengths).take(state != "help")]
    following = np.where(state == "help", days.add_days(np.full(count, last), -400), spells_start(spells[0], count))
    for share in (0.34, 0.42, 0.38, 0.35):
        some = np.flatnonzero(draw.chance(share, count) & ~np.isnat(following))
        earlier = _earlier(draw, some, birth[some], following[some])
        spells.append(earlier)
        following = spells_start(earlier, count)
    everything = Spells(**{f.name: np.concatenate([getattr(s, f.name) for s in spells]) for f in fields(Spells)})
    order = np.lexsort((everything.referral, everything.child))
    ends = np.where(state == "leaver", days.add_years(birth, 25), NONE).astype("datetime64[D]")
    return Children(birth, state, ends), everything.take(order)


def spells_start(spells: Spells, count: int) -> Days:
    """For each child the day of contact of its spell among these, NaT where it has none."""
    start = np.full(count, NONE)
    start[spells.child] = spells.contact
    return start


@dataclass
class _Lengths:
    """How long each stage of a spell lasts, in days (the assessment in working days)."""

    assessment: Numbers
    cin: Numbers
    cp_first: Numbers
    cp_step: Numbers
    cp_reviews: Numbers
    care: Numbers
    after: Numbers

    def before_care(self) -> Numbers:
        """Days that are enough for all that may come between referral and care."""
        protection = self.cp_first + self.cp_reviews * self.cp_step
        return self.assessment * 7 // 5 + 50 + protection + self.cin

    @staticmethod
    def of(draw: Draw, kind: Texts, elapsed: Numbers, state: Texts | None = None) -> _Lengths:
        """Lengths for each spell; a stage that must still run has lasted `elapsed` days and goes on."""
        size = len(kind)
        still = np.full(size, "", dtype=object) if state is None else state
        rest = draw.whole(12, 130, size)
        first, step = draw.whole(66, 80, size), draw.whole(140, 168, size)
        cin = np.where(still == "cin", np.minimum(elapsed + rest, 340), draw.length(130, 0.5, 30, 330, size))
        reviews = draw.whole(1, 3, size)
        needed = -(-np.maximum(elapsed + 15 - first, 0) // step) + 1
        reviews = np.where(still == "cp", needed + draw.whole(0, 1, size), reviews)
        care = draw.length(330, 1.0, 12, 3000, size)
        care = np.where(still == "care", elapsed + draw.whole(12, 900, size), care)
        late = draw.chance(0.06, size)
        assessment = np.where(late, draw.whole(46, 62, size), draw.whole(9, 44, size))
        return _Lengths(assessment, cin, first, step, reviews, care, draw.whole(60, 200, size))


def _elapsed(draw: Draw, state: Texts) -> Numbers:
    """Days since the stage began in which a child stands."""
    size = len(state)
    elapsed = draw.whole(0, 290, size)
    elapsed = np.where(state == "assess", draw.whole(1, 52, size), elapsed)
    elapsed = np.where(state == "cp", draw.length(190, 0.8, 1, 900, size), elapsed)
    return np.where(state == "care", draw.length(460, 1.0, 1, 3000, size), elapsed)


def _referral(draw: Draw, state: Texts, last: np.datetime64, elapsed: Numbers, lengths: _Lengths) -> Days:
    size = len(state)
    ago = draw.whole(15, YEARS_KEPT * 365, size)
    ago = np.where(draw.chance(0.12, size), draw.whole(15, 330, size), ago)
    ago = np.where(state == "assess", elapsed, ago)
    ago = np.where(np.isin(state, ["cin", "cp", "care"]), elapsed + lengths.assessment * 7 // 5 + 4, ago)
    referral = days.add_days(np.full(size, last), -ago)
    month = referral.astype("datetime64[M]").astype(np.int64) % 12 + 1
    quiet = np.isin(month, [8, 12]) & draw.chance(0.35, size) & (state == "closed")
    return days.working_before(days.add_days(referral, np.where(quiet, -35, 0)))


def _birth(draw: Draw, state: Texts, kind: Texts, referral: Days, lengths: _Lengths, last: np.datetime64) -> Days:
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
    lengths = _Lengths.of(draw, kind, np.zeros(size, dtype=np.int64))
    lengths.care = np.minimum(lengths.care, 500)
    taken = np.select(
        [kind == "nfa", kind == "assess", kind == "cin"],
        [np.full(size, 5), lengths.assessment * 7 // 5 + 15, lengths.assessment * 7 // 5 + lengths.cin + 25],
        default=lengths.assessment * 7 // 5 + 700,
    )
    gap = draw.length(260, 0.8, 25, 1500, size)
    referral = days.working_before(days.add_days(following, -(gap + taken)))
    spells = _chain(draw, child, kind, birth, referral, lengths)
    in_order = np.isnat(spells.care_start) | (spells.care_start < spells.care_end)
    return spells.take((spells.contact > birth) & (spells.close < days.add_days(following, -7)) & in_order)


def _chain(draw: Draw, child: Numbers, kind: Texts, birth: Days, referral: Days, lengths: _Lengths) -> Spells:
    """Every stage of a spell, counted from its referral."""
    size = len(child)
    nothing = np.full(size, NONE)
    referral = days.working_before(referral)
    contact = days.add_working_days(referral, -draw.whole(0, 1, size))
    decision = days.add_working_days(referral, draw.whole(0, 1, size))
    goes_on = kind != "nfa"
    protected = np.isin(kind, ["cp", "cp_cin", "cp_care"])
    assessed_from = days.add_working_days(decision, draw.whole(0, 1, size))
    enquired = protected | (goes_on & draw.chance(0.14, size)) | ((kind == "care") & draw.chance(0.4, size))
    strategy = np.where(enquired, days.add_working_days(assessed_from, draw.whole(0, 4, size)), NONE)
    conferred = protected | ((kind == "cin") & enquired & draw.chance(0.3, size))
    conference = np.where(conferred, days.add_working_days(strategy, draw.whole(9, 14, size)), NONE)
    assessed_to = days.add_working_days(referral, lengths.assessment)
    assessed_to = np.where(conferred, days.add_working_days(conference, -draw.whole(0, 2, size)), assessed_to)
    enquiry_end = np.where(enquired, days.add_working_days(strategy, draw.whole(3, 7, size)), NONE)
    enquiry_end = np.where(conferred, enquiry_end, np.minimum(enquiry_end, assessed_to))
    cp_start = np.where(protected, conference, NONE)
    to_review = lengths.cp_first + lengths.cp_step * (lengths.cp_reviews - 1)
    cp_end = days.working(days.add_days(cp_start, to_review))
    cp_care = days.add_days(cp_start, draw.whole(25, 300, size))
    in_need = np.isin(kind, ["cin", "cin_care"])
    cin_start = np.where(in_need, days.add_working_days(days.later(assessed_to, conference), draw.whole(0, 3, size)), NONE)
    cin_start = np.where(kind == "cp_cin", cp_end, cin_start)
    cin_end = days.working(days.add_days(cin_start, lengths.cin))
    care_start = np.select(
        [kind == "care", kind == "cin_care", kind == "cp_care"],
        [days.add_days(decision, draw.whole(0, 20, size)), cin_end, cp_care],
        default=nothing,
    )
    cp_end = np.where(kind == "cp_care", care_start, cp_end)
    care_start = days.later(care_start, np.where(np.isnat(care_start), NONE, days.add_days(birth, 1)))
    cared_for = ~np.isnat(care_start)
    eighteen = days.add_years(birth, 18)
    care_end = days.earlier(np.where(cared_for, days.add_days(care_start, lengths.care), NONE), eighteen)
    care_end = np.where(cared_for, care_end, NONE)
    home = cared_for & draw.chance(0.5, size) & (days.add_days(care_end, 260) < eighteen)
    after_start = np.where(home, care_end, NONE)
    after_end = days.working(days.add_days(after_start, lengths.after))
    close = np.select(
        [kind == "nfa", kind == "assess", np.isin(kind, ["cin", "cp_cin"]), kind == "cp", home],
        [decision, days.add_working_days(assessed_to, draw.whole(0, 3, size)), cin_end, cp_end, after_end],
        default=care_end,
    )
    assessed_to = np.where(cared_for, days.earlier(assessed_to, care_end), assessed_to)
    enquiry_end = np.where(cared_for, days.earlier(enquiry_end, care_end), enquiry_end)
    assessed = [np.where(goes_on, each, NONE) for each in (assessed_from, assessed_to)]
    stages = (cp_start, np.where(protected, cp_end, NONE), lengths.cp_first, lengths.cp_step, cin_start, cin_end)
    ends = (care_start, care_end, after_start, after_end, close)
    return Spells(
        child, kind, birth, contact, referral, decision, *assessed, strategy, enquiry_end, conference, *stages, *ends
    )
