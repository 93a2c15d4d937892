"""Open every file of a load and hold it against the contract, before any table is made."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dq.contract import Contract, Table
from dq.errors import InputError, Problem
from dq.ingest.dates import check_format
from dq.ingest.model import FileRef, Source, TableInput
from dq.ingest.source import open_source
from dq.ingest.structure import Structure, judge, used_positions

Progress = Callable[[str], None]
_Key = tuple[FileRef, str | None, str]


@dataclass(frozen=True)
class OpenFile:
    """One file as one table's input. Tables that share a file share its `source`."""

    id: int
    table: Table
    given: TableInput
    source: Source
    structure: Structure


def open_all(contract: Contract, given: list[TableInput], scratch: Path, say: Progress) -> list[OpenFile]:
    """Open the files of all inputs, in their order.

    Raises `InputError` with the problems of all of them: date formats, files that cannot be read, missing columns.
    """
    _check_formats(contract, given)
    sources = _open_sources(given, scratch, say)
    users: dict[_Key, list[TableInput]] = {}
    for one in given:
        for ref in one.files:
            users.setdefault(_key(one, ref), []).append(one)
    files: list[OpenFile] = []
    problems = [problem for source in sources.values() if isinstance(source, InputError) for problem in source.problems]
    for one in given:
        for ref in one.files:
            source = sources[_key(one, ref)]
            if isinstance(source, InputError):
                continue
            used = used_positions(source.header, users[_key(one, ref)])
            table = contract.tables[one.table]
            structure = judge(table, one, source, used, len(files) + 1)
            problems += structure.problems
            files.append(OpenFile(len(files) + 1, table, one, source, structure))
    if problems:
        raise InputError(problems)
    return files


def _check_formats(contract: Contract, given: list[TableInput]) -> None:
    formats = {(contract.pack, one) for one in contract.date_formats}
    for table in given:
        formats |= {(table.table, one) for one in table.date_formats}
        formats |= {(table.table, one) for source in table.columns.values() for one in source.date_formats}
    wrong = [(subject, problem) for subject, one in formats if (problem := check_format(one)) is not None]
    if wrong:
        raise InputError(Problem(subject=f"{subject}: date format", message=problem) for subject, problem in wrong)


def _key(given: TableInput, ref: FileRef) -> _Key:
    # Without a source map a workbook's sheet may be found by the table's name.
    return ref, given.sheet, given.table if given.sheet is None and not given.mapped else ""


def _open_sources(given: list[TableInput], scratch: Path, say: Progress) -> dict[_Key, Source | InputError]:
    paths = sorted({ref.path for one in given for ref in one.files})
    keys = list(dict.fromkeys(_key(one, ref) for one in given for ref in one.files))
    with ThreadPoolExecutor(max_workers=2) as pool:
        digests = {path: pool.submit(_fingerprint, path) for path in paths}

        def opened(key: _Key) -> Source | InputError:
            ref, sheet, table = key
            say(f"Opening {ref.name}")
            try:
                source = open_source(ref, sheet, table, scratch)
            except InputError as error:
                return error
            return dataclasses.replace(source, sha256=digests[ref.path].result())

        return dict(zip(keys, pool.map(opened, keys), strict=True))


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
