"""dq check"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from dq import loading, output, report, request, run
from dq.cli.options import as_settings
from dq.errors import ProjectError
from dq.report.terminal import render


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--pack", help="Pack to check a plain folder of files with (a name or a folder).")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Give a setting a value; may be repeated.")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: id, glob, or field:value; may be repeated.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The extract of this date, instead of the newest; for a plain folder, the date it was taken.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="Last year's return, or the extract before: a folder or a file. Default: the sub-folder previous, or the project's own.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results; default reports/<as-of>-<n>.")
@click.option("--engine", type=click.Choice(run.ENGINES), default="duckdb", show_default=True, help="What runs the rules.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use; default all.")
@click.option("--memory", metavar="SIZE", help="Memory the engine may use, such as 2GB; it spills to disk above that.")
@click.option("--time-limit", type=click.FloatRange(0.1), default=120.0, show_default=True, help="Seconds a rule may take.")
@click.option("--no-workbooks", is_flag=True, help="Leave out the teams' workbooks.")
@click.option("--no-store", is_flag=True, help="Leave the run out of the project's history.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as JSON (counts and gates, no records).")
def command(
    path: Path, pack: str | None, settings: tuple[str, ...], select: tuple[str, ...], as_of: dt.datetime | None,
    previous: Path | None, out: Path | None, engine: str, threads: int | None, memory: str | None, time_limit: float,
    no_workbooks: bool, no_store: bool, quiet: bool, as_json: bool,
) -> None:  # fmt: skip
    """Check the newest extract of a project, a plain folder of files, or one file.

    PATH is a project (a folder with dq.yaml), or with --pack a folder of files named like the pack's tables, or one file such
    as the XML of a return. Ends with 0 when every blocker gate is met, 1 when one is not, 2 when the check could not run.

    A project's run is recorded, so that exceptions are followed until they are cleared (dq runs, dq diff, dq show); a run with
    --pack, --set, --select or --previous is only a look, and is not.
    """
    wanted = request.of_path(
        path,
        pack=pack,
        settings=as_settings(settings),
        select=select,
        as_of=as_of.date() if as_of else None,
        previous=previous,
        threads=threads,
        memory=memory,
        time_limit=time_limit,
    )
    narrowed = bool(pack or settings or select or previous)
    kept = wanted.base is not None and not no_store and not narrowed
    if kept:
        from dq import history  # Django, which plain folders do without

        lenience, past = history.ready(path, wanted.store)
        wanted = replace(wanted, lenience=lenience, past=past)
    with (
        output.reserved(path, wanted.as_of, out) as folder,
        progress_bar(quiet or as_json) as progress,
        run.execute(wanted, out=folder, progress=progress) as finished,
    ):
        progress("Writing results", 0, 0)
        files = report.write(finished.connection, finished.summary, folder, workbooks=not no_workbooks)
        met, summary = finished.gates_met, finished.summary
        recorded = None
        if kept:
            progress("Recording the run", 0, 0)
            try:
                recorded = history.keep(finished.connection, summary, finished.pack.contract, path, wanted.store, folder)
            except ProjectError:
                click.echo(f"The results are in {folder}, but the run is not recorded.", err=True)
                raise
    if as_json:
        content = {"out": str(folder), "recorded": history.as_json(recorded) if recorded else None, **report.as_json(summary)}
        click.echo(json.dumps(content, indent=2))
    elif not quiet:
        render(summary, Console(), files)
        if recorded is not None:
            click.echo(history.told(recorded))
        elif narrowed and wanted.base is not None:
            click.echo("Not recorded: a run with --pack, --set, --select or --previous is only a look.")
    sys.exit(0 if met else 1)


@contextmanager
def progress_bar(quiet: bool) -> Iterator[loading.Progress]:
    """A bar on standard error where that is a terminal; gives what a run calls to say how far it is."""
    console = Console(stderr=True, quiet=quiet)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("Reading rules", total=None)

        def update(step: str, done: int, total: int) -> None:
            words = {"rules": "Checking rules", "views": "Preparing views"}
            bar.update(task, description=words.get(step, step)[:60], completed=done, total=total or None)

        yield update
