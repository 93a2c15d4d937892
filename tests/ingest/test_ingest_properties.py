"""Laws: what Python's csv writes is read back, with true lines; no row is lost; order does not depend on threads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_extract import make_contract

from dq.ingest import load
from dq.ingest.count import count
from dq.ingest.header import read_header
from dq.ingest.model import FileRef, TableInput
from dq.source_map import ColumnSource

CELL = st.text(alphabet="ab'\", ;\n\r\té|\\", max_size=6)
COLUMNS = ("person_id", "surname", "date_of_birth")


def read(path: Path, connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str | None, str | None]]:
    columns = {name: ColumnSource(source=name) for name in COLUMNS}
    load(connection, make_contract(), [TableInput("person", (FileRef("p.csv", path),), columns)])
    query = "select source_row, person_id, surname from person order by row_id"
    return [(row[0], row[1], row[2]) for row in connection.execute(query).fetchall()]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties")


def clean(cell: str) -> str | None:
    return cell.strip() or None


def physical_lines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, st.just("2020-01-01")), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_written_by_csv_is_read_back(scratch: Path, rows: list[tuple[str, str, str]], quoting: int, newline: str) -> None:
    expected: list[tuple[int, str | None, str | None]] = []
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=newline)  # type: ignore[arg-type]
    writer.writerow(COLUMNS)
    for row in rows:
        if quoting == csv.QUOTE_MINIMAL:  # Python's writer leaves a lone carriage return unquoted
            row = (row[0].replace("\r", "\n"), row[1].replace("\r", "\n"), row[2])
        expected.append((physical_lines(out.getvalue()) + 1, clean(row[0]), clean(row[1])))
        writer.writerow(row)
    path = scratch / "p.csv"
    path.write_bytes(out.getvalue().encode())
    with duckdb.connect() as connection:
        assert read(path, connection) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", '"', '""', ",", ",", "\n", "\r\n", " ", "x,y,z\n", '"p,\nq",r,s\n', "\x00"]), max_size=12))
def test_no_row_is_lost_in_rubbish(scratch: Path, parts: list[str]) -> None:
    path = scratch / "q.csv"
    path.write_bytes(("person_id,surname,date_of_birth\n" + "".join(parts)).encode())
    with duckdb.connect() as connection:
        rows = read(path, connection)
        counts = connection.execute("select rows_read, rows_loaded, rows_rejected from input_file").fetchone()
        rejected = connection.execute("select source_row from ingest_finding where message like 'Row rejected%'").fetchall()
    assert counts == (len(rows) + len(rejected), len(rows), len(rejected))
    lines = path.read_bytes().decode().replace("\r\n", "\n").split("\n")
    told = {row[0] for row in rows} | {row[0] for row in rejected}
    assert all(2 <= line <= len(lines) and lines[line - 1] != "" for line in told)
    assert [row[0] for row in rows] == sorted({row[0] for row in rows})


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=8), last=st.booleans())
def test_the_independent_count(scratch: Path, rows: list[tuple[str, str]], last: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("a", "b"))
    writer.writerows(rows)
    path = scratch / "c.csv"
    path.write_bytes(out.getvalue().encode() if last else out.getvalue().encode().rstrip(b"\n"))
    header = read_header("c.csv", path)
    shape = count(path, header.offset, header.delimiter, 2)
    assert shape.records == len(rows)
    assert shape.even
    assert not shape.stray_quote
    assert not shape.open_quote


def test_order_and_lines_do_not_depend_on_threads(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((number, "A" * (number % 40), "2020-01-01") for number in range(200_000))
    for threads in (1, 2, 4):
        with duckdb.connect() as connection:
            connection.execute(f"set threads={threads}")
            read(path, connection)
            wrong = "select count(*) from person where source_row <> person_id::int + 2 or row_id <> source_row - 1"
            assert connection.execute(wrong).fetchone() == (0,)
