"""dq mutate"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from dq import pack as packs
from dq.mutation import judge, survivors
from dq.mutation.judge import Judged, Score


@click.command("mutate")
@click.argument("packs_", nargs=-1, metavar="[PACK...]")
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules, and no view: id, glob, or field:value.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Judge N mutants, drawn by the seed, instead of all.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="NUMBER", help="Which sample.")
@click.option(
    "--at-least", type=click.FloatRange(0, 1), default=0.95, show_default=True, metavar="SHARE", help="End with 1 below this share."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    packs_: tuple[str, ...], select: tuple[str, ...], sample: int | None, seed: int, at_least: float, as_json: bool
) -> None:
    """Change the rules of PACK (default casework) one comparison, limit or code at a time, and see whether an example notices.

    Prints how many changes each rule's examples noticed, and those that none did. Ends with 1 when fewer than --at-least of
    all were noticed, or when survivors.yaml lists one that is.
    """
    pack = packs.named(packs_ or ("casework",))
    listed = survivors.read(pack)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=as_json or not console.is_terminal) as bar:
        task = bar.add_task("Mutants", total=None)
        score = judge.run(
            pack, select, sample=sample, seed=seed, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    reasons = {name: each.reason for name, each in listed.items()}
    noticed = [each for each in score.judged if each.outcome == "killed" and each.mutant.id in reasons]
    if as_json:
        click.echo(json.dumps(_as_json(score, reasons), indent=2))
    else:
        _print(score, reasons, noticed)
    sys.exit(1 if score.share < at_least or noticed else 0)


def _by_subject(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for each in judged:
        found.setdefault(each.mutant.subject, []).append(each)
    return found


def _print(score: Score, reasons: Mapping[str, str], noticed: Iterable[Judged]) -> None:
    for subject, judged in _by_subject(score.judged).items():
        part = Score(judged)
        killed, survived = part.count("killed"), part.count("survived")
        click.echo(f"{subject}: {killed} of {killed + survived} noticed")
        for each in judged:
            if each.outcome == "survived":
                click.echo(f"  {each.mutant.id}\n    - {each.mutant.before}\n    + {each.mutant.after}")
                click.echo(f"    Reason: {reasons[each.mutant.id]}" if each.mutant.id in reasons else "    No reason is given.")
    for each in noticed:
        click.echo(f"survivors.yaml lists {each.mutant.id}, but it is noticed by {each.example}. Take it out.")
    killed, survived, stillborn = (score.count(name) for name in ("killed", "survived", "stillborn"))
    open_ = sum(each.outcome == "survived" and each.mutant.id not in reasons for each in score.judged)
    quietly = sum(each.quietly for each in score.judged)
    click.echo(
        f"{killed} of {killed + survived} changes noticed, {_percent(score.share)}; {survived} not, {open_} of them without a "
        f"reason; {stillborn} are no rule at all and do not count."
    )
    if quietly:
        click.echo(
            f"{quietly} of those noticed change no failing record: a record is assessed or in scope that was not, or the other way."
        )


def _percent(share: float) -> str:
    """Rounded down, so that 100.0 % is only said of all."""
    return f"{int(share * 1000) / 10:.1f} %"


def _as_json(score: Score, reasons: Mapping[str, str]) -> dict[str, Any]:
    counts = {name: score.count(name) for name in ("killed", "survived", "stillborn")}
    by_rule = {
        subject: {name: Score(judged).count(name) for name in counts} for subject, judged in _by_subject(score.judged).items()
    }
    facts = [
        {
            "mutant": each.mutant.id, "rule": each.mutant.subject, "before": each.mutant.before, "after": each.mutant.after,
            "reason": reasons.get(each.mutant.id, ""),
        }
        for each in score.judged
        if each.outcome == "survived"
    ]  # fmt: skip
    quietly = sum(each.quietly for each in score.judged)
    return {"share": round(score.share, 4), **counts, "killed_quietly": quietly, "rules": by_rule, "survivors": facts}
