"""dq diff"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from dq.cli import history_options
from dq.dispositions import WAIVER_CHANGES
from dq.errors import OptionError
from dq.lifecycle import CHANGES, HANDOVERS
from dq.store import read
from dq.store.read import ChangeLine, Difference

BECAUSE = {"data": "the data", "rule": "the rule", "": ""}


@click.command("diff")
@click.argument("runs", nargs=-1, type=int, metavar="[RUN RUN]")
@history_options.options
@click.option("--all", "everything", is_flag=True, help="Show what is still open, too.")
def command(runs: Sequence[int], project: Path, as_json: bool, as_csv: bool, everything: bool) -> None:
    """Show what changed between two runs, by rule and team, and whether the data or the rule is why.

    Without RUN RUN the last two are compared; otherwise the earlier is given first. dq runs lists them.
    """
    if len(runs) not in (0, 2):
        raise OptionError("dq diff takes two runs, or none for the last two.")
    with history_options.opened(project) as connection:
        found = read.difference(connection, *runs)
    lines = [line for line in found.lines if everything or line.change != "still open"]
    if as_json:
        ends = {"earlier": asdict(found.earlier), "later": asdict(found.later)}
        history_options.print_json({**ends, "totals": found.totals, "changes": [asdict(line) for line in lines]})
    elif as_csv:
        head = ("change", "why", "rule", "from_team", "team", "exceptions")
        rows = [(line.change, line.why, line.rule, line.from_team, line.team, line.exceptions) for line in lines]
        history_options.print_csv(head, rows)
    else:
        _print(found, lines)
        for run in (found.earlier, found.later):
            for sentence in history_options.removed(project, run):
                click.echo(sentence)


def _print(found: Difference, lines: Sequence[ChangeLine]) -> None:
    click.echo(
        f"From run {found.earlier.run} (extract of {found.earlier.as_of.isoformat()}) "
        f"to run {found.later.run} (extract of {found.later.as_of.isoformat()}):"
    )
    besides = [name for name in (*HANDOVERS, *WAIVER_CHANGES) if found.totals[name]]
    shown = {word: number for word, number in found.totals.items() if word in CHANGES or word in besides}
    history_options.print_table(("change", "exceptions"), list(shown.items()))
    if besides:
        click.echo(f"What is counted as {' or '.join(besides)} is counted above, too.")
    for name in (*CHANGES, *HANDOVERS, *WAIVER_CHANGES):
        mine = [line for line in lines if line.change == name]
        if not mine:
            continue
        click.echo(f"\n{name.capitalize()}")
        if name == "moved":
            moved = [(line.rule, line.from_team, line.team, BECAUSE[line.why], line.exceptions) for line in mine]
            history_options.print_table(("rule", "from", "to", "because of", "exceptions"), moved)
        else:
            rows = [(line.rule, line.team, BECAUSE[line.why], line.exceptions) for line in mine]
            history_options.print_table(("rule", "team", "because of", "exceptions"), rows)
