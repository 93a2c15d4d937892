"""dq audit"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click

from dq.cli import history_options
from dq.store import audit


@click.command("audit")
@click.argument("act", type=int, required=False)
@click.option("--who", default="", help="Only what this account did.")
@click.option("--what", default="", metavar="WORDS", help="Only what begins so: record, delete, dispose, assign, waive, ...")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on.")
@history_options.options
def command(act: int | None, who: str, what: str, since: dt.datetime | None, project: Path, as_json: bool, as_csv: bool) -> None:
    """List who did what and when: runs, decisions, waivers, lists, answers. With ACT, show what that act changed.

    The list is only ever added to: deleting a run stands in it too.
    """
    with history_options.opened(project) as connection:
        lines: list[object]
        if act is None:
            lines = list(audit.acts(connection, who=who, what=what, since=since.date() if since else None))
            head: tuple[str, ...] = ("act", "at", "who", "what", "subject", "exceptions", "note")
        else:
            lines = list(audit.decisions(connection, act))
            head = ("exception", "aspect", "was", "became")
    rows = [tuple(vars(line).values()) for line in lines]
    if as_json:
        history_options.print_json([asdict(line) for line in lines])  # type: ignore[call-overload]
    elif as_csv:
        history_options.print_csv(head, rows)
    elif rows:
        history_options.print_table(head, rows)
    else:
        click.echo("This act changed no exception." if act is not None else "Nothing was done yet.")
