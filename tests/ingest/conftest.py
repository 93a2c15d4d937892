"""A way to load literal files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_extract import Ingest, Loaded, make_contract

from dq.contract import Contract
from dq.ingest import load, locate
from dq.source_map import SourceMap


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "2026-11-02"
    target.mkdir()
    return target


@pytest.fixture
def ingest(folder: Path) -> Ingest:
    def loaded(files: dict[str, str | bytes], *, contract: Contract | None = None, source_map: SourceMap | None = None) -> Loaded:
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        contract = contract or make_contract()
        connection = duckdb.connect()
        load(connection, contract, locate(folder, contract, source_map))
        return Loaded(connection)

    return loaded
