"""A paper read as its readers do: tables from HTML, text and tags from PDF."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from pypdf import PdfReader

SPACE = "{http://www.w3.org/2000/svg}"


def tree(path: Path) -> ElementTree.Element:
    """The page as XML, which it must be."""
    return ElementTree.fromstring(path.read_text(encoding="utf-8").removeprefix("<!DOCTYPE html>"))


def table(path: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table by the words over its columns; none where there is no such table."""
    found = tree(path).find(f".//table[@id='{name}']")
    if found is None:
        return []
    rows = [[words(cell) for cell in row] for row in found.iter("tr")]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).replace("\u00a0", " ").split())


def section(path: Path, name: str) -> str:
    """The text of a section of the page, named by the id of its heading."""
    found = tree(path).find(f".//section[@aria-labelledby='{name}']")
    assert found is not None
    return words(found)


def pdf_text(path: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def all_text(path: Path) -> str:
    """All that a file says: an HTML page with its charts and attributes, or the text of a PDF."""
    if path.suffix == ".pdf":
        return pdf_text(path)
    return re.sub(r"\s+", " ", path.read_text(encoding="utf-8").replace("\u00a0", " "))
