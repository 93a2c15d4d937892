"""Writes papers: from the store to a page for the board as HTML and PDF, both of them or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dq import config
from dq import pack as packs
from dq.config import Project
from dq.errors import OptionError, Problem
from dq.flows import History
from dq.organisation import Level
from dq.papers import charts, page
from dq.papers import print as printed
from dq.papers.ahead import ahead
from dq.papers.board import SERVICES, board
from dq.papers.charts import Look
from dq.papers.facts import Facts, gather
from dq.papers.model import Board, Outlook
from dq.papers.unit_ahead import unit_ahead
from dq.papers.unit_facts import unit_facts
from dq.papers.unit_pack import UnitPack, unit_pack
from dq.papers.view import pack_view, view
from dq.report.filenames import safe_name
from dq.store import database, flows

FEWEST = 6
"""Services that stand on lines of their own however long a page is."""


@dataclass(frozen=True)
class Paper:
    """A paper that was written; `replaced` are files of an earlier paper on the same run."""

    run: int
    as_of: dt.date
    files: tuple[Path, ...]
    replaced: tuple[Path, ...]
    board: Board


def write_board(folder: Path, out: Path | None = None, *, html_only: bool = False) -> Paper:
    """Write the board's page on a project's latest run; without `out` beside the run's other files.

    A paper on the same run is written over: it says the same, or what was decided since. Raises `ProjectError` where no run is
    recorded, `OptionError` where nothing can be written.
    """
    project = config.load(folder)
    facts, history = _read(folder, project)
    found, pdf = _fitting(facts, ahead(facts, history, project.trial_loads, project.capacity), html_only)
    drawn = {**view(found), "charts": _charts(found, charts.SCREEN)}
    made = {".html": page.page(drawn, "board.html.jinja").encode()} | ({".pdf": pdf} if pdf is not None else {})
    target = out if out is not None else _results(folder, facts)
    files = {target / f"board-{found.as_of.isoformat()}{ending}": content for ending, content in made.items()}
    replaced = tuple(path for path in files if path.exists())
    written(files)
    return Paper(found.run, found.as_of, tuple(files), replaced, found)


@dataclass(frozen=True)
class PackPaper:
    """A manager's pack that was written; `folder` is that of the run, or the one that was asked for."""

    folder: Path
    files: tuple[Path, ...]
    replaced: tuple[Path, ...]
    pack: UnitPack


def write_pack(folder: Path, level: Level, unit: str, out: Path | None = None, *, html_only: bool = False) -> PackPaper:
    """Write the pack of one unit on a project's latest run; without `out` beside the run's other files, in `packs`.

    Raises `ProjectError` where no run is recorded, `OptionError` for an unknown unit or where nothing can be written.
    """
    project = config.load(folder)
    days = {str(name): number for name, number in project.due_days.items()}
    with database.opened(folder, project.store, create=False) as connection:
        history = flows.history(connection)
        facts = gather(connection, project.project, project.contact, project.go_live, days, history)
        mine = unit_facts(connection, facts, level, unit)
    declared = {each.id: each for each in packs.of_project(folder, facts.run.as_of).measures}
    made = unit_pack(facts, mine, declared, unit_ahead(facts, mine, history, project.capacity))
    target = out if out is not None else _results(folder, facts)
    name = f"pack-{level}-{safe_name(unit)}-{facts.run.as_of.isoformat()}"
    drawn = pack_view(made)
    place = target if out is not None else target / "packs"
    files = {place / f"{name}.html": page.page({**drawn, "charts": _charts(made, charts.SCREEN)}, "pack.html.jinja").encode()}
    if not html_only:
        pdf = printed.pdf({**drawn, "charts": _charts(made, charts.PAPER)}, "pack.typ", facts.run.as_of, front=False)
        files[place / f"{name}.pdf"] = pdf or b""
    replaced = tuple(path for path in files if path.exists())
    written(files)
    return PackPaper(target, tuple(files), replaced, made)


def _read(folder: Path, project: Project) -> tuple[Facts, History]:
    with database.opened(folder, project.store, create=False) as connection:
        days = {str(name): number for name, number in project.due_days.items()}
        history = flows.history(connection)
        return gather(connection, project.project, project.contact, project.go_live, days, history), history


def _fitting(facts: Facts, forecast: Outlook, html_only: bool) -> tuple[Board, bytes | None]:
    """The page, with as many services on lines of their own as fit on one sheet of paper."""
    services = SERVICES
    while True:
        found = board(facts, forecast, services)
        if html_only:
            return found, None
        drawn = {**view(found), "charts": _charts(found, charts.PAPER)}
        pdf = printed.pdf(drawn, "board.typ", found.as_of, front=services > FEWEST)
        if pdf is not None:
            return found, pdf
        services = max(FEWEST, services - 4)


def _charts(found: Board | UnitPack, look: Look) -> list[str]:
    if isinstance(found, Board):
        burning = charts.blockers(found.weeks, look, found.burndown, found.go_live)
        return [charts.readiness(found.weeks, found.needed, look), burning]
    drawn = [charts.readiness(found.weeks, None, look), charts.blockers(found.weeks, look)]
    course = found.course
    return [*drawn, charts.burndown(course.known, course.ahead, course.go_live, look.wide())] if course.rows else drawn


def _results(folder: Path, facts: Facts) -> Path:
    results = folder / facts.run.results
    if not results.is_dir():
        fix = "Say with --out where the paper should go."
        raise OptionError(Problem(str(results), message=f"The folder of run {facts.run.run} is not there.", fix=fix))
    return results


def written(files: Mapping[Path, bytes]) -> None:
    """Write files that belong together: each is whole before the first takes its place. Raises `OptionError`."""
    parts = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(files[path])
        for path, part in parts.items():
            part.replace(path)
    except OSError:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
        first = next(iter(files))
        fix = "Close the file where it is open; or give another folder with --out."
        raise OptionError(Problem(str(first), message="The paper cannot be written.", fix=fix)) from None
