"""dq coverage"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from dq import coverage
from dq import pack as packs
from dq.coverage import Covered

HEADINGS = ("column", "target field", "mandatory", "code list", "length", "gaps", "rules that read it")


@click.command("coverage")
@click.argument("packs_", nargs=-1, metavar="[PACK...]")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV, with the rules in full.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(packs_: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """Show what the target asks of each column of PACK (default casework), and the rules that look after it.

    Columns that no rule looks after come first. Ends with 1 when a mandatory field of the target has no rule.
    """
    rows = coverage.coverage(packs.named(packs_ or ("casework",)))
    if as_json:
        click.echo(json.dumps([{**asdict(row), "gaps": row.gaps} for row in rows], indent=2))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([*HEADINGS[:-1], "filled by", "mapped by", "length by", HEADINGS[-1]])
        for row in rows:
            rules = (row.filled_by, row.mapped_by, row.fitted_by, row.read_by)
            writer.writerow([*_facts(row), *("; ".join(each) for each in rules)])
    else:
        table = Table(box=None, pad_edge=False)
        for name in HEADINGS:
            table.add_column(name.capitalize(), no_wrap=name == "column", overflow="fold")
        for row in rows:
            table.add_row(*map(str, _facts(row)), _some(row))
        Console().print(table)
        click.echo(_summary(rows))
    sys.exit(1 if any(row.mandatory and not row.filled_by for row in rows) else 0)


def _facts(row: Covered) -> tuple[Any, ...]:
    return (
        f"{row.table}.{row.column}", row.field, "yes" if row.mandatory else "", row.codes, row.length or "", "; ".join(row.gaps),
    )  # fmt: skip


def _some(row: Covered, most: int = 4) -> str:
    """The rules that read the column, without the part of their ids that names it."""
    names = [name.removesuffix(f".{row.table}.{row.column}") for name in row.read_by]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _summary(rows: list[Covered]) -> str:
    asked = (
        ("mandatory fields have a rule that they are filled in", [bool(row.filled_by) for row in rows if row.mandatory]),
        ("coded columns have a rule that their codes are mapped", [bool(row.mapped_by) for row in rows if row.codes]),
        ("texts with a length have a rule on it", [bool(row.fitted_by) for row in rows if row.length is not None]),
    )
    return "\n".join(f"{sum(told)} of {len(told)} {what}." for what, told in asked)
