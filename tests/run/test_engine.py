"""The engine: time limit, faults, the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from run_project import PACK
from test_check import rows

from dq.engines.duckdb import connect, lock

SLOW = """rules:
  - id: SLOW-1
    title: Never ends in time
    table: person
    assert: (select count(*) from big as b where b.n > length(person.surname)) > 5
    dimension: accuracy
    severity: minor
    fix: None.
    source: Local practice
  - id: BAD-1
    title: Multiplies beyond what an integer holds
    table: person
    assert: score * 9000000000000000000 > 1
    dimension: accuracy
    severity: minor
    fix: None.
    source: Local practice
  - id: GOOD-1
    title: Has a surname
    table: person
    required: surname
    dimension: accuracy
    severity: minor
    fix: None.
    source: Local practice
"""
BIG = """views:
  - view: big
    title: Far too many rows
    records: person
    sql: |
      select a.row_id, length(a.surname) * length(b.note) + length(c.name) + length(d.surname) as n
      from person as a cross join visit as b cross join worker as c cross join person as d
      cross join person as e cross join person as f cross join visit as g cross join visit as h cross join visit as i
      cross join visit as j cross join visit as k cross join visit as l cross join visit as m
"""


@pytest.fixture
def slow_project(project: Path) -> Path:
    local = project / "rules" / "slow"
    local.mkdir(parents=True)
    (local / "slow.yaml").write_text(SLOW, encoding="utf-8")
    (local / "views.yaml").write_text(BIG, encoding="utf-8")
    (project / "dq.yaml").write_text(f'project: x\npacks: ["{PACK.as_posix()}", ./rules/slow]\n', encoding="utf-8")
    return project


def test_a_slow_or_broken_rule_stops_nothing_else(slow_project: Path, dq: Callable[..., Result], tmp_path: Path) -> None:
    dq("check", slow_project, "--out", tmp_path / "out", "--time-limit", "0.4")
    by_rule = {row["rule"]: row for row in rows(tmp_path / "out" / "rules.csv")}
    assert by_rule["SLOW-1"]["status"] == "not_evaluated"
    assert by_rule["SLOW-1"]["reason"] == "The view big could not be built: It took longer than 0.4 seconds."
    assert by_rule["BAD-1"]["status"] == "not_evaluated" and "engine could not run it" in by_rule["BAD-1"]["reason"]
    assert (by_rule["GOOD-1"]["status"], by_rule["GOOD-1"]["failing"]) == ("failed", "1")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{outside}')",
        "COPY (SELECT 1) TO '{outside}.out'",
        "ATTACH '{outside}.db'",
        "INSTALL httpfs",
        "LOAD '{outside}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '1MB'",
        "SELECT * FROM 'https://example.org/x.csv'",
    ],
)
def test_after_ingest_the_engine_is_locked(tmp_path: Path, statement: str) -> None:
    (tmp_path / "outside.csv").write_text("a\n1\n", encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    connection = connect(inside)
    lock(connection, [inside])
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(outside=tmp_path / "outside.csv"))


def test_the_locked_engine_still_sorts_and_writes_inside(tmp_path: Path) -> None:
    connection = connect(tmp_path, memory="200MB", threads=2)
    lock(connection, [tmp_path])
    connection.execute(f"COPY (SELECT md5(n::VARCHAR) AS t FROM range(2000000) AS r(n) ORDER BY t) TO '{tmp_path}/sorted.csv'")
    with (tmp_path / "sorted.csv").open(encoding="utf-8") as file:
        first = file.readlines(400)
    assert first[0] == "t\n" and first[1:] == sorted(first[1:])
