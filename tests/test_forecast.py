"""The forecast at its edges: histories of a few lines in, chances and sentences out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dq import burndown, held_back, pace
from dq.chances import Future, Wanted, judge
from dq.counts import binomial
from dq.errors import OptionError, ProjectError
from dq.flows import Cell, Flow, History, Recorded, WaiverEnd, by_day
from dq.forecast import forecast
from dq.outlook import Forecast, GateOutlook, Line, Outlook

START = dt.date(2026, 9, 7)
GO_LIVE = dt.date(2027, 1, 25)
NORTH: Cell = ("North", "blocker")
SOUTH: Cell = ("South", "blocker")
PATHS = 500


def weekly(*runs: Mapping[Cell, Flow], children: tuple[int, int] | None = None, days: int = 7) -> History:
    """A history with a run every so many days; `children` are those open and those ready, in every run."""
    told = {"open_children": children[0], "ready_children": children[1]} if children is not None else {}
    return History(tuple(Recorded(START + dt.timedelta(days=days * number), flows, **told) for number, flows in enumerate(runs)))


def falling(start: int, cleared: int, arrived: int = 0, runs: int = 8) -> list[Flow]:
    """A team that clears and gets so many a run."""
    flows = [Flow(open=start, arrived=start)]
    for _ in range(runs - 1):
        done = min(cleared, flows[-1].open)
        flows.append(Flow(open=flows[-1].open + arrived - done, arrived=arrived, cleared=done))
    return flows


def team(flows: Sequence[Flow], cell: Cell = NORTH) -> History:
    """A history of one team."""
    return weekly(*({cell: flow} for flow in flows))


def told(history: History, gate: str = "blockers == 0", *, waived_count: bool = True, capacity: dict[str, float] | None = None,
         day: dt.date = GO_LIVE) -> GateOutlook:  # fmt: skip
    """What is said of one gate at go-live."""
    return forecast(history, [gate], {"go-live": day}, waived_count=waived_count, capacity=capacity).gates[0]


def outlook(said: Forecast, who: str | None, measure: str = "blockers") -> Outlook:
    return next(each for each in said.outlooks if (each.team, each.measure) == (who, measure))


def line(said: Forecast, who: str | None, measure: str = "blockers") -> Line:
    return next(each for each in said.lines if (each.team, each.measure) == (who, measure))


# too little history


@pytest.mark.parametrize("runs", [0, 1, 3])
def test_fewer_than_four_runs_are_too_little_history(runs: int) -> None:
    said = forecast(team(falling(9, 3, runs=max(runs, 1))[:runs]), ["blockers == 0"], {"go-live": GO_LIVE})
    assert said.reason == f"Too little history: {runs} run{'' if runs == 1 else 's'} of different dates; a forecast needs 4."
    assert [(gate.chance, gate.words) for gate in said.gates] == [(None, said.reason)]
    assert said.lines == said.outlooks == ()


def test_runs_of_one_day_count_once_and_what_moved_in_them_is_added_up() -> None:
    flows = falling(40, 4, 1, runs=4)
    again = Recorded(START + dt.timedelta(weeks=3), {NORTH: Flow(open=25, arrived=1, cleared=7)})
    history = team(flows)
    assert forecast(History((*history.runs[:2], *history.runs[2:3] * 2)), ["blockers == 0"], {"go-live": GO_LIVE}).runs == 3
    twice = by_day(History((*history.runs, again)))
    assert len(twice) == 4 and twice[-1].flows[NORTH] == Flow(open=25, arrived=2, cleared=11)
    assert forecast(History((*history.runs, again)), [], {}).runs == 4


# what the numbers say


def test_a_team_that_clears_fast_will_be_done_and_one_that_clears_nothing_will_not() -> None:
    fast, idle = told(team(falling(200, 45, runs=5))), told(team(falling(200, 0, 2)))
    assert fast.chance is not None and fast.chance > 0.5
    assert idle.chance == 0.0 and idle.low is not None and idle.low > 100
    assert idle.words == "The chance is less than 1 %. Not even ten times as fast would make it 90 % sure."


def test_arrivals_go_on() -> None:
    without, with_ = told(team(falling(100, 12))), told(team([*falling(100, 12, 6)]))
    assert without.median is not None and with_.median is not None and with_.median > without.median + 10


def test_how_much_faster_is_the_least_that_makes_it_sure() -> None:
    history = team(falling(300, 12, 3))
    gate = told(history, "blockers <= 100")
    assert gate.chance is not None and gate.chance < 0.9 and gate.faster is not None and 1 < gate.faster < 10
    assert gate.words.endswith(f"To be 90 % sure, the teams must clear {gate.faster:.1f} times as much a week as now.")
    future, wanted = drawn(history, paths=2_000), Wanted("blockers <= 100", "blockers", "<=", 100.0)
    met = [(future.measure(wanted, GO_LIVE, faster) <= 100).mean() for faster in (gate.faster, (gate.faster * 10 - 1) / 10)]
    assert met[0] >= 0.9 > met[1]
    assert told(history, "blockers <= 280").faster == 1.0


def test_a_gate_that_speed_does_not_help_says_so() -> None:
    gate = told(team(falling(100, 5)), "blockers >= 99")
    assert gate.faster is None and gate.words.endswith("Whether it is met does not hang on how fast the teams clear.")


def test_the_chart_goes_from_what_was_found_over_every_week_to_each_day() -> None:
    said = forecast(team(falling(100, 8, 2)), ["blockers == 0"], {"trial load 1": dt.date(2026, 11, 11), "go-live": GO_LIVE})
    drawn_line = line(said, None)
    assert drawn_line.known[0] == (START, 100) and drawn_line.known[-1] == (said.as_of, 58)
    days = [band.day for band in drawn_line.ahead]
    assert days == sorted(set(days)) and dt.date(2026, 11, 11) in days and days[-1] == GO_LIVE and len(days) == 14
    assert all(band.low <= band.median <= band.high for band in drawn_line.ahead)
    assert outlook(said, None).band == drawn_line.ahead[days.index(dt.date(2026, 11, 11))]


def test_an_outlook_gives_the_chance_of_any_number() -> None:
    said = forecast(team(falling(100, 8, 2)), ["blockers <= 40"], {"go-live": GO_LIVE})
    found = outlook(said, None)
    assert found.at_most(40) == said.gates[0].chance
    assert found.at_most(-1) == 0 and found.at_most(10_000) == 1
    assert found.at_most(found.band.low) >= 0.1 and found.at_most(found.band.high) >= 0.9 > found.at_most(found.band.high - 1)


def test_a_day_years_away_does_not_take_years() -> None:
    grid = burndown.steps(START, [START + dt.timedelta(days=3_000), START])
    assert len(grid) <= 61 and grid[-1] == START + dt.timedelta(days=3_000)


def test_rates_are_by_day_however_often_runs_are() -> None:
    each_week = told(weekly(*({NORTH: flow} for flow in falling(400, 21, 7, runs=9))))
    days = weekly(*({NORTH: flow} for flow in falling(400, 3, 1, runs=57)), days=1)
    each_day = told(days)
    assert each_week.median is not None and each_day.median is not None
    assert each_day.median == pytest.approx(each_week.median, rel=0.1)


# edges that were named


def test_no_open_children() -> None:
    history = weekly(*({NORTH: flow} for flow in falling(20, 3)), children=(0, 0))
    gate = told(history, "ready_children >= 98%")
    assert gate.chance is None and "there are no children to count" in gate.words
    unknown = told(team(falling(20, 3)), "ready_children >= 98%")
    assert unknown.chance is None and "does not say how many children are ready" in unknown.reason


def test_one_team_is_the_total() -> None:
    said = forecast(team(falling(60, 5, 1)), [], {"go-live": GO_LIVE})
    assert line(said, "North").ahead == line(said, None).ahead
    assert outlook(said, "North").steps == outlook(said, None, "exceptions").steps
    assert {each.team for each in said.paces} == {None, "North"}


def test_all_waived() -> None:
    flows = [Flow(open=12, arrived=12), *(Flow(open=12, waived=12) for _ in range(6))]
    counted, left_out = told(team(flows)), told(team(flows), waived_count=False)
    assert counted.chance == 0 and counted.low is not None and counted.low >= 12
    assert left_out.chance is not None and left_out.chance > 0.5
    ends = History(team(flows).runs, (WaiverEnd(GO_LIVE, "North", "blocker", 12), WaiverEnd(GO_LIVE, "Nobody", "blocker", 9)))
    back = told(ends, waived_count=False)
    assert back.chance == 0 and back.low is not None and back.low >= 10
    assert told(ends).median == pytest.approx(counted.median, abs=2)


def test_a_rule_that_stops_running_is_no_progress() -> None:
    before = falling(40, 1, runs=6)
    stopped = [*before, Flow(open=5, unchecked=30)]
    cleared = [*before, Flow(open=5, cleared=30)]
    assert before[-1].open == 35
    still, done = told(team(stopped)), told(team(cleared))
    assert still.low is not None and done.high is not None and still.low > 15 > done.high
    assert line(forecast(team(stopped), [], {}), None).known[-1][1] == 35
    assert forecast(team(stopped), [], {}).paces[0].cleared == pytest.approx(5 / 6)


def test_what_left_the_extract_is_shown_apart_and_does_not_go_on() -> None:
    aside = [Flow(open=70, arrived=70), *(Flow(open=70 - 10 * number, aside=10) for number in range(1, 5))]
    said = forecast(team(aside), ["blockers == 0"], {"go-live": GO_LIVE})
    assert (said.paces[0].aside, said.paces[0].cleared) == (10.0, 0.0)
    assert said.gates[0].low is not None and said.gates[0].low > 10


def moved_house() -> History:
    north = [*falling(40, 3, 4, runs=5), Flow(went=44), Flow(), Flow()]
    south = [*falling(40, 3, 4, runs=5), Flow(open=88, came=44), Flow(open=90, arrived=8, cleared=6),
             Flow(open=92, arrived=8, cleared=6)]  # fmt: skip
    return weekly(*({NORTH: n, SOUTH: s} for n, s in zip(north, south, strict=True)))


def test_a_dissolved_team_has_nothing_ahead_and_its_work_goes_on_elsewhere() -> None:
    said = forecast(moved_house(), ["blockers == 0"], {"go-live": GO_LIVE})
    assert {(band.low, band.high) for band in line(said, "North").ahead} == {(0, 0)}
    assert [(each.team, each.dissolved) for each in said.paces] == [(None, False), ("North", True), ("South", False)]
    one = [replace(a, open=a.open + b.open, arrived=a.arrived + b.arrived, cleared=a.cleared + b.cleared, came=0) for a, b in
           ((run.flows[SOUTH], run.flows[NORTH]) for run in moved_house().runs)]  # fmt: skip
    assert outlook(said, None).band.median == pytest.approx(told(team(one, SOUTH)).median, rel=0.05)


def test_a_team_that_works_again_is_not_dissolved() -> None:
    history = moved_house()
    again = Recorded(history.runs[-1].as_of + dt.timedelta(weeks=1), {SOUTH: Flow(open=90), NORTH: Flow(open=5, arrived=5)})
    said = forecast(History((*history.runs, again)), [], {"go-live": GO_LIVE})
    assert not any(each.dissolved for each in said.paces) and line(said, "North").ahead[-1].high > 0


def test_cases_that_change_hands_every_week_go_on_doing_so_and_the_total_stays() -> None:
    north = [Flow(open=100, arrived=100), *(Flow(open=100, arrived=10, went=10) for _ in range(8))]
    south = [Flow(open=20, arrived=20), *(Flow(open=20, came=10, cleared=10) for _ in range(8))]
    said = forecast(weekly(*({NORTH: n, SOUTH: s} for n, s in zip(north, south, strict=True))), [], {"go-live": GO_LIVE})
    assert line(said, "North").ahead[-1].median == pytest.approx(95, abs=15)
    assert (said.paces[1].went, said.paces[2].came) == (10.0, 10.0)


def test_a_team_with_little_history_borrows_from_all() -> None:
    known = falling(100, 10)
    late = [Flow()] * 7 + [Flow(open=50, arrived=50)]
    said = forecast(weekly(*({NORTH: n, SOUTH: s} for n, s in zip(known, late, strict=True))), [], {"go-live": GO_LIVE})
    alone = forecast(team([*[Flow()] * 7, Flow(open=50, arrived=50)], SOUTH), [], {"go-live": GO_LIVE})
    assert outlook(said, "South").at_most(60) > outlook(alone, "South").at_most(60)


def test_a_heap_from_a_changed_rule_is_not_what_comes_every_week() -> None:
    def told_with(word: str) -> float:
        flows = falling(100, 6, runs=8)
        flows[4] = replace(flows[4], open=flows[4].open + 60, **{word: 60})
        flows[5:] = [replace(flow, open=flow.open + 60) for flow in flows[5:]]
        median = told(team(flows)).median
        assert median is not None
        return median

    assert told_with("by_rule") < told_with("arrived")


def test_nothing_was_ever_found() -> None:
    said = forecast(weekly({}, {}, {}, {}, children=(10, 10)), ["blockers == 0", "ready_children == 100%"], {"go-live": GO_LIVE})
    blockers, ready = (gate.chance for gate in said.gates)
    assert blockers is not None and 0.5 < blockers < 1 and ready == blockers
    assert {each.team for each in (*said.lines, *said.outlooks, *said.paces)} == {None}


# capacity


def test_a_team_clears_no_more_than_its_capacity_however_fast_it_goes() -> None:
    history = team(falling(200, 20, 2))
    free, limited = told(history, "blockers <= 50"), told(history, "blockers <= 50", capacity={"North": 1.0})
    assert free.chance is not None and limited.chance is not None
    assert free.chance > limited.chance and limited.faster is None
    weeks = (GO_LIVE - history.runs[-1].as_of).days / 7
    assert limited.low is not None and limited.low >= 74 - weeks - 12
    assert told(history, "blockers <= 50", capacity={"North": 10_000.0}).chance == free.chance


def test_capacities_and_gates_that_make_no_sense_are_told_all_at_once() -> None:
    history = team(falling(200, 20))
    with pytest.raises(OptionError) as caught:
        forecast(history, [], {}, capacity={"Nort": -1.0, "South": float("nan")}, paths=5)
    said = str(caught.value)
    assert said.count("capacity of Nort") == 2 and "Did you mean 'North'" in said and "Give 0 or more." in said
    assert "nan exceptions a week" in said and "5 are too few" in said
    with pytest.raises(ProjectError) as refused:
        forecast(history, ["blockers = none", "blocker == 0", "majors <= 3"], {})
    assert "is not a gate" in str(refused.value) and "Did you mean 'blockers'" in str(refused.value)


def test_what_cannot_be_forecast_says_why() -> None:
    history = team(falling(200, 20))
    assert told(history, "completeness >= 95%").words.startswith("It cannot be forecast: how completeness moves")
    assert told(history, day=history.runs[-1].as_of).words.startswith("This day is not after the last run")
    none_ahead = forecast(history, ["blockers == 0"], {"trial load 1": START})
    assert none_ahead.gates[0].chance is None and none_ahead.outlooks == () and none_ahead.lines[0].ahead == ()


def test_no_chance_is_called_certain() -> None:
    gate = GateOutlook("blockers == 0", "go-live", GO_LIVE, 0.0, faster=None)
    assert gate.words.startswith("The chance is less than 1 %.")
    assert replace(gate, chance=1.0).words == "The chance is more than 99 %."
    assert replace(gate, chance=0.899, faster=1.1).words.startswith("The chance is 89 %. To be 90 % sure")


# children


def test_children_become_ready_as_their_blockers_are_cleared() -> None:
    history = weekly(*({NORTH: flow} for flow in falling(80, 8)), children=(100, 70))
    gates = forecast(history, ["ready_children >= 71%", "ready_children >= 100%", "blockers == 0"], {"go-live": GO_LIVE}).gates
    more, all_, none = (gate.chance for gate in gates)
    assert more is not None and more > 0.9 and all_ == none
    assert gates[0].low is not None and gates[0].high is not None and 0.7 <= gates[0].low <= gates[0].high <= 1


def test_the_power_is_learnt_from_the_runs() -> None:
    alike = held_back.learn([400, 200, 100, 50], [400, 200, 100, 50], [1, 1, 1])
    slower = held_back.learn([400, 200, 100, 50], [200, 142, 100, 71], [1, 1, 1])
    assert alike.power > held_back.POWER > slower.power and slower.spread < held_back.SPREAD
    assert held_back.learn([0, 0], [0, 0], [1]).power == pytest.approx(held_back.POWER)
    still = np.zeros((2, 4), dtype=np.float32)
    assert held_back.children(alike, np.array([0, 1, 50, 4_000]), still, 1.0, 300).tolist() == [0, 1, 50, 300]


# laws


def drawn(history: History, paths: int = PATHS) -> Future:
    runs = by_day(history)
    past = pace.past(runs, {}, ["blocker"])
    grid = burndown.steps(runs[-1].as_of, [GO_LIVE])
    return Future(history, runs, past, grid, burndown.draw(past, runs[-1].as_of, grid, paths), {GO_LIVE}, True)


FLOWS = st.builds(
    Flow, open=st.integers(0, 60), waived=st.just(0), unchecked=st.integers(0, 5), arrived=st.integers(0, 20),
    by_rule=st.sampled_from([0, 0, 0, 15]), came=st.integers(0, 3), went=st.integers(0, 3), cleared=st.integers(0, 30),
    aside=st.integers(0, 3),
)  # fmt: skip
CELLS = st.tuples(st.sampled_from(["North", "South", "East"]), st.sampled_from(["blocker", "major"]))
HISTORIES = st.lists(st.dictionaries(CELLS, FLOWS, max_size=5), min_size=4, max_size=8).map(lambda runs: weekly(*runs))


@settings(max_examples=25, deadline=None)
@given(HISTORIES, st.floats(1, 8), st.integers(0, 60))
def test_clearing_more_never_lowers_the_chance_nor_leaves_more_on_any_path(history: History, faster: float, needed: int) -> None:
    future, wanted = drawn(history), Wanted("", "blockers", "<=", float(needed))
    slow, fast = (future.measure(wanted, GO_LIVE, speed) for speed in (1.0, faster))
    assert (fast <= slow).all()
    assert (fast <= needed).mean() >= (slow <= needed).mean()


@settings(max_examples=10, deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_runs_and_teams_does_not_matter_and_the_same_history_says_the_same(history: History, random: object) -> None:
    turned = tuple(replace(run, flows=dict(reversed(list(run.flows.items())))) for run in reversed(history.runs))
    asked = (["blockers == 0", "exceptions <= 20"], {"go-live": GO_LIVE})
    assert forecast(History(turned), *asked, paths=200) == forecast(history, *asked, paths=200)


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_totals_agree_with_teams_and_severities(history: History) -> None:
    future = drawn(history)
    counts = future.counts(1.0, {GO_LIVE})[GO_LIVE]
    assert (counts >= 0).all()
    every = future.measure(Wanted("", "exceptions", "==", 0), GO_LIVE, 1.0)
    assert (every == counts.sum(axis=(0, 1))).all()
    said = forecast(history, ["blockers == 0"], {"go-live": GO_LIVE}, paths=PATHS)
    teams = {each.team for each in said.lines} - {None}
    for place, (_, total) in enumerate(line(said, None).known):
        assert total == sum(line(said, each).known[place][1] for each in teams)
    assert all(outlook(said, None).at_most(0) <= outlook(said, each).at_most(0) for each in teams)
    alone = judge(future.of(["blocker"]), Wanted("blockers == 0", "blockers", "==", 0.0), "go-live", GO_LIVE)
    assert alone.chance == said.gates[0].chance


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_a_lower_expectation_never_gives_a_higher_number(trials: int, one: float, other: float) -> None:
    chance = np.linspace(1e-4, 1 - 1e-4, 500, dtype=np.float32)
    low, high = (
        binomial(chance, np.full(500, trials, np.float32), np.full(500, trials * share, np.float32))
        for share in sorted((one, other))
    )
    assert (low <= high).all() and (low >= 0).all() and (high <= trials).all()


@pytest.mark.parametrize(("trials", "mean"), [(1, 0.3), (3, 1.5), (40, 4.9), (40, 5.5), (12, 11.0), (300, 150.0)])
def test_numbers_drawn_have_the_mean_and_the_spread_of_a_binomial(trials: int, mean: float) -> None:
    chance = ((np.arange(100_000) + 0.5) / 100_000).astype(np.float32)
    drawn = binomial(chance, np.full(100_000, trials, np.float32), np.full(100_000, mean, np.float32))
    assert drawn.mean() == pytest.approx(mean, abs=0.02)
    assert drawn.var() == pytest.approx(mean * (1 - mean / trials), rel=0.03)
