"""dq measures"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from dq import measure_words
from dq import pack as packs
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.measures import Measure
from dq.store import measures as store
from dq.store.measures import LEVELS, MeasuredLine, MeasuredRun

HEAD = (
    "measure", "title", "part", "level", "unit", "shape", "counted", "of", "not_assessed", "value", "target", "direction", "met",
    "before",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A figure with what the packs say of its measure."""

    line: MeasuredLine
    title: str
    shape: str
    direction: str | None
    judged: bool

    @property
    def target(self) -> float | None:
        """The target, where it is for this figure."""
        return self.line.target if self.judged else None

    @property
    def met(self) -> bool | None:
        """Whether it is met."""
        return measure_words.met(self.line.value, self.target, self.direction, self.line.counted, self.line.of)


@click.command("measures")
@history_options.options
@click.option("--run", "number", type=int, metavar="RUN", help="Of which run; default the latest. dq runs lists them.")
@click.option("--level", type=click.Choice(LEVELS), default="whole", show_default=True, help="Figures of these units.")
@click.option("--name", metavar="UNIT", help="Only of this unit of the level.")
@click.option(
    "--list", "listed", metavar="MEASURE", help="Write the records behind a measure, from the latest extract, into a file."
)
@click.option(
    "--part", metavar="PART", help="With --list: the period or band that is meant; default the one that the target is for."
)
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="With --list: N of them, drawn at random by a seed, for an audit."
)
@click.option("--seed", metavar="TEXT", help="With --sample: another seed than the run and the measure.")
@click.option("--out", metavar="FILE", help="With --list: a .csv or .xlsx file instead of one in reports/; - prints CSV.")
def command(
    project: Path, as_json: bool, as_csv: bool, number: int | None, level: str, name: str | None, listed: str | None,
    part: str | None, sample: int | None, seed: str | None, out: str | None,
) -> None:  # fmt: skip
    """Show the key figures of a run: value, target, met or not, change since the run before, trend.

    dq measures --list MEA-020 writes the records behind a measure into a file beside the run's results: those that missed it, or
    those that the measure says. It holds keys and values of records, which are personal data.
    """
    if listed is not None:
        _list(project, listed, part, level, name, number, sample, seed, out)
        return
    _only_with_list(part, sample, seed, out)
    declared = {each.id: each for each in packs.of_project(project).measures}
    with history_options.opened(project) as connection:
        found = store.measured(connection, run=number, level=level, unit=None if level == "whole" else name)
    shown = [_shown(line, declared) for line in found.lines]
    if as_json:
        figures = [{**asdict(each.line), **_said(each)} for each in shown]
        history_options.print_json({"run": found.run, "as_of": found.as_of, "level": level, "figures": figures})
    elif as_csv:
        history_options.print_csv(HEAD, [tuple({**asdict(each.line), **_said(each)}[word] for word in HEAD) for each in shown])
    else:
        _print(found, shown, level)


def _only_with_list(part: str | None, sample: int | None, seed: str | None, out: str | None) -> None:
    given = {"--part": part, "--sample": sample, "--seed": seed, "--out": out}
    wrong = [Problem(subject=word, message="It goes with --list MEASURE.") for word, value in given.items() if value is not None]
    if wrong:
        raise OptionError(wrong)


def _shown(line: MeasuredLine, declared: Mapping[str, Measure]) -> Shown:
    """What the packs say of a figure today; of a measure that they have no more its id alone."""
    measure = declared.get(line.measure)
    part = next((each for each in measure.parts if each.word == line.part), None) if measure is not None else None
    if measure is None or part is None:
        return Shown(line, "(the packs have no such measure any more)", "share" if line.of is not None else "count", None, False)
    return Shown(line, measure.title, part.shape, measure.direction, part.judged)


def _said(each: Shown) -> dict[str, object]:
    return {
        "title": each.title,
        "shape": each.shape,
        "direction": each.direction if each.judged else None,
        "target": each.target,
        "met": each.met,
    }


def _print(found: MeasuredRun, shown: Sequence[Shown], level: str) -> None:
    click.echo(f"Run {found.run}, extract of {found.as_of.isoformat()}:")
    if not shown:
        click.echo("No figures at this level.")
        return
    unit = [] if level == "whole" else [measure_words.LEVEL_WORDS[level]]
    head = ("measure", *unit, "", "part", "value", "counted", "target", "met", "change", "trend")
    history_options.print_table(head, [_row(each, level) for each in shown])
    unassessed = [each for each in shown if each.line.not_assessed]
    if unassessed:
        names = ", ".join(dict.fromkeys(each.line.measure for each in unassessed))
        click.echo(f"Not assessed, because what the measure reads is blank: records of {names}. --csv says how many.")
    judged = [each for each in shown if each.met is not None]
    missed = sum(not each.met for each in judged)
    click.echo(f"{len(judged) - missed} of {len(judged)} targets are met." + (" What is missed: dq actions" if missed else ""))


def _row(each: Shown, level: str) -> tuple[object, ...]:
    line = each.line
    unit = [] if level == "whole" else [line.unit or "(none)"]
    counted = "" if line.counted is None else f"{line.counted:,}" if line.of is None else f"{line.counted:,} of {line.of:,}"
    met = {None: "", True: "yes", False: "NO"}[each.met]
    return (
        line.measure, *unit, measure_words.short(each.title), line.part, measure_words.value(line.value, each.shape),
        counted if each.shape != "maximum" else "", measure_words.target(each.target, each.direction, each.shape), met,
        measure_words.change(line.value, line.before, each.shape),
        measure_words.trend((point.value for point in line.trend), each.shape),
    )  # fmt: skip


def _list(
    project: Path, measure: str, part: str | None, level: str, name: str | None, run: int | None, sample: int | None,
    seed: str | None, out: str | None,
) -> None:  # fmt: skip
    from dq import audit_list  # the engine, which figures alone do without

    if run is not None:
        raise OptionError(Problem(subject="--run", message="Records are listed from the latest extract.", fix="Leave --run out."))
    if seed is not None and sample is None:
        raise OptionError(Problem(subject="--seed", message="It goes with --sample N."))
    if level != "whole" and name is None:
        raise OptionError(Problem(subject=f"--level {level}", message="Whose records are meant?", fix="Add --name UNIT."))
    written = audit_list.write(project, measure, part=part, level=level, unit=name or "", sample=sample, seed=seed, out=out)
    if out == "-":
        return
    rows = f"{written.rows:,} {'record' if written.rows == 1 else 'records'}"
    if sample is not None:
        rows = f"{written.rows:,} of {written.found:,} records, drawn by the seed {written.seed}"
    click.echo(f"Wrote {written.file}: {rows}.")
    click.echo("It holds keys of records, which are personal data: keep it where case records may be kept.")
