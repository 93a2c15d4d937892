"""dq check, from the command line to the files."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from run_project import CANARY, PACK, TABLES

from dq.model import EXCEPTION_COLUMNS, RULE_COLUMNS

Command = Callable[..., Result]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(out: Path) -> set[tuple[str, str, str]]:
    return {(row["rule"], row["table"], row["key"]) for row in rows(out / "exceptions.csv")}


EXPECTED = {
    ("S-01", "person", "B"),
    ("S-02", "visit", "V2"),
    ("S-03", "visit", "V4"),
    ("S-04", "plan", "P3"),
    ("S-04", "visit", "V5"),
    ("S-05", "plan", "extract"),
    ("S-06", "person", "A"),
    ("type.person", "person", "D"),
}


def test_a_project_gives_exactly_its_faults_and_exit_1(project: Path, dq: Command, tmp_path: Path) -> None:
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code == 1, result.output
    assert found(tmp_path / "out") == EXPECTED
    assert "NOT MET" in result.output.upper() and "not ready" in result.output.lower()


def test_the_files_have_the_promised_columns(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "out")
    out = tmp_path / "out"
    assert tuple(rows(out / "exceptions.csv")[0]) == EXCEPTION_COLUMNS
    assert tuple(pq.read_table(out / "exceptions.parquet").column_names) == EXCEPTION_COLUMNS
    assert tuple(rows(out / "rules.csv")[0]) == RULE_COLUMNS
    assert {path.name for path in (out / "teams").iterdir()} >= {"North.xlsx", "leavers.xlsx", "unallocated.xlsx"}
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["as_of"] == "2026-11-02" and run["fingerprints"]["S-02"]


def test_each_exception_says_who_where_and_what(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "out")
    by_rule = {(row["rule"], row["key"]): row for row in rows(tmp_path / "out" / "exceptions.csv")}
    late = by_rule["S-02", "V2"]
    assert (late["record"], late["person"], late["worker"], late["team"]) == ("visit V2 on 5 March 2026", "A", "W1", "North")
    assert json.loads(late["values"]) == {"previous_visit_date": "2026-01-05", "visit_date": "2026-03-05"}
    assert (late["source_file"], late["source_row"]) == ("visit.csv", "3")
    assert by_rule["S-03", "V4"]["team"] == "unallocated" and by_rule["S-03", "V4"]["person"] == ""
    assert by_rule["S-01", "B"]["team"] == "leavers"
    assert by_rule["S-04", "P3"]["team"] == "performance team"
    assert by_rule["S-04", "P3"]["group"] == by_rule["S-04", "V5"]["group"] == by_rule["S-04", "P3"]["id"]
    wrong_date = by_rule["type.person", "D"]
    assert json.loads(wrong_date["values"]) == {"date_of_birth": "2017-13-01"}
    assert len({row["id"] for row in by_rule.values()}) == len(by_rule)


def test_rules_report_scope_assessed_failing_and_reasons(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "out")
    by_rule = {row["rule"]: row for row in rows(tmp_path / "out" / "rules.csv")}
    counts = [by_rule["S-02"][name] for name in ("status", "in_scope", "assessed", "failing", "not_assessed")]
    assert counts == ["failed", "5", "1", "1", "4"]
    assert by_rule["S-07"]["status"] == "not_evaluated" and ":unset" in by_rule["S-07"]["reason"]
    assert by_rule["S-05"]["in_scope"] == "1"


def test_readiness_counts_children_and_says_at_most(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "out")
    ready = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["readiness"]
    # A, B and D have an open plan; B has no surname. The orphan visit V4 belongs to nobody.
    assert (ready["open_children"], ready["ready_children"], ready["all_children"], ready["ready_all"]) == (3, 2, 4, 3)
    assert ready["at_most"] and ready["unattached"] == ["1 record with a blocker leads to no child in the extract."]


def test_equal_runs_give_equal_bytes_on_one_and_two_threads(project: Path, dq: Command, tmp_path: Path) -> None:
    digests = []
    for number, threads in enumerate((1, 2, 2)):
        out = tmp_path / f"out{number}"
        dq("check", project, "--out", out, "--threads", threads)
        files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "timings.json")
        digests.append({str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert digests[0] == digests[1] == digests[2] and len(digests[0]) >= 8


def test_ids_do_not_depend_on_the_order_of_rows(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "one")
    for name, text in TABLES.items():
        head, *body = text.splitlines()
        turned = "\n".join([head, *reversed(body)]) + "\n"
        (project / "extracts" / "2026-11-02" / f"{name}.csv").write_text(turned, encoding="utf-8")
    dq("check", project, "--out", tmp_path / "two")
    one, two = (sorted(row["id"] for row in rows(tmp_path / name / "exceptions.csv")) for name in ("one", "two"))
    assert one == two


def test_a_canary_name_is_in_no_paper_that_may_not_show_it(project: Path, dq: Command, tmp_path: Path) -> None:
    result = dq("check", project, "--out", tmp_path / "out")
    assert CANARY in (tmp_path / "out" / "exceptions.csv").read_text(encoding="utf-8")
    for name in ("run.json", "rules.csv", "summary.html", "timings.json"):
        assert CANARY not in (tmp_path / "out" / name).read_text(encoding="utf-8"), name
    assert CANARY not in result.output


@pytest.mark.parametrize(
    "broken",
    [
        f'person_id,surname\nA,"{CANARY}\nB,x\n',
        f"surname\n{CANARY}\n",
        f"person_id,surname,surname\nA,{CANARY},x\n",
        "\0\0" + CANARY,
    ],
)
def test_messages_about_bad_files_do_not_quote_them(project: Path, dq: Command, tmp_path: Path, broken: str) -> None:
    (project / "extracts" / "2026-11-02" / "person.csv").write_text(broken, encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code in (1, 2)
    assert CANARY not in result.output
    for name in ("run.json", "rules.csv", "summary.html"):
        if (tmp_path / "out" / name).exists():
            assert CANARY not in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_selection_settings_and_json(project: Path, dq: Command, tmp_path: Path) -> None:
    chosen = ("--select", "S-02", "--set", "visit_days=90", "--json")
    result = dq("check", project, "--out", tmp_path / "out", *chosen)
    content = json.loads(result.stdout)
    assert [row["rule"] for row in content["rules"] if row["rule"].startswith("S-")] == ["S-02"]
    assert not any(rule == "S-02" for rule, *_ in found(tmp_path / "out"))
    assert content["out"] == str(tmp_path / "out")


def test_an_earlier_extract_has_nothing_to_compare_with(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--as-of", "2026-10-26", "--out", tmp_path / "out")
    by_rule = {row["rule"]: row for row in rows(tmp_path / "out" / "rules.csv")}
    assert by_rule["S-06"]["status"] == "not_evaluated"
    assert by_rule["S-06"]["reason"] == "There is no earlier extract to compare with."


def test_results_go_to_numbered_folders(project: Path, dq: Command) -> None:
    dq("check", project, "--quiet")
    dq("check", project, "--quiet")
    assert sorted(path.name for path in (project / "reports").iterdir()) == ["2026-11-02-1", "2026-11-02-2"]


def test_a_plain_folder_needs_a_pack(project: Path, dq: Command, tmp_path: Path) -> None:
    folder = project / "extracts" / "2026-11-02"
    refused = dq("check", folder)
    assert refused.exit_code == 2 and "--pack" in refused.output
    done = dq("check", folder, "--pack", PACK, "--out", tmp_path / "out")
    assert done.exit_code == 1 and ("S-03", "visit", "V4") in found(tmp_path / "out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "visit_day=3"), "Did you mean 'visit_days'?"),
        (("--set", "visit_days=many"), "not an integer"),
        (("--set", "visit_days"), "NAME=VALUE"),
        (("--select", "S-99"), "No rule is selected"),
        (("--as-of", "2026-11-03"), "no extract of 2026-11-03"),
        (("--pack", "small"), "no pack 'small'"),
    ],
)
def test_wrong_options_end_with_2_and_write_nothing(
    project: Path, dq: Command, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = dq("check", project, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2 and words in result.output, result.output
    assert not (tmp_path / "out").exists()


def test_wrong_gates_are_named_before_anything_runs(project: Path, dq: Command, tmp_path: Path) -> None:
    text = (project / "dq.yaml").read_text(encoding="utf-8").replace("blockers == 0", "blocker == 0")
    (project / "dq.yaml").write_text(text, encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code == 2 and "Did you mean 'blockers'?" in result.output


def test_a_folder_that_holds_something_is_not_written_to(project: Path, dq: Command, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code == 2 and "not empty" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_gates_that_are_met_end_with_0(project: Path, dq: Command, tmp_path: Path) -> None:
    (project / "dq.yaml").write_text(f'project: x\npacks: ["{PACK.as_posix()}"]\ngates: ["blockers <= 5"]\n', encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output


def test_a_missing_file_makes_its_rules_not_evaluated_and_a_blocker_gate_not_met(
    project: Path, dq: Command, tmp_path: Path
) -> None:
    (project / "extracts" / "2026-11-02" / "plan.csv").unlink()
    (project / "dq.yaml").write_text(f'project: x\npacks: ["{PACK.as_posix()}"]\n', encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    by_rule = {row["rule"]: row for row in rows(tmp_path / "out" / "rules.csv")}
    assert by_rule["S-03"]["status"] == "not_evaluated" and by_rule["S-03"]["reason"] == "The extract has no plan."
    assert result.exit_code == 1
    ready = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["readiness"]
    assert ready["at_most"]


def test_a_date_outside_the_calendar_is_a_finding(project: Path, dq: Command, tmp_path: Path) -> None:
    text = TABLES["plan"].replace("P5,D,2026-03-01", "P5,D,1989-03-01")
    (project / "extracts" / "2026-11-02" / "plan.csv").write_text(text, encoding="utf-8")
    dq("check", project, "--out", tmp_path / "out")
    assert ("calendar.plan", "plan", "P5") in found(tmp_path / "out")


def test_only_the_selected_rules_speak(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "one", "--select", "S-03")
    assert found(tmp_path / "one") == {("S-03", "visit", "V4")}
    dq("check", project, "--out", tmp_path / "two", "--select", "type.*")
    assert found(tmp_path / "two") == {("type.person", "person", "D")}


def test_a_file_that_no_table_takes_is_named(project: Path, dq: Command, tmp_path: Path) -> None:
    (project / "extracts" / "2026-11-02" / "visitt.csv").write_text("a\n1\n", encoding="utf-8")
    result = dq("check", project, "--out", tmp_path / "out")
    assert "visitt.csv" in result.output
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["unrecognised"] == ["visitt.csv"]


@pytest.mark.parametrize(("line", "words"), [("W1,R,North,,31/03/2026", "teams.csv:2"), ("W1,,,,", "needs worker_id and team")])
def test_a_wrong_teams_file_is_told_by_line(project: Path, dq: Command, tmp_path: Path, line: str, words: str) -> None:
    (project / "teams.csv").write_text(f"worker_id,worker_name,team,service,left_on\n{line}\n", encoding="utf-8")
    with (project / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("teams: teams.csv\n")
    result = dq("check", project, "--out", tmp_path / "out")
    assert result.exit_code == 2 and words in result.output


def test_a_teams_file_overrides_the_extract(project: Path, dq: Command, tmp_path: Path) -> None:
    (project / "teams.csv").write_text("worker_id,worker_name,team,service,left_on\nW1,R,West,Safeguarding,\n", encoding="utf-8")
    with (project / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("teams: teams.csv\n")
    dq("check", project, "--out", tmp_path / "out")
    by_rule = {(row["rule"], row["key"]): row["team"] for row in rows(tmp_path / "out" / "exceptions.csv")}
    assert by_rule["S-02", "V2"] == "West"


def test_what_fails_counts_for_the_team_that_gets_the_exception(project: Path, dq: Command, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "out")
    mine = [row for row in rows(tmp_path / "out" / "exceptions.csv") if row["group"] in ("", row["id"])]  # no related records
    teams = {team["name"]: team["failing"] for team in json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["by_team"]}
    assert {name: failing for name, failing in teams.items() if failing} == Counter(row["team"] for row in mine)
