"""The strict reader: Python's csv, a row at a time, with true line numbers, for files that DuckDB cannot be trusted with.

A row that is not what the header promises is rejected with its line and the beginning of its text; a stray
quotation mark costs the line it stands in, not the lines that it seems to swallow.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from dq.ingest.model import Reject, Text, excerpt
from dq.ingest.rows import RowFile

LONGEST_CELL = 128 * 1024 * 1024
_STRAY = "A quotation mark is out of place (a quote inside a quoted cell is written twice)."
_UNCLOSED = "A quoted cell is opened and never closed; the file may be cut off."
_TOO_LONG = "A cell is longer than 128 million characters; a quotation mark is probably missing."


class _Lines:
    """Physical lines of a file; those of the record at hand can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.returned: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.returned.popleft() if self.returned else next(self.lines)
        self.taken.append(line)
        self.number += 1
        return line

    def start(self) -> int:
        """Begin a record; returns the number of its first line."""
        self.taken.clear()
        return self.number + 1

    def give_back(self) -> None:
        """Return all lines of the record but the first."""
        self.returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]

    def at_end(self) -> bool:
        """Whether no line is left."""
        if not self.returned:
            following = next(self.lines, None)
            if following is not None:
                self.returned.append(following)
        return not self.returned


def read_strictly(text: Text, width: int, target: Path) -> tuple[int, list[Reject]]:
    """Write the good rows of a file to a scratch file; returns their number and the rejected rows.

    Lines of nothing but separators, or of nothing but white space, are no rows.
    """
    rejects: list[Reject] = []
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        with text.path.open(encoding="utf-8", errors="replace", newline="") as file, RowFile(target, width) as rows:
            lines = _Lines(iter(file))
            for _ in range(text.first_line - 1):
                next(lines)
            while not lines.at_end():
                line = lines.start()
                cells, message = _record(lines, text.delimiter, width)
                if message is not None:
                    rejects.append(Reject(line, message, excerpt("".join(lines.taken[:4]))))
                elif cells:
                    rows.add(line, cells)
    finally:
        csv.field_size_limit(before)
    return rows.count, rejects


def _record(lines: _Lines, delimiter: str, width: int) -> tuple[list[str], str | None]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        cells = next(reader)
    except csv.Error as error:
        lines.give_back()
        reason = str(error)
        return [], _UNCLOSED if "unexpected end" in reason else _TOO_LONG if "limit" in reason else _STRAY
    if not any(cells) and _is_blank("".join(lines.taken), delimiter):
        return [], None
    if any("\x00" in line for line in lines.taken):
        return [], "The row holds NUL bytes; the file is damaged here."
    if len(cells) != width:
        few = "few" if len(cells) < width else "many"
        message = f"Too {few} columns: {len(cells)} where the header has {width}."
        if len(lines.taken) > 1:
            message += f" The row runs over {len(lines.taken)} lines."
        if few == "few" and lines.at_end():
            message += " It is the last row; the file may be cut off."
        return [], message
    return cells, None


def _is_blank(line: str, delimiter: str) -> bool:
    return line.isspace() or not line.strip("\r\n" + delimiter)
