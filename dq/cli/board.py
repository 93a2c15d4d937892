"""dq board"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dq import paper
from dq.cli import history_options


@click.command("board")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the paper; default that of the run.")
@click.option("--html-only", is_flag=True, help="Write no PDF.")
@click.option("--json", "as_json", is_flag=True, help="Print what the paper says as JSON, suppressed as on the paper.")
def command(project: Path, out: Path | None, html_only: bool, as_json: bool) -> None:
    """Write the page for the project board: verdict, gates, readiness, services, decisions, accepted risks.

    It shows the latest recorded run, as HTML and as PDF: one page, and one of notes. Counts under five are hidden, and others
    with them so that none can be worked out; there is no record number and no name of a child, so it may be published. A paper
    on the same run is written over.
    """
    made = paper.write_board(project, out, html_only=html_only)
    if as_json:
        content = {"files": [str(path) for path in made.files], **asdict(made.board)}
        history_options.print_json(content)
        return
    click.echo(made.board.verdict)
    for path in made.files:
        click.echo(f"{path}{' (written over)' if path in made.replaced else ''}")
