"""A store on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stores


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str | None]]:
    """Folder and address of an empty store."""
    if request.param == "sqlite":
        yield tmp_path, None
        return
    with stores.postgres() as url:
        yield tmp_path, url
