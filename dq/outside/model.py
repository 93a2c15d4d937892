"""What a set of outside checks is, and how one of its checks becomes a rule."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlglot import exp

from dq.compiled import CompiledRule, CompiledStatement, Reads
from dq.config import Checks
from dq.contract import Contract, Table
from dq.errors import Problem, did_you_mean
from dq.model import Dimension, Severity
from dq.rules import Rule, Statement

FIX = "Look the record up in the old system and correct what the check asks for; ask the data team if it is not clear."


@dataclass(frozen=True)
class Verdicts:
    """How one check went: by row, as a whole, or not at all.

    `rows` has the row_id of each record in scope as its index and true, false or missing (not assessed) as values;
    `whole` is what a check says that cannot tell rows apart; `reason` says why a check could not be run, in our words.
    """

    rows: pd.Series | None = None
    whole: bool | None = None
    reason: str = ""


class CheckSet(Protocol):
    """The checks of one schema or suite on one table."""

    @property
    def table(self) -> str:
        """The contract table that the checks speak of."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """A rule for each check."""

    @property
    def fingerprint(self) -> str:
        """The hash of the file that the checks stand in."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the typed frame that the checks read; ``raw__x`` is the text of x."""

    def run(self, frame: pd.DataFrame) -> dict[str, Verdicts]:
        """The verdicts by rule id, on a frame whose index is the row_id. An error in a check is a verdict of its own."""


class Facts(BaseModel):
    """What a check's author may say of it under `dq` in its metadata."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    title: str | None = None
    severity: Severity | None = None
    dimension: Dimension | None = None
    fix: str | None = None
    owner: str | None = None


def facts(given: object, file: Path, subject: str, problems: list[Problem]) -> Facts:
    """The facts under `dq` in metadata; what is wrong with them is added to the problems."""
    data = given.get("dq") if isinstance(given, Mapping) else None
    if data is None:
        return Facts()
    if not isinstance(data, Mapping):
        problems.append(Problem(str(file), 0, subject, "dq: in the metadata is a mapping.", "Write {'dq': {'severity': 'minor'}}."))
        return Facts()
    try:
        return Facts.model_validate({str(key): value for key, value in data.items() if key != "checks"})
    except ValidationError as error:
        for detail in error.errors():
            word = str(detail["loc"][0]) if detail["loc"] else "dq"
            fix = did_you_mean(word, Facts.model_fields) if detail["type"] == "extra_forbidden" else ""
            problems.append(Problem(str(file), 0, subject, f"dq: {word}: {detail['msg']}.", fix))
        return Facts()


def make_rule(
    rule_id: str,
    check: str,
    table: str,
    entry: Checks,
    said: Sequence[Facts],
    *,
    title: str,
    dimension: Dimension,
    severity: Severity | None = None,
    fields: tuple[str, ...] = (),
    file: Path,
) -> Rule:
    """A rule for one check; of the facts said, the first that says something counts, then dq.yaml, then the defaults."""

    def first(name: str, *others: Any) -> Any:
        return next((each for each in (*(getattr(one, name) for one in said), *others) if each is not None), None)

    return Rule(
        id=rule_id,
        title=first("title", title),
        statements=(Statement(table, check, file.name, None, fields),),
        dimension=first("dimension", entry.dimension, dimension),
        severity=first("severity", severity, entry.severity),
        fix=first("fix", entry.fix, FIX),
        source=file.name,
        owner=first("owner", entry.owner),
        kind=check,
        tags=(check,),
        theme=f"{'pandera' if check == 'pandera' else 'Great Expectations'}: {file.name}",
        family=rule_id,
        file=str(file),
    )


def compiled(rule: Rule, fingerprint: str) -> CompiledRule:
    """An outside rule as the run counts it; there is no SQL of it."""
    [statement] = rule.statements
    nothing = CompiledStatement(statement.table, statement.table, exp.select(), statement.fields, ())
    return CompiledRule(rule, (nothing,), Reads(relations=frozenset({statement.table})), (), fingerprint=fingerprint)


def fingerprint(content: bytes) -> str:
    """The hash of a file's content, as long as a rule's fingerprint."""
    return hashlib.sha256(content).hexdigest()[:16]


def word(name: str) -> str:
    """A check's name as a part of a rule's id: without spaces and signs."""
    return re.sub(r"\W+", "_", name).strip("_")


def twice(rules: Collection[Rule], fix: str) -> Iterator[Problem]:
    """Checks whose rule ids are the same: their findings could not be told apart."""
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem(rule.file, 0, rule.id, "Two checks have this id.", fix)
        seen.add(rule.id)


def unknown_column(contract: Contract, table: str, name: str) -> str | None:
    """The fix for a column that the table does not have; None where it has it (``raw__x`` is the text of x)."""
    known = contract.tables[table].columns
    bare = name.removeprefix("raw__")
    if bare in known and (bare == name or not known[bare].is_text):
        return None
    return did_you_mean(bare, known) or f"Columns of {table}: {', '.join(known)}."


def title_of(table: Table, column: str) -> str:
    """What people call a column."""
    bare = column.removeprefix("raw__")
    return table.columns[bare].title if bare in table.columns else column


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Neither prints nor warnings of code that is not ours: they could quote a record."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
