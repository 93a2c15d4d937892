"""The independent count of a CSV file: records, lines and oddities, by the bytes alone.

A record ends at a newline outside quotes. DuckDB's reader is only believed where it loads as many rows as are
counted here (its own reject table drops and miscounts rows).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dq.ingest.encoding import CHUNK

_NEWLINE, _QUOTE, _RETURN = 10, 34, 13
Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.intp]
_NO_BREAK_SPACE = "\u00a0".encode()


@dataclass(frozen=True)
class Shape:
    """What the bytes of a file say.

    `blank_within` counts blank lines that are followed by a record; `blank_rows` says that there are rows of nothing
    but separators; `even` that there are as many separators as the header promises for so many records (DuckDB lets
    a row pass that has one empty column too many, though its cells may have slipped); `stray_quote` that a quotation
    mark stands neither beside a separator nor beside another mark, so that readers disagree about it.
    """

    records: int
    quoted_newlines: int
    blank_within: int
    blank_rows: bool
    even: bool
    stray_quote: bool
    nul: bool
    lone_return: bool
    open_quote: bool
    odd_space: bool

    @property
    def doubtful(self) -> bool:
        """Whether only the strict reader can be trusted with the file."""
        uneven = self.blank_within > 0 or self.blank_rows or not self.even
        return uneven or self.nul or self.lone_return or self.open_quote or self.stray_quote


def count(path: Path, offset: int, delimiter: str, width: int) -> Shape:
    """Count a UTF-8 file from a byte offset (behind its header) in constant memory."""
    records = quoted = blank = returns = pairs = separators = 0
    nul = odd_space = inside = blank_rows = stray = False
    separator = delimiter.encode()
    bare = b"\n" + separator * max(width - 1, 1)
    last = rest = tail = b"\n"
    previous = -1
    base = 0
    with path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(CHUNK):
            nul = nul or b"\x00" in chunk
            joined = rest + chunk
            blank_rows = blank_rows or bare + b"\n" in joined or bare + b"\r" in joined
            rest = joined[-len(bare) - 1 :]
            if not odd_space:
                odd_space = b"\t" in chunk or (not chunk.isascii() and _NO_BREAK_SPACE in chunk)
            block = np.frombuffer(chunk, dtype=np.uint8)
            ends = np.flatnonzero(block == _NEWLINE)
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            separators += chunk.count(separator)
            if inside or b'"' in chunk:
                quotes = np.flatnonzero(block == _QUOTE)
                stray = stray or _has_stray_quote(tail + chunk, separator)
                separators -= _quoted(block == ord(separator), quotes, inside)
                outside = (np.searchsorted(quotes, ends) + inside) % 2 == 0
                quoted += len(ends) - int(outside.sum())
                inside = bool((len(quotes) + inside) % 2)
                ends = ends[outside]
            if len(ends):
                blank += _blank_lines(block, ends, base, previous, last)
                previous = base + int(ends[-1])
            records += len(ends)
            base += len(chunk)
            last = chunk[-1:]
            tail = (tail + chunk)[-2:]
    if base and last != b"\n":
        records += 1
    records -= blank
    return Shape(
        records=records,
        quoted_newlines=quoted,
        blank_within=max(blank - _trailing_blanks(path, offset), 0),
        blank_rows=blank_rows or rest.endswith(bare),
        even=separators == records * (width - 1),
        stray_quote=stray,
        nul=nul,
        lone_return=returns != pairs,
        open_quote=inside,
        odd_space=odd_space or quoted > 0,
    )


def _quoted(found: npt.NDArray[np.bool_], quotes: Positions, inside: bool) -> int:
    """How many of the marked bytes lie between quotes."""
    counts = np.add.reduceat(found, quotes, dtype=np.int64) if len(quotes) else np.zeros(0, dtype=np.int64)
    before = int(found[: quotes[0]].sum()) if len(quotes) else int(found.sum())
    return (before if inside else 0) + int(counts[int(inside) :: 2].sum())


def _has_stray_quote(window: bytes, separator: bytes) -> bool:
    # The first and last byte of the window are only neighbours; windows overlap by two bytes.
    block = np.frombuffer(window, dtype=np.uint8)
    quotes = np.flatnonzero(block[1:-1] == _QUOTE) + 1
    proper = np.zeros(256, dtype=np.bool_)
    proper[[_NEWLINE, _RETURN, _QUOTE, ord(separator)]] = True
    return bool((~(proper[block[quotes - 1]] | proper[block[quotes + 1]])).any())


def _blank_lines(block: Bytes, ends: Positions, base: int, previous: int, last: bytes) -> int:
    gaps = np.diff(ends, prepend=previous - base)
    blank = int((gaps == 1).sum())
    pairs = ends[gaps == 2]
    inner = pairs[pairs > 0]
    blank += int((block[inner - 1] == _RETURN).sum())
    if len(inner) < len(pairs) and last == b"\r":
        blank += 1
    return blank


def _trailing_blanks(path: Path, offset: int) -> int:
    start = max(offset, path.stat().st_size - (1 << 16))
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    body = len(tail.rstrip(b"\r\n"))
    newlines = tail[body:].count(b"\n")
    return newlines if start == offset and body == 0 else max(newlines - 1, 0)
