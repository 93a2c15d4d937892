"""What people decide about exceptions: dispositions, disputes, assignments. One transaction each, a few statements for all.

Each is an act, which `dq audit` lists, and a decision for each exception that it changed. What is so already stays untouched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.dispositions import Disposition
from dq.errors import OptionError, Problem, did_you_mean
from dq.store.acts import act
from dq.store.agreed import last
from dq.store.database import writing
from dq.store.models import Finding

Aspect = Literal["assigned", "disposition", "disputed"]
Changes = Sequence[tuple[Aspect, str]]
YES = "yes"

CHOSEN = "CREATE TEMPORARY TABLE dq_chosen (id VARCHAR(12) PRIMARY KEY)"
DECIDE = """
INSERT INTO dq_decision (act_id, finding, aspect, was, became)
SELECT %(act)s, c.id, '{aspect}', coalesce(l.became, ''), %(became)s FROM dq_chosen AS c
LEFT JOIN ({last}) AS l ON l.finding = c.id
WHERE coalesce(l.became, '') <> %(became)s ORDER BY c.id
"""
WOULD = """
SELECT count(*) FROM dq_chosen AS c WHERE {differs}
"""
DIFFERS = "coalesce((SELECT l.became FROM ({last}) AS l WHERE l.finding = c.id), '') <> %s"


@dataclass(frozen=True)
class Selection:
    """Which exceptions: by id, or all that are on a list now and are of a rule, table, team and severity, where given."""

    ids: tuple[str, ...] = ()
    rule: str = ""
    table: str = ""
    team: str = ""
    severity: str = ""

    @property
    def words(self) -> str:
        """What is kept in the history of acts: ids by their number, the rest as given."""
        if len(self.ids) == 1:
            return self.ids[0]
        if self.ids:
            return f"{len(self.ids)} ids"
        return " ".join(f"{word}={value}" for word, value in self._filters.items())

    @property
    def _filters(self) -> dict[str, str]:
        given = {"rule": self.rule, "table": self.table, "team": self.team, "severity": self.severity}
        return {word: value for word, value in given.items() if value}


@dataclass(frozen=True)
class Done:
    """What an act did: how many exceptions were meant, how many of them it changed. `act` is None where it changed none."""

    act: int | None
    chosen: int
    changed: int


def dispose(
    connection: BaseDatabaseWrapper, who: str, at: dt.datetime, chosen: Selection,
    disposition: Disposition | Literal["", "disputed"], note: str, *, dry_run: bool = False,
) -> Done:  # fmt: skip
    """Say what will be done with exceptions; `disputed` says that the record is right, blank takes back what was said.

    A disposition settles a dispute. Raises `OptionError` for ids that are unknown or cleared.
    """
    changes: Changes = [("disputed", YES)] if disposition == "disputed" else [("disposition", disposition), ("disputed", "")]
    return _decide(connection, who, at, f"dispose: {disposition or 'none'}", chosen, changes, note, dry_run)


def assign(
    connection: BaseDatabaseWrapper, who: str, at: dt.datetime, chosen: Selection, to: str, note: str, *, dry_run: bool = False
) -> Done:
    """Give exceptions to somebody, or to a team; blank takes them back. Raises `OptionError` as `dispose` does."""
    return _decide(connection, who, at, f"assign: {to or 'nobody'}", chosen, [("assigned", to)], note, dry_run)


def _decide(
    connection: BaseDatabaseWrapper, who: str, at: dt.datetime, what: str, chosen: Selection, changes: Changes, note: str,
    dry_run: bool,
) -> Done:  # fmt: skip
    with writing(connection) as cursor:
        number = choose(connection, cursor, chosen)
        differs = " OR ".join(DIFFERS.format(last=last(aspect)) for aspect, _ in changes)
        cursor.execute(WOULD.format(differs=differs), [became for _, became in changes])
        changed = int(cursor.fetchone()[0])
        made = None
        if changed and not dry_run:
            made = act(connection, who, at, what, chosen.words, note, changed).pk
            decide(cursor, made, changes)
        cursor.execute("DROP TABLE dq_chosen")
    return Done(made, number, changed)


def decide(cursor: Any, made: int, changes: Changes) -> None:
    """Add the decisions of an act about the exceptions in ``dq_chosen`` that are not so already."""
    for aspect, became in changes:
        cursor.execute(DECIDE.format(aspect=aspect, last=last(aspect)), {"act": made, "became": became})


def choose(connection: BaseDatabaseWrapper, cursor: Any, chosen: Selection) -> int:
    """Fill the temporary table ``dq_chosen`` with what a selection means; returns how many. Raises `OptionError`."""
    cursor.execute(CHOSEN)
    if chosen.ids:
        standing = _standings(connection, chosen.ids)
        problems = [
            Problem(subject=each, message="No recorded run found such an exception.", fix="Take the id from exceptions.csv.")
            for each in chosen.ids
            if each not in standing
        ]
        problems += [
            Problem(subject=each, message="The exception is cleared: nothing is left to decide.", fix=f"See: dq show {each}")
            for each in chosen.ids
            if standing.get(each) == "cleared"
        ]
        if problems:
            raise OptionError(problems)
        cursor.executemany("INSERT INTO dq_chosen VALUES (%s)", [(each,) for each in dict.fromkeys(chosen.ids)])
        return len(set(chosen.ids))
    filters = chosen._filters
    if not filters:
        raise OptionError(
            Problem(message="Which exceptions are meant?", fix="Give their ids, or --rule, --table, --team or --severity.")
        )
    columns = {"rule": "rule", "table": "table_name", "team": "team", "severity": "severity"}
    problems = []
    for word, value in filters.items():
        known = list(Finding.objects.using(connection.alias).values_list(word, flat=True).distinct().order_by(word))
        if value not in known:
            fix = did_you_mean(value, known) or f"There are: {', '.join(known[:12])}."
            problems.append(Problem(subject=f"--{word} {value}", message=f"No exception has this {word}.", fix=fix))
    if problems:
        raise OptionError(problems)
    where = " AND ".join(f"{columns[word]} = %s" for word in filters)
    cursor.execute(
        f"INSERT INTO dq_chosen SELECT id FROM dq_finding WHERE state <> 'cleared' AND evidence = 'found' AND {where}",
        list(filters.values()),
    )
    cursor.execute("SELECT count(*) FROM dq_chosen")
    return int(cursor.fetchone()[0])


def _standings(connection: BaseDatabaseWrapper, ids: Iterable[str]) -> dict[str, str]:
    """State by id, of those that there are; asked in pieces, for a database allows only so many parameters."""
    every, found = list(dict.fromkeys(ids)), {}
    for start in range(0, len(every), 10_000):
        part = Finding.objects.using(connection.alias).filter(id__in=every[start : start + 10_000])
        found.update(part.values_list("id", "state"))
    return found
