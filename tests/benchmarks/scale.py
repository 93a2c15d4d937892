"""How time and memory of a whole run grow with the extract, and what one child with very many records does to them.

    python tests/benchmarks/scale.py --write docs/performance.md
    python tests/benchmarks/scale.py --children 10000 30000 100000 300000

For each size a fictional project of one extract is made, without faults. It is loaded into DuckDB untouched (all text,
no checks) for a measure of the machine, and checked with the whole pack; then once more with a hot key: three in a
hundred visits, activities and involvements are given to one child and its plans, which gives exceptions by the thousand.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import measure

HERE = Path(__file__)
SIZES = (10_000, 30_000, 100_000)
STEPS = {"ingest": "Ingest", "routes": "Routes", "rules": "Rules", "exceptions": "Exceptions", "results": "Results and workbooks"}
HOT_FILES = ("OBSERVATIONS.csv", "ACTIVITIES.csv", "NETWORK.csv")
HOT_COLUMNS = ("PI_NUMBER", "CP_PLAN_ID", "CINPLAN_ID", "LAC_PERIOD_ID", "REFERRAL_ID")
EVERY = 33


@dataclass(frozen=True)
class Size:
    """Medians of one extract: what it holds, seconds by step, peak memory by step and of the process in MB."""

    children: int
    rows: int
    bytes: int
    load: float
    seconds: dict[str, float]
    memory: dict[str, float]
    whole: float
    peak: float
    exceptions: int
    slowest: list[tuple[str, float]]


def measure_sizes(sizes: Sequence[int], runs: int) -> tuple[list[Size], list[Size]]:
    """Every size as it is and with a hot key, each `runs` times in turn with the plain load."""
    plain, hot = [], []
    for children in sizes:
        with TemporaryDirectory(prefix="scale-") as scratch:
            folder = Path(scratch)
            made, heated = folder / "plain", folder / "hot"
            sample = ["-m", "dq", "sample", "carefirst", "--children", str(children), "--weeks", "1", "--no-faults"]
            measure.run([*sample, "--out", made])
            heat(made, heated)
            loads, checks, others = [], [], []
            for number in range(runs):
                loads.append(measure.run([HERE, "--load", made]))
                checks.append(measure.run([HERE, "--check", made, "--out", folder / f"plain{number}"]))
                others.append(measure.run([HERE, "--check", heated, "--out", folder / f"hot{number}"]))
            load = median(child.said["seconds"] for child in loads)
            plain.append(_size(children, made, load, checks))
            hot.append(_size(children, heated, load, others))
    return plain, hot


def heat(made: Path, heated: Path) -> None:
    """A copy of a project in which every 33rd visit, activity and involvement belongs to the first child of its file."""
    (source,) = (made / "extracts").iterdir()
    target = heated / "extracts" / source.name
    target.mkdir(parents=True)
    for name in ("dq.yaml", "teams.csv"):
        (heated / name).write_bytes((made / name).read_bytes())
    for path in source.iterdir():
        if path.name not in HOT_FILES:
            os.link(path, target / path.name)
            continue
        with path.open(encoding="utf-8", newline="") as file, (target / path.name).open("w", encoding="utf-8", newline="") as out:
            rows, writer = csv.reader(file), csv.writer(out, lineterminator="\n")
            header = next(rows)
            writer.writerow(header)
            places = [header.index(name) for name in HOT_COLUMNS if name in header]
            first: dict[int, str] = {}
            for number, row in enumerate(rows):
                for place in places:
                    if row[place]:
                        first.setdefault(place, row[place])
                        row[place] = first[place] if number % EVERY == 0 else row[place]
                writer.writerow(row)


def _size(children: int, project: Path, load: float, checks: list[measure.Child]) -> Size:
    files = list((project / "extracts").glob("*/*.csv"))
    said = [child.said for child in checks]
    return Size(
        children=children,
        rows=said[0]["rows"],
        bytes=sum(file.stat().st_size for file in files),
        load=load,
        seconds={step: median(each["seconds"][step] for each in said) for step in said[0]["seconds"]},
        memory={step: median(each["memory"][step] for each in said) for step in STEPS},
        whole=median(child.seconds for child in checks),
        peak=median(child.peak for child in checks),
        exceptions=said[0]["exceptions"],
        slowest=said[-1]["slowest"],
    )


def exponent(sizes: Sequence[Size], step: str) -> float:
    """The power of the number of rows that a step's time grows with, between the smallest and the largest extract."""
    small, large = sizes[0], sizes[-1]
    return math.log(large.seconds[step] / small.seconds[step]) / math.log(large.rows / small.rows)


def page(plain: list[Size], hot: list[Size], runs: int) -> str:
    """The tables for the page on performance."""
    first = f"{plain[-1].children:,} children"
    parts = [
        f"One extract, the whole pack `casework`, medians of {runs} run{'s' if runs > 1 else ''}; seconds.",
        measure.machine(("duckdb", "sqlglot", "pandas", "pandera", "great-expectations")),
        _seconds(plain),
        "Against loading the same files into DuckDB as text, untouched and unchecked, with the same threads:",
        _ratios(plain),
        "Largest resident memory while each step ran, MB (sampled; the last column is the system's own figure):",
        _memory(plain),
    ]
    if len(plain) > 1:
        steps = [f"{name.lower()} {exponent(plain, step):.2f}" for step, name in STEPS.items()]
        parts.append(
            f"Time grows with this power of the number of rows, from the smallest to the largest extract (1 is linear; fixed "
            f"costs pull it down): {', '.join(steps)}."
        )
    slowest = ", ".join(f"{rule} {seconds:.2f}" for rule, seconds in plain[-1].slowest)
    parts += [
        f"The slowest rules at {first}, seconds: {slowest}.",
        "With one hot key (3 % of visits, activities and involvements belong to one child and its plans):",
        _seconds(hot),
    ]
    return "\n\n".join(parts)


def _seconds(sizes: list[Size]) -> str:
    header = ["Children", "Rows", "MB of CSV", "Exceptions", "Reading rules", *STEPS.values(), "Whole process", "Peak memory, MB"]
    rows = [
        [
            f"{each.children:,}", f"{each.rows:,}", f"{each.bytes / 1e6:,.0f}", f"{each.exceptions:,}",
            f"{each.seconds['pack']:.1f}", *(f"{each.seconds[step]:.2f}" for step in STEPS),
            f"{each.whole:.1f}", f"{each.peak:,.0f}",
        ]
        for each in sizes
    ]  # fmt: skip
    return measure.table(header, rows)


def _ratios(sizes: list[Size]) -> str:
    header = ["Children", "Plain load, s", "Ingest, times the load", "Rules, times the load"]
    rows = [
        [f"{each.children:,}", f"{each.load:.2f}", *(f"{each.seconds[step] / each.load:.1f}" for step in ("ingest", "rules"))]
        for each in sizes
    ]
    return measure.table(header, rows)


def _memory(sizes: list[Size]) -> str:
    rows = [
        [f"{each.children:,}", *(f"{each.memory[step]:,.0f}" for step in STEPS), f"{each.peak:,.0f}"] for each in sizes
    ]  # fmt: skip
    return measure.table(["Children", *STEPS.values(), "Whole process"], rows)


def _load(project: Path) -> None:
    import duckdb

    (folder,) = (project / "extracts").iterdir()
    with duckdb.connect() as connection:
        started = time.perf_counter()
        for number, path in enumerate(sorted(folder.glob("*.csv"))):
            connection.execute(f"CREATE TABLE t{number} AS SELECT * FROM read_csv(?, all_varchar=true)", [str(path)])
        print("\n" + json.dumps({"seconds": time.perf_counter() - started}))


def _check(project: Path, out: Path) -> None:
    from dq import report, request, run

    out.mkdir()
    with _sampling() as samples:
        begun = time.perf_counter()
        with run.execute(request.of_path(project), out=out) as finished:
            started = time.perf_counter()
            report.write(finished.connection, finished.summary, out)
            written = time.perf_counter() - started
            summary = finished.summary
    seconds = {**summary.timings, "results": written}
    rules = sorted(((row.rule, row.seconds or 0.0) for row in summary.rules), key=lambda each: -each[1])
    said = {
        "seconds": seconds,
        "memory": dict(_by_step(samples, begun, seconds)),
        "rows": sum(file.rows_loaded for file in summary.inputs),
        "exceptions": sum(found.exceptions for found in summary.found),
        "slowest": rules[:5],
    }
    print("\n" + json.dumps(said))


@contextmanager
def _sampling() -> Iterator[list[tuple[float, float]]]:
    """Collect (moment, resident MB) twenty times a second; empty where the system does not tell (only Linux does)."""
    samples: list[tuple[float, float]] = []
    done = threading.Event()
    source, unit = Path("/proc/self/statm"), os.sysconf("SC_PAGE_SIZE") / 1e6

    def sample() -> None:
        while source.exists() and not done.wait(0.05):
            samples.append((time.perf_counter(), int(source.read_text().split()[1]) * unit))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def _by_step(samples: list[tuple[float, float]], begun: float, seconds: dict[str, float]) -> Iterator[tuple[str, float]]:
    # A run's steps follow one another, so that their lengths tell when each began.
    until = begun
    for step, length in seconds.items():
        since, until = until, until + length
        yield step, max((size for moment, size in samples if since <= moment <= until + 0.05), default=0.0)


def main() -> None:
    """Read the options, measure, print or write."""
    parser = argparse.ArgumentParser(description="Time and memory of a run by the size of the extract.")
    parser.add_argument("--children", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path, help="page whose tables are replaced")
    for hidden in ("--load", "--check", "--out"):
        parser.add_argument(hidden, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        _load(options.load)
    elif options.check:
        _check(options.check, options.out)
    else:
        text = page(*measure_sizes(options.children, options.runs), options.runs)
        print(text)
        if options.write:
            measure.write(options.write, "scale", text)


if __name__ == "__main__":
    main()
