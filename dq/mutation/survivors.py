"""`survivors.yaml` of a pack: mutants that no example can notice, or need not, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from dq import yamlfile
from dq.errors import DqError, PackError, Problem
from dq.mutation.mutants import families, mutants
from dq.pack import Pack

FILE = "survivors.yaml"


class _Survivor(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mutant: str
    reason: str
    file: str = ""
    line: int = 0


class _Survivors(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    survivors: tuple[_Survivor, ...] = ()


def read(pack: Pack) -> dict[str, _Survivor]:
    """The listed survivors of a pack's folders by mutant id. Raises `PackError`."""
    found: dict[str, _Survivor] = {}
    problems: list[Problem] = []
    for folder in pack.folders:
        path = folder / FILE
        if not path.is_file():
            continue
        try:
            document = yamlfile.read(path)
            listed = yamlfile.validate(_Survivors, document, document.data or {}).survivors
        except DqError as error:
            problems += error.problems
            continue
        for place, each in enumerate(listed):
            where = document.line(("survivors", place))
            if each.mutant in found:
                problems.append(Problem(str(path), where, each.mutant, "This mutant is listed twice.", "Remove one."))
            found[each.mutant] = each.model_copy(update={"file": str(path), "line": where})
    if problems:
        raise PackError(problems)
    return found


def stale(pack: Pack) -> Iterator[Problem]:
    """Listed survivors that are no mutant of the pack: the rule has changed, or is gone."""
    listed = read(pack)
    if not listed:
        return
    subjects = {name.partition("/")[0] for name in listed}
    spoken = [rule for name, rules in families(pack.rules).items() if name in subjects for rule in rules]
    smaller = replace(pack, rules=tuple(spoken), views=tuple(view for view in pack.views if view.name in subjects))
    known = {each.id for each in mutants(smaller)}
    for name, each in listed.items():
        if name not in known:
            fix = "The rule has changed. Run `dq mutate`, and list what survives now."
            yield Problem(each.file, each.line, name, "No mutant of the pack has this id.", fix, "warning")
