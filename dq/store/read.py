"""Questions to the store: which runs there are, what differs between two, what happened to one exception."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, F, Max

from dq.dispositions import WAIVER_CHANGES, Agreed, Place, Waiver, place, waiver_change, waiver_of
from dq.errors import OptionError, Problem
from dq.lifecycle import CHANGES, HANDOVERS, change, handover
from dq.store import moves
from dq.store.models import Decision, Event, Finding, Reply, Rule, Run
from dq.store.models import Waiver as StoredWaiver
from dq.store.waivers import of_row


@dataclass(frozen=True)
class RunLine:
    """A recorded run; `moved` counts the exceptions that changed in it, by the word that they bear since."""

    run: int
    as_of: dt.date
    at: dt.datetime
    who: str
    exceptions: int
    results: str
    repeats: int | None
    moved: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangeLine:
    """How many exceptions of a rule and team changed in the same way for the same reason.

    One that was handed over stands in two lines: what happened to it, and its way (`moved` from `from_team`, or `worker changed`).
    """

    change: str
    why: str
    rule: str
    team: str
    exceptions: int
    from_team: str = ""


@dataclass(frozen=True)
class Difference:
    """Two runs and what differs: by change, reason, rule and team."""

    earlier: RunLine
    later: RunLine
    lines: tuple[ChangeLine, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Exceptions by change, in the order of `CHANGES`, `HANDOVERS` and `WAIVER_CHANGES`, all of them named."""
        found = {str(name): 0 for name in (*CHANGES, *HANDOVERS, *WAIVER_CHANGES)}
        for line in self.lines:
            found[line.change] += line.exceptions
        return found


@dataclass(frozen=True)
class EventLine:
    """One event of an exception. `run` and `as_of` are None where no run caused it."""

    run: int | None
    as_of: dt.date | None
    at: dt.datetime
    who: str
    was: str
    became: str
    why: str
    team: str
    worker: str
    severity: str
    note: str


@dataclass(frozen=True)
class HumanLine:
    """What somebody decided or answered about an exception: `what` is the aspect, or `answer`."""

    act: int
    at: dt.datetime
    who: str
    what: str
    was: str
    became: str
    note: str


@dataclass(frozen=True)
class History:
    """An exception and everything that happened to it, oldest first.

    `events` are what the runs said, `human` what people decided and answered; `waivers` are those that cover it or did.
    """

    id: str
    rule: str
    title: str
    table: str
    key: str
    now: str
    team: str
    worker: str
    severity: str
    place: Place
    agreed: Agreed
    waived_until: dt.date | None
    events: tuple[EventLine, ...]
    human: tuple[HumanLine, ...]
    waivers: tuple[Waiver, ...]


def runs(connection: BaseDatabaseWrapper) -> list[RunLine]:
    """Every recorded run, oldest first."""
    moved: dict[int, dict[str, int]] = {}
    events = Event.objects.using(connection.alias).exclude(was=F("became")).filter(run__isnull=False)
    for run, became, number in events.values_list("run_id", "became").annotate(number=Count("id")).order_by():
        moved.setdefault(run, {})[became] = number
    return [
        RunLine(each.number, each.as_of, each.at, each.who, each.exceptions, each.results, each.repeats, moved.get(each.number, {}))
        for each in Run.objects.using(connection.alias).order_by("number")
    ]


def run(connection: BaseDatabaseWrapper, number: int | None = None) -> Run:
    """One recorded run, the latest unless a number is given. Raises `OptionError` where it is not there."""
    known: dict[int, Run] = {each.number: each for each in Run.objects.using(connection.alias)}
    if not known:
        raise OptionError(Problem(message="No run is recorded.", fix="Check an extract first."))
    chosen = max(known) if number is None else number
    _must_be(known, chosen)
    return known[chosen]


def _must_be(known: Collection[int], *numbers: int) -> None:
    unknown = [number for number in numbers if number not in known]
    if unknown:
        there = f"There are runs {min(known)} to {max(known)}: see dq runs." if known else "No run is recorded."
        raise OptionError([Problem(subject=str(number), message="There is no such run.", fix=there) for number in unknown])


def difference(connection: BaseDatabaseWrapper, earlier: int | None = None, later: int | None = None) -> Difference:
    """What differs between two runs, by default the last two. Raises `OptionError` where a run is not there."""
    known = {each.run: each for each in runs(connection)}
    if earlier is None or later is None:
        if len(known) < 2:
            raise OptionError(Problem(message="Two runs are needed to compare.", fix="Check another extract first."))
        earlier, later = sorted(known)[-2:]
    _must_be(known, earlier, later)
    if earlier >= later:
        raise OptionError(Problem(subject=f"{earlier} {later}", message="The earlier run is given first.", fix="Turn them round."))
    with connection.cursor() as cursor:
        days = {"later_day": known[later].as_of, "earlier_day": known[earlier].as_of}
        cursor.execute(moves.BETWEEN, {"later": later, "earlier": earlier, **days})
        rows = cursor.fetchall()
    other_owner = _other_owner(connection, earlier, later)
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for rule, team, from_team, same_worker, why, was, became, before_waived, after_waived, number in rows:
        what = change(was, became)
        if what is not None:
            counts[what, why if what != "still open" else "", rule, team, ""] += number
        passed = handover(was, became, same_team=team == from_team, same_worker=bool(same_worker))
        if passed is not None:
            counts[passed, "rule" if rule in other_owner else "data", rule, team, from_team] += number
        waived = waiver_change(became, before_waived=bool(before_waived), after_waived=bool(after_waived))
        if waived is not None:
            counts[waived, "", rule, team, ""] += number
    words = (*CHANGES, *HANDOVERS, *WAIVER_CHANGES)
    order = sorted(counts, key=lambda line: (words.index(line[0]), *line[1:]))
    return Difference(known[earlier], known[later], tuple(ChangeLine(*line[:4], counts[line], line[4]) for line in order))


def _other_owner(connection: BaseDatabaseWrapper, earlier: int, later: int) -> set[str]:
    """Rules that gave what they find to another team in the later run than in the earlier one."""
    rules = Rule.objects.using(connection.alias)
    before, after = (dict(rules.filter(run=run).values_list("rule", "owner")) for run in (earlier, later))
    return {rule for rule, owner in after.items() if before.get(rule, owner) != owner}


def history(connection: BaseDatabaseWrapper, exception: str) -> History:
    """Everything that happened to an exception. Raises `OptionError` for an id that no run found."""
    finding = Finding.objects.using(connection.alias).filter(id=exception).first()
    if finding is None:
        fix = "Take the id from exceptions.csv; it has twelve characters."
        raise OptionError(Problem(subject=exception, message="No recorded run found such an exception.", fix=fix))
    events = [
        EventLine(
            each.run_id, each.run.as_of if each.run else None, each.at, each.who, each.was, each.became, each.why, each.team,
            each.worker, each.severity, each.note,
        )
        for each in Event.objects.using(connection.alias).filter(finding=finding).select_related("run").order_by("id")
    ]  # fmt: skip
    last = Rule.objects.using(connection.alias).filter(rule=finding.rule).aggregate(run=Max("run"))["run"]
    rule = Rule.objects.using(connection.alias).filter(rule=finding.rule, run=last).first()
    latest = Run.objects.using(connection.alias).order_by("number").last()
    every = [of_row(each) for each in StoredWaiver.objects.using(connection.alias).order_by("id")]
    mine = (finding.id, finding.rule, finding.table, finding.team)
    held = waiver_of(every, *mine, latest.as_of) if latest is not None else None
    human = _human(connection, exception)
    agreed = _agreed(human)
    return History(
        finding.id, finding.rule, rule.title if rule is not None else "", finding.table, finding.key, events[-1].became,
        finding.team, finding.worker, finding.severity, place(events[-1].became, agreed, held is not None), agreed,
        held.until if held is not None else None, tuple(events), human, tuple(each for each in every if each.covers(*mine)),
    )  # fmt: skip


def _human(connection: BaseDatabaseWrapper, exception: str) -> tuple[HumanLine, ...]:
    decided = Decision.objects.using(connection.alias).filter(finding=exception).select_related("act").order_by("id")
    replied = Reply.objects.using(connection.alias).filter(finding=exception).select_related("act").order_by("id")
    lines = [
        HumanLine(each.act_id, each.act.at, each.act.who, each.aspect, each.was, each.became, each.act.note) for each in decided
    ] + [
        HumanLine(
            each.act_id, each.act.at, each.answered_by or each.act.who, "answer", "",
            f"{each.answer} by {each.fix_by}" if each.fix_by else each.answer, each.notes,
        )
        for each in replied
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: line.act))


def _agreed(lines: Sequence[HumanLine]) -> Agreed:
    last = {line.what: line.became for line in lines}
    return Agreed(last.get("assigned", ""), cast(Any, last.get("disposition", "")), bool(last.get("disputed", "")))
