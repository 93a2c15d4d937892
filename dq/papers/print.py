"""A paper as PDF: tagged, with title, language and headings (PDF/UA-1), by Typst from JSON. No font, no package is fetched."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent
DENSITIES = 5
"""How tight the paper may be, from roomy on. Its font is one that Typst brings along, so that it is the same on every machine."""


def pdf(view: Mapping[str, Any], template: str, day: dt.date, *, front: bool) -> bytes | None:
    """The paper; with `front` as tight as needed for what comes before its notes to fill one page, None where nothing helps.

    `day` stands in the file as the day on which it was made, so that one run gives the same bytes at any time.
    """
    source = (HERE / template).read_bytes()
    given = {"data": json.dumps(view, ensure_ascii=False)}
    for dense in range(DENSITIES):
        inputs = {**given, "dense": str(dense)}
        if front and _pages_before_notes(source, inputs) > 1:
            continue
        compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)
        moment = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=moment)
        return made if isinstance(made, bytes) else b"".join(made or [])
    return None


def _pages_before_notes(source: bytes, inputs: Mapping[str, str]) -> int:
    found = typst.query(source, "<front>", field="value", one=True, ignore_system_fonts=True, sys_inputs=dict(inputs))
    return int(json.loads(found)) - 1
