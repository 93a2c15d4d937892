"""What is done about measures that missed their target: asked for, kept, shown until it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.errors import OptionError, Problem, did_you_mean
from dq.store.acts import act
from dq.store.database import writing
from dq.store.measures import MEASURE
from dq.store.models import Action, Figure, Run


@dataclass(frozen=True)
class Plan:
    """An action as somebody gives it: about which measure and unit, why the target was missed, what is done, by whom, by when."""

    measure: str
    level: str
    unit: str
    narrative: str
    action: str
    owner: str
    due: dt.date


@dataclass(frozen=True)
class ActionLine:
    """An action as it is listed; `done` is None while it is open. `overdue` is as of the day on which it is asked."""

    number: int
    measure: str
    level: str
    unit: str
    narrative: str
    action: str
    owner: str
    due: dt.date
    run: int
    given_by: str
    given: dt.datetime
    done: dt.datetime | None
    done_by: str
    note: str
    overdue: bool


def add(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, plan: Plan, known: Iterable[str]) -> int:
    """Keep an action about a measure of the latest run; returns its number. `known` are the measures that the packs have.

    Raises `OptionError` with everything that is wrong: no run, no such measure or unit, nothing said, a day that has passed.
    """
    with writing(connection):
        latest = Run.objects.using(connection.alias).order_by("number").last()
        if latest is None:
            raise OptionError("No run is recorded: there is nothing to act on.")
        problems = [*_about(connection, plan, latest, sorted(known)), *_said(plan, at.date())]
        if problems:
            raise OptionError(problems)
        where = plan.level if plan.level == "whole" else f"{plan.level} {plan.unit}"
        made = act(connection, who, at, "add action", f"{plan.measure} for {where}", plan.action)
        row = Action.objects.using(connection.alias).create(
            act=made, run=latest.number, measure=plan.measure, level=plan.level, unit=plan.unit, narrative=plan.narrative.strip(),
            action=plan.action.strip(), owner=plan.owner.strip(), due=plan.due,
        )  # fmt: skip
        return int(row.pk)


def _about(connection: BaseDatabaseWrapper, plan: Plan, latest: Run, known: list[str]) -> list[Problem]:
    if plan.measure not in known:
        fix = did_you_mean(plan.measure, known) or "See: dq measures"
        return [Problem(subject=plan.measure, message="There is no such measure.", fix=fix)]
    figures = Figure.objects.using(connection.alias).filter(run=latest, level=plan.level, kind=MEASURE)
    units = sorted({str(unit) for unit in figures.values_list("unit", flat=True) if unit})
    if plan.level != "whole" and plan.unit not in units:
        fix = did_you_mean(plan.unit, units) or f"There are: {', '.join(units) or 'none'}."
        return [Problem(subject=f"--for {plan.level} {plan.unit}", message="The latest run knows no such unit.", fix=fix)]
    return []


def _said(plan: Plan, today: dt.date) -> list[Problem]:
    asked = {
        "--narrative": (plan.narrative, "Say why the target was missed."),
        "--action": (plan.action, "Say what is done about it."),
        "--owner": (plan.owner, "Name who does it."),
    }
    problems = [Problem(subject=name, message="It is blank.", fix=fix) for name, (text, fix) in asked.items() if not text.strip()]
    if plan.due < today:
        problems.append(
            Problem(subject=f"--by {plan.due}", message="The day has passed.", fix="Give the day by which it will be done.")
        )
    return problems


def done(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, numbers: Iterable[int], note: str) -> int:
    """Say that actions are done; returns how many. Raises `OptionError` for those that are not there, or done already."""
    wanted = list(dict.fromkeys(numbers))
    with writing(connection):
        rows = {each.pk: each for each in Action.objects.using(connection.alias).select_related("done_by").filter(pk__in=wanted)}
        problems = [
            Problem(subject=str(each), message="There is no such action.", fix="See: dq actions")
            for each in wanted
            if each not in rows
        ]
        problems += [
            Problem(subject=str(each.pk), message=f"The action has been done since {each.done_by.at.date()}.")
            for each in rows.values()
            if each.done_by is not None
        ]
        if problems:
            raise OptionError(problems)
        subject = ", ".join(str(each) for each in sorted(rows))
        made = act(connection, who, at, "action done", subject, note)
        return int(Action.objects.using(connection.alias).filter(pk__in=wanted).update(done_by=made))


def lines(connection: BaseDatabaseWrapper, today: dt.date, *, everything: bool = False) -> list[ActionLine]:
    """Open actions, those that are due first at the top; with `everything` also those that are done, after them."""
    rows = Action.objects.using(connection.alias).select_related("act", "done_by")
    found = [
        ActionLine(
            each.pk, each.measure, each.level, each.unit, each.narrative, each.action, each.owner, each.due, each.run, each.act.who,
            each.act.at, each.done_by.at if each.done_by else None, each.done_by.who if each.done_by else "",
            each.done_by.note if each.done_by else "", each.done_by is None and each.due < today,
        )
        for each in rows
    ]  # fmt: skip
    return sorted(
        (each for each in found if everything or each.done is None), key=lambda each: (each.done is not None, each.due, each.number)
    )


def asked(
    connection: BaseDatabaseWrapper, run_at: dt.datetime, missed: Iterable[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    """Of what missed its target (measure, level, unit), that for which nothing is under way and nothing was done since the run."""
    rows = Action.objects.using(connection.alias).select_related("done_by")
    settled = {(each.measure, each.level, each.unit) for each in rows if each.done_by is None or each.done_by.at >= run_at}
    return [each for each in missed if each not in settled]
