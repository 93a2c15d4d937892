"""dq mutate: what the examples of a small pack notice, and what they do not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dq import pack as packs
from dq.cli import entry
from dq.lint import lint
from dq.mutation import judge
from dq.mutation.mutants import mutants

GOOD = Path(__file__).parent.parent / "run" / "pack"
LIMIT = "S-02/assert/1/visit_days + 1"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "pack")
    return tmp_path / "pack"


def write(pack: Path, rules: str) -> None:
    """Rules in place of the pack's, all about plans; each is id, check as YAML, examples as YAML."""
    (pack / "views.yaml").unlink()
    (pack / "rules.yaml").write_text("rules:\n" + rules, encoding="utf-8")


def rule(name: str, check: str, *examples: str, more: str = "") -> str:
    return (
        f"  - {{id: {name}, title: A title, dimension: validity, severity: minor, fix: Mend it., source: Local practice,\n"
        f"     table: plan, {check}, {more}examples: [{', '.join(examples)}]}}\n"
    )


def outcomes(pack: Path) -> dict[str, str]:
    return {each.mutant.id: each.outcome for each in judge.run(packs.load(str(pack))).judged}


def mutate(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(entry, ["mutate", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_limit_is_noticed_only_by_an_example_on_its_day(pack: Path) -> None:
    far = "{name: far, plan: [{plan_id: P1, start_date: 2026-01-01, end_date: 2026-03-01}], fails: [P1]}"
    near = "{name: near, plan: [{plan_id: P1, start_date: 2026-01-01, end_date: 2026-01-11}], fails: []}"
    day = "{name: day, plan: [{plan_id: P1, start_date: 2026-01-01, end_date: 2026-01-12}], fails: [P1]}"
    check = "assert: 'days_between(start_date, end_date) <= 10'"
    write(pack, rule("A-1", check, far) + rule("A-2", check, far, near, day))
    found = outcomes(pack)
    assert found["A-1/assert/top/<= to <"] == found["A-1/assert/1/limit + 1"] == "survived"
    assert {found[f"A-2/assert/{each}"] for each in ("top/<= to <", "1/limit + 1", "1/limit - 1")} == {"killed"}


def test_a_passing_record_that_is_no_longer_assessed_is_noticed_quietly(pack: Path) -> None:
    one = "{name: one, plan: [{plan_id: P1, start_date: 2026-01-01}, {plan_id: P2, end_date: 2026-01-01}], fails: [P2]}"
    write(pack, rule("A-1", "assert: start_date is not null", one, more="when: 'plan_id = ''P2'' or end_date is null', "))
    judged = {each.mutant.id: each for each in judge.run(packs.load(str(pack))).judged}
    dropped = judged["A-1/when/top/second condition dropped"]
    assert (dropped.outcome, dropped.quietly, dropped.example) == ("killed", True, "A-1: one")
    assert not judged["A-1/assert/top/is not null to is null"].quietly


def test_what_is_no_rule_does_not_count(pack: Path) -> None:
    one = "{name: one, person: [{person_id: A}], plan: [{plan_id: P1, person_id: A}, {plan_id: P2, person_id: B}], fails: [P2]}"
    write(pack, rule("A-1", "assert: exists (select 1 from person as p where p.person_id = plan.person_id)", one))
    found = outcomes(pack)
    assert found["A-1/assert/0/where dropped"] == "stillborn"
    score = judge.run(packs.load(str(pack)))
    assert score.share == score.count("killed") / (score.count("killed") + score.count("survived"))


@pytest.mark.parametrize(
    ("check", "part"),
    [
        ("ordered: [start_date, end_date]", "ordered columns/0/pair swapped"),
        ("ordered: [start_date, end_date]", "ordered strict/top/turned"),
        ("within: {from: start_date, to: end_date, days: 9}", "within days/top/limit + 1"),
        ("within: {from: start_date, to: end_date, days: ':visit_days'}", "within days/top/visit_days - 1"),
        ("within: {from: start_date, to: end_date, days: 9}", "within days/top/days to working_days"),
        ("within: {from: start_date, to: end_date, days: 9}", "within from/top/pair swapped"),
        ("required: [person_id, start_date]", "required columns/top/without person_id"),
        ("unique: {columns: [person_id], where: end_date is null}", "unique where/top/dropped"),
        ("unique: {columns: [person_id], where: end_date is null}", "unique where/top/is null to is not null"),
        ("one_of: {column: plan_id, values: [P1, P2]}", "one_of values/top/without P1"),
        ("matches: {column: plan_id, pattern: 'P[0-9]{2}'}", "matches pattern/top/repetition 0 + 1"),
        ("fits: {column: plan_id, length: 2}", "fits length/top/limit - 1"),
        ("no_gap: {start: start_date, end: end_date, by: [person_id]}", "no_gap days/top/limit + 1"),
        ("count: {of: visit, by: plan_id, min: 1}", "count min/top/limit + 1"),
        ("unchanged: {column: start_date, in: previous.plan, by: [plan_id, person_id]}", "unchanged by/top/without plan_id"),
    ],
)
def test_parameters_of_the_short_forms_are_changed(pack: Path, check: str, part: str) -> None:
    write(pack, rule("A-1", check, "{name: one, plan: [{plan_id: P1}], fails: [P1]}"))
    assert f"A-1/{part}" in {each.id for each in mutants(packs.load(str(pack)))}


@pytest.mark.parametrize(
    ("check", "moved"),
    [
        ("fits: plan_id", {"A-1/fits length/top/limit + 1", "A-1/fits length/top/limit - 1"}),
        ("fits: {column: plan_id, characters: latin1}", set()),
    ],
)
def test_the_limit_of_the_target_is_changed_only_where_the_rule_gives_none(pack: Path, check: str, moved: set[str]) -> None:
    contract = pack / "dataset.yaml"
    text = contract.read_text(encoding="utf-8")
    given = text.replace("plan_id: {", "plan_id: {target: {field: PLAN.ID, length: 9}, ", 1)
    assert given != text
    contract.write_text(given, encoding="utf-8")
    write(pack, rule("A-1", check, "{name: one, plan: [{plan_id: P1}], fails: []}"))
    assert {each.id for each in mutants(packs.load(str(pack))) if "limit" in each.id and each.view is None} == moved


def test_a_code_list_that_lost_a_code_is_noticed_by_that_code_alone(pack: Path) -> None:
    text = (pack / "dataset.yaml").read_text(encoding="utf-8")
    (pack / "dataset.yaml").write_text(
        text.replace(
            "end_date: {title: End, type: date}",
            "end_date: {title: End, type: date}\n      main: {title: Main, type: code, codes: yes_no}",
            1,
        ),
        encoding="utf-8",
    )
    known = [each.code for each in packs.load(str(pack)).contract.codes["yes_no"]]
    write(
        pack,
        rule(
            "A-1",
            "one_of: main",
            f"{{name: one, plan: [{{plan_id: P1, main: {known[0]!r}}}, {{plan_id: P2, main: Q}}], fails: [P2]}}",
        ),
    )
    found = outcomes(pack)
    assert found["A-1/one_of codes/top/without the first"] == "killed"
    assert found["A-1/one_of codes/top/without the last"] == "survived"


def test_views_are_judged_by_their_examples_and_by_the_rules_that_read_them(pack: Path) -> None:
    judged = {each.mutant.id: each for each in judge.run(packs.load(str(pack))).judged if each.mutant.view is not None}
    assert judged and all(each.mutant.subject == "visit_sequence" for each in judged.values())
    assert {each.example.partition(":")[0] for each in judged.values() if each.outcome == "killed"} >= {"visit_sequence"}
    views = pack / "views.yaml"
    views.write_text(
        views.read_text(encoding="utf-8").replace("previous_visit_date: 2026-01-05}", "row_hash: null}").split("    examples:")[0],
        encoding="utf-8",
    )
    again = {each.mutant.id: each for each in judge.run(packs.load(str(pack))).judged if each.mutant.view is not None}
    assert {each.example.partition(":")[0] for each in again.values() if each.outcome == "killed"} == {"S-02"}


def test_the_command_lists_survivors_as_a_difference_and_ends_with_1(pack: Path) -> None:
    code, output = mutate(pack, "--select", "S-02")
    assert code == 1
    assert f"  {LIMIT}\n    - days_between(previous_visit_date, visit_date) <= :visit_days\n" in output
    assert "    + days_between(previous_visit_date, visit_date) <= (:visit_days + 1)\n    No reason is given.\n" in output
    assert mutate(pack, "--select", "S-02", "--at-least", "0.1")[0] == 0


def test_survivors_are_listed_with_their_reasons(pack: Path) -> None:
    listed = pack / "survivors.yaml"
    listed.write_text(f"survivors:\n  - mutant: {LIMIT}\n    reason: Days are whole.\n", encoding="utf-8")
    code, output = mutate(pack, "--select", "S-02", "--at-least", "0")
    assert code == 0 and "    Reason: Days are whole." in output
    assert [each for each in lint([str(pack)]).problems if each.file.endswith("survivors.yaml")] == []
    listed.write_text("survivors:\n  - mutant: S-02/assert/top/<= to >>\n    reason: Nothing.\n", encoding="utf-8")
    [problem] = [each for each in lint([str(pack)]).problems if each.file.endswith("survivors.yaml")]
    assert (problem.level, problem.line, problem.message) == ("warning", 2, "No mutant of the pack has this id.")


def test_a_survivor_that_is_noticed_after_all_must_be_taken_out(pack: Path) -> None:
    noticed = next(each for each in judge.run(packs.load(str(pack)), ["S-02"]).judged if each.outcome == "killed")
    (pack / "survivors.yaml").write_text(
        f"survivors:\n  - {{mutant: '{noticed.mutant.id}', reason: Nobody sees it.}}\n", encoding="utf-8"
    )
    code, output = mutate(pack, "--select", "S-02", "--at-least", "0")
    assert code == 1 and f"survivors.yaml lists {noticed.mutant.id}, but it is noticed by {noticed.example}." in output


def test_a_sample_is_the_same_for_the_same_seed(pack: Path) -> None:
    def drawn(seed: int) -> list[str]:
        facts: dict[str, Any] = json.loads(mutate(pack, "--sample", 5, "--seed", seed, "--json", "--at-least", "0")[1])
        assert facts["killed"] + facts["survived"] + facts["stillborn"] == 5
        return [*facts["rules"], *(each["mutant"] for each in facts["survivors"])]

    assert drawn(3) == drawn(3) != drawn(4)
