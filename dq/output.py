"""Where files go: a name that is the run's own before it begins, and folders that appear only when they are whole."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dq.claims import Claim, claim, sweep
from dq.errors import OptionError, Problem

NAME = r"\d{4}-\d\d-\d\d-\d+"


@contextmanager
def reserved(path: Path, as_of: dt.date, out: Path | None) -> Iterator[Path]:
    """A folder for the results that is not there yet, or is empty; no other run takes it meanwhile.

    `out` is exactly where the files go; without it ``reports/<as-of>-<n>`` in the project, or in the current folder
    for a plain folder of files, after what killed runs left there was cleared away. Raises `OptionError` for a folder that
    holds something, that another run is writing to, or that cannot be made.
    """
    folder = out if out is not None else (path if (path / "dq.yaml").is_file() else Path()) / "reports" / as_of.isoformat()
    there = folder.exists()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        held = _next(folder.parent, as_of) if out is None else _given(out)
    except OSError:
        raise OptionError(Problem(str(folder), message="The folder cannot be made.", fix="Give another with --out.")) from None
    try:
        yield held.folder
    except BaseException:
        if not there:
            with suppress(OSError):
                held.folder.rmdir()  # when it is empty
        raise
    finally:
        held.release()


def _given(folder: Path) -> Claim:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptionError(Problem(str(folder), message="The folder for the results is not empty.", fix="Give another with --out."))
    held = claim(folder)
    if held is None:
        raise OptionError(Problem(str(folder), message="Another run is writing there.", fix="Give another folder with --out."))
    return held


def _next(reports: Path, as_of: dt.date) -> Claim:
    sweep(reports, NAME, _clear)
    number = 1
    while True:
        folder = reports / f"{as_of.isoformat()}-{number}"
        held = None if folder.exists() else claim(folder)
        if held is not None and not folder.exists():  # a run may have finished between the two
            return held
        if held is not None:
            held.release()
        number += 1


def _clear(folder: Path) -> None:
    """What a killed run left of its results; a whole folder stays."""
    shutil.rmtree(folder.with_name(f".{folder.name}.part"), ignore_errors=True)


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
        raise OptionError(Problem(str(target), message="The folder is not empty.", fix="Give another with --out."))
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


def must_be_new(file: Path | None) -> None:
    """Raise `OptionError` for a file that is there already, or whose folder is not."""
    if file is None:
        return
    if file.exists():
        raise OptionError(Problem(str(file), message="The file is there already.", fix="Give another name, or move it away."))
    if not file.absolute().parent.is_dir():
        raise OptionError(Problem(str(file), message="Its folder does not exist.", fix="Make it, or give another."))


def write_whole(file: Path, text: str) -> None:
    """Write a file that is there whole or not at all. Raises `OptionError` where it cannot be written."""
    part = file.absolute().with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OptionError(Problem(str(file), message="The file cannot be written.", fix="Give another place.")) from None


def unused(path: Path) -> Path:
    """The path, or where it is taken the first of `path-2`, `path-3`, ... that is not."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found
