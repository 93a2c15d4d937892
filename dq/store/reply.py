"""Answers of managers in the store: what is known of exceptions when answers come, and how they are added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.acts import act
from dq.store.decide import CHOSEN, YES, decide
from dq.store.models import Act, Finding, Reply

PIECE = 10_000
"""A database allows only so many parameters in one statement."""
READ = "answers"


@dataclass(frozen=True)
class ReplyLine:
    """An answer: about which exception, from the list of which number (None: it named none), where it stood, when it came."""

    exception: str
    issue: int | None
    answer: str
    fix_by: dt.date | None
    notes: str
    answered_by: str
    file: str
    sheet: str
    row: int
    at: dt.datetime


def states(connection: BaseDatabaseWrapper, exceptions: Iterable[str]) -> dict[str, str]:
    """State by id, of the exceptions that there are."""
    found: dict[str, str] = {}
    for piece in _pieces(exceptions):
        found.update(Finding.objects.using(connection.alias).filter(id__in=piece).values_list("id", "state"))
    return found


def replies(connection: BaseDatabaseWrapper, exceptions: Iterable[str]) -> dict[str, list[ReplyLine]]:
    """All answers about exceptions, oldest first."""
    found: dict[str, list[ReplyLine]] = {}
    for piece in _pieces(exceptions):
        for row in Reply.objects.using(connection.alias).filter(finding__in=piece).select_related("act").order_by("id"):
            line = ReplyLine(
                row.finding, row.issue_id, row.answer, row.fix_by, row.notes, row.answered_by, row.file, row.sheet, row.row,
                row.act.at,
            )  # fmt: skip
            found.setdefault(row.finding, []).append(line)
    return found


def keep(cursor: Any, connection: BaseDatabaseWrapper, who: str, subject: str, note: str, lines: Sequence[ReplyLine]) -> Act:
    """Add answers as one act, and dispute what they call right; inside the caller's transaction.

    What is cleared is not disputed: there is nothing to dispute about it.
    """
    at = lines[0].at
    made = act(connection, who, at, READ, subject, note, len(lines))
    Reply.objects.using(connection.alias).bulk_create(
        (
            Reply(
                act=made, finding=each.exception, issue_id=each.issue, answer=each.answer, fix_by=each.fix_by, notes=each.notes,
                answered_by=each.answered_by, file=each.file, sheet=each.sheet, row=each.row,
            )
            for each in lines
        ),
        batch_size=1_000,
    )  # fmt: skip
    wrong = [each.exception for each in lines if each.answer == "rule is wrong"]
    standing = states(connection, wrong)
    cursor.execute(CHOSEN)
    cursor.executemany("INSERT INTO dq_chosen VALUES (%s)", [(each,) for each in wrong if standing[each] != "cleared"])
    decide(cursor, made.pk, [("disputed", YES)])
    cursor.execute("DROP TABLE dq_chosen")
    return made


def _pieces(exceptions: Iterable[str]) -> Iterator[list[str]]:
    every = list(dict.fromkeys(exceptions))
    for start in range(0, len(every), PIECE):
        yield every[start : start + PIECE]
