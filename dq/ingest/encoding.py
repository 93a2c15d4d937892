"""Encodings: what a text file is written in, and its copy in UTF-8.

Councils' systems write UTF-8 with and without a byte order mark, UTF-16 and Windows-1252, sometimes two of them in
one file. All reading is in chunks; nothing here holds a file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

CHUNK = 1 << 22
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
}  # fmt: skip


def _as_control(error: UnicodeError) -> tuple[str, int]:
    # Windows-1252 leaves five bytes undefined; browsers read them as control characters, and so does this.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("dq_control", _as_control)


def detect(stream: IO[bytes]) -> str:
    """utf-8, utf-8-sig, utf-16-le, utf-16-be, or cp1252 for whatever is not valid UTF-8. Reads the whole stream."""
    chunk = stream.read(CHUNK)
    for mark, encoding in _MARKS.items():
        if chunk.startswith(mark):
            if encoding != "utf-8-sig":
                return encoding
            return encoding if _is_utf8(chunk, stream) else "cp1252"
    opening = chunk[: 1 << 16]
    half = len(opening) // 2
    if half and opening[1::2].count(0) > half * 0.6 and opening[::2].count(0) < half * 0.1:
        return "utf-16-le"
    if half and opening[::2].count(0) > half * 0.6 and opening[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return "utf-8" if _is_utf8(chunk, stream) else "cp1252"


def _is_utf8(chunk: bytes, stream: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        while chunk:
            if pending or not chunk.isascii():
                decoder.decode(chunk)
                pending = decoder.getstate()[0] != b""
            chunk = stream.read(CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def transcode(stream: IO[bytes], encoding: str, target: IO[bytes]) -> str:
    """Write a stream as UTF-8 without byte order mark; returns the encoding as reports name it.

    A file that is not UTF-8 throughout is read as UTF-8 where it can be, line by line, and as Windows-1252
    elsewhere. Raises `UnicodeDecodeError` for broken UTF-16.
    """
    if encoding == "cp1252":
        mixed = False
        for block in _whole_lines(stream):
            if _MULTIBYTE.search(block) is None:
                target.write(block.decode("cp1252", "dq_control").encode())
                continue
            for line in block.splitlines(keepends=True):
                mixed = _write_line(line, target) or mixed
        return "utf-8 and cp1252" if mixed else "cp1252"
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while chunk := stream.read(CHUNK):
        decoded = decoder.decode(chunk)
        target.write((decoded.removeprefix("\ufeff") if first else decoded).encode("utf-8", "replace"))
        first = False
    target.write(decoder.decode(b"", final=True).encode())
    return encoding


def _write_line(line: bytes, target: IO[bytes]) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        target.write(line.decode("cp1252", "dq_control").encode())
        return False
    target.write(line.removeprefix(codecs.BOM_UTF8))
    return not line.isascii()


def _whole_lines(stream: IO[bytes]) -> Iterator[bytes]:
    kept: list[bytes] = []
    while chunk := stream.read(CHUNK):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join([*kept, chunk[:end]])
            kept = []
        kept.append(chunk[end:])
    if rest := b"".join(kept):
        yield rest
