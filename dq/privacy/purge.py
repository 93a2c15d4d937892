"""The story of a purge: which results and which part of the history hold values that are no longer needed, and their removal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import config
from dq.errors import OptionError, Problem
from dq.privacy import spent
from dq.privacy.spent import Results
from dq.store import database, read
from dq.store import purge as stored
from dq.store.purge import Spent


@dataclass(frozen=True)
class Plan:
    """What a purge would remove: from results, and from the history, where there is one."""

    project: Path
    before: dt.date | None
    results: tuple[Results, ...]
    others: tuple[Results, ...]
    history: Spent | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remove."""
        return not self.results and (self.history is None or not (self.history.keys or self.history.notes))


def plan(project: Path, before: dt.date | None) -> Plan:
    """What `--before` a day, or everything without one, would remove. Raises `DqError`; nothing is changed.

    Results are those in the project's `reports/`, and those elsewhere that its history names.
    """
    if not (project / "dq.yaml").is_file():
        raise OptionError(Problem(str(project), message="The folder is no project: it has no dq.yaml."))
    folders = [path.parent for path in sorted((project / "reports").glob("*/run.json"))]
    history = None
    for connection in _store(project):
        folders += [project / line.results for line in read.runs(connection)]
        history = stored.spent(connection, before)
    found = [each for each in spent.look(folders) if before is None or each.as_of < before]
    with_values = tuple(each for each in found if each.holds_values)
    return Plan(project, before, with_values, tuple(each for each in found if not each.holds_values), history)


def carry_out(wanted: Plan, who: str, at: dt.datetime) -> Spent | None:
    """Remove what a plan names; returns what went from the history. Stopped on the way, it can be begun again."""
    for each in wanted.results:
        spent.remove(each, at)
    gone = None
    for connection in _store(wanted.project):
        gone = stored.purge(connection, wanted.before, who, at)
    return gone


def _store(project: Path) -> Iterator[BaseDatabaseWrapper]:
    """The project's store, if it has one."""
    address = config.load(project).store
    if address is None and not (project / database.FILE).is_file():
        return
    with database.opened(project, address, create=False) as connection:
        yield connection
