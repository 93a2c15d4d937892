"""Where files go: a folder reserved before a run and gone again if it fails, and folders that appear only when they are whole."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dq.errors import OptionError, Problem


@contextmanager
def reserved(path: Path, as_of: dt.date, out: Path | None) -> Iterator[Path]:
    """An existing, empty folder for the results; removed again when the run fails and it was made here.

    `out` is exactly where the files go; without it ``reports/<as-of>-<n>`` in the project, or in the current folder
    for a plain folder of files. Raises `OptionError` for a folder that holds something, or cannot be made.
    """
    folder = out if out is not None else _next(path if (path / "dq.yaml").is_file() else Path(), as_of)
    made = not folder.exists()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptionError(Problem(str(folder), message="The folder for the results is not empty.", fix="Give another with --out."))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise OptionError(Problem(str(folder), message="The folder cannot be made.", fix="Give another with --out.")) from None
    try:
        yield folder
    except BaseException:
        if made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _next(base: Path, as_of: dt.date) -> Path:
    number = 1
    while (base / "reports" / f"{as_of.isoformat()}-{number}").exists():
        number += 1
    return base / "reports" / f"{as_of.isoformat()}-{number}"


@dataclass(frozen=True)
class New:
    """A folder in the making: `finish` lets it take its place."""

    folder: Path
    target: Path

    def finish(self) -> None:
        if self.target.exists():
            self.target.rmdir()
        self.folder.rename(self.target)


@contextmanager
def whole(target: Path) -> Iterator[New]:
    """A hidden folder beside `target` for files that belong together; when anything fails, neither of the two is left.

    Raises `OptionError` for a target that holds something, or cannot be made.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OptionError(Problem(str(target), message="The folder for the lists is not empty.", fix="Give another with --out."))
    was_there = target.exists()
    part = target.absolute().with_name(f".{target.absolute().name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    except OSError:
        raise OptionError(Problem(str(target), message="The folder cannot be made.", fix="Give another with --out.")) from None
    try:
        yield New(part, target)
    except BaseException:
        finished = not part.exists()
        shutil.rmtree(part, ignore_errors=True)
        if finished:
            shutil.rmtree(target, ignore_errors=True)
        if was_there:
            target.mkdir(exist_ok=True)
        raise


def unused(path: Path) -> Path:
    """The path, or where it is taken the first of `path-2`, `path-3`, ... that is not."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found
