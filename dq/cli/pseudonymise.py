"""dq pseudonymise"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from dq import privacy
from dq.privacy import report


@click.command("pseudonymise")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--extracts", default="all", show_default=True, metavar="WHICH", help="all, newest, a date, or DATE..DATE.")
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Keep the secret here, so that a later extract gets the same surrogates."
)
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(project: Path, out: Path, extracts: str, key_file: Path | None, quiet: bool) -> None:
    """Write a copy of PROJECT into OUT for sharing with a supplier: numbers, names, dates and free text replaced.

    `dq check OUT` gives the exceptions of the original under surrogate numbers, but for rules that name the calendar,
    which are listed. The copy is pseudonymised, not anonymous. Without --key-file the secret is kept nowhere.
    """
    console = Console(stderr=True, quiet=quiet)
    with console.status("Reading", spinner="line") as status:
        made = privacy.pseudonymise(
            project, out, extracts=extracts, key_file=key_file, say=lambda text: status.update(text[:100])
        )  # fmt: skip
    if not quiet and made.told is not None:
        for line in report.lines(made.told, out):
            click.echo(line)
