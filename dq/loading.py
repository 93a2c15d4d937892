"""Put a request's files or frames into the engine: this extract, last year's return, the extract before."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import duckdb
from sqlglot import exp

from dq import ingest
from dq.contract import Contract
from dq.errors import OptionError, Problem, ProjectError, did_you_mean
from dq.ingest import FileRef
from dq.request import Request
from dq.source_map import ColumnSource, SourceMap

Progress = Callable[[str, int, int], None]
"""What is being done, how many steps of it are done, how many there are (0 where that is not known)."""


@dataclass(frozen=True)
class Loaded:
    """Tables that are not there (but for those that may be absent), files that no table takes, what to tell of the files."""

    missing: set[str]
    unrecognised: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find(request: Request, contract: Contract, source: SourceMap | None) -> ingest.Found:
    """The files of the extract, without reading them. Raises `InputError` where it cannot be told which are meant."""
    return ingest.Found() if request.folder is None else ingest.find(request.folder, contract, source)


def told_by_format(contract: Contract, found: ingest.Found, declared: Collection[str]) -> dict[str, str]:
    """The setting that says whether a return is CSV or XML, by what was found."""
    name = contract.xml.format_setting if contract.xml is not None else None
    return {name: found.format} if name in declared and name is not None and found.format else {}


def load(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    contract: Contract,
    source: SourceMap | None,
    read: Collection[str],
    progress: Progress,
    *,
    found: ingest.Found | None = None,
    settings: Mapping[str, object] | None = None,
) -> Loaded:
    """Read the extract (`found` where its files are known already), and of the earlier one the tables in `read`.

    With `settings` it is told where a return says something else of itself. Raises `InputError` where a file cannot be read,
    `OptionError` for a frame of no table.
    """
    notes: list[str] = []
    found = found or find(request, contract, source)
    if request.frames is not None:
        _known_tables(request.frames, contract)
        ingest.load(connection, contract, [], frames=dict(request.frames))
    else:
        last_year = _last_year(request, contract)
        own = {each.table for each in found.inputs}
        before = [each for each in last_year.inputs if each.table not in own]
        every = [*found.inputs, *before, *_lookups(request, contract, own)]
        done, total = count(1), 2 * sum(len(each.files) for each in every)  # each file is opened, then loaded
        ingest.load(connection, contract, every, progress=lambda text: progress(text, min(next(done), total), total))
        notes = [*found.notes, *last_year.notes, *_disagreements(connection, contract, settings)]
    absent = connection.execute("SELECT table_name FROM absent_table").fetchall()
    missing = {str(row[0]) for row in absent if not contract.tables[str(row[0])].optional}
    missing |= _load_previous(connection, request, contract, source, read)
    return Loaded(missing, tuple(found.unrecognised), tuple(notes))


def _disagreements(
    connection: duckdb.DuckDBPyConnection, contract: Contract, settings: Mapping[str, object] | None
) -> Iterator[str]:
    """Where a return says something else of itself (its year) than the settings by which it is judged."""
    for setting, place in contract.agree.items() if settings is not None else ():
        table, column = place.split(".")
        query = exp.select(exp.column(column, quoted=True)).distinct().from_(exp.table_(table, quoted=True)).order_by("1").limit(3)
        said = [str(row[0]) for row in connection.execute(query.sql(dialect="duckdb")).fetchall() if row[0] is not None]
        value = (settings or {}).get(setting)
        other = [each for each in said if value is None or each != str(value)]
        if not other:
            continue
        shown = f"{setting}={other[0]}" if re.fullmatch(r"\d{1,8}", other[0]) else f"{setting}=..."
        judged = f"it is judged as {value}" if value is not None else "the setting has no value"
        yield (
            f"The return says of itself ({place}) that it is of {other[0][:20]!r}, but {judged}. If it is right, add --set {shown}."
        )


def _known_tables(frames: Mapping[str, object], contract: Contract) -> None:
    unknown = [name for name in frames if name not in contract.tables]
    if unknown:
        raise OptionError(
            [
                Problem(subject=name, message="The contract has no such table.", fix=did_you_mean(name, contract.tables))
                for name in unknown
            ]
        )


def _last_year(request: Request, contract: Contract) -> ingest.Found:
    """Inputs for last year's tables of a return, from its files under their usual names, or from its XML."""
    of = {table.last_year_of: table.name for table in contract.tables.values() if table.last_year_of}
    if request.previous is None or not of:
        return ingest.Found()
    found = ingest.find(request.previous, contract, None)
    names = {each: FileRef(f"previous/{each.name}", each.path, each.member) for one in found.inputs for each in one.files}
    inputs = [
        replace(each, table=of[each.table], files=tuple(names[ref] for ref in each.files))
        for each in found.inputs
        if each.table in of
    ]
    return replace(found, inputs=inputs, notes=[f"previous/{note}" for note in found.notes])


def _lookups(request: Request, contract: Contract, given: Collection[str]) -> list[ingest.TableInput]:
    """Inputs for the lists to look things up in that the project names; one that the extract holds itself goes before."""
    found, problems = [], []
    for name, lookup in request.lookups.items():
        place, table = str((request.base or Path()) / "dq.yaml"), contract.tables.get(name)
        if table is None or not table.looked_up_by:
            known = [each.name for each in contract.tables.values() if each.looked_up_by]
            fix = did_you_mean(name, known) or f"There are: {', '.join(known) or 'none'}."
            problems.append(
                Problem(place, subject=f"lookups: {name}", message="The contract has no such table to look up in.", fix=fix)
            )
            continue
        unknown = [each for each in lookup.columns if each not in table.columns]
        for each in unknown:
            fix = did_you_mean(each, table.columns)
            problems.append(Problem(place, subject=f"lookups: {name}", message=f"The table has no column {each!r}.", fix=fix))
        path = (request.base or Path()) / lookup.file
        if not path.is_file():
            fix = "Give its path from the project's folder, or a full path."
            problems.append(Problem(place, subject=f"lookups: {name}", message=f"There is no file {lookup.file}.", fix=fix))
        elif not unknown and name not in given:
            named = lookup.columns or {each: each for each in table.columns}
            columns = {own: ColumnSource(source=source) for own, source in named.items()}
            found.append(
                ingest.TableInput(
                    name, tuple(ingest.files(path)), columns, {}, contract.date_formats, lookup.sheet, bool(lookup.columns)
                )
            )
    if problems:
        raise ProjectError(problems)
    return found


def _load_previous(
    connection: duckdb.DuckDBPyConnection, request: Request, contract: Contract, source: SourceMap | None, read: Collection[str]
) -> set[str]:
    """Load the tables of the earlier extract that rules read, into the schema `previous`."""
    wanted = {name.removeprefix("previous.") for name in read if name.startswith("previous.")}
    if not wanted:
        return set()
    smaller = replace(contract, tables={name: contract.tables[name] for name in contract.tables if name in wanted})
    if request.previous_frames is not None:
        frames = {name: frame for name, frame in request.previous_frames.items() if name in wanted}
        ingest.load(connection, smaller, [], schema="previous", frames=frames)
    elif request.previous is not None:
        inputs = [each for each in ingest.find(request.previous, contract, source).inputs if each.table in wanted]
        ingest.load(connection, smaller, inputs, schema="previous")
    else:
        ingest.load(connection, smaller, [], schema="previous", frames={})
        return {f"previous.{name}" for name in wanted}
    return set()
