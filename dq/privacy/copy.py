"""The story of a pseudonymised copy: read every extract, gather, settle, write, say what was done."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from dq import config, pack, settings
from dq import teams as team_files
from dq.compile import Compiler
from dq.config import Project
from dq.errors import InputError, OptionError, PackError, Problem, ProjectError, gathering
from dq.privacy import calendar_rules, files, keyfile, project, report
from dq.privacy.asked import asked
from dq.privacy.families import Families
from dq.privacy.gather import gather, top
from dq.privacy.keyfile import Key
from dq.privacy.making import Copy
from dq.privacy.model import MayDiffer
from dq.privacy.rewrite import rewrite
from dq.privacy.surrogates import Surrogates
from dq.privacy.treat import Ways
from dq.privacy.treatments import treatments
from dq.source_map import SourceMap

Say = Callable[[str], None]


def pseudonymise(
    folder: Path, out: Path, *, extracts: str = "all", key_file: Path | None = None, say: Say = lambda _: None
) -> Copy:
    """Write a pseudonymised copy of a project into a folder that does not exist yet.

    Raises `DqError` and leaves nothing behind where the project, an option or an extract is wrong.
    """
    found, dates = _chosen(folder, extracts)
    _free(folder, out)
    key = keyfile.load(key_file, out)
    making, may_differ, source = _prepare(folder, found, key)
    teams = team_files.read(folder / found.teams) if found.teams else ()
    beside = _beside(out)
    try:
        with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as scratch:
            unknown = _stage(making, source, dates, Path(scratch), say)
            gather(making, teams)
            say("Choosing surrogates and shifts")
            joined = _settle(making, key)
            written = rewrite(making, beside / found.extracts, key.secret, say)
        renamed = {each.name: each.now for each in written if each.renamed}
        numbers = making.surrogates.numbers
        notes = project.write(folder, found, beside, numbers.of, making.surrogates.staff_name, renamed)
        project.check_words(beside, numbers.originals)
        left = [*project.left_out(folder, found), *(f"{name}: no table takes it" for name in unknown), *notes]
        making.told = report.tell(making, found.project, sorted(dates), written, may_differ, left, joined)
        report.write(beside, making.told)
        if key_file is not None:
            words = making.surrogates.words.remembered()
            weeks = key.weeks | making.families.remembered(key.secret)
            keyfile.save(Key(key.secret, numbers.remembered(), words, weeks), key_file)
        beside.rename(out)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(beside)
        raise
    return making


def _chosen(folder: Path, wanted: str) -> tuple[Project, dict[dt.date, Path]]:
    if not (folder / "dq.yaml").is_file():
        raise OptionError(Problem(str(folder), message="The folder is no project: it has no dq.yaml."))
    found = config.load(folder)
    every = config.extracts(folder / found.extracts)
    if not every:
        raise ProjectError(Problem(str(folder / found.extracts), message="There is no extract."))
    first, dots, last = wanted.partition("..")
    try:
        if wanted in ("all", "newest"):
            low, high = (min(every) if wanted == "all" else max(every)), max(every)
        else:
            low = dt.date.fromisoformat(first) if first else min(every)
            high = (dt.date.fromisoformat(last) if last else max(every)) if dots else low
    except ValueError:
        fix = "Write all, newest, a date such as 2026-11-02, or two with dots between: 2026-10-05..2026-11-02."
        raise OptionError(Problem(subject=f"--extracts {wanted}", message="This names no extracts.", fix=fix)) from None
    chosen = {date: path for date, path in every.items() if low <= date <= high}
    if not chosen:
        there = ", ".join(date.isoformat() for date in every)
        raise OptionError(Problem(subject=f"--extracts {wanted}", message="There is no such extract.", fix=f"There are: {there}."))
    return found, chosen


def _free(folder: Path, out: Path) -> None:
    if out.exists():
        raise OptionError(Problem(str(out), message="There is something already.", fix="Name a folder that does not exist yet."))
    if folder.resolve() in out.resolve().parents:
        raise OptionError(Problem(str(out), message="The copy would lie inside the project.", fix="Name a folder elsewhere."))


def _beside(out: Path) -> Path:
    """An empty folder beside the one that is to be, which becomes it when all is written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError:
        raise OptionError(Problem(str(out), message="The folder cannot be made.", fix="Name another.")) from None
    made.chmod(0o755)
    return made


def _prepare(folder: Path, found: Project, key: Key) -> tuple[Copy, tuple[MayDiffer, ...], SourceMap | None]:
    as_of = config.newest(folder, found)
    wanted = pack.load(found.packs, folder, own=config.rules_folder(folder), as_of=as_of)
    source = pack.load_source_map(wanted, found.source, folder) if found.source else None
    values = settings.values(wanted.settings, found.settings) | {"as_of": as_of, "go_live": found.go_live}
    compiler = Compiler(wanted.contract, wanted.views, wanted.settings, values)
    problems: list[Problem] = []
    rules = []
    for rule in wanted.rules:
        with gathering(problems):
            rules.append(compiler.rule(rule))
    if problems:
        raise PackError(problems)
    questions = asked(compiler, rules)
    by = treatments(wanted.contract, frozenset(questions.identifiers))
    surrogates = Surrogates.keyed(key.secret, questions, key.numbers, key.words)
    making = Copy(wanted.contract, Ways(wanted.contract, by, questions), surrogates, Families())
    return making, calendar_rules.may_differ(compiler, rules), source


def _stage(making: Copy, source: SourceMap | None, dates: Mapping[dt.date, Path], scratch: Path, say: Say) -> list[str]:
    problems: list[Problem] = []
    unknown: list[str] = []
    for date, path in sorted(dates.items()):
        with gathering(problems):
            sheets, others = files.stage(making.contract, source, date, path, scratch / date.isoformat(), say)
            making.sheets += sheets
            unknown += [f"{date.isoformat()}/{name}" for name in others]
    if problems:
        raise InputError(problems)
    return unknown


def _settle(making: Copy, key: Key) -> int:
    """Find every surrogate and shift; returns how many families were joined since the key file was written."""
    groups: dict[str, list[str]] = {}
    for text in list(making.ties):
        groups.setdefault(top(making.ties, text), []).append(text)
    making.surrogates.settle(groups.values())
    return making.families.choose(key.secret, key.weeks)
