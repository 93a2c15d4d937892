"""Types: what is taken, what is refused, and what is kept of a refused cell."""

from __future__ import annotations

import datetime as dt

import pytest
from small_extract import Ingest, Loaded, make_contract

from dq.errors import InputError

HEAD = "visit_id,person_id,visit_date,started,seen,minutes,miles,kind\n"


def one(ingest: Ingest, column: str, text: str, *formats: str) -> Loaded:
    names = HEAD.strip().split(",")
    cells = {"visit_id": "V1", "person_id": "P1", column: '"' + text.replace('"', '""') + '"'}
    body = HEAD + ",".join(cells.get(name, "") for name in names) + "\n"
    return ingest({"visit.csv": body}, contract=make_contract(formats) if formats else None)


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("visit_date", "2026-04-07", dt.date(2026, 4, 7)),
        ("visit_date", " 07/04/2026 ", dt.date(2026, 4, 7)),
        ("visit_date", "7/4/2026", dt.date(2026, 4, 7)),
        ("visit_date", "2026-04-07 00:00:00.000", dt.date(2026, 4, 7)),
        ("visit_date", "07/04/2026 00:00", dt.date(2026, 4, 7)),
        ("started", "2026-04-07", dt.datetime(2026, 4, 7)),
        ("started", "07/04/2026 09:30", dt.datetime(2026, 4, 7, 9, 30)),
        ("started", "2026-04-07T09:30:15.250", dt.datetime(2026, 4, 7, 9, 30, 15, 250000)),
        ("seen", "y", True), ("seen", "No", False), ("seen", "TRUE", True), ("seen", "0", False),
        ("minutes", "-12", -12), ("minutes", "007", 7),
        ("miles", "5.5", 5.5), ("miles", "+.5", 0.5), ("miles", "5", 5.0),
        ("kind", "  a b\t", "a b"), ("kind", "\u00a0a\u00a0", "a"), ("kind", "\u00a0 \t", None),
    ],
)  # fmt: skip
def test_taken(ingest: Ingest, column: str, text: str, value: object) -> None:
    loaded = one(ingest, column, text)
    assert loaded.rows(f"select {column} from visit") == [(value,)]
    assert loaded.findings("type.visit") == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("visit_date", "01/01/19"), ("visit_date", "30/02/2026"), ("visit_date", "2026-04-07 10:30"),
        ("visit_date", "epoch"), ("visit_date", "today"), ("visit_date", "20260407"), ("visit_date", "2026-04-07x"),
        ("visit_date", "45000"), ("visit_date", "infinity"),
        ("started", "2026-04-07 25:00"), ("started", "09:30"),
        ("seen", "maybe"), ("seen", "2"), ("minutes", "5.5"), ("minutes", "1,000"), ("minutes", "1e3"),
        ("minutes", "9999999999999999999"), ("minutes", "0x10"), ("minutes", "1_000"),
        ("miles", "1,000.5"), ("miles", "nan"), ("miles", "inf"), ("miles", "1e3"), ("miles", "£5"), ("miles", "."),
    ],
)  # fmt: skip
def test_refused(ingest: Ingest, column: str, text: str) -> None:
    loaded = one(ingest, column, text)
    assert loaded.rows(f"select {column}, raw__{column} from visit") == [(None, text)]
    assert loaded.findings("type.visit") == [(2, column, text)]


def test_a_date_outside_its_range(ingest: Ingest) -> None:
    loaded = one(ingest, "visit_date", "31/12/1989")
    assert loaded.rows("select visit_date, raw__visit_date from visit") == [(None, "31/12/1989")]
    assert loaded.messages("type.visit") == ["A date outside 1990-01-01 to 2040-12-31."]


def test_the_message_shows_the_formats(ingest: Ingest) -> None:
    assert one(ingest, "visit_date", "soon").messages("type.visit") == ["Not a date (YYYY-MM-DD or DD/MM/YYYY)."]


def test_formats_in_their_order(ingest: Ingest) -> None:
    assert one(ingest, "visit_date", "13/01/2026", "%m/%d/%Y", "%d/%m/%Y").rows("select visit_date from visit") == [
        (dt.date(2026, 1, 13),)
    ]


@pytest.mark.parametrize(
    ("text", "date_format"),
    [("20260407", "%Y%m%d"), ("07-APR-2026", "%d-%b-%Y"), ("07 Apr 2026 09:30:00", "%d %b %Y %H:%M:%S")],
)
def test_other_formats(ingest: Ingest, text: str, date_format: str) -> None:
    assert one(ingest, "visit_date", text, date_format).rows("select visit_date from visit") == [(dt.date(2026, 4, 7),)]


@pytest.mark.parametrize("date_format", ["%d/%m/%y", "%d/%m", "%x", "%d/%m/%Y %Y", "%d/%m/%Y :"])
def test_formats_that_are_refused(ingest: Ingest, date_format: str) -> None:
    with pytest.raises(InputError, match="date format"):
        one(ingest, "visit_date", "07/04/2026", date_format)


def test_blank_is_null_everywhere(ingest: Ingest) -> None:
    loaded = ingest({"visit.csv": HEAD + 'V1,P1,"  ", ,"","", ,\n'})
    query = "select visit_date, started, seen, minutes, miles, kind, raw__visit_date, raw__minutes from visit"
    assert loaded.rows(query) == [(None,) * 8]
    assert loaded.findings("type.visit") == []


def test_columns_stand_in_the_order_that_the_engine_expects(ingest: Ingest) -> None:
    loaded = ingest({})
    types = loaded.rows("select column_name, column_type from (describe person)")
    assert types == [
        ("row_id", "BIGINT"), ("row_hash", "VARCHAR"), ("file_id", "SMALLINT"), ("source_row", "BIGINT"),
        ("person_id", "VARCHAR"), ("surname", "VARCHAR"), ("date_of_birth", "DATE"), ("raw__date_of_birth", "VARCHAR"),
    ]  # fmt: skip
    assert loaded.rows("from absent_table") == [("person",), ("visit",)]


def test_a_row_hash_is_of_the_contents(ingest: Ingest) -> None:
    head = "person_id,surname,date_of_birth\n"
    loaded = ingest({"person.csv": head + "1,Ash,\n1, Ash ,\n1,,Ash\n1A,sh,\n"})
    hashes = [row[0] for row in loaded.rows("select row_hash from person order by row_id")]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert all(len(one) == 12 for one in hashes)
