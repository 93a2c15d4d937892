"""A canary in every personal column of the casework pack: where it may be seen, and where never."""

from __future__ import annotations

import csv
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook

from dq import pack as packs
from dq import sample

CANARY = "Canaryfictionson"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project with the canary in every personal cell of the first two rows of every file."""
    folder = tmp_path_factory.mktemp("canary") / "project"
    sample.write(folder, children=40, weeks=2, seed=5, faults=False)
    pack = packs.load("casework")
    source = packs.load_source_map(pack, "carefirst")
    personal: dict[str, set[str]] = {}
    for name, table in source.tables.items():
        for column, origin in table.columns.items():
            if origin.source and pack.contract.tables[name].columns[column].personal != "none":
                for pattern in table.files:
                    personal.setdefault(pattern, set()).add(origin.source)
    extract = max((folder / "extracts").iterdir())
    touched = 0
    for path in extract.glob("*.csv"):
        columns = {column for pattern, names in personal.items() if path.match(pattern) for column in names}
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows[:2]:
            row.update({column: CANARY for column in columns & row.keys()})
            touched += 1
        if rows:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(rows)
    assert touched > 40
    return folder


def test_the_canary_is_only_in_what_those_see_who_may_see_the_record(
    planted: Path, dq: Callable[..., Result], tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with caplog.at_level(logging.DEBUG):
        result = dq("check", planted, "--out", tmp_path / "out")
    assert result.exit_code == 1
    out = tmp_path / "out"
    assert CANARY in (out / "exceptions.csv").read_text(encoding="utf-8")
    for name in ("run.json", "rules.csv", "summary.html", "timings.json"):
        assert CANARY not in (out / name).read_text(encoding="utf-8"), name
    assert CANARY not in result.output and CANARY not in caplog.text
    left = [path for path in temporary.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert left == []


def test_the_canary_is_in_no_file_name_or_property_of_a_workbook(planted: Path, dq: Callable[..., Result], tmp_path: Path) -> None:
    dq("check", planted, "--out", tmp_path / "out", "--quiet")
    books = list((tmp_path / "out" / "teams").glob("*.xlsx"))
    assert books
    for path in books:
        assert CANARY not in path.name
        properties = load_workbook(path, read_only=True).properties
        assert CANARY not in str(vars(properties))
