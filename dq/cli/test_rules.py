"""dq test-rules"""

from __future__ import annotations

import sys

import click

from dq import examples, pack
from dq.cli.options import counted
from dq.people.find import INSTALL


@click.command("test-rules")
@click.argument("packs", nargs=-1, required=True, metavar="PACK...")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules: id, glob, or field:value; may be repeated.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(packs: tuple[str, ...], select: tuple[str, ...], quiet: bool) -> None:
    """Run every example of PACK (a name or a folder; several: more rules on the first one's tables), or of a project.

    PACK may be a project's folder: then the examples of its own rules, views and measures are run.
    """
    tested = examples.run(pack.named(packs).select(select))
    for problem in tested.problems:
        click.echo(str(problem))
    for rule in tested.untried:
        click.echo(f"{rule} was not tried: its examples need Splink ({INSTALL}).", err=True)
    if not quiet:
        click.echo(
            f"{tested.examples} examples of {tested.rules} rules and {tested.views} views{counted(tested.measures)}: "
            + (f"{len(tested.problems)} problems." if tested.problems else "all as they say.")
        )
    sys.exit(1 if tested.problems else 0)
