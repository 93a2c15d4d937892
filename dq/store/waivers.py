"""Waivers: given, taken back, listed. See `dq.dispositions.Waiver` for what one means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import dispositions
from dq.errors import OptionError, Problem, did_you_mean
from dq.store.acts import act
from dq.store.database import writing
from dq.store.decide import Selection, choose
from dq.store.models import Rule, Run, Waiver


@dataclass(frozen=True)
class Terms:
    """Why, by whom, and from when to when; without `since`, from the latest extract on."""

    until: dt.date
    reason: str
    approver: str
    since: dt.date | None = None


@dataclass(frozen=True)
class WaiverLine:
    """A waiver, as it is listed; `covers` counts the exceptions that the latest extract has and it covers now."""

    number: int
    exception: str
    rule: str
    table: str
    team: str
    since: dt.date
    until: dt.date
    holds: bool
    covers: int
    reason: str
    approver: str
    given_by: str
    withdrawn: dt.date | None


def waive(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, chosen: Selection, terms: Terms) -> list[int]:
    """Give a waiver for each exception chosen by id, or one for a rule; returns their numbers.

    Raises `OptionError` with everything that is wrong: nothing recorded yet, unknown ids, rule, table or team, dates that no
    extract can meet, no reason, no approver.
    """
    with writing(connection) as cursor:
        latest = Run.objects.using(connection.alias).order_by("number").last()
        if latest is None:
            raise OptionError("No run is recorded: there is nothing to waive.")
        since = terms.since or latest.as_of
        problems = _terms(terms, since, latest)
        if not chosen.ids:
            problems += _rule(connection, chosen, latest)
        if problems:
            raise OptionError(problems)
        if chosen.ids:
            choose(connection, cursor, chosen)
            cursor.execute("DROP TABLE dq_chosen")
        subjects = [(each, "", "", "") for each in dict.fromkeys(chosen.ids)] or [("", chosen.rule, chosen.table, chosen.team)]
        made = act(
            connection, who, at, f"waive until {terms.until}", chosen.words, f"{terms.reason} ({terms.approver})", len(chosen.ids)
        )
        rows = [
            Waiver(
                act=made, finding=finding, rule=rule, table=table, team=team, since=since, until=terms.until, reason=terms.reason,
                approver=terms.approver,
            )
            for finding, rule, table, team in subjects
        ]  # fmt: skip
        return [each.pk for each in Waiver.objects.using(connection.alias).bulk_create(rows)]


def _terms(terms: Terms, since: dt.date, latest: Run) -> list[Problem]:
    problems = []
    if not terms.reason.strip():
        problems.append(
            Problem(subject="--reason", message="A waiver needs a reason.", fix="Say why the record may stay as it is.")
        )
    if not terms.approver.strip():
        problems.append(Problem(subject="--approver", message="A waiver needs an approver.", fix="Name who allowed it."))
    if terms.until < since:
        problems.append(Problem(subject=f"--until {terms.until}", message=f"The last day is before the first, {since}."))
    elif terms.until < latest.as_of:
        fix = "A waiver is for extracts to come."
        problems.append(
            Problem(
                subject=f"--until {terms.until}", message=f"The last day is before the latest extract, {latest.as_of}.", fix=fix
            )
        )
    return problems


def _rule(connection: BaseDatabaseWrapper, chosen: Selection, latest: Run) -> list[Problem]:
    if chosen.severity or not chosen.rule:
        fix = "Give the ids of exceptions, or --rule, if need be with --table and --team."
        return [Problem(message="A waiver is for exceptions, or for a rule.", fix=fix)]
    rules = Rule.objects.using(connection.alias).filter(run=latest)
    known = list(rules.order_by("rule").values_list("rule", flat=True))
    if chosen.rule not in known:
        fix = did_you_mean(chosen.rule, known) or "The latest run's rules.csv lists them."
        return [Problem(subject=f"--rule {chosen.rule}", message="The latest run knows no such rule.", fix=fix)]
    found = [(chosen.table, "table_name", "table"), (chosen.team, "team", "team")]
    problems = []
    for value, column, word in found:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT {column} FROM dq_finding WHERE rule = %s ORDER BY 1", [chosen.rule])
            there = [row[0] for row in cursor.fetchall()]
        if value and value not in there:
            fix = did_you_mean(value, there) or f"There are: {', '.join(there) or 'none'}."
            problems.append(
                Problem(subject=f"--{word} {value}", message=f"{chosen.rule} has no exception with this {word}.", fix=fix)
            )
    return problems


def withdraw(connection: BaseDatabaseWrapper, who: str, at: dt.datetime, numbers: Sequence[int], note: str) -> int:
    """Take waivers back, from the latest extract on; returns how many. Raises `OptionError` for what does not hold."""
    with writing(connection):
        latest = Run.objects.using(connection.alias).order_by("number").last()
        every = {each.pk: each for each in Waiver.objects.using(connection.alias).filter(pk__in=numbers)}
        problems = [Problem(subject=str(each), message="There is no such waiver.") for each in numbers if each not in every]
        problems += [
            Problem(subject=str(each.pk), message=f"The waiver was taken back, from {each.withdrawn} on.")
            for each in every.values()
            if each.withdrawn is not None
        ]
        if problems or latest is None:
            raise OptionError(problems or "No run is recorded.")
        subject = ", ".join(str(each) for each in sorted(every))
        made = act(connection, who, at, "withdraw waiver", subject, note, 0)
        return int(
            Waiver.objects.using(connection.alias).filter(pk__in=every).update(withdrawn=latest.as_of, withdrawn_by_id=made.pk)
        )


def lines(connection: BaseDatabaseWrapper) -> list[WaiverLine]:
    """Every waiver that was given, oldest first."""
    latest = Run.objects.using(connection.alias).order_by("number").last()
    found = []
    for each in Waiver.objects.using(connection.alias).select_related("act").order_by("id"):
        plain = of_row(each)
        holds = latest is not None and plain.holds(latest.as_of)
        found.append(
            WaiverLine(
                plain.number, plain.exception, plain.rule, plain.table, plain.team, plain.since, plain.until, holds,
                _covers(connection, plain) if holds else 0, plain.reason, plain.approver, each.act.who, plain.withdrawn,
            )
        )  # fmt: skip
    return found


def lenience(connection: BaseDatabaseWrapper) -> dispositions.Lenience:
    """What does not count against readiness: every waiver, and who said what is put right on the way."""
    given = every(connection)
    with connection.cursor() as cursor:
        cursor.execute(TRANSFORMED)
        return dispositions.Lenience(given, dict(cursor.fetchall()))


def every(connection: BaseDatabaseWrapper) -> tuple[dispositions.Waiver, ...]:
    """Every waiver that was ever given, as pure functions know it."""
    return tuple(of_row(row) for row in Waiver.objects.using(connection.alias).order_by("id"))


def of_row(row: Waiver) -> dispositions.Waiver:
    """A waiver of the store as plain data."""
    return dispositions.Waiver(
        row.pk, row.finding, row.rule, row.table, row.team, row.since, row.until, row.reason, row.approver, row.withdrawn
    )


TRANSFORMED = """
SELECT d.finding, a.who FROM dq_decision AS d JOIN dq_act AS a ON a.id = d.act_id
JOIN (SELECT max(id) AS id FROM dq_decision WHERE aspect = 'disposition' GROUP BY finding) AS l ON l.id = d.id
WHERE d.became = 'transform on the way' ORDER BY d.finding
"""


def _covers(connection: BaseDatabaseWrapper, waiver: dispositions.Waiver) -> int:
    where = {"f.id": waiver.exception, "f.rule": waiver.rule, "f.table_name": waiver.table, "f.team": waiver.team}
    given = {column: value for column, value in where.items() if value}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM dq_finding AS f WHERE f.state <> 'cleared' AND f.evidence = 'found' AND "
            + " AND ".join(f"{column} = %s" for column in given),
            list(given.values()),
        )
        return int(cursor.fetchone()[0])
