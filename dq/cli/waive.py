"""dq waive"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from django.db.backends.base.base import BaseDatabaseWrapper

from dq import history, request
from dq.cli import chosen, history_options
from dq.errors import OptionError, Problem
from dq.store import waivers
from dq.store.waivers import Terms, WaiverLine

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("waive")
@click.argument("exceptions", nargs=-1)
@chosen.options
@click.option("--until", type=DAY, help="The last day; the first extract after it has them on the lists again.")
@click.option("--since", type=DAY, help="The first day; default the date of the latest extract.")
@click.option("--reason", default="", help="Why the records may stay as they are.")
@click.option("--approver", default="", help="Who allowed it.")
@click.option("--withdraw", type=int, multiple=True, metavar="NUMBER", help="Take a waiver back; may be repeated.")
@history_options.options
def command(
    exceptions: tuple[str, ...], ids_from: Path | None, rule: str, table: str, team: str, until: dt.datetime | None,
    since: dt.datetime | None, reason: str, approver: str, withdraw: tuple[int, ...], project: Path, as_json: bool, as_csv: bool,
) -> None:  # fmt: skip
    """Let EXCEPTIONS (ids from exceptions.csv), or those of a rule in a table and team, stay as they are until a day.

    A waiver has a reason, somebody who approved it, and a last day, after which the exceptions are on the lists again by
    themselves. A waiver for a rule also covers what later extracts bring. Without arguments the waivers are listed;
    --withdraw takes one back.
    """
    asked = bool(exceptions or ids_from or rule or table or team or until or since or approver)
    if withdraw and asked:
        raise OptionError(Problem(subject="--withdraw", message="A waiver is given or taken back, not both at once."))
    with history_options.opened(project) as connection:
        if withdraw:
            _withdraw(connection, withdraw, reason, as_json, as_csv)
        elif asked:
            if until is None:
                raise OptionError(Problem(subject="--until", message="A waiver has a last day.", fix="Add --until YYYY-MM-DD."))
            wanted = chosen.selection(exceptions, ids_from, rule, table, team)
            terms = Terms(until.date(), reason, approver, since.date() if since else None)
            given = waivers.waive(connection, history.who(), request.now(), wanted, terms)
            _print([line for line in waivers.lines(connection) if line.number in set(given)], as_json, as_csv, given=True)
        else:
            _print(waivers.lines(connection), as_json, as_csv)


def _withdraw(connection: BaseDatabaseWrapper, numbers: Sequence[int], reason: str, as_json: bool, as_csv: bool) -> None:
    waivers.withdraw(connection, history.who(), request.now(), list(dict.fromkeys(numbers)), reason)
    gone = [line for line in waivers.lines(connection) if line.number in set(numbers)]
    _print(gone, as_json, as_csv)


def _print(lines: Sequence[WaiverLine], as_json: bool, as_csv: bool, *, given: bool = False) -> None:
    head = (
        "number", "exception", "rule", "table", "team", "since", "until", "holds", "covers", "reason", "approver", "given_by",
        "withdrawn",
    )  # fmt: skip
    if as_json:
        history_options.print_json([asdict(line) for line in lines])
    elif as_csv:
        history_options.print_csv(head, [tuple(asdict(line).values()) for line in lines])
    elif not lines:
        click.echo("No waiver was given.")
    else:
        shown = ("number", "for", "from", "until", "state", "covers now", "reason", "approved by")
        history_options.print_table(shown, [_row(line) for line in lines])
        if given:
            covered = sum(line.covers for line in lines)
            click.echo(f"{covered:,} {'exception is' if covered == 1 else 'exceptions are'} off the lists until then.")


def _row(line: WaiverLine) -> tuple[object, ...]:
    where = [line.rule, *([f"in {line.table}"] if line.table else []), *([f"of {line.team}"] if line.team else [])]
    subject = line.exception or " ".join(where)
    state = "in force" if line.holds else f"taken back from {line.withdrawn} on" if line.withdrawn else "not in force"
    return (line.number, subject, line.since, line.until, state, line.covers, line.reason, line.approver)
