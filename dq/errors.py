"""Errors that a user can mend.

    DqError                 base; a list of problems, each with place, message and fix
    ├── PackError           a pack's YAML, code lists, rules or views are wrong
    ├── ProjectError        dq.yaml, its settings or its folders are wrong
    ├── InputError          an extract cannot be read as the contract needs it
    └── OptionError         a value given on the command line or to `dq.check` is wrong

The command line turns each into exit code 2. Messages name files, lines, rules and columns; they never hold a
value of a record.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    file: str = ""
    line: int = 0
    subject: str = ""
    message: str = ""
    fix: str = ""
    level: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        head = ": ".join(part for part in (place, self.subject, self.message) if part)
        return f"{head} {self.fix}".strip() if self.fix else head


class DqError(Exception):
    """Something a user gave is wrong; holds every problem found, not only the first."""

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(message=problems)
        found: Sequence[Problem] = [problems] if isinstance(problems, Problem) else sorted(set(problems))
        self.problems = list(found)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PackError(DqError):
    """A pack's YAML, code lists, rules or views are wrong."""


class ProjectError(DqError):
    """A project's dq.yaml, settings or folders are wrong."""


class InputError(DqError):
    """An extract cannot be read as the contract needs it."""


class OptionError(DqError):
    """A value given on the command line or to `dq.check` is wrong."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"Did you mean 'x'?"`` for the nearest known word, or an empty string."""
    words = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.6)
    return f"Did you mean {words[near[0]]!r}?" if near else ""


@contextmanager
def gathering(problems: list[Problem]) -> Iterator[None]:
    """Add the problems of a `DqError` raised inside to a list and go on, so that all of them are reported."""
    try:
        yield
    except DqError as error:
        problems += error.problems
