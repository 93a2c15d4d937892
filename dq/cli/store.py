"""dq store: backup, restore, check"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from django.db.backends.base.base import BaseDatabaseWrapper

from dq import config, history, request
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.store import backup, database, verify
from dq.store.verify import Verdict

FILE = click.Path(path_type=Path)
PERSONAL = "It holds the keys of records, which are personal data: keep it where case records may be kept."

project_option = click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group("store")
def command() -> None:
    """Keep the history of a project safe: back it up, put it back, see that it is whole."""


@command.command("backup")
@click.argument("file", type=FILE)
@project_option
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@json_option
def write(file: Path, project: Path, force: bool, as_json: bool) -> None:
    """Write all that the store holds into FILE, as of one moment; checks may go on meanwhile.

    FILE is a zip with a Parquet file a table. It can be restored into a file or a PostgreSQL database, by this dq or a later
    one. It holds keys of records, which are personal data, and may be read by you alone; the files in reports/ are not in it.
    """
    with _opened(project, file) as connection:
        made = backup.backup(connection, file, request.now(), force=force)
    if as_json:
        history_options.print_json({"file": str(file), **asdict(made)})
        return
    click.echo(f"Wrote {file}: {_counted(made.rows)}.")
    click.echo(PERSONAL)


@command.command("restore")
@click.argument("file", type=FILE)
@project_option
@click.option("--replace", is_flag=True, help="Replace what the store holds; it is written into a backup beside FILE first.")
@json_option
def put_back(file: Path, project: Path, replace: bool, as_json: bool) -> None:
    """Put the backup FILE into the project's store: all of it or, where anything is wrong, nothing.

    The store may be of another kind than the one that was backed up: so a project moves from a file to a server, or back. A
    store that holds something is refused without --replace.
    """
    with _opened(project, file, create=True) as connection:
        done = backup.restore(connection, file, history.who(), request.now(), replace=replace)
    if as_json:
        kept = str(done.kept) if done.kept else None
        history_options.print_json({"file": str(file), "replaced": kept, **asdict(done.backup)})
        return
    if done.kept is not None:
        click.echo(f"What the store held is in {done.kept}.")
    click.echo(f"Restored {file}, made on {done.backup.made[:10]}: {_counted(done.backup.rows)}.")


@command.command("check")
@project_option
@json_option
def see(project: Path, as_json: bool) -> None:
    """See whether the store is whole: its file, its tables, what refers to what, and the counts of each run.

    Ends with 1 when something is wrong.
    """
    with _opened(project) as connection:
        said = verify.verify(connection, project)
    if as_json:
        history_options.print_json(asdict(said))
    else:
        _print(said)
    sys.exit(1 if said.faults else 0)


@contextmanager
def _opened(project: Path, file: Path | None = None, *, create: bool = False) -> Iterator[BaseDatabaseWrapper]:
    """The project's store; `file` may not lie in its folder, or it would be lost with it."""
    store = config.load(project).store
    if file is not None and file.resolve().parent == (project / database.FILE).resolve().parent:
        fix = "Give a place outside of it, best on another disk."
        raise OptionError(Problem(str(file), message="A backup does not belong into the folder of the store.", fix=fix))
    with database.opened(project, store, create=create) as connection:
        yield connection


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {table.removeprefix('dq_')}" for table, number in rows.items())


def _print(said: Verdict) -> None:
    click.echo(f"{said.database}, as of migration {said.migration}")
    rows = [(each.title, each.looked_at, each.faults) for each in said.checks]
    history_options.print_table(("what must hold", "looked at", "wrong"), rows)
    for each in said.checks:
        for line in each.told:
            click.echo(f"{each.title}: {line}")
    for note in said.notes:
        click.echo(f"Note: {note}")
    fix = (
        "Put a backup in its place: dq store restore FILE --replace. If the file is not intact, rename it first, without --replace."
    )
    click.echo(f"{said.faults:,} wrong. {fix}" if said.faults else "The store is whole.")
