"""Measures of visits, recording, assessments, child protection and reviews, worked out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
from again import (
    AS_OF,
    MONTHS,
    Tables,
    add_working_days,
    any_row,
    at_most,
    before,
    blank,
    care_periods,
    first_known,
    last,
    measure,
    place,
    said,
    today,
    working_days,
)


@measure("MEA-001", plan="cp_plan", visit="cp_visit", limit=20)
@measure("MEA-003", plan="cin_plan", visit="cin_visit", limit=30)
def seen_now(tables: Tables, plan: str, visit: str, limit: int) -> pd.DataFrame:
    plans, visits = tables(plan), tables(visit)
    plans = plans[blank(plans, "end_date")]
    seen = plans["plan_id"].map(last(visits[visits["seen"] == "Y"], "plan_id", "visit_date"))
    return said(plans, at_most(working_days(first_known(seen, plans["start_date"]), today(plans)), limit))


def lasting(tables: Tables) -> pd.DataFrame:
    placements = tables("placement")
    return placements[placements["type"].isin(["U1", "U4"])]


@measure("MEA-002")
def looked_after_seen_now(tables: Tables) -> pd.DataFrame:
    periods = care_periods(tables)
    periods = periods[periods["end_date"].isna()]
    settled = any_row(
        periods, lasting(tables), "cla_id",
        lambda row, of: of["end_date"].isna() & (of["start_date"] <= row.seen - MONTHS[12] if pd.notna(row.seen) else False),
    ).astype(bool)  # fmt: skip
    until = first_known(periods["seen"], periods["start_date"]) + pd.Timedelta(days=42)
    return said(periods, at_most(today(periods), until.where(~settled, periods["seen"] + MONTHS[3])))


@measure("MEA-004", name="cp_visit", limit=20)
@measure("MEA-006", name="cin_visit", limit=30)
def visited_in_time(tables: Tables, name: str, limit: int) -> pd.DataFrame:
    visits = tables(name)
    then = before(visits, ["plan_id"], "visit_date", "visit_id")
    return said(visits, at_most(working_days(then, visits["visit_date"]), limit), "visit_date")[then.notna()]


@measure("MEA-005")
def looked_after_visited_in_time(tables: Tables) -> pd.DataFrame:
    visits = tables("cla_visit")
    visits["then"] = before(visits, ["cla_id"], "visit_date", "visit_id")
    visits = visits[visits["then"].notna()]
    settled = any_row(
        visits, lasting(tables), "cla_id",
        lambda row, of: (of["start_date"] <= row.then - MONTHS[12]) & (of["end_date"].isna() | (of["end_date"] >= row.then)),
    ).astype(bool)  # fmt: skip
    until = (visits["then"] + pd.Timedelta(days=42)).where(~settled, visits["then"] + MONTHS[3])
    return said(visits, at_most(visits["visit_date"], until), "visit_date")


@measure("MEA-007", name="cp_visit", begun="visit_date", done="recorded_date", limit=5)
@measure("MEA-008", name="cla_visit", begun="visit_date", done="recorded_date", limit=5)
@measure("MEA-009", name="cin_visit", begun="visit_date", done="recorded_date", limit=5)
@measure("MEA-023", name="cin_episode", begun="referral_date", done="decision_date", limit=1)
def done_in_time(tables: Tables, name: str, begun: str, done: str, limit: int) -> pd.DataFrame:
    rows = tables(name)
    late = blank(rows, done) & (working_days(rows[begun], today(rows)) > limit)
    return said(rows, at_most(working_days(rows[begun], rows[done]), limit).where(~late, False), begun)


@measure("MEA-010", name="cp_visit", word="seen", of="")
@measure("MEA-011", name="cp_visit", word="seen_alone", of="seen")
@measure("MEA-012", name="cla_visit", word="seen_alone", of="seen")
@measure("MEA-013", name="cin_visit", word="seen", of="")
def seen_at(tables: Tables, name: str, word: str, of: str) -> pd.DataFrame:
    visits = tables(name)
    visits = visits[visits[of] == "Y"] if of else visits
    return said(visits, (visits[word] == "Y").astype(object).where(visits[word].notna(), np.nan), "visit_date")


def assessments(tables: Tables) -> pd.DataFrame:
    rows, referrals = tables("assessment"), tables("cin_episode")
    first = place(rows, ["referral_id"], "start_date", "assessment_id") == 1
    referred = rows["referral_id"].map(last(referrals, "referral_id", "referral_date"))
    closed = rows["referral_id"].map(last(referrals, "referral_id", "close_date"))
    since = first_known(referred.where(first), rows["start_date"])
    return rows.assign(since=since, due=add_working_days(since, 45), open=blank(rows, "authorised_date") & closed.isna())


@measure("MEA-020")
def assessed_in_time(tables: Tables) -> pd.DataFrame:
    rows = assessments(tables)
    rows = rows[rows["authorised_date"].notna()]
    return said(rows, at_most(working_days(rows["since"], rows["authorised_date"]), 45), "authorised_date")


@measure("MEA-021")
def about_to_run_over(tables: Tables) -> pd.DataFrame:
    rows = assessments(tables)
    end = add_working_days(pd.Series([AS_OF]), 10)[0]
    rows = rows[rows["open"] & (rows["due"] >= AS_OF) & (rows["due"] <= end)]
    return said(rows, pd.Series(True, index=rows.index))


@measure("MEA-022")
def run_over(tables: Tables) -> pd.DataFrame:
    rows = assessments(tables)
    rows = rows[rows["open"]]
    return said(rows, (rows["due"] < AS_OF).astype(object).where(rows["due"].notna(), np.nan))


@measure("MEA-024")
def referred_again(tables: Tables) -> pd.DataFrame:
    rows = tables("cin_episode")
    then = before(rows, ["person_id"], "referral_date", "referral_id")
    return said(rows, then >= rows["referral_date"] - MONTHS[12], "referral_date")


def enquiries(tables: Tables) -> pd.DataFrame:
    rows = tables("s47_enquiry")
    held = tables("initial_cp_conference").groupby("enquiry_id")["conference_date"].min()
    return rows.assign(conference=rows["enquiry_id"].map(held))


@measure("MEA-030")
def conferences_in_time(tables: Tables) -> pd.DataFrame:
    rows = enquiries(tables)
    rows = rows[rows["conference"].notna()]
    return said(rows, at_most(working_days(rows["strategy_discussion_date"], rows["conference"]), 15), "conference")


@measure("MEA-031")
def led_to_a_conference(tables: Tables) -> pd.DataFrame:
    rows = enquiries(tables)
    rows = rows[~blank(rows, "end_date")]
    return said(rows, rows["conference"].notna(), "end_date")


@measure("MEA-032")
def conferences_overdue(tables: Tables) -> pd.DataFrame:
    rows = enquiries(tables)
    waiting = working_days(rows["strategy_discussion_date"], today(rows)) > 15
    rows = rows[(rows["nfa"] != "Y") & blank(rows, "end_date") & rows["conference"].isna() & waiting]
    return said(rows, pd.Series(True, index=rows.index))


@measure("MEA-040")
def protection_reviews_in_time(tables: Tables) -> pd.DataFrame:
    rows, plans = tables("cp_review"), tables("cp_plan")
    number = place(rows, ["plan_id"], "review_date", "review_id")
    begun = rows["plan_id"].map(last(plans, "plan_id", "start_date")) + MONTHS[3]
    until = (before(rows, ["plan_id"], "review_date", "review_id") + MONTHS[6]).where(number != 1, begun)
    return said(rows, at_most(rows["review_date"], until), "review_date")


@measure("MEA-041")
def protection_review_not_overdue(tables: Tables) -> pd.DataFrame:
    plans = tables("cp_plan")
    plans = plans[blank(plans, "end_date")]
    reviewed = plans["plan_id"].map(last(tables("cp_review"), "plan_id", "review_date"))
    return said(plans, at_most(today(plans), first_known(reviewed + MONTHS[6], plans["start_date"] + MONTHS[3])))


@measure("MEA-042")
def care_reviews_in_time(tables: Tables) -> pd.DataFrame:
    rows = tables("cla_review")
    rows = rows[rows["cancelled"] != "Y"]
    number = place(rows, ["cla_id"], "review_date", "review_id")
    then = before(rows, ["cla_id"], "review_date", "review_id")
    begun = rows["cla_id"].map(care_periods(tables).set_index("cla_id")["start_date"])
    ok = at_most(rows["review_date"], (then + MONTHS[6]).where(number != 2, then + MONTHS[3]))
    return said(rows, ok.where(number != 1, at_most(working_days(begun, rows["review_date"]), 20)), "review_date")


@measure("MEA-043")
def care_review_not_overdue(tables: Tables) -> pd.DataFrame:
    periods, reviews = care_periods(tables), tables("cla_review")
    periods, reviews = periods[periods["end_date"].isna()], reviews[(reviews["cancelled"] != "Y") & reviews["review_date"].notna()]
    number = periods["cla_id"].map(reviews.groupby("cla_id").size()).fillna(0)
    held = periods["cla_id"].map(last(reviews, "cla_id", "review_date"))
    ok = at_most(today(periods), (held + MONTHS[6]).where(number != 1, held + MONTHS[3]))
    return said(periods, ok.where(number != 0, at_most(working_days(periods["start_date"], today(periods)), 20)))
