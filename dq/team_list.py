"""What a team's workbook and its reader share: columns, answers, and the codes that tell one list, and one row, from another.

A list has a **code** (`17-3f9a`: its number in the project's store, and four characters that no other list with this number
has). A row carries the list's code and three characters for each of its fixed cells, so that a cell that somebody changed is
known, and which. It is no protection from people who mean harm: it finds a slip of the hand, and a list of which only some
columns were sorted.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dq.dispositions import Answer

ANSWERS: Mapping[Answer, tuple[str, str]] = {
    "fixed": ("Fixed in {system}", "It has been put right. The next extract will show it."),
    "will fix": ("Will fix by date", "It will be put right; give the date under Fix by."),
    "rule is wrong": ("Record is right, the rule is wrong", "What the record says is true. Say why under Notes."),
    "not ours": ("Not ours", "Another team holds the record. Say which under Notes, if you know."),
    "need help": ("Need help", "You cannot tell what to do. Somebody will call you."),
}
"""What a manager may answer: the words in the list, and what they mean."""


@dataclass(frozen=True)
class Column:
    """A column of the sheet "To do": its heading, width in characters and what the sheet "About" says of it.

    `plain` columns stand in the workbooks of a run without a history too; `entry` columns are the manager's.
    """

    name: str
    heading: str
    width: float
    meaning: str
    plain: bool = True
    entry: bool = False


COLUMNS = (
    Column("mark", "What is new", 12, "What changed since your last list; what is new stands on top.", plain=False),
    Column("severity", "Severity", 10, "How much harm it does; the worst come first. The words are explained above."),
    Column("due", "Due", 20, "When it should be put right. What should have been by now says overdue.", plain=False),
    Column("age", "Age in days", 7, "Days between the extract that first showed it and this one.", plain=False),
    Column("person", "Person", 12, "The number by which the person is known in the old system."),
    Column("record", "Record", 25, "The record to look at; blank where it is not one record's matter."),
    Column("title", "What should be true, but is not", 32, "The rule that this record breaks."),
    Column("values", "What {system} says", 29, "The values that the rule looked at, as they stood in the extract."),
    Column("fix", "How to put it right", 40, "What to do, in the old system. Never invent a value to satisfy a rule."),
    Column("worker", "Worker", 13, "The worker responsible for the record, where that is known."),
    Column("before", "Said before", 27, "The last answer, with its date and notes. It stands until you give another.", plain=False),
    Column("answer", "Your answer", 19, "For you to fill in: choose one from the list.", entry=True),
    Column("fix_by", "Fix by", 12, "For you to fill in: the date, where your answer is to fix it later.", entry=True),
    Column("notes", "Notes", 26, "For you to fill in: anything that helps; why the record is right, whose it is.", entry=True),
    Column("rule", "Rule", 12, "The rule's short name. Quote it when you ask about a rule."),
    Column("id", "Exception id", 24, "Please leave as it is: it takes your answer back to the right exception."),
    Column("check", "Check", 9, "Please leave as it is: it shows whether a line was changed by mistake.", plain=False),
)  # fmt: skip
PLAIN = tuple(column for column in COLUMNS if column.plain)
CHECKED = tuple(column.name for column in COLUMNS if not column.entry and column.name != "check")
"""The fixed cells that a row's check speaks of, in its order."""
WHICH = ("person", "record", "rule", "id")
"""Those that say which exception the row is: where one of them does not fit, the answer may be another exception's."""

MARKS = {
    "New": "It was not on your last list.",
    "Back again": "It was gone, and this extract shows it again.",
    "Handed over": "It was another team's until now.",
    "Said fixed": "The last answer was that it is fixed, but an extract taken later still shows it.",
    "Still open": "It was on your last list.",
    "Waiting": "You have answered, and it is somebody else's turn, or the next extract's. Nothing is asked of you for now.",
}
"""Words of the column "What is new", and what they mean."""
OWNER_MARKS = {
    "Asked of you": "A team says that the rule is wrong, that the record is not theirs, or that they need help.",
    "Transform": "To be put right on the way into the new system.",
}
"""The same, for the data team's list alone."""

TO_DO, SET_ASIDE, PROGRESS, ABOUT, HIDDEN = "To do", "Set aside", "Progress", "About", "dq list"
FILLED_IN_BY = "Filled in by"
FACTS = ("dq list", "project", "team", "run", "extract", "exceptions")
"""Words of the first column of the hidden sheet, each with its value in the second; below `exceptions`, the ids of the list."""

CODE = re.compile(r"(?P<number>\d{1,9})-(?P<mark>[0-9a-f]{4})")
CHECK = re.compile(rf"(?P<list>{CODE.pattern})\.(?P<cells>[a-z2-7]{{{3 * len(CHECKED)}}})")
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def list_code(project: str, number: int, made: str) -> str:
    """The code of a list: its number, and what tells it from a list of this number in another project or of another time."""
    return f"{number}-{hashlib.sha256(f'{project} {number} {made}'.encode()).hexdigest()[:4]}"


def row_check(code: str, cells: Sequence[str]) -> str:
    """The check of a row: the list's code and three characters for each fixed cell, given as texts in the order of `CHECKED`."""
    return f"{code}." + "".join(_three(code, place, text) for place, text in enumerate(cells))


def changed_cells(check: str, cells: Mapping[str, str]) -> list[str] | None:
    """Names of the fixed cells that are not what the list was given out with; None where the check itself is damaged.

    `cells` may leave some out, which are not compared.
    """
    parts = CHECK.fullmatch(check.strip().casefold())
    if parts is None:
        return None
    said = [parts["cells"][3 * place : 3 * place + 3] for place in range(len(CHECKED))]
    return [
        name
        for place, name in enumerate(CHECKED)
        if name in cells and said[place] != _three(parts["list"], place, cells[name])
    ]  # fmt: skip


@lru_cache(maxsize=16_384)
def _three(code: str, place: int, text: str) -> str:
    digest = hashlib.blake2b(f"{code} {place} {_essence(text)}".encode(errors="replace"), digest_size=2).digest()
    number = int.from_bytes(digest, "big")
    return LETTERS[number >> 11] + LETTERS[number >> 6 & 31] + LETTERS[number >> 1 & 31]


def _essence(text: str) -> str:
    """A cell as every program keeps it: without white space, control characters and what turns `0012` into 12."""
    words = "".join(text.split())
    if not (words.isascii() and words.isprintable()):
        normal = unicodedata.normalize("NFC", words)
        words = "".join(each for each in normal if unicodedata.category(each)[0] != "C" and each != "\ufffd")
    return words.lstrip("0") or "0" if words.isdigit() else words
