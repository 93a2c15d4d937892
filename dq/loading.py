"""Put a request's files or frames into the engine: this extract, last year's return, the extract before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import duckdb

from dq import ingest
from dq.contract import Contract
from dq.errors import OptionError, Problem, ProjectError, did_you_mean
from dq.request import Request
from dq.source_map import ColumnSource, SourceMap

Progress = Callable[[str, int, int], None]
"""What is being done, how many steps of it are done, how many there are (0 where that is not known)."""


def load(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    contract: Contract,
    source: SourceMap | None,
    read: Collection[str],
    progress: Progress,
) -> tuple[set[str], list[str]]:
    """Read the extract, and of the earlier one the tables in `read`; returns tables that are not there, files not used.

    Tables that may be absent (`optional`) read as empty and are not among the first; the second are files that no
    table takes. Raises `InputError` where a file cannot be read, `OptionError` for a frame of no table.
    """
    unrecognised: list[str] = []
    if request.frames is not None:
        _known_tables(request.frames, contract)
        ingest.load(connection, contract, [], frames=dict(request.frames))
    else:
        assert request.folder is not None
        inputs = ingest.locate(request.folder, contract, source)
        unrecognised = ingest.unrecognised(request.folder, inputs)
        last_year = _last_year(request, contract)
        every = [*inputs, *last_year, *_lookups(request, contract, {each.table for each in inputs})]
        done, total = count(1), 2 * sum(len(each.files) for each in every)  # each file is opened, then loaded
        ingest.load(connection, contract, every, progress=lambda text: progress(text, min(next(done), total), total))
    found = connection.execute("SELECT table_name FROM absent_table").fetchall()
    missing = {str(row[0]) for row in found if not contract.tables[str(row[0])].optional}
    return missing | _load_previous(connection, request, contract, source, read), unrecognised


def _known_tables(frames: Mapping[str, object], contract: Contract) -> None:
    unknown = [name for name in frames if name not in contract.tables]
    if unknown:
        raise OptionError(
            [
                Problem(subject=name, message="The contract has no such table.", fix=did_you_mean(name, contract.tables))
                for name in unknown
            ]
        )


def _last_year(request: Request, contract: Contract) -> list[ingest.TableInput]:
    """Inputs for last year's tables of a return, from its files in a `previous` folder under their usual names."""
    if request.previous is None:
        return []
    of = {table.last_year_of: table.name for table in contract.tables.values() if table.last_year_of}
    found = ingest.locate(request.previous, contract, None) if of else []
    return [replace(each, table=of[each.table]) for each in found if each.table in of]


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
        inputs = [each for each in ingest.locate(request.previous, contract, source) if each.table in wanted]
        ingest.load(connection, smaller, inputs, schema="previous")
    else:
        ingest.load(connection, smaller, [], schema="previous", frames={})
        return {f"previous.{name}" for name in wanted}
    return set()
