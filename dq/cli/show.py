"""dq show"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dq.cli import history_options
from dq.store import read
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
        history_options.print_csv(("id", "rule", "table", "key", *head), [_row(found, event) for event in found.events])
    else:
        _print(found)


def _row(found: History, event: EventLine) -> tuple[object, ...]:
    return (found.id, found.rule, found.table, found.key, *asdict(event).values())


def _print(found: History) -> None:
    click.echo(f"{found.id}: {found.now}")
    click.echo(f"Rule {found.rule}: {found.title}")
    click.echo(f"Record {found.key} of {found.table}")
    holder = f", worker {found.worker}" if found.worker else ""
    click.echo(f"{found.severity.capitalize()}, with {found.team or 'nobody'}{holder}")
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
