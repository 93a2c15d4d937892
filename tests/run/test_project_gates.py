"""Gates of a project: what dq.yaml may say, and what `dq check` makes of it, from run to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from run_project import DQ_YAML, TABLES

from dq import config
from dq.criteria import PER
from dq.errors import ProjectError

Command = Callable[..., Result]
DAYS = ("2026-11-09", "2026-11-16", "2026-11-23")


def set_gates(project: Path, gates: str, rest: str = "") -> None:
    head = DQ_YAML.partition("gates:")[0]
    (project / "dq.yaml").write_text(f"{head}{rest}gates:\n{gates}", encoding="utf-8")


def extract(project: Path, day: str, **tables: str) -> None:
    """Another extract: the tables of the project, or others."""
    folder = project / "extracts" / day
    folder.mkdir()
    for name, text in (TABLES | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def checked(project: Path, dq: Command, *options: str) -> tuple[dict[str, dict[str, Any]], int]:
    """The gates by criterion, and the exit code."""
    result = dq("check", project, "--no-workbooks", "--json", *options)
    assert result.exit_code in (0, 1), result.output
    return {each["criterion"]: each for each in json.loads(result.stdout)["gates"]}, result.exit_code


WRONG = """  - blokers == 0
  - {gate: "ready_children >= 98", severity: blokcer}
  - {gate: "blockers = 0"}
  - {gate: "completeness >= 95%", per: team}
  - {gate: "majors <= 5%", for: 0}
  - {gate: "minors == 0", per: teams, by: Trial lode 1}
  - {gate: "minors <= 2", by: 2027-03-02, ower: A. Head}
  - minors  ==  0
  - {gate: "minors == 0", owner: A. Head}
  - {gate: "rows_unreconciled == 0", severity: minor}
  - {severity: major}
"""


def test_everything_wrong_with_gates_is_told_at_once_with_its_line(project: Path) -> None:
    set_gates(project, WRONG, "trial_loads: {Trial load 1: 2026-12-07, Too late: 2027-03-01}\n")
    with pytest.raises(ProjectError) as caught:
        config.load(project)
    told = [(problem.line, problem.message, problem.fix) for problem in caught.value.problems]
    expected = [
        (4, "'Too late' is on 2027-03-01, which is not before go-live on 2027-03-01.", "Correct one"),
        (6, "'blokers == 0': there is no metric 'blokers'.", "Did you mean 'blockers'?"),
        (7, "'ready_children >= 98': ready_children is a share and never above 100%.", "Write ready_children >= 98%, or 0.98."),
        (7, "severity: Input should be 'blocker', 'major' or 'minor'.", "Did you mean 'blocker'?"),
        (8, "The gate 'blockers = 0' cannot be read.", "Write it like"),
        (9, "completeness is not measured per team.", "Those that are: ready_children,"),
        (10, "'majors <= 5%': majors is a count, not a share.", "Leave out the %."),
        (10, "for: Input should be greater than or equal to 1.", ""),
        (11, "per: Input should be 'team', 'service', 'head' or 'director'.", "Did you mean 'team'?"),
        (11, "by: 'Trial lode 1' is neither a trial load nor a date.", "Did you mean 'Trial load 1'?"),
        (12, "by: 2027-03-02 is after go-live on 2027-03-01.", "A gate is met before go-live"),
        (12, "'ower' is not known here.", "Did you mean 'owner'?"),
        (14, "The gate 'minors == 0' stands here twice, first on line 13.", "Take one of them out."),
        (15, "The gate 'rows_unreconciled == 0' always applies, as a blocker.", "Take the entry out."),
        (16, "'gate' is missing.", ""),
    ]
    assert len(told) == len(expected)
    for line, message, fix in expected:
        assert any((at, said) == (line, message) and mend.startswith(fix) for at, said, mend in told), (line, message, told)


def test_a_gate_is_needed_by_a_trial_load_a_date_or_go_live(project: Path) -> None:
    gates = '  - minors == 0\n  - {gate: "majors == 0", by: Trial load 1}\n  - {gate: "blockers == 0", by: 2027-01-31}\n'
    set_gates(project, gates, "trial_loads: {Trial load 1: 2026-12-07}\n")
    found = [(str(each.by), each.by_name) for each in config.load(project).asked]
    assert found == [("2027-03-01", "go-live"), ("2026-12-07", "Trial load 1"), ("2027-01-31", "")]


def test_only_blockers_decide_and_advice_stands_apart(project: Path, dq: Command) -> None:
    advice = '{gate: "ready_children >= 98%", severity: major, owner: Head of Safeguarding, per: team, by: Trial load 1}'
    set_gates(project, f"  - blockers <= 50\n  - {advice}\n", "trial_loads: {Trial load 1: 2026-12-07}\n")
    result = dq("check", project, "--no-workbooks")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "Advice Needed Measured Result" in words and "Owner: Head of Safeguarding." in words
    assert "Needed by 7 December 2026 (Trial load 1)." in words and "all 3 gates are met" in words
    page = next(project.glob("reports/*/summary.html")).read_text(encoding="utf-8")
    assert '<h2 id="advice">Advice</h2>' in page and "1 of 1 gate that is advice is not met" in page
    run = json.loads(next(project.glob("reports/*/run.json")).read_text(encoding="utf-8"))
    gate = next(each for each in run["gates"] if each["per"])
    teams = {each["name"]: each for each in run["cuts"] if each["level"] == "team"}
    assert {each["unit"]: each["measured"] for each in gate["units"]} == {
        name: each["ready_children"] / each["open_children"] for name, each in teams.items() if each["open_children"]
    }
    assert (gate["met"], gate["severity"], gate["by"], gate["by_name"]) == (False, "major", "2026-12-07", "Trial load 1")
    for each in gate["units"]:
        assert (f"{each['unit'].capitalize()}: " in page) is not each["met"]


def test_counts_by_unit_are_those_of_the_exceptions(project: Path, dq: Command) -> None:
    set_gates(
        project,
        "".join(f'  - {{gate: "exceptions <= {90 + place}", per: {level}}}\n' for place, level in enumerate(PER)),
        "settings: {unset: 1}\n",
    )
    gates, code = checked(project, dq)
    run = json.loads(next(project.glob("reports/*/run.json")).read_text(encoding="utf-8"))
    by_team: dict[str, int] = {}
    for each in run["found"]:
        by_team[each["team"]] = by_team.get(each["team"], 0) + each["exceptions"]
    teams = {each["unit"]: each["measured"] for each in gates["exceptions <= 90"]["units"]}
    assert code == 0
    assert {name: number for name, number in teams.items() if number} == by_team
    for place in range(1, 4):
        assert sum(each["measured"] for each in gates[f"exceptions <= {90 + place}"]["units"]) == sum(by_team.values())


def test_met_for_three_runs_waits_for_three_extracts(project: Path, dq: Command) -> None:
    set_gates(project, '  - {gate: "blockers <= 50", for: 3}\n')
    gate, code = checked(project, dq)
    assert (gate["blockers <= 50"]["met"], gate["blockers <= 50"]["reason"], code) == (
        False, "Met in 1 run in a row; 3 are needed.", 1,
    )  # fmt: skip
    assert checked(project, dq)[0]["blockers <= 50"]["in_a_row"] == 1  # the same extract again
    extract(project, DAYS[0], person=TABLES["person"].replace("Whitlow", "Whitlock"))
    assert checked(project, dq)[0]["blockers <= 50"]["in_a_row"] == 2
    extract(project, DAYS[1], person=TABLES["person"].replace("Whitlow", "Whitlock"))  # the same files under a new date
    gate, code = checked(project, dq)
    assert (gate["blockers <= 50"]["in_a_row"], code) == (2, 1)
    extract(project, DAYS[2], person=TABLES["person"].replace("Whitlow", "Whitlark"))
    gate, code = checked(project, dq)
    assert (gate["blockers <= 50"]["met"], gate["blockers <= 50"]["in_a_row"], code) == (True, 3, 0)
    gate, code = checked(project, dq, "--no-store")
    assert "no history is kept" in gate["blockers <= 50"]["reason"] and code == 1


def test_a_gate_of_rules_that_stop_running_is_not_met(project: Path, dq: Command) -> None:
    set_gates(project, "  - blockers <= 50\n  - {gate: minors <= 50, severity: minor}\n")
    gates, code = checked(project, dq)
    assert gates["blockers <= 50"]["met"] and code == 0
    assert gates["minors <= 50"]["reason"] == "1 rule that it counts could not run." and gates["minors <= 50"]["measured"] == 2.0
    extract(project, DAYS[0])
    (project / "extracts" / DAYS[0] / "visit.csv").unlink()
    gates, code = checked(project, dq)
    assert not gates["blockers <= 50"]["met"] and "could not run" in gates["blockers <= 50"]["reason"] and code == 1


def test_no_open_children_is_not_ready(project: Path, dq: Command) -> None:
    set_gates(project, '  - ready_children >= 0%\n  - {gate: "ready_children >= 1%", per: director}\n')
    extract(project, DAYS[0], plan=TABLES["plan"].replace(",\n", ",2026-02-01\n"))
    gates, code = checked(project, dq)
    assert not any(each["met"] for name, each in gates.items() if "ready" in name) and code == 1
    assert gates["ready_children >= 1%"]["reason"] == "It could not be measured: no director has open children."


def test_when_all_is_waived_every_unit_meets_its_gate(project: Path, dq: Command) -> None:
    set_gates(project, '  - {gate: "blockers == 0", per: team}\n  - {gate: "ready_children == 100%", per: service}\n')
    before, code = checked(project, dq)
    assert code == 1 and not before["blockers == 0"]["met"]
    report = next(project.glob("reports/*/run.json"))
    rules = {each["rule"] for each in json.loads(report.read_text(encoding="utf-8"))["found"] if each["severity"] == "blocker"}
    for rule in rules:
        terms = ("--until", "2026-12-31", "--reason", "On paper", "--approver", "A. Head")
        assert dq("waive", "--rule", rule, *terms, "--project", project).exit_code == 0
    gates, code = checked(project, dq)
    assert (gates["blockers == 0"]["met"], gates["ready_children == 100%"]["met"], code) == (True, True, 0)
    assert [each["unit"] for each in gates["blockers == 0"]["units"]] == [each["unit"] for each in before["blockers == 0"]["units"]]
