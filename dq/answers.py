"""Reads the lists that come back: all files are read and weighed first, then everything is recorded at once, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import config, returned
from dq.dispositions import Answer
from dq.errors import OptionError, Problem
from dq.report.words import plural
from dq.returned import Known, KnownList, KnownReply, Remark, Returned, Said, Weighed
from dq.returned.weigh import Leave
from dq.store import database, issue, reply
from dq.store.reply import ReplyLine

LOCKS = ("~$", ".~lock.")


@dataclass(frozen=True)
class FileRead:
    """A file: how many rows with an id it has, and how many of them say something."""

    file: str
    rows: int
    answers: int


@dataclass(frozen=True)
class Taken:
    """What became of the files. `recorded` is False where nothing was: a trial, or problems that nobody allowed to pass.

    `known` counts answers that were there already; `disputed` those that call the record right. `act` is the entry of
    `dq audit`, None where there is none.
    """

    files: tuple[FileRead, ...]
    answers: tuple[Said, ...]
    known: int
    disputed: int
    remarks: tuple[Remark, ...]
    recorded: bool
    act: int | None

    @property
    def problems(self) -> tuple[Remark, ...]:
        return tuple(each for each in self.remarks if each.level == "problem")


def take(
    folder: Path, files: Sequence[Path], who: str, at: dt.datetime, *, passwords: tuple[str, ...] = (), dry_run: bool = False,
    accept_rest: bool = False, leave: Leave = Leave(),  # noqa: B008
) -> Taken:  # fmt: skip
    """Read files of answers into a project's store.

    With problems nothing is recorded, unless `accept_rest`: then what is sound is, and the problems say what was left out.
    Raises `ProjectError` where the project has no store, `OptionError` without files.
    """
    if not files:
        raise OptionError(Problem(message="No file is given.", fix="Name the workbooks that came back."))
    project = config.load(folder)
    with database.opened(folder, project.store, create=False) as connection:
        read = [_lock_file(path) if path.name.startswith(LOCKS) else returned.read(path, passwords) for path in files]
        with database.writing(connection) as cursor:
            known = _known(connection, read, at, project.go_live)
            weighed = returned.weigh(read, known, leave)
            made = None
            if weighed.taken and not dry_run and (accept_rest or not weighed.problems):
                lines = [_line(said, known, at) for said in weighed.taken]
                left_out = f"{plural(len(weighed.problems), 'problem')}: the rest was recorded" if weighed.problems else ""
                made = reply.keep(cursor, connection, who, _subject(read), left_out, lines).pk
    return _taken(read, weighed, made, dry_run or bool(weighed.problems and not accept_rest))


def _lock_file(path: Path) -> Returned:
    message = "It is a mark that a program left beside an open workbook: passed over."
    return Returned(str(path), "", remarks=(Remark(str(path), "", 0, message, level="notice"),))


def _known(connection: BaseDatabaseWrapper, read: Iterable[Returned], at: dt.datetime, go_live: dt.date | None) -> Known:
    exceptions = {said.exception for file in read for said in file.said}
    given = issue.given(connection)
    last = {team: each.number for team, each in issue.latest(given).items()}
    lists = {number: KnownList(number, each.code, each.team, each.as_of, last[each.team]) for number, each in given.items()}
    replies = {
        exception: tuple(
            KnownReply(
                each.issue, cast(Answer, each.answer), each.fix_by, each.notes, each.answered_by,
                f"{each.file}, sheet {each.sheet!r}, row {each.row}", each.at,
            )
            for each in every
        )
        for exception, every in reply.replies(connection, exceptions).items()
    }  # fmt: skip
    today = at.astimezone().date()
    return Known(issue.identity(connection), today, go_live, lists, reply.states(connection, exceptions), replies)


def _line(said: Said, known: Known, at: dt.datetime) -> ReplyLine:
    number = int(said.list.partition("-")[0]) if said.list else None
    return ReplyLine(
        said.exception, number, said.answer, said.fix_by, said.notes.replace("\0", ""), said.answered_by.replace("\0", ""),
        Path(said.file).name, said.sheet, said.row, at,
    )  # fmt: skip


def _subject(read: Sequence[Returned]) -> str:
    names = [Path(file.file).name for file in read]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _taken(read: Sequence[Returned], weighed: Weighed, act: int | None, stopped: bool) -> Taken:
    return Taken(
        tuple(FileRead(file.file, file.rows, len(file.said)) for file in read), weighed.taken, weighed.known,
        sum(1 for said in weighed.taken if said.answer == "rule is wrong"), weighed.remarks, not stopped, act,
    )  # fmt: skip
