"""What all tests share: the bench, and ``--update-golden``.

Golden files (`tests/golden`) hold SQL as it is written for each engine. After a change that is meant, write them anew
with ``pytest tests/checks --update-golden`` and read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import great_expectations  # noqa: F401  loaded once, so that not each check of a test starts a process for its gates
import pytest
from bench import GOLDEN, Bench
from hypothesis import settings

settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")  # a run in CI says the same twice


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the files of tests/golden anew")


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Hold a text against a file of tests/golden, or write the file."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{name} is missing: pytest --update-golden writes it"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs: pytest --update-golden writes it anew"

    return compare
