"""The structure of a file: which column is which, and what is missing, unexpected, repeated or misspelt.

A pandera schema made from the contract judges an empty frame that has the file's columns under the contract's
names; this module finds those names and puts the judgement into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pandera.errors

from dq.contract import Table
from dq.errors import Problem, did_you_mean
from dq.frames import pandera_schema
from dq.ingest.model import Finding, Source, TableInput, plain_name


@dataclass(frozen=True)
class Structure:
    """Position in the file of each contract column that comes from it, and what is wrong."""

    positions: Mapping[str, int]
    filters: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def position(header: tuple[str, ...], wanted: str) -> int | None:
    """Where a column stands in a header: by its exact name, else without case, else without spaces and underscores."""
    for form in (str, str.casefold, plain_name):
        for place, name in enumerate(header):
            if form(name) == form(wanted):
                return place
    return None


def used_positions(header: tuple[str, ...], inputs: Iterable[TableInput]) -> set[int]:
    """Positions of all columns of a file that any of its tables reads."""
    wanted = {name for one in inputs for name in one.rows}
    wanted |= {source.source for one in inputs for source in one.columns.values() if source.source is not None}
    return {place for name in wanted if (place := position(header, name)) is not None}


def judge(table: Table, given: TableInput, source: Source, used: set[int], file_id: int) -> Structure:
    """Hold a file's header against the contract.

    A required column that is missing is a problem: the run cannot go on. Columns that are unexpected, repeated, or
    named in the source map but not in the file are findings.
    """
    header = source.header
    places = {
        name: place
        for name, one in given.columns.items()
        if one.source is not None and (place := position(header, one.source)) is not None
    }
    filters = {name: place for name in given.rows if (place := position(header, name)) is not None}
    constants = {name for name, one in given.columns.items() if one.constant is not None}
    line = source.text.header_line if source.text else 1
    labels: dict[str, int] = {}
    repeated: set[int] = set()
    for place, name in enumerate(header):
        if place in used:
            continue
        twin = next((other for other in used if plain_name(header[other]) == plain_name(name)), None)
        if twin is not None and name:
            repeated.add(place)
        else:
            labels[f"{place}:{name}"] = place
    missing, unexpected = _failures(table, [*places, *constants, *labels])
    if table.looked_up_by:
        unexpected = []  # a directory says much that nobody asks for
    spare = [header[place] for place in labels.values() if header[place]]
    if not places and any(one.source is not None for one in given.columns.values()):
        count = sum(one.source is not None for one in given.columns.values())
        message = f"None of the table's {count} columns is in the header."
        fix = "Is it the file of this table, and is its first line the column names?"
        return Structure({}, {}, [Problem(source.ref.name, line, table.name, message, fix)])
    problems = [Problem(source.ref.name, line, table.name, *_missing(name, given, spare)) for name in missing]
    for name in given.rows:
        if name not in filters:
            message = f"Column {name!r}, by whose values the rows are told apart (rows:), is missing."
            problems.append(Problem(source.ref.name, line, table.name, message, did_you_mean(name, spare)))
    found: list[tuple[str | None, str]] = []
    for name, one in given.columns.items():
        if one.source is None or name in places or name in missing:
            continue
        near = did_you_mean(one.source, spare)
        if given.mapped:
            found.append((name, f"Column {one.source!r} of the source map is not in the file. {near}".strip()))
        elif near:
            found.append((name, f"There is no column {name!r}. {near}"))
    found += [(header[place], "The column stands in the header twice; the first is read.") for place in sorted(repeated)]
    for label in unexpected:
        place = labels[label]
        shown = header[place] or None
        found.append((shown, "The column is not expected." if shown else f"Column {place + 1} has no name."))
    if source.text is not None and source.text.records == 0:
        found.append((None, "The file has a header and no rows."))
    if source.records == 0 and not table.optional:
        found.append((None, "The file has no records of this table."))
    findings = [
        Finding(f"structure.{table.name}", table.name, message, file_id=file_id, source_row=line, field=name)
        for name, message in found
    ]
    return Structure(places, filters, problems, findings)


def _failures(table: Table, columns: list[str]) -> tuple[list[str], list[str]]:
    frame = pd.DataFrame(columns=pd.Index(columns, dtype=object), dtype=str)
    try:
        pandera_schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        by_check = {check: group["failure_case"].tolist() for check, group in cases.groupby("check")}
        return by_check.get("column_in_dataframe", []), by_check.get("column_in_schema", [])
    return [], []


def _missing(name: str, given: TableInput, spare: list[str]) -> tuple[str, str]:
    source = given.columns.get(name)
    if source is None or source.source is None:
        return f"The source map gives no column for {name!r}, which is required.", "Add it to the source map."
    shown = f"{source.source!r}" + (f" (for {name!r})" if source.source != name else "")
    return f"The required column {shown} is missing.", did_you_mean(source.source, spare)
