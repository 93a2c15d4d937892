"""How long a council's SSDA903 return takes to check, this year's with last year's, and how much memory it needs.

    python tests/benchmarks/return_rules.py --returns ../shared/returns/ssda903 --write docs/performance.md

The files of one return are replicated with new child numbers to each number of children, for both years, and checked as
`dq check --no-workbooks` does it: reading the files, every rule of the pack, all exceptions as CSV and Parquet, and the
page, in one process from start to end.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import measure

HERE = Path(__file__)
FILES = (
    "header", "episodes", "reviews", "uasc", "oc2", "oc3", "ad1", "placed_for_adoption", "previous_permanence", "missing",
    "sw_episodes", "DoLo",
)  # fmt: skip
LIMIT = "900MB"
YEAR = 2018
"""The year of the files: their episodes run to 31 March 2018."""


def replicate(source: Path, target: Path, children: int) -> int:
    """Write the files of a return with so many children into `target` and as last year's into `target/previous`; gives rows."""
    tables = {}
    for name in FILES:
        with (source / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            tables[name] = list(csv.reader(file))
    known = [row[tables["header"][0].index("CHILD")] for row in tables["header"][1:]]
    place = {child: number for number, child in enumerate(known)}
    written = 0
    for folder in (target, target / "previous"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, (header, *rows) in tables.items():
            at = header.index("CHILD")
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                for copy in range(-(-children // len(known))):
                    left = children - copy * len(known)
                    chosen = [row for row in rows if place.get(row[at], 0) < left]
                    writer.writerows([*row[:at], f"{copy}-{row[at]}", *row[at + 1 :]] for row in chosen)
                    written += len(chosen)
    return written


def page(source: Path, sizes: Sequence[int], runs: int) -> str:
    """Measure every size and put it into words and a table."""
    rows = []
    for children in sizes:
        with TemporaryDirectory(prefix="returns-") as scratch:
            folder = Path(scratch) / "return"
            count = replicate(source, folder, children)
            for memory in ("", LIMIT) if children == sizes[-1] else ("",):
                done = [
                    measure.run([HERE, "--check", folder, "--out", Path(scratch) / f"out{memory}{number}", "--memory", memory])
                    for number in range(runs)
                ]
                rows.append(_row(f"{children:,}{f', --memory {memory}' if memory else ''}", count, done))
    slowest = ", ".join(f"{rule} {seconds:.2f}" for rule, seconds in done[-1].said["slowest"])
    header = ["Children", "Rows, both years", "Rules", "Exceptions", "Reading, s", "Rules, s", "Exceptions and report, s"]
    return "\n\n".join(
        [
            f"Medians of {runs} run{'s' if runs > 1 else ''}. " + measure.machine(("duckdb",)),
            measure.table([*header, "Whole process, s", "Peak memory, MB"], rows),
            f"The slowest rules at the largest, seconds: {slowest}.",
        ]
    )


def _row(name: str, count: int, done: list[measure.Child]) -> list[str]:
    said = [each.said for each in done]
    steps = {step: median(each["seconds"][step] for each in said) for step in said[0]["seconds"]}
    return [
        name, f"{count:,}", said[0]["rules"], f"{said[0]['exceptions']:,}", f"{steps['ingest']:.1f}", f"{steps['rules']:.1f}",
        f"{steps['exceptions'] + steps['results']:.1f}", f"{median(each.seconds for each in done):.1f}",
        f"{max(each.peak for each in done):,.0f}",
    ]  # fmt: skip


def _check(folder: Path, out: Path, memory: str) -> None:
    from dq import report, request, run

    out.mkdir()
    wanted = request.of_path(folder, pack="ssda903", settings={"collection_year": YEAR}, memory=memory or None)
    with run.execute(wanted, out=out) as finished:
        started = time.perf_counter()
        report.write(finished.connection, finished.summary, out, workbooks=False)
        written = time.perf_counter() - started
        summary = finished.summary
    rules = sorted(((rule.rule, rule.seconds or 0.0) for rule in summary.rules), key=lambda each: -each[1])
    said = {
        "seconds": {**summary.timings, "results": written},
        "rules": len({rule.rule for rule in summary.rules if rule.rule.startswith("SSDA903")}),
        "exceptions": sum(found.exceptions for found in summary.found),
        "slowest": rules[:5],
    }
    print("\n" + json.dumps(said))


def main() -> None:
    """Read the options, measure, print or write."""
    parser = argparse.ArgumentParser(description="Time and memory of checking an SSDA903 return by its number of children.")
    parser.add_argument("--returns", type=Path, default=measure.ROOT.parent / "shared" / "returns" / "ssda903")
    parser.add_argument("--children", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path, help="page whose table is replaced")
    for hidden in ("--check", "--out"):
        parser.add_argument(hidden, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--memory", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.check:
        _check(options.check, options.out, options.memory)
        return
    if not (options.returns / "episodes.csv").is_file():
        raise SystemExit(f"{options.returns} holds no files of a return; name a folder of them with --returns.")
    text = page(options.returns, options.children, options.runs)
    print(text)
    if options.write:
        measure.write(options.write, "return_rules", text)


if __name__ == "__main__":
    main()
