"""dq init"""

from __future__ import annotations

from pathlib import Path

import click

from dq.scaffold import write_project


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--pack", default="casework", show_default=True, help="Pack to build on.")
@click.option("--source", default=None, help="Source map of the pack, such as carefirst.")
def command(folder: Path, pack: str, source: str | None) -> None:
    """Make a project in FOLDER: dq.yaml, a folder for rules of its own that lints, folders for extracts and reports.

    Visual Studio Code then completes and checks rule files (with its YAML extension), without the internet.
    """
    for path in write_project(folder, pack, source):
        click.echo(f"wrote {path}")
    click.echo(f"Next: put an extract into {folder / 'extracts' / '2026-11-02'} (named by its date) and run: dq check {folder}")
