"""One Excel workbook a team, written row by row so that 100,000 exceptions need little memory.

Every text is written as text: nothing in a record becomes a formula or a link. Two writes of the same
exceptions give the same bytes: the dates inside are the as-of date, and XlsxWriter zips without a clock.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from xlsxwriter import Workbook

from dq.report.about_sheet import about_lines, answer_range, write_about
from dq.report.filenames import safe_names
from dq.report.order import ORDER, TEAM
from dq.report.readable import Columns, columns_of
from dq.report.todo_sheet import TodoSheets
from dq.report.words import team_title
from dq.summary import RunSummary

BATCH = 5_000
FIELDS = ("severity", "person", "record", "title", "values", "fix", "worker", "rule", "id", "table")

TEAMS = f"select distinct {TEAM} as team_name from exceptions order by team_name"

ROWS = f"""
select {TEAM} as team_name, {", ".join(f'"{field}"' for field in FIELDS)}
from exceptions
order by team_name, {ORDER}
"""


Row = Sequence[str | None]


def write_workbooks(connection: duckdb.DuckDBPyConnection, results: RunSummary, folder: Path) -> list[Path]:
    """Write `<team>.xlsx` into a new folder for every team that has exceptions or is in `results.teams`.

    Teams come from the table `exceptions`, blank meaning unallocated. Returns the paths by file name.
    """
    folder.mkdir()
    busy = [team for (team,) in connection.execute(TEAMS).fetchall()]
    names = safe_names([*busy, *results.teams])
    columns = columns_of(results.tables)
    with TemporaryDirectory(dir=folder, prefix=".tmp") as scratch:
        for team, rows in groupby(_rows(connection), key=lambda row: str(row[0])):
            _write_workbook(results, team, rows, columns, folder / f"{names[team]}.xlsx", scratch)
        for team in sorted(set(results.teams) - set(busy)):
            _write_workbook(results, team, iter(()), columns, folder / f"{names[team]}.xlsx", scratch)
    return sorted(folder.glob("*.xlsx"))


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    cursor = connection.execute(ROWS)
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def _write_workbook(results: RunSummary, team: str, rows: Iterator[Row], columns: Columns, path: Path, scratch: str) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": scratch,  # personal data stays in the run's own folder
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(str(path), options)
    title = f"{team_title(team)}: what to put right"
    made = datetime.combine(results.as_of, time())
    book.set_properties({"title": title, "author": "dq", "created": made})
    lines = about_lines(results, team)
    sheets = TodoSheets(book, team_title(team), results.as_of, results.system, columns, answer_range(lines))
    for row in rows:
        sheets.add(dict(zip(FIELDS, row[1:], strict=True)))
    sheets.finish()
    write_about(book, lines, team_title(team))
    book.close()
