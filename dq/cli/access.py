"""dq access"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dq import history, request
from dq.cli import history_options
from dq.model import SCOPES
from dq.store import access

LEVELS = [each.replace(" ", "-") for each in SCOPES]


@click.group("access", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Show what was taken away, too.")
@history_options.options
@click.pass_context
def command(context: click.Context, everything: bool, project: Path, as_json: bool, as_csv: bool) -> None:
    """List who may see whose figures and lists, or change it.

    The project keeps it so that papers and messages go to the right people, and `dq audit` shows who gave it. It does not
    guard files: folders and databases have rights of their own.
    """
    if context.invoked_subcommand is not None:
        return
    with history_options.opened(project) as connection:
        lines = access.lines(connection, everything=everything)
    rows = [tuple(asdict(line).values()) for line in lines]
    head = ("number", "person", "level", "unit", "given_at", "given_by", "ended")
    if as_json:
        history_options.print_json([asdict(line) for line in lines])
    elif as_csv:
        history_options.print_csv(head, rows)
    elif rows:
        history_options.print_table([word.replace("_", " ") for word in head], rows)
    else:
        click.echo("Nobody was given access. Give it: dq access grant PERSON --level team --unit NAME")


@command.command("grant")
@click.argument("person")
@click.option(
    "--level", type=click.Choice(LEVELS), required=True, help="How far it reaches; whole is counts of all, without records."
)
@click.option("--unit", default="", metavar="NAME", help="Which director, head of service, service or team.")
@click.option("--note", default="", help="Why.")
@history_options.options
def give(person: str, level: str, unit: str, note: str, project: Path, as_json: bool, as_csv: bool) -> None:
    """Let PERSON (a name, an account or an address) see a unit of the organisation."""
    scope: Any = level.replace("-", " ")
    with history_options.opened(project) as connection:
        new = access.grant(connection, history.who(), request.now(), person, scope, unit, note)
    _tell({"person": person, "level": scope, "unit": unit, "changed": new}, as_json, as_csv)
    if not (as_json or as_csv):
        what = f"{scope} {unit}".strip()
        click.echo(f"{person} may see {what}." if new else f"{person} may see {what} already: nothing was changed.")


@command.command("revoke")
@click.argument("numbers", type=int, nargs=-1, required=True)
@click.option("--note", default="", help="Why.")
@history_options.options
def take(numbers: tuple[int, ...], note: str, project: Path, as_json: bool, as_csv: bool) -> None:
    """Take access away, by the NUMBERS that dq access shows."""
    with history_options.opened(project) as connection:
        gone = access.revoke(connection, history.who(), request.now(), list(dict.fromkeys(numbers)), note)
    _tell({"revoked": gone}, as_json, as_csv)
    if not (as_json or as_csv):
        click.echo(f"Taken away: {gone}.")


def _tell(content: dict[str, object], as_json: bool, as_csv: bool) -> None:
    if as_json:
        history_options.print_json(content)
    elif as_csv:
        history_options.print_csv(list(content), [tuple(content.values())])
