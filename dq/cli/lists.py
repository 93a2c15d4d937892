"""dq lists"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dq import history, lists, password, request
from dq.cli import history_options
from dq.lists import Written
from dq.report.words import plural


@click.command("lists")
@click.option("--team", "teams", multiple=True, metavar="NAME", help="Only this team's list; may be repeated.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the lists; default lists, lists-2, ... with the run."
)
@click.option("--password-env", metavar="VAR", help="Encrypt each workbook with the password in this environment variable.")
@history_options.options
def command(teams: tuple[str, ...], out: Path | None, password_env: str | None, project: Path, as_json: bool, as_csv: bool) -> None:
    """Write the lists that teams work from: a workbook for each team, for unallocated, for leavers and for the data team.

    They show the latest recorded run: what is new since the team's last list on top, age and due date of every line, what
    was answered before, what is set aside and why, and how the team gets on. Each list has a number, so that dq answers knows
    it when it comes back. The folder appears when all workbooks are whole; nothing is written over.
    """
    secret = password.from_environment(password_env) if password_env is not None else None
    written = lists.write(project, history.who(), request.now(), out=out, teams=teams, secret=secret)
    head = ("team", "list", "to_do", "new", "overdue", "set_aside", "file")
    rows = [(each.team, each.list, each.to_do, each.new, each.overdue, each.set_aside, str(each.file)) for each in written.lists]
    if as_json:
        content = {**asdict(written), "lists": [dict(zip(head, row, strict=True)) for row in rows]}
        history_options.print_json({**content, "folder": str(written.folder), "encrypted": secret is not None})
    elif as_csv:
        history_options.print_csv(head, rows)
    else:
        history_options.print_table([word.replace("_", " ") for word in head[:-1]], [row[:-1] for row in rows])
        _told(written, secret is not None)


def _told(written: Written, encrypted: bool) -> None:
    number = plural(len(written.lists), "list")
    click.echo(f"{number} of run {written.run}, extract of {written.as_of.isoformat()}: {written.folder}")
    if not encrypted:
        click.echo("They hold personal data and no password: --password-env encrypts what is to travel.")
