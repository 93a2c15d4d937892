"""Encodings and containers: what arrives is read, or refused with the reason."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from small_extract import Ingest

from dq.errors import InputError

BODY = "person_id,surname,date_of_birth\n1,Siân O’Neill,2010-01-01\n2,Beech,\n"
PEOPLE = [(2, "1", "Siân O’Neill"), (3, "2", "Beech")]


@pytest.mark.parametrize(
    ("encoding", "reported"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_encodings(ingest: Ingest, encoding: str, reported: str) -> None:
    loaded = ingest({"person.csv": BODY.encode(encoding)})
    assert loaded.people() == PEOPLE
    assert loaded.rows("select encoding, bytes from input_file") == [(reported, len(BODY.encode(encoding)))]


def test_two_encodings_in_one_file(ingest: Ingest) -> None:
    body = BODY.encode() + "3,Zoë,\n".encode("cp1252")
    loaded = ingest({"person.csv": body})
    assert loaded.people() == [*PEOPLE, (4, "3", "Zoë")]
    assert loaded.rows("select encoding from input_file") == [("utf-8 and cp1252",)]


def test_gzip_and_zip(ingest: Ingest) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("extract/visit.csv", "visit_id,person_id,visit_date,started,seen,minutes,miles,kind\nV,1,,,,,,\n")
    loaded = ingest({"person.csv.gz": gzip.compress(BODY.encode("cp1252")), "all.zip": packed.getvalue()})
    assert loaded.people() == PEOPLE
    assert loaded.rows("select visit_id from visit") == [("V",)]
    assert loaded.rows("select name, format from input_file order by 1") == [
        ("all.zip:extract/visit.csv", "csv (zip)"),
        ("person.csv.gz", "csv (gzip)"),
    ]


def problem(ingest: Ingest, name: str, content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        ingest({name: content})
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].file == name
    assert caught.value.problems[0].fix
    return str(caught.value)


def test_damaged_containers(ingest: Ingest) -> None:
    whole = gzip.compress(BODY.encode() * 100)
    assert "unpacked" in problem(ingest, "person.csv.gz", whole[: len(whole) // 2])


def test_damaged_zip(ingest: Ingest) -> None:
    assert "cannot be opened" in problem(ingest, "person.zip", b"PK\x03\x04 and no more")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("person.csv", b"", "is empty"),
        ("person.csv", b"\n\n", "no header"),
        ("person.csv", b"<!DOCTYPE html><html><body>Please sign in</body></html>", "a web page (HTML)"),
        ("person.csv", b"%PDF-1.7 ...", "a PDF document"),
        ("person.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected workbook"),
        ("person.csv", gzip.compress(b"a,b", mtime=0), "a gzip file"),
        ("person.xlsx", BODY.encode(), "plain text"),
        ("person.xls", b"<html><table></table></html>", "a web page (HTML)"),
        ("person.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected workbook"),
        ("person.parquet", BODY.encode(), "plain text"),
        ("person.parquet", b"PAR1 cut off", "cannot be read"),
        ("person.csv.gz", BODY.encode(), "plain text"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says(ingest: Ingest, name: str, content: bytes, said: str) -> None:
    assert said in problem(ingest, name, content)


@pytest.mark.parametrize("name", ["person.csv", "person.zip"])
def test_a_workbook_under_another_name(ingest: Ingest, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    if name.endswith(".csv"):
        assert "a workbook" in problem(ingest, name, packed.getvalue())


def test_a_header_without_rows_is_told(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": "person_id,surname,date_of_birth\n"})
    assert loaded.people() == []
    assert loaded.messages("structure.person") == ["The file has a header and no rows."]


def test_all_problems_of_all_files_at_once(ingest: Ingest) -> None:
    with pytest.raises(InputError) as caught:
        ingest({"person.csv": b"", "visit.csv": b"visit_id,visit_date\n1,\n"})
    assert [one.file for one in caught.value.problems] == ["person.csv", "visit.csv"]
