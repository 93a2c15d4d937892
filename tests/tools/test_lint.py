"""dq lint: every fault of a pack at once, with file, line and what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dq.errors import Problem
from dq.lint import lint

LOOP = "exists (select 1 from plan as p where p.plan_id <> person.person_id or p.start_date > person.date_of_birth)"
GOOD = Path(__file__).parent.parent / "run" / "pack"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(GOOD, tmp_path / "pack")
    return tmp_path / "pack"


def rule(**parts: object) -> str:
    words = {
        "id": "X-01", "title": "A title", "table": "person", "dimension": "validity", "severity": "minor", "fix": "Mend it.",
        "source": "Local practice", "examples": "[{name: one, person: [{person_id: A}, {person_id: B}], fails: [A]}]", **parts,
    }  # fmt: skip
    return "rules:\n  - " + "\n    ".join(f"{name}: {value}" for name, value in words.items() if value is not None) + "\n"


def problems(pack: Path) -> list[Problem]:
    return lint([str(pack)]).problems


def test_a_good_pack_has_no_problem(pack: Path) -> None:
    assert problems(pack) == []


@pytest.mark.parametrize(
    ("parts", "message", "fix"),
    [
        ({"table": "persn", "required": "surname"}, "There is no table or view 'persn'.", "Did you mean 'person'?"),
        ({"required": "surnam"}, "no column 'surnam' in person", "Did you mean 'surname'?"),
        ({"requird": "surname"}, "There is no check 'requird'.", "Did you mean 'required'?"),
        ({"assert": "uper(surname) = 'X'"}, "function 'uper'", "Did you mean 'upper'?"),
        ({"assert": "score > :visit_day"}, "There is no setting :visit_day.", "Did you mean 'visit_days'?"),
        ({"assert": "surname > 5"}, "compares a text (surname) with an integer", "Put quotes round a code"),
        ({"assert": "score"}, "not a condition", "Compare it"),
        ({"within": "{from: date_of_birth, to: seen_at}"}, "exactly one of days, working_days, months", "working_days: 45"),
        ({"within": "{from: date_of_birth, too: seen_at}"}, "within has no parameter 'too'", "Did you mean 'to'?"),
        ({"required": "surname", "severity": "high"}, "'blocker', 'major' or 'minor'", ""),
        ({"required": "surname", "severty": "minor"}, "exactly one check", "Did you mean 'severity'?"),
        ({"required": "surname", "examples": None}, "No example has a failing record.", "fails: [key]"),
        (
            {"required": "surname", "examples": "[{name: a, person: [{person_id: A}], fails: [A]}]"},
            "No example has a record that passes.",
            "leave it out",
        ),
        ({"required": "surname", "examples": "[{name: a, persn: [{person_id: A}], fails: [A]}]"}, "no table 'persn'", "'person'"),
        (
            {"required": "surname", "examples": "[{name: a, person: [{persn_id: A}], fails: [A]}]"},
            "no column 'persn_id'",
            "person_id",
        ),
        ({"required": "surname", "id": "S-01"}, "This id stands in", "its own"),
        ({"required": "surname", "depends_on": "[S-99]"}, "there is no rule 'S-99'", ""),
        (
            {"assert": LOOP},
            "every row with every other",
            "equality",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_its_mend(pack: Path, parts: dict[str, object], message: str, fix: str) -> None:
    (pack / "wrong.yaml").write_text(rule(**parts), encoding="utf-8")
    found = problems(pack)
    mine = [problem for problem in found if problem.file.endswith("wrong.yaml") and message in problem.message]
    assert mine, [str(problem) for problem in found]
    assert mine[0].line >= 2 and fix in mine[0].fix


def test_faults_of_several_files_are_told_together(pack: Path) -> None:
    (pack / "one.yaml").write_text(rule(id="X-01", required="surnam"), encoding="utf-8")
    (pack / "two.yaml").write_text(rule(id="X-02", table="vist", required="visit_id"), encoding="utf-8")
    (pack / "sources").mkdir()
    (pack / "sources" / "old.yaml").write_text(
        "system: Old\ntables: {person: {files: [a.csv], columns: {surnme: NAME}}}\n", encoding="utf-8"
    )
    names = {Path(problem.file).name for problem in problems(pack)}
    assert names == {"one.yaml", "two.yaml", "old.yaml"}


def test_an_unused_view_is_a_warning(pack: Path) -> None:
    view = """
  - view: nobody_uses_it
    title: x
    adds_to: plan
    columns: {days_long: "days_between(start_date, end_date)"}
    examples:
      - name: a
        plan: [{plan_id: P, start_date: 2026-01-01, end_date: 2026-01-02}]
        expect: {P: {days_long: 1}}
"""
    with (pack / "views.yaml").open("a", encoding="utf-8") as file:
        file.write(view)
    [problem] = problems(pack)
    assert (problem.level, problem.subject) == ("warning", "nobody_uses_it")


def test_rings_of_dependencies_are_found(pack: Path) -> None:
    text = rule(id="X-01", required="surname", depends_on="[X-02]")
    (pack / "one.yaml").write_text(text, encoding="utf-8")
    (pack / "two.yaml").write_text(rule(id="X-02", required="surname", depends_on="[X-01]"), encoding="utf-8")
    assert [problem.subject for problem in problems(pack)] == ["X-01", "X-02"]


def test_yaml_that_cannot_be_read_is_one_problem_with_its_line(pack: Path) -> None:
    (pack / "wrong.yaml").write_text("rules:\n  - id: A\n   title: b\n", encoding="utf-8")
    [problem] = problems(pack)
    assert problem.line == 3 and "not valid YAML" in problem.message


def test_a_rule_without_a_reason_is_told_where_the_others_have_theirs(pack: Path) -> None:
    assert [each for each in problems(pack) if "say why" in each.message] == []
    path = pack / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("    fix: Enter the surname.", "    reason: Nobody can be found without.\n    fix: Enter the surname.", 1),
        encoding="utf-8",
    )
    found = [each for each in problems(pack) if "say why" in each.message]
    assert {each.level for each in found} == {"warning"}
    assert "S-01" not in {each.subject for each in found} and "S-02" in {each.subject for each in found}
