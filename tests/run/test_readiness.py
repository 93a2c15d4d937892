"""Readiness and its cuts, recomputed from exceptions.csv by another way; what is waived; what did not run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from run_project import TABLES

Command = Callable[..., Result]
WEEK = "2026-11-02"


def checked(project: Path, dq: Command, *options: str) -> dict[str, Any]:
    dq("check", project, "--as-of", WEEK, "--no-workbooks", "--quiet", *options)
    report = sorted((project / "reports").glob(f"{WEEK}-*"))[-1]
    content: dict[str, Any] = json.loads((report / "run.json").read_text(encoding="utf-8"))
    with (report / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        content["rows"] = list(csv.DictReader(file))
    return content


def open_people(project: Path) -> set[str]:
    """Those with a plan that has not ended, as the pack says."""
    with (project / "extracts" / WEEK / "plan.csv").open(encoding="utf-8", newline="") as file:
        return {row["person_id"] for row in csv.DictReader(file) if not row["end_date"]}


def cuts(run: dict[str, Any], level: str) -> dict[str, tuple[int, int]]:
    return {each["name"]: (each["ready_children"], each["open_children"]) for each in run["cuts"] if each["level"] == level}


def blockers(run: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in run["rows"]:
        if row["severity"] == "blocker" and row["person"]:
            found.setdefault(row["person"], set()).add(row["rule"])
    return found


def test_readiness_is_what_exceptions_say(project: Path, dq: Command) -> None:
    run = checked(project, dq)
    is_open, blocked = open_people(project), blockers(run)
    ready = run["readiness"]
    assert (ready["open_children"], ready["ready_children"]) == (len(is_open), len(is_open - set(blocked)))
    assert 0 < ready["ready_children"] < ready["open_children"]
    for level in ("team", "service", "head", "director"):
        found = cuts(run, level)
        assert sum(part for part, _ in found.values()) == ready["ready_children"]
        assert sum(whole for _, whole in found.values()) == ready["open_children"]
    for word in ("table", "dimension"):
        by_name: dict[str, set[str]] = {}
        for row in run["rows"]:
            if row["severity"] == "blocker" and row["person"] in is_open:
                by_name.setdefault(row[word], set()).add(row["person"])
        found = cuts(run, word)
        assert {name: whole - part for name, (part, whole) in found.items() if whole - part} == {
            name: len(people) for name, people in by_name.items()
        }
    for severity in ("blocker", "major", "minor"):
        with_one = {row["person"] for row in run["rows"] if row["severity"] == severity}
        assert cuts(run, "severity")[severity] == (len(is_open - with_one), len(is_open))


def test_what_each_rule_keeps_back_and_the_shortest_list(project: Path, dq: Command) -> None:
    run = checked(project, dq)
    is_open, blocked = open_people(project), blockers(run)
    every, alone = Counter[str](), Counter[str]()
    for person in is_open & set(blocked):
        every.update(blocked[person])
        if len(blocked[person]) == 1:
            alone.update(blocked[person])
    assert {each["rule"]: (each["children"], each["alone"]) for each in run["gains"]} == {
        rule: (number, alone[rule]) for rule, number in every.items()
    }
    short = run["short_list"]  # the gate asks for 98 %: all of them
    assert set(short["rules"]) == set(every) and short["reaches"] == short["needed"] == len(is_open)


def test_what_is_waived_or_put_right_on_the_way_counts_as_ready_and_is_shown_apart(project: Path, dq: Command) -> None:
    before = checked(project, dq)
    is_open, blocked = open_people(project), blockers(before)
    person = sorted(is_open & set(blocked))[0]
    mine = [row for row in before["rows"] if row["person"] == person and row["severity"] == "blocker"]
    ids = [row["id"] for row in mine]
    dq("waive", ids[0], "--until", "2026-12-31", "--reason", "On paper", "--approver", "A. Head", "--project", project)
    if ids[1:]:
        dq("dispose", "transform-on-the-way", *ids[1:], "--project", project)
    after = checked(project, dq)
    assert after["readiness"]["ready_children"] == before["readiness"]["ready_children"] + 1
    assert after["readiness"]["allowed"] == 1
    assert after["allowed"][0] == {"because": "waived", "approver": "A. Head", "exceptions": 1} or after["allowed"][1]
    assert sum(each["exceptions"] for each in after["allowed"]) == len(ids)
    measured = {gate["measure"]: gate["measured"] for gate in after["gates"]}
    assert measured["blockers"] == {gate["measure"]: gate["measured"] for gate in before["gates"]}["blockers"] - len(ids)
    assert len(after["rows"]) == len(before["rows"])  # nothing is taken off the lists of exceptions


def test_when_all_is_waived_all_are_ready(project: Path, dq: Command) -> None:
    rules = {row["rule"] for row in checked(project, dq)["rows"] if row["severity"] == "blocker"}
    for rule in rules:
        terms = ("--until", "2026-12-31", "--reason", "On paper", "--approver", "A. Head")
        assert dq("waive", "--rule", rule, *terms, "--project", project).exit_code == 0
    run = checked(project, dq)
    assert run["readiness"]["ready_children"] == run["readiness"]["open_children"] > 0
    assert run["gains"] == [] and run["short_list"]["rules"] == [] and not run["readiness"]["at_most"]


LOCAL = """theme: Local
rules:
  - id: LOC-001
    title: Who was a person last time still has a plan
    table: visit
    assert: exists (select 1 from previous.visit as p where p.visit_id = visit.visit_id)
    dimension: consistency
    severity: blocker
    fix: Look.
    source: Local practice
    examples:
      - {name: gone and there, previous.visit: [{visit_id: A}], visit: [{visit_id: A}, {visit_id: B}], fails: [B]}
"""


def test_a_blocker_rule_that_did_not_run_makes_unready_whom_it_would_have_read(project: Path, dq: Command) -> None:
    before = checked(project, dq, "--as-of", "2026-10-26", "--out", str(project / "reports" / f"{WEEK}-before"))
    (project / "rules").mkdir()
    (project / "rules" / "local.yaml").write_text(LOCAL, encoding="utf-8")
    run = checked(project, dq, "--as-of", "2026-10-26", "--out", str(project / "reports" / f"{WEEK}-later"))
    assert [each["rule"] for each in run["rules"] if each["status"] == "not_evaluated" and each["severity"] == "blocker"] == [
        "LOC-001"
    ]
    plans = {row.split(",")[0]: row.split(",")[1] for row in TABLES["plan"].splitlines()[1:]}
    visited = {plans[row.split(",")[1]] for row in TABLES["visit"].splitlines()[1:] if row.split(",")[1] in plans}
    is_open, blocked = open_people(project), set(blockers(before))
    assert run["readiness"]["ready_children"] == len(is_open - blocked - visited) < before["readiness"]["ready_children"]
    assert run["readiness"]["unchecked"] == len((is_open & visited) - blocked)
    assert run["readiness"]["at_most"] and "1 blocker rule could not run." in run["readiness"]["unattached"]


def test_no_open_children_is_no_share(project: Path, dq: Command) -> None:
    for week in ("2026-10-26", WEEK):
        text = (
            TABLES["plan"].replace("2026-01-01,\n", "2026-01-01,2026-02-01\n").replace("2026-03-01,\n", "2026-03-01,2026-04-01\n")
        )
        (project / "extracts" / week / "plan.csv").write_text(text, encoding="utf-8")
    run = checked(project, dq)
    assert (run["readiness"]["open_children"], run["short_list"], cuts(run, "team")) == (0, None, {})
    gate = next(each for each in run["gates"] if each["measure"] == "ready_children")
    assert gate["measured"] is None and gate["met"] is False
