"""What an XML return becomes: rows, cells, lines, and a finding for whatever fills no cell."""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import small_return as small
from small_extract import Loaded, Rows

from dq.contract import Contract
from dq.ingest import find, load

Read = Callable[..., Loaded]


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return small.load(tmp_path)


@pytest.fixture
def read(folder: Path, contract: Contract) -> Read:
    def loaded(content: str | bytes, name: str = "return.xml") -> Loaded:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        connection = duckdb.connect()
        load(connection, contract, find(folder, contract).inputs)
        return Loaded(connection)

    return loaded


def found(loaded: Loaded) -> Rows:
    return loaded.rows("select rule, source_row, field, text from ingest_finding order by all")


def test_each_record_is_a_row_with_the_line_of_its_element(read: Read) -> None:
    loaded = read(small.WHOLE)
    assert loaded.rows("select source_row, year from Header") == [(3, "2026")]
    assert loaded.rows("select source_row, number, sex, born::text from Child order by row_id") == [
        (6, "C1", "F", "2015-03-27"), (23, "C2", "2", None)
    ]  # fmt: skip
    assert loaded.rows("select source_row, number, need from Need order by row_id") == [(11, "C1", "N1"), (11, "C1", "N2")]
    assert found(loaded) == []


def test_numbers_are_given_by_position_within_the_child(read: Read) -> None:
    plans = read(small.WHOLE).rows("select number, plan, began::text, reasons from Plan order by row_id")
    assert plans == [("C1", "1", "2026-01-01", "A; B"), ("C1", "2", "2026-03-01", None), ("C2", "1", None, None)]


def test_a_column_from_elsewhere_in_the_child_is_found_before_and_behind_the_record(read: Read) -> None:
    visits = read(small.WHOLE).rows("select number, plan, plan_began::text, seen::text from Visit order by row_id")
    assert visits == [
        ("C1", "1", "2026-01-01", "2026-01-05"), ("C1", "1", "2026-01-01", "2026-02-05"), ("C2", "1", None, "2026-03-05")
    ]  # fmt: skip


def test_a_table_with_if_any_has_a_row_only_where_something_is_filled(read: Read) -> None:
    blank = small.document(
        small.child("C1", who="<GuardianName> </GuardianName>") + small.child("C2", who="<GuardianName>Ada</GuardianName>")
    )
    assert read(blank).rows("select number, name from Guardian") == [("C2", "Ada")]


def test_counts_balance_for_every_table(read: Read) -> None:
    rows = read(small.WHOLE).rows(
        "select table_name, format, rows_read, rows_loaded, rows_rejected, rows_elsewhere from input_file"
    )
    assert {(row[0], row[2]) for row in rows} == {
        ("Header", 1),
        ("Child", 2),
        ("Need", 2),
        ("Plan", 3),
        ("Visit", 3),
        ("Guardian", 1),
    }
    assert all(row[1] == "xml" and row[2] == row[3] and row[4:] == (0, 0) for row in rows)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("\ufeff" + small.WHOLE, "utf-8"),
        (small.WHOLE.replace("UTF-8", "UTF-16"), "utf-16"),
        (small.WHOLE.replace("Osk", "Øsk").replace("UTF-8", "ISO-8859-1"), "iso-8859-1"),
        (small.WHOLE.replace("Osk", "“Øsk”").replace("UTF-8", "windows-1252"), "windows-1252"),
    ],
    ids=["utf-8 with a mark", "utf-16", "latin-1", "windows-1252"],
)
def test_encodings(read: Read, content: str, encoding: str) -> None:
    loaded = read(content.encode(encoding))
    assert loaded.rows("select distinct lower(encoding) from input_file") == [(encoding,)]
    expected = "“Øsk”" if "“" in content else "Øsk" if "Ø" in content else "Osk"
    assert loaded.rows("select number, name from Guardian") == [("C1", expected)]
    assert found(loaded) == []


def test_a_file_that_says_utf_16_and_is_not_is_read_and_told_of(read: Read) -> None:
    loaded = read(small.WHOLE.replace("UTF-8", "utf-16"))
    assert loaded.rows("select count(*) from Child") == [(2,)]
    assert "it was read as UTF-8" in loaded.messages("structure.Header")[0]


def test_a_file_that_says_utf_8_and_is_utf_16_is_read_and_told_of(read: Read) -> None:
    loaded = read(small.WHOLE.encode("utf-16"))
    assert loaded.rows("select count(*) from Child") == [(2,)]
    assert "it was read as UTF-16" in loaded.messages("structure.Header")[0]


def test_namespaces_comments_instructions_and_cdata(read: Read) -> None:
    content = (
        '<r:Return xmlns:r="urn:return" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">\n'
        "<!-- made\nby hand --><?style sheet?><r:Body><r:Child><r:Who><r:Number><![CDATA[C<1>]]></r:Number>\n"
        "<r:Sex>F<!-- or\nM --></r:Sex></r:Who></r:Child></r:Body></r:Return>"
    )
    loaded = read(content)
    assert loaded.rows("select source_row, number, sex from Child") == [(3, "C<1>", "F")]
    assert found(loaded) == []


@pytest.mark.parametrize("name", ["return.XML", "return.xml.gz", "return.zip"])
def test_packed_and_capital_names(folder: Path, contract: Contract, name: str) -> None:
    path = folder / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("2026/return.xml", small.WHOLE)
    else:
        path.write_bytes(gzip.compress(small.WHOLE.encode()) if name.endswith(".gz") else small.WHOLE.encode())
    connection = duckdb.connect()
    load(connection, contract, find(folder, contract).inputs)
    assert connection.execute("select count(*) from Child").fetchall() == [(2,)]


def test_an_element_that_nobody_knows_is_told_once_with_how_often(read: Read) -> None:
    pet = "<Pet><Name>Rex</Name></Pet>"
    loaded = read(small.document(small.child("C1", pet) + "\n" + small.child("C2", pet, who="<Sexx>F</Sexx>")))
    assert found(loaded) == [("structure.Child", 2, "Sexx", None), ("structure.Header", 1, "Pet", None)]
    assert loaded.messages("structure.Header") == [
        "The element 'Pet' in Child is not known; it was not read, nor what stands in it. It occurs 2 times, first on this line."
    ]
    assert "Did you mean 'Sex'?" in loaded.messages("structure.Child")[0]


def test_stray_text_points_to_its_own_line(read: Read) -> None:
    loaded = read(small.document("\n<Child>\n<Who><Number>C1</Number>  stray\n\n<born>2015-01-01</born></Who></Child>"))
    assert found(loaded) == [("structure.Child", 3, None, "stray")]


def test_a_value_that_is_repeated_is_lost_and_said(read: Read) -> None:
    loaded = read(
        small.document(
            small.child("C1", who="<Sex>F</Sex><Sex>M</Sex><Gender>1</Gender>") + "\n" + small.child("C2", who="<Sex/><Sex>M</Sex>")
        )
    )
    assert loaded.rows("select number, sex from Child order by row_id") == [("C1", "F"), ("C2", "M")]
    assert found(loaded) == [("reconciliation.Child", 1, "Gender", "1"), ("reconciliation.Child", 1, "Sex", "M")]


def test_attributes_are_told_of(read: Read) -> None:
    loaded = read('<Return version="2"><Body><Child id="7"><Who nil="true"><Number>C1</Number></Who></Child></Body></Return>')
    assert {(row[0], row[2]) for row in found(loaded)} == {
        ("structure.Header", "version"), ("structure.Header", "id"), ("structure.Child", "nil")
    }  # fmt: skip


def test_a_fault_that_stands_a_thousand_times_does_not_flood(read: Read) -> None:
    loaded = read(small.document("\n".join(small.child(f"C{n}", who="x") for n in range(1000))))
    messages = loaded.messages("structure.Child")
    assert len(messages) == 21
    assert "There are 980 like this from this line on." in messages[-1]
    many = "".join(f"<Unknown{n}/>" for n in range(1000))
    messages = read(small.document(small.child("C1", many))).messages("structure.Header")
    assert len(messages) == 201
    assert "800 further" in "".join(messages)


def test_values_of_a_wrong_type_point_to_the_record(read: Read) -> None:
    loaded = read(small.document("\n" + small.child("C1", who="<born>yesterday</born>")))
    assert loaded.findings("type.Child") == [(2, "born", "yesterday")]


def test_a_child_without_its_number_is_loaded_and_found(read: Read) -> None:
    loaded = read(small.document("<Child><Who><Sex>F</Sex></Who><Needs><Need>N1</Need></Needs></Child>"))
    assert [row[0] for row in found(loaded)] == ["key_missing.Child", "key_missing.Need"]


def test_a_return_without_children_says_so(read: Read) -> None:
    loaded = read(small.document(""))
    assert loaded.messages("structure.Child") == ["The file has no records of this table."]
    assert loaded.messages("structure.Need") == []


def test_lines_stay_true_beyond_65535(read: Read) -> None:
    loaded = read(small.document("\n\n".join(small.child(f"C{n}", "<Plan/>") for n in range(40_000))))
    assert loaded.rows("select count(*) from Child where source_row <> 2 * row_id - 1") == [(0,)]
    assert loaded.rows("select max(source_row) from Plan") == [(79_999,)]


def test_rows_of_many_batches_are_all_there_and_in_order(read: Read) -> None:
    plans = "<Plan><began>2026-01-01</began></Plan>" * 3
    loaded = read(small.document("\n".join(small.child(f"C{n:05}", plans) for n in range(15_000))))
    assert loaded.rows("select count(*), count(distinct number) from Plan") == [(45_000, 15_000)]
    assert loaded.rows("select count(*) from Plan where plan::bigint <> (row_id - 1) % 3 + 1") == [(0,)]


@pytest.mark.parametrize("seed", range(12))
def test_no_text_of_a_file_is_lost_in_silence(read: Read, seed: int) -> None:
    """Every text of a random document is a cell, or its element, place or value is named by a finding."""
    draw = random.Random(seed)
    names = [
        "Who",
        "Number",
        "Sex",
        "Gender",
        "born",
        "Needs",
        "Need",
        "Plan",
        "Reasons",
        "Reason",
        "Visit",
        "seen",
        "Child",
        "Odd",
    ]
    texts: list[str] = []

    def element(name: str, depth: int) -> str:
        inner = ""
        for _ in range(draw.randint(0, 4) if depth < 5 else 0):
            if draw.random() < 0.3:
                texts.append(f"t{len(texts)}t")
                inner += texts[-1]
            else:
                inner += element(draw.choice(names), depth + 1)
        return f"<{name}>{inner}</{name}>"

    content = small.document("".join(element("Child", 0) for _ in range(4)))
    loaded = read(content)
    cells = ""
    for table in ("Header", "Child", "Need", "Plan", "Visit", "Guardian"):
        cells += "|".join(str(row) for row in loaded.rows(f"select * from {table}"))
    findings = loaded.rows(
        "select rule, field, text, message from ingest_finding where rule not like 'key%' and rule not like 'type%'"
    )
    told = "|".join(str(row[2]) for row in findings)
    unknown = {row[1] for row in findings if "is not known" in row[3]}
    limited = any("like this" in row[3] for row in findings)
    for text in texts:
        above = content[: content.index(text)]
        open_elements = [part.split(">")[0] for part in above.split("<")[1:]]
        stack: list[str] = []
        for one in open_elements:
            stack = stack[:-1] if one.startswith("/") else [*stack, one]
        known = text in cells or text in told or bool(unknown & set(stack)) or limited
        assert known, (text, stack)
