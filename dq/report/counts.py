"""Exceptions counted, and the counts added up in the ways the reports show them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from dq.model import SEVERITIES
from dq.report.order import TEAM
from dq.summary import NO_TABLE, Found, RuleRow

COUNT = f"""
select coalesce(rule, ''), coalesce("table", ''), {TEAM} as team_name, coalesce(severity, ''),
       coalesce(dimension, ''), count(*)
from exceptions
group by all
order by 1, 2, 3, 4, 5
"""


def count_exceptions(connection: duckdb.DuckDBPyConnection) -> tuple[Found, ...]:
    """Count the table `exceptions` by rule, table, team, severity and dimension.

    A blank team counts as unallocated. The result is `RunSummary.found`; it holds no record's data.
    """
    return tuple(Found(*row) for row in connection.execute(COUNT).fetchall())


@dataclass(frozen=True)
class Tally:
    """Exceptions of one name by severity; `other` holds severities that are not ours."""

    name: str
    blocker: int = 0
    major: int = 0
    minor: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.blocker + self.major + self.minor + self.other


def tally(found: Iterable[Found], name: Callable[[Found], str]) -> list[Tally]:
    """Add up by name, worst first: most blockers, then most major, then most in all, then by name."""
    counts: dict[str, dict[str, int]] = {}
    for row in found:
        by_severity = counts.setdefault(name(row), {})
        severity = row.severity if row.severity in SEVERITIES else "other"
        by_severity[severity] = by_severity.get(severity, 0) + row.exceptions
    tallies = [Tally(name, **by_severity) for name, by_severity in counts.items()]
    return sorted(tallies, key=lambda t: (-t.blocker, -t.major, -t.total, t.name))


def count_by_severity(found: Iterable[Found]) -> dict[str, int]:
    """Exceptions of every severity, worst first, zeros included; unknown severities come last."""
    counts: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for row in found:
        counts[row.severity] = counts.get(row.severity, 0) + row.exceptions
    return counts


@dataclass(frozen=True)
class BusyRule:
    """A rule and table with its exceptions."""

    rule: str
    title: str
    table: str
    severity: str
    exceptions: int


def busiest_rules(found: Iterable[Found], rules: Iterable[RuleRow], most: int = 10) -> list[BusyRule]:
    """The rules with most exceptions, over all tables and teams; ties go to the lower rule id."""
    titles = {row.rule: row.title for row in reversed(list(rules))}
    counts: dict[str, int] = {}
    first: dict[str, Found] = {}
    for row in found:
        counts[row.rule] = counts.get(row.rule, 0) + row.exceptions
        if row.rule not in first or row.exceptions > first[row.rule].exceptions:
            first[row.rule] = row
    top = sorted(counts, key=lambda rule: (-counts[rule], rule))[:most]
    return [BusyRule(rule, titles.get(rule, ""), first[rule].table, first[rule].severity, counts[rule]) for rule in top]


def not_evaluated(rules: Iterable[RuleRow]) -> list[RuleRow]:
    """Rules that could not run, by id and table."""
    return sorted((row for row in rules if row.status == "not_evaluated"), key=lambda row: (row.rule, row.table))


def hardly_assessed(rules: Iterable[RuleRow]) -> list[RuleRow]:
    """Rules that ran but could not decide on half of the records they speak of, largest share first."""
    rows = [row for row in rules if row.status != "not_evaluated" and row.in_scope > 0 and 2 * row.not_assessed >= row.in_scope]
    return sorted(rows, key=lambda row: (-row.not_assessed / row.in_scope, row.rule, row.table))


def without_table(rules: Iterable[RuleRow]) -> list[str]:
    """Tables that may be absent and are, whose rules therefore had nothing to check."""
    return sorted({row.table for row in rules if row.status != "not_evaluated" and row.reason.startswith(NO_TABLE)})


def without_records(rules: Iterable[RuleRow]) -> list[RuleRow]:
    """Rules that ran and found no record that they speak of."""
    return [row for row in rules if row.status != "not_evaluated" and row.in_scope == 0]
