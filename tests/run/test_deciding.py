"""dq dispose, assign, waive and audit, as they are typed."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from run_project import CANARY, TABLES, invoke, make

from dq.cli import entry

Command = Callable[..., Result]
FIRST = "2026-10-26"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(tmp_path_factory.mktemp("once") / "project")
    invoke("check", folder, "--as-of", FIRST, "--quiet", "--no-workbooks")
    return folder


@pytest.fixture
def checked(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "checked"))


def ids(project: Path) -> dict[tuple[str, str], str]:
    with (project / "reports" / f"{FIRST}-1" / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return {(row["rule"], row["key"]): row["id"] for row in csv.DictReader(file)}


def shown(project: Path, dq: Command, exception: str) -> dict[str, object]:
    content = json.loads(dq("show", exception, "--project", project, "--json").stdout)
    assert isinstance(content, dict)
    return content


def test_a_disposition_is_said_shown_and_audited(checked: Path, dq: Command) -> None:
    found = ids(checked)
    one, two = found["S-02", "V2"], found["S-01", "B"]
    result = dq("dispose", "accept", one, two, "--note", "Archived on paper", "--project", checked)
    assert result.exit_code == 0 and "2 exceptions: 2 became accept." in result.output and "dq audit 1" in result.output
    again = dq("dispose", "accept", one, "--note", "Archived on paper", "--project", checked)
    assert "1 exception: 0 became accept, 1 was so already." in again.output and "Act" not in again.output
    history = shown(checked, dq, one)
    assert (history["now"], history["place"]) == ("new", "accept")
    text = dq("show", one, "--project", checked).output
    assert "To be done: accept" in text and "Archived on paper" in text
    acts = json.loads(dq("audit", "--project", checked, "--json").stdout)
    assert [(line["what"], line["exceptions"], line["note"]) for line in acts[1:]] == [("dispose: accept", 2, "Archived on paper")]
    assert acts[0]["what"] == "record run" and acts[0]["subject"] == f"run 1, extract of {FIRST}"
    changed = list(csv.DictReader(io.StringIO(dq("audit", 1, "--project", checked, "--csv").stdout)))
    assert {(row["exception"], row["aspect"], row["was"], row["became"]) for row in changed} == {
        (one, "disposition", "", "accept"), (two, "disposition", "", "accept"),
    }  # fmt: skip


def test_a_trial_changes_nothing(checked: Path, dq: Command) -> None:
    before = dq("audit", "--project", checked, "--json").stdout
    result = dq("dispose", "transform-on-the-way", "--rule", "S-02", "--dry-run", "--project", checked, "--json")
    content = json.loads(result.stdout)
    assert content["dry_run"] is True and content["act"] is None and content["changed"] == content["chosen"] >= 1
    assert dq("audit", "--project", checked, "--json").stdout == before


def test_ids_come_from_a_part_of_exceptions_csv_or_from_the_standard_input(checked: Path, dq: Command, tmp_path: Path) -> None:
    found = ids(checked)
    part = tmp_path / "part.csv"
    part.write_text(f"rule,id,key\nS-02,{found['S-02', 'V2']},V2\nS-01,{found['S-01', 'B']},B\n", encoding="utf-8-sig")
    assert "2 exceptions: 2 became assigned to Bo" in dq("assign", "--to", "Bo", "--ids-from", part, "--project", checked).output
    arguments = ["assign", "--nobody", "--ids-from", "-", "--project", str(checked)]
    result = CliRunner().invoke(entry, arguments, input=f"{found['S-02', 'V2']}\n\n")
    assert "1 exception: 1 became assigned to nobody." in result.output
    part.write_text("rule,key\nS-02,V2\n", encoding="utf-8")
    assert "no column id" in dq("assign", "--to", "Bo", "--ids-from", part, "--project", checked).output


def test_a_waiver_is_given_listed_taken_back_and_ends_by_itself(checked: Path, dq: Command) -> None:
    found = ids(checked)
    terms = ("--until", "2026-10-31", "--reason", "File is in the archive", "--approver", "A. Director")
    given = dq("waive", found["S-02", "V2"], *terms, "--project", checked)
    assert given.exit_code == 0 and "1 exception is off the lists until then." in given.output
    assert shown(checked, dq, found["S-02", "V2"])["place"] == "waived"
    of_rule = sum(rule == "S-04" for rule, _ in found)
    rule = dq("waive", "--rule", "S-04", *terms, "--project", checked, "--json")
    assert [(line["rule"], line["covers"], line["holds"]) for line in json.loads(rule.stdout)] == [("S-04", of_rule, True)]
    assert len(list(csv.DictReader(io.StringIO(dq("waive", "--project", checked, "--csv").stdout)))) == 2
    gone = dq("waive", "--withdraw", 2, "--reason", "No longer", "--project", checked)
    assert "taken back from 2026-10-26 on" in gone.output
    assert shown(checked, dq, found["S-04", "P3"])["place"] == "to do"
    dq("check", checked, "--no-workbooks")  # the extract of 2 November: the waiver is over
    after = shown(checked, dq, found["S-02", "V2"])
    assert (after["now"], after["place"]) == ("open", "to do")
    assert "Waivers" in dq("show", found["S-02", "V2"], "--project", checked).output


def test_deleting_a_run_is_audited(checked: Path, dq: Command) -> None:
    dq("runs", "--delete-latest", "--project", checked)
    acts = json.loads(dq("audit", "--what", "delete", "--project", checked, "--json").stdout)
    assert [(line["what"], line["subject"]) for line in acts] == [("delete run", f"run 1, extract of {FIRST}")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("dispose", "accept", "nothing"), "accept needs a reason"),
        (("dispose", "accept", "nothing", "--note", "x"), "No recorded run found such an exception."),
        (("dispose", "accept", "--note", "x"), "Which exceptions are meant?"),
        (("dispose", "accept", "a", "--rule", "S-02", "--note", "x"), "do not go together"),
        (("dispose", "none", "--rule", "S-22"), "Did you mean 'S-02'"),
        (("assign", "a"), "Give either --to NAME or --nobody"),
        (("waive", "--rule", "S-02"), "Add --until"),
        (("waive", "--rule", "S-02", "--until", "2026-10-01"), "A waiver needs a reason."),
        (("waive", "--withdraw", 3), "There is no such waiver."),
        (("waive", "--withdraw", 3, "--rule", "S-02"), "not both at once"),
        (("audit", 9), "There is no such act."),
    ],
)
def test_wrong_orders_end_with_2_and_change_nothing(checked: Path, dq: Command, arguments: tuple[object, ...], words: str) -> None:
    result = dq(*arguments, "--project", checked)
    assert result.exit_code == 2 and words in result.output, result.output
    assert len(json.loads(dq("audit", "--project", checked, "--json").stdout)) == 1


def test_no_answer_holds_a_value_of_a_record(checked: Path, dq: Command) -> None:
    dq("dispose", "fix-after-go-live", "--severity", "major", "--project", checked)
    assert CANARY in TABLES["person"]
    for command in (("audit",), ("audit", 1), ("waive",)):
        for option in ("--json", "--csv"):
            assert CANARY not in dq(*command, "--project", checked, option).output


def test_access_is_given_listed_and_taken_away(checked: Path, dq: Command) -> None:
    at = ("--project", checked)
    assert "Nobody was given access" in dq("access", *at).output
    given = dq("access", "grant", "a.manager", "--level", "team", "--unit", "North", "--note", "Covers for B", *at)
    assert given.exit_code == 0 and "a.manager may see team North." in given.output
    assert "already" in dq("access", "grant", "a.manager", "--level", "team", "--unit", "North", *at).output
    assert dq("access", "grant", "board", "--level", "whole", *at).exit_code == 0
    lines = json.loads(dq("access", "--json", *at).stdout)
    assert [(line["person"], line["level"], line["unit"]) for line in lines] == [
        ("a.manager", "team", "North"),
        ("board", "whole", ""),
    ]
    assert dq("access", "revoke", lines[0]["number"], *at).exit_code == 0
    assert [line["person"] for line in json.loads(dq("access", "--json", *at).stdout)] == ["board"]
    ended = json.loads(dq("access", "--all", "--json", *at).stdout)[0]
    assert ended["person"] == "a.manager" and ended["ended"] is not None
    assert [line["what"] for line in json.loads(dq("audit", "--json", *at).stdout)][1:] == [
        "grant access",
        "grant access",
        "revoke access",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grant", "x", "--level", "team", "--unit", "Nort"), "Did you mean 'North'"),
        (("grant", "x", "--level", "service"), "No recorded run knows such a service."),
        (("grant", "x", "--level", "whole", "--unit", "North"), "whole has no units."),
        (("grant", " ", "--level", "whole"), "A person has a name."),
        (("revoke", 7), "There is no such access."),
    ],
)
def test_wrong_access_is_refused(checked: Path, dq: Command, arguments: tuple[object, ...], words: str) -> None:
    result = dq("access", *arguments, "--project", checked)
    assert result.exit_code == 2 and words in result.output
    assert json.loads(dq("access", "--all", "--json", "--project", checked).stdout) == []
