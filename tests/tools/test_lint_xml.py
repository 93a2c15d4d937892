"""What lint says of a layout that cannot be: each fault with its line and the fix."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dq.lint import lint

sys.path.append(str(Path(__file__).resolve().parents[1] / "ingest"))

import small_return as small


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("Need: {record: Body", "Needs: {record: Body", "there is no table 'Needs'. Did you mean 'Need'?"),
        ("sex: [Sex, Gender]", "sexx: [Sex, Gender]", "table 'Child' has no column 'sexx'. Did you mean 'sex'?"),
        ("    number: /Body", "    numbr: /Body", "no table has a column 'numbr'. Did you mean 'number'?"),
        ("if_any: [name]", "if_any: [nam]", "table 'Guardian' has no column 'nam'. Did you mean 'name'?"),
        ("unit: Body/Child", "unit: .", "The unit is the path of an element below the root."),
        ("Plan: {record: Body/Child/Plan,", "Plan: {record: .,", "The record is the path of an element below the root."),
        ("{number: Body/Child/Plan}", "{number: Body/Child/Needs}", "in which a record of Plan does not stand."),
        ("plan_began: /Body/Child/Plan/began", "plan_began: /Head/About/Year", "which is not in the unit of a record of Visit"),
        ("if_any: [name]", "if_any: [number]", "name would be lost where none of number is filled."),
        ("agree: {year: Header.year}", "agree: {year: Header.yaer}", "Header has no column 'yaer'. Did you mean 'year'?"),
        ("agree: {year: Header.year}", "agree: {yeer: Header.year}", "there is no setting 'yeer'. Did you mean 'year'?"),
        ("format_setting: file_format", "format_setting: fileformat", "Did you mean 'file_format'?"),
        ("  root: Return", "  rot: Return", "'rot' is not known here. Did you mean 'root'?"),
    ],
)  # fmt: skip
def test_faults_of_a_layout(tmp_path: Path, was: str, becomes: str, words: str) -> None:
    assert small.DATASET.count(was) == 1
    dataset = small.DATASET.replace(was, becomes)
    problems = lint([str(small.write_pack(tmp_path, dataset))]).problems
    told = [problem for problem in problems if words in f"{problem.message} {problem.fix}"]
    assert told, problems
    assert told[0].line == next(n for n, line in enumerate(dataset.splitlines(), 1) if becomes.strip() in line)


def test_the_layout_of_the_tests_has_no_fault(tmp_path: Path) -> None:
    assert lint([str(small.write_pack(tmp_path))]).problems == []
