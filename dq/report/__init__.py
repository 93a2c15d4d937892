"""Everything a run leaves for its readers: files for programs, workbooks for teams, a page for the board.

    ../summary.py   what a run tells: `RunSummary` and its parts, plain values, nothing personal
    counts.py          `count_exceptions(connection)` fills `RunSummary.found`; sums for the reports
    measures_file.py   measures.csv
    data_files.py      exceptions.parquet, exceptions.csv, rules.csv, run.json, timings.json
    workbooks.py       teams/<team>.xlsx            todo_sheet.py, about_sheet.py its two sheets
    summary.py         summary.html                 summary.html.jinja, summary.css its form
    terminal.py        `render(results, console, files)` for the command line
    holding_back.py    what readiness rests on and what holds it back, in sentences
    verdict.py, words.py, readable.py, filenames.py, order.py     the words, names and order they share

The table `exceptions` has the columns of `dq.model.EXCEPTION_COLUMNS`, VARCHAR but for `source_row` BIGINT:

    values    JSON object, column -> value: text (dates as YYYY-MM-DD, codes as codes), number, true/false or
              null for blank. A key may be `other_table.column`. `RunSummary.tables` gives titles and types.
    record    the record as a person would name it, ready to show
    title     the rule's title: what must be true (the workbooks head it "What should be true, but is not")
    team      the team's name; `unallocated`, `leavers` and `data team` get words of their own; blank means
              unallocated
    severity  blocker, major or minor
"""

import shutil
from pathlib import Path

import duckdb

from dq.report.counts import count_exceptions
from dq.report.data_files import as_json, write_exceptions, write_rules, write_run, write_timings
from dq.report.measures_file import write_measures
from dq.report.summary import write_summary
from dq.report.workbooks import write_workbooks
from dq.summary import (
    ColumnNote,
    Found,
    Gate,
    InputFile,
    PassRate,
    Readiness,
    RuleRow,
    RunSummary,
    TableNote,
)

__all__ = [
    "ColumnNote", "Found", "Gate", "InputFile", "PassRate", "Readiness", "RuleRow", "RunSummary", "TableNote",
    "as_json", "count_exceptions", "write",
]  # fmt: skip


def write(connection: duckdb.DuckDBPyConnection, results: RunSummary, out: Path, *, workbooks: bool = True) -> list[Path]:
    """Write all files of a run into `out`, a folder that is empty or not there, and return their paths.

    The connection holds the table `exceptions` and may write in `out`'s parent folder: files are written to
    `.<name>.part` beside `out`, which takes the place of `out` only when all of them are complete. When
    anything fails, the part folder is removed, `out` stays as it was and the error goes on to the caller.
    Raises OSError when `out` is not empty, or its parent folder is not there.

    The paths come in this order: exceptions.parquet, exceptions.csv, rules.csv, run.json, timings.json,
    summary.html, measures.csv where there are measures, then the workbooks by file name.
    Equal runs give equal bytes, but for timings.json.
    """
    target = out.resolve()
    there = target.exists()
    part = target.with_name(f".{target.name}.part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        written = write_exceptions(connection, part)
        written += [write_rules(results, part), write_run(results, part), write_timings(results, part)]
        written.append(write_summary(results, part))
        written += [write_measures(results, part)] if results.key_figures else []
        if workbooks:
            written += write_workbooks(connection, results, part / "teams")
        names = [path.relative_to(part) for path in written]
        if there:
            target.rmdir()
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        if there:
            target.mkdir(exist_ok=True)
        raise
    return [out / name for name in names]
