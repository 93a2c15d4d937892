"""dq assign"""

from __future__ import annotations

from pathlib import Path

import click

from dq import history, request
from dq.cli import chosen, history_options
from dq.errors import OptionError, Problem
from dq.model import SEVERITIES
from dq.store import decide


@click.command("assign")
@click.argument("exceptions", nargs=-1)
@click.option("--to", default="", metavar="NAME", help="A person, or the name of a team.")
@click.option("--nobody", is_flag=True, help="Take back to whom they were given.")
@chosen.options
@click.option("--severity", type=click.Choice(SEVERITIES), default=None, help="Those of this severity.")
@click.option("--note", default="", help="Why.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@history_options.options
def command(
    exceptions: tuple[str, ...], to: str, nobody: bool, ids_from: Path | None, rule: str, table: str, team: str,
    severity: str | None, note: str, dry_run: bool, project: Path, as_json: bool, as_csv: bool,
) -> None:  # fmt: skip
    """Give EXCEPTIONS (ids from exceptions.csv), or all of a rule, table, team or severity, to somebody.

    NAME is a person, who then stands beside the exception on its list; or another team, on whose list it stands from then on.
    Counts stay with the team whose record it is: to change that, change the allocation in the old system.
    """
    if bool(to.strip()) == nobody:
        raise OptionError(Problem(message="To whom?", fix="Give either --to NAME or --nobody."))
    wanted = chosen.selection(exceptions, ids_from, rule, table, team, severity or "")
    with history_options.opened(project) as connection:
        done = decide.assign(connection, history.who(), request.now(), wanted, to.strip(), note, dry_run=dry_run)
    became = f"assigned to {to.strip()}" if to else "assigned to nobody"
    chosen.tell(done, became, dry_run=dry_run, as_json=as_json, as_csv=as_csv)
