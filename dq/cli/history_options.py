"""What the commands on recorded runs share: which project, and rows as text, CSV or JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from django.db.backends.base.base import BaseDatabaseWrapper

from dq import config, purged
from dq.report.data_files import neutral
from dq.store import database
from dq.store.read import RunLine


def options(command: Callable[..., None]) -> Callable[..., None]:
    """``--project``, ``--json`` and ``--csv``."""
    for option in (
        click.option("--csv", "as_csv", is_flag=True, help="Print as CSV."),
        click.option("--json", "as_json", is_flag=True, help="Print as JSON."),
        click.option(
            "--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder."
        ),
    ):
        command = option(command)
    return command


@contextmanager
def opened(project: Path) -> Iterator[BaseDatabaseWrapper]:
    """A project's store. Raises `ProjectError` where the folder is no project or no run is recorded."""
    with database.opened(project, config.load(project).store, create=False) as connection:
        yield connection


def removed(project: Path, run: RunLine) -> Iterator[str]:
    """A sentence where the values of a run's results were removed."""
    on = purged.removed_on(project / run.results)
    if on:
        yield f"The values of run {run.run} were removed on {on}; its counts are kept."


def print_json(content: object) -> None:
    """Plain data as JSON."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, default=_plain))


def print_csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows as CSV; text that a spreadsheet would take for a formula is neutralised."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([[neutral(_plain(cell)) for cell in row] for row in rows])
    sys.stdout.write(file.getvalue())


def print_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows as text in columns; numbers stand to the right."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(len(line[place]) for line in (list(head), *cells)) for place in range(len(head))]
    right = [bool(rows) and all(isinstance(row[place], int) or row[place] is None for row in rows) for place in range(len(head))]
    for line in (list(head), *cells):
        parts = [
            cell.rjust(width) if on_the_right else cell.ljust(width)
            for cell, width, on_the_right in zip(line, widths, right, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _shown(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(_plain(value))
