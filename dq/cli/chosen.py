"""What the commands that decide share: which exceptions are meant, and what an act changed, as text, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.store.decide import Done, Selection


def options(command: Callable[..., None]) -> Callable[..., None]:
    """``--rule``, ``--table``, ``--team``, ``--severity``, ``--ids-from``: which exceptions, beside the ids given."""
    for option in (
        click.option(
            "--ids-from", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE",
            help="Ids from a file: a CSV with a column id (a part of exceptions.csv), or an id a line; - reads what is piped in.",
        ),
        click.option("--team", default="", help="Those of this team."),
        click.option("--table", default="", help="Those on records of this table."),
        click.option("--rule", default="", help="Those of this rule that are on a list now."),
    ):  # fmt: skip
        command = option(command)
    return command


def selection(ids: Sequence[str], ids_from: Path | None, rule: str, table: str, team: str, severity: str = "") -> Selection:
    """Ids or a filter, not both. Raises `OptionError`."""
    given = (*ids, *(_read(ids_from) if ids_from is not None else ()))
    if (ids or ids_from is not None) and (rule or table or team or severity):
        fix = "Leave out the ids, or --rule, --table, --team and --severity."
        raise OptionError(Problem(message="Ids and a filter do not go together.", fix=fix))
    if ids_from is not None and not given:
        raise OptionError(Problem(str(ids_from), message="The file names no exception."))
    return Selection(tuple(dict.fromkeys(given)), rule, table, team, severity)


def _read(file: Path) -> list[str]:
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as opened:
            content = opened.read()
    except (OSError, UnicodeDecodeError):
        raise OptionError(Problem(str(file), message="The file cannot be read.", fix="Give a text file in UTF-8.")) from None
    rows = [row for row in csv.reader(io.StringIO(content)) if row and any(cell.strip() for cell in row)]
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if "id" in head:
        place = head.index("id")
        short = [number for number, row in enumerate(rows[1:], start=2) if len(row) <= place or not row[place].strip()]
        if short:
            problems = [Problem(str(file), number, message="The row has no id.") for number in short]
            raise OptionError(problems)
        return [row[place].strip() for row in rows[1:]]
    if head and len(head) > 1:
        raise OptionError(Problem(str(file), 1, message="The file has no column id.", fix="Keep the header of exceptions.csv."))
    return [row[0].strip() for row in rows]


def tell(done: Done, became: str, *, dry_run: bool, as_json: bool, as_csv: bool) -> None:
    """Say what an act changed, and what it found to be so already."""
    same = done.chosen - done.changed
    if as_json:
        history_options.print_json({**asdict(done), "unchanged": same, "became": became, "dry_run": dry_run})
    elif as_csv:
        head = ("act", "chosen", "changed", "unchanged", "became", "dry_run")
        history_options.print_csv(head, [(done.act, done.chosen, done.changed, same, became, dry_run)])
    else:
        verb = "would become" if dry_run else "became"
        line = f"{done.chosen:,} {'exception' if done.chosen == 1 else 'exceptions'}: {done.changed:,} {verb} {became}"
        line += f", {same:,} {'was' if same == 1 else 'were'} so already." if same else "."
        click.echo(line)
        if dry_run:
            click.echo("Nothing was changed: this was a trial.")
        elif done.act is not None:
            click.echo(f"Act {done.act}: see dq audit {done.act}.")
