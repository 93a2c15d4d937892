"""dq purge"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click

from dq import history, request
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.privacy import purge
from dq.privacy.purge import Plan
from dq.store.purge import Spent

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("purge")
@click.option("--before", type=DAY, metavar="DATE", help="Of the extracts from before this day.")
@click.option("--all-values", is_flag=True, help="Of all extracts.")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON; asks nothing, so that --yes or --dry-run is needed.")
def command(before: dt.datetime | None, all_values: bool, project: Path, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove the values of records from old results and from the history, and keep every count.

    From reports/: names, keys and values in exceptions.csv and exceptions.parquet, and the teams' workbooks. From the
    history: keys of cleared exceptions, and notes on them. It cannot be undone. Extracts, backups and copies made
    elsewhere are not touched.
    """
    if (before is None) == (not all_values):
        raise OptionError(Problem(message="Which values are meant?", fix="Give --before DATE or --all-values, one of the two."))
    if as_json and not (yes or dry_run):
        raise OptionError(Problem(subject="--json", message="It asks nothing.", fix="Add --yes, or --dry-run to see first."))
    wanted = purge.plan(project, before.date() if before else None)
    if not as_json:
        for line in _would(wanted):
            click.echo(line)
    if dry_run or (wanted.empty and not yes):
        _say(wanted, None, "nothing was removed: this was a trial" if dry_run else "there is nothing to remove", as_json)
        return
    if not yes and not click.confirm("Remove all this? It cannot be undone."):
        click.echo("Nothing was removed.")
        return
    gone = purge.carry_out(wanted, history.who(), request.now())
    _say(wanted, gone, "removed", as_json)


def _would(wanted: Plan) -> Iterator[str]:
    for each in wanted.results:
        kept = f"; not touched: {', '.join(path.name for path in each.unknown)}" if each.unknown else ""
        books = f", {len(each.workbooks)} workbooks" if each.workbooks else ""
        columns = "the values in " + " and ".join(path.name for path in each.exceptions) if each.exceptions else "no values"
        yield f"{each.folder} (extract of {each.as_of.isoformat()}): {columns}{books}{kept}"
    if wanted.others:
        yield f"{len(wanted.others):,} more runs have none left."
    if wanted.history is not None:
        yield f"History: {wanted.history.keys:,} keys of cleared exceptions, {wanted.history.notes:,} notes."


def _say(wanted: Plan, gone: Spent | None, what: str, as_json: bool) -> None:
    if as_json:
        runs = [
            {
                "results": str(each.folder),
                "as_of": each.as_of,
                "workbooks": len(each.workbooks),
                "not_touched": [path.name for path in each.unknown],
            }
            for each in wanted.results
        ]
        history_ = gone or wanted.history
        counts = {"keys": history_.keys, "notes": history_.notes, "act": history_.act} if history_ else None
        history_options.print_json({"outcome": what, "before": wanted.before, "runs": runs, "history": counts})
    elif what == "removed":
        act = f" Act {gone.act}: see dq audit {gone.act}." if gone is not None and gone.act is not None else ""
        click.echo(f"Removed from {len(wanted.results):,} runs; every count is kept.{act}")
        click.echo("Backups of the store, copies of results and the extracts themselves are not touched.")
    else:
        click.echo(f"{what[0].upper()}{what[1:]}.")
