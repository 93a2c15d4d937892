"""The page for the board: one HTML file that needs no network, no script and no other file.

It is made from the `RunSummary` alone, so it holds counts and reasons and nothing of any record.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from dq.report import holding_back, words
from dq.report.counts import (
    busiest_rules,
    count_by_severity,
    hardly_assessed,
    not_evaluated,
    tally,
    without_records,
    without_table,
)
from dq.report.verdict import (
    advice_gates,
    deciding_gates,
    files_sentence,
    readiness_sentence,
    reconciles,
    sentences,
    state,
    verdict,
)
from dq.summary import Found, Gate, PassRate, RunSummary

HERE = Path(__file__).parent
MOST = 30  # rules listed under "What was not checked"; rules.csv has them all


@dataclass(frozen=True)
class SummaryRow:
    """A team, dimension or table: its exceptions by severity and how much of it passed."""

    name: str
    blocker: int
    major: int
    minor: int
    other: int
    total: int
    passed: str


def write_summary(results: RunSummary, folder: Path) -> Path:
    """Write `summary.html`."""
    path = folder / "summary.html"
    path.write_text(summary_html(results), encoding="utf-8", newline="\n")
    return path


def summary_html(results: RunSummary) -> str:
    """The page as text. Everything from the results is escaped; the page is also well-formed XML."""
    title = partial(words.table_title, tables=results.tables)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    environment.filters |= {
        "capital": words.capital,
        "gate_measured": words.gate_measured,
        "gate_needed": words.gate_needed,
        "gate_notes": words.gate_notes,
        "gate_title": words.gate_title,
        "long_date": words.long_date,
        "number": words.number,
        "plural": words.plural,
        "reconciles": reconciles,
        "table_title": title,
    }
    template = environment.from_string((HERE / "summary.html.jinja").read_text(encoding="utf-8"))
    ready = results.readiness
    return template.render(
        results=results,
        css=Markup((HERE / "summary.css").read_text(encoding="utf-8")),
        most=MOST,
        percent=words.percent,
        meanings={**dict.fromkeys(count_by_severity(results.found), ""), **words.SEVERITY_MEANING},
        gate_tables=_gate_tables(results),
        state=state(results),
        verdict=verdict(results),
        sentences=sentences(results),
        readiness=readiness_sentence(ready),
        readiness_notes=list(holding_back.notes(results)),
        gains=holding_back.gains(results),
        short_list=holding_back.short_list(results),
        all_children=words.percent(ready.ready_all, ready.all_children),
        severities=count_by_severity(results.found),
        teams=_rows(results.found, lambda row: row.team, results.by_team, words.team_title),
        dimensions=_rows(results.found, lambda row: row.dimension, results.by_dimension, words.capital),
        tables=_rows(results.found, lambda row: row.table, results.by_table, title),
        busiest=busiest_rules(results.found, results.rules),
        not_evaluated=not_evaluated(results.rules),
        hardly_assessed=hardly_assessed(results.rules),
        without_records=without_records(results.rules),
        without_table=without_table(results.rules),
        files_sentence=files_sentence(results.inputs),
    )


def _gate_tables(results: RunSummary) -> list[tuple[str, str, str, list[Gate]]]:
    """Heading, id, what is said of them, and the gates: those that decide, and those that are advice."""
    tables = (
        ("Gates", "gates", "What the board asks for before go-live, and what was measured.", deciding_gates(results)),
        ("Advice", "advice", "What the board asks for besides: it does not stand in the way of go-live.", advice_gates(results)),
    )
    return [each for each in tables if each[3]]


def _rows(
    found: Iterable[Found],
    name: Callable[[Found], str],
    rates: Iterable[PassRate],
    title: Callable[[str], str],
) -> list[SummaryRow]:
    passed = {rate.name: "-" if rate.rate is None else words.share(rate.rate) for rate in rates}
    tallies = tally(found, name)
    rows = [SummaryRow(title(t.name), t.blocker, t.major, t.minor, t.other, t.total, passed.pop(t.name, "-")) for t in tallies]
    return rows + [SummaryRow(title(name), 0, 0, 0, 0, 0, rate) for name, rate in sorted(passed.items())]
