"""Open every file of a load and hold it against the contract, before any table is made."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dq.contract import Contract, Table
from dq.errors import InputError, Problem
from dq.ingest.dates import check_format
from dq.ingest.model import FileRef, Finding, Source, TableInput
from dq.ingest.source import open_return, open_source
from dq.ingest.structure import Structure, judge, used_positions

Progress = Callable[[str], None]
_Key = tuple[FileRef, str | None, str]
_Opened = dict[str, Source] | InputError


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
    sources = _open_sources(contract, given, scratch, say)
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
            structure.findings.extend(_remarked(one, ref, given, source, len(files) + 1))
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
    if given.layout is not None:
        return ref, None, given.layout
    # Without a source map a workbook's sheet may be found by the table's name.
    return ref, given.sheet, given.table if given.sheet is None and not given.mapped else ""


def _remarked(one: TableInput, ref: FileRef, given: list[TableInput], source: Source, file_id: int) -> Iterator[Finding]:
    """What the reader of an XML return noted, as findings of the table that it is about, or of the file's first one."""
    readers = [other for other in given if ref in other.files and other.layout is not None]
    names = {other.layout for other in readers}
    for remark in source.remarks:
        if one.layout == remark.table or (remark.table not in names and one is readers[0]):
            rule = f"{remark.kind}.{one.table}"
            found = Finding(rule, one.table, remark.message, file_id=file_id, source_row=remark.line, field=remark.field)
            yield dataclasses.replace(found, text=remark.text)


def _open_sources(contract: Contract, given: list[TableInput], scratch: Path, say: Progress) -> dict[_Key, Source | InputError]:
    paths = sorted({ref.path for one in given for ref in one.files})
    keys = list(dict.fromkeys(_key(one, ref) for one in given for ref in one.files))
    with ThreadPoolExecutor(max_workers=2) as pool:
        digests = {path: pool.submit(_fingerprint, path) for path in paths}
        documents = dict.fromkeys(ref for ref, _, _ in keys if _is_return(ref, given))
        returns = {ref: pool.submit(_laid_out, contract, ref, given, scratch, say) for ref in documents}

        def opened(key: _Key) -> Source | InputError:
            ref, sheet, table = key
            say(f"Opening {ref.name}")
            if ref in returns:
                laid_out = returns[ref].result()
                return (
                    laid_out
                    if isinstance(laid_out, InputError)
                    else dataclasses.replace(laid_out[table], sha256=digests[ref.path].result())
                )
            try:
                source = open_source(ref, sheet, table, scratch)
            except InputError as error:
                return error
            return dataclasses.replace(source, sha256=digests[ref.path].result())

        return dict(zip(keys, pool.map(opened, keys), strict=True))


def _is_return(ref: FileRef, given: list[TableInput]) -> bool:
    return any(one.layout is not None and ref in one.files for one in given)


def _laid_out(contract: Contract, ref: FileRef, given: list[TableInput], scratch: Path, say: Progress) -> _Opened:
    """Sources of all tables that are read from one XML return, by the table's name in the layout."""
    assert contract.xml is not None
    say(f"Laying out {ref.name}")
    tables = [one.layout for one in given if one.layout is not None and ref in one.files]
    try:
        return open_return(ref, contract.xml, tables, scratch)
    except InputError as error:
        return error


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
