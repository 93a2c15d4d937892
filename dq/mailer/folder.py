"""Writes messages into a folder, from which another system sends them, or people look at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dq.mailer.letter import SENT, Letter, Outcome, Way, as_email


@contextmanager
def sending(folder: Path) -> Iterator[Way]:
    """A way into a folder, made on the first use: ``.eml`` whole, and beside it ``.html`` and ``.txt`` to look at.

    The ``.eml`` comes last and appears whole, so that who watches the folder for it never takes half a message.
    """

    def send(letter: Letter) -> Outcome:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / f"{letter.name}.txt", letter.text.encode())
            _write(folder / f"{letter.name}.html", letter.html.encode())
            _write(folder / f"{letter.name}.eml", as_email(letter, "").as_bytes())
        except OSError:
            return Outcome("failed", "The folder for messages cannot be written to.")
        return SENT

    yield send


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
