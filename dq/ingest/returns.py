"""Find the files of an extract that may be a return: tables in files of their own, or one XML file that holds them all."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from dq.contract import Contract
from dq.errors import InputError, Problem
from dq.ingest.locate import files, locate
from dq.ingest.model import FileRef, TableInput
from dq.ingest.xml_file import first_element
from dq.source_map import ColumnSource, SourceMap
from dq.xml_layout import Layout

HEAD = 1 << 16


@dataclass(frozen=True)
class Found:
    """Inputs of an extract, names of files that no table takes, what to tell of others, and which kind of return it is.

    `format` is xml or csv (for whatever is not XML); blank where there is no file, or no return's layout.
    """

    inputs: list[TableInput] = field(default_factory=list)
    unrecognised: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    format: str = ""


def find(folder: Path, contract: Contract, source_map: SourceMap | None = None) -> Found:
    """The files of an extract, or the one file that is given, by the contract.

    An XML file of the return is read where it is the only one and no file of its own holds a table of it. Otherwise the
    files of their own are read, and the XML is told of. Raises `InputError` for several XML returns in one folder.
    """
    inputs = locate(folder, contract, source_map)
    taken = {ref for one in inputs for ref in one.files}
    rest = [ref for ref in files(folder) if ref not in taken]
    if contract.xml is None or source_map is not None:
        return Found(inputs, [ref.name for ref in rest])
    documents = [ref for ref in rest if _is_xml(ref)]
    known = [ref for ref in documents if folder.is_file() or _first_element(ref) in (contract.xml.root, None)]
    returns = known or ([] if inputs else documents)
    own = sorted({one.files[0].name for one in inputs if one.table in contract.xml.tables})
    if own and returns:
        notes = [_beside(ref, own) for ref in returns]
        return Found(inputs, [ref.name for ref in rest if ref not in returns], notes, "csv")
    if len(returns) > 1:
        raise InputError(_several(returns, folder, contract))
    if not returns:
        return Found(inputs, [ref.name for ref in rest], format="csv" if inputs else "")
    laid_out = [_input(name, returns[0], contract, contract.xml) for name in contract.tables if name in contract.xml.tables]
    return Found([*laid_out, *inputs], [ref.name for ref in rest if ref not in returns], format="xml")


def _input(table: str, ref: FileRef, contract: Contract, layout: Layout) -> TableInput:
    columns = {name: ColumnSource(source=name) for name in layout.tables[table].columns}
    return TableInput(table, (ref,), columns, date_formats=contract.date_formats, layout=table)


def _is_xml(ref: FileRef) -> bool:
    name = PurePosixPath(ref.member or ref.name).name.lower()
    return name.removesuffix(".gz").endswith(".xml")


def _first_element(ref: FileRef) -> str | None:
    try:
        if ref.member is not None:
            with zipfile.ZipFile(ref.path) as archive, archive.open(ref.member) as member:
                return _first_of(member, ref.member)
        with ref.path.open("rb") as stream:
            return _first_of(stream, ref.name)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError):  # the opening of the file says what is wrong
        return None


def _first_of(stream: IO[bytes], name: str) -> str | None:
    head = gzip.GzipFile(fileobj=stream).read(HEAD) if name.lower().endswith(".gz") else stream.read(HEAD)
    return first_element(head)


def _beside(ref: FileRef, own: Sequence[str]) -> str:
    shown = ", ".join(own[:3]) + (f" and {len(own) - 3} more" if len(own) > 3 else "")
    return (
        f"{ref.name} was not read: it is a whole return, and the folder holds tables of one in files of their own ({shown}), which "
        f"were read. To check it, give dq check the file itself in place of the folder."
    )


def _several(returns: Sequence[FileRef], folder: Path, contract: Contract) -> list[Problem]:
    message = f"It is one of {len(returns)} XML returns in the folder, and each is a whole return."
    fix = "Check one at a time: dq check {} --pack " + contract.pack
    return [Problem(ref.name, message=message, fix=fix.format(ref.path if ref.member else folder / ref.name)) for ref in returns]
