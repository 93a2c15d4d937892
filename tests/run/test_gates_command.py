"""`dq gates`: since when, course, and what may be taken away: suite, metrics, Data Docs."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from pathlib import Path

import pytest
from run_project import CANARY, TABLES
from test_project_gates import DAYS, Command, checked, extract, set_gates

from dq.gate_docs import clean

GATES = """  - {gate: "blockers <= 1", owner: Head of Safeguarding, for: 2}
  - {gate: "ready_children >= 60%", per: team, by: Trial load 1}
  - {gate: "majors == 0", severity: major}
"""
LOADS = "trial_loads: {Trial load 1: 2026-12-07}\n"


@pytest.fixture
def three_runs(project: Path, dq: Command) -> Path:
    """Blockers: 2, then 1 (no orphan) twice; one team has a ready child less in the first run."""
    set_gates(project, GATES, LOADS)
    dq("check", project, "--no-workbooks", "--quiet")
    visits = TABLES["visit"].replace("V4,P9", "V4,P1")
    extract(project, DAYS[0], visit=visits)
    dq("check", project, "--no-workbooks", "--quiet")
    extract(project, DAYS[1], visit=visits.replace("2026-03-09", "2026-03-10"))
    dq("check", project, "--no-workbooks", "--quiet")
    return project


def test_each_gate_is_shown_with_measured_needed_since_and_course(three_runs: Path, dq: Command) -> None:
    shown = dq("gates", "--project", three_runs, "--json")
    content = json.loads(shown.stdout)
    assert (content["run"], content["as_of"]) == (3, DAYS[1])
    blockers, ready, majors, *always = content["gates"]
    assert [point["measured"] for point in blockers["trend"]] == [2.0, 1.0, 1.0]
    assert [point["met"] for point in blockers["trend"]] == [False, False, True]
    assert blockers["since"] == {"run": 3, "as_of": DAYS[1], "always": False} and blockers["in_a_row"] == 2
    assert (blockers["owner"], blockers["needed_by"], blockers["needed_by_name"]) == (
        "Head of Safeguarding",
        "2027-03-01",
        "go-live",
    )
    assert (ready["per"], ready["needed_by_name"], len(ready["trend"])) == ("team", "Trial load 1", 3) and ready["units"]
    assert majors["severity"] == "major" and next(each["criterion"] for each in always) == "rows_unreconciled == 0"
    text = " ".join(dq("gates", "--project", three_runs).stdout.split())
    assert "Met since run 3 (extract of 16 November 2026). Course: 2, 1, 1." in text
    assert "Needed: at most 1, 2 runs in a row, by 1 March 2027 (go-live)." in text
    assert text.index("Owner: Head of Safeguarding.") < text.index("Advice") < text.index("majors == 0")
    rows = list(csv.DictReader(io.StringIO(dq("gates", "--project", three_runs, "--csv").stdout)))
    assert rows[0]["trend"] == f"2026-11-02: 2; {DAYS[0]}: 1; {DAYS[1]}: 1" and rows[0]["since_run"] == "3"
    assert [row["severity"] for row in rows] == ["blocker", "blocker", "major", "blocker", "blocker"]


def test_an_earlier_run_is_shown_as_it_was_judged(three_runs: Path, dq: Command) -> None:
    [gate, *_] = json.loads(dq("gates", "--project", three_runs, "--run", 2, "--json").stdout)["gates"]
    assert (gate["met"], gate["reason"], len(gate["trend"])) == (False, "Met in 1 run in a row; 2 are needed.", 2)
    assert gate["since"] == {"run": 1, "as_of": "2026-11-02", "always": True}
    assert "Never met so far." in dq("gates", "--project", three_runs, "--run", 2).stdout
    assert dq("gates", "--project", three_runs, "--run", 9).exit_code == 2


def test_a_gate_set_today_knows_what_earlier_runs_measured(three_runs: Path, dq: Command) -> None:
    set_gates(three_runs, '  - {gate: "blockers == 1", for: 2, per: team}\n  - blockers == 1\n')
    gates, _ = checked(three_runs, dq)
    assert gates["blockers == 1"]["in_a_row"] == 2
    shown = json.loads(dq("gates", "--project", three_runs, "--json").stdout)["gates"]
    assert [point["measured"] for point in shown[1]["trend"]] == [2.0, 1.0, 1.0]


def test_the_suite_is_loaded_by_great_expectations_and_judges_the_metrics_as_the_run_did(
    three_runs: Path, dq: Command, tmp_path: Path
) -> None:
    import great_expectations as gx
    import pandas as pd

    suite, metrics = tmp_path / "gates.json", tmp_path / "metrics.csv"
    written = dq("gates", "--project", three_runs, "--suite", suite, "--metrics", metrics)
    assert written.exit_code == 0 and str(suite) in written.stdout
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    loaded = context.suites.add(gx.ExpectationSuite(**json.loads(suite.read_text(encoding="utf-8"))))
    frame = pd.read_csv(metrics)
    assert frame[frame["level"] == "whole"]["blockers"].tolist() == [1.0, 1.0] and set(frame["runs_ago"]) == {0, 1}
    asset = context.data_sources.add_pandas("runs").add_dataframe_asset("metrics")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    failed: set[str] = set()
    for result in batch.validate(loaded).results:
        assert result.expectation_config is not None
        asked = result.expectation_config.meta["asked"]
        failed |= {each["gate"] for each in asked if not result.success}
    judged = json.loads(dq("gates", "--project", three_runs, "--json").stdout)["gates"]
    assert failed == {each["criterion"] for each in judged if not each["met"]} and failed


def test_data_docs_load_nothing_hold_no_record_and_leave_nothing_behind(
    three_runs: Path, dq: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    written = dq("gates", "--project", three_runs, "--data-docs", tmp_path / "docs")
    assert written.exit_code == 0, written.output
    pages = sorted((tmp_path / "docs").rglob("*"))
    texts = [page.read_text(encoding="utf-8") for page in pages if page.is_file()]
    assert {page.suffix for page in pages if page.is_file()} == {".html"} and len(texts) == 2
    for text in texts:
        assert not re.search(r"https?:|<script|<link|<img|@import|url\(| on\w+=", text) and CANARY not in text
        assert set(re.findall(r'href="([^"#]+)', text)) == {page.name for page in pages}
    assert any("ready_children" in text and "NOT MET" in text for text in texts)
    assert list(temp.iterdir()) == []


def test_what_is_there_is_not_written_over(three_runs: Path, dq: Command, tmp_path: Path) -> None:
    (tmp_path / "gates.json").write_text("mine", encoding="utf-8")
    for option in ("--suite", "--metrics"):
        result = dq("gates", "--project", three_runs, option, tmp_path / "gates.json")
        assert result.exit_code == 2 and "is there already" in result.stderr
        assert dq("gates", "--project", three_runs, option, tmp_path / "none" / "x").exit_code == 2
    assert dq("gates", "--project", three_runs, "--data-docs", tmp_path).exit_code == 2
    assert (tmp_path / "gates.json").read_text(encoding="utf-8") == "mine"


def test_without_a_run_there_is_nothing_to_show(project: Path, dq: Command) -> None:
    result = dq("gates", "--project", project)
    assert result.exit_code == 2 and "No run is recorded yet" in result.stderr


def test_cleaning_keeps_words_and_drops_what_is_loaded_or_run() -> None:
    page = """<html><head><script>gone</script></head><body onload="gone()"><script src="https://a">gone</script>
<p class="a" style="b">A &lt; B <a href="https://a">away</a> <a href="javascript:x">run</a> <a href="#below">here</a>
<img src="https://a"/><i class="fas fa-times"></i></p><nav><nav>gone</nav>gone</nav>
<div class="card mb-3"><div>gone</div>gone</div>kept</body></html>"""
    body = clean(page).split("<body>")[1]
    assert '<p class="a">A &lt; B' in body and '<a href="#below">here</a>' in body and ">NOT MET</span>" in body and "kept" in body
    assert not re.search(r"https|javascript|<script|<img|onload|style=|nav|gone", body)
