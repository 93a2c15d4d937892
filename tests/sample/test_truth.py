"""The generator against the rules: clean data breaks none, planted faults break exactly those written down."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

import dq
from dq import sample
from dq.sample.faults import campaign

slow = pytest.mark.skipif(
    not os.environ.get("DQ_SLOW_TESTS"), reason="many checks of whole projects, minutes long: set DQ_SLOW_TESTS=1 to run it"
)
Findings = Counter[tuple[str, ...]]


def found(project: Path, as_of: str | None = None) -> Findings:
    """Rule, table and key of every exception that a check finds."""
    exceptions = dq.check(project, as_of=as_of).exceptions
    return Counter(map(tuple, exceptions[["rule", "table", "key"]].to_numpy().tolist()))


def planted(project: Path, as_of: str) -> Findings:
    """What the generator says must be found."""
    with (project / "extracts" / as_of / "truth.csv").open(encoding="utf-8", newline="") as file:
        return Counter(tuple(row) for row in list(csv.reader(file))[1:])


def weeks(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "extracts").iterdir())


def test_clean_data_has_no_exceptions(tmp_path: Path) -> None:
    sample.write(tmp_path, children=500, weeks=2, seed=11, faults=False)
    assert found(tmp_path) == Counter()


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    sample.write(tmp_path, children=500, weeks=2, seed=12)
    assert found(tmp_path) == planted(tmp_path, weeks(tmp_path)[-1])


def test_the_sample_in_the_repository_is_what_its_truth_says() -> None:
    project = Path(__file__).parents[2] / "samples" / "carefirst"
    assert found(project) == planted(project, weeks(project)[-1])


def test_the_sample_in_the_repository_is_what_the_generator_writes(tmp_path: Path) -> None:
    kept = Path(__file__).parents[2] / "samples" / "carefirst"
    sample.write(tmp_path, children=400, weeks=6, seed=1)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: (kept / path).read_bytes() for path in written} == written
    assert sum(len(content) for content in written.values()) < 5_000_000


@slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("children", [400, 3000])
def test_clean_data_has_no_exceptions_in_any_week(tmp_path: Path, children: int, seed: int) -> None:
    sample.write(tmp_path, children=children, weeks=3, seed=seed, faults=False)
    for week in weeks(tmp_path):
        assert found(tmp_path, week) == Counter(), week


@slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("children", [400, 3000])
def test_planted_faults_are_found_in_every_week(tmp_path: Path, children: int, seed: int) -> None:
    sample.write(tmp_path, children=children, weeks=6, seed=seed)
    for week in weeks(tmp_path):
        assert found(tmp_path, week) == planted(tmp_path, week), week


@slow
@pytest.mark.parametrize("seed", [21, 22])
def test_a_fault_of_every_rule_is_found(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "FAULTY", 0.4)
    sample.write(tmp_path, children=9000, weeks=2, seed=seed)
    for week in weeks(tmp_path):
        assert found(tmp_path, week) == planted(tmp_path, week), week
