"""A digest as a message: subject, plain text, and the same as HTML without images, scripts or anything fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from dq.report.digest_facts import Digest
from dq.report.digest_words import Line, Said, Table, names, opening, say
from dq.report.words import long_date

HERE = Path(__file__).parent
WIDTH = 74
"""Columns of a line in plain text; mail programs break lines above 78."""


@dataclass(frozen=True)
class Page:
    """A message in words; `title` and `brief` (in Markdown) are for channels."""

    subject: str
    text: str
    html: str
    title: str
    brief: str


def page(digest: Digest) -> Page:
    """The whole message."""
    parts = [say(part, digest) for part in digest.parts]
    project = " ".join(digest.project.split())
    subject = f"{project}, extract of {long_date(digest.as_of)}: {names(parts)}"
    first = list(opening(digest))
    last = (
        f"Counts only: this message names no record and nobody. It tells of run {digest.run} and is sent once. "
        f"Questions go to {digest.contact}."
    )
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((HERE / "digest.html.jinja").read_text(encoding="utf-8"))
    html = template.render(
        title=subject, project=project, day=long_date(digest.as_of), cadence=digest.cadence, first=first, parts=parts, last=last
    )
    text = "\n".join(
        [f"{project}: {digest.cadence} digest, extract of {long_date(digest.as_of)}", *_text(first, parts), "", last, ""]
    )
    return Page(subject, text, html, f"{project}, extract of {long_date(digest.as_of)}", "\n\n".join(_brief(first, parts, last)))


def _text(first: list[str], parts: list[Said]) -> Iterator[str]:
    for sentence in first:
        yield f"\n{sentence}"
    for part in parts:
        yield f"\n{part.heading}\n{'=' * len(part.heading)}\n{part.verdict}"
        for table in part.tables:
            yield f"\n{table.title}"
            yield from _rows(table) if table.head else map(_line, table.lines)
            if table.note:
                yield f"  {table.note}"
        if part.where:
            yield "\nWhere to look"
            yield from (f"  {each}" for each in part.where)


def _brief(first: list[str], parts: list[Said], last: str) -> Iterator[str]:
    """The same for a channel, where columns do not hold; tables of teams are left to the other ways."""
    yield from first
    for part in parts:
        yield f"**{part.heading}**: {part.verdict}"
        for table in part.tables:
            if table.lines:
                yield "\n".join([f"**{table.title}**", "", *(f"- {line.label}: {line.sign}{line.value}" for line in table.lines)])
        if part.where:
            yield "\n".join(["**Where to look**", "", *(f"- {each}" for each in part.where)])
    yield last


def _line(line: Line) -> str:
    value = f"{line.sign} {line.value}".strip()
    if len(line.label) + len(value) + 2 > WIDTH:
        return f"  {line.label}\n  {value:>{WIDTH}}"
    return f"  {line.label}{value:>{WIDTH - len(line.label)}}"


def _rows(table: Table) -> Iterator[str]:
    widths = [max(len(row[place]) for row in (table.head, *table.rows)) for place in range(len(table.head))]
    for row in (table.head, *table.rows):
        first, *others = (
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  " + "  ".join([first, *others]).rstrip()
