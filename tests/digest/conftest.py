"""Made-up projects with readers, on both databases, and servers that take messages or do not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "store"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "lists"))

import stores
from given import Project
from mailed import Make
from servers import MailServer, WebServer


@pytest.fixture(params=["sqlite", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """A project with these lines below `mail:`."""
    if request.param == "sqlite":
        yield lambda mail: Project(tmp_path / "project", mail)
        return
    with stores.postgres() as url:
        yield lambda mail: Project(tmp_path / "project", mail, store=url)


@pytest.fixture
def light(tmp_path: Path) -> Make:
    """The same, on SQLite alone."""
    return lambda mail: Project(tmp_path / "project", mail)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def web_server() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server
