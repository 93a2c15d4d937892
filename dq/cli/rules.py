"""dq rules"""

from __future__ import annotations

import csv
import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from dq import pack as packs
from dq.rules import Rule

COLUMNS = ("id", "table", "severity", "dimension", "theme", "title", "place", "origin")
SHOWN = ("id", "table", "severity", "dimension", "theme", "title", "origin")


@click.command("rules")
@click.argument("packs_", nargs=-1, metavar="[PACK...]")
@click.option("--select", multiple=True, metavar="RULES", help="Only these: id, glob, or field:value; may be repeated.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(packs_: tuple[str, ...], select: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """List the rules of PACK (default casework) that a selection names, with where each stands and what it replaces.

    PACK may be a project's folder: its packs with its own rules on top; those that are switched off are listed last.

    A selection is an id, a glob (CPV-*), or field:value with id, tag, table, severity, dimension, theme or kind.
    One beginning with - takes rules away. The same selections work on check and test-rules.
    """
    pack = packs.named(packs_ or ("casework",))
    if packs_ and packs.is_project(Path(packs_[0])):
        outside = importlib.import_module("dq.outside")
        sets = outside.of_project(Path(packs_[0]), pack.contract, pack.rules)
        pack = replace(pack, rules=(*pack.rules, *(rule for each in sets for rule in each.rules)))
    pack = pack.select(select)
    rows = [_row(rule, origin) for rule, origin in packs.origins(pack)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        shown = SHOWN if pack.own is not None else SHOWN[:-1]
        table = Table(box=None, pad_edge=False)
        for name in shown:
            table.add_column(name.capitalize(), no_wrap=name == "id")
        for row in rows:
            table.add_row(*(row[name] for name in shown))
        Console().print(table)
        click.echo(f"{len(pack.rules)} rules.")


def _row(rule: Rule, origin: str) -> dict[str, str]:
    facts = {"place": f"{rule.file}:{rule.line}", "origin": origin}
    return {name: facts[name] if name in facts else str(getattr(rule, name)) for name in COLUMNS}
