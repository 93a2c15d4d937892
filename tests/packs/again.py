"""What it takes to work measures out again in pandas from the loaded tables: no view, no expression and no SQL of the rules.

`AGAIN` (filled by `again_work` and `again_people`) gives for each measure its records with `team`, `worker`, `ok` (true, false,
NaN: not assessed) and, where it is by the week or month, `date`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from holidays import country_holidays

AS_OF = pd.Timestamp("2026-11-02")
BANK_HOLIDAYS = np.array(sorted(country_holidays("GB", subdiv="ENG", years=range(1990, 2041))), dtype="datetime64[D]")
Tables = Callable[[str], pd.DataFrame]
MONTH, MONTHS = pd.DateOffset(months=1), {n: pd.DateOffset(months=n) for n in (2, 3, 4, 6, 12)}
AGAIN: dict[str, Callable[[Tables], pd.DataFrame]] = {}


def measure(*names: str, **given: Any) -> Callable[[Callable[..., pd.DataFrame]], Callable[..., pd.DataFrame]]:
    def note(function: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
        for name in names:
            AGAIN[name] = lambda tables: function(tables, **given)
        return function

    return note


def working_days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Working days after the first date, up to and with the second; NaN where one of them is blank."""
    known = start.notna() & end.notna()
    first, last = (each[known].to_numpy().astype("datetime64[D]") + np.timedelta64(1, "D") for each in (start, end))
    found = pd.Series(np.nan, index=start.index)
    found[known] = np.busday_count(first, last, holidays=BANK_HOLIDAYS)
    return found


def add_working_days(days: pd.Series, number: int) -> pd.Series:
    known = days.notna()
    found = pd.Series(pd.NaT, index=days.index, dtype="datetime64[us]")
    given = days[known].to_numpy().astype("datetime64[D]")
    found[known] = pd.to_datetime(np.busday_offset(given, number, roll="backward", holidays=BANK_HOLIDAYS))
    return found


def today(like: pd.Series | pd.DataFrame) -> pd.Series:
    return pd.Series(AS_OF, index=like.index)


def at_most(left: pd.Series, right: Any) -> pd.Series:
    """left <= right; NaN where one is blank."""
    other = right if isinstance(right, pd.Series) else pd.Series(right, index=left.index)
    return (left <= other).astype(object).where(left.notna() & other.notna(), np.nan)


def said(rows: pd.DataFrame, ok: pd.Series, date: str | None = None) -> pd.DataFrame:
    found = rows[["team", "worker"]].assign(ok=ok.astype(object))
    return found if date is None else found.assign(date=rows[date])


def blank(rows: pd.DataFrame, column: str) -> pd.Series:
    """Nothing was written in the cell."""
    raw = f"raw__{column}"
    return rows[raw].isna() if raw in rows else rows[column].isna()


def before(rows: pd.DataFrame, key: list[str], date: str, id_: str) -> pd.Series:
    return rows.sort_values([date, id_]).groupby(key, dropna=False)[date].shift().reindex(rows.index)


def place(rows: pd.DataFrame, key: list[str], date: str, id_: str) -> pd.Series:
    return rows.sort_values([date, id_]).groupby(key, dropna=False).cumcount().reindex(rows.index) + 1


def last(rows: pd.DataFrame, key: str, date: str) -> pd.Series:
    return rows.groupby(key)[date].max()


def open_children(tables: Tables) -> dict[str, pd.DataFrame]:
    started = dict.fromkeys(("cin_plan", "cp_plan", "care_leaver", "early_help"), ("start_date", "end_date"))
    ends = {"cin_episode": ("referral_date", "close_date"), "cla_episode": ("start_date", "ceased_date"), **started}
    return {
        name: tables(name).loc[lambda rows, end=end: rows[end].isna(), ["person_id", start]].rename(columns={start: "began"})
        for name, (start, end) in ends.items()
    }


def people(tables: Tables) -> pd.DataFrame:
    """People with what they are to social care now."""
    spells, found = open_children(tables), tables("person")

    def among(*names: str) -> pd.Series:
        return found["person_id"].isin(set().union(*(spells[name]["person_id"].dropna() for name in names)))

    every = pd.concat(spells.values()).groupby("person_id")["began"].min()
    need = pd.concat([spells["cin_episode"], spells["cin_plan"]]).groupby("person_id")["began"].min()
    return found.assign(
        social_care=among("cin_episode", "cin_plan", "cp_plan", "cla_episode"), in_care=among("cla_episode"),
        watched=among("cp_plan", "cla_episode"), open_since=found["person_id"].map(every),
        in_need_since=found["person_id"].map(need),
        supervised=found["person_id"].map(last(tables("supervision"), "person_id", "supervision_date")),
    )  # fmt: skip


def ages(dates: pd.Series) -> pd.Series:
    passed = (AS_OF.month * 100 + AS_OF.day) >= (dates.dt.month * 100 + dates.dt.day)
    return AS_OF.year - dates.dt.year - (~passed).astype(int)


def care_periods(tables: Tables) -> pd.DataFrame:
    """Periods of care, each as its first episode is routed."""
    episodes = tables("cla_episode")
    episodes = episodes[episodes["cla_id"].notna()].sort_values(["cla_id", "start_date", "row_id"])
    first = episodes.drop_duplicates("cla_id").set_index("cla_id")[["team", "worker"]]
    by = episodes.groupby("cla_id")
    open_ = by["ceased_date"].apply(lambda days: days.isna().any())
    found = first.assign(
        person_id=by["person_id"].min(), start_date=by["start_date"].min(), end_date=by["ceased_date"].max().where(~open_)
    )
    visits = tables("cla_visit")
    found["seen"] = last(visits[visits["seen"] == "Y"], "cla_id", "visit_date")
    found["born"] = found["person_id"].map(tables("person").drop_duplicates("person_id").set_index("person_id")["date_of_birth"])
    found["health_due"] = add_working_days(found["start_date"], 20)
    return found.reset_index()


def any_row(rows: pd.DataFrame, other: pd.DataFrame, key: str, test: Callable[[Any, pd.DataFrame], pd.Series]) -> pd.Series:
    """Whether some row of another table with the same key passes a test."""
    groups = dict(list(other.groupby(key)))
    return pd.Series([bool(test(row, groups[getattr(row, key)]).any()) if getattr(row, key) in groups else False
                      for row in rows.itertuples()], index=rows.index, dtype=object)  # fmt: skip


def first_known(left: pd.Series, right: pd.Series) -> pd.Series:
    return left.fillna(right)


PERIODS: Mapping[str, tuple[pd.Timestamp, pd.Timestamp]] = {
    "week": (AS_OF - pd.Timedelta(days=6), AS_OF),
    "month": (AS_OF.replace(day=1), AS_OF),
    "last month": (AS_OF.replace(day=1) - MONTH, AS_OF.replace(day=1) - pd.Timedelta(days=1)),
    "year to date": (pd.Timestamp("2026-04-01"), AS_OF),
}
BANDS: Mapping[str, tuple[int, int]] = {
    "under 3 months": (0, 3), "3 to 6 months": (3, 6), "under 6 months": (0, 6), "6 to 9 months": (6, 9), "6 to 12 months": (6, 12),
    "9 to 12 months": (9, 12), "12 months and over": (12, 1200),
}  # fmt: skip


def part(rows: pd.DataFrame, word: str) -> pd.DataFrame:
    """The records of one part of a measure: of a period, or with `ok` saying whether they lie in a band."""
    if word in PERIODS:
        return rows[rows["date"].between(*PERIODS[word])]
    if word in BANDS:
        least, limit = (pd.DateOffset(months=number) for number in BANDS[word])
        inside = (rows["begun"] + least <= AS_OF) & (rows["begun"] + limit > AS_OF)
        return rows.assign(ok=inside.astype(object).where(rows["begun"].notna(), np.nan))
    return rows


def per_worker(rows: pd.DataFrame) -> pd.Series:
    """How many each worker holds; those without a worker, or whose worker has left, are held by nobody."""
    return rows[rows["worker"].notna() & (rows["team"] != "leavers")].groupby("worker").size()
