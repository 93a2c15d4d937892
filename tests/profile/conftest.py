"""What the tests of profiling share: the sample's profile, a folder of small files, the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from accuracy import EXTRACT
from click.testing import CliRunner, Result

from dq.cli import entry
from dq.profile import survey
from dq.profile.model import Profile


@pytest.fixture(scope="session")
def sample() -> Profile:
    """The newest extract of the CareFirst sample."""
    return survey(EXTRACT)


@pytest.fixture
def extract(tmp_path: Path) -> Callable[..., Path]:
    """Write files of text into a folder."""

    def write(**files: str) -> Path:
        folder = tmp_path / "extract"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def dq() -> Callable[..., Result]:
    """Run the command line; a fault that is not the user's is raised."""

    def invoke(*arguments: object) -> Result:
        result = CliRunner().invoke(entry, [str(each) for each in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
