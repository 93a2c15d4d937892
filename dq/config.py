"""A project: dq.yaml, its folders and its extracts."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr, field_validator, model_validator

from dq import criteria, mail, yamlfile
from dq.criteria import Asked, GateEntry
from dq.errors import DqError, Problem, ProjectError, did_you_mean, gathering
from dq.mail import Mail
from dq.model import Dimension, Severity


class Checks(BaseModel):
    """Checks by other hands: a Python file with pandera schemas, or a Great Expectations suite for a table.

    Severity, dimension, fix and owner are those of checks that say nothing of their own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pandera: str | None = None
    expectations: str | None = None
    table: str | None = None
    tables: dict[str, str] = {}
    severity: Severity = "major"
    dimension: Dimension | None = None
    fix: str | None = None
    owner: str | None = None
    _line: int = PrivateAttr(default=0)

    @model_validator(mode="after")
    def _one_kind(self) -> Checks:
        if (self.pandera is None) == (self.expectations is None):
            raise ValueError("an entry of checks: has either pandera: or expectations:")
        if self.expectations is not None and (self.table is None or self.tables):
            raise ValueError("expectations: has table: beside it, the one table of the suite")
        if self.pandera is not None and self.table is not None:
            raise ValueError("pandera: has tables: beside it, as {table: name in the file}, and no table:")
        return self

    @property
    def line(self) -> int:
        """The line of dq.yaml on which the entry begins."""
        return self._line

    def at(self, line: int) -> Checks:
        """The entry with its line."""
        self._line = line
        return self


class Lookup(BaseModel):
    """A list to look things up in that the council supplies: its file, and which of its columns are the contract's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    columns: dict[str, str] = {}
    sheet: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: object) -> object:
        return {"file": data} if isinstance(data, str) else data


class Project(BaseModel):
    """dq.yaml: one migration, its packs, source map, extracts, teams, settings, trial loads and gates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str
    packs: tuple[str, ...]
    source: str | None = None
    system: str | None = None
    contact: str = "the data team"
    extracts: str = "extracts"
    lookups: dict[str, Lookup] = {}
    go_live: dt.date | None = None
    settings: dict[str, Any] = {}
    teams: str | None = None
    gates: tuple[GateEntry, ...] = ()
    trial_loads: dict[str, dt.date] = {}
    select: tuple[str, ...] = ()
    trust_python: bool = False
    checks: tuple[Checks, ...] = ()
    store: str | None = None
    due_days: dict[Severity, int] = {}
    capacity: dict[str, float] = {}
    mail: Mail | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_pack(cls, data: object) -> object:
        if isinstance(data, dict) and "pack" in data:
            rest = {key: value for key, value in data.items() if key != "pack"}
            return {"packs": [data["pack"]], **rest}
        return data

    @field_validator("gates", mode="before")
    @classmethod
    def _texts(cls, gates: object) -> object:
        return [{"gate": each} if isinstance(each, str) else each for each in gates] if isinstance(gates, list) else gates

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The gates, each with the day by which it must be met."""
        return tuple(criteria.asked(entry, self.trial_loads, self.go_live) for entry in self.gates)

    @field_validator("due_days")
    @classmethod
    def _positive(cls, days: dict[Severity, int]) -> dict[Severity, int]:
        if any(number < 1 for number in days.values()):
            raise ValueError("due_days: gives each severity at least one day, as in {blocker: 14, major: 28}")
        return days

    @field_validator("capacity")
    @classmethod
    def _some(cls, capacity: dict[str, float]) -> dict[str, float]:
        if any(not 0 <= number < float("inf") for number in capacity.values()):
            raise ValueError("capacity: gives a team the most exceptions that it can clear in a week, as in {North: 40}")
        return capacity

    @field_validator("store")
    @classmethod
    def _a_server(cls, store: str | None) -> str | None:
        if store is None:
            return None
        if not re.match(r"postgres(ql)?://[^/]*/[^/?]+", store):
            raise ValueError("store: is the address of a PostgreSQL database, like postgresql://dq@server/migration")
        if re.match(r"[^/]*//[^/@]*:[^/@]*@", store) or "password=" in store:
            raise ValueError("store: holds no password; put it into the environment variable DQ_STORE_PASSWORD")
        return store


def load(folder: Path) -> Project:
    """Read a project's dq.yaml. Raises `ProjectError` with every fault."""
    try:
        document = yamlfile.read(folder / "dq.yaml")
        problems: list[Problem] = []
        with gathering(problems):
            project = yamlfile.validate(Project, document)
        problems += criteria.faults(document)
        problems += mail.faults(document)
        if problems:
            raise DqError(problems)
        for place, entry in enumerate(project.checks):
            entry.at(document.line(("checks", place)))
        return project
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
