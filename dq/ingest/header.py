"""The header of a text file: its separator, its names, and where the records begin."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dq.errors import InputError, Problem

DELIMITERS = (",", ";", "\t", "|")
_MOST_LINES = 50
_MOST_CHARACTERS = 1 << 20


@dataclass(frozen=True)
class Header:
    """Names of a header, its line, the line and byte at which the records begin."""

    names: tuple[str, ...]
    delimiter: str
    line: int
    first_line: int
    offset: int


def read_header(name: str, path: Path) -> Header:
    """Read the header of a UTF-8 file: the first line that is not blank, after an optional ``sep=;`` line.

    The separator is the one of comma, semicolon, tab and bar that makes most columns. Raises `InputError` when
    there is no header, or its quotes are not closed.
    """
    lines = list(_opening(path))
    told: str | None = None
    before = 0
    for line in lines:
        word = line.strip().removeprefix("\ufeff")
        if word.lower().startswith("sep=") and len(word) == 5:
            told = word[4]
        elif word:
            break
        before += 1
    if before == len(lines):
        fix = "Make the extract again; a table without records still needs its header."
        raise InputError(Problem(name, message="The file has no header: its first lines are blank.", fix=fix))
    best: tuple[int, list[str], str] | None = None
    for delimiter in (told,) if told else DELIMITERS:
        reader = csv.reader(iter(lines[before:]), delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            names = next(reader)
        except csv.Error:
            continue
        if best is None or len(names) > len(best[1]):
            best = (reader.line_num, names, delimiter)
    if best is None:
        raise InputError(Problem(name, before + 1, message="The header cannot be read: a quotation mark is out of place."))
    used, names, delimiter = best
    offset = sum(len(line.encode()) for line in lines[: before + used])
    clean = tuple(" ".join(column.removeprefix("\ufeff").split()) for column in names)
    return Header(clean, delimiter, before + 1, before + used + 1, offset)


def _opening(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from itertools.islice(iter(lambda: file.readline(_MOST_CHARACTERS), ""), _MOST_LINES)
