"""Find the files of each contract table in an extract's folder."""

from __future__ import annotations

import fnmatch
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from dq.contract import Contract, Table
from dq.errors import InputError, Problem
from dq.ingest.kind import SUPPORTED, named_kind
from dq.ingest.model import FileRef, TableInput, plain_name
from dq.source_map import ColumnSource, SourceMap

NOT_DATA = ("previous", "reports", "truth.csv")


def locate(folder: Path, contract: Contract, source_map: SourceMap | None = None) -> list[TableInput]:
    """The inputs of every contract table that has files in the folder, in the contract's order.

    With a source map its glob patterns decide (any case; several files are appended in the order of their names).
    Without one a table's file bears the table's name, or one of its `files`, with any supported ending. Members of
    zip archives count as files. A table without a file is left out. Raises `InputError` for a folder that is not
    there, an archive that cannot be opened, and two files of one name in different formats.
    """
    found = files(folder)
    problems: list[Problem] = []
    inputs = []
    for table in contract.tables.values():
        if source_map is None:
            mine = [ref for ref in found if _stem(ref) in _stems(table)]
            problems += _twice(table, mine)
            columns: Mapping[str, ColumnSource] = {name: ColumnSource(source=name) for name in table.columns}
            inputs.append(TableInput(table.name, tuple(mine), columns, date_formats=contract.date_formats))
        elif table.name in source_map.tables:
            source = source_map.tables[table.name]
            mine = [ref for ref in found if any(_fits(ref, pattern) for pattern in source.files)]
            formats = source_map.date_formats or contract.date_formats
            inputs.append(TableInput(table.name, tuple(mine), source.columns, source.rows, formats, source.sheet, mapped=True))
    if problems:
        raise InputError(problems)
    return [one for one in inputs if one.files]


def files(folder: Path) -> list[FileRef]:
    """Every file below a folder (or the one file that is given), archives opened, in the order of their names.

    Left out: hidden files, a spreadsheet program's lock files, the folders of last year's return and of results, and the
    truth.csv that a generated extract carries.
    """
    alone = folder.is_file()
    if not alone and not folder.is_dir():
        raise InputError(Problem(str(folder), message="The folder of the extract does not exist."))
    found: list[FileRef] = []
    problems: list[Problem] = []
    for path in [folder] if alone else sorted(path for path in folder.rglob("*") if path.is_file()):
        name = folder.name if alone else path.relative_to(folder).as_posix()
        parts = PurePosixPath(name).parts
        if (not alone and parts[0] in NOT_DATA) or any(part.startswith((".", "~$")) for part in parts):
            continue
        if named_kind(name) != "zip":
            found.append(FileRef(name, path))
            continue
        try:
            with zipfile.ZipFile(path) as archive:
                members = sorted(one.filename for one in archive.infolist() if not one.is_dir())
        except (zipfile.BadZipFile, OSError):
            fix = "It is cut off, damaged or not a zip archive; copy or make it again."
            problems.append(Problem(name, message="The zip archive cannot be opened.", fix=fix))
            continue
        kept = [one for one in members if not PurePosixPath(one).name.startswith(".") and "__MACOSX" not in one]
        found += [FileRef(f"{name}:{member}", path, member) for member in kept]
    if problems:
        raise InputError(problems)
    return found


def unrecognised(folder: Path, inputs: list[TableInput]) -> list[str]:
    """Names of the files in a folder that no table takes."""
    taken = {ref for one in inputs for ref in one.files}
    return [ref.name for ref in files(folder) if ref not in taken]


def _names(ref: FileRef) -> list[str]:
    own = ref.name if ref.member is None else ref.member
    return [own, PurePosixPath(own).name]


def _fits(ref: FileRef, pattern: str) -> bool:
    names = [name.lower() for name in _names(ref)]
    if ref.member is not None:
        archive, member = ref.name.lower().split(":", 1)
        names += [ref.name.lower(), f"{archive}/{member}", archive, PurePosixPath(archive).name]
    names += [name.removesuffix(".gz") for name in names]
    return any(fnmatch.fnmatchcase(name, pattern.lower()) for name in names)


def _stem(ref: FileRef) -> str:
    name = PurePosixPath(_names(ref)[-1])
    if name.suffix.lower() == ".gz":
        name = name.with_suffix("")
    return plain_name(name.stem) if name.suffix.lower() in SUPPORTED else ""


def _stems(table: Table) -> set[str]:
    return {plain_name(name) for name in (table.name, *table.files)}


def _twice(table: Table, refs: list[FileRef]) -> list[Problem]:
    by_stem: dict[str, list[str]] = {}
    for ref in refs:
        by_stem.setdefault(_stem(ref), []).append(ref.name)
    message = "Table {} would be read from several files of one name: {}."
    fix = "Keep one of them, or name the files of each table in a source map."
    return [
        Problem(names[0], subject=table.name, message=message.format(table.name, ", ".join(names)), fix=fix)
        for names in by_stem.values()
        if len(names) > 1
    ]
