"""How long the papers take on the history of a large council: made up, in the store alone.

    python tests/benchmarks/board.py [FOLDER]

100,000 children, 30 weekly runs, 20 services with 60 teams, 250,000 exceptions of which most are cleared over the weeks.
"""

from __future__ import annotations

import datetime as dt
import random
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner

from dq.cli import entry
from dq.organisation import Unit
from dq.store import database, record
from dq.store.record import FigureFacts, InputFacts, JudgementFacts, RuleFacts, RunFacts

CHILDREN, RUNS, SERVICES, TEAMS, FIRST, WEEKLY = 100_000, 30, 20, 60, 150_000, 3_450
PACK = Path(__file__).resolve().parents[1] / "small"
START = dt.date(2026, 1, 5)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "project"
        if not folder.exists():
            make(folder)
        for arguments in (["board"], ["board", "--html-only"], ["pack", "--for", "service", "Service 07"]):
            began, worked = time.perf_counter(), time.process_time()
            done = CliRunner().invoke(entry, [arguments[0], "--project", str(folder), *arguments[1:]])
            seconds, busy = time.perf_counter() - began, time.process_time() - worked
            said = f"{seconds:.1f} s, {busy:.1f} s of processor time, exit {done.exit_code}"
            print(f"dq {' '.join(arguments)}: {said}; {done.stdout.splitlines()[0]}")
        print(f"Peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def make(folder: Path) -> None:
    """The project: runs without exceptions as the store records them, and then exceptions and their events in bulk."""
    folder.mkdir(parents=True)
    (folder / "dq.yaml").write_text(f"project: Largeshire\npacks: ['{PACK.as_posix()}']\ngo_live: 2026-12-07\n", encoding="utf-8")
    units = tuple(Unit(f"Team {n:02d}", f"Service {n % SERVICES:02d}", f"Head {n % 5}", "Director") for n in range(TEAMS))
    with database.opened(folder, None) as connection:
        for week in range(RUNS):
            record.record(connection, run(folder, week, units), [], lambda rows: {})
    rng = random.Random(1)
    findings, events = [], []
    for number in range(FIRST + WEEKLY * (RUNS - 1)):
        came = 1 if number < FIRST else 2 + (number - FIRST) // WEEKLY
        gone = came + 1 + int(rng.expovariate(1 / 14))
        severity = rng.choices(("blocker", "major", "minor"), (2, 5, 3))[0]
        team, rule, name = f"Team {rng.randrange(TEAMS):02d}", f"R-{rng.randrange(400):03d}", f"{number:012x}"
        standing = ("cleared", "passed") if gone <= RUNS else ("new" if came == RUNS else "open", "found")
        findings.append((name, rule, "visit", f"K{number}", "record", *standing, "data", team, "W1", severity, "a", came))
        events.append((name, came, "", "new", "new", "found", team, severity))
        if came < RUNS:
            events.append((name, came + 1, "new", "open", "open", "found", team, severity))
        if came + 1 < gone <= RUNS:
            events.append((name, gone, "open", "cleared", "cleared", "passed", team, severity))
    events.sort(key=lambda each: each[1])
    with sqlite3.connect(folder / database.FILE) as store:
        store.executemany(
            "INSERT INTO dq_finding (id, rule, table_name, key, about, state, evidence, why, team, worker, severity, fingerprint, "
            "first_run_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            findings,
        )
        store.executemany(
            "INSERT INTO dq_event (finding_id, run_id, at, who, was, became, note, state, evidence, why, team, worker, severity, "
            "fingerprint) VALUES (?,?,'2026-01-05 00:00:00','t',?,?,'',?,?,'data',?,'W1',?,'a')",
            events,
        )
    print(f"{len(findings):,} exceptions, {len(events):,} events")


def run(folder: Path, week: int, units: tuple[Unit, ...]) -> RunFacts:
    day = START + dt.timedelta(weeks=week)
    results = folder / "reports" / f"{day}-1"
    results.mkdir(parents=True)
    rules = tuple(RuleFacts(f"R-{n:03d}", "visit", f"Title {n}", "major", "validity", True, "", "a") for n in range(400))
    share, each = 0.6 + week / 100, CHILDREN // SERVICES
    names = [f"Service {n:02d}" for n in range(SERVICES)]
    figures = [FigureFacts("readiness", "ready_children", "service", name, int(each * share), each, share) for name in names]
    ready = int(each * share) * SERVICES
    figures.append(FigureFacts("readiness", "ready_children", "whole", "", ready, CHILDREN, ready / CHILDREN))
    gates = (
        JudgementFacts("blockers == 0", "", "whole", "", 9000, 0, False, "blocker", "", "", "blockers", "=="),
        JudgementFacts("ready_children >= 0.98", "", "whole", "", share, 0.98, False, "blocker", "", "", "ready_children", ">="),
    )
    moment = dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC)
    inputs = (InputFacts("visit.csv", "visit", 9, f"week {week}"),)
    where = results.relative_to(folder).as_posix()
    return RunFacts(day, moment, "tester", "small", "0", where, rules, inputs, str(week), units, tuple(figures), gates)


if __name__ == "__main__":
    main()
