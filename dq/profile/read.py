"""Read files that nobody has described: each file, or sheet of a workbook, as a table of text in DuckDB.

The files are opened, unpacked, decoded, counted and read as `dq check` does it, by the same code and with the same
messages, all problems at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import duckdb
from sqlglot import exp

from dq.contract import RESERVED, RESERVED_TABLES
from dq.errors import InputError, OptionError, Problem
from dq.ingest import trees
from dq.ingest.kind import named_kind
from dq.ingest.locate import files
from dq.ingest.model import FileRef, Source, plain_name
from dq.ingest.reading import REFUSED, Reader
from dq.ingest.source import open_source, sheet_names
from dq.ingest.typed import Cells, select_cells
from dq.profile import scratch

Progress = Callable[[str], None]
_PART = re.compile(r"[-_ .]+\d{1,3}$")
_DATED = re.compile(r"[-_ .]*(?:\d{8}|\d{6}|\d{4}[-_.]\d{2}[-_.]\d{2})(?:[-_T ]?\d{4,6})?$")


@dataclass(frozen=True)
class Staged:
    """A table of text cells in the engine: `stage` holds c0, c1, ... trimmed, blank as NULL.

    `columns` are the places that are kept, with their names in the file and in the draft contract; `skipped` says
    which columns are left out, and why.
    """

    name: str
    stage: str
    sources: tuple[Source, ...]
    columns: tuple[tuple[int, str, str], ...]
    skipped: tuple[str, ...]
    rows: int
    rejected: int

    @property
    def stems(self) -> tuple[str, ...]:
        """Names of the files without folder and ending."""
        return tuple(dict.fromkeys(stem(source.ref) for source in self.sources))


def read(connection: duckdb.DuckDBPyConnection, path: Path, work: Path, say: Progress) -> tuple[list[Staged], list[str]]:
    """Stage every file at a path (a folder or one file); returns the tables and the names of files that are no data.

    Raises `OptionError` where there is nothing to read, `InputError` with the problems of all files.
    """
    if not path.exists():
        raise OptionError(Problem(str(path), message="The path does not exist.", fix="Give a folder of files, or one file."))
    found = files(path)
    known = [ref for ref in found if path.is_file() or named_kind(ref.member or ref.name) is not None]
    if not known:
        fix = "Give a folder with CSV, Excel, OpenDocument or Parquet files, zipped or not."
        raise OptionError(Problem(str(path), message="There are no files here that can be read.", fix=fix))
    sources, unread = _open(known, work, say)
    unread += [ref.name for ref in found if ref not in known]
    reader = Reader(connection, work)
    try:
        tables = [
            _stage(connection, reader, number, name, group, say) for number, (name, group) in enumerate(_named(sources).items())
        ]
    finally:
        reader.close()
    return tables, sorted(unread)


def stem(ref: FileRef) -> str:
    """The name of a file without folder and ending."""
    name = PurePosixPath(ref.member or ref.name)
    return PurePosixPath(name.stem).stem if name.suffix.lower() == ".gz" else name.stem


def column_name(header: str) -> str:
    """A column's name in the draft contract: as in the file, made a plain word where that can be undone.

    Blanks become underscores and a reserved name gets one more, because `dq check` finds columns without regard
    to either. Anything else stays as it is written.
    """
    name = re.sub(r"\s+", "_", header.strip())
    if name.lower().startswith(("raw__", "d__")):
        name = name.replace("__", "_", 1)
    return f"{name}_" if name.lower() in {*RESERVED, "rowid"} else name


def _open(refs: Iterable[FileRef], work: Path, say: Progress) -> tuple[list[Source], list[str]]:
    opened: list[Source] = []
    empty: list[str] = []
    problems: list[Problem] = []
    for ref in refs:
        say(f"Opening {ref.name}")
        mine: list[Source] = []
        faults: list[Problem] = []
        titles: list[str | None] = [*sheet_names(ref, work)]
        for title in titles or [None]:
            try:
                mine.append(open_source(ref, title, "", work))
            except InputError as error:
                faults += error.problems
                if title is not None:
                    empty.append(f"{ref.name}, sheet {title}")
        opened += mine
        problems += faults if not mine else []
    problems += _same_name(opened)
    if problems:
        raise InputError(problems)
    return opened, empty


def _same_name(sources: Iterable[Source]) -> list[Problem]:
    names: dict[str, list[str]] = {}
    for source in sources:
        if source.ref.name not in (listed := names.setdefault(plain_name(stem(source.ref)), [])):
            listed.append(source.ref.name)
    message = "Several files have one name, so that nobody can tell which is the table's: {}."
    fix = "Keep one of them, or give each a name of its own."
    return [Problem(one[0], message=message.format(", ".join(one)), fix=fix) for one in names.values() if len(one) > 1]


def _named(sources: list[Source]) -> dict[str, list[Source]]:
    """Tables by name: a file each, parts of one file (_1, _2) together, a sheet each where a workbook has several."""
    groups: dict[tuple[str, tuple[str, ...]], list[Source]] = {}
    sheets = {source.ref: sum(other.ref == source.ref for other in sources) for source in sources}
    for source in sources:
        alone = source.sheet is None or sheets[source.ref] == 1
        title = _PART.sub("", _undated(stem(source.ref))) or stem(source.ref) if alone else source.sheet or ""
        # The same export of another day is another table; the parts of one day are one.
        day = (stem(source.ref) if _undated(stem(source.ref)) != stem(source.ref) else "",) if alone else (source.ref.name,)
        groups.setdefault((title, (*day, *map(plain_name, source.header))), []).append(source)
    counts: dict[str, int] = {}
    for title, _ in groups:
        counts[_plain_word(title).casefold()] = counts.get(_plain_word(title).casefold(), 0) + 1
    named: dict[str, list[Source]] = {}
    for (title, _), group in groups.items():
        name = _plain_word(title)
        if counts[name.casefold()] > 1:
            name = _plain_word(stem(group[0].ref) if group[0].sheet in (None, title) else f"{stem(group[0].ref)}_{title}")
        taken = {each.casefold() for each in named}
        free = next(
            each
            for number in range(1, len(groups) + 2)
            if (each := name if number == 1 else f"{name}_{number}").casefold() not in taken
        )
        named[free] = group
    return named


def _undated(title: str) -> str:
    return _DATED.sub("", title) or title


def _plain_word(title: str) -> str:
    word = re.sub(r"\W+", "_", title, flags=re.ASCII).strip("_") or "table"
    if word[0].isdigit() or word.lower().startswith(("dq_", "added_")):
        word = f"t_{word}"
    return f"{word}_table" if word.lower() in RESERVED_TABLES else word


def _stage(
    connection: duckdb.DuckDBPyConnection, reader: Reader, number: int, name: str, sources: list[Source], say: Progress
) -> Staged:
    header = sources[0].header
    stage = f"dq_profile_{number}"
    scratch.create(connection, stage, {f"c{place}": "VARCHAR" for place in range(len(header))})
    rows = rejected = 0
    for source in sources:
        say(f"Reading {source.ref.name}")
        loaded, refused = _load(connection, reader, source, stage, name)
        rows, rejected = rows + loaded, rejected + refused
    kept: list[tuple[int, str, str]] = []
    skipped: list[str] = []
    for place, title in enumerate(header):
        twin = next((other for _, other, _ in kept if plain_name(other) == plain_name(title)), None)
        if not plain_name(title):
            skipped.append(f"Column {place + 1} has no name.")
        elif twin is not None:
            skipped.append(f"Column {title!r} stands in the header twice; the first is read.")
        else:
            kept.append((place, title, column_name(title)))
    return Staged(name, stage, tuple(sources), tuple(kept), tuple(skipped), rows, rejected)


def _load(connection: duckdb.DuckDBPyConnection, reader: Reader, source: Source, stage: str, name: str) -> tuple[int, int]:
    # DuckDB's own messages may quote cells, so they go no further than this.
    try:
        reading = reader.read(source, shared=False)
        if reading.direct and source.text is not None:
            connection.begin()
            try:
                loaded = _insert(connection, reading.cells, len(source.header), stage)
            except REFUSED:
                loaded = -1
            if loaded == reading.rows:
                connection.commit()
                return loaded, 0
            connection.rollback()
            reading = reader.read_again(source, source.text)
        return _insert(connection, reading.cells, len(source.header), stage), len(reading.rejects)
    except duckdb.InterruptException:
        raise
    except duckdb.OutOfMemoryException:
        message, fix = "There is not enough memory to load the file.", "Give more memory or fewer threads."
    except duckdb.Error as error:
        message, fix = f"The file cannot be loaded ({type(error).__name__}).", "Make or copy it again."
    raise InputError(Problem(source.ref.name, subject=name, message=message, fix=fix))


def _insert(connection: duckdb.DuckDBPyConnection, cells: Cells, width: int, stage: str) -> int:
    chosen = exp.select(*(trees.name(f"c{place}") for place in range(width)))
    rows = chosen.from_(select_cells(cells, list(range(width))).subquery("cell"))
    done = connection.execute(trees.sql(exp.insert(rows, scratch.table(stage)))).fetchone()
    return int(done[0]) if done else 0
