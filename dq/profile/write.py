"""Write a profile: all files are made first, then written; a folder that could not be filled is left empty."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from dq import contract as contracts
from dq import pack
from dq.contract import Contract
from dq.errors import OptionError, Problem
from dq.profile.draft_contract import code_files, contract
from dq.profile.draft_map import source_map
from dq.profile.draft_rules import rules
from dq.profile.evidence import evidence
from dq.profile.model import Profile
from dq.profile.page import page

OTHERS = ("dataset", "views", "settings", "measures")
README = """\
# Draft of {title}

Written by `dq profile`. Everything here is a draft: text files to read, correct and keep.

| file | what it is |
|---|---|
| `dataset.yaml` | the draft contract: tables, columns, types, keys, links, each with its evidence in a comment |
| `codes/*.csv` | the code lists that were found, with room for what the codes mean |
| `<table>.yaml` | draft rules of a table, each with what it would find today |
| `{pack}/sources/{name}.yaml` | the draft source map: how these files may become the tables of the pack `{pack}` |
| `evidence/*.csv` | the same evidence as tables for a spreadsheet |
{html}
Go on like this:

1. Read the evidence with the people who know the system. Correct the drafts.
2. `dq lint {folder}` and `dq test-rules {folder}` say whether they still hold together.
3. `dq check {path} --pack {folder}` checks the files with the draft rules.
4. For the rules of the pack `{pack}`: make a project with `dq init`, copy `{pack}/sources/{name}.yaml` into it, name it in
   `dq.yaml` (`source:`), and run `dq check`. `dq lint {pack} {folder}/{pack}` finds faults of the map.

Values of records stand nowhere in these files, but for the codes of columns that are code lists.
"""
HTML = "| `profile.html` | the profile as one page, to read together; opens in any browser, without a network |\n"
RULES = """\
# Rules of your own on the tables of the pack {pack}, beside the draft source map in sources/.
theme: Local rules
rules: []
"""


def write(profile: Profile, folder: Path, *, html: bool = False) -> list[Path]:
    """Write the drafts into an existing, empty folder; returns the files. Raises `OptionError` where that fails."""
    known = contracts.load(pack.locate(profile.pack))
    written: list[Path] = []
    try:
        for name, content in texts(profile, known, folder, html=html).items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            written.append(file)
            file.write_text(content, encoding="utf-8", newline="\n")
    except OSError:
        for file in written:
            with suppress(OSError):
                file.unlink()
        for parent in sorted({file.parent for file in written} - {folder}, key=lambda one: -len(one.parts)):
            with suppress(OSError):
                parent.rmdir()
        problem = Problem(str(folder), message="The files cannot be written.", fix="Is the disk full, or the folder protected?")
        raise OptionError(problem) from None
    return written


def texts(profile: Profile, known: Contract, folder: Path, *, html: bool) -> dict[str, str]:
    """Every file's content by its name below the folder."""
    name = map_name(profile.title)
    files = {"dataset.yaml": contract(profile), **code_files(profile)}
    taken = set(OTHERS)
    for table in profile.tables:
        text = rules(profile, table)
        if text:
            stem = table.name if table.name.lower() not in taken else f"{table.name}_rules"
            taken.add(stem.lower())
            files[f"{stem}.yaml"] = text
    files[f"{profile.pack}/sources/{name}.yaml"] = source_map(profile, known)
    files[f"{profile.pack}/local.yaml"] = RULES.format(pack=profile.pack)
    files |= evidence(profile, known)
    if html:
        files["profile.html"] = page(profile, known)
    shown = {
        "title": profile.title,
        "pack": profile.pack,
        "name": name,
        "folder": folder.as_posix(),
        "path": profile.folder.as_posix(),
    }
    files["README.md"] = README.format(**shown, html=HTML if html else "")
    return files


def map_name(title: str) -> str:
    """The name of the draft source map."""
    return re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_").lower() or "draft"
