"""dq pack"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dq import paper
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.organisation import Level
from dq.papers.unit_facts import FOR
from dq.report.words import plural


@click.command("pack")
@click.option(
    "--for", "unit", nargs=2, required=True, metavar="LEVEL NAME", help="Whose: director, head, service or team; its name."
)
@click.option("--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the pack; default that of the run.")
@click.option("--html-only", is_flag=True, help="Write no PDF.")
@click.option("--records", is_flag=True, help="Write lists of records too: what runs over next, and samples for audits.")
@click.option("--seed", metavar="TEXT", help="With --records: other samples than those of the run.")
@click.option("--json", "as_json", is_flag=True, help="Print what the pack says as JSON.")
def command(
    unit: tuple[str, str], project: Path, out: Path | None, html_only: bool, records: bool, seed: str | None, as_json: bool
) -> None:
    """Write the pack of a director, a head of service, a service or a team: figures, key measures, where records go wrong.

    It shows the latest recorded run, as HTML and as PDF, and is written over when it is made again. Small numbers are not hidden:
    it is for people of the council, not for publication. It names no child. --records writes lists beside it that do: a workbook
    for each daily measure, and a random sample for each measure that an audit looks at. They are read from the extract.
    """
    level, name = unit
    if level not in FOR:
        raise OptionError(Problem(subject=f"--for {level}", message="There is no such level.", fix=f"One of: {', '.join(FOR)}."))
    if seed is not None and not records:
        raise OptionError(Problem(subject="--seed", message="It goes with --records."))
    chosen: Level = next(each for each in FOR if each == level)
    made = paper.write_pack(project, chosen, name, out, html_only=html_only)
    lists = []
    if records:
        from dq import unit_lists  # the engine, which figures alone do without

        lists = unit_lists.write(project, chosen, name, made.folder / "audits", seed)
    if as_json:
        content = {"files": [str(path) for path in made.files], **asdict(made.pack), "lists": [asdict(each) for each in lists]}
        history_options.print_json(content)
        return
    click.echo(made.pack.verdict)
    for path in made.files:
        click.echo(f"{path}{' (written over)' if path in made.replaced else ''}")
    for each in lists:
        drawn = f", drawn by the seed {each.seed}" if each.seed else ""
        said = each.reason or f"{plural(each.rows, 'record')} of {each.found}{drawn}: {each.file}"
        click.echo(f"{each.measure} {each.title}: {said}")
    if lists:
        click.echo("The lists hold keys of records, which are personal data: keep them where case records may be kept.")
