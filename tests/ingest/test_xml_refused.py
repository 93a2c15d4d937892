"""XML files that are refused: which words, which line, and never more than the file itself is read."""

from __future__ import annotations

import socket
from pathlib import Path

import duckdb
import pytest
import small_return as small

from dq.contract import Contract
from dq.errors import InputError, Problem
from dq.ingest import find, load

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY lol "lol">
  <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
  <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
]>
<Return><Body><Child><Who><Number>&lol3;</Number></Who></Child></Body></Return>"""
OUTSIDE = '<!DOCTYPE Return [<!ENTITY secret SYSTEM "file://{}">]>' + small.document(small.child("&secret;"))


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return small.load(tmp_path)


def refused(folder: Path, contract: Contract, content: str | bytes) -> Problem:
    (folder / "return.xml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with duckdb.connect() as connection, pytest.raises(InputError) as error:
        load(connection, contract, find(folder, contract).inputs)
    (problem,) = error.value.problems
    assert problem.file == "return.xml" and problem.fix, problem
    return problem


def test_billion_laughs_are_refused_at_the_declaration(folder: Path, contract: Contract) -> None:
    problem = refused(folder, contract, LAUGHS)
    assert (problem.line, "DOCTYPE" in problem.message) == (2, True)


def test_nothing_outside_the_file_is_read(
    folder: Path, contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canary", encoding="utf-8")

    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked for something")

    monkeypatch.setattr(socket, "socket", no_network)
    problem = refused(folder, contract, OUTSIDE.format(secret))
    assert "DOCTYPE" in problem.message and "canary" not in str(problem)
    remote = '<!DOCTYPE Return SYSTEM "http://127.0.0.1:9/return.dtd">' + small.document(small.child("C1"))
    assert "DOCTYPE" in refused(folder, contract, remote).message


def test_deep_nesting_is_refused(folder: Path, contract: Contract) -> None:
    problem = refused(folder, contract, small.document("\n" + "<a>" * 100_000 + "</a>" * 100_000))
    assert (problem.line, problem.message) == (2, "Elements are nested more than 64 deep.")


@pytest.mark.parametrize("end", range(60, len(small.WHOLE) - 10, 23))
def test_a_file_that_was_cut_off_is_refused_wherever_it_ends(folder: Path, contract: Contract, end: int) -> None:
    problem = refused(folder, contract, small.WHOLE[:end])
    assert "cut off" in problem.message


def test_the_element_that_a_file_ends_in_is_named_with_its_line(folder: Path, contract: Contract) -> None:
    problem = refused(folder, contract, small.WHOLE[: small.WHOLE.index("2026-02-05")])
    assert problem.message == "The file ends inside the element 'seen', which begins on line 16: it was cut off."


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("<Message>\n</Message>", 1, "The file's first element is 'Message', where 'Return' is expected."),
        ("<Return>\n<Body>\n</Return>", 3, "The element 'Body', which begins on line 2, is not closed by its own end tag."),
        ("<Return/>\n<Return/>", 2, "Something stands behind the end."),
        ("<Return>\nA & B</Return>", 2, "A character stands here that XML"),
        ("<Return>\n&nbsp;</Return>", 2, "An entity (&name;) is used"),
        ("<Return>\n\x01</Return>", 2, "A character stands here that XML"),
        ("<Return>\nØ</Return>".encode("latin-1"), 2, "the file's encoding (utf-8)"),
        (b'<?xml version="1.0" encoding="nonsense"?><Return/>', 1, "The encoding that its first line names is not known."),
        (b'<?xml version="1.0" encoding="shift_jis"?><Return/>', 1, "The encoding that its first line names is not known."),
        ('\n<?xml version="1.0"?><Return/>', 2, "The XML declaration is not at the very beginning."),
        ('<Return a="1"\na="2"/>', 2, "An element has an attribute twice."),
        ("just text", 1, "not well-formed|does not allow"),
        ("   \n", 0, "cut off"),
        ("", 0, "The file is empty."),
        (b"%PDF-1.7", 0, "its content is a PDF document"),
        ("<html><body>Please log in</body></html>", 0, "its content is a web page"),
        (small.WHOLE.encode("utf-16")[:-301], 0, "cut off"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_whole_return_is_refused(folder: Path, contract: Contract, content: str | bytes, line: int, words: str) -> None:
    problem = refused(folder, contract, content)
    assert any(each in problem.message for each in words.split("|")), problem
    assert line in (0, problem.line)


def test_a_text_or_a_child_without_end_does_not_fill_the_memory(folder: Path, contract: Contract) -> None:
    problem = refused(folder, contract, small.document("\n" + small.child("x" * 1_100_000)))
    assert (problem.line, problem.message) == (2, "The element Number holds more than 1,000,000 characters.")
    problem = refused(folder, contract, small.document(small.child("C1", "<Plan/>" * 100_001)))
    assert problem.message == "One Child holds more than 100,000 records."
    problem = refused(folder, contract, small.document("<!-- " + "x" * (1 << 25)))
    assert problem.message == "A tag or comment is longer than 16 million bytes."


def test_all_files_are_told_of_at_once(folder: Path, contract: Contract) -> None:
    (folder / "return.xml").write_text(small.WHOLE[:300], encoding="utf-8")
    (folder / "club.csv").write_text("nothing,of it\n1,2\n", encoding="utf-8")
    with duckdb.connect() as connection, pytest.raises(InputError) as error:
        load(connection, contract, find(folder, contract).inputs)
    assert {problem.file for problem in error.value.problems} == {"return.xml", "club.csv"}
    with duckdb.connect() as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("select * from Child")
