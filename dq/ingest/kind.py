"""What a file is: by its name, and by its first bytes, which must agree."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import IO

from dq.errors import InputError, Problem

TEXT = (".csv", ".txt", ".tsv", ".tab", ".psv")
WORKBOOK = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
PARQUET = (".parquet", ".pq")
PACKED = (".gz", ".zip")
SUPPORTED = TEXT + WORKBOOK + PARQUET + PACKED

_SAVE = "Open it in the program that made it and save it as {}."
_CONTENT = {
    "zip": "a zip archive", "workbook": "a workbook", "old workbook": "an old (.xls) or password-protected workbook",
    "parquet": "a Parquet file", "gzip": "a gzip file", "pdf": "a PDF document", "html": "a web page (HTML)",
    "xml": "an XML document", "database": "an SQLite database", "text": "plain text", "empty": "empty",
}  # fmt: skip


def named_kind(name: str) -> str | None:
    """text, workbook, parquet, gzip or zip by the ending of a name; None for anything else."""
    ending = PurePath(name).suffix.lower()
    kinds = {"text": TEXT, "workbook": WORKBOOK, "parquet": PARQUET, "gzip": (".gz",), "zip": (".zip",)}
    return next((kind for kind, endings in kinds.items() if ending in endings), None)


def content_kind(head: bytes) -> str:
    """What the first kilobytes of a file say that it is."""
    if not head:
        return "empty"
    magic = {
        b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\xd0\xcf\x11\xe0": "old workbook", b"PAR1": "parquet",
        b"\x1f\x8b": "gzip", b"%PDF": "pdf", b"SQLite format 3": "database",
    }  # fmt: skip
    for start, kind in magic.items():
        if head.startswith(start):
            return kind
    opening = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")[:200].lower()
    if opening.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    if opening.startswith(b"<?xml"):
        return "html" if b"<html" in head.lower() else "xml"
    return "text"


def check_kind(name: str, stream: IO[bytes]) -> str:
    """The kind of a file whose name and content agree; the stream is left at its beginning.

    Raises `InputError` when a file is empty, or is something else than its name says.
    """
    named = named_kind(name) or "text"
    head = stream.read(4096)
    stream.seek(0)
    found = content_kind(head)
    if found == "zip" and named != "zip" and _is_workbook(stream):
        found = "workbook"
    if found == "empty":
        fix = "Make the extract again; a table without records still needs its header."
        raise InputError(Problem(name, message="The file is empty: it has not even a header.", fix=fix))
    ending = PurePath(name).suffix.lower()
    if found == "old workbook" and ending == ".xls":
        found = "workbook"
    if found == named:
        return named
    fixes = {
        "text": _SAVE.format("CSV UTF-8, without a password"),
        "workbook": _SAVE.format("an .xlsx workbook without a password, or as CSV UTF-8"),
        "parquet": "Write it again as Parquet.", "gzip": "Pack it again with gzip.", "zip": "Pack it again as zip.",
    }  # fmt: skip
    message = f"The file's name ends in {ending or 'nothing'} but its content is {_CONTENT[found]}."
    renamed = {"workbook": ".xlsx", "parquet": ".parquet", "gzip": ending + ".gz", "zip": ".zip", "text": ".csv"}
    fix = fixes[named] + (f" If the content is right, name it {renamed[found]}." if found in renamed else "")
    raise InputError(Problem(name, message=message, fix=fix))


def check_xml(name: str, stream: IO[bytes]) -> None:
    """Raise `InputError` for a file that is named as XML and is empty, or plainly something else."""
    found = content_kind(stream.read(4096))
    stream.seek(0)
    if found == "empty":
        raise InputError(Problem(name, message="The file is empty.", fix="Make the return again in the case-recording system."))
    if found not in ("xml", "text"):  # without a declaration, XML is text
        fix = _SAVE.format("the XML of the return, not packed and without a password")
        raise InputError(Problem(name, message=f"The file's name ends in .xml but its content is {_CONTENT[found]}.", fix=fix))


def _is_workbook(stream: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    finally:
        stream.seek(0)
    return "[Content_Types].xml" in names or "mimetype" in names
