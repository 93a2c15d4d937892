"""Structure: columns that are missing, unexpected, repeated or misspelt; keys that are missing or repeated."""

from __future__ import annotations

import pytest
from small_extract import Ingest

from dq.errors import InputError


def test_a_missing_required_column_stops_the_run(ingest: Ingest) -> None:
    with pytest.raises(InputError) as caught:
        ingest({"person.csv": "persn_id,surname,date_of_birth\nSECRET,Ash,\n"})
    assert str(caught.value) == ("person.csv:1: person: The required column 'person_id' is missing. Did you mean 'persn_id'?")


def test_a_file_without_header_does_not_quote_its_cells(ingest: Ingest) -> None:
    with pytest.raises(InputError) as caught:
        ingest({"person.csv": "1001,Ash,2010-01-01\n1002,Beech,2010-01-01\n"})
    assert "None of the table's 3 columns" in str(caught.value)
    assert "Ash" not in str(caught.value)


def test_unexpected_and_repeated_columns_are_findings(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": "person_id,surname,SURNAME,colour,,date_of_birth\n1,Ash,Oak,red,x,\n"})
    assert loaded.people() == [(2, "1", "Ash")]
    assert loaded.messages("structure.person") == [
        "The column stands in the header twice; the first is read.",
        "The column is not expected.",
        "Column 5 has no name.",
    ]
    assert [row[1] for row in loaded.findings("structure.person")] == ["SURNAME", "colour", None]


def test_a_misspelt_column_that_is_not_required(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": "person_id,surnme,date_of_birth\n1,Ash,\n"})
    assert loaded.people() == [(2, "1", None)]
    assert "There is no column 'surname'. Did you mean 'surnme'?" in loaded.messages("structure.person")


def test_names_are_found_without_case_spaces_and_underscores(ingest: Ingest) -> None:
    loaded = ingest({"PERSON.CSV": " Person ID ,SurName,DateOfBirth\n1,Ash,2010-01-01\n"})
    assert loaded.people() == [(2, "1", "Ash")]
    assert loaded.messages("structure.person") == []


def test_keys_missing_and_repeated(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": "person_id,surname,date_of_birth\n1,Ash,\n,Beech,\n1,Cedar,\n2,Damson,\n"})
    assert loaded.findings("key_missing.person") == [(3, "person_id", None)]
    assert loaded.findings("key_duplicated.person") == [(2, "person_id", "1"), (4, "person_id", "1")]
    assert loaded.messages("key_duplicated.person") == ["The key is borne by 2 records."] * 2


def test_the_same_bytes_give_the_same_tables(ingest: Ingest) -> None:
    body = "person_id,surname,date_of_birth\n" + "".join(f"{n % 50},N{n},x{n % 3}\n" for n in range(3000))
    results = []
    for threads in (1, 2):
        loaded = ingest({"person.csv": body})
        loaded.connection.execute(f"set threads={threads}")
        results.append(loaded.rows("from ingest_finding") + loaded.rows("from person"))
    assert results[0] == results[1]
