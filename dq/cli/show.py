"""dq show"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from dq.cli import history_options
from dq.store import read
from dq.store.purge import ASPECT
from dq.store.read import EventLine, History


@click.command("show")
@click.argument("exception")
@history_options.options
def command(exception: str, project: Path, as_json: bool, as_csv: bool) -> None:
    """Show EXCEPTION (an id from exceptions.csv): its rule, its record's key, and everything that happened to it."""
    with history_options.opened(project) as connection:
        found = read.history(connection, exception)
    head = ("run", "as_of", "at", "who", "was", "became", "why", "team", "worker", "severity", "note")
    if as_json:
        history_options.print_json(asdict(found))
    elif as_csv:
        rows = [_row(found, event) for event in found.events] + [
            (*_subject(found), None, None, line.at, line.who, line.was, line.became, line.what, "", "", line.note)
            for line in found.human
        ]
        history_options.print_csv(("id", "rule", "table", "key", *head), rows)
    else:
        _print(found)


def _subject(found: History) -> tuple[str, ...]:
    return (found.id, found.rule, found.table, found.key)


def _row(found: History, event: EventLine) -> tuple[object, ...]:
    return (*_subject(found), *asdict(event).values())


def _print(found: History) -> None:
    click.echo(f"{found.id}: {found.now}")
    click.echo(f"Rule {found.rule}: {found.title}")
    click.echo(f"Record {found.key} of {found.table}" if found.key else _without_key(found))
    holder = f", worker {found.worker}" if found.worker else ""
    click.echo(f"{found.severity.capitalize()}, with {found.team or 'nobody'}{holder}")
    for sentence in _agreed(found):
        click.echo(sentence)
    click.echo()
    rows = [
        (
            event.run,
            event.as_of,
            event.at,
            event.who,
            event.was or "-",
            event.became,
            event.why,
            event.team,
            event.worker,
            event.note,
        )
        for event in found.events
    ]
    history_options.print_table(("run", "extract of", "at", "by", "from", "to", "because of", "team", "worker", "note"), rows)
    if found.human:
        click.echo("\nWhat people decided and answered")
        human = [(line.at, line.who, line.what, line.was or "-", line.became or "-", line.note, line.act) for line in found.human]
        history_options.print_table(("at", "by", "what", "from", "to", "note", "act"), human)
    if found.waivers:
        click.echo("\nWaivers")
        waivers = [
            (each.number, each.since, each.until, each.withdrawn or "-", each.reason, each.approver) for each in found.waivers
        ]
        history_options.print_table(("number", "from", "until", "taken back from", "reason", "approved by"), waivers)


def _without_key(found: History) -> str:
    on = max((line.at for line in found.human if line.what == ASPECT), default=None)
    return f"A record of {found.table}; its key was removed" + (f" on {on.astimezone():%Y-%m-%d}" if on else "")


def _agreed(found: History) -> Iterator[str]:
    """What holds now, in a sentence each."""
    if found.waived_until is not None:
        yield f"Waived until {found.waived_until.isoformat()}"
    if found.agreed.disputed:
        yield "Disputed: the record is said to be right"
    if found.agreed.disposition:
        yield f"To be done: {found.agreed.disposition}"
    if found.agreed.assigned:
        yield f"Assigned to {found.agreed.assigned}"
