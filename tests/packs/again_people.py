"""Measures of caseloads, section 20, plans, missing children, health, oversight and care leavers, worked out again."""

from __future__ import annotations

import numpy as np
import pandas as pd
from again import (
    AS_OF,
    MONTHS,
    Tables,
    ages,
    any_row,
    at_most,
    blank,
    care_periods,
    first_known,
    last,
    measure,
    people,
    said,
    today,
    working_days,
)


@measure("MEA-050")
def children_held(tables: Tables) -> pd.DataFrame:
    rows = people(tables)
    rows = rows[rows["social_care"]]
    return said(rows, pd.Series(True, index=rows.index))


@measure("MEA-051")
def families_held(tables: Tables) -> pd.DataFrame:
    known, rows = people(tables), tables("family")
    members = set(known.loc[known["social_care"], "person_id"])
    rows = rows[rows["family_id"].notna() & rows["person_id"].isin(members)].sort_values(
        ["family_id", "person_id", "family_row_id"]
    )
    rows = rows.drop_duplicates("family_id")
    return said(rows, pd.Series(True, index=rows.index))


def allocated(tables: Tables) -> pd.DataFrame:
    rows = tables("involvement")
    return rows[(rows["allocated"] == "Y") & blank(rows, "end_date")]


@measure("MEA-052")
def without_a_worker(tables: Tables) -> pd.DataFrame:
    rows = people(tables)
    rows = rows[rows["social_care"]]
    return said(rows, ~rows["person_id"].isin(allocated(tables)["person_id"]))


@measure("MEA-053")
def workers_have_left(tables: Tables) -> pd.DataFrame:
    rows, held, staff = people(tables), allocated(tables), tables("professional")
    here = staff.loc[staff["left_date"].isna() | (staff["left_date"] > AS_OF), "professional_id"]
    rows = rows[rows["social_care"] & rows["person_id"].isin(held["person_id"])]
    return said(rows, ~rows["person_id"].isin(held.loc[held["professional_id"].isin(here), "person_id"]))


def accommodated(tables: Tables) -> pd.DataFrame:
    rows = tables("legal_status")
    return rows[(rows["code"] == "V2") & blank(rows, "end_date")]


@measure("MEA-060")
def under_section_20(tables: Tables) -> pd.DataFrame:
    rows = accommodated(tables)
    return said(rows, pd.Series(True, index=rows.index)).assign(begun=rows["start_date"])


@measure("MEA-061")
def no_agreement(tables: Tables) -> pd.DataFrame:
    rows, agreed = accommodated(tables), tables("voluntary_agreement")
    by = agreed["agreed_by"].notna() & (agreed["agreed_by"] != "NONE")
    agreed = agreed[blank(agreed, "withdrawn_date") & (agreed["agreed_date"] <= AS_OF) & by]
    return said(rows, ~rows["legal_status_id"].isin(agreed["legal_status_id"].dropna()))


@measure("MEA-062")
def plan_for_permanence(tables: Tables) -> pd.DataFrame:
    rows, plans = accommodated(tables), tables("cla_care_plan")
    rows = rows[rows["start_date"] + MONTHS[4] < AS_OF]
    plans = plans[plans["permanence_plan"].notna() & plans["start_date"].notna()]
    return said(rows, rows["person_id"].isin(plans.loc[plans["end_date"].isna() | (plans["end_date"] >= AS_OF), "person_id"]))


def need_plans(tables: Tables) -> pd.DataFrame:
    rows = tables("cin_plan")
    rows = rows[blank(rows, "end_date")]
    return rows.assign(reviewed=rows["plan_id"].map(last(tables("cin_review"), "plan_id", "review_date")))


@measure("MEA-070")
def need_plans_open(tables: Tables) -> pd.DataFrame:
    rows = need_plans(tables)
    return said(rows, pd.Series(True, index=rows.index)).assign(begun=rows["start_date"])


@measure("MEA-071")
def need_plans_old(tables: Tables) -> pd.DataFrame:
    rows = need_plans(tables)
    return said(rows, (rows["start_date"] + MONTHS[12] < AS_OF).astype(object).where(rows["start_date"].notna(), np.nan))


@measure("MEA-072")
def need_plans_reviewed(tables: Tables) -> pd.DataFrame:
    rows = need_plans(tables)
    return said(rows, at_most(today(rows), first_known(rows["reviewed"], rows["start_date"]) + MONTHS[3]))


@measure("MEA-073")
def need_plans_never_reviewed(tables: Tables) -> pd.DataFrame:
    rows = need_plans(tables)
    rows = rows[rows["start_date"] + MONTHS[3] < AS_OF]
    return said(rows, rows["reviewed"].isna())


@measure("MEA-080", word="offered_date")
@measure("MEA-081", word="interview_date")
def interviews(tables: Tables, word: str) -> pd.DataFrame:
    rows = tables("missing")
    asked = rows["interview_offered"] != "NA" if word == "offered_date" else rows["interview_accepted"] == "Y"
    rows = rows[rows["end_date"].notna() & asked]
    done = rows["missing_id"].map(tables("return_interview").groupby("missing_id")[word].min())
    waiting = (AS_OF - rows["end_date"]).dt.days <= 3
    ok = at_most((done - rows["end_date"]).dt.days, 3)
    return said(rows, ok.where(done.notna() | waiting, False), "end_date")


def checks(tables: Tables, *types: str, status: tuple[str, ...] = ("Completed",)) -> pd.DataFrame:
    rows = tables("cla_health")
    return rows[rows["type"].isin(types) & rows["status"].isin(status)]


@measure("MEA-090")
def first_health(tables: Tables) -> pd.DataFrame:
    rows = care_periods(tables)
    rows = rows[rows["health_due"] < rows["end_date"].fillna(AS_OF)]
    done = any_row(
        rows, checks(tables, "IHA"), "person_id", lambda row, of: of["check_date"].between(row.start_date, row.health_due)
    )
    return said(rows, done, "health_due")


@measure("MEA-091")
def health_up_to_date(tables: Tables) -> pd.DataFrame:
    rows = care_periods(tables)
    rows = rows[rows["end_date"].isna() & (rows["health_due"] < AS_OF)]
    young = ages(rows["born"]) < 5
    done = any_row(
        rows.assign(young=young), checks(tables, "IHA", "RHA"), "person_id",
        lambda row, of: (of["check_date"] >= row.start_date) & (of["check_date"] + MONTHS[6 if row.young else 12] >= AS_OF),
    )  # fmt: skip
    return said(rows, done)


@measure("MEA-092")
def teeth(tables: Tables) -> pd.DataFrame:
    rows = care_periods(tables)
    rows = rows[rows["end_date"].isna() & (rows["start_date"] + MONTHS[12] < AS_OF)]
    looked = checks(tables, "DENTAL", status=("Completed", "Refused"))
    return said(rows, rows["person_id"].isin(looked.loc[looked["check_date"] >= AS_OF - MONTHS[12], "person_id"]))


@measure("MEA-093")
def strengths(tables: Tables) -> pd.DataFrame:
    rows, scores = care_periods(tables), tables("sdq_score")
    rows = rows[rows["end_date"].isna() & (rows["start_date"] + MONTHS[12] < AS_OF) & ages(rows["born"]).between(5, 16)]
    return said(rows, rows["person_id"].isin(scores.loc[scores["completed_date"] >= AS_OF - MONTHS[12], "person_id"]))


@measure("MEA-094")
def education_plans(tables: Tables) -> pd.DataFrame:
    rows, periods = people(tables), care_periods(tables)
    begun = rows["person_id"].map(last(periods[periods["end_date"].isna()], "person_id", "start_date"))
    five = rows["date_of_birth"] + pd.DateOffset(years=5)
    since = pd.concat([begun, five], axis=1).max(axis=1)
    planned = rows["person_id"].map(last(tables("cla_education_plan"), "person_id", "plan_date"))
    ok = (planned >= since) & (planned + MONTHS[4] >= AS_OF)
    chosen = rows["in_care"] & ages(rows["date_of_birth"]).between(5, 15) & (working_days(since, today(rows)) > 20)
    return said(rows, ok)[chosen]


@measure("MEA-100", who="watched", since="open_since", limit=42)
@measure("MEA-101", who="", since="in_need_since", limit=91)
def supervised(tables: Tables, who: str, since: str, limit: int) -> pd.DataFrame:
    rows = people(tables)
    rows = rows[rows[who] if who else rows["in_need_since"].notna() & ~rows["watched"]]
    latest = pd.concat([rows["supervised"], rows[since]], axis=1).max(axis=1)
    return said(rows, at_most((AS_OF - latest).dt.days, limit))


@measure("MEA-110", of="")
@measure("MEA-111", of="touch")
@measure("MEA-112", of="plan")
def care_leavers(tables: Tables, of: str) -> pd.DataFrame:
    rows = tables("care_leaver")
    rows = rows[blank(rows, "end_date")]
    if of == "touch":
        rows = rows[rows["in_touch"] == "YES"]
        return said(rows, at_most(today(rows), rows["latest_contact_date"] + MONTHS[2]))
    if of == "plan":
        rows = rows[rows["eligibility"].isin(["Relevant", "Former Relevant", "Eligible"])]
        planned = first_known(rows["pathway_plan_review_date"], rows["pathway_plan_date"])
        return said(rows, planned + MONTHS[6] >= AS_OF)
    rows = rows[rows["in_touch"].notna() & ~rows["in_touch"].isin(["DIED", "NREQ", "RHOM"])]
    return said(rows, rows["in_touch"] == "YES")
