"""A project with a history, on SQLite."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))

import stores
from given import Project


@pytest.fixture
def on_postgres(tmp_path: Path) -> Iterator[Project]:
    with stores.postgres() as url:
        yield Project(tmp_path / "project", store=url)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")
