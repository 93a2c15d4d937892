"""dq runs"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dq import history, purged, request
from dq.cli import history_options
from dq.store import read, record

WORDS = ("new", "reopened", "cleared", "left extract", "rule changed", "not checked")


@click.command("runs")
@history_options.options
@click.option("--delete-latest", is_flag=True, help="Take the latest run back; the history is then as it was before it.")
def command(project: Path, as_json: bool, as_csv: bool, delete_latest: bool) -> None:
    """List the recorded runs of a project: exceptions found, and how many became new, cleared, reopened and so on.

    --delete-latest takes the last run back, for an extract that was wrong. Files in reports/ stay.
    """
    with history_options.opened(project) as connection:
        gone = record.delete_latest(connection, history.who(), request.now()) if delete_latest else None
        lines = read.runs(connection)
    if as_json:
        runs = [{**asdict(line), "values_removed": purged.removed_on(project / line.results) or None} for line in lines]
        history_options.print_json({"deleted": gone.number if gone else None, "runs": runs})
        return
    if gone is not None:
        click.echo(
            f"Run {gone.number}, extract of {gone.as_of.isoformat()}, is deleted. Its files stay: {gone.results}", err=as_csv
        )
    head = ("run", "as_of", "recorded", "by", "exceptions", *(word.replace(" ", "_") for word in WORDS), "repeats", "results")
    rows = [
        (
            line.run, line.as_of, line.at, line.who, line.exceptions, *(line.moved.get(word, 0) for word in WORDS), line.repeats,
            line.results,
        )
        for line in lines
    ]  # fmt: skip
    if as_csv:
        history_options.print_csv(head, rows)
    elif rows:
        shown = [place for place in range(len(head) - 2) if place < 5 or any(row[place] for row in rows)]
        words = [head[place].replace("_", " ") for place in shown]
        history_options.print_table(words, [[row[place] for place in shown] for row in rows])
        for line in lines:
            for sentence in history_options.removed(project, line):
                click.echo(sentence)
            if line.repeats is not None:
                click.echo(f"Run {line.run} has the same files as run {line.repeats}.")
    else:
        click.echo("No run is recorded.")
