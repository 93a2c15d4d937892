"""The measures of casework on the sample, each worked out again in pandas from the loaded tables, without the rules' language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from holidays import country_holidays

from dq import pack, request, run
from dq.run import Run
from dq.summary import MeasureFigure

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"
AS_OF = pd.Timestamp("2026-11-02")
BANK_HOLIDAYS = np.array(sorted(country_holidays("GB", subdiv="ENG", years=range(1990, 2041))), dtype="datetime64[D]")


@pytest.fixture(scope="module")
def sample() -> Iterator[Run]:
    """The newest extract of the sample with one rule; measures are counted whichever rules are chosen."""
    asked = request.of_path(SAMPLE, select=["PER-001"], as_of=AS_OF.date())
    with run.execute(asked) as finished:
        yield finished


def table(sample: Run, name: str) -> pd.DataFrame:
    frame = sample.connection.sql(
        f'select t.*, r.team, r.worker from "{name}" as t join dq_route."{name}" as r using (row_id)'
    ).df()
    for column in frame.columns:
        if column.endswith("_date") and not column.startswith("raw__"):
            frame[column] = pd.to_datetime(frame[column])
    return frame


def figure(sample: Run, measure: str, part: str = "", level: str = "whole", unit: str = "") -> MeasureFigure:
    [row] = [each for each in sample.summary.key_figures if each.measure == measure]
    [found] = [each for each in row.figures if (each.part, each.level, each.unit) == (part, level, unit)]
    return found


def working_days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Working days after the first date, up to and with the second; NaN where one of them is blank."""
    known = start.notna() & end.notna()
    day = np.timedelta64(1, "D")
    first, last = (each[known].to_numpy().astype("datetime64[D]") + day for each in (start, end))
    found = pd.Series(np.nan, index=start.index)
    found[known] = np.busday_count(first, last, holidays=BANK_HOLIDAYS)
    return found


def period(dates: pd.Series, part: str) -> pd.Series:
    before = (AS_OF.to_period("M") - 1).to_timestamp()
    begins = {
        "week": AS_OF - pd.Timedelta(days=6),
        "month": AS_OF.replace(day=1),
        "last month": before,
        "year to date": pd.Timestamp("2026-04-01"),
    }
    ends = AS_OF.replace(day=1) - pd.Timedelta(days=1) if part == "last month" else AS_OF
    return dates.between(begins[part], ends)


def compare(found: MeasureFigure, ok: pd.Series) -> None:
    """A column of true, false and NaN against a figure."""
    assert (found.counted, found.of, found.not_assessed) == (int((ok == True).sum()), int(ok.notna().sum()), int(ok.isna().sum()))  # noqa: E712


def verdict(condition: pd.Series, known: pd.Series) -> pd.Series:
    return condition.astype(object).where(known, np.nan)


def test_children_on_a_plan_who_were_seen_in_time(sample: Run) -> None:
    plans, visits = table(sample, "cp_plan"), table(sample, "cp_visit")
    plans = plans[plans["end_date"].isna()]
    seen = visits[visits["seen"] == "Y"].groupby("plan_id")["visit_date"].max()
    since = plans["plan_id"].map(seen).fillna(plans["start_date"])
    days = working_days(since, pd.Series(AS_OF, index=plans.index))
    ok = verdict(days <= 20, days.notna())
    compare(figure(sample, "MEA-001"), ok)
    for team, rows in ok.groupby(plans["team"]):
        compare(figure(sample, "MEA-001", "", "team", str(team)), rows)


@pytest.mark.parametrize("part", ["week", "month", "last month", "year to date"])
def test_visits_made_in_time(sample: Run, part: str) -> None:
    visits = table(sample, "cp_visit").sort_values(["plan_id", "visit_date", "visit_id"])
    before = visits.groupby("plan_id")["visit_date"].shift()
    chosen = visits[before.notna() & period(visits["visit_date"], part)]
    days = working_days(before[chosen.index], chosen["visit_date"])
    compare(figure(sample, "MEA-004", part), verdict(days <= 20, days.notna()))


@pytest.mark.parametrize(("measure", "name"), [("MEA-007", "cp_visit"), ("MEA-008", "cla_visit"), ("MEA-009", "cin_visit")])
def test_visits_written_up_in_time(sample: Run, measure: str, name: str) -> None:
    visits = table(sample, name)
    chosen = visits[period(visits["visit_date"], "last month")]
    taken = working_days(chosen["visit_date"], chosen["recorded_date"])
    waiting = working_days(chosen["visit_date"], pd.Series(AS_OF, index=chosen.index))
    late = chosen["recorded_date"].isna() & (waiting > 5)
    compare(figure(sample, measure, "last month"), verdict((taken <= 5) & ~late, taken.notna() | late))


@pytest.mark.parametrize("part", ["month", "last month", "year to date"])
def test_assessments_in_45_working_days(sample: Run, part: str) -> None:
    assessments, referrals = table(sample, "assessment"), table(sample, "cin_episode")
    assessments = assessments.sort_values(["referral_id", "start_date", "assessment_id"])
    first = assessments["referral_id"].notna() & ~assessments.duplicated("referral_id")
    referred = assessments["referral_id"].map(referrals.groupby("referral_id")["referral_date"].max())
    counted_from = referred.where(first).fillna(assessments["start_date"])
    chosen = assessments["authorised_date"].notna() & period(assessments["authorised_date"], part)
    days = working_days(counted_from[chosen], assessments.loc[chosen, "authorised_date"])
    compare(figure(sample, "MEA-020", part), verdict(days <= 45, days.notna()))


@pytest.mark.parametrize("part", ["last month", "year to date"])
def test_referrals_within_twelve_months(sample: Run, part: str) -> None:
    referrals = table(sample, "cin_episode").sort_values(["person_id", "referral_date", "referral_id"])
    before = referrals.groupby("person_id")["referral_date"].shift()
    again = before >= referrals["referral_date"] - pd.DateOffset(years=1)
    chosen = period(referrals["referral_date"], part)
    compare(figure(sample, "MEA-024", part), again[chosen].astype(object))


def test_caseloads(sample: Run) -> None:
    """Children with an open case in social care by the worker to whom they go; those who left hold nobody."""
    open_now = set()
    for name, ends in (
        ("cin_episode", "close_date"),
        ("cin_plan", "end_date"),
        ("cp_plan", "end_date"),
        ("cla_episode", "ceased_date"),
    ):
        frame = table(sample, name)
        open_now |= set(frame.loc[frame[ends].isna(), "person_id"])
    people = table(sample, "person")
    held = people[people["person_id"].isin(open_now) & people["worker"].notna() & (people["team"] != "leavers")]
    by_worker = held.groupby("worker").size()
    average, most = figure(sample, "MEA-050"), figure(sample, "MEA-050", "maximum")
    assert (average.counted, average.of) == (by_worker.sum(), len(by_worker))
    assert average.value == pytest.approx(by_worker.mean()) and most.value == by_worker.max()
    for team, rows in held.groupby("team"):
        assert figure(sample, "MEA-050", "maximum", "team", str(team)).value == rows.groupby("worker").size().max()
    allocated = table(sample, "involvement")
    holders = set(allocated.loc[(allocated["allocated"] == "Y") & allocated["end_date"].isna(), "person_id"])
    everybody = set(people["person_id"]) & open_now
    nobody = figure(sample, "MEA-052")
    assert (nobody.counted, nobody.of) == (len(everybody - holders), len(everybody))


def test_section_20_by_how_long(sample: Run) -> None:
    statuses = table(sample, "legal_status")
    statuses = statuses[(statuses["code"] == "V2") & statuses["end_date"].isna()]
    assert figure(sample, "MEA-060").counted == len(statuses) > 0
    edges = {"under 3 months": (0, 3), "3 to 6 months": (3, 6), "6 to 12 months": (6, 12), "12 months and over": (12, 1200)}
    for band, (least, limit) in edges.items():
        begun = (statuses["start_date"] + pd.DateOffset(months=least) <= AS_OF) & (
            statuses["start_date"] + pd.DateOffset(months=limit) > AS_OF
        )
        assert figure(sample, "MEA-060", band).counted == int(begun.sum())


def test_initial_health_assessments(sample: Run) -> None:
    episodes, checks = table(sample, "cla_episode"), table(sample, "cla_health")
    periods = episodes.groupby("cla_id").agg(
        person=("person_id", "min"),
        start=("start_date", "min"),
        open=("ceased_date", lambda days: days.isna().any()),
        end=("ceased_date", "max"),
    )
    due = pd.Series(
        pd.to_datetime(
            np.busday_offset(periods["start"].to_numpy().astype("datetime64[D]"), 20, roll="backward", holidays=BANK_HOLIDAYS)
        ),
        periods.index,
    )
    ended = periods["end"].where(~periods["open"]).fillna(AS_OF)
    chosen = periods[(due < ended) & period(due, "year to date")]
    first = checks[(checks["type"] == "IHA") & (checks["status"] == "Completed")]
    done = [
        bool(((first["person_id"] == each.person) & first["check_date"].between(each.start, due[name])).any())
        for name, each in chosen.iterrows()
    ]
    found = figure(sample, "MEA-090", "year to date")
    assert (found.counted, found.of) == (sum(done), len(done))


def test_shares_and_counts_add_up_at_every_level(sample: Run) -> None:
    for row in sample.summary.key_figures:
        assert not row.reason
        for part, shape in row.shapes.items():
            if shape == "maximum":
                continue
            totals = {}
            for level in ("team", "service", "head", "director", "whole"):
                mine = [each for each in row.figures if (each.part, each.level) == (part, level)]
                totals[level] = tuple(sum(getattr(each, word) or 0 for each in mine) for word in ("counted", "of", "not_assessed"))
            assert len(set(totals.values())) == 1, (row.measure, part, totals)


def test_every_measure_says_its_source_and_has_a_list_and_no_id_is_a_rules() -> None:
    casework = pack.load("casework")
    assert len(casework.measures) >= 40
    ids = {rule.id for rule in casework.rules}
    for each in casework.measures:
        assert each.source and each.reason.endswith(".") and each.list is not None and each.id not in ids
    reasons = [each.reason for each in casework.measures]
    assert len({each for each in reasons if reasons.count(each) > 2}) == 0


def test_the_date_of_the_sample_is_the_one_meant(sample: Run) -> None:
    assert sample.summary.as_of == dt.date(2026, 11, 2)
