"""Kills whole checks of a small project, and sees that the next one makes up for it.

A server process loads `dq` once and forks a process for each check, so that a check takes a second and not five. The project's
extracts alternate between two contents, a week apart: what a run says must then be what the run two weeks before said.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stores

RUN = Path(__file__).resolve().parents[1] / "run"
sys.path.insert(0, str(RUN))

from run_project import TABLES, make  # noqa: E402

from dq.store import database, read, verify  # noqa: E402
from dq.store.models import Event, Finding, Run  # noqa: E402

Address = tuple[Path, str | None]
WEEKS_BEFORE = 4
"""Runs that were never disturbed; from the sixth on each says what the one two before it said."""
OPTIONS = ("--quiet", "--threads", "1")

SERVER = """
import os, signal, sys
import dq.api, dq.gate_suite, dq.gates, dq.history, dq.report, dq.cli.check, django, duckdb, psycopg, xlsxwriter
from dq import cli
TOUCHES = {"open", "os.mkdir", "os.rename", "os.rmdir", "os.remove", "os.listdir", "os.scandir", "sqlite3.connect"}

def die_at(place, folder):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in TOUCHES and folder in str(arguments[0]):
            seen += 1
            if seen == place:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    return lambda: seen

print("ready", flush=True)
for line in sys.stdin:
    words = line.rstrip("\\n").split("\\t")
    if words[0] == "wait":
        status = os.waitpid(int(words[1]), 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    child = os.fork()
    if not child:
        count = die_at(int(words[0]), words[3])
        try:
            code = cli.cli.main(words[2:], standalone_mode=False)
        except SystemExit as end:
            code = end.code
        except BaseException:
            code = 99
        if words[1]:
            with open(words[1], "w") as file:
                file.write(str(count()))
        os._exit(code or 0)
    print(child, flush=True)
"""


@dataclass(frozen=True)
class Checks:
    """Starts checks, one process each."""

    server: subprocess.Popen[str]

    def start(self, project: Path, week: str, *, die_at: int = 0, count: str = "") -> int:
        """Begin a check; returns its process. It kills itself at the so-many-th touch of a file of the project, if not 0."""
        return int(self._ask("\t".join([str(die_at), count, "check", str(project), "--as-of", week, *OPTIONS])))

    def wait(self, process: int) -> int:
        """Wait for the end of a check: its exit code, or minus the signal that ended it."""
        return int(self._ask(f"wait\t{process}"))

    def check(self, project: Path, week: str) -> None:
        """Check, undisturbed."""
        assert self.wait(self.start(project, week)) in (0, 1)

    def _ask(self, line: str) -> str:
        assert self.server.stdin is not None and self.server.stdout is not None
        self.server.stdin.write(line + "\n")
        self.server.stdin.flush()
        return self.server.stdout.readline()


@contextmanager
def checks() -> Iterator[Checks]:
    """The server, for as long as it is needed."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdout.readline() == "ready\n"
        try:
            yield Checks(server)
        finally:
            server.kill()


def week(number: int) -> str:
    """The date of the extract of a week, from 1 on."""
    return str(stores.START + dt.timedelta(weeks=number))


def extract(project: Path, number: int) -> str:
    """Write the extract of a week, one of two contents; returns its date."""
    folder = project / "extracts" / week(number)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TABLES.items():
        if number % 2 and name == "person":
            text = text.replace("B,,", "B,Brook,").replace("2017-13-01", "2017-12-01")
        if number % 2 and name == "visit":
            text = "\n".join(line for line in text.splitlines() if not line.startswith("V4")) + "\n"
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return week(number)


def project(folder: Path, url: str | None, run: Checks) -> Address:
    """A project with undisturbed runs; where the first extract of all is there already, that is checked again."""
    if not folder.exists():
        _empty(folder, url)
    for number in range(1, WEEKS_BEFORE + 1):
        run.check(folder, extract(folder, number))
    return folder, url


def _empty(folder: Path, url: str | None) -> None:
    make(folder)
    shutil.rmtree(folder / "extracts")
    if url is not None:
        with (folder / "dq.yaml").open("a", encoding="utf-8") as file:
            file.write(f"store: {url}\n")


def kill_first(folder: Path, url: str | None, run: Checks, die_at: int) -> str:
    """Kill the first check of all of a new project, which makes its store; `project` then goes on from there."""
    _empty(folder, url)
    process = run.start(folder, extract(folder, 1), die_at=die_at)
    if run.wait(process) != -signal.SIGKILL:
        return "came too late"
    results = _results(folder, week(1))
    with database.opened(folder, url) as connection:
        assert not verify.verify(connection, folder).faults
        runs = len(read.runs(connection))
    assert runs <= len(results) <= 1
    return f"run {'whole' if runs else 'not there'}, results {'whole' if results else 'not there'}"


@dataclass(frozen=True)
class Measured:
    """An undisturbed check: its seconds, those of them after its results were whole, how often it touches the project's files."""

    seconds: float
    recording: float
    touches: int


def measure(address: Address, run: Checks, number: int) -> Measured:
    """Check the next week, undisturbed."""
    day, count = extract(address[0], number), address[0] / "count"
    started = time.perf_counter()
    process = run.start(address[0], day, count=str(count))
    _until_results(address[0], day)
    whole = time.perf_counter()
    assert run.wait(process) in (0, 1)
    ended = time.perf_counter()
    touches = int(count.read_text())
    count.unlink()
    return Measured(ended - started, ended - whole, touches)


def _until_results(folder: Path, day: str) -> None:
    patience = time.perf_counter() + 60
    while not _results(folder, day) and time.perf_counter() < patience:
        time.sleep(0.001)


def kill(address: Address, run: Checks, number: int, *, after: float = 0, die_at: int = 0, recording: float | None = None) -> str:
    """Kill the check of the week `number`, the next one, and check again; returns what the kill left: store, reports.

    The moment is so many seconds after the start, or after the results are whole, or the so-many-th touch of a file.
    """
    folder, day = address[0], extract(address[0], number)
    process = run.start(folder, day, die_at=die_at)
    if recording is not None:
        _until_results(folder, day)
    if not die_at:
        time.sleep(after if recording is None else recording)
        os.kill(process, signal.SIGKILL)
    code = run.wait(process)
    assert code in (-signal.SIGKILL, 0, 1)
    left = _after_the_kill(address, number)
    run.check(folder, day)
    _repaired(address, number)
    return left if code == -signal.SIGKILL else "came too late"


def _after_the_kill(address: Address, number: int) -> str:
    """The store holds the run or not, the folder of results is whole or not there; nothing between."""
    folder, day = address[0], week(number)
    with database.opened(*address) as connection:
        with database.writing(connection):  # a server may still be at it when the client is gone
            pass
        runs = len(read.runs(connection))
        assert runs in (number - 1, number), runs
        assert not verify.verify(connection, folder).faults
        if runs == number:
            _as_two_weeks_before(connection, number)
    results = _results(folder, day)
    assert len(results) <= 1 and runs - (number - 1) <= len(results)
    for each in results:
        is_whole(folder, each, number)
    return f"run {'whole' if runs == number else 'not there'}, results {'whole' if results else 'not there'}"


def _repaired(address: Address, number: int) -> None:
    """The store says what it said two weeks before, the last folder is whole, and nothing else lies about."""
    folder, day = address[0], week(number)
    with database.opened(*address) as connection:
        assert [line.run for line in read.runs(connection)] == list(range(1, number + 1))
        assert not verify.verify(connection, folder).faults
        _as_two_weeks_before(connection, number)
    results = _results(folder, day)
    assert 1 <= len(results) <= 2
    is_whole(folder, results[-1], number)
    left = [path.name for path in (folder / "reports").iterdir() if path.name.startswith(".") or not any(path.iterdir())]
    assert left == []


def _results(folder: Path, day: str) -> list[Path]:
    return sorted((folder / "reports").glob(f"{day}-*")) if (folder / "reports").is_dir() else []


def is_whole(folder: Path, results: Path, number: int) -> None:
    """The same files as two weeks before; those that hold no date have the same bytes."""
    mine, other = contents(results), contents(folder / "reports" / f"{week(number - 2)}-1")
    assert mine.keys() == other.keys()
    assert json.loads((results / "run.json").read_text(encoding="utf-8"))["as_of"] == week(number)
    assert mine["exceptions.csv"] == other["exceptions.csv"] and mine["rules.csv"] == other["rules.csv"]


def contents(results: Path) -> dict[str, str]:
    """The files of a results folder, with their hashes."""
    files = sorted(path for path in results.rglob("*") if path.is_file())
    return {path.relative_to(results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _as_two_weeks_before(connection: Any, number: int) -> None:
    assert said(connection, number) == said(connection, number - 2)
    standing = dict(Finding.objects.using(connection.alias).values_list("id", "state"))
    last = dict(Event.objects.using(connection.alias).order_by("id").values_list("finding_id", "state"))
    assert standing == last


def said(connection: Any, number: int) -> tuple[int, list[tuple[Any, ...]]]:
    """What a run found and changed."""
    fields = [each.attname for each in Event._meta.concrete_fields if each.attname not in ("id", "run_id", "at")]
    events = Event.objects.using(connection.alias).filter(run=number).order_by("finding_id").values_list(*fields)
    return Run.objects.using(connection.alias).get(number=number).exceptions, list(events)
