"""dq actions"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from dq import history, measure_words, request
from dq import pack as packs
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.measures import Measure
from dq.store import actions
from dq.store import measures as store
from dq.store.actions import ActionLine, Plan
from dq.store.measures import LEVELS, MeasuredLine, MeasuredRun

HEAD = (
    "state", "number", "measure", "level", "unit", "value", "target", "direction", "narrative", "action", "owner", "by", "given_by",
    "done", "done_by", "note",
)  # fmt: skip


@click.group("actions", invoke_without_command=True)
@history_options.options
@click.option("--all", "everything", is_flag=True, help="Also the actions that are done.")
@click.pass_context
def command(context: click.Context, project: Path, as_json: bool, as_csv: bool, everything: bool) -> None:
    """List measures that missed their target and of which nobody has said why, and what is being done about the others.

    A measure is asked about at the level that it names as its owner: of each team, service, head of service or director that
    missed it at the latest run. An action is shown until it is done.
    """
    if context.invoked_subcommand is not None:
        return
    declared = {each.id: each for each in packs.of_project(project).measures}
    with history_options.opened(project) as connection:
        found = store.measured(connection)
        missed = _missed(found, declared)
        open_ = actions.asked(connection, found.at, missed)
        kept = actions.lines(connection, request.today(), everything=everything)
    asked = [missed[each] for each in open_]
    if as_json:
        lines = [{**asdict(each), "target": each.target, "direction": declared[each.measure].direction} for each in asked]
        for line in lines:
            line.pop("trend")
        history_options.print_json(
            {"run": found.run, "as_of": found.as_of, "asked_for": lines, "actions": [asdict(each) for each in kept]}
        )
    elif as_csv:
        history_options.print_csv(HEAD, [*(_asked_row(each, declared) for each in asked), *(_action_row(each) for each in kept)])
    else:
        _print(found, asked, kept, declared)


@command.command("add")
@click.argument("measure")
@click.option(
    "--for", "whose", nargs=2, type=(click.Choice(LEVELS), str), required=True, metavar="LEVEL NAME",
    help="Whose figure: team, service, head or director and its name; or whole all.",
)  # fmt: skip
@click.option("--narrative", required=True, help="Why the target was missed.")
@click.option("--action", required=True, help="What is done about it.")
@click.option("--owner", required=True, help="Who does it.")
@click.option("--by", "due", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="DATE", help="The day by which it is done.")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def add(
    measure: str, whose: tuple[str, str], narrative: str, action: str, owner: str, due: dt.datetime, project: Path, as_json: bool
) -> None:
    """Say why MEASURE missed its target for a unit, what is done about it, by whom and until when. It is kept until it is done."""
    level, unit = whose
    declared = {each.id: each for each in packs.of_project(project).measures}
    plan = Plan(measure, level, "" if level == "whole" else unit, narrative, action, owner, due.date())
    with history_options.opened(project) as connection:
        number = actions.add(connection, history.who(), request.now(), plan, declared)
        missed = (plan.measure, plan.level, plan.unit) in _missed(store.measured(connection), declared, every_level=True)
    if as_json:
        history_options.print_json({"action": number, "measure": measure, "level": level, "unit": plan.unit, "missed": missed})
        return
    click.echo(f"Action {number} is kept: {_where(level, plan.unit)}, {measure}, by {plan.due.isoformat()}.")
    if not missed:
        click.echo("Note: at the latest run this target is not missed, or there is none.")


@command.command("done")
@click.argument("numbers", nargs=-1, type=int, required=True, metavar="NUMBER...")
@click.option("--note", default="", help="What came of it.")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="The project; default this folder.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def done(numbers: Sequence[int], note: str, project: Path, as_json: bool) -> None:
    """Say that actions are done. If the target is missed at a later run, the measure is asked about again."""
    if not note.strip():
        raise OptionError(Problem(subject="--note", message="It is blank.", fix="Say what came of it."))
    with history_options.opened(project) as connection:
        number = actions.done(connection, history.who(), request.now(), numbers, note.strip())
    if as_json:
        history_options.print_json({"done": list(dict.fromkeys(numbers))})
    else:
        click.echo(f"{number:,} {'action is' if number == 1 else 'actions are'} done.")


def _missed(
    found: MeasuredRun, declared: Mapping[str, Measure], *, every_level: bool = False
) -> dict[tuple[str, str, str], MeasuredLine]:
    """What missed its target in a run, at the level that answers for it; in the order of measures."""
    missed = {}
    for line in found.lines:
        measure = declared.get(line.measure)
        if measure is None or not (every_level or line.level == measure.owner):
            continue
        judged = any(part.judged and part.word == line.part for part in measure.parts)
        if judged and measure_words.met(line.value, line.target, measure.direction, line.counted, line.of) is False:
            missed[line.measure, line.level, line.unit] = line
    return missed


def _shape(line: MeasuredLine, declared: Mapping[str, Measure]) -> str:
    return next(part.shape for part in declared[line.measure].parts if part.word == line.part)


def _asked_row(line: MeasuredLine, declared: Mapping[str, Measure]) -> tuple[object, ...]:
    direction = declared[line.measure].direction
    return (
        "asked for",
        None,
        line.measure,
        line.level,
        line.unit,
        line.value,
        line.target,
        direction,
        *[""] * 3,
        None,
        "",
        None,
        "",
        "",
    )


def _action_row(each: ActionLine) -> tuple[object, ...]:
    state = "done" if each.done else "overdue" if each.overdue else "open"
    return (
        state, each.number, each.measure, each.level, each.unit, None, None, "", each.narrative, each.action, each.owner, each.due,
        each.given_by, each.done, each.done_by, each.note,
    )  # fmt: skip


def _where(level: str, unit: str) -> str:
    return measure_words.LEVEL_WORDS[level] if level == "whole" else f"{measure_words.LEVEL_WORDS[level]} {unit or '(none)'}"


def _print(found: MeasuredRun, asked: Sequence[MeasuredLine], kept: Sequence[ActionLine], declared: Mapping[str, Measure]) -> None:
    click.echo(f"After run {found.run}, extract of {found.as_of.isoformat()}.")
    if asked:
        click.echo("\nThe target is missed, and nobody has said why or what is done:")
        rows = []
        for line in asked:
            shape = _shape(line, declared)
            target = measure_words.target(line.target, declared[line.measure].direction, shape)
            title = measure_words.short(declared[line.measure].title)
            rows.append((line.measure, title, _where(line.level, line.unit), measure_words.value(line.value, shape), target))
        history_options.print_table(("measure", "", "whose", "value", "target"), rows)
        click.echo("Say so: dq actions add MEASURE --for LEVEL NAME --narrative ... --action ... --owner ... --by DATE")
    else:
        click.echo("No measure is waiting for a narrative.")
    if kept:
        click.echo("\nActions:")
        done_rows = [
            (
                each.number, each.measure, _where(each.level, each.unit), each.action, each.owner, each.due,
                f"done {each.done.date().isoformat()}" if each.done else "OVERDUE" if each.overdue else "open",
            )
            for each in kept
        ]  # fmt: skip
        history_options.print_table(("number", "measure", "whose", "action", "owner", "by", "state"), done_rows)
    elif not asked:
        click.echo("No action is open.")
