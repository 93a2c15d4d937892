"""Cells of an .xlsx or .ods file whose value the file does not hold, or not where one would look.

A reader of values sees a blank where a formula was never worked out (some programs write it so) or ended in an error, and
where merged cells hold one value for several rows. An answer must not get lost there.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from posixpath import normpath
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
MERGED_ROWS = re.compile(rb'number-rows-spanned="(?!1")\d+"')


def cells_without_value(content: bytes) -> Mapping[str, frozenset[tuple[int, str]]]:
    """By sheet title, the row numbers and column letters of formulas without a value and of errors; only .xlsx tells."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {title: _broken(archive.read(part)) for title, part in _parts(archive).items()}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError):
        return {}


def has_merged_rows(content: bytes) -> bool:
    """Whether an .ods file has cells merged over several rows."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return MERGED_ROWS.search(archive.read("content.xml")) is not None
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False


def is_locked_ods(content: bytes) -> bool:
    """Whether an .ods file is encrypted: only LibreOffice opens it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The file of each sheet, by its title."""
    if "xl/workbook.xml" not in archive.namelist():
        return {}
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): each.get("Target", "") for each in links}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    found = {}
    for sheet in book.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        if part in archive.namelist():
            found[sheet.get("name", "")] = part
    return found


def _broken(xml: bytes) -> frozenset[tuple[int, str]]:
    if b"<f" not in xml and b't="e"' not in xml:
        return frozenset()
    found = set()
    for _, cell in ElementTree.iterparse(BytesIO(xml)):
        if cell.tag != f"{MAIN}c":
            continue
        place, value = PLACE.fullmatch(cell.get("r", "")), cell.find(f"{MAIN}v")
        never = cell.find(f"{MAIN}f") is not None and (value is None or not value.text) and cell.get("t") != "str"
        if place is not None and (cell.get("t") == "e" or never):
            found.add((int(place[2]), place[1]))
        cell.clear()
    return frozenset(found)
