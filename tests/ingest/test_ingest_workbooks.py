"""Workbooks, Parquet files and pandas frames: typed cells become the text that a file would hold."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd
import pytest
from small_extract import Ingest, Loaded, make_contract

from dq.errors import InputError
from dq.ingest import load
from dq.source_map import SourceMap

HEAD: list[object] = ["visit_id", "person_id", "visit_date", "started", "seen", "minutes", "miles", "kind"]
ROW = ["V1", 7, dt.date(2026, 4, 7), dt.datetime(2026, 4, 7, 9, 30), True, 30.0, 5.5, 12345678901.0]
TYPED = [("V1", "7", dt.date(2026, 4, 7), dt.datetime(2026, 4, 7, 9, 30), True, 30, 5.5, "12345678901")]
QUERY = f"select {', '.join(map(str, HEAD))} from visit"


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_typed_cells(ingest: Ingest) -> None:
    loaded = ingest({"visit.xlsx": workbook(Any=[HEAD, ROW])}, contract=make_contract(("%d/%m/%Y",)))
    assert loaded.rows(QUERY) == TYPED
    assert loaded.rows("select format, rows_read, rows_loaded from input_file") == [("xlsx", 1, 1)]


FILES = Path(__file__).parent / "files"
"""The workbook of HEAD and ROW as LibreOffice saves it in other kinds, and with a password."""


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_kinds_of_workbook(ingest: Ingest, kind: str) -> None:
    content = (FILES / f"visit.{kind}").read_bytes()
    loaded = ingest({f"visit.{kind}": content}, contract=make_contract(("%d/%m/%Y",)))
    assert loaded.rows(QUERY) == TYPED
    assert loaded.rows("select format, rows_read, rows_loaded from input_file") == [(kind, 1, 1)]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_workbook_with_a_password(ingest: Ingest, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        ingest({f"visit.{kind}": (FILES / "locked.xlsx").read_bytes()})
    [problem] = caught.value.problems
    assert problem.file == f"visit.{kind}" and "password" in str(problem)


def test_a_zip_with_a_password(ingest: Ingest) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("person.csv", "person_id,surname\n1,Ash\n")
    content = bytearray(out.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags of both headers: the entry is encrypted
        content[content.index(mark) + place] |= 1
    with pytest.raises(InputError, match=r"person\.zip.*The zip archive has a password"):
        ingest({"person.zip": bytes(content)})


def test_rows_as_excel_numbers_them(ingest: Ingest) -> None:
    rows: list[list[object]] = [[], [], HEAD, ["V1", "P"], [], [" "], ["V2", "P", "soon"]]
    loaded = ingest({"visit.xlsx": workbook(Visits=rows)})
    assert loaded.rows("select source_row, visit_id from visit order by row_id") == [(4, "V1"), (7, "V2")]
    assert loaded.findings("type.visit") == [(7, "visit_date", "soon")]


def test_the_sheet_named_like_the_table_or_the_first(ingest: Ingest) -> None:
    people: list[list[object]] = [["person_id", "surname"], ["1", "Ash"]]
    loaded = ingest({"person.xlsx": workbook(Notes=[["x"]], Person=people)})
    assert loaded.people() == [(2, "1", "Ash")]


def test_a_sheet_by_name(ingest: Ingest) -> None:
    table = {"files": ["*.xlsx"], "sheet": "Clints", "columns": {"person_id": "ID"}}
    given = SourceMap.model_validate({"system": "Old", "tables": {"person": table}})
    content = workbook(Cover=[["x"]], Clients=[["ID"], [1]])
    with pytest.raises(InputError, match=r"no sheet 'Clints'\. Did you mean 'Clients'"):
        ingest({"all.xlsx": content}, source_map=given)


def test_an_empty_sheet(ingest: Ingest) -> None:
    with pytest.raises(InputError, match="has no header"):
        ingest({"visit.xlsx": workbook(Visits=[])})


def test_parquet(ingest: Ingest) -> None:
    out = io.BytesIO()
    frame = pd.DataFrame([ROW, ["V2", None, None, None, None, np.nan, 1e-07, None]], columns=HEAD)
    frame["visit_date"] = pd.to_datetime(frame["visit_date"])
    frame["kind"] = frame["kind"].astype(float)
    frame.to_parquet(out)
    loaded = ingest({"visit.parquet": out.getvalue()}, contract=make_contract(("%d/%m/%Y",)))
    assert loaded.rows(QUERY)[0] == TYPED[0]
    assert loaded.rows("select source_row, miles from visit order by 1") == [(2, 5.5), (3, 1e-07)]
    assert loaded.findings("type.visit") == []


def frames(**tables: pd.DataFrame) -> Loaded:
    connection = duckdb.connect()
    load(connection, make_contract(), [], frames=tables)
    return Loaded(connection)


def test_frames_of_real_types() -> None:
    loaded = frames(visit=pd.DataFrame([ROW], columns=HEAD))
    assert loaded.rows(QUERY) == TYPED
    assert loaded.rows("from absent_table") == [("person",)]
    assert loaded.rows("select row_id, source_row from visit") == [(1, 2)]


def test_frames_of_text_with_missing_columns() -> None:
    loaded = frames(
        visit=pd.DataFrame({"visit_id": ["V1", " ", None], "visit_date": ["07/04/2026", "x", None]}),
        person=pd.DataFrame({"person_id": []}),
    )
    assert loaded.rows("select visit_id, visit_date, seen from visit order by row_id") == [
        ("V1", dt.date(2026, 4, 7), None), (None, None, None), (None, None, None),
    ]  # fmt: skip
    assert loaded.findings("type.visit") == [(3, "visit_date", "x")]
    assert [row[0] for row in loaded.findings("key_missing.visit")] == [3, 4]
    assert loaded.rows("select count(*) from ingest_finding where rule like 'structure%'") == [(0,)]
    assert loaded.rows("from absent_table") == []


def test_another_schema_beside_the_first(tmp_path: Path) -> None:
    connection = duckdb.connect()
    for schema, name in (("main", "Ash"), ("previous", "Beech")):
        frame = pd.DataFrame({"person_id": ["1"], "surname": [name]})
        load(connection, make_contract(), [], schema=schema, frames={"person": frame})
    assert connection.execute("select p.surname, q.surname from person p, previous.person q").fetchall() == [("Ash", "Beech")]


def test_parquet_damaged_in_its_middle_does_not_quote_the_engine(ingest: Ingest) -> None:
    out = io.BytesIO()
    pd.DataFrame({"person_id": [f"CANARY{n}" for n in range(5000)]}).to_parquet(out, compression="zstd")
    content = bytearray(out.getvalue())
    content[100:2000] = b"\xff" * 1900
    with pytest.raises(InputError) as caught:
        ingest({"person.parquet": bytes(content)})
    assert caught.value.problems[0].file == "person.parquet"
    assert "CANARY" not in str(caught.value)
