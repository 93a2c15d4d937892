"""A run on the terminal: counts and words, fit for 80 columns, with or without colour."""

from collections.abc import Callable, Iterable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dq.report import holding_back
from dq.report.counts import count_by_severity, not_evaluated, tally, without_table
from dq.report.verdict import (
    advice_gates,
    deciding_gates,
    readiness_sentence,
    state,
    switched_off_sentence,
    unread_sentence,
    verdict,
)
from dq.report.words import (
    capital,
    gate_measured,
    gate_needed,
    gate_notes,
    gate_title,
    long_date,
    number,
    plural,
    team_title,
)
from dq.summary import Found, RunSummary

TOP = 10
COLOURS = {"blocker": "bold red", "major": "yellow", "minor": "default"}
STATES = {"not-ready": "bold red", "ready": "bold green", "open": "bold"}


def render(results: RunSummary, console: Console, files: list[Path]) -> None:
    """Print what was found, the readiness, the gates and where `files` are; the last line is the verdict.

    It is made from the summary alone and shows nothing of any record. Without colour nothing is lost.
    """
    console.print()
    console.print(Text(f"{results.project}, extract of {long_date(results.as_of)}", style="bold"))
    _found(results, console)
    _not_run(results, console)
    if gone := without_table(results.rules):
        console.print(Text(f"Not in the extract, so that nothing of it was checked: {', '.join(gone)}.", style="bold"))
        console.print()
    if results.switched_off:
        console.print(Text(switched_off_sentence(results), style="bold"))
    _readiness(results, console)
    _gates(results, console)
    if results.unrecognised:
        console.print(Text(unread_sentence(results.unrecognised), style="bold"))
    for note in results.notes:
        console.print(Text(note, style="bold"))
    _files(console, files)
    console.print()
    console.print(Text(verdict(results), style=STATES[state(results)]))


def _found(results: RunSummary, console: Console) -> None:
    counts = count_by_severity(results.found)
    table = _table("Severity", "Exceptions")
    for severity, count in counts.items():
        table.add_row(Text(capital(severity), style=COLOURS.get(severity, "default")), number(count))
    table.add_row("All", number(sum(counts.values())))
    console.print(table)
    if results.found:
        console.print(_tallies("Dimension", results.found, lambda row: row.dimension, capital))
        console.print(_tallies("Team", results.found, lambda row: row.team, team_title))


def _tallies(head: str, found: Iterable[Found], name: Callable[[Found], str], title: Callable[[str], str]) -> Table:
    rows = tally(found, name)
    table = _table(head, "Blocker", "Major", "Minor", "All")
    for row in rows[:TOP]:
        blockers = Text(number(row.blocker), style=COLOURS["blocker"] if row.blocker else "")
        table.add_row(Text(title(row.name)), blockers, number(row.major), number(row.minor), number(row.total))
    if rest := rows[TOP:]:
        sums = [sum(getattr(row, part) for row in rest) for part in ("blocker", "major", "minor", "total")]
        table.add_row(f"({len(rest)} more)", *(number(value) for value in sums))
    return table


def _not_run(results: RunSummary, console: Console) -> None:
    rows = not_evaluated(results.rules)
    if not rows:
        return
    console.print(Text(f"{plural(len(rows), 'rule')} could not be run:", style="bold red"))
    for row in rows[:TOP]:
        console.print(Text(f"  {row.rule}: {row.reason or 'no reason was recorded'}"))
    if len(rows) > TOP:
        console.print(Text(f"  and {len(rows) - TOP} more, in rules.csv"))
    console.print()


def _readiness(results: RunSummary, console: Console) -> None:
    console.print(Text(f"{readiness_sentence(results.readiness)}.", style="bold"))
    for reason in results.readiness.unattached[:TOP]:
        console.print(Text(f"  - {reason}"))
    if (more := len(results.readiness.unattached) - TOP) > 0:
        console.print(Text(f"  - and {more} more, in summary.html"))
    for note in holding_back.notes(results):
        console.print(Text(f"  - {note}"))
    if said := holding_back.short_list(results):
        console.print(Text(said))


def _gates(results: RunSummary, console: Console) -> None:
    for head, gates in (("Gate", deciding_gates(results)), ("Advice", advice_gates(results))):
        if not gates:
            continue
        table = _table(head, "Needed", "Measured", "Result")
        for gate in gates:
            severity = [] if gate.decides else [f"{capital(gate.severity)}."]
            name = Text("\n".join([gate_title(gate), *severity, *gate_notes(gate, TOP)]))
            result = Text("met", style="green") if gate.met else Text("NOT MET", style="bold red" if gate.decides else "yellow")
            table.add_row(name, gate_needed(gate), gate_measured(gate), result)
        console.print(table)


def _files(console: Console, files: list[Path]) -> None:
    if not files:
        return
    books = [path for path in files if path.suffix == ".xlsx"]
    others = [path for path in files if path.suffix != ".xlsx"]
    folder = (others or books)[0].parent
    console.print(Text(f"Files are in {folder}"), soft_wrap=True)
    if others:
        console.print(Padding(Text(", ".join(path.name for path in others)), (0, 0, 0, 2)))
    if books:
        console.print(Text(f"  {books[0].parent.name}: {plural(len(books), 'workbook')}"))


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold", max_width=44, min_width=12)
    for name in others:
        table.add_column(name, justify="right" if name != "Result" else "left", overflow="fold")
    return table
