"""What the benchmarks share: children that are measured, the machine in words, tables, a page that keeps its text."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
BUSY = os.getloadavg()[0]
"""How many processes wanted a core in the minute before the script began, on average."""


@dataclass(frozen=True)
class Child:
    """A process that has ended: what it printed as JSON, its exit code, seconds from start to end, peak memory in MB."""

    said: Any
    code: int
    seconds: float
    peak: float


def run(arguments: Sequence[str | Path], *, codes: Iterable[int] = (0,)) -> Child:
    """Run Python on `arguments` in a process of its own and measure it.

    The last line that it prints is read as JSON when it looks like it. Peak memory is the largest resident set that the
    system counted (`ru_maxrss`); a child's begins at its parent's, so the parent must stay small: it imports no library.
    Raises RuntimeError with the end of what it wrote when it ends with another code than `codes`.
    """
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    command = [sys.executable, *map(str, arguments)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    assert process.stdout is not None
    written = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{written[-2000:]}")
    last = written.rstrip().rpartition("\n")[2]
    said = json.loads(last) if last.startswith("{") else None
    unit = 1 if sys.platform == "darwin" else 1024
    return Child(said, process.returncode, seconds, used.ru_maxrss * unit / 1e6)


def machine(libraries: Iterable[str]) -> str:
    """The machine, how busy it was, and the versions; not its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in libraries)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"Python {platform.python_version()}; {versions}. Load of the machine before the run: {BUSY:.1f}."
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the first column reads from the left, the others from the right."""
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)], *[[str(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write(path: Path, name: str, text: str) -> None:
    """Put `text` between the markers of `name` in a page. Raises ValueError where the page has no such markers."""
    begin, end = f"<!-- {name}: written by tests/benchmarks/{name}.py -->", f"<!-- end of {name} -->"
    page = path.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{path} does not hold the lines {begin!r} and {end!r}.")
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8", newline="\n")
