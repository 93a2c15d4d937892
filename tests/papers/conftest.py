"""The sample's six weeks, checked one after the other: once for all tests that want them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dq.cli import entry

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"


@pytest.fixture(scope="session")
def six_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after six checks; they take minutes, so only where all must be tested."""
    if not os.environ.get("DQ_SLOW_TESTS"):
        pytest.skip("the papers of the sample's six weeks are recomputed only with DQ_SLOW_TESTS=1")
    project = tmp_path_factory.mktemp("papers") / "carefirst"
    shutil.copytree(SAMPLE, project, ignore=shutil.ignore_patterns("reports", ".dq"))
    for week in sorted(each.name for each in (project / "extracts").iterdir()):
        done = CliRunner().invoke(entry, ["check", str(project), "--as-of", week, "--quiet", "--no-workbooks"])
        assert done.exit_code == 1, done.output
    return project
