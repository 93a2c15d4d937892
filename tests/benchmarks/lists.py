"""Times the teams' lists and their way back: python tests/benchmarks/lists.py [EXCEPTIONS [TEAMS]]

A project with so many exceptions in so many teams; every line of one team is answered. Prints seconds of the clock and of the
processor, and the largest memory, of `dq lists`, of `dq lists` with a password, and of `dq answers` read twice.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "lists")]

from given import Project, answer, columns, edited, line  # noqa: E402
from openpyxl import Workbook  # noqa: E402


def answered(book: Workbook) -> None:
    sheet = book["To do"]
    places = columns(sheet)
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, places["Your answer"]).value = "Need help"
        sheet.cell(row, places["Notes"]).value = f"Please call about row {row}"
    answer(sheet, 2, "Fixed in CareFirst")


def timed(what: str, project: Project, *arguments: str) -> None:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "dq", *arguments, "--project", str(project.folder)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LISTS_PASSWORD": "three quiet owls"})
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what}: {clock:.1f} s, processor {used:.1f} s, at most {after.ru_maxrss // 1024} MB so far", flush=True)


def main(exceptions: int, teams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        every = [
            line(number, f"Team {number % teams:02d}", ("blocker", "major", "minor")[number % 3]) for number in range(exceptions)
        ]
        for _ in range(2):
            project.check(every)
        print(f"{exceptions:,} exceptions, {teams} teams; load of the machine {os.getloadavg()[0]:.1f}", flush=True)
        timed("dq lists", project, "lists", "--out", f"{folder}/lists")
        timed("dq lists, encrypted", project, "lists", "--out", f"{folder}/locked", "--password-env", "LISTS_PASSWORD")
        back = edited(Path(folder) / "lists" / "Team 00.xlsx", Path(folder) / "back.xlsx", answered)
        timed(f"dq answers, {exceptions // teams:,} lines", project, "answers", str(back))
        timed("the same again", project, "answers", str(back))


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] + ["20000", "1"][len(sys.argv) - 1 :])))
