"""Writes the teams' lists: from the store and the files of the latest run to a workbook a team, all of them or none."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from dq import config, list_rows, output, pack, password, purged, tallies
from dq.config import Project
from dq.errors import OptionError, Problem, ProjectError, did_you_mean
from dq.listing import Situation, entries
from dq.model import LEAVERS, SEVERITIES, UNALLOCATED
from dq.report.filenames import safe_names
from dq.report.list_book import write_list
from dq.report.list_facts import ListFacts, TeamList, TrendPoint
from dq.report.readable import columns_of
from dq.store import database, desk, issue, trend, waivers
from dq.store.models import Rule, Run
from dq.store.trend import Point
from dq.summary import Readiness

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Made:
    """A list that was written."""

    team: str
    list: str
    file: Path
    to_do: int
    new: int
    overdue: int
    set_aside: int


@dataclass(frozen=True)
class Written:
    """The run that the lists show, their folder, and the lists by team."""

    run: int
    as_of: dt.date
    folder: Path
    lists: tuple[Made, ...]


def write(
    folder: Path, who: str, at: dt.datetime, *, out: Path | None = None, teams: Sequence[str] = (), secret: str | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Written:  # fmt: skip
    """Write the lists of a project's latest run, for all teams or for those named, and note in its store that they were given.

    With `secret` each workbook is encrypted, and the plain one lies only in a private temporary folder while it is made.
    Files and store go together: when anything fails, neither has changed. Raises `ProjectError` or `OptionError`.
    """
    project = config.load(folder)
    with database.opened(folder, project.store, create=False) as connection, TemporaryDirectory(prefix="dq-lists-") as scratch:
        run = Run.objects.using(connection.alias).order_by("number").last()
        if run is None:
            fix = f"Check the project first: dq check {folder}"
            raise ProjectError(Problem(str(folder), message="No run is recorded.", fix=fix))
        results = _results(folder, run)
        progress("Reading what is open", 0, 0)
        facts = _facts(folder, project, run, results)
        last = issue.latest(issue.given(connection))
        now = Situation(
            facts.as_of, facts.go_live, {str(name): days for name, days in project.due_days.items()}, facts.system,
            facts.contact, facts.owner, last,
            issue.handed_over(connection), issue.gone(connection), waivers.every(connection),
        )  # fmt: skip
        lines = list_rows.table(chain.from_iterable(entries(row, now) for row in desk.rows(connection)))
        counts = list_rows.counts(lines)
        wanted = _wanted(teams, {*counts, *last, UNALLOCATED, LEAVERS, facts.owner})
        titles = dict(Rule.objects.using(connection.alias).order_by("run").values_list("rule", "title"))
        courses = trend.by_team(connection)
        target = out if out is not None else output.unused(results / "lists")
        names = safe_names({*counts, *last, *wanted})
        files = {team: target / f"{names[team]}.xlsx" for team in wanted}
        with output.whole(target) as new, database.writing(connection):
            given = {team: (counts.get(team, {}).get("to_do", 0), _shown(files[team], folder)) for team in wanted}
            codes = issue.issue(connection, who, at, run.number, given)
            facts = replace(facts, identity=issue.identity(connection))
            made = [_team_list(team, codes[team], counts.get(team, {}), now, courses.get(team, ())) for team in wanted]
            rows = list_rows.by_list(lines, titles, facts.tables, results / "exceptions.parquet", wanted, scratch)
            for done, (each, (_, mine)) in enumerate(zip(made, rows, strict=True)):
                progress("Writing lists", done, len(wanted))
                plain = (Path(scratch) if secret else new.folder) / files[each.team].name
                write_list(facts, each, mine, plain, scratch)
                if secret:
                    password.lock(plain, new.folder / plain.name, secret)
                    plain.unlink()
            new.finish()
    return Written(
        run.number, run.as_of, target,
        tuple(Made(each.team, each.code, files[each.team], each.total, each.fresh, each.overdue, each.aside) for each in made),
    )  # fmt: skip


def _results(folder: Path, run: Run) -> Path:
    results = folder / str(run.results)
    if not (results / "exceptions.parquet").is_file():
        fix = "Put the folder back; or take the run back (dq runs --delete-latest) and check its extract again, inside the project."
        raise ProjectError(Problem(str(results), message=f"The files of run {run.number} are not there.", fix=fix))
    gone = purged.removed_on(results)
    if gone:
        fix = "Check the next extract; or take the run back (dq runs --delete-latest) and check its extract again."
        message = f"The values of run {run.number} were removed on {gone}: there is nothing to write lists from."
        raise ProjectError(Problem(str(results), message=message, fix=fix))
    return results


def _facts(folder: Path, project: Project, run: Run, results: Path) -> ListFacts:
    """What the lists say beside their rows; readiness is left out where the run's file does not tell it."""
    wanted = pack.load(project.packs, folder, own=config.rules_folder(folder), as_of=run.as_of)
    source = pack.load_source_map(wanted, project.source, folder) if project.source else None
    readiness = None
    with suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads((results / "run.json").read_text(encoding="utf-8"))["readiness"]
        readiness = Readiness(**{**said, "unattached": tuple(said["unattached"])})
    notes = tallies.notes(wanted.contract)
    return ListFacts(
        project.project, "", run.number, run.as_of, project.go_live,
        project.system or (source.system if source else "the old system"), project.contact, wanted.contract.owner,
        columns_of(notes), {note.table: note.title for note in notes}, readiness,
    )  # fmt: skip


def _wanted(asked: Sequence[str], known: Iterable[str]) -> list[str]:
    every = sorted(known)
    listed = f"There are: {', '.join(every[:12])}{' ...' if len(every) > 12 else ''}."
    problems = [
        Problem(subject=f"--team {team}", message="There is no such team.", fix=did_you_mean(team, every) or listed)
        for team in dict.fromkeys(asked)
        if team not in every
    ]
    if problems:
        raise OptionError(problems)
    return sorted(set(asked)) or every


def _team_list(team: str, code: str, counts: Mapping[str, int], now: Situation, course: Sequence[Point]) -> TeamList:
    last = now.last.get(team)
    seen = last.seen_run if last is not None else 0
    return TeamList(
        team, code, last.as_of if last is not None else None,
        {severity: counts.get(f"severity {severity}", 0) for severity in SEVERITIES},
        counts.get("fresh", 0), counts.get("overdue", 0), counts.get("waiting", 0), counts.get("aside", 0),
        sum(point.cleared for point in course if point.run > seen),
        tuple(TrendPoint(**vars(point)) for point in course),
    )  # fmt: skip


def _shown(path: Path, folder: Path) -> str:
    """A file inside the project as a path from it; outside, only its name."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.name
