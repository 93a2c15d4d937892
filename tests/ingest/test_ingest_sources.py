"""Source maps: other names, value maps, constants, several files, files that tables share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from small_extract import Ingest, make_contract

from dq.errors import InputError
from dq.ingest import locate, unrecognised
from dq.source_map import SourceMap


def source_map(**tables: Any) -> SourceMap:
    return SourceMap.model_validate({"system": "Old", "tables": tables})


PERSON = {"person_id": "PI_NUMBER", "surname": "NAME", "date_of_birth": "DOB"}
SHARED = source_map(
    person={"files": ["ALL*.csv"], "rows": {"RECORD_TYPE": ["CLIENT"]}, "columns": {"person_id": "ID", "surname": "A"}},
    visit={
        "files": ["all*.CSV"],
        "rows": {"RECORD_TYPE": ["VISIT", "CPVISIT"]},
        "columns": {"visit_id": "ID", "person_id": "A", "visit_date": {"from": "B", "date_formats": ["%d-%m-%Y"]}},
    },
)


def test_columns_values_and_constants(ingest: Ingest) -> None:
    columns = {
        "visit_id": "VID", "person_id": "PID", "kind": {"from": "KIND", "values": {"Home": "H", "Unknown": None}},
        "seen": {"from": "SEEN", "values": {"Ja": "Y", "?": None}}, "minutes": {"constant": "30"},
    }  # fmt: skip
    body = "VID,PID,KIND,SEEN\n1,P,Home,Ja\n2,P,Office,N\n3,P,Unknown,?\n4,P,,Nein\n"
    loaded = ingest({"v.csv": body}, source_map=source_map(visit={"files": ["V.CSV"], "columns": columns}))
    assert loaded.rows("select kind, seen, raw__seen, minutes, raw__minutes, visit_date from visit order by row_id") == [
        ("H", True, "Ja", 30, "30", None),
        ("Office", False, "N", 30, "30", None),
        (None, None, None, 30, "30", None),
        (None, None, "Nein", 30, "30", None),
    ]
    assert loaded.findings("type.visit") == [(5, "seen", "Nein")]
    assert loaded.rows("from absent_table") == [("person",)]


def test_several_files_are_appended_in_order(ingest: Ingest) -> None:
    head = "PI_NUMBER,NAME,DOB\n"
    files = {
        "client_2.csv": head + "3,Cedar,\n", "Client_1.csv": head + '1,"As\nh",\n2,Beech,\n',
        "client_3.csv": head + "bad\n4,Damson,\n",
    }  # fmt: skip
    loaded = ingest(files, source_map=source_map(person={"files": ["CLIENT_?.csv"], "columns": PERSON}))
    assert loaded.rows("select row_id, file_id, source_row, person_id from person order by row_id") == [
        (1, 1, 2, "1"), (2, 1, 4, "2"), (3, 2, 2, "3"), (4, 3, 3, "4"),
    ]  # fmt: skip
    assert loaded.rows("select file_id, name, rows_read, rows_loaded, rows_rejected from input_file") == [
        (1, "Client_1.csv", 2, 2, 0), (2, "client_2.csv", 1, 1, 0), (3, "client_3.csv", 2, 1, 1),
    ]  # fmt: skip


def test_tables_that_share_a_file(ingest: Ingest) -> None:
    body = "RECORD_TYPE,ID,A,B\nCLIENT,1,Ash,\nVISIT,V1,1,07-04-2026\nPLAN,L1,,\nCPVISIT,V2,1,\nbad\nPLAN,L2,,\n"
    loaded = ingest({"all_records.csv": body}, source_map=SHARED)
    assert loaded.people() == [(2, "1", "Ash")]
    assert loaded.rows("select source_row, visit_id, visit_date from visit order by row_id") == [
        (3, "V1", dt.date(2026, 4, 7)),
        (5, "V2", None),
    ]
    columns = "table_name, rows_read, rows_loaded, rows_rejected, rows_elsewhere"
    assert loaded.rows(f"select {columns} from input_file order by file_id") == [
        ("person", 6, 1, 1, 4),
        ("visit", 6, 2, 0, 4),
    ]
    assert loaded.findings("reconciliation.person") == [(4, "RECORD_TYPE", "PLAN"), (6, None, "bad")]
    assert loaded.messages("reconciliation.person")[0] == "No table takes the rows with this value: 2, the first on this line."
    assert loaded.findings("reconciliation.visit") == []


def test_a_shared_file_without_trouble_keeps_its_lines(ingest: Ingest) -> None:
    body = 'RECORD_TYPE,ID,A,B\nCLIENT,1,"As\nh",\nCLIENT,2,Beech,\nVISIT,V1,1,\n'
    loaded = ingest({"all.csv": body}, source_map=SHARED)
    assert [row[0] for row in loaded.people()] == [2, 4]
    assert loaded.rows("select source_row from visit") == [(5,)]
    assert loaded.rows("select count(*) from ingest_finding where rule like 'reconciliation%'") == [(0,)]


def test_many_values_that_no_table_takes(ingest: Ingest) -> None:
    body = "RECORD_TYPE,ID,A,B\n" + "".join(f"T{number},1,,\n" for number in range(25))
    loaded = ingest({"all.csv": body}, source_map=SHARED)
    messages = loaded.messages("reconciliation.person")
    assert len(messages) == 21
    assert messages[-1] == "No table takes 5 rows with 5 further values, the first on this line."


def test_one_column_for_two(ingest: Ingest) -> None:
    columns = {"person_id": "ID", "surname": "ID"}
    loaded = ingest({"p.csv": "ID\n7\n8\n"}, source_map=source_map(person={"files": ["p.csv"], "columns": columns}))
    assert loaded.people() == [(2, "7", "7"), (3, "8", "8")]


def test_what_the_map_asks_and_the_file_lacks(ingest: Ingest) -> None:
    given = source_map(person={"files": ["*.csv"], "columns": PERSON})
    loaded = ingest({"p.csv": "PI_NUMBER,NAMES\n1,Ash\n"}, source_map=given)
    assert loaded.messages("structure.person") == [
        "The column is not expected.",
        "Column 'DOB' of the source map is not in the file.",
        "Column 'NAME' of the source map is not in the file. Did you mean 'NAMES'?",
    ]
    (loaded_folder,) = {row[0] for row in loaded.rows("select name from input_file")}
    assert loaded_folder == "p.csv"


def test_a_map_that_leaves_out_a_required_column(ingest: Ingest) -> None:
    given = source_map(visit={"files": ["v.csv"], "columns": {"visit_id": "VID"}})
    with pytest.raises(InputError, match="gives no column for 'person_id', which is required"):
        ingest({"v.csv": "VID\n1\n"}, source_map=given)


def test_a_missing_telling_column(ingest: Ingest) -> None:
    with pytest.raises(InputError, match=r"'RECORD_TYPE', by whose values .* Did you mean 'RECORDTYPES'"):
        ingest({"all.csv": "RECORDTYPES,ID,A,B\nCLIENT,1,,\n"}, source_map=SHARED)


def test_files_that_no_table_takes(folder: Path) -> None:
    for name in ("person.csv", "notes.txt", ".hidden.csv", "~$person.xlsx"):
        (folder / name).write_text("person_id\n1\n")
    inputs = locate(folder, make_contract())
    assert [one.table for one in inputs] == ["person"]
    assert unrecognised(folder, inputs) == ["notes.txt"]


def test_usual_names_and_any_case(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "Clients.CSV.GZ").write_bytes(b"")
    assert [ref.name for one in locate(folder, make_contract()) for ref in one.files] == ["sub/Clients.CSV.GZ"]


def test_one_name_in_two_formats(folder: Path) -> None:
    for name in ("person.csv", "person.xlsx"):
        (folder / name).write_text("x")
    with pytest.raises(InputError, match="several files of one name"):
        locate(folder, make_contract())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        locate(tmp_path / "no", make_contract())


def test_names_that_duckdb_would_take_for_patterns(ingest: Ingest) -> None:
    given = source_map(person={"files": ["clients*.csv"], "columns": PERSON})
    loaded = ingest({"clients[1]*.csv": "PI_NUMBER,NAME,DOB\n1,Ash,\n"}, source_map=given)
    assert loaded.people() == [(2, "1", "Ash")]
