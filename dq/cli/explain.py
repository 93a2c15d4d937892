"""dq explain"""

from __future__ import annotations

import click

from dq import explain
from dq import pack as packs
from dq.cli.options import as_settings
from dq.functions import DIALECTS


@click.command("explain")
@click.argument("rule")
@click.option("--pack", "packs_", multiple=True, metavar="PACK", help="Pack that holds the rule; default all that came with dq.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Give a setting a value; may be repeated.")
@click.option(
    "--engine", "dialect", type=click.Choice([*DIALECTS, "all"]), default="duckdb", show_default=True, help="Whose SQL to show."
)
def command(rule: str, packs_: tuple[str, ...], settings: tuple[str, ...], dialect: str) -> None:
    """Show RULE (or a measure) in words, the SQL that runs, what it reads, and its examples."""
    chosen = DIALECTS if dialect == "all" else tuple(name for name in DIALECTS if name == dialect)
    click.echo(
        explain.explain(rule, [(name,) for name in packs.names()] if not packs_ else [packs_], as_settings(settings), chosen)
    )
