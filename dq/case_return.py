"""The return that a case record would give: its tables, built from an extract of the casework contract, as files.

How each table of the return is built stands beside the return's pack, in `from_<contract>/`: views `return_X` for the
return's table X. They are views like any other, with examples of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from dq import claims, loading, output, pack, settings
from dq.compile import Compiler
from dq.compiled import CompiledView
from dq.contract import Contract, Table
from dq.engines.duckdb import DuckDBEngine, connect, lock
from dq.errors import OptionError, PackError, Problem, did_you_mean
from dq.pack import Pack
from dq.request import Request
from dq.sqltext import as_text, column, named, table
from dq.sqltext import name as quoted

PREFIX, LAST = "return_", "previous"


@dataclass(frozen=True)
class Built:
    """The folder with the return's files, the year it is of, and rows by file; `previous/` in it holds the year before."""

    folder: Path
    year: int
    rows: Mapping[str, int]


def year_of(as_of: dt.date) -> int:
    """The year in which the last collection before a date ended: on 31 March."""
    return as_of.year if as_of >= dt.date(as_of.year, 3, 31) else as_of.year - 1


def build(wanted: Request, name: str, year: int, target: Path, *, progress: loading.Progress) -> Built:
    """Write the return of a pack (`ssda903`) for a year, and of the year before, as CSV files into a new folder.

    Rows stand in the order of the table's key, so that the same extract gives the same files. Raises `DqError`: where
    there is no way from the project's contract to the return, the extract cannot be read, or the folder is not empty.
    """
    home, source = _packs(wanted, name)
    returned = pack.load([name], wanted.base).contract
    compiler = Compiler(home.contract, home.views, home.settings)
    _fits(compiler.views, returned)
    with output.whole(target) as new, claims.scratch() as work:
        connection = connect(work, threads=wanted.threads, memory=wanted.memory)
        try:
            mapped = pack.load_source_map(home, source, wanted.base) if source else None
            loading.load(connection, replace(wanted, previous=None), home.contract, mapped, (), progress)
            lock(connection, [work])
            own = {key: value for key, value in wanted.project_settings.items() if key in home.settings}
            engine = DuckDBEngine(connection, compiler, time_limit=wanted.time_limit)
            rows: dict[str, int] = {}
            for each, folder in ((year - 1, new.folder / LAST), (year, new.folder)):
                progress(f"Building the return of {each}", 0, 0)
                folder.mkdir(exist_ok=True)
                compiler.values |= settings.values(home.settings, own, {"collection_year": each})
                compiler.values |= {"as_of": wanted.as_of, "go_live": wanted.go_live}
                for file, count in _write(engine, returned, folder).items():
                    rows[file.relative_to(new.folder).as_posix()] = count
        finally:
            connection.close()
        new.finish()
    return Built(target, year, dict(sorted(rows.items())))


def _packs(wanted: Request, name: str) -> tuple[Pack, str | None]:
    """The project's packs with the views that build the return on top, and its source map."""
    plain = pack.load(wanted.packs, wanted.base)
    way = pack.locate(name, wanted.base) / f"from_{plain.name}"
    if not way.is_dir():
        known = [each for each in pack.names() if (pack.locate(each) / f"from_{plain.name}").is_dir()]
        fix = f"Returns that are built from it: {', '.join(known)}." if known else "No return is built from it."
        raise OptionError(Problem(subject=name, message=f"There is no way from the pack {plain.name!r} to this return.", fix=fix))
    return pack.load([*wanted.packs, str(way)], wanted.base), wanted.source


def _fits(views: Mapping[str, CompiledView], returned: Contract) -> None:
    """Raise `PackError` for views of tables and columns that the return does not have."""
    problems = []
    for name, view in views.items():
        if name.startswith(PREFIX):
            where = (view.view.file, view.view.line, name)
            subject = returned.tables.get(name.removeprefix(PREFIX))
            if subject is None:
                fix = did_you_mean(name.removeprefix(PREFIX), returned.tables)
                problems.append(Problem(*where, f"The return has no table {name.removeprefix(PREFIX)!r}.", fix))
                continue
            for each in view.columns:
                if each not in subject.columns and each != "row_id":
                    fix = did_you_mean(each, subject.columns)
                    problems.append(Problem(*where, f"Table {subject.name!r} of the return has no column {each!r}.", fix))
    if problems:
        raise PackError(problems)


def _write(engine: DuckDBEngine, returned: Contract, folder: Path) -> dict[Path, int]:
    """Build every view of the return anew, with the settings as they are now, and write its file.

    A view of a table of last year's return (`return_Episodes_last`) takes the place of what the year before gave.
    """
    views = engine.compiler.views
    wanted = [view for name, view in views.items() if name.startswith(PREFIX)]
    for name in dict.fromkeys(name for view in wanted for name in (*view.needs, view.view.name)):
        drop = exp.Drop(tables=[exp.Table(this=quoted(name))], kind="TABLE", exists=True)
        engine.connection.execute(drop.sql(dialect="duckdb"))
        reason = engine.build(views[name])
        if reason:
            raise PackError(Problem(views[name].view.file, views[name].view.line, name, reason))
    rows: dict[Path, int] = {}
    for view in wanted:
        subject = returned.tables[view.view.name.removeprefix(PREFIX)]
        place, base = folder, subject
        if subject.last_year_of:
            if folder.name == LAST:
                continue
            place, base = folder / LAST, returned.tables[subject.last_year_of]
        file = place / f"{base.files[0]}.csv"
        rows[file] = _write_table(engine.connection, view, subject, returned.date_formats[0], file)
    return {file: count for file, count in rows.items() if file.exists()}


def _write_table(connection: duckdb.DuckDBPyConnection, view: CompiledView, subject: Table, dates: str, file: Path) -> int:
    """One file, in the return's own form of dates; a column that the view does not give is left out, and so is an empty table."""
    name, columns = view.view.name, set(view.columns)
    given = [each for each in subject.columns.values() if each.name in columns]
    chosen = [
        named(column(each.name, name) if each.type == "date" else as_text(column(each.name, name)), each.name) for each in given
    ]
    order = [as_text(column(key, name)) for key in dict.fromkeys((*subject.key, *(each.name for each in given))) if key in columns]
    frame = connection.execute(exp.select(*chosen).from_(table(name)).order_by(*order).sql(dialect="duckdb")).df()
    if len(frame) or not subject.optional:
        frame.to_csv(file, index=False, date_format=dates, lineterminator="\n")
    return len(frame)
