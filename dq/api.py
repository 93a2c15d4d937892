"""For pandas users: `dq.check` on frames or on a folder, results as DataFrames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from dq import loading, run
from dq import pack as packs
from dq import request as requests
from dq.contract import Column, Table
from dq.engines.duckdb import connect
from dq.errors import OptionError, Problem
from dq.frames import typed_frame
from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS
from dq.report.order import ORDER
from dq.request import Request


@dataclass(frozen=True)
class Result:
    """What a check found.

    - `exceptions`: a row for each record that breaks a rule, with the columns of ``exceptions.csv``; `values` is a
      JSON object as text, `source_row` an integer (missing for what belongs to no row);
    - `rules`: a row for each rule and table, with the columns of ``rules.csv``;
    - `readiness`: one row with the fields of `dq.summary.Readiness`;
    - `gates`: a row for each gate: criterion, measured, needed, met.
    """

    exceptions: pd.DataFrame
    rules: pd.DataFrame
    readiness: pd.DataFrame
    gates: pd.DataFrame


def check(
    frames_or_path: Mapping[str, pd.DataFrame] | str | Path,
    *,
    pack: str | None = None,
    select: Sequence[str] | str = (),
    settings: Mapping[str, Any] | None = None,
    as_of: dt.date | str | None = None,
    go_live: dt.date | str | None = None,
    previous: Mapping[str, pd.DataFrame] | None = None,
    threads: int | None = None,
    time_limit: float = 120.0,
) -> Result:
    """Check frames (contract table name to frame, of text or of real types) or a folder against a pack's rules.

    A column that a frame lacks is null in it; a table that is absent is absent; `source_row` is a row's position
    + 2, as if the frame were a file with a header. `previous` holds the tables of the extract before, for rules
    that compare. Without `as_of` a project's newest extract, or today, is meant. Raises `dq.errors.DqError`.
    """
    select = (select,) if isinstance(select, str) else tuple(select)
    if isinstance(frames_or_path, str | Path):
        if go_live is not None or previous is not None:
            raise OptionError("go_live and previous belong to frames; a project has both in its folder.")
        wanted = requests.of_path(
            Path(frames_or_path),
            pack=pack,
            settings=settings,
            select=select,
            as_of=_date(as_of),
            threads=threads,
            time_limit=time_limit,
        )
    elif pack is None:
        raise OptionError("Checking frames needs pack=..., the name of a pack or its folder.")
    else:
        wanted = Request(
            (pack,), _date(as_of) or requests.today(), frames=frames_or_path, previous_frames=previous, go_live=_date(go_live),
            settings=settings or {}, select=select, threads=threads, time_limit=time_limit,
        )  # fmt: skip
    with run.execute(wanted) as finished:
        exceptions = finished.connection.execute(f"SELECT * FROM exceptions ORDER BY {ORDER}").df()
        summary = finished.summary
    rules = [{name: getattr(row, name) for name in RULE_COLUMNS} for row in summary.rules]
    ready = summary.readiness
    return Result(
        exceptions.reindex(columns=list(EXCEPTION_COLUMNS)).astype({"source_row": "Int64"}),
        pd.DataFrame(rules, columns=list(RULE_COLUMNS)),
        pd.DataFrame([{name: getattr(ready, name) for name in ready.__dataclass_fields__}]),
        pd.DataFrame(
            [{name: getattr(gate, name) for name in ("criterion", "measured", "needed", "met")} for gate in summary.gates]
        ),
    )


def read(
    path: str | Path, *, pack: str | None = None, as_of: dt.date | str | None = None, tables: Sequence[str] = ()
) -> dict[str, pd.DataFrame]:
    """The tables of a project's extract, or of a folder, as pandas frames of the contract's types.

    For exported schemas and suites, and for notebooks. The index is the `row_id`; ``raw__x`` beside a column that is not
    text holds the text of x as it stood in the file. What is blank, or could not be read as its type, is missing.
    Tables that the extract does not have are left out. Raises `dq.errors.DqError`.
    """
    wanted = requests.of_path(Path(path), pack=pack, as_of=_date(as_of))
    loaded = packs.load(wanted.packs, wanted.base)
    contract = loaded.contract
    unknown = [name for name in tables if name not in contract.tables]
    if unknown:
        raise OptionError([Problem(subject=name, message="There is no such table.") for name in unknown])
    source = packs.load_source_map(loaded, wanted.source, wanted.base) if wanted.source else None
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        connection = connect(Path(work))
        try:
            missing = loading.load(connection, wanted, contract, source, (), lambda step, done, total: None).missing
            return {
                name: typed_frame(connection, table, [*table.columns, *(f"raw__{each.name}" for each in _typed(table))])
                for name, table in contract.tables.items()
                if (name in tables or not tables) and name not in missing
            }
        finally:
            connection.close()


def _typed(table: Table) -> Iterator[Column]:
    return (column for column in table.columns.values() if not column.is_text)


def _date(value: dt.date | str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise OptionError("as_of and go_live are dates like 2026-03-31.") from None
