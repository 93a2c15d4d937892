"""What comes of a referral, stage by stage, as days.

One row of `Spells` is a referral with all that came of it. Days that did not come about are NaT; days after the last
extract are what will happen, so that an extract of any earlier day is a view of the same world.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dq.sample import days
from dq.sample.days import NONE, Days, Flags, Numbers
from dq.sample.draw import Draw, Texts

# What comes of a referral: nothing, an assessment, a plan, care (straight away, after a plan).
KINDS = {"nfa": 21.0, "assess": 49.0, "cin": 21.5, "cp": 2.6, "cp_cin": 3.0, "care": 1.3, "cin_care": 0.8, "cp_care": 0.8}
PROTECTED = ["cp", "cp_cin", "cp_care"]


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
class Lengths:
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
    def of(draw: Draw, kind: Texts, elapsed: Numbers, state: Texts | None = None) -> Lengths:
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
        assessment = np.where(late, draw.whole(46, 57, size), draw.whole(9, 44, size))
        return Lengths(assessment, cin, first, step, reviews, care, draw.whole(60, 200, size))


def chain(draw: Draw, child: Numbers, kind: Texts, birth: Days, referral: Days, lengths: Lengths) -> Spells:
    """Every stage of each spell, counted from its referral. A child who turns 18 in care leaves it on that day."""
    stages: dict[str, Days] = {"referral": days.working_before(referral)}
    _front_door(draw, kind, stages)
    _assessment(draw, kind, stages, lengths)
    _plans(draw, kind, stages, lengths)
    _care(draw, kind, birth, stages, lengths)
    return Spells(child=child, kind=kind, birth=birth, cp_first=lengths.cp_first, cp_step=lengths.cp_step, **stages)


def _only(condition: Flags, on: Days) -> Days:
    return np.where(condition, on, NONE).astype("datetime64[D]")


def _front_door(draw: Draw, kind: Texts, stages: dict[str, Days]) -> None:
    size = len(kind)
    stages["contact"] = days.add_working_days(stages["referral"], -draw.whole(0, 1, size))
    stages["decision"] = days.add_working_days(stages["referral"], draw.whole(0, 1, size))


def _assessment(draw: Draw, kind: Texts, stages: dict[str, Days], lengths: Lengths) -> None:
    """Assessment, enquiry and conference; a conference ends both."""
    size = len(kind)
    goes_on, protected = kind != "nfa", np.isin(kind, PROTECTED)
    begun = days.add_working_days(stages["decision"], draw.whole(0, 1, size))
    enquired = protected | (goes_on & draw.chance(0.14, size)) | ((kind == "care") & draw.chance(0.4, size))
    strategy = _only(enquired, days.add_working_days(begun, draw.whole(0, 4, size)))
    conferred = protected | ((kind == "cin") & enquired & draw.chance(0.3, size))
    conference = _only(conferred, days.add_working_days(strategy, draw.whole(9, 14, size)))
    done = days.add_working_days(stages["referral"], lengths.assessment)
    done = np.where(conferred, days.add_working_days(conference, -draw.whole(0, 2, size)), done)
    enquiry_end = days.add_working_days(strategy, draw.whole(3, 7, size))
    stages |= {
        "assessed_from": _only(goes_on, begun),
        "assessed_to": _only(goes_on, done),
        "strategy": strategy,
        "enquiry_end": np.where(conferred, enquiry_end, np.minimum(enquiry_end, done)),
        "conference": conference,
    }


def _plans(draw: Draw, kind: Texts, stages: dict[str, Days], lengths: Lengths) -> None:
    """A protection plan ends at a review, a plan of need follows an assessment or a protection plan."""
    size = len(kind)
    to_review = lengths.cp_first + lengths.cp_step * (lengths.cp_reviews - 1)
    cp_start = _only(np.isin(kind, PROTECTED), stages["conference"])
    cp_end = days.working(days.add_days(cp_start, to_review))
    after = days.add_working_days(days.later(stages["assessed_to"], stages["conference"]), draw.whole(0, 3, size))
    cin_start = np.where(kind == "cp_cin", cp_end, _only(np.isin(kind, ["cin", "cin_care"]), after))
    cut_short = days.add_days(cp_start, draw.whole(25, 300, size))
    stages |= {
        "cp_start": cp_start,
        "cp_end": np.where(kind == "cp_care", cut_short, cp_end),
        "cin_start": cin_start,
        "cin_end": days.working(days.add_days(cin_start, lengths.cin)),
    }


def _care(draw: Draw, kind: Texts, birth: Days, stages: dict[str, Days], lengths: Lengths) -> None:
    """Care straight away or after a plan, then home with a plan, or not; the day on which the spell closes."""
    size = len(kind)
    straight = days.add_days(stages["decision"], draw.whole(0, 20, size))
    origins = [kind == "care", kind == "cin_care", kind == "cp_care"]
    start = np.select(origins, [straight, stages["cin_end"], stages["cp_end"]], default=np.full(size, NONE))
    cared_for = ~np.isnat(start)
    start = _only(cared_for, days.later(start, days.add_days(birth, 1)))
    eighteen = days.add_years(birth, 18)
    end = _only(cared_for, days.earlier(days.add_days(start, lengths.care), eighteen))
    home = cared_for & draw.chance(0.5, size) & (days.add_days(end, 260) < eighteen)
    after_end = days.working(days.add_days(_only(home, end), lengths.after))
    assessed = days.add_working_days(stages["assessed_to"], draw.whole(0, 3, size))
    planned = [stages["decision"], assessed, stages["cin_end"], stages["cp_end"], after_end]
    kinds = [kind == "nfa", kind == "assess", np.isin(kind, ["cin", "cp_cin"]), kind == "cp", home]
    stages |= {
        "cp_end": np.where(origins[2], start, stages["cp_end"]),  # an unborn child is protected until the birth
        "care_start": start,
        "care_end": end,
        "after_start": _only(home, end),
        "after_end": after_end,
        "close": np.select(kinds, planned, default=end),
    }
    for stage in ("assessed_to", "enquiry_end"):
        stages[stage] = np.where(cared_for, days.earlier(stages[stage], end), stages[stage])
