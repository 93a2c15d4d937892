"""The nouns of workbooks that come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dq.dispositions import Answer


@dataclass(frozen=True, order=True)
class Remark:
    """Something to know about a place in a file. A `problem` leaves the row (or sheet, or file) out; a `notice` does not.

    `row` is 0 where the remark is about the sheet, `sheet` blank where it is about the file.
    """

    file: str
    sheet: str
    row: int
    message: str
    fix: str = ""
    level: Literal["problem", "notice"] = "problem"
    exception: str = ""

    def __str__(self) -> str:
        sheet = f", sheet {self.sheet!r}" if self.sheet else ""
        row = f", row {self.row}" if self.row else ""
        return f"{self.file}{sheet}{row}: {self.message} {self.fix}".strip()


@dataclass(frozen=True)
class Said:
    """What one row says about one exception, in the manager's words. `answer` is blank where only a note or a date is new.

    `list` is the code of the list that the row came from, blank where it bears none. `changed` names the fixed cells that
    are not as they were given out; None where that cannot be told, though the list has checks.
    """

    file: str
    sheet: str
    row: int
    exception: str
    answer: Answer | Literal[""]
    fix_by: dt.date | None
    notes: str
    list: str
    changed: tuple[str, ...] | None
    answered_by: str

    @property
    def place(self) -> str:
        return f"{self.file}, sheet {self.sheet!r}, row {self.row}"

    def remark(self, message: str, fix: str = "", level: Literal["problem", "notice"] = "problem") -> Remark:
        """A remark about this row."""
        return Remark(self.file, self.sheet, self.row, message, fix, level, self.exception)


@dataclass(frozen=True)
class Returned:
    """A file that was read. `rows` counts rows with an exception id; `ids` are the exceptions by the code of their list.

    `project` and `given` come from the hidden sheet: which project gave the list out, and which exceptions stood on it by
    the code of the list; blank and empty where the sheet is gone.
    """

    file: str
    sha256: str
    rows: int = 0
    said: tuple[Said, ...] = ()
    remarks: tuple[Remark, ...] = ()
    ids: Mapping[str, frozenset[str]] = field(default_factory=dict)
    project: str = ""
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownList:
    """A list that the project gave out. `latest` is the number of the same team's last list."""

    number: int
    code: str
    team: str
    as_of: dt.date | None
    latest: int


@dataclass(frozen=True)
class KnownReply:
    """An answer that the project has already; `list` is the number of the list it stood in."""

    list: int | None
    answer: Answer
    fix_by: dt.date | None
    notes: str
    answered_by: str
    place: str
    at: dt.datetime


@dataclass(frozen=True)
class Known:
    """What answers are weighed against. `replies` holds all of an exception's, oldest first; `state` its state in the store."""

    project: str
    today: dt.date
    go_live: dt.date | None
    lists: Mapping[int, KnownList]
    state: Mapping[str, str]
    replies: Mapping[str, tuple[KnownReply, ...]]


@dataclass(frozen=True)
class Weighed:
    """What becomes of all answers: `taken` are to be recorded, each exception once; `known` are there already."""

    taken: tuple[Said, ...]
    known: int
    remarks: tuple[Remark, ...]

    @property
    def problems(self) -> tuple[Remark, ...]:
        return tuple(each for each in self.remarks if each.level == "problem")
