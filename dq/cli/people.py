"""dq people: train, show, rule"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from dq import duplicates
from dq.duplicates import Shown, Trained
from dq.errors import OptionError
from dq.report.data_files import neutral

AS_OF = click.DateTime(["%Y-%m-%d"])
SHOWN_CHANGES = 20


@click.group("people")
def command() -> None:
    """Find people who are recorded twice in a project. Needs the extra: pip install "dq[people]"."""


@command.command("train")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--as-of", type=AS_OF, help="Train on the extract of this date, instead of the newest.")
def train(project: Path, as_of: dt.datetime | None) -> None:
    """Train PROJECT's model of its people and write people.json, which checks use until it is trained again.

    Says which weights change and how many pairs come and go. The same extract gives the same model.
    """
    done = duplicates.train(project, as_of.date() if as_of else None)
    learnt = done.model.learnt
    click.echo(f"Trained on {learnt['records']:,} people of {done.as_of}; about {learnt['pairs_expected']:,} pairs expected.")
    if done.before is None:
        click.echo(f"Wrote {done.file}: the first model of this project. It finds {_pairs(done.pairs)} in this extract.")
        return
    for name, level, old, new in done.changes:
        click.echo(f"  {name}{', ' if level else ''}{level}: {old:+.2f} becomes {new:+.2f}")
    click.echo(f"Wrote {done.file}: {len(done.changes)} weights change.")
    click.echo(
        f"It finds {_pairs(done.pairs)} in this extract: {len(done.appeared)} that the model before did not find, "
        f"and {len(done.gone)} of that model's are gone."
    )
    _list_keys(done)


@command.command("show")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("pair", nargs=-1)
@click.option("--as-of", type=AS_OF, help="The extract of this date, instead of the newest.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all pairs as CSV.")
def show(project: Path, pair: tuple[str, ...], as_of: dt.datetime | None, as_csv: bool) -> None:
    """Show the likely duplicates of PROJECT's newest extract, or one PAIR ("P1|P2", or the two numbers) side by side.

    This shows names and dates of birth: for those who may see the records.
    """
    shown = duplicates.show(project, as_of.date() if as_of else None, only=_two(pair) if pair else ())
    if as_csv:
        _print_csv(shown)
    elif pair:
        _print_pair(shown[0])
    else:
        table = Table("Pair", "Weight", "Agrees", "Nearly", "Differs", "Together", box=None, pad_edge=False)
        for each in shown:
            table.add_row(each.key, f"{each.weight:.2f}", each.agrees, each.nearly, each.differs, each.cluster)
        if shown:
            Console().print(table)
        click.echo(f"{_pairs(len(shown))}.")


@command.command("rule")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("first")
@click.argument("second")
@click.option("--because", required=True, metavar="REASON", help="How you know.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
def rule(project: Path, first: str, second: str, because: str, by: str) -> None:
    """Write down in PROJECT that FIRST and SECOND, two person numbers, are not the same person.

    The pair is not found again, in this extract or a later one. Rulings stand in people_ruled.csv.
    """
    path = duplicates.rule(project, first, second, by=by, because=because)
    click.echo(f"Added to {path}. To take it back, delete its line.")


def _two(pair: tuple[str, ...]) -> tuple[str, str]:
    parts = pair[0].split("|") if len(pair) == 1 else list(pair)
    if len(parts) != 2 or parts[0] == parts[1]:
        raise OptionError('A pair is two person numbers: "P1|P2" in quotation marks, or P1 P2.')
    return parts[0], parts[1]


def _pairs(number: int) -> str:
    return f"{number:,} {'pair' if number == 1 else 'pairs'}"


def _list_keys(done: Trained) -> None:
    for word, keys in (("new", done.appeared), ("gone", done.gone)):
        for key in keys[:SHOWN_CHANGES]:
            click.echo(f"  {word}: {key}")
        if len(keys) > SHOWN_CHANGES:
            click.echo(f"  {word}: {len(keys) - SHOWN_CHANGES} more")


def _print_csv(shown: list[Shown]) -> None:
    write = csv.writer(sys.stdout, lineterminator="\n").writerow
    titles = list(shown[0].cells) if shown else []
    sides = [f"{title} ({side})" for title in titles for side in ("first", "second")]
    write(["pair", "weight", "cluster", "agrees", "nearly_agrees", "differs", "not_compared", *sides])
    for each in shown:
        cells = [cell for title in titles for cell in each.cells[title]]
        row = (each.key, f"{each.weight:.2f}", each.cluster, each.agrees, each.nearly, each.differs, each.blank, *cells)
        write([neutral(value) for value in row])


def _print_pair(pair: Shown) -> None:
    first, second = pair.key.split("|", 1)
    table = Table("", first, second, box=None, pad_edge=False)
    for title, (one, two) in pair.cells.items():
        table.add_row(title, one or "(blank)", two or "(blank)")
    Console().print(table)
    click.echo("")
    parts = Table("What is compared", "How", "Weight", box=None, pad_edge=False)
    for name, words, weight in pair.parts:
        parts.add_row(name, words, f"{weight:+.2f}")
    parts.add_row("together", "", f"{pair.weight:+.2f}")
    Console().print(parts)
