"""dq sample"""

from __future__ import annotations

from pathlib import Path

import click

from dq import sample


@click.command("sample")
@click.argument("system", type=click.Choice(["carefirst"]))
@click.option("--children", type=click.IntRange(1), default=400, show_default=True, help="Children in the case record.")
@click.option("--weeks", type=click.IntRange(1), default=6, show_default=True, help="Weekly extracts.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same project.")
@click.option("--faults/--no-faults", default=True, show_default=True, help="Whether faults are planted.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the project.")
def command(system: str, children: int, weeks: int, seed: int, faults: bool, out: Path) -> None:
    """Write a fictional project in SYSTEM's names: weekly extracts, teams, and the truth of what is wrong in them."""
    sample.write(out, children=children, weeks=weeks, seed=seed, faults=faults)
    click.echo(f"wrote {out}. Next: dq check {out}")
