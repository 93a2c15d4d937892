"""dq lint"""

from __future__ import annotations

import sys

import click

from dq.cli.options import counted
from dq.lint import lint


@click.command("lint")
@click.argument("packs", nargs=-1, required=True, metavar="PACK...")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(packs: tuple[str, ...], quiet: bool) -> None:
    """Find every fault of PACK (a name or a folder; several: more rules on the first one's tables), or of a project.

    PACK may be a project's folder: its packs are read with its own rules on top, and what these add, replace and
    switch off is listed. Ends with 1 when there is an error; a warning alone does not.
    """
    found = lint(packs)
    if not quiet:
        for line in found.differences:
            click.echo(line)
    for problem in found.problems:
        click.echo(f"{problem.level}: {problem}")
    errors = sum(problem.level == "error" for problem in found.problems)
    if not quiet:
        looked = f"{found.rules} rules and {found.views} views{counted(found.measures)}"
        click.echo(f"{looked}: {len(found.problems)} problems, {errors} of them errors.")
    sys.exit(1 if errors else 0)
