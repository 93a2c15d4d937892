"""dq return"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from dq import case_return, output, request
from dq.cli import check
from dq.errors import OptionError, Problem
from dq.report.words import plural


@click.command("return")
@click.argument("pack")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--year", type=click.IntRange(1992, 2100), help="The year in which the collection ends; default the last.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The extract of this date, instead of the newest.")
@click.option("--out", type=click.Path(path_type=Path), help="A new folder for the return; default PROJECT/returns/PACK-YEAR.")
@click.option("--build-only", is_flag=True, help="Write the return's files and do not check them.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
@click.pass_context
def command(
    context: click.Context, pack: str, project: Path, year: int | None, as_of: dt.datetime | None, out: Path | None,
    build_only: bool, quiet: bool,
) -> None:  # fmt: skip
    """Build a statutory return from a project's case record, and check it with the return's own rules.

    PACK is the return: ssda903 or cin. The files are written to a new folder, last year's to its folder previous; the results
    of the check to its folder report. Ends as dq check does.
    """
    if not (project / "dq.yaml").is_file():
        fix = "Give a project's folder. Files of a return are checked with dq check FOLDER --pack PACK."
        raise OptionError(Problem(str(project), message="The folder has no dq.yaml.", fix=fix))
    wanted = request.of_path(project, as_of=as_of.date() if as_of else None)
    of_year = year or case_return.year_of(wanted.as_of)
    target = out or output.unused(project / "returns" / f"{pack}-{of_year}")
    with check.progress_bar(quiet) as progress:
        built = case_return.build(wanted, pack, of_year, target, progress=progress)
    if not quiet:
        click.echo(f"The return of {built.year} is in {built.folder}:")
        for file, rows in built.rows.items():
            click.echo(f"  {file}: {plural(rows, 'row')}")
    if not build_only:
        context.invoke(
            check.command, path=built.folder, pack=pack, settings=(f"collection_year={of_year}",),
            as_of=dt.datetime.combine(wanted.as_of, dt.time()), out=built.folder / "report", quiet=quiet,
        )  # fmt: skip
