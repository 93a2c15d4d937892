"""A project: dq.yaml, its folders and its extracts."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from dq import yamlfile
from dq.errors import DqError, Problem, ProjectError, did_you_mean

GATE = re.compile(
    r"^\s*(?P<measure>[a-z_][\w.]*)\s*(?P<comparison>==|!=|>=|<=|>|<)\s*(?P<needed>\d+(\.\d+)?)\s*(?P<percent>%?)\s*$"
)


class Project(BaseModel):
    """dq.yaml: one migration, its packs, source map, extracts, teams, settings and gates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str
    packs: tuple[str, ...]
    source: str | None = None
    system: str | None = None
    contact: str = "the data team"
    extracts: str = "extracts"
    go_live: dt.date | None = None
    settings: dict[str, Any] = {}
    teams: str | None = None
    gates: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    trust_python: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_pack(cls, data: object) -> object:
        if isinstance(data, dict) and "pack" in data:
            rest = {key: value for key, value in data.items() if key != "pack"}
            return {"packs": [data["pack"]], **rest}
        return data

    @field_validator("gates")
    @classmethod
    def _readable(cls, gates: tuple[str, ...]) -> tuple[str, ...]:
        for gate in gates:
            if not GATE.match(gate):
                raise ValueError(f"the gate {gate!r} is not like `blockers == 0` or `ready_children >= 98%`")
        return gates


def load(folder: Path) -> Project:
    """Read a project's dq.yaml. Raises `ProjectError` with every fault."""
    try:
        document = yamlfile.read(folder / "dq.yaml")
        return yamlfile.validate(Project, document)
    except DqError as error:
        raise ProjectError(error.problems) from None


def rules_folder(folder: Path) -> Path | None:
    """The project's own rules: `rules/`, where YAML files stand in it that are not a pack's; None without."""
    own = folder / "rules"
    return own if any(own.glob("*.yaml")) and not (own / "dataset.yaml").is_file() else None


def newest(folder: Path, project: Project) -> dt.date | None:
    """The date of the project's newest extract, None without one."""
    return max(extracts(folder / project.extracts), default=None)


def extracts(folder: Path) -> dict[dt.date, Path]:
    """The extracts of a folder by as-of date, oldest first: sub-folders named YYYY-MM-DD; others are passed over."""
    found: dict[dt.date, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and re.fullmatch(r"\d{4}-\d\d-\d\d", path.name):
            try:
                found[dt.date.fromisoformat(path.name)] = path
            except ValueError:
                continue
    return found


def pick_extract(project: Path, folder: str, as_of: dt.date | None) -> tuple[dt.date, Path, Path | None]:
    """The extract to check (the newest, or the one of `as_of`), its date, and the one before it.

    Raises `ProjectError` naming the extracts that there are.
    """
    found = extracts(project / folder)
    if not found:
        fix = f"Put each extract into a folder named by its date, such as {folder}/2026-11-02."
        raise ProjectError(Problem(str(project / folder), message="There is no extract.", fix=fix))
    date = as_of or max(found)
    if date not in found:
        there = [each.isoformat() for each in found]
        fix = did_you_mean(date.isoformat(), there) or f"There are: {', '.join(there)}."
        raise ProjectError(Problem(str(project / folder), message=f"There is no extract of {date.isoformat()}.", fix=fix))
    earlier = [each for each in found if each < date]
    return date, found[date], found[max(earlier)] if earlier else None
