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
from dq.contract import Contract, Table
from dq.engines.duckdb import DuckDBEngine, connect, lock
from dq.errors import OptionError, PackError, Problem
from dq.pack import Pack
from dq.request import Request
from dq.sqltext import as_text, column, named, table
from dq.sqltext import name as quoted

PREFIX = "return_"


@dataclass(frozen=True)
class Built:
    """The folder with the return's files, the year it is of, and rows by table; `previous/` in it holds the year before."""

    folder: Path
    year: int
    rows: Mapping[str, int]
    rows_before: Mapping[str, int]


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
    _fits(home, returned)
    with output.whole(target) as new, claims.scratch() as work:
        connection = connect(work, threads=wanted.threads, memory=wanted.memory)
        try:
            mapped = pack.load_source_map(home, source, wanted.base) if source else None
            loading.load(connection, replace(wanted, previous=None), home.contract, mapped, (), progress)
            lock(connection, [work])
            own = {key: value for key, value in wanted.project_settings.items() if key in home.settings}
            compiler = Compiler(home.contract, home.views, home.settings)
            engine = DuckDBEngine(connection, compiler, time_limit=wanted.time_limit)
            counts = {}
            for each, folder in ((year, new.folder), (year - 1, new.folder / "previous")):
                progress(f"Building the return of {each}", 0, 0)
                folder.mkdir(exist_ok=True)
                compiler.values |= settings.values(home.settings, own, {"collection_year": each})
                compiler.values |= {"as_of": wanted.as_of, "go_live": wanted.go_live}
                counts[each] = _write(engine, returned, folder)
        finally:
            connection.close()
        new.finish()
    return Built(target, year, counts[year], counts[year - 1])


def _packs(wanted: Request, name: str) -> tuple[Pack, str | None]:
    """The project's packs with the views that build the return on top, and its source map."""
    plain = pack.load(wanted.packs, wanted.base)
    way = pack.locate(name, wanted.base) / f"from_{plain.name}"
    if not way.is_dir():
        known = [each for each in pack.names() if (pack.locate(each) / f"from_{plain.name}").is_dir()]
        fix = f"Returns that are built from it: {', '.join(known)}." if known else "No return is built from it."
        raise OptionError(Problem(subject=name, message=f"There is no way from the pack {plain.name!r} to this return.", fix=fix))
    return pack.load([*wanted.packs, str(way)], wanted.base), wanted.source


def _fits(home: Pack, returned: Contract) -> None:
    """Raise `PackError` for a view of a table that the return does not have."""
    problems = [
        Problem(view.file, view.line, view.name, f"The return has no table {view.name.removeprefix(PREFIX)!r}.")
        for view in home.views
        if view.name.startswith(PREFIX) and view.name.removeprefix(PREFIX) not in returned.tables
    ]
    if problems:
        raise PackError(problems)


def _write(engine: DuckDBEngine, returned: Contract, folder: Path) -> dict[str, int]:
    """Build every view of the return anew, with the settings as they are now, and write its file."""
    views = engine.compiler.views
    wanted = [view for name, view in views.items() if name.startswith(PREFIX)]
    for name in dict.fromkeys(name for view in wanted for name in (*view.needs, view.view.name)):
        drop = exp.Drop(tables=[exp.Table(this=quoted(name))], kind="TABLE", exists=True)
        engine.connection.execute(drop.sql(dialect="duckdb"))
        reason = engine.build(views[name])
        if reason:
            raise PackError(Problem(views[name].view.file, views[name].view.line, name, reason))
    rows = {}
    for view in wanted:
        subject = returned.tables[view.view.name.removeprefix(PREFIX)]
        rows[subject.name] = _write_table(engine.connection, view.view.name, subject, tuple(view.columns), returned, folder)
    return rows


def _write_table(
    connection: duckdb.DuckDBPyConnection, view: str, subject: Table, columns: tuple[str, ...], returned: Contract, folder: Path
) -> int:
    """One file, in the return's own form of dates; a column that the view does not give is left out."""
    given = [each for each in subject.columns.values() if each.name in columns]
    unknown = [name for name in columns if name not in subject.columns and name != "row_id"]
    if unknown:
        problems = [Problem(subject=f"{view}.{name}", message="The return's table has no such column.") for name in unknown]
        raise PackError(problems)
    chosen = [
        named(column(each.name, view) if each.type == "date" else as_text(column(each.name, view)), each.name) for each in given
    ]
    order = [as_text(column(name, view)) for name in (*subject.key, *(each.name for each in given)) if name in columns]
    frame = connection.execute(exp.select(*chosen).from_(table(view)).order_by(*order).sql(dialect="duckdb")).df()
    frame.to_csv(folder / f"{subject.files[0]}.csv", index=False, date_format=returned.date_formats[0], lineterminator="\n")
    return len(frame)
