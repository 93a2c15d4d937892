"""The files for programs: exceptions as Parquet and CSV, rules as CSV, the run and its timings as JSON.

All but `timings.json` are the same, byte for byte, for two equal runs. `rules.csv`, `run.json` and
`timings.json` are made from the `RunSummary` alone and so hold nothing of any record.
"""

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import duckdb

from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS
from dq.report.counts import count_by_severity
from dq.report.order import ORDER
from dq.summary import MeasureRow, RuleRow, RunSummary

_FIGURE = ("counted", "of", "not_assessed", "value", "met")

RISKY = "=+-@\t\r\n"  # a spreadsheet takes a text that begins with one of these for a formula

EXACT = f"""
copy (select {", ".join(f'"{column}"' for column in EXCEPTION_COLUMNS)} from exceptions order by {ORDER})
to $path (format parquet, compression zstd, row_group_size 122880)
"""

_FIRST = ", ".join(f"chr({ord(sign)})" for sign in RISKY)
_SAFE = ", ".join(
    f"""case when left("{column}", 1) in ({_FIRST}) then '\'\'' || "{column}" else "{column}" end as "{column}\""""
    if column != "source_row"
    else '"source_row"'
    for column in EXCEPTION_COLUMNS
)
NEUTRALISED = f"copy (select {_SAFE} from read_parquet($parquet)) to $path (format csv, header)"
"""The CSV is made of the Parquet file, which holds the exceptions in their order."""


def write_exceptions(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Path]:
    """Write `exceptions.parquet` (exact) and `exceptions.csv` (UTF-8 without BOM, formulas neutralised).

    In the CSV a text that begins with = + - @, a tab or a line break gets a leading apostrophe.
    """
    parquet, text = folder / "exceptions.parquet", folder / "exceptions.csv"
    connection.execute(EXACT, {"path": str(parquet)})
    connection.execute(NEUTRALISED, {"parquet": str(parquet), "path": str(text)})
    return [parquet, text]


def write_rules(results: RunSummary, folder: Path) -> Path:
    """Write `rules.csv`, by rule and table. Its column `seconds` is blank: see `timings.json`."""
    path = folder / "rules.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(RULE_COLUMNS)
        for row in _sorted(results):
            values = {**asdict(row), "seconds": None}
            writer.writerow([neutral(values[column]) for column in RULE_COLUMNS])
    return path


def write_run(results: RunSummary, folder: Path) -> Path:
    """Write `run.json`: versions, fingerprints, counts, gates and inputs. No keys, no text of any record."""
    return _write_json(folder / "run.json", as_json(results))


def as_json(results: RunSummary) -> dict[str, object]:
    """The content of `run.json` as plain data."""
    columns = [column for column in RULE_COLUMNS if column != "seconds"]
    rules = [{column: getattr(row, column) for column in columns} for row in _sorted(results)]
    counts = count_by_severity(results.found)
    return {
        "project": results.project,
        "pack": results.pack,
        "as_of": results.as_of.isoformat(),
        "go_live": results.go_live.isoformat() if results.go_live else None,
        "versions": dict(sorted(results.versions.items())),
        "fingerprints": dict(sorted(results.fingerprints.items())),
        "exceptions": {"total": sum(counts.values()), **counts},
        "readiness": asdict(results.readiness),
        "cuts": [asdict(cut) for cut in results.cuts],
        "gains": [asdict(gain) for gain in results.gains],
        "short_list": asdict(results.short_list) if results.short_list else None,
        "allowed": [asdict(each) for each in results.allowed],
        "gates": [{**asdict(gate), "by": gate.by.isoformat() if gate.by else None} for gate in results.gates],
        "by_dimension": [asdict(rate) for rate in results.by_dimension],
        "by_table": [asdict(rate) for rate in results.by_table],
        "by_team": [asdict(rate) for rate in results.by_team],
        "inputs": [asdict(row) for row in results.inputs],
        "unrecognised": list(results.unrecognised),
        "notes": list(results.notes),
        "switched_off": [{**asdict(row), "until": row.until.isoformat() if row.until else None} for row in results.switched_off],
        "replaced": [asdict(row) for row in results.replaced],
        "measures": [_measure(row) for row in results.key_figures],
        "rules": rules,
        "found": [asdict(row) for row in results.found],
    }


def _measure(row: MeasureRow) -> dict[str, object]:
    """A measure with its figures for the whole; those of every unit are in measures.csv."""
    words = ("measure", "title", "area", "judged", "target", "direction", "cadence", "owner", "reason")
    parts = [
        {"part": each.part, "shape": row.shapes[each.part], **{word: getattr(each, word) for word in _FIGURE}}
        for each in row.figures
        if each.level == "whole"
    ]
    return {**{word: getattr(row, word) for word in words}, "figures": parts}


def write_timings(results: RunSummary, folder: Path) -> Path:
    """Write `timings.json`, the one file that differs between equal runs: seconds by step and by rule."""
    rules = [{"rule": row.rule, "table": row.table, "seconds": row.seconds} for row in _sorted(results) if row.seconds is not None]
    return _write_json(folder / "timings.json", {"steps": dict(results.timings), "rules": rules})


def _sorted(results: RunSummary) -> list[RuleRow]:
    return sorted(results.rules, key=lambda row: (row.rule, row.table))


def neutral(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(RISKY)) else value


def _write_json(path: Path, content: Mapping[str, object]) -> Path:
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path
