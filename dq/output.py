"""Where a run's files go: a folder reserved before the run, gone again if the run fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
