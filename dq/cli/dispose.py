"""dq dispose"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dq import history, request
from dq.cli import chosen, history_options
from dq.dispositions import DISPOSITIONS, NEED_A_REASON
from dq.errors import OptionError, Problem
from dq.model import SEVERITIES
from dq.store import decide

WORDS: dict[str, Any] = {word.replace(" ", "-"): word for word in DISPOSITIONS} | {"disputed": "disputed", "none": ""}


@click.command("dispose")
@click.argument("disposition", type=click.Choice(list(WORDS)))
@click.argument("exceptions", nargs=-1)
@chosen.options
@click.option("--severity", type=click.Choice(SEVERITIES), default=None, help="Those of this severity.")
@click.option("--note", default="", help="Why; needed for accept, do-not-migrate and disputed.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@history_options.options
def command(
    disposition: str, exceptions: tuple[str, ...], ids_from: Path | None, rule: str, table: str, team: str, severity: str | None,
    note: str, dry_run: bool, project: Path, as_json: bool, as_csv: bool,
) -> None:  # fmt: skip
    """Say what will be done with EXCEPTIONS (ids from exceptions.csv), or with all of a rule, table, team or severity.

    fix-in-old-system leaves an exception on its team's list; transform-on-the-way gives it to the data team;
    fix-after-go-live, accept and do-not-migrate set it aside. disputed says that the record is right and the rule is wrong:
    it goes to the data team, until another disposition settles it. none takes back what was said. Nothing of this clears an
    exception: that only the next extract does.
    """
    if not note.strip() and (WORDS[disposition] in NEED_A_REASON or disposition == "disputed"):
        raise OptionError(Problem(subject="--note", message=f"{disposition} needs a reason.", fix='Add --note "...".'))
    wanted = chosen.selection(exceptions, ids_from, rule, table, team, severity or "")
    with history_options.opened(project) as connection:
        done = decide.dispose(connection, history.who(), request.now(), wanted, WORDS[disposition], note, dry_run=dry_run)
    became = "without disposition" if disposition == "none" else disposition.replace("-", " ")
    chosen.tell(done, became, dry_run=dry_run, as_json=as_json, as_csv=as_csv)
