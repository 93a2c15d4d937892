"""dq gates"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from dq import output
from dq.cli import history_options
from dq.errors import OptionError, Problem
from dq.gate_course import Course, asked_of, course
from dq.gates import frame, in_a_row
from dq.report import words
from dq.store import judged, read
from dq.store.models import Run
from dq.summary import Gate, Measures

SHOWN = 8
"""Runs of a gate's course that are shown as text."""
COLUMNS = (
    "criterion", "title", "severity", "owner", "per", "runs", "measured", "needed", "comparison", "met", "in_a_row", "since_run",
    "since", "needed_by", "needed_by_name", "reason", "failing", "trend",
)  # fmt: skip


@click.command("gates")
@history_options.options
@click.option("--run", "number", type=int, metavar="RUN", help="As this run judged them; default the latest. dq runs lists them.")
@click.option(
    "--suite", type=click.Path(path_type=Path), metavar="FILE", help="Write them as a suite of Great Expectations (JSON)."
)
@click.option("--metrics", type=click.Path(path_type=Path), metavar="FILE", help="Write what the suite is run on (CSV).")
@click.option("--data-docs", type=click.Path(path_type=Path), metavar="DIR", help="Write Data Docs of the judgement (HTML).")
def command(
    project: Path, as_json: bool, as_csv: bool, number: int | None, suite: Path | None, metrics: Path | None, data_docs: Path | None
) -> None:
    """Show each gate: what was measured, what is needed and by when, since when it is met or not, and its course.

    Earlier runs are held against the gates as they are now. What is written holds counts and shares, and names of units
    where a gate is judged for each of them; nothing of any record. A file that is there already is not written over.
    """
    with history_options.opened(project) as connection:
        chosen = read.run(connection, number)
        found = judged.judgements(connection, chosen.number)
        runs = judged.measures(connection, chosen.number)
    if not found:
        raise OptionError(
            Problem(subject=f"run {chosen.number}", message="The run judged no gates.", fix="Check the extract again.")
        )
    courses = [course(gate, runs) for gate in found]
    if suite or metrics or data_docs:
        _write(found, runs, suite, metrics, data_docs)
    elif as_json:
        history_options.print_json({"run": chosen.number, "as_of": chosen.as_of, "gates": [_data(each) for each in courses]})
    elif as_csv:
        history_options.print_csv(COLUMNS, [_cells(each) for each in courses])
    else:
        _print(chosen, courses)


def _write(
    found: Sequence[Gate], runs: Sequence[Measures], suite: Path | None, metrics: Path | None, data_docs: Path | None
) -> None:
    for file in (suite, metrics):
        output.must_be_new(file)
    from dq import gate_suite  # Great Expectations takes seconds to load

    asked = [asked_of(gate) for gate in found]
    rows = frame(asked, in_a_row(runs[-1], runs[:-1]))
    if data_docs is not None:
        from dq import gate_docs

        with output.whole(data_docs) as new:
            gate_docs.write(asked, rows, new.folder)
            new.finish()
    if suite is not None:
        output.write_whole(suite, gate_suite.as_json(asked))
    if metrics is not None:
        output.write_whole(metrics, gate_suite.as_csv(rows))
    for path in (data_docs, suite, metrics):
        if path is not None:
            click.echo(f"Written: {path}")


def _data(each: Course) -> dict[str, Any]:
    content = asdict(each.gate)
    content["needed_by"], content["needed_by_name"] = content.pop("by"), content.pop("by_name")
    return {
        **content,
        "since": {"run": each.since.run, "as_of": each.since.as_of, "always": each.always},
        "trend": [asdict(point) for point in each.points],
    }


def _cells(each: Course) -> list[object]:
    gate = each.gate
    failing = "; ".join(words.unit_failing(gate, unit) for unit in gate.failing)
    trend = "; ".join(f"{point.as_of.isoformat()}: {_number(point.measured)}" for point in each.points)
    return [
        gate.criterion, gate.title, gate.severity, gate.owner, gate.per, gate.runs, gate.measured, gate.needed, gate.comparison,
        "yes" if gate.met else "no", gate.in_a_row, each.since.run, each.since.as_of, gate.by, gate.by_name, gate.reason, failing,
        trend,
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _print(run: Run, courses: Iterable[Course]) -> None:
    click.echo(f"After run {run.number} (extract of {run.as_of.isoformat()}):")
    every = list(courses)
    for head, wanted in (("Gates", True), ("Advice", False)):
        chosen = [each for each in every if each.gate.decides is wanted]
        if chosen:
            click.echo(f"\n{head}")
        for each in chosen:
            click.echo(f"\n  {'met    ' if each.gate.met else 'NOT MET'}  {each.gate.criterion}")
            for line in _lines(each):
                click.echo(f"           {line}")


def _lines(each: Course) -> Iterator[str]:
    gate = each.gate
    yield f"{words.gate_title(gate)}."
    by = f", by {words.long_date(gate.by)}{f' ({gate.by_name})' if gate.by_name else ''}" if gate.by else ""
    yield f"Measured: {words.gate_measured(gate)}. Needed: {words.gate_needed(gate)}{by}."
    yield f"{_since(each)} {_trend(each)}"
    if not gate.decides:
        yield f"Severity: {gate.severity}."
    yield from words.gate_notes(gate, days=False)


def _since(each: Course) -> str:
    word = "Met" if each.gate.met else "Not met"
    if each.always and not each.gate.met:
        return "Never met so far."
    return f"{word} since run {each.since.run} (extract of {words.long_date(each.since.as_of)})."


def _trend(each: Course) -> str:
    shown = each.points[-SHOWN:]
    values = ", ".join(words.measured(point.measured, as_share=each.gate.share) for point in shown)
    if len(shown) == 1:
        return ""
    which = "Farthest unit" if each.gate.per else "Course"
    return f"{which}: {'... ' if len(shown) < len(each.points) else ''}{values}."
