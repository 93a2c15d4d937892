"""How often the forecast was right: python tests/benchmarks/forecast.py [--tuning] [--migrations N] [--write docs/forecast.md]

Each made-up migration (`migrations.py`) is forecast from its runs, then goes on. Prints how often what came of it lay within the
80 % band, and what came of the chances that were stated. `--tuning` takes the migrations that the forecast was tuned on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measure
import migrations
import numpy as np

from dq.flows import Cell, Flow, History, Recorded
from dq.forecast import forecast
from dq.model import SEVERITIES
from dq.outlook import Forecast, Outlook

RUNS = ((4, 6), (7, 11), (12, 20))
WEEKS = ((2, 5), (6, 12), (13, 20))
STATED = ((0.0, 0.01), (0.01, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))


@dataclass(frozen=True)
class Case:
    """A migration that was forecast: -1, 0 or 1 where the outcome lay below, within or above the band; chances with what came."""

    runs: int
    weeks: int
    total: int
    majors: int
    children: int
    teams: tuple[int, ...]
    zero: tuple[float, bool]
    half: tuple[float, bool]
    ready: tuple[float, bool]
    off: float
    off_line: float


def hold(seed: int, paths: int = 2_000) -> Case:
    """Forecast a migration, and hold the forecast against what came."""
    made = migrations.migrate(seed)
    now = sum(flow.stock for (_, severity), flow in made.history.runs[-1].flows.items() if severity == "blocker")
    gates = ("blockers == 0", f"blockers <= {now // 2}", "ready_children >= 90%")
    said = forecast(made.history, gates, {"go-live": made.day}, paths=paths)
    came = made.count("blocker")
    share = made.ready_children / made.open_children
    met = (came == 0, came <= now // 2, share >= 0.9)
    zero, half, ready = ((float(gate.chance or 0), done) for gate, done in zip(said.gates, met, strict=True))
    total = _outlook(said, None, "blockers")
    known = next(line.known for line in said.lines if line.team is None and line.measure == "blockers")
    low, high = said.gates[2].low, said.gates[2].high
    assert low is not None and high is not None
    return Case(
        len(known),
        round(made.weeks),
        _side(total.band.low, came, total.band.high),
        _where(said, None, "majors", made.count("major")),
        _side(low, share, high),
        tuple(_where(said, line.team, "blockers", made.count("blocker", line.team)) for line in said.lines
              if line.team is not None and line.measure == "blockers"),
        zero, half, ready,
        abs(math.log1p(total.band.median) - math.log1p(came)),
        abs(math.log1p(_straight(known, made)) - math.log1p(came)),
    )  # fmt: skip


def _outlook(said: Forecast, team: str | None, measure: str) -> Outlook:
    return next(each for each in said.outlooks if each.team == team and each.measure == measure)


def _where(said: Forecast, team: str | None, measure: str, came: int) -> int:
    band = next((each.band for each in said.outlooks if each.team == team and each.measure == measure), None)
    return _side(band.low, came, band.high) if band is not None else int(came > 0)


def _side(low: float, value: float, high: float) -> int:
    return (value > high + 1e-9) - (value < low - 1e-9)


def _straight(known: Sequence[tuple[object, int]], made: migrations.Migration) -> float:
    """What a straight line from the run four before the last through the last would say."""
    runs = made.history.runs
    back = max(0, len(known) - 5)
    weeks = (runs[-1].as_of - runs[-min(5, len(runs))].as_of).days / 7
    return max(0.0, known[-1][1] + (known[-1][1] - known[back][1]) / weeks * made.weeks)


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    z, share = 1.96, hits / of
    middle, wide = share + z * z / 2 / of, z * math.sqrt(share * (1 - share) / of + z * z / 4 / of / of)
    return (middle - wide) / (1 + z * z / of), (middle + wide) / (1 + z * z / of)


def seconds(teams: int = 30, runs: int = 30) -> float:
    """Seconds of processor time for a forecast of so many teams from so many runs: three severities, three gates on two days."""
    start, random = dt.date(2026, 1, 5), np.random.default_rng(1)
    stock: dict[Cell, int] = {(f"Team {team}", severity): 100 for team in range(teams) for severity in SEVERITIES}
    recorded = [Recorded(start, {cell: Flow(open=number) for cell, number in stock.items()}, 3_000, 2_500)]
    for week in range(1, runs):
        flows = {}
        for cell, number in stock.items():
            cleared, arrived = int(random.binomial(number, 0.05)), int(random.poisson(1))
            stock[cell] = number + arrived - cleared
            flows[cell] = Flow(open=stock[cell], arrived=arrived, cleared=cleared)
        recorded.append(Recorded(start + dt.timedelta(weeks=week), flows, 3_000, 2_500))
    last = recorded[-1].as_of
    gates = ("blockers == 0", "blockers <= 500", "ready_children >= 98%")
    days = {"trial load": last + dt.timedelta(weeks=12), "go-live": last + dt.timedelta(weeks=20)}
    spent = []
    for _ in range(3):
        began = time.process_time()
        forecast(History(tuple(recorded)), gates, days)
        spent.append(time.process_time() - began)
    return sorted(spent)[1]


def cases(seeds: Iterable[int], workers: int = 2) -> list[Case]:
    """All migrations, in processes of their own."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(hold, seeds, chunksize=10))


def page(found: Sequence[Case]) -> str:
    """The tables."""
    rows = [_row("all", found, lambda case: case.total)]
    rows += [_row(f"{a} to {b} runs", [c for c in found if a <= c.runs <= b], lambda case: case.total) for a, b in RUNS]
    rows += [_row(f"{a} to {b} weeks ahead", [c for c in found if a <= c.weeks <= b], lambda case: case.total) for a, b in WEEKS]
    rows += [
        _row("majors, all", found, lambda case: case.majors),
        _row("share of children ready", found, lambda case: case.children),
    ]
    sides = [side for case in found for side in case.teams]
    rows.append(_sides("blockers of a single team", sides))
    head = ["Blockers in total, unless said otherwise", "Forecasts", "Within the band", "95 % interval", "Below it", "Above it"]
    asked = ("zero", "half", "ready")
    stated = [[_percent(*ends), *(cell for gate in asked for cell in _stated(found, *ends, gate))] for ends in STATED]
    gates = [name for gate in ("`blockers == 0`", "Half the blockers", "`ready_children >= 90%`") for name in (gate, "mean", "met")]
    off, line = (sorted(getattr(case, name) for case in found)[len(found) // 2] for name in ("off", "off_line"))
    return "\n\n".join(
        (
            f"{len(found):,} migrations, 2,000 paths each.",
            measure.table(head, rows),
            "The chances that were stated, and how often the gate was then met: how many forecasts, the mean of what they stated, "
            "the share that was met.",
            measure.table(["Stated chance", *gates], stated),
            f"The middle of the band was off by {math.expm1(off):.0%} in half of the cases; a straight line through the last "
            f"five runs by {math.expm1(line):.0%}.".replace("%", " %"),
            f"30 teams, 30 runs, three gates on two days, 20 weeks ahead, 2,000 paths: {seconds():.1f} s of processor time.",
            measure.machine(("numpy",)),
        )
    )


def _percent(low: float, high: float) -> str:
    return f"{low:.0%} to {high:.0%}".replace("%", " %")


def _row(name: str, found: Sequence[Case], side: Callable[[Case], int]) -> list[str]:
    return _sides(name, [side(case) for case in found])


def _sides(name: str, sides: Sequence[int]) -> list[str]:
    if not sides:
        return [name, "0", "", "", "", ""]
    share = [sides.count(each) / len(sides) for each in (0, -1, 1)]
    low, high = interval(sides.count(0), len(sides))
    shown = [f"{each:.1%}".replace("%", " %") for each in (share[0], low, high, share[1], share[2])]
    return [name, f"{len(sides):,}", shown[0], f"{shown[1]} to {shown[2]}", shown[3], shown[4]]


def _stated(found: Sequence[Case], low: float, high: float, gate: str) -> list[str]:
    pairs = [getattr(case, gate) for case in found]
    pairs = [pair for pair in pairs if low <= pair[0] < high or pair[0] == high == 1]
    if not pairs:
        return ["0", "", ""]
    return [str(len(pairs)), *(f"{sum(pair[at] for pair in pairs) / len(pairs):.0%}".replace("%", " %") for at in (0, 1))]


def main() -> None:
    """Read the options, measure, print or write."""
    parser = argparse.ArgumentParser(description="How often the forecast was right on made-up migrations.")
    parser.add_argument("--migrations", type=int, default=1_000)
    parser.add_argument("--tuning", action="store_true", help="those that the forecast was tuned on")
    parser.add_argument("--write", type=Path, help="page whose tables are replaced")
    options = parser.parse_args()
    seeds = (migrations.TUNING if options.tuning else migrations.SEEDS)[: options.migrations]
    text = page(cases(seeds))
    print(text)
    if options.write:
        measure.write(options.write, "forecast", text)


if __name__ == "__main__":
    main()
