"""Measures of a project from end to end: counted in a check, shown, listed for an audit, acted upon."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from run_project import CANARY, TABLES, invoke, make

Command = Callable[..., Result]
FIRST, SECOND = "2026-10-26", "2026-11-02"
COMMON = "area: Work, cadence: weekly, owner: team, source: Local practice, reason: Why."
MEASURES = f"""measures:
  - {{id: M-1, title: Visits with a plan, table: visit, counts: exists (select 1 from plan as p where p.plan_id = visit.plan_id),
     target: 100, direction: at least, list: {{due: visit_date, fields: [plan_id, note]}}, sample: 2, {COMMON}}}
  - {{id: M-2, title: Open plans, table: plan, of: end_date is null, list: {{records: all}}, {COMMON}}}
  - {{id: M-3, title: Children for each worker, table: person, per: worker, target: 0, direction: at most, {COMMON}}}
  - {{id: M-4, title: Visits by month, table: visit, counts: note is null, by_month: visit_date, {COMMON}}}
  - {{id: M-5, title: A limit that nobody set, table: visit, of: length(visit_id) > :unset, {COMMON}}}
  - {{id: M-6, title: A target that nobody set, table: visit, counts: true = true, target: ':unset', direction: at most, {COMMON}}}
  - {{id: M-7, title: Plans by length, table: plan, of: end_date is null,
     bands: {{short: start_date > '2026-02-01', long: start_date <= '2026-02-01'}}, list: true, {COMMON}}}
"""


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs; in the second visit V4, which has no plan, has one."""
    folder = make(tmp_path_factory.mktemp("measured") / "project")
    (folder / "rules").mkdir()
    (folder / "rules" / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    (folder / "extracts" / SECOND / "visit.csv").write_text(TABLES["visit"].replace("V4,P9", "V4,P4"), encoding="utf-8")
    for day in (FIRST, SECOND):
        result = invoke("check", folder, "--as-of", day, "--quiet", "--no-workbooks")
        assert result.exit_code == 1, result.output
    return folder


@pytest.fixture
def project(twice: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(twice, tmp_path / "project"))


def figures(project: Path, dq: Command, *options: object) -> dict[tuple[str, str, str], dict[str, object]]:
    said = json.loads(dq("measures", "--project", project, "--json", *options).stdout)
    return {(each["measure"], each["part"], each["unit"]): each for each in said["figures"]}


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_check_leaves_every_figure_in_measures_csv_and_those_of_the_whole_in_run_json(project: Path) -> None:
    folder = project / "reports" / f"{FIRST}-1"
    rows = {
        (row["measure"], row["part"], row["level"], row["unit"]): row
        for row in lines((folder / "measures.csv").read_text(encoding="utf-8"))
    }
    whole = rows["M-1", "", "whole", ""]
    assert (whole["counted"], whole["of"], whole["value"], whole["target"], whole["met"]) == ("4", "5", "0.8", "1", "no")
    north, unallocated = rows["M-1", "", "team", "North"], rows["M-1", "", "team", "unallocated"]
    assert (north["counted"], north["of"], north["met"]) == ("2", "2", "yes")
    assert (unallocated["counted"], unallocated["of"], unallocated["met"]) == ("0", "1", "no")
    assert rows["M-2", "", "whole", ""]["shape"] == "count" and rows["M-2", "", "whole", ""]["counted"] == "3"
    assert (rows["M-3", "", "whole", ""]["counted"], rows["M-3", "", "whole", ""]["of"]) == ("2", "2")  # W3 has left, nobody has D
    assert rows["M-4", "year to date", "whole", ""]["of"] == "0" and rows["M-4", "last month", "whole", ""]["target"] == ""
    assert (
        rows["M-5", "", "whole", ""]["reason"] == "The setting :unset has no value." and rows["M-5", "", "whole", ""]["value"] == ""
    )
    assert (
        rows["M-6", "", "whole", ""]["reason"] == "The setting :unset has no value."
        and rows["M-6", "", "whole", ""]["value"] == "1"
    )
    assert (rows["M-7", "long", "whole", ""]["counted"], rows["M-7", "short", "whole", ""]["counted"]) == ("2", "1")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    [first] = [each for each in run["measures"] if each["measure"] == "M-1"]
    assert first["figures"] == [
        {"part": "", "shape": "share", "counted": 4, "of": 5, "not_assessed": 0, "value": 0.8, "met": False}
    ]


def test_nothing_of_a_record_or_worker_is_in_the_figures(project: Path, dq: Command) -> None:
    said = [path.read_text(encoding="utf-8") for path in (project / "reports").glob("*/measures.csv")]
    said += [
        dq("measures", "--project", project, *options).output for options in ((), ("--level", "team"), ("--json",), ("--csv",))
    ]
    said.append(dq("actions", "--project", project).output)
    for text in said:
        assert CANARY not in text and "W1" not in text and "V4" not in text


def test_a_run_is_shown_with_target_change_and_trend(project: Path, dq: Command) -> None:
    now, then = figures(project, dq), figures(project, dq, "--run", 1)
    assert (now["M-1", "", ""]["value"], now["M-1", "", ""]["before"], now["M-1", "", ""]["met"]) == (1.0, 0.8, True)
    assert [each["value"] for each in now["M-1", "", ""]["trend"]] == [0.8, 1.0]  # type: ignore[attr-defined]
    assert (then["M-1", "", ""]["met"], then["M-1", "", ""]["before"]) == (False, None)
    assert now["M-3", "maximum", ""]["met"] is False and now["M-3", "", ""]["met"] is None
    teams = figures(project, dq, "--level", "team", "--name", "North")
    assert {unit for _, _, unit in teams} == {"North"}
    text = dq("measures", "--project", project).output
    assert "Run 2, extract of 2026-11-02:" in text and "+20 points" in text and "80 100" in text
    assert "1 of 2 targets are met. What is missed: dq actions" in text
    table = lines(dq("measures", "--project", project, "--level", "team", "--csv").stdout)
    assert {row["level"] for row in table} == {"team"}


def test_a_target_that_was_changed_is_that_of_its_run(project: Path, dq: Command) -> None:
    text = (project / "rules" / "measures.yaml").read_text(encoding="utf-8").replace("target: 100", "target: 50")
    (project / "rules" / "measures.yaml").write_text(text, encoding="utf-8")
    assert figures(project, dq, "--run", 1)["M-1", "", ""]["target"] == 1.0
    dq("check", project, "--quiet", "--no-workbooks")
    assert figures(project, dq)["M-1", "", ""]["target"] == 0.5


def test_a_measure_that_the_packs_have_no_more_is_still_shown(project: Path, dq: Command) -> None:
    (project / "rules" / "measures.yaml").write_text("measures: []\n", encoding="utf-8")
    assert "the packs have no such measure any more" in str(figures(project, dq)["M-1", "", ""]["title"])
    assert "No measure is waiting" in dq("actions", "--project", project).output
    dq("check", project, "--quiet", "--no-workbooks")
    assert "It measured nothing." in dq("measures", "--project", project).output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--run", 9], "9: There is no such run. See: dq runs"),
        (["--level", "team", "--name", "Nroth"], "There are no figures of such a unit. Did you mean 'North'?"),
        (["--sample", 2, "--seed", "x"], "--seed: It goes with --list MEASURE."),
        (["--list", "M-9"], "--list M-9: There is no such measure."),
        (["--list", "M-3"], "No records are listed behind it."),
        (["--list", "M-1", "--run", 1], "Records are listed from the latest extract."),
        (["--list", "M-1", "--seed", "x"], "--seed: It goes with --sample N."),
        (["--list", "M-1", "--level", "team"], "Whose records are meant? Add --name UNIT."),
        (["--list", "M-1", "--level", "team", "--name", "Nroth"], "There is no such team. Did you mean 'North'?"),
        (["--list", "M-7", "--part", "shrt"], "M-7 has no such part. It has: short, long."),
        (["--list", "M-1", "--out", "list.pdf"], "The file is neither .csv nor .xlsx."),
    ],
)
def test_what_is_asked_wrongly(project: Path, dq: Command, options: list[object], message: str) -> None:
    result = dq("measures", "--project", project, *options)
    assert result.exit_code == 2 and message in result.output, result.output
    assert not list(project.rglob("audits"))


def test_records_behind_a_measure_go_into_a_file_and_not_to_the_terminal(project: Path, dq: Command) -> None:
    dq("check", project, "--as-of", FIRST, "--quiet", "--no-workbooks")  # an earlier extract changes nothing
    result = dq("measures", "--project", project, "--list", "M-2")
    assert result.exit_code == 0 and "Wrote " in result.output and "3 records" in result.output and "P1" not in result.output
    file = project / "reports" / f"{SECOND}-1" / "audits" / "M-2.csv"
    rows = lines(file.read_text(encoding="utf-8-sig"))
    assert [row["key"] for row in rows] == ["P1", "P2", "P4", "P5"][: len(rows)] or {row["key"] for row in rows} == {
        "P1",
        "P2",
        "P4",
    }
    assert set(rows[0]) == {"key", "record", "person", "worker", "team", "outcome"}
    again = dq("measures", "--project", project, "--list", "M-2")
    assert again.exit_code == 2 and "The file is there already." in again.output
    acts = dq("audit", "--project", project, "--csv").stdout
    assert "list records" in acts and "M-2" in acts


def test_a_list_holds_what_missed_and_fields_and_is_safe_in_a_spreadsheet(project: Path, dq: Command) -> None:
    visits = TABLES["visit"].replace("V4,P9,W9,2026-01-05,", 'V4,P9,W9,2026-01-05,"=1+1"')
    (project / "extracts" / SECOND / "visit.csv").write_text(visits, encoding="utf-8")
    dq("check", project, "--quiet", "--no-workbooks")
    printed = dq("measures", "--project", project, "--list", "M-1", "--out", "-")
    [row] = lines(printed.stdout)
    assert (row["key"], row["outcome"], row["team"], row["plan_id"], row["note"]) == (
        "V4",
        "not counted",
        "unallocated",
        "P9",
        "'=1+1",
    )
    book = project / "audit.xlsx"
    assert dq("measures", "--project", project, "--list", "M-1", "--out", book).exit_code == 0
    sheet = load_workbook(book).active
    assert [cell.value for cell in sheet[1]][:3] == ["key", "record", "person"] and sheet["A2"].value == "V4"
    assert sheet.cell(2, 9).value == "=1+1" and sheet.cell(2, 9).data_type == "s"
    assert book.stat().st_mode & 0o077 == 0


def test_a_sample_is_the_same_each_time_and_another_by_another_seed(project: Path, dq: Command) -> None:
    def keys(*options: object) -> list[str]:
        return [row["key"] for row in lines(dq("measures", "--project", project, "--list", "M-2", "--out", "-", *options).stdout)]

    every = keys()
    first = keys("--sample", 2)
    assert len(first) == 2 and set(first) < set(every) and first == keys("--sample", 2) == sorted(first)
    assert {tuple(keys("--sample", 2, "--seed", seed)) for seed in "abcdefgh"} != {tuple(first)}
    assert keys("--sample", 99) == every
    told = dq("measures", "--project", project, "--list", "M-2", "--sample", 2).output
    assert "2 of 3 records, drawn by the seed 2:M-2" in told
    assert (project / "reports" / f"{SECOND}-1" / "audits" / "M-2 sample of 2.csv").is_file()


def test_a_band_is_a_part_that_can_be_listed(project: Path, dq: Command) -> None:
    said = dq("measures", "--project", project, "--list", "M-7", "--part", "long", "--out", "-").stdout
    assert [row["key"] for row in lines(said)] == ["P1", "P2"]


def test_purging_a_run_removes_its_lists_and_keeps_its_figures(project: Path, dq: Command) -> None:
    folder = project / "reports" / f"{SECOND}-1"
    for out in ("M-2.csv", "M-2.xlsx"):
        assert dq("measures", "--project", project, "--list", "M-2", "--out", folder / "audits" / out).exit_code == 0
    said = dq("purge", "--project", project, "--all-values", "--yes").output
    assert not (folder / "audits").exists() and (folder / "measures.csv").is_file()
    assert "not touched:" not in said
    assert figures(project, dq)["M-1", "", ""]["value"] == 1.0


# actions


def test_what_missed_is_asked_for_until_it_is_said_and_shown_until_it_is_done(project: Path, dq: Command) -> None:
    def asked() -> set[tuple[str, str]]:
        return {
            (each["measure"], each["unit"])
            for each in json.loads(dq("actions", "--project", project, "--json").stdout)["asked_for"]
        }

    assert asked() == {("M-3", "North"), ("M-3", "South")}
    said = ("--narrative", "Ill.", "--action", "Cover", "--owner", "Kit", "--by", "2099-12-04", "--project", project)
    added = dq("actions", "add", "M-3", "--for", "team", "North", *said)
    assert (
        added.exit_code == 0 and "Action 1 is kept: team North, M-3, by 2099-12-04." in added.output and "Note" not in added.output
    )
    assert asked() == {("M-3", "South")}
    other = dq("actions", "add", "M-1", "--for", "whole", "all", *said)
    assert (
        "Action 2 is kept: the whole, M-1" in other.output and "Note: at the latest run this target is not missed" in other.output
    )
    text = dq("actions", "--project", project).output
    assert "M-3" in text and "team South" in text and "Cover" in text and "open" in text
    done = dq("actions", "done", 1, 2, "--note", "All is well.", "--project", project)
    assert done.exit_code == 0 and "2 actions are done." in done.output
    assert asked() == {("M-3", "South")}  # not again before the next run
    assert "Cover" not in dq("actions", "--project", project).output
    rows = lines(dq("actions", "--all", "--csv", "--project", project).stdout)
    assert [row["state"] for row in rows] == ["asked for", "done", "done"] and rows[1]["note"] == "All is well."
    again = dq("actions", "done", 1, "--note", "Again.", "--project", project)
    assert again.exit_code == 2 and "The action has been done since" in again.output
    assert "add action" in dq("audit", "--project", project).output and "action done" in dq("audit", "--project", project).output


def test_after_the_next_run_that_misses_it_is_asked_again(project: Path, dq: Command) -> None:
    said = ("--narrative", "Ill.", "--action", "Cover", "--owner", "Kit", "--by", "2099-12-04", "--project", project)
    dq("actions", "add", "M-3", "--for", "team", "North", *said)
    dq("actions", "done", 1, "--note", "Done.", "--project", project)
    shutil.copytree(project / "extracts" / SECOND, project / "extracts" / "2026-11-09")
    dq("check", project, "--quiet", "--no-workbooks")
    asked = json.loads(dq("actions", "--project", project, "--json").stdout)["asked_for"]
    assert {each["unit"] for each in asked} == {"North", "South"}


def test_an_action_outlives_the_run_that_asked_for_it(project: Path, dq: Command) -> None:
    said = ("--narrative", "Ill.", "--action", "Cover", "--owner", "Kit", "--by", "2099-12-04", "--project", project)
    dq("actions", "add", "M-3", "--for", "team", "North", *said)
    assert dq("runs", "--delete-latest", "--project", project).exit_code == 0
    assert "Cover" in dq("actions", "--project", project).output
    assert set(figures(project, dq)) == set(figures(project, dq, "--run", 1))


def test_everything_that_is_wrong_with_an_action_is_said_at_once(project: Path, dq: Command) -> None:
    result = dq(
        "actions", "add", "M-1", "--for", "team", "Nroth", "--narrative", " ", "--action", "", "--owner", "", "--by", "2020-01-01",
        "--project", project,
    )  # fmt: skip
    assert result.exit_code == 2
    for part in (
        "Did you mean 'North'?",
        "--narrative: It is blank.",
        "--action: It is blank.",
        "--owner: It is blank.",
        "has passed.",
    ):
        assert part in result.output, result.output
    unknown = dq("actions", "add", "M-9", "--for", "whole", "all", *("--narrative", "x", "--action", "x", "--owner", "x"),
                 "--by", "2099-01-01", "--project", project)  # fmt: skip
    assert unknown.exit_code == 2 and "There is no such measure." in unknown.output
    assert "There is no such action." in dq("actions", "done", 7, "--note", "x", "--project", project).output
    assert "Say what came of it." in dq("actions", "done", 7, "--project", project).output
    assert json.loads(dq("actions", "--project", project, "--json").stdout)["actions"] == []


def test_a_project_without_measures_or_runs(tmp_path: Path, dq: Command) -> None:
    folder = make(tmp_path / "plain")
    assert "No run is recorded yet." in dq("measures", "--project", folder).output
    assert "No run is recorded yet." in dq("measures", "--project", folder, "--list", "M-1").output
    dq("check", folder, "--quiet", "--no-workbooks")
    assert "It measured nothing." in dq("measures", "--project", folder).output
    assert not list(folder.glob("reports/*/measures.csv"))
