"""A new project: files that lint, with the schema of rule files wired into the editor."""

from __future__ import annotations

import json
from pathlib import Path

from dq import pack as packs
from dq.errors import OptionError, Problem
from dq.schema import rule_file_schema

_PROJECT = """\
# One migration: what is checked, and what the board asks for before go-live.
project: {name}
packs: [{pack}]              # the folder rules/ is read on top of them by itself
{source}extracts: extracts          # one folder an extract, named by its date: extracts/2026-11-02
# go_live: 2027-03-01
# teams: teams.csv          # worker_id,worker_name,team,service,left_on,head_of_service,director,from
settings: {{}}
gates:
  - blockers == 0
  - ready_children >= 98%
  - completeness >= 95%
"""

_RULES = """\
# Rules of your own, on top of the packs that dq.yaml names. In the project's folder, `dq lint .` finds every fault and
# shows what differs from the packs, `dq test-rules .` runs the examples, `dq rules .` lists all rules that there are.
#
# Beside rules of your own, two things may stand in the list below:
#   - replaces: ID            # a whole rule that takes the place of the pack's rule ID
#     title: ...
#   - disable: [ID]           # rules of the packs that this project does without; they are listed on the board's page
#     because: ...            # must be said
#     until: 2027-01-31       # may be said: the last extract for which it holds
theme: Local rules
rules: []
"""


def write_project(folder: Path, pack: str, source: str | None) -> list[Path]:
    """Write a project into a folder that is empty or not there; returns the files. Raises `DqError`, writing nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OptionError(Problem(str(folder), message="The folder is not empty.", fix="Give another."))
    loaded = packs.load(pack)
    if source is not None:
        packs.load_source_map(loaded, source)
    settings = {"yaml.schemas": {"./.vscode/dq-rules.schema.json": "rules/**/*.yaml"}}
    files = {
        "dq.yaml": _PROJECT.format(
            name=json.dumps(folder.resolve().name, ensure_ascii=False), pack=pack, source=f"source: {source}\n" if source else ""
        ),
        "rules/local.yaml": _RULES,
        ".vscode/dq-rules.schema.json": json.dumps(rule_file_schema(), indent=2) + "\n",
        ".vscode/settings.json": json.dumps(settings, indent=2) + "\n",
        "extracts/README.md": "One folder an extract, named by its as-of date: `2026-11-02/`.\n",
        ".gitignore": "extracts/*/\nreports/\n.dq/\n",
    }
    written = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        written.append(path)
    return written
