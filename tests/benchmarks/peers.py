"""The nine column rules in this engine and in other tools, on one table, side by side.

    python tests/benchmarks/peers.py --rows 500000 --runs 5 --write docs/performance.md

Every measurement is a process of its own, and the tools take turns within a run, so that a busy minute of the machine
meets them all. The failing keys of every rule must be the same in all tools, else nothing is written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import measure
from measure import Child
from peer_data import RULES, write_pack, write_table
from peer_tools import TOOLS, Clock

HERE = Path(__file__)
NAMES = {
    "dq_frame": "dq, `dq.check` on a pandas frame",
    "dq_csv": "dq, from CSV to result files (no workbooks)",
    "pointblank": "pointblank on Polars",
    "pandera_polars": "pandera on Polars",
    "pandera_pandas": "pandera on pandas",
    "great_expectations": "Great Expectations on pandas, COMPLETE",
}
LIBRARIES = ("duckdb", "pandas", "polars", "pandera", "great-expectations", "pointblank")


@dataclass(frozen=True)
class Figures:
    """Medians of a tool's runs: seconds by step, seconds of the whole process, peak memory in MB."""

    seconds: dict[str, float]
    whole: float
    peak: float

    @property
    def spread(self) -> str:
        """Fastest and slowest check, to tell noise from difference."""
        return f"{self.seconds['fastest']:.2f} to {self.seconds['slowest']:.2f}"


def compare(rows: int, runs: int) -> dict[str, Figures]:
    """Measure every tool `runs` times in turn. Raises RuntimeError where two tools name different records."""
    with TemporaryDirectory(prefix="peers-") as scratch:
        folder = Path(scratch)
        measure.run([HERE, "--make", folder, "--rows", str(rows)])
        found: dict[str, list[Child]] = {tool: [] for tool in TOOLS}
        command: list[Child] = []
        for number in range(runs):
            for tool in TOOLS:
                found[tool].append(measure.run([HERE, "--tool", tool, "--make", folder]))
            out = folder / f"out{number}"
            arguments: list[str | Path] = [
                "-m",
                "dq",
                "check",
                folder / "csv",
                "--pack",
                folder / "pack",
                "--out",
                out,
                "--no-workbooks",
                "--quiet",
            ]
            command.append(measure.run(arguments, codes=(0, 1)))
    _same_answers({tool: children[0] for tool, children in found.items()})
    figures = {tool: _medians(children) for tool, children in found.items()}
    return {**figures, "command": Figures({}, median(child.seconds for child in command), median(child.peak for child in command))}


def _same_answers(first: dict[str, Child]) -> None:
    answers = {tool: child.said["answers"] for tool, child in first.items()}
    ours = answers["dq_frame"]
    for tool, theirs in answers.items():
        different = [rule for rule in RULES if theirs.get(rule) != ours[rule]]
        if different:
            counts = {rule: (ours[rule][0], (theirs.get(rule) or [0])[0]) for rule in different}
            raise RuntimeError(f"{tool} names other records than dq: {counts}")


def _medians(children: list[Child]) -> Figures:
    steps = children[0].said["seconds"]
    seconds = {step: median(child.said["seconds"][step] for child in children) for step in steps}
    checks = [child.said["seconds"]["check"] for child in children]
    seconds |= {"fastest": min(checks), "slowest": max(checks)}
    return Figures(seconds, median(child.seconds for child in children), median(child.peak for child in children))


def page(figures: dict[str, Figures], rows: int, runs: int) -> str:
    """The tables for the page on performance."""
    ours, engine = figures["dq_frame"].seconds["check"], figures["dq_csv"].seconds["rules"]
    lines = [
        [
            "dq, its nine rules alone (of the run from CSV)", f"{engine:.2f}", "", "", f"{engine / ours:.2g}", "1", "", "",
        ]
    ]  # fmt: skip
    for tool, name in NAMES.items():
        each = figures[tool]
        check, read = each.seconds["check"], each.seconds.get("read")
        lines.append(
            [
                name, f"{check:.2f}", each.spread, f"{read:.2f}" if read is not None else "in it", f"{check / ours:.2g}",
                f"{check / engine:.2g}", f"{each.seconds['imports']:.1f}", f"{each.peak:,.0f}",
            ]
        )  # fmt: skip
    header = [
        "Tool",
        "Check, s",
        "Fastest to slowest",
        "Reading, s",
        "Times dq's call",
        "Times dq's rules",
        "Imports, s",
        "Peak, MB",
    ]
    command, text = figures["command"], figures["dq_csv"].seconds
    return "\n\n".join(
        (
            f"{rows:,} rows, nine rules, medians of {runs} runs, all tools naming the same records.",
            measure.machine(LIBRARIES),
            measure.table(header, lines),
            f"`dq check` on the CSV file as a command, from start to end with all imports: {command.whole:.1f} s, "
            f"{command.peak:,.0f} MB. Of the run from CSV, reading and typing the text took {text['ingest']:.2f} s, the nine "
            f"rules {text['rules']:.2f} s, putting the exceptions together {text['exceptions']:.2f} s.",
        )
    )


def _work(tool: str, folder: Path) -> None:
    clock = Clock()
    keys = TOOLS[tool](folder, clock)
    answers = {rule: [len(found), hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()] for rule, found in keys.items()}
    print("\n" + json.dumps({"seconds": clock.seconds, "answers": answers}))


def main() -> None:
    """Read the options, measure, print or write."""
    parser = argparse.ArgumentParser(description="Nine column rules, here and elsewhere.")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", type=Path, help="page whose table is replaced")
    parser.add_argument("--tool", choices=list(TOOLS), help=argparse.SUPPRESS)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        _work(options.tool, options.make)
    elif options.make:
        write_table(options.make, options.rows)
        write_pack(options.make / "pack")
    else:
        text = page(compare(options.rows, options.runs), options.rows, options.runs)
        print(text)
        if options.write:
            measure.write(options.write, "peers", text)


if __name__ == "__main__":
    main()
