"""A pandera schema as rules, one a check, and what it finds row by row.

pandera is run once, lazily. Its table of failure cases leaves blanks out and may be cut (`n_failure_cases`), so the rows
of a check are taken from the check's own output.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from dq.config import Checks
from dq.contract import Contract
from dq.errors import Problem, ProjectError
from dq.model import Dimension
from dq.outside.model import Facts, Verdicts, facts, make_rule, quiet, title_of, twice, unknown_column, word
from dq.rules import Rule

Place = tuple[str | None, str, int | None]
"""Column (None: the whole frame), what is checked of it, and the number of a check among the column's."""


@dataclass(frozen=True)
class PanderaChecks:
    """The checks of one schema; `places` says which rule each part of it is."""

    table: str
    rules: tuple[Rule, ...]
    fingerprint: str
    columns: tuple[str, ...]
    schema: Any = field(repr=False)
    places: dict[Place, str] = field(repr=False)

    def run(self, frame: pd.DataFrame) -> dict[str, Verdicts]:
        """Validate lazily and say of each rule which rows pass, fail or cannot be assessed."""
        with quiet(), config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            try:
                self.schema.validate(frame.copy(), lazy=True)
                errors: list[SchemaError] = []
            except SchemaErrors as raised:
                errors = list(raised.schema_errors)
            except (Exception, SystemExit) as error:  # of the users' code, or of pandera on it
                reason = f"The schema could not be run on this table ({type(error).__name__})."
                return {rule.id: Verdicts(reason=reason) for rule in self.rules}
            found = {rule_id: self._passed(place, frame) for place, rule_id in self.places.items()}
            for each in errors:
                self._take(each, frame, found)
        return found

    def _passed(self, place: Place, frame: pd.DataFrame) -> Verdicts:
        """The verdicts where nothing fails: blanks are not assessed by checks that leave them out."""
        column, kind, number = place
        ok = pd.Series(True, index=frame.index, dtype="boolean")
        if kind == "check":
            part = self.schema if column is None else self.schema.columns[column]
            check = part.checks[number]
            if _is_whole(check, frame if column is None else frame[column]):
                return Verdicts(whole=True)
            verdict = check.statistics.get("verdict") if isinstance(check.statistics, dict) else None
            if column is None and callable(verdict):  # an exported rule says itself which rows it cannot assess
                ok = ok.mask(_unknown(verdict, frame))
            if check.ignore_na and column is not None and check.groupby is None:
                ok = ok.mask(frame[column].isna())
        elif kind == "unique":
            blank = frame[column].isna() if column is not None else frame[_listed(self.schema.unique)].isna().all(axis="columns")
            ok = ok.mask(blank)
        elif kind != "not_nullable" and not (kind == "dtype" and self.schema.columns[column].coerce):
            return Verdicts(whole=True)
        return Verdicts(rows=ok)

    def _take(self, error: SchemaError, frame: pd.DataFrame, found: dict[str, Verdicts]) -> None:
        """Put one error of pandera's into the verdicts of its rule."""
        name = getattr(error.schema, "name", None) if not isinstance(error.schema, pa.DataFrameSchema) else None
        code = error.reason_code
        kind = KINDS.get(code, "")
        place = (name, kind, error.check_index if kind == "check" else None)
        rule_id = self.places.get(place)
        if rule_id is None:
            # Something that we did not foresee: nothing that it may concern counts as passed.
            for (column, *_), other in self.places.items():
                if column == name or name is None:
                    found[other] = Verdicts(reason=f"pandera could not judge it ({code.name if code else 'no reason'}).")
            return
        if code is SchemaErrorReason.CHECK_ERROR:
            raised = re.match(r"\w+", str(error.failure_cases))
            found[rule_id] = Verdicts(reason=f"The check could not be run on this table ({raised[0] if raised else 'error'}).")
        elif code is SchemaErrorReason.WRONG_DATATYPE and self.schema.columns[name].coerce:
            return  # said by row already
        else:
            rows = _failing(error, kind, frame)
            if code is SchemaErrorReason.DATATYPE_COERCION and rows is not None and self.schema.columns[name].nullable:
                rows = rows[frame.loc[rows, name].notna().to_numpy()]
            ok = found[rule_id].rows
            if rows is None or ok is None:
                found[rule_id] = Verdicts(whole=False)
            else:
                found[rule_id] = Verdicts(rows=ok.where(~ok.index.isin(rows), other=False))


KINDS = {
    SchemaErrorReason.DATAFRAME_CHECK: "check",
    SchemaErrorReason.CHECK_ERROR: "check",
    SchemaErrorReason.SERIES_CONTAINS_NULLS: "not_nullable",
    SchemaErrorReason.SERIES_CONTAINS_DUPLICATES: "unique",
    SchemaErrorReason.DUPLICATES: "unique",
    SchemaErrorReason.WRONG_DATATYPE: "dtype",
    SchemaErrorReason.DATATYPE_COERCION: "dtype",
    SchemaErrorReason.COLUMN_NOT_IN_SCHEMA: "strict",
    SchemaErrorReason.COLUMN_NOT_ORDERED: "ordered",
}


def _failing(error: SchemaError, kind: str, frame: pd.DataFrame) -> pd.Index | None:
    """row_id of the rows that an error speaks of; None where it speaks of none."""
    output = error.check_output
    if kind == "check":
        if isinstance(output, pd.DataFrame):
            output = output.all(axis="columns")
        if not isinstance(output, pd.Series) or not output.index.isin(frame.index).all():
            return None
        failing: pd.Index = output.index[~output.astype(bool)]
        return failing
    cases = error.failure_cases
    if error.reason_code is SchemaErrorReason.WRONG_DATATYPE or not isinstance(cases, pd.DataFrame) or "index" not in cases:
        return None
    return frame.index[frame.index.isin(cases["index"].dropna())]


def _unknown(verdict: Callable[[pd.DataFrame], pd.Series], frame: pd.DataFrame) -> pd.Series:
    """The rows that a verdict of three values leaves open; none where it cannot be had."""
    try:
        return verdict(frame).reindex(frame.index).isna()
    except Exception:
        return pd.Series(False, index=frame.index)


def _is_whole(check: pa.Check, values: pd.Series | pd.DataFrame) -> bool:
    """Whether a check answers once for all rows, as far as its answer to the first row tells."""
    if check.element_wise or check.groupby is not None or not len(values):
        return check.groupby is not None
    try:
        return isinstance(check(values.head(1)).check_output, bool)
    except Exception:  # it passed on all rows and cannot be asked about one
        return False


def read(path: Path, entry: Checks, contract: Contract, table: str, schema: pa.DataFrameSchema, fingerprint: str) -> PanderaChecks:
    """The rules of one schema. Raises `ProjectError` with every fault: columns that are not there, checks without a name."""
    problems: list[Problem] = []
    prepared = _prepared(schema, contract, table, path, problems)
    rules: list[Rule] = []
    places: dict[Place, str] = {}
    above = facts(schema.metadata, path, f"pandera.{table}", problems)
    subject = contract.tables[table]

    def add(place: Place, name: str, said: list[Facts], title: str, dimension: Dimension, fields: tuple[str, ...]) -> None:
        rule_id = ".".join(("pandera", table, *([place[0]] if place[0] else []), name))
        rules.append(make_rule(rule_id, "pandera", table, entry, said, title=title, dimension=dimension, fields=fields, file=path))
        places[place] = rule_id

    for column, part in prepared.columns.items():
        shown, subject_id = title_of(subject, column), f"pandera.{table}.{column}"
        said = [facts(part.metadata, path, subject_id, problems), above]
        field_ = (column.removeprefix("raw__"),)
        if part.dtype is not None:
            add((column, "dtype", None), "dtype", said, f"{shown} has the type that the schema asks for", "validity", field_)
        if not part.nullable:
            add((column, "not_nullable", None), "not_nullable", said, f"{shown} is filled in", "completeness", field_)
        if part.unique:
            add((column, "unique", None), "unique", said, f"{shown} is unlike that of any other record", "uniqueness", field_)
        for number, check, name in _checks(part.checks, path, subject_id, problems):
            own = facts({"dq": _of_check(part.metadata, name)}, path, f"{subject_id}.{name}", problems)
            add(
                (column, "check", number),
                name,
                [own, _told(check), *said],
                f"{shown} meets {check.error or name}",
                "validity",
                field_,
            )
    if prepared.unique:
        columns = tuple(_listed(prepared.unique))
        title = f"No two records have the same {', '.join(title_of(subject, each) for each in columns)}"
        add((None, "unique", None), "unique." + "_".join(columns), [above], title, "uniqueness", columns)
    for kind in ("strict", "ordered"):
        if getattr(prepared, kind):
            words = {"strict": "The table has no columns but the schema's", "ordered": "The columns are in the schema's order"}
            add((None, kind, None), kind, [above], words[kind], "consistency", ())
    for number, check, name in _checks(prepared.checks, path, f"pandera.{table}", problems):
        own = facts({"dq": _of_check(schema.metadata, name)}, path, f"pandera.{table}.{name}", problems)
        title = f"{subject.title} meet {check.error or name}"
        add((None, "check", number), name, [own, _told(check), above], title, "consistency", ())
    problems += twice(rules, "Give each check a name=... of its own.")
    if problems:
        raise ProjectError(problems)
    for part in (prepared, *prepared.columns.values()):
        for check in part.checks:
            check.n_failure_cases, check.raise_warning = None, False
    return PanderaChecks(table, tuple(rules), fingerprint, _read(prepared, contract, table), prepared, places)


def _prepared(
    schema: pa.DataFrameSchema, contract: Contract, table: str, path: Path, problems: list[Problem]
) -> pa.DataFrameSchema:
    """A copy of the schema that drops no rows, with a column for each one that a pattern names."""
    prepared = copy.deepcopy(schema)
    prepared.drop_invalid_rows = False
    subject = f"pandera.{table}"
    for part, instead in (("index", "Check the columns of the key instead."), ("dtype", "Give each column its type.")):
        if getattr(schema, part) is not None:
            problems.append(Problem(str(path), 0, subject, f"{part}= of the whole frame is not checked here.", instead))
    prepared.strict = bool(schema.strict)
    columns: dict[str, Any] = {}
    for name, column in prepared.columns.items():
        column.drop_invalid_rows = False
        if column.regex:
            matching = [each for each in contract.tables[table].columns if re.match(name, each)]
            if not matching:
                problems.append(Problem(str(path), 0, f"{subject}.{name}", "The pattern names no column.", "Mend it."))
            for other in matching:
                copied = copy.deepcopy(column)
                copied.regex = False
                columns[other] = copied.set_name(other)
            continue
        fix = unknown_column(contract, table, name)
        if fix is None:
            columns[name] = column
        elif column.required:
            problems.append(Problem(str(path), 0, f"{subject}.{name}", f"{table} has no column {name!r}.", fix))
    prepared.columns = columns
    return prepared


def _checks(checks: list[pa.Check], path: Path, subject: str, problems: list[Problem]) -> Iterator[tuple[int, pa.Check, str]]:
    for number, check in enumerate(checks):
        name = word(check.name or "")
        if name in ("", "lambda"):
            fix = "Give it name='...': rule ids must stay the same when checks are added."
            problems.append(Problem(str(path), 0, subject, f"Check {number + 1} has no name.", fix))
        else:
            yield number, check, name


def _told(check: pa.Check) -> Facts:
    """What a check says of itself: its description is what to do; one that only warns is minor."""
    return Facts(title=check.title, fix=check.description, severity="minor" if check.raise_warning else None)


def _of_check(metadata: object, name: str) -> object:
    said = metadata.get("dq") if isinstance(metadata, dict) else None
    by_check = said.get("checks") if isinstance(said, dict) else None
    return by_check.get(name) if isinstance(by_check, dict) else None


def _listed(columns: str | list[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns)


def _read(schema: pa.DataFrameSchema, contract: Contract, table: str) -> tuple[str, ...]:
    """The columns that the checks can see: those of the schema, and all where a check sees the whole frame."""
    every = schema.checks or schema.strict or schema.ordered or schema.parsers
    wanted = [*(contract.tables[table].columns if every else ()), *schema.columns, *_listed(schema.unique or [])]
    return tuple(dict.fromkeys(wanted))
