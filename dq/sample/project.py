"""Writes a whole fictional project: extracts week by week, teams, settings, and the truth about planted faults."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from dq.errors import OptionError
from dq.sample import days
from dq.sample.control import control_totals
from dq.sample.export import RawTexts, write_extract
from dq.sample.faults import Campaign
from dq.sample.faults.registry import Finding
from dq.sample.moment import as_of
from dq.sample.story import tell
from dq.sample.teams_file import write_teams
from dq.sample.twice import choose, exact_pairs
from dq.sample.world import make_world

WEEK = np.timedelta64(7, "D")
MODEL = Path(__file__).parents[1] / "data" / "sample_people.json"
"""The people model of generated projects, trained on one of 3000 children: tests/benchmarks/people.py --train writes it."""
DQ_YAML = """\
# A fictional council. Nobody in it exists; truth.csv says what is wrong in each extract.
project: "Testshire: CareFirst to Liquidlogic"
pack: casework
source: carefirst
extracts: extracts
go_live: 2027-03-01
teams: teams.csv
gates:
  - blockers == 0
  - ready_children >= 0.98
  - completeness >= 0.95
"""

Progress = Callable[[str], None]


def write(
    out: Path,
    *,
    children: int,
    weeks: int = 6,
    seed: int = 1,
    faults: bool = True,
    last: date = date(2026, 11, 2),
    progress: Progress | None = None,
) -> None:
    """Write a project of so many children into `out`: `weeks` extracts, the newest of the day `last`.

    Writes dq.yaml, people.json, teams.csv, extracts/YYYY-MM-DD/*.csv and beside them truth.csv (rule, table, key of every planted
    fault). The same arguments give the same bytes. `progress` is told a line for each thing written. Raises
    `OptionError` when a number makes no sense.
    """
    _sensible(children, weeks, last)
    say = progress or (lambda line: None)
    newest = days.day(last)
    story = tell(seed, children, newest - WEEK * (weeks - 1), newest)
    world = make_world(story)
    say(f"{sum(len(table) for table in world.values()):,} records of {children:,} children")
    out.mkdir(parents=True, exist_ok=True)
    (out / "dq.yaml").write_text(DQ_YAML, encoding="utf-8", newline="\n")
    write_teams(out / "teams.csv", seed, world, story.workforce, newest)
    (out / "people.json").write_bytes(MODEL.read_bytes())
    campaign = Campaign(seed, children)
    twice = choose(seed, world, newest - WEEK * (weeks - 1))
    campaign.spare(twice.children)
    for week in range(weeks):
        today = newest - WEEK * (weeks - 1 - week)
        seen, pairs = twice.add(week, as_of(world, story.workforce, today), faults)
        raw: RawTexts = {}
        truth: list[Finding] = []
        if faults:
            seen, raw, truth = campaign.spoil(week, today, seen, story.workforce)
            truth += pairs + exact_pairs(truth)
        else:
            seen["control_total"] = control_totals(seen, today)
        rows = write_extract(out / "extracts" / str(today), seen, raw)
        _write_truth(out / "extracts" / str(today) / "truth.csv", truth)
        say(f"{today}: {rows:,} rows")


def _sensible(children: int, weeks: int, last: date) -> None:
    if children < 1 or weeks < 1:
        raise OptionError("A project needs at least one child and one week.")
    if not date(2025, 1, 1) <= last <= date(2035, 12, 31):
        raise OptionError("The last extract must lie between 2025 and 2035, where the calendar and the codes are known.")


def _write_truth(path: Path, truth: list[Finding]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["rule", "table", "key"])
        writer.writerows(sorted(truth))
