"""dq check records a project's run; dq runs, diff and show tell of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from run_project import CANARY, PACK, TABLES, invoke, make

Command = Callable[..., Result]
FIRST, SECOND = "2026-10-26", "2026-11-02"


def ids(project: Path, week: str = FIRST) -> dict[tuple[str, str], str]:
    [report] = (project / "reports").glob(f"{week}-1")
    with (report / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return {(row["rule"], row["key"]): row["id"] for row in csv.DictReader(file)}


def write(project: Path, week: str, table: str, text: str) -> None:
    (project / "extracts" / week / f"{table}.csv").write_text(text, encoding="utf-8")


def now(project: Path, dq: Command, exception: str) -> str:
    return str(json.loads(dq("show", exception, "--project", project, "--json").stdout)["now"])


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: in the second B has a surname, D a real date of birth, and visit V4 is not there."""
    folder = make(tmp_path_factory.mktemp("twice") / "project")
    invoke("check", folder, "--as-of", FIRST, "--quiet", "--no-workbooks")
    write(folder, SECOND, "person", TABLES["person"].replace("B,,", "B,Brook,").replace("2017-13-01", "2017-12-01"))
    write(folder, SECOND, "visit", "\n".join(line for line in TABLES["visit"].splitlines() if not line.startswith("V4")) + "\n")
    invoke("check", folder, "--quiet", "--no-workbooks")
    return folder


@pytest.fixture
def checked(twice: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(twice, tmp_path / "checked"))


def test_what_was_mended_is_cleared_and_what_is_gone_has_left(checked: Path, dq: Command) -> None:
    found = ids(checked)
    said = {key: now(checked, dq, each) for key, each in found.items()}
    assert said["S-01", "B"] == "cleared"
    assert said["type.person", "D"] == "cleared"
    assert said["S-03", "V4"] == "left extract"
    assert said["S-02", "V2"] == "open" and said["S-04", "P3"] == "open" and said["S-05", "extract"] == "open"
    assert now(checked, dq, ids(checked, SECOND)["S-06", "A"]) == "new"


def test_the_difference_is_told_by_rule_team_and_reason(checked: Path, dq: Command) -> None:
    content = json.loads(dq("diff", "--project", checked, "--json").stdout)
    lines = {(line["change"], line["rule"], line["team"]): (line["why"], line["exceptions"]) for line in content["changes"]}
    assert lines == {
        ("new", "S-06", "North"): ("rule", 1),  # it could not run before: there was no earlier extract
        ("cleared", "S-01", "leavers"): ("data", 1),
        ("cleared", "type.person", "unallocated"): ("data", 1),
        ("left extract", "S-03", "unallocated"): ("data", 1),
    }
    assert content["totals"]["still open"] == 4
    assert "moved" not in {line["change"] for line in content["changes"]}
    shown = dq("diff", "--project", checked).output
    assert "From run 1 (extract of 2026-10-26) to run 2 (extract of 2026-11-02):" in shown and "the rule" in shown
    rows = list(csv.DictReader(io.StringIO(dq("diff", 1, 2, "--project", checked, "--csv").stdout)))
    assert {(row["change"], row["rule"], row["team"]) for row in rows} == set(lines)


def test_a_case_that_moves_takes_its_exceptions_along(checked: Path, dq: Command) -> None:
    """Visit V2 goes from W1 in North to W2 in South."""
    (checked / "extracts" / "2026-11-09").mkdir()
    for name, text in TABLES.items():
        write(checked, "2026-11-09", name, text.replace("V2,P1,W1", "V2,P1,W2"))
    assert "1 handed over." in dq("check", checked, "--no-workbooks").output
    moved = ids(checked, "2026-11-09")["S-02", "V2"]
    events = json.loads(dq("show", moved, "--project", checked, "--json").stdout)["events"]
    assert [(each["run"], each["team"], each["worker"], each["note"]) for each in events] == [
        (1, "North", "W1", ""), (2, "North", "W1", ""), (3, "South", "W2", "handed over from North to South"),
    ]  # fmt: skip
    assert "handed over from North to South" in dq("show", moved, "--project", checked).output
    rows = list(csv.DictReader(io.StringIO(dq("diff", "--project", checked, "--csv").stdout)))
    assert [row for row in rows if row["change"] == "moved"] == [
        {"change": "moved", "why": "data", "rule": "S-02", "from_team": "North", "team": "South", "exceptions": "1"}
    ]
    assert json.loads(dq("diff", "--project", checked, "--json").stdout)["totals"]["moved"] == 1
    shown = dq("diff", "--project", checked).output
    assert shown.count("Moved\n") == 1 and "North  South  the data" in shown


def test_a_rule_that_did_not_run_clears_nothing(checked: Path, dq: Command) -> None:
    found = ids(checked)
    (checked / "extracts" / "2026-11-09").mkdir()
    for name, text in TABLES.items():
        if name != "plan":
            write(checked, "2026-11-09", name, text)
    result = dq("check", checked, "--no-workbooks")
    assert "Recorded as run 3" in result.output and "not checked" in result.output
    assert now(checked, dq, found["S-04", "P3"]) == "not checked"
    assert now(checked, dq, found["S-01", "B"]) == "reopened"


def test_a_loosened_rule_clears_nothing(checked: Path, dq: Command) -> None:
    with (checked / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("settings: {visit_days: 90}\n")
    dq("check", checked, "--no-workbooks")
    assert now(checked, dq, ids(checked)["S-02", "V2"]) == "rule changed"


def test_of_two_records_of_one_key_the_right_one_leaves(project: Path, dq: Command) -> None:
    twice = TABLES["person"] + "B,,2016-04-02,8,,N,\n"
    write(project, FIRST, "person", twice)
    dq("check", project, "--as-of", FIRST, "--quiet", "--no-workbooks")
    dq("check", project, "--quiet", "--no-workbooks")
    content = json.loads(dq("runs", "--project", project, "--json").stdout)["runs"][1]["moved"]
    left = [line for line in json.loads(dq("diff", "--project", project, "--json").stdout)["changes"] if line["rule"] == "S-01"]
    assert [(line["change"], line["exceptions"]) for line in left] == [("left extract", 1)]
    assert content["left extract"] >= 1


def test_the_same_extract_again_is_recognised_and_an_earlier_one_is_not_recorded(checked: Path, dq: Command) -> None:
    before = dq("runs", "--project", checked, "--json").stdout
    assert "This is run 2 again" in dq("check", checked, "--no-workbooks").output
    assert "Not recorded: run 2 has a later extract" in dq("check", checked, "--as-of", FIRST, "--no-workbooks").output
    assert dq("runs", "--project", checked, "--json").stdout == before


def test_deleting_the_latest_run_takes_it_back(checked: Path, dq: Command) -> None:
    found = ids(checked)["S-01", "B"]
    result = dq("runs", "--delete-latest", "--project", checked)
    assert "Run 2, extract of 2026-11-02, is deleted." in result.output and "reports/2026-11-02-1" in result.output
    assert now(checked, dq, found) == "new"
    assert "Recorded as run 2" in dq("check", checked, "--no-workbooks").output


def test_a_run_that_is_only_a_look_is_not_recorded(project: Path, dq: Command, tmp_path: Path) -> None:
    for options in (("--select", "S-01"), ("--set", "visit_days=3"), ("--pack", PACK)):
        assert "Not recorded" in dq("check", project, "--no-workbooks", *options).output
    dq("check", project / "extracts" / FIRST, "--pack", PACK, "--out", tmp_path / "plain")
    assert not (project / ".dq").exists() and not (project / "extracts" / FIRST / ".dq").exists()
    assert json.loads(dq("check", project, "--no-store", "--json").stdout)["recorded"] is None


def test_files_are_the_same_with_and_without_a_store(project: Path, dq: Command, tmp_path: Path) -> None:
    digests = []
    for number, options in enumerate(((), ("--no-store",))):
        out = tmp_path / f"out{number}"
        dq("check", project, "--out", out, *options)
        files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "timings.json")
        digests.append({str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert digests[0] == digests[1]


def test_no_message_holds_a_value_of_a_record(checked: Path, dq: Command) -> None:
    found = ids(checked)
    for command in ("runs", "diff"):
        for option in ("--json", "--csv"):
            assert CANARY not in dq(command, "--project", checked, option).output
    shown = dq("show", found["S-02", "V2"], "--project", checked).output
    assert "Record V2 of visit" in shown and CANARY not in shown
    assert CANARY.encode() not in (checked / ".dq" / "dq.sqlite3").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", 1), "two runs, or none"),
        (("diff", 2, 1), "The earlier run is given first."),
        (("diff", 1, 9), "9: There is no such run. There are runs 1 to 2"),
        (("show", "nothing"), "No recorded run found such an exception."),
    ],
)
def test_wrong_questions_end_with_2(checked: Path, dq: Command, arguments: tuple[object, ...], words: str) -> None:
    result = dq(*arguments, "--project", checked)
    assert result.exit_code == 2 and words in result.output, result.output


def test_without_a_run_it_is_said_what_to_do(project: Path, dq: Command) -> None:
    for command in (("runs",), ("diff",), ("show", "x")):
        result = dq(*command, "--project", project)
        assert result.exit_code == 2 and f"Check the project first: dq check {project}" in result.output
    assert not (project / ".dq").exists()


@pytest.mark.parametrize(
    ("line", "words"), [("sqlite.db", "address of a PostgreSQL database"), ("postgresql://a:secret@b/c", "DQ_STORE_PASSWORD")]
)
def test_a_wrong_store_is_told_with_its_line(project: Path, dq: Command, line: str, words: str) -> None:
    with (project / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write(f"store: {line}\n")
    result = dq("check", project)
    assert result.exit_code == 2 and words in result.output and "dq.yaml:5" in result.output and "secret" not in result.output


def test_a_store_that_cannot_be_reached_stops_the_run_before_it_begins(project: Path, dq: Command) -> None:
    with (project / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("store: postgresql://dq@127.0.0.1:1/none\n")
    result = dq("check", project)
    assert result.exit_code == 2 and "Is the address right" in result.output
    assert not (project / "reports").exists()
