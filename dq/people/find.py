"""The story of finding people who are recorded twice: gather, prepare, score, leave apart, write down.

It works on a connection of its own, so that the engine that holds the extract can stay locked.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from dq.contract import Contract
from dq.errors import DqError
from dq.people import model as models
from dq.people import pairs, ruled
from dq.people.gather import gather
from dq.people.model import Model
from dq.people.pairs import Pair
from dq.people.prepare import prepare

INSTALL = 'pip install "dq[people]"'
TRAIN = "dq people train PROJECT"
PATIENCE = 5
"""How many times as long as a rule the comparison of all people may take."""


@dataclass(frozen=True)
class Found:
    """Pairs that are likely one person, and id and row of every record by its number."""

    pairs: tuple[Pair, ...]
    ids: dict[int, str]
    rows: dict[int, int]
    ruled_out: int = 0

    def key(self, pair: Pair) -> str:
        """``P1|P2``, the smaller id first."""
        return f"{self.ids[pair.first]}|{self.ids[pair.second]}"


def installed() -> bool:
    """Whether Splink is there."""
    return importlib.util.find_spec("splink") is not None


def lacking(project: Path | None) -> str:
    """Why people cannot be compared, and what to type; an empty text where they can."""
    todo = [] if installed() else [f"install Splink ({INSTALL})"]
    if project is None:
        return "People are compared in a project only: its people.json says what a pair weighs. Make one: dq init DIR."
    if not (project / models.FILE).is_file():
        todo.append(f"train the project's model of its people ({TRAIN})")
    return f"To compare people, {' and '.join(todo)}." if todo else ""


def find(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    model: Model,
    least: int,
    *,
    apart: Collection[frozenset[str]] = (),
    threads: int | None = None,
    memory: str | None = None,
    time_limit: float | None = None,
) -> Found:
    """Pairs of at least `least` hundredths in the loaded extract, by their numbers. `apart` are pairs of ids ruled out.

    The same records give the same pairs and weights, whatever else the extract holds. Raises `duckdb.Error`.
    """
    with opened(connection, contract, threads=threads, memory=memory, time_limit=time_limit) as own:
        return score(own, model, least, apart=apart)


def score(own: duckdb.DuckDBPyConnection, model: Model, least: int, *, apart: Collection[frozenset[str]] = ()) -> Found:
    """`find`, where the people are prepared already."""
    scored = matcher().score(own, model, least)
    rows = own.execute("SELECT number, id, row_id FROM person_record ORDER BY number").fetchall()
    ids = {number: id_ for number, id_, _ in rows}
    every = pairs.weigh(model, scored, least)
    kept = tuple(pair for pair in every if frozenset((ids[pair.first], ids[pair.second])) not in apart)
    return Found(kept, ids, {number: row for number, _, row in rows}, len(every) - len(kept))


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    threads: int | None = None,
    memory: str | None = None,
    time_limit: float | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that holds ``person_record`` of the loaded extract and reaches nothing outside itself."""
    options: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    options |= {"threads": threads} if threads is not None else {}
    options |= {"memory_limit": memory} if memory is not None else {}
    own = duckdb.connect(":memory:", config=options)
    timer = threading.Timer((time_limit or 0) * PATIENCE, own.interrupt)
    try:
        own.execute("SET enable_progress_bar = false")
        own.execute("SET enable_external_access = false")
        own.execute("SET lock_configuration = true")
        if time_limit is not None:
            timer.start()
        prepare(own, *gather(connection, contract))
        yield own
    finally:
        timer.cancel()
        own.close()


def fill(connection: duckdb.DuckDBPyConnection, found: Found) -> None:
    """Put pairs into the engine's table ``dq_pair``, in the order of their records."""
    belongs = pairs.clusters(found.pairs)
    rows = [
        (
            found.rows[pair.first],
            found.rows[pair.second],
            found.key(pair),
            found.ids[belongs[pair.first]] if pair.first in belongs else "",
            pair.weight / 100,
            pair.told("same"),
            pair.told("near"),
            pair.told("other"),
            pair.blank,
        )
        for pair in found.pairs
    ]
    columns: list[list[Any]] = [list(part) for part in zip(*rows, strict=True)]
    connection.execute("DELETE FROM dq_pair")
    if columns:
        connection.execute(f"INSERT INTO dq_pair SELECT {', '.join(['unnest(?)'] * len(columns))}", columns)


def compare(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    project: Path | None,
    least: int,
    *,
    threads: int | None = None,
    memory: str | None = None,
    time_limit: float | None = None,
) -> tuple[str, str]:
    """Fill ``dq_pair`` by a project's model and rulings; returns why it could not be done, and the model's fingerprint.

    Raises `ProjectError` where people.json or people_ruled.csv is wrong.
    """
    reason = lacking(project)
    if reason or project is None:
        return reason, ""
    model = models.read(project / models.FILE)
    apart = ruled.not_the_same(ruled.read(project))
    try:
        found = find(
            connection, contract, model, least, apart=apart, threads=threads, memory=memory, time_limit=time_limit
        )  # fmt: skip
    except duckdb.InterruptException:
        return f"It took longer than {PATIENCE * (time_limit or 0):g} seconds to compare people.", ""
    except duckdb.OutOfMemoryException:
        return "To compare people more memory was needed than the run may use.", ""
    except duckdb.Error as error:
        return f"People could not be compared ({type(error).__name__}).", ""
    fill(connection, found)
    return "", model.fingerprint


def matcher() -> ModuleType:
    """The file that imports Splink, which takes a while. Raises `DqError` saying what to type where it is not there."""
    if not installed():
        raise DqError(f"To compare people, install Splink: {INSTALL}")
    return importlib.import_module("dq.people.matcher")
