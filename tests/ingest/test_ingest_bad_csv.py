"""Files that a CSV reader would misread: each row lands in the table or in a finding, with its true line."""

from __future__ import annotations

import pytest
from small_extract import Ingest

HEAD = "person_id,surname,date_of_birth\n"


def test_a_stray_quote_costs_its_own_line_only(ingest: Ingest) -> None:
    body = HEAD + '1,"Ash,2010-01-01\n2,Beech,2011-01-01\n3,"Cedar",2012-01-01\n4,Damson,2013-01-01\n'
    loaded = ingest({"person.csv": body})
    assert loaded.people() == [(3, "2", "Beech"), (4, "3", "Cedar"), (5, "4", "Damson")]
    assert loaded.findings("reconciliation.person") == [(2, None, '1,"Ash,2010-01-01')]
    assert "quotation mark" in loaded.messages("reconciliation.person")[0]


def test_quotes_inside_an_unquoted_cell_are_text(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + '1,5" pipe,2010-01-01\n2,6" pipe,2010-01-01\n'})
    assert loaded.people() == [(2, "1", '5" pipe'), (3, "2", '6" pipe')]


def test_text_after_a_closing_quote_is_rejected(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + '1,"A"sh,2010-01-01\n2,Beech,\n'})
    assert loaded.people() == [(3, "2", "Beech")]
    assert loaded.findings("reconciliation.person") == [(2, None, '1,"A"sh,2010-01-01')]


def test_too_many_and_too_few_columns(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash\n2,Beech,2011-01-01,more\n3,Cedar,\n"})
    assert loaded.people() == [(4, "3", "Cedar")]
    assert loaded.findings("reconciliation.person") == [(2, None, "1,Ash"), (3, None, "2,Beech,2011-01-01,more")]
    assert loaded.messages("reconciliation.person") == [
        "Row rejected. Too few columns: 2 where the header has 3.",
        "Row rejected. Too many columns: 4 where the header has 3.",
    ]


def test_a_slipped_row_that_ends_in_an_empty_column_is_rejected(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash, 2010-01-01,\n2,Beech,\n"})
    assert loaded.people() == [(3, "2", "Beech")]
    assert [row[0] for row in loaded.findings("reconciliation.person")] == [2]


def test_nul_bytes(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,A\x00sh,\n2,Beech,\n\x00\x00\x00\x00"})
    assert loaded.people() == [(3, "2", "Beech")]
    assert [row[0] for row in loaded.findings("reconciliation.person")] == [2, 4]
    assert "NUL" in loaded.messages("reconciliation.person")[0]


def test_cut_off_in_the_last_record(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash,2010-01-01\n2,Be"})
    assert loaded.people() == [(2, "1", "Ash")]
    assert "may be cut off" in loaded.messages("reconciliation.person")[0]


def test_cut_off_inside_a_quoted_cell(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + '1,Ash,2010-01-01\n2,"Bee'})
    assert loaded.people() == [(2, "1", "Ash")]
    assert loaded.findings("reconciliation.person") == [(3, None, '2,"Bee')]
    assert "may be cut off" in loaded.messages("reconciliation.person")[0]


def test_blank_lines_and_rows_of_separators_are_no_rows(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash,\n\n  \n,,\n2,Beech,\n\n\n"})
    assert loaded.people() == [(2, "1", "Ash"), (6, "2", "Beech")]
    assert loaded.rows("select rows_read, rows_loaded, rows_rejected from input_file") == [(2, 2, 0)]


def test_lines_are_true_behind_line_breaks_in_cells(ingest: Ingest) -> None:
    body = HEAD + '1,"Ash\nof\nYork",2010-01-01\n2,"Be\r\nech",\n3,Cedar,01/01/19\n'
    loaded = ingest({"person.csv": body})
    assert [row[0] for row in loaded.people()] == [2, 5, 7]
    assert loaded.findings("type.person") == [(7, "date_of_birth", "01/01/19")]


def test_lines_are_true_in_the_strict_reader_too(ingest: Ingest) -> None:
    body = HEAD + '1,"Ash\nof\nYork",2010-01-01\nbad\n2,"Be\r\nech",\n3,Cedar,x\n'
    loaded = ingest({"person.csv": body})
    assert [row[0] for row in loaded.people()] == [2, 6, 8]
    assert loaded.findings("reconciliation.person") == [(5, None, "bad")]
    assert loaded.findings("type.person") == [(8, "date_of_birth", "x")]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_line_ends(ingest: Ingest, newline: str) -> None:
    loaded = ingest({"person.csv": (HEAD + "1,Ash,\n2,Beech,\n").replace("\n", newline)})
    assert loaded.people() == [(2, "1", "Ash"), (3, "2", "Beech")]


def test_mixed_line_ends(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash,\r\n2,Beech,\n3,Cedar,\r\n"})
    assert loaded.people() == [(2, "1", "Ash"), (3, "2", "Beech"), (4, "3", "Cedar")]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators(ingest: Ingest, separator: str) -> None:
    body = (HEAD + "1,Ash,2010-01-01\n").replace(",", separator)
    assert ingest({"person.csv": body}).people() == [(2, "1", "Ash")]


def test_a_separator_line_as_excel_writes_it(ingest: Ingest) -> None:
    body = "sep=;\n" + (HEAD + "1,Ash,2010-01-01\n").replace(",", ";")
    assert ingest({"person.csv": body}).people() == [(3, "1", "Ash")]


def test_a_very_long_cell(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": f"{HEAD}1,{'a' * 5_000_000},\n2,Beech,\n"})
    assert loaded.rows("select source_row, length(surname) from person") == [(2, 5_000_000), (3, 5)]


def test_rejected_text_is_cut(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1," + "a" * 500 + "\n"})
    assert len(loaded.findings("reconciliation.person")[0][2]) == 200


def test_rows_read_are_loaded_or_rejected(ingest: Ingest) -> None:
    loaded = ingest({"person.csv": HEAD + "1,Ash,\nbad\n2,Beech,\n"})
    assert loaded.rows("select rows_read, rows_loaded, rows_rejected, rows_elsewhere from input_file") == [(3, 2, 1, 0)]
