"""What a project's copy holds beside its extracts: dq.yaml, teams, packs and rules of its own, the source map."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import yaml

from dq import config, teams
from dq import pack as packs
from dq.config import Project
from dq.errors import Problem, ProjectError

NOT_COPIED = {
    "people.json": "the people model: it holds how often names occur",
    "people_ruled.csv": "rulings on pairs of people: they hold record numbers",
    "reports": "results of runs: they hold values of records",
    ".dq": "the history: it holds record numbers",
    ".vscode": "settings of an editor",
}
KEPT = ("system", "extracts", "go_live", "trial_loads", "settings", "gates", "select", "due_days", "capacity")
"""Keys of dq.yaml that the copy has as they are, but for the owners of gates, who are staff."""
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_TEXT = ("*.yaml", "*.yml", "views/*.yaml", "codes/*.csv")


def write(
    project: Path, config_: Project, out: Path, number: Callable[[str], str], name: Callable[[str], str], renamed: dict[str, str]
) -> list[str]:
    """Write everything but the extracts into a folder; returns notes on what was left out or changed.

    `renamed` are files of extracts that bear another ending now; the source map is taught it.
    """
    notes: list[str] = []
    facts: dict[str, Any] = {"project": config_.project, "packs": [_pack(project, each, out) for each in config_.packs]}
    if config_.source:
        facts["source"] = _source(project, config_, out, renamed)
    written = yaml.safe_load((project / "dq.yaml").read_text(encoding="utf-8-sig"))
    facts |= {word: written[word] for word in KEPT if word in written}
    facts["gates"] = [_without_owner(each) for each in facts.get("gates") or ()]
    if config_.teams:
        _teams(project / config_.teams, out / "teams.csv", number, name)
        facts["teams"] = "teams.csv"
    own = config.rules_folder(project)
    if own is not None:
        _copy_tree(own, out / "rules")
    done = {"project", "packs", "source", "teams", *KEPT}
    notes += [f"dq.yaml: {word}: is left out" for word in sorted(config_.model_fields_set - done)]
    known = {key: _plain(value) for key, value in facts.items() if value not in (None, (), {}, "", [])}
    text = "# A pseudonymised copy for sharing; README.md says what was done.\n"
    text += yaml.safe_dump(known, sort_keys=False, allow_unicode=True, width=120)
    (out / "dq.yaml").write_text(text, encoding="utf-8", newline="\n")
    return notes


def _without_owner(gate: Any) -> Any:
    return {word: value for word, value in gate.items() if word != "owner"} if isinstance(gate, dict) else gate


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def check_words(out: Path, originals: Collection[str]) -> None:
    """Raise `ProjectError` where a file that was copied as it was quotes a number of a record."""
    problems = []
    for path in sorted(path for path in out.rglob("*.y*ml")):
        for line, text in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
            words = {word.lower() for word in _TOKEN.findall(text) if len(word) >= 6 and any(each.isdigit() for each in word)}
            if any(word in originals for word in words):
                where = path.relative_to(out).as_posix()
                fix = "Take it out there: the file goes into the copy as it stands."
                problems.append(Problem(where, line, message="A record's number stands here.", fix=fix))
    if problems:
        raise ProjectError(problems)


def left_out(project: Path, config_: Project) -> list[str]:
    """Files and folders of a project that are not copied, each with the reason."""
    known = {"dq.yaml", "rules", config_.teams, config_.extracts, *config_.packs}
    known |= {f"{config_.source}"} if config_.source else set()
    found = []
    for path in sorted(project.iterdir()):
        if path.name not in known:
            found.append(f"{path.name}: {NOT_COPIED.get(path.name, 'dq does not know it')}")
    return found


def _pack(project: Path, name: str, out: Path) -> str:
    if name in packs.names():
        return name
    folder = packs.locate(name, project)
    if folder.resolve() == (project / "rules").resolve():
        _copy_tree(folder, out / "rules")
        return "rules"
    target = f"packs/{folder.resolve().name}"
    _copy_tree(folder, out / target)
    return target


def _source(project: Path, config_: Project, out: Path, renamed: dict[str, str]) -> str:
    wanted = packs.load(config_.packs, project)
    name = config_.source or ""
    choices = {path.stem: path for folder in wanted.folders for path in (folder / "sources").glob("*.yaml")}
    path = choices.get(name, project / name)
    if name in choices and not renamed:
        return name
    text = path.read_text(encoding="utf-8-sig")
    if renamed:
        document = yaml.safe_load(text)
        for table in document["tables"].values():
            table["files"] = [*table["files"], *sorted(renamed.values())] if _takes(table["files"], renamed) else table["files"]
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    (out / "source.yaml").write_text(text, encoding="utf-8", newline="\n")
    return "source.yaml"


def _takes(files: list[str], renamed: dict[str, str]) -> bool:
    return any(Path(name.lower()).match(pattern.lower()) for name in renamed for pattern in files)


def _teams(path: Path, target: Path, number: Callable[[str], str], name: Callable[[str], str]) -> None:
    """The teams file with surrogates for its people; teams, services and days are the organisation's."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(teams.COLUMNS)
        for row in teams.read(path):
            left = row.left.isoformat() if row.left else ""
            since = row.since.isoformat() if row.since != dt.date.min else ""
            above = name(row.head_of_service), name(row.director)
            writer.writerow([number(row.worker_id), name(row.worker_name), row.team, row.service, left, *above, since])


def _copy_tree(folder: Path, target: Path) -> None:
    """Copy YAML and code lists; nothing else of a folder."""
    for path in sorted(path for pattern in _TEXT for path in folder.rglob(pattern)):
        to = target / path.relative_to(folder)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
