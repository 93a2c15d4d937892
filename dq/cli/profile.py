"""dq profile"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from dq import output, profile, request


@click.command("profile")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the drafts; empty, or not there yet.")
@click.option("--html", is_flag=True, help="Also write profile.html, one page to read together.")
@click.option("--against", default="casework", show_default=True, metavar="PACK", help="Pack that the draft source map leads to.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use; default all.")
@click.option("--memory", metavar="SIZE", help="Memory the engine may use, such as 2GB; it spills to disk above that.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(path: Path, out: Path, html: bool, against: str, threads: int | None, memory: str | None, quiet: bool) -> None:
    """Describe files that nobody has described: a draft contract, source map and rules, with their evidence.

    PATH is a folder of files, one file, or a project, whose newest extract is read. What is written into --out is a
    pack to edit: `dq lint` passes on it, `dq check PATH --pack OUT` runs it.
    """
    request.check_memory(memory)
    console = Console(stderr=True, quiet=quiet)
    with output.reserved(path, request.today(), out) as folder:
        with console.status("Reading", spinner="line") as status:
            found = profile.survey(
                path, against=against, threads=threads, memory=memory, say=lambda text: status.update(text[:100])
            )
        files = profile.write(found, folder, html=html)
    if not quiet:
        for line in profile.summary(found):
            click.echo(line)
        click.echo(f"wrote {len(files)} files to {folder}. Next: read {folder / 'README.md'}")
        click.echo(f"or run: dq check {found.folder} --pack {folder}")
