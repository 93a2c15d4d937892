"""The story of a profile: read, measure, judge, find keys and links, choose code lists, match with a contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from sqlglot import exp

from dq import config, pack
from dq import contract as contracts
from dq.engines.duckdb import connect, lock
from dq.ingest import trees
from dq.profile import codes, judging, keys, links, match, measure, order, scratch, slices
from dq.profile.dates import EITHER
from dq.profile.model import Codes, Column, Facts, Key, Link, Profile, Table
from dq.profile.read import Staged, read, stem

Progress = Callable[[str], None]


@dataclass
class _Draft:
    """A table on its way: what was staged, and what is known of it so far."""

    staged: Staged
    facts: list[Facts]
    columns: list[Column]
    keys: list[Key]
    key: tuple[str, ...] = ()


def survey(
    path: Path, *, against: str = "casework", threads: int | None = None, memory: str | None = None, say: Progress = lambda _: None
) -> Profile:
    """Profile the files of a folder, of a project's newest extract, or one file, and match them with a pack's contract.

    Raises `DqError` with the problems of all files; writes nothing.
    """
    known = contracts.load(pack.locate(against))
    folder = config.pick_extract(path, config.load(path).extracts, None)[1] if (path / "dq.yaml").is_file() else path
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as folder_:
        work = Path(folder_)
        connection = connect(work, threads=threads, memory=memory)
        try:
            connection.execute("SET preserve_insertion_order = false")
            staged, unread = read(connection, folder, work, say)
            lock(connection, [work])
            links.start(connection)
            drafts = _measure(connection, staged, say)
            say("Looking for keys and links")
            found, tables, formats = _relate(connection, drafts)
            say(f"Comparing with the contract {against}")
            title = (path if path.is_dir() else path.with_suffix("")).resolve().name
            profile = Profile(title, folder, tables, tuple(found), _person_table(tables, found), formats, tuple(unread), against)
            return replace(profile, matches=match.match(profile, known))
        finally:
            connection.close()


def _measure(connection: duckdb.DuckDBPyConnection, staged: Sequence[Staged], say: Progress) -> list[_Draft]:
    drafts = []
    for number, one in enumerate(staged):
        say(f"Measuring {one.name}, {one.rows:,} rows")
        facts = measure.measure(connection, one) if one.columns else []
        names = {place: name for place, _, name in one.columns}
        # Dates that can be read both ways are read day first here; links do not depend on it.
        columns = [judging.judge(names[each.place], each, None) for each in facts]
        single = keys.single_keys(columns)
        drafts.append(_Draft(one, facts, columns, single, keys.choose(single, columns)))
        if columns:
            links.keep(connection, number, columns)
    return _day_first(drafts)


def _day_first(drafts: list[_Draft]) -> list[_Draft]:
    """Judge dates again that can be read both ways, as most others in the extract are written."""
    day = month = 0
    for draft in drafts:
        for facts in draft.facts:
            for reading in facts.dates:
                day += reading.only if reading.format in EITHER else 0
                month += reading.only if reading.format in EITHER.values() else 0
    if day or month:
        for draft in drafts:
            draft.columns = [judging.judge(column.name, column.facts, day >= month) for column in draft.columns]
    return drafts


def _relate(connection: duckdb.DuckDBPyConnection, drafts: list[_Draft]) -> tuple[list[Link], tuple[Table, ...], tuple[str, ...]]:
    for draft in drafts:
        if not draft.key and draft.staged.rows:
            draft.keys += keys.pair_keys(connection, draft.staged, draft.columns)
            draft.key = keys.choose(draft.keys, draft.columns)
    columns = {draft.staged.name: draft.columns for draft in drafts}
    found = links.find(connection, columns, {draft.staged.name: draft.key for draft in drafts})
    linked = {(link.table, link.column) for link in found if link.chosen}
    linked |= {(link.to_table, link.to_column) for link in found if link.chosen}
    named = _names(connection, drafts)
    final: list[list[Column]] = []
    for draft in drafts:
        name = draft.staged.name
        mine = []
        for column in draft.columns:
            taken = (name, column.name) in linked or column.name in draft.key
            listed = codes.code_like(column, taken)
            if listed is not None and codes.like_names(listed, named):
                listed = None
            mine.append(_final(column, taken, listed))
        final.append(mine)
    formats = _formats(final)
    tables = [_table(connection, draft, columns, formats) for draft, columns in zip(drafts, final, strict=True)]
    return found, _shared_lists(tables), formats


def _final(column: Column, taken: bool, listed: Codes | None) -> Column:
    facts = column.facts
    if taken and column.type in ("integer", "text"):
        return replace(column, type="text", parsed=facts.filled, personal="key", why="key or link, kept as text")
    if listed is None:
        return column
    why = f"{facts.distinct:,} different values in {facts.filled:,} rows"
    personal = column.personal if column.personal == "sensitive" else "none"
    return replace(column, type="code", personal=personal, parsed=facts.filled, codes=listed, why=why, kind="code")


def _names(connection: duckdb.DuckDBPyConnection, drafts: Sequence[_Draft]) -> set[str]:
    """The words in columns of names, to tell code lists from lists of people; they go no further."""
    found: set[str] = set()
    for draft in drafts:
        for column in draft.columns:
            if codes.is_name_column(column) and 0 < column.facts.distinct <= 200_000:
                cell = trees.name(f"c{column.facts.place}")
                query = exp.select(trees.call("lower", cell)).distinct().from_(scratch.table(draft.staged.stage))
                for (name,) in trees.run(connection, query.where(trees.not_null(cell))):
                    found.update(word for word in name.split() if len(word) > 2)
    return found


def _table(connection: duckdb.DuckDBPyConnection, draft: _Draft, columns: list[Column], formats: tuple[str, ...]) -> Table:
    staged = draft.staged
    columns = order.recount(connection, staged, columns, formats)
    sources = staged.sources
    return Table(
        name=staged.name,
        files=tuple(dict.fromkeys(source.ref.name for source in sources)),
        stems=tuple(dict.fromkeys(stem(source.ref) for source in sources)),
        sheet=sources[0].sheet,
        formats=tuple(dict.fromkeys(source.format for source in sources)),
        encodings=tuple(dict.fromkeys(source.encoding for source in sources if source.encoding)),
        rows=staged.rows,
        rejected=staged.rejected,
        skipped=staged.skipped,
        columns=tuple(columns),
        keys=tuple(draft.keys),
        key=draft.key,
        pairs=tuple(order.pairs(connection, staged, columns, formats)),
        slices=tuple(slices.slices(connection, staged, columns)),
    )


def _shared_lists(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Name the code lists: columns with the same codes share one, called like the column if its name is free."""
    names: dict[frozenset[str], str] = {}
    done = []
    for table in tables:
        columns = []
        for column in table.columns:
            if column.codes is None:
                columns.append(column)
                continue
            content = frozenset(value for value, _ in column.codes.kept)
            if content not in names:
                plain = re.sub(r"\W+", "_", column.name).strip("_").lower() or "codes"
                taken = set(names.values())
                choices = [plain, f"{table.name.lower()}_{plain}", *(f"{plain}_{number}" for number in range(2, len(names) + 3))]
                names[content] = next(choice for choice in choices if choice not in taken)
            columns.append(replace(column, codes=replace(column.codes, name=names[content])))
        done.append(replace(table, columns=tuple(columns)))
    return tuple(done)


def _person_table(tables: Sequence[Table], found: Sequence[Link]) -> str:
    """The table with a row for each person: the one that looks like it, and that most others link to."""
    pointed: dict[str, int] = {}
    for link in found:
        if link.chosen and link.table != link.to_table:
            pointed[link.to_table] = pointed.get(link.to_table, 0) + 1
    ranked = sorted(
        tables, key=lambda table: -(2 * links.people_words(table.columns) + pointed.get(table.name, 0) + bool(table.key))
    )
    return ranked[0].name


def _formats(tables: Sequence[Sequence[Column]]) -> tuple[str, ...]:
    """Date formats of the extract, most used first. Of two that read the same text differently only the first stays."""
    counts: dict[str, int] = {}
    for column in (column for columns in tables for column in columns):
        if column.type in ("date", "datetime") and column.format:
            counts[column.format] = counts.get(column.format, 0) + column.parsed
    kept: list[str] = []
    opposite: Mapping[str, str] = EITHER | {month: day for day, month in EITHER.items()}
    for one in sorted(counts, key=lambda one: (-counts[one], one)):
        if opposite.get(one) not in kept:
            kept.append(one)
    return tuple(kept) or ("%Y-%m-%d",)
