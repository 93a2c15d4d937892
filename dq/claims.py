"""Folders that a process claims while it lives: who was killed holds nothing, and what it left is cleared away by the next.

The claim of `reports/2026-11-02-1` is a lock on the file `reports/.2026-11-02-1.lock`. The operating system lets go of it with the
process, however that ends; a file that is only there says nothing.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


SUFFIX = ".lock"
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
SCRATCH = "dq-"


@dataclass(frozen=True)
class Claim:
    """A folder that is this process's. `sure` is false on a disk that knows no locks: then nobody clears anything away there."""

    folder: Path
    sure: bool
    _file: IO[bytes]

    def release(self) -> None:
        """Let go, and leave no file behind."""
        place = Path(self._file.name)
        if sys.platform != "win32":  # there an open file cannot be removed
            place.unlink(missing_ok=True)
        self._file.close()
        if sys.platform == "win32":
            with suppress(OSError):
                place.unlink()


def claim(folder: Path) -> Claim | None:
    """Claim a folder, which need not be there, in a folder that is; None where another process has. Raises OSError."""
    place = folder.with_name(f".{folder.name}{SUFFIX}")
    while True:
        file = place.open("ab")
        try:
            _lock(file)
        except OSError as error:
            if error.errno in TAKEN:
                file.close()
                return None
            return Claim(folder, False, file)
        with suppress(OSError):
            if os.path.samestat(os.fstat(file.fileno()), place.stat()):
                return Claim(folder, True, file)
        file.close()  # the one before removed the file after we had opened it


def sweep(base: Path, name: str, remove: Callable[[Path], None]) -> None:
    """Remove what processes left in `base` that are no more: each folder whose name is like the pattern and that nobody holds."""
    for place in base.glob(f".*{SUFFIX}"):
        folder = base / place.name[1 : -len(SUFFIX)]
        if not re.fullmatch(name, folder.name):
            continue
        with suppress(OSError):
            left = claim(folder)
            if left is not None:
                if left.sure:
                    remove(folder)
                left.release()


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder, removed at the end; those of runs that were killed are removed first."""
    base = Path(tempfile.gettempdir())
    sweep(base, re.escape(SCRATCH) + r"\w+", _remove)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, ignore_cleanup_errors=True) as name:
        held = claim(Path(name))
        try:
            yield Path(name)
        finally:
            _remove(Path(name))
            if held is not None:
                held.release()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
