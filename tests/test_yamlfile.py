"""YAML with the line of every value, and faults that name it."""

from pathlib import Path

import pytest

from dq import yamlfile
from dq.errors import DqError


def read(tmp_path: Path, text: str | bytes, **options: tuple[str, ...]) -> yamlfile.Document:
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return yamlfile.read(path, **options)


def test_values_have_their_types(tmp_path: Path) -> None:
    import datetime as dt

    text = (
        "a: 1\nb: 007\nc: 1.5\nd: true\ne: no\nf: 2026-02-28\ng: 2026-02-30\nh: ~\ni: '1'\nj: 0x1F\nk: 1_000\nl: [1, x]\nm: .inf\n"
    )
    assert read(tmp_path, text).data == {
        "a": 1, "b": "007", "c": 1.5, "d": True, "e": "no", "f": dt.date(2026, 2, 28), "g": "2026-02-30", "h": None, "i": "1",
        "j": "0x1F", "k": 1000, "l": [1, "x"], "m": ".inf",
    }  # fmt: skip


def test_below_named_keys_everything_is_text(tmp_path: Path) -> None:
    data = read(tmp_path, "a: 01\nrows:\n  - {x: 01, y: true, z: 2026-01-01, w: , v: ~}\n", text_below=("rows",)).data
    assert data["rows"] == [{"x": "01", "y": "true", "z": "2026-01-01", "w": None, "v": None}]


def test_lines_are_those_of_the_keys(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  - b: 1\n    c:\n      d: 2\n")
    assert document.line(("a", 0, "c", "d")) == 4
    assert document.line(("a", 0, "c", "nothing")) == 3
    assert document.line(()) == 1


FAULTS: list[tuple[str | bytes, int, str]] = [
    ("a: 1\nb: 2\na: 3\n", 3, "The key 'a' stands here twice."),
    ("a: [1\nb: 2\n", 2, "This is not valid YAML"),
    ("a: b: c\n", 1, "This is not valid YAML"),
    ("a: 1\n---\nb: 2\n", 2, "This is not valid YAML"),
    (b"a: \xff\n", 0, "The file is not UTF-8."),
    ("a: &x\n  - *x\n", 1, "This is nested too deeply."),
]


@pytest.mark.parametrize(("text", "line", "message"), FAULTS, ids=lambda value: str(value)[:30])
def test_faults(tmp_path: Path, text: str | bytes, line: int, message: str) -> None:
    with pytest.raises(DqError) as caught:
        read(tmp_path, text)
    problem = caught.value.problems[0]
    assert message in problem.message
    assert problem.file.endswith("a.yaml")
    assert problem.line == line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DqError, match=r"nothing.yaml: The file does not exist."):
        yamlfile.read(tmp_path / "nothing.yaml")


def test_every_repeated_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(DqError) as caught:
        read(tmp_path, "a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [problem.line for problem in caught.value.problems] == [2, 3]
