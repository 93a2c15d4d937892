"""Each figure on the papers of the sample's six weeks, computed again with pandas from the exceptions of each run."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import browser
import pandas as pd
import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from reading import pdf_text, section, table, tree, words

from dq.cli import entry

DUE = {"blocker": 14, "major": 28, "minor": 56}
SPECIAL = {"unallocated": "Without a worker", "leavers": "Leavers", "data team": "Data team"}


@pytest.fixture(scope="module")
def frames(six_weeks: Path) -> dict[str, pd.DataFrame]:
    """The exceptions of each run by its date."""
    folders = sorted((six_weeks / "reports").iterdir())
    return {each.name[:10]: pd.read_parquet(each / "exceptions.parquet") for each in folders}


@pytest.fixture(scope="module")
def services(six_weeks: Path) -> dict[str, str]:
    staff = pd.read_csv(six_weeks / "teams.csv")
    return {**dict(zip(staff["team"], staff["service"], strict=True)), **{word: word for word in SPECIAL}}


def run(project: Path, *arguments: str) -> str:
    done = CliRunner().invoke(entry, [arguments[0], "--project", str(project), *arguments[1:]])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def board(six_weeks: Path) -> Path:
    run(six_weeks, "board")
    [html] = (six_weeks / "reports" / "2026-11-02-1").glob("board-*.html")
    return html


def readiness(project: Path, week: str) -> tuple[int, int]:
    said = json.loads((project / "reports" / f"{week}-1" / "run.json").read_text(encoding="utf-8"))["readiness"]
    return said["open_children"], said["ready_children"]


def late(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Exceptions of the last run whose days are over, counted from the first run of the unbroken row in which they are."""
    weeks = sorted(frames)
    now = frames[weeks[-1]].copy()
    since = {}
    for each in now["id"]:
        day = weeks[-1]
        for week in reversed(weeks[:-1]):
            if each not in set(frames[week]["id"]):
                break
            day = week
        since[each] = dt.date.fromisoformat(day)
    last = dt.date.fromisoformat(weeks[-1])
    over = [since[row.id] + dt.timedelta(days=DUE[row.severity]) < last for row in now.itertuples()]
    return now[over]


def as_shown(count: int, said: str) -> bool:
    """Whether a cell says a count, or hides it as it must."""
    if 0 < count < 5:
        return said in ("fewer than 5", "not shown")
    return said in (f"{count:,}", "not shown")


def test_the_course_of_readiness_and_blockers(six_weeks: Path, board: Path, frames: dict[str, pd.DataFrame]) -> None:
    rows = table(board, "weeks-table")
    assert len(frames) == 6 and rows[-1]["Extract"] == "1 Mar 2027, go-live" and " to " in rows[-1]["Blockers"]
    for row, (week, frame) in zip(rows[:-1], sorted(frames.items()), strict=True):
        whole, ready = readiness(six_weeks, week)
        assert row["Blockers"] == str((frame["severity"] == "blocker").sum())
        assert row["Children not ready"] == str(whole - ready)
        assert float(row["Ready"].removesuffix(" %")) == pytest.approx(100 * ready / whole, abs=0.1)


def test_ready_children_are_those_without_a_blocker(six_weeks: Path, frames: dict[str, pd.DataFrame]) -> None:
    """In a run in which every blocker rule ran, at most as many are not ready as persons have a blocker."""
    last = frames["2026-11-02"]
    whole, ready = readiness(six_weeks, "2026-11-02")
    assert whole - ready <= last[last["severity"] == "blocker"]["person"].nunique() and whole > ready


def test_services(board: Path, frames: dict[str, pd.DataFrame], services: dict[str, str]) -> None:
    last = frames["2026-11-02"]
    blockers = last[last["severity"] == "blocker"]["team"].map(services).value_counts()
    overdue = late(frames)["team"].map(services).value_counts()
    rows = {row["Service"]: row for row in table(board, "services-table")}
    assert rows["All"]["Blockers"] == str(blockers.sum())
    assert rows["All"]["Late"] == str(overdue.sum())
    for name in set(services.values()):
        row = rows[SPECIAL.get(name, name)]
        assert as_shown(int(blockers.get(name, 0)), row["Blockers"]), name
        assert as_shown(int(overdue.get(name, 0)), row["Late"]), name
    by_severity = late(frames)["severity"].value_counts()
    for severity, count in by_severity.items():
        assert count < 5 or f"{count} {severity}" in section(board, "verdict")


def test_unallocated_work(board: Path, frames: dict[str, pd.DataFrame]) -> None:
    count = int((frames["2026-11-02"]["team"] == "unallocated").sum())
    shown = str(count) if count >= 5 else "fewer than 5"
    assert f"Exceptions that are given to nobody: {shown}." in section(board, "asks")


def test_gates(board: Path, frames: dict[str, pd.DataFrame]) -> None:
    rows = {row["Gate"]: row for row in table(board, "gates-table")}
    assert rows["Blockers"]["Measured"] == str((frames["2026-11-02"]["severity"] == "blocker").sum())
    assert rows["Open children ready"]["Result"] == "NOT MET"


def test_no_key_of_a_record_is_on_the_board_s_paper(board: Path, frames: dict[str, pd.DataFrame]) -> None:
    text = board.read_text(encoding="utf-8") + pdf_text(board.with_suffix(".pdf"))
    for frame in frames.values():
        for column in ("id", "key", "person"):
            assert [value for value in frame[column].dropna().unique() if len(value) > 5 and value in text] == []
    assert len(PdfReader(board.with_suffix(".pdf")).pages) == 2


UNITS = [
    ("service", "Safeguarding"), ("team", "Children in Care North"), ("head", "Adam Reedholt"), ("director", "Aziz Wrenmoor"),
]  # fmt: skip


@pytest.mark.parametrize(("level", "unit"), UNITS)
def test_packs(six_weeks: Path, frames: dict[str, pd.DataFrame], level: str, unit: str, tmp_path: Path) -> None:
    run(six_weeks, "pack", "--for", level, unit, "--out", str(tmp_path))
    [html] = tmp_path.glob("*.html")
    staff = pd.read_csv(six_weeks / "teams.csv")
    column = {"head": "head_of_service"}.get(level, level)
    teams = set(staff[staff[column] == unit]["team"])
    mine = {week: frame[frame["team"].isin(teams)] for week, frame in frames.items()}
    last, over = mine["2026-11-02"], late(frames)
    over = over[over["team"].isin(teams)]
    for row, week in zip(table(html, "weeks-table"), sorted(mine), strict=True):
        assert row["Blockers"] == str((mine[week]["severity"] == "blocker").sum())
    sections = {name: table(html, f"table-{place}") for place, name in enumerate(_titles(html), start=1)}
    for row in sections["Exceptions by severity"]:
        severity = row["Severity"].lower()
        assert row["Exceptions"] == str((last["severity"] == severity).sum())
        assert row["Late"] == str((over["severity"] == severity).sum())
    for row in sections["Where records most often go wrong"]:
        found = last[last["title"] == row["What should be true, but is not"]]
        assert row["Exceptions"] == str(len(found))
    if level != "team":
        below = {"director": "head_of_service", "head": "service", "service": "team"}[level]
        for row in sections["Where it stands"]:
            names = set(staff[staff[below] == row["Unit"]]["team"]) & teams
            for severity in ("blocker", "major", "minor"):
                word = {"blocker": "Blockers", "major": "Major", "minor": "Minor"}[severity]
                assert row[word] == str(((last["severity"] == severity) & last["team"].isin(names)).sum())
    measures_are_those_of_the_run(six_weeks, sections, level, unit)
    found = [row for row in table(html, "ahead-table") if row["Eight of ten courses"] == "found"]
    blockers = [str((mine[week]["severity"] == "blocker").sum()) for week in sorted(mine)]
    assert [row["Blockers to clear"] for row in found] == blockers  # nothing is waived, and every blocker rule ran
    text = html.read_text(encoding="utf-8")
    assert [key for key in last["key"].dropna().unique() if len(key) > 5 and key in text] == []


def measures_are_those_of_the_run(project: Path, sections: dict[str, list[dict[str, str]]], level: str, unit: str) -> None:
    """Each row of the key measures against measures.csv of the run and of the run before, which tests/packs works out again."""
    printed = [row for name, rows in sections.items() if name.startswith("Key measures: ") for row in rows]
    last, first = (measured(project, week, level, unit) for week in ("2026-11-02", "2026-10-26"))
    assert len(printed) == len(last) > 10
    missed = []
    for row in printed:
        key = (row["Measure"], row["Of"])
        mine = last[key]
        of = f" of {int(mine['of']):,}" if mine["of"] else ""
        assert row["Counted"] == (
            f"{int(mine['counted']):,}{of}" if mine["counted"] and mine["part"] != "maximum" else row["Counted"]
        )
        assert row["Value"] == shaped(mine), key
        word = {"yes": "yes", "no": "NO", "": ""}[mine["met"]]
        assert row["Met"] == word and (mine["target"] == "") == (row["Target"] == ""), key
        if mine["target"]:
            aim = float(mine["target"]) * (100 if mine["shape"] == "share" else 1)
            assert row["Target"].startswith(mine["direction"]) and float(row["Target"].split()[2]) == pytest.approx(aim), key
        before = first.get(key, {}).get("value", "")
        if before and mine["value"]:
            change = (float(mine["value"]) - float(before)) * (100 if mine["shape"] == "share" else 1)
            said = 0.0 if row["Change"] == "same" else float(row["Change"].removesuffix(" points"))
            assert said == pytest.approx(change, abs=0.06), key
        missed += [key] if word == "NO" else []
    assert [(row["Measure"], row["Of"]) for row in sections["Targets missed"]] == missed


WORDS = {
    "": "now",
    "week": "the last 7 days",
    "month": "this month",
    "year to date": "since 1 April",
    "maximum": "most with one worker",
}


def measured(project: Path, week: str, level: str, unit: str) -> dict[tuple[str, str], dict[str, str]]:
    """What a run's file says of one unit, by the title of the measure and the words of its part."""
    with (project / "reports" / f"{week}-1" / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["level"], row["unit"]) == (level, unit)]
    return {(row["title"], WORDS.get(row["part"], row["part"])): row for row in rows}


def shaped(row: dict[str, str]) -> str:
    if row["value"] == "":
        return "-"
    value = float(row["value"])
    if row["shape"] == "share":  # never rounded up to 100 nor down to 0
        percent = min(99.9, 100 * value) if value < 1 else 100.0
        return f"{max(0.1, percent) if value else 0.0:.1f} %"
    return f"{value:,.1f}" if row["shape"] == "average" else f"{value:,.0f}"


def test_what_would_help_most(six_weeks: Path, board: Path, frames: dict[str, pd.DataFrame]) -> None:
    """From the run's own counts by rule, and from the persons whom no other rule holds back in the exceptions."""
    said = json.loads((six_weeks / "reports" / "2026-11-02-1" / "run.json").read_text(encoding="utf-8"))
    last = frames["2026-11-02"]
    blocked = last[last["severity"] == "blocker"].groupby("person")["rule"].agg(frozenset)
    for each in said["gains"]:
        assert each["alone"] <= (blocked == frozenset({each["rule"]})).sum() and each["children"] >= each["alone"]
    shown = [(each["rule"], str(each["alone"])) for each in said["gains"] if each["alone"] >= 5][:5]
    rows = [(row["Clear this rule"].split()[0], row["Children ready"]) for row in table(board, "gains-table")]
    assert [row for row in rows if row[1] != "not shown"] == [each for each in shown if each[0] in dict(rows)]
    assert len(rows) == len(shown)
    assert f"is to clear {len(said['short_list']['rules'])} rules: {', '.join(said['short_list']['rules'])}" in section(
        board, "gains"
    )
    whole, ready = readiness(six_weeks, "2026-11-02")
    assert (
        ready + sum(set(rules) <= set(said["short_list"]["rules"]) for rules in blocked)
        >= said["short_list"]["needed"]
        >= 0.98 * whole
    )


def _titles(html: Path) -> list[str]:
    return [words(each) for each in tree(html).iter("h2")][3:]  # after the verdict, the charts and the forecast


def lists(project: Path, out: Path) -> dict[str, dict[str, Any]]:
    asked = ("pack", "--for", "team", "Safeguarding North", "--out", str(out), "--html-only", "--records", "--json")
    return {each["measure"]: each for each in json.loads(run(project, *asked))["lists"]}


def test_records_for_audits_are_drawn_by_a_seed(six_weeks: Path, tmp_path: Path) -> None:
    first = lists(six_weeks, tmp_path)
    assert first["MEA-021"]["seed"] == "" and first["MEA-070"]["seed"] == "6:MEA-070"
    assert first["MEA-070"]["rows"] == 10 < first["MEA-070"]["found"]
    assert {each["reason"] for each in first.values()} == {""}
    assert len(list((tmp_path / "audits").glob("*.xlsx"))) == len(first)
    kept = lists(six_weeks, tmp_path)  # somebody may have written in them
    assert {each["reason"] for each in kept.values()} == {"The file is there already."}


def test_the_packs_and_the_page_break_no_rule_of_wcag(six_weeks: Path, board: Path, tmp_path: Path) -> None:
    browser.needed()
    run(six_weeks, "pack", "--for", "head", "Elodie Stoneholm", "--out", str(tmp_path), "--html-only")
    for page in (board, next(tmp_path.glob("pack-*.html"))):
        assert browser.axe(page, tmp_path)["violations"] == [], page.name
