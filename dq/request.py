"""What a run is asked to do: from a project, a plain folder or frames to one `Request`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from dq import config, criteria
from dq.config import Checks, Lookup, Project
from dq.criteria import Asked
from dq.dispositions import Lenience
from dq.errors import OptionError, Problem
from dq.summary import Measures

PLAIN_GATES = (criteria.plain("blockers == 0"),)
"""What a plain folder is held against, where no board has set gates."""


@dataclass(frozen=True)
class Request:
    """Everything a run depends on, but for the packs' own content.

    `past` are the earlier runs of the project, oldest first; None where no history is kept of this one.
    """

    packs: tuple[str, ...]
    as_of: dt.date
    base: Path | None = None
    own: Path | None = None
    checks: tuple[Checks, ...] = ()
    trust_python: bool = False
    folder: Path | None = None
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    frames: Mapping[str, pd.DataFrame] | None = None
    previous: Path | None = None
    previous_frames: Mapping[str, pd.DataFrame] | None = None
    source: str | None = None
    go_live: dt.date | None = None
    project_settings: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    gates: tuple[Asked, ...] = ()
    teams: Path | None = None
    title: str = ""
    system: str = ""
    contact: str = "the data team"
    threads: int | None = None
    memory: str | None = None
    time_limit: float = 120.0
    store: str | None = None
    lenience: Lenience = field(default_factory=Lenience)
    past: tuple[Measures, ...] | None = None


def today() -> dt.date:
    """The clock, for a plain folder or frames without an as-of date; a project's extract is named by its date."""
    return dt.date.today()


def now() -> dt.datetime:
    """The clock, for when a run was recorded; no result depends on it."""
    return dt.datetime.now(dt.UTC)


def of_path(
    path: Path,
    *,
    pack: str | None = None,
    settings: Mapping[str, Any] | None = None,
    select: Sequence[str] = (),
    as_of: dt.date | None = None,
    previous: Path | None = None,
    threads: int | None = None,
    memory: str | None = None,
    time_limit: float = 120.0,
) -> Request:
    """A request for a project (a folder with dq.yaml) or, with `pack`, for a plain folder of files, or one file.

    `previous` is the earlier extract or last year's return, a folder or a file, in place of the one that would be taken.
    Raises `ProjectError` or `OptionError` saying what to do where the path is neither.
    """
    check_memory(memory)
    if previous is not None and not previous.exists():
        problem = Problem(
            subject=f"--previous {previous}", message="The path does not exist.", fix="Give last year's folder or file."
        )
        raise OptionError(problem)
    common: dict[str, Any] = {"settings": settings or {}, "threads": threads, "memory": memory, "time_limit": time_limit}
    if not path.exists():
        fix = "Give a project's folder, or with --pack a folder of files or one file."
        raise OptionError(Problem(str(path), message="The path does not exist.", fix=fix))
    if (path / "dq.yaml").is_file():
        project = config.load(path)
        asked = _of_project(path, project, pack, tuple(select) or project.select, as_of, common)
        return replace(asked, previous=previous) if previous is not None else asked
    if pack is None:
        fix = "Add --pack NAME to check a plain folder of files or one file, or make a project: dq init DIR."
        raise OptionError(
            Problem(str(path), message="The path is a file." if path.is_file() else "The folder has no dq.yaml.", fix=fix)
        )
    folder = path if path.is_dir() else path.absolute().parent
    earlier = previous or folder / "previous"
    return Request(
        (pack,), as_of or _named_date(folder) or today(), folder=path, previous=earlier if earlier.exists() else None,
        select=tuple(select), gates=PLAIN_GATES, title=path.resolve().name, **common,
    )  # fmt: skip


def check_memory(memory: str | None) -> None:
    """Raise `OptionError` for what is no amount of memory."""
    if memory is not None and not re.fullmatch(r"[1-9]\d*(\.\d+)? ?(MB|GB|TB|MiB|GiB|TiB)", memory):
        fix = "Write 2GB or 500MB."
        raise OptionError(Problem(subject=f"--memory {memory}", message="This is not an amount of memory.", fix=fix))


def _of_project(
    path: Path, project: Project, pack: str | None, select: tuple[str, ...], as_of: dt.date | None, common: dict[str, Any]
) -> Request:
    date, folder, previous = config.pick_extract(path, project.extracts, as_of)
    own = None if pack else config.rules_folder(path)  # they are written for the project's packs
    checks = () if pack else project.checks
    return Request(
        (pack,) if pack else project.packs, date, path, own, checks, project.trust_python, folder, project.lookups,
        previous=previous, source=project.source, go_live=project.go_live, project_settings=project.settings, select=select,
        gates=project.asked, teams=path / project.teams if project.teams else None, title=project.project,
        system=project.system or "", contact=project.contact, store=project.store, **common,
    )  # fmt: skip


def _named_date(path: Path) -> dt.date | None:
    try:
        return dt.date.fromisoformat(path.resolve().name)
    except ValueError:
        return None
