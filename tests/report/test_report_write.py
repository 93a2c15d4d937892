"""`write`: its files, that equal runs are equal, and that nothing personal is where it may not be."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from testshire import CANARY, invent, load

from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS
from dq.report import RunSummary, data_files, write

Summarise = Callable[..., RunSummary]


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_all_files_are_written_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path
) -> None:
    out = folder(tmp_path / "run")
    files = write(connection, summarise(), out)
    names = [path.relative_to(out).as_posix() for path in files]
    assert names[:6] == [
        "exceptions.parquet", "exceptions.csv", "rules.csv", "run.json", "timings.json", "summary.html",
    ]  # fmt: skip
    assert names[6:] == sorted(names[6:])
    assert {path for path in out.rglob("*") if path.is_file()} == set(files)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert "teams/Early Help - MASH.xlsx" in names
    assert "teams/unallocated.xlsx" in names


def test_workbooks_may_be_left_out(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    files = write(connection, summarise(), folder(tmp_path / "run"), workbooks=False)
    assert not [path for path in files if path.suffix == ".xlsx"]
    assert not (tmp_path / "run" / "teams").exists()


def test_equal_runs_are_equal_but_for_the_timings(
    connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path
) -> None:
    first = write(connection, summarise(), folder(tmp_path / "a" / "run"))
    connection.execute("create or replace table exceptions as from exceptions order by hash(id)")
    slower = summarise()
    slower = replace(
        slower,
        timings={"ingest": 99.0},
        rules=tuple(replace(row, seconds=99.0) for row in reversed(slower.rules)),
    )
    second = write(connection, slower, folder(tmp_path / "b" / "run"))
    differ = [a.name for a, b in zip(first, second, strict=True) if a.read_bytes() != b.read_bytes()]
    assert differ == ["timings.json"]


def test_no_name_or_key_is_where_it_may_not_be(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    out = folder(tmp_path / "run")
    write(connection, summarise(), out)
    assert CANARY in (out / "exceptions.csv").read_text(encoding="utf-8")
    keys = {str(row["key"]) for row in invent(300)}
    for name in ("run.json", "rules.csv", "timings.json", "summary.html"):
        text = (out / name).read_text(encoding="utf-8")
        assert CANARY not in text
        assert "Zebedee" not in text
        assert "2011-03-04" not in text
        assert not [key for key in keys if key in text]


def test_a_failure_leaves_the_folder_empty(
    connection: duckdb.DuckDBPyConnection,
    summarise: Summarise,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr("dq.report.write_summary", fail)
    out = folder(tmp_path / "run")
    with pytest.raises(OSError, match="disk full"):
        write(connection, summarise(), out)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not list(out.iterdir())


def test_what_an_earlier_run_left_half_written_is_replaced(
    connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path
) -> None:
    folder(tmp_path / ".run.part" / "teams")
    files = write(connection, summarise(), folder(tmp_path / "run"))
    assert all(path.exists() for path in files)
    assert not (tmp_path / ".run.part").exists()


def test_a_folder_in_use_is_not_touched(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    out = folder(tmp_path / "run")
    (out / "mine.txt").write_text("keep")
    with pytest.raises(OSError):
        write(connection, summarise(), out, workbooks=False)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_locked_engine_can_write(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    connection.execute(f"set allowed_directories = ['{tmp_path}']")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    assert write(connection, summarise(), folder(tmp_path / "run"), workbooks=False)


def test_no_exceptions_at_all(summarise: Summarise, connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load(connection, [])
    out = folder(tmp_path / "run")
    files = write(connection, summarise(), out)
    assert [path.name for path in files if path.suffix == ".xlsx"] == [
        "Adoption Support.xlsx", "Assessment North.xlsx",
    ]  # fmt: skip
    assert (out / "exceptions.csv").read_text().startswith("id,rule,table,key")
    assert "No exceptions were found." in (out / "summary.html").read_text(encoding="utf-8")


def test_parquet_is_exact_and_in_order(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    out = folder(tmp_path / "run")
    odd = {"record": "=cmd|' /C calc'!A0", "values": '{"x": "\\u00e9"}', "worker": "", "source_row": 7}
    load(connection, [
        {"id": "3", "rule": "A", "severity": "minor"},
        {"id": "2", "rule": "B", "severity": "blocker", "table": "t", "key": "k", **odd},
        {"id": "1", "rule": "B", "severity": "blocker", "table": "t", "key": "k", **odd},
        {"id": "4", "rule": "A", "severity": "major"},
        {"id": "0", "rule": "B", "severity": "blocker", "table": "t"},
    ])  # fmt: skip
    write(connection, summarise(), out)
    read = connection.read_parquet(str(out / "exceptions.parquet"))
    assert tuple(read.columns) == EXCEPTION_COLUMNS
    assert [row[0] for row in read.fetchall()] == ["1", "2", "0", "4", "3"]
    same = connection.execute(
        "select count(*) from (from exceptions except select * from read_parquet($path))",
        {"path": str(out / "exceptions.parquet")},
    ).fetchone()
    assert same == (0,)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_neutralises_formulas(start: str, connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    load(connection, [{"id": "1", "severity": "minor", "record": f'{start}1+1,"é"\nb', "worker": "a=b"}])
    out = folder(tmp_path / "run")
    write(connection, summarise(), out, workbooks=False)
    content = (out / "exceptions.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["record"] == f'\'{start}1+1,"é"\nb'
    assert row["worker"] == "a=b"


def test_every_text_column_of_the_csv_is_neutralised(
    connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path
) -> None:
    load(connection, [dict.fromkeys(EXCEPTION_COLUMNS, "=1") | {"source_row": -5}])
    out = folder(tmp_path / "run")
    write(connection, summarise(found=()), out, workbooks=False)
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == dict.fromkeys(EXCEPTION_COLUMNS, "'=1") | {"source_row": "-5"}


def test_rules_csv(summarise: Summarise, tmp_path: Path) -> None:
    path = data_files.write_rules(summarise(), tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == RULE_COLUMNS
    assert [row["rule"] for row in rows] == sorted(row["rule"] for row in rows)
    assert {row["seconds"] for row in rows} == {""}
    not_run = next(row for row in rows if row["rule"] == "CIC-031")
    assert not_run["status"] == "not_evaluated"
    assert not_run["reason"] == "The time limit of 60 seconds was reached."


def test_run_json_and_timings(summarise: Summarise, tmp_path: Path) -> None:
    results = summarise()
    run: dict[str, Any] = json.loads(data_files.write_run(results, tmp_path).read_text(encoding="utf-8"))
    assert run["as_of"] == "2026-11-02"
    assert run["go_live"] == "2027-03-01"
    assert run["versions"] == {"dq": "0.1.0", "duckdb": "2.0.0"}
    assert run["exceptions"]["total"] == 300
    assert sum(row["exceptions"] for row in run["found"]) == 300
    assert run["readiness"]["at_most"] is True
    assert run["inputs"][1]["rows_rejected"] == 3
    assert not [row for row in run["rules"] if "seconds" in row]
    assert "timings" not in run
    times = json.loads(data_files.write_timings(results, tmp_path).read_text(encoding="utf-8"))
    assert times["steps"] == {"ingest": 1.25, "rules": 3.5}
    assert {"rule": "PER-001", "table": "person", "seconds": 0.123} in times["rules"]


def test_the_clock_is_not_read(connection: duckdb.DuckDBPyConnection, summarise: Summarise, tmp_path: Path) -> None:
    out = folder(tmp_path / "run")
    write(connection, summarise(as_of=date(2001, 2, 3), go_live=None), out)
    today = date.today().isoformat().encode()
    for path in (path for path in out.rglob("*") if path.is_file()):
        assert today not in path.read_bytes()
