"""dq counts"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from dq.cli import history_options
from dq.lifecycle import ASIDE
from dq.model import SEVERITIES
from dq.organisation import LEVELS, Count
from dq.store import levels
from dq.store.levels import Counted

TEAM = LEVELS.index("team")
LISTED = ("new", "open", "reopened")
NAMES = {"director": "director", "head": "head_of_service", "service": "service", "team": "team", "worker": "worker"}
"""What the levels are called where they stand over a column."""


@click.command("counts")
@history_options.options
@click.option(
    "--by", "level", type=click.Choice(tuple(reversed(LEVELS))), default="team", show_default=True, help="The level to count at."
)
@click.option("--run", "number", type=int, metavar="RUN", help="After which run; default the latest. dq runs lists them.")
@click.option("--severity", type=click.Choice(SEVERITIES), multiple=True, help="Only these; may be given several times.")
def command(project: Path, as_json: bool, as_csv: bool, level: str, number: int | None, severity: Sequence[str]) -> None:
    """Count exceptions after a run at one level of the organisation, by severity and state.

    Every level adds up to the one above it. Teams stand where they stood on the day of that run's extract.
    """
    with history_options.opened(project) as connection:
        found = levels.counts(connection, level, number)  # type: ignore[arg-type]  # click gives a level
    wanted = [each for each in found.counts if not severity or each.severity in severity]
    places = tuple(NAMES[name] for name in LEVELS[1 : LEVELS.index(found.level) + 1])
    if as_json:
        lines = [
            {
                **dict(zip(places, each.place, strict=True)),
                "severity": each.severity,
                "state": each.word,
                "exceptions": each.exceptions,
            }
            for each in wanted
        ]
        history_options.print_json({"run": found.run.number, "as_of": found.run.as_of, "by": level, "counts": lines})
    elif as_csv:
        head = (*places, "severity", "state", "exceptions")
        history_options.print_csv(head, [(*each.place, each.severity, each.word, each.exceptions) for each in wanted])
    else:
        _print(found, places, wanted)


def _print(found: Counted, places: Sequence[str], wanted: Sequence[Count]) -> None:
    click.echo(f"After run {found.run.number} (extract of {found.run.as_of.isoformat()}):")
    if not wanted:
        click.echo("No exceptions.")
        return
    telling = _telling(wanted, len(places))
    titles = [places[level].replace("_", " ") for level in telling]
    by_place: dict[tuple[str, ...], list[Count]] = {}
    for each in wanted:
        by_place.setdefault(each.place, []).append(each)
    rows: list[tuple[object, ...]] = []
    for place, counts in by_place.items():
        names = [place[level] or f"(no {title})" for level, title in zip(telling, titles, strict=True)]
        rows.append((*names, *_numbers(counts)))
    if places:
        rows.append(("all", *[""] * (len(titles) - 1), *_numbers(wanted)))
    history_options.print_table((*titles, "exceptions", *SEVERITIES, "new", "reopened", "set aside", "cleared"), rows)


def _telling(wanted: Sequence[Count], levels: int) -> list[int]:
    """The levels to show: the one asked for, and those above it that somebody named. What is no team bears one name at all."""
    named = [each.place for each in wanted if len(set(each.place[:TEAM])) > 1]
    return [level for level in range(levels) if level == levels - 1 or any(place[level] for place in named)]


def _numbers(counts: Sequence[Count]) -> list[int]:
    """On the list, by severity, new and reopened among them; beside the list, set aside and cleared."""

    def total(chosen: Callable[[Count], bool]) -> int:
        return sum(each.exceptions for each in counts if chosen(each))

    return [
        total(lambda each: each.word in LISTED),
        *(total(lambda each, name=name: each.word in LISTED and each.severity == name) for name in SEVERITIES),  # type: ignore[misc]
        total(lambda each: each.word == "new"),
        total(lambda each: each.word == "reopened"),
        total(lambda each: each.word in ASIDE),
        total(lambda each: each.word == "cleared"),
    ]
