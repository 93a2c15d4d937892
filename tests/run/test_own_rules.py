"""A project's own rules: added, replaced, switched off, and shown wherever the results are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dq import pack as packs
from dq.errors import PackError

Run = Callable[..., Result]

ADDED = """  - id: L-1
    title: A surname has nine letters
    table: person
    assert: length(surname) >= 9
    dimension: validity
    severity: minor
    fix: Enter it in full.
    source: Local
    examples:
      - {name: short, person: [{person_id: A, surname: B}, {person_id: B, surname: Bcdefghijk}], fails: [A]}
"""
REPLACED = """  - replaces: S-01
    title: Every person has a surname
    table: person
    required: surname
    when: person_id <> 'B'
    dimension: completeness
    severity: major
    fix: Enter the surname.
    source: The board
    examples:
      - {name: one, person: [{person_id: A}, {person_id: B}, {person_id: C, surname: D}], fails: [A]}
"""
OFF = """  - disable: [S-03]
    because: Visits without a plan are not migrated.
"""


def write(project: Path, *parts: str, name: str = "local.yaml") -> Path:
    folder = project / "rules"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("theme: Ours\nrules:\n" + "".join(parts), encoding="utf-8")
    return folder / name


def faults(project: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        packs.of_project(project)
    return [str(problem) for problem in caught.value.problems]


def rules_csv(out: Path) -> dict[str, dict[str, object]]:
    return {row["rule"]: row for row in json.loads((out / "run.json").read_text(encoding="utf-8"))["rules"]}


def test_rules_are_added_replaced_and_switched_off(project: Path, dq: Run, tmp_path: Path) -> None:
    dq("check", project, "--out", tmp_path / "before", "--no-workbooks")
    write(project, ADDED, REPLACED, OFF)
    result = dq("check", project, "--out", tmp_path / "after", "--no-workbooks")
    before, after = rules_csv(tmp_path / "before"), rules_csv(tmp_path / "after")
    assert set(before) - set(after) == {"S-03"} and set(after) - set(before) == {"L-1"}
    assert (before["S-01"]["severity"], before["S-01"]["failing"]) == ("blocker", 1)
    assert (after["S-01"]["severity"], after["S-01"]["failing"], after["S-01"]["in_scope"]) == ("major", 0, 3)
    assert after["L-1"]["failing"] == 2
    run = json.loads((tmp_path / "after" / "run.json").read_text(encoding="utf-8"))
    [off] = run["switched_off"]
    assert (off["rule"], off["severity"], off["because"]) == ("S-03", "blocker", "Visits without a plan are not migrated.")
    [new] = run["replaced"]
    assert (new["rule"], new["was"], new["severity"]) == ("S-01", "blocker", "major")
    assert {"severity: blocker -> major", "when: (nothing) -> person_id <> 'B'", "source: Local practice -> The board"} == set(
        new["changes"]
    )
    page = (tmp_path / "after" / "summary.html").read_text(encoding="utf-8")
    assert "1 rule of the packs is switched off by the project, 1 blocker among them: S-03." in page
    assert "Visits without a plan are not migrated." in page and "was blocker" in page
    assert "1 blocker among them: S-03" in " ".join(result.output.split())
    assert json.loads((tmp_path / "before" / "run.json").read_text(encoding="utf-8"))["switched_off"] == []
    assert "switched off" not in (tmp_path / "before" / "summary.html").read_text(encoding="utf-8")


def test_lint_shows_what_differs(project: Path, dq: Run) -> None:
    file = write(project, ADDED, REPLACED, OFF)
    (project / "rules" / "settings.yaml").write_text("settings: {visit_days: {type: integer, value: 9}}\n", encoding="utf-8")
    result = dq("lint", project)
    assert result.exit_code == 0, result.output
    for line in (
        f"{file}:3: adds L-1 (minor): A surname has nine letters",
        f"{file}:13: replaces S-01 (",
        "    severity: blocker -> major",
        "    when: (nothing) -> person_id <> 'B'",
        f"{file}:24: switches off S-03 (blocker): A visit belongs to a plan. Because: Visits without a plan are not migrated.",
        "settings.yaml: sets visit_days: 30 -> 9",
    ):
        assert line in result.output, line
    assert "adds" not in dq("lint", project, "--quiet").output


def test_rules_says_where_each_comes_from(project: Path, dq: Run) -> None:
    file = write(project, ADDED, REPLACED, OFF)
    rows = {row["id"]: row for row in json.loads(dq("rules", project, "--json").output)}
    assert (rows["L-1"]["origin"], rows["L-1"]["place"]) == ("added", f"{file}:3")
    assert rows["S-01"]["origin"] == "replaces S-01" and rows["S-02"]["origin"] == "pack"
    assert rows["S-03"]["origin"] == "switched off: Visits without a plan are not migrated."
    assert [row["id"] for row in rows.values()].index("S-01") == 0, "it stands where the pack's rule stood"


def test_the_own_rules_examples_are_run(project: Path, dq: Run) -> None:
    write(project, ADDED, REPLACED)
    assert "2 examples of 2 rules and 0 views: all as they say." in dq("test-rules", project).output
    write(project, ADDED.replace("fails: [A]", "fails: [B]"))
    result = dq("test-rules", project)
    assert result.exit_code == 1 and "person B should fail, but does not." in result.output


def test_own_views_are_used_and_tested(project: Path, dq: Run) -> None:
    write(project, ADDED.replace("length(surname) >= 9", "letters >= 9"))
    view = "views:\n- {view: named, title: N, adds_to: person, columns: {letters: length(surname)}, examples: %s}\n"
    example = "[{name: x, person: [{person_id: A, surname: Bc}], expect: [{key: A, letters: 2}]}]"
    (project / "rules" / "views.yaml").write_text(view % example, encoding="utf-8")
    result = dq("lint", project)
    assert result.exit_code == 0, result.output


def test_own_views_in_files_of_their_own_are_tested_too(project: Path, dq: Run) -> None:
    write(project, ADDED)
    (project / "rules" / "views").mkdir()
    view = "views:\n- {view: named, title: N, adds_to: person, columns: {letters: length(surname)}, examples: [%s]}\n"
    example = "{name: x, person: [{person_id: A, surname: Bc}], expect: {A: {letters: 3}}}"
    (project / "rules" / "views" / "more.yaml").write_text(view % example, encoding="utf-8")
    result = dq("test-rules", project)
    assert result.exit_code == 1 and "A.letters is '2', expected '3'." in result.output


def test_a_new_id_takes_the_place_of_the_old(project: Path) -> None:
    write(project, REPLACED.replace("replaces: S-01", "replaces: S-01\n    id: L-9"))
    pack = packs.of_project(project)
    ids = [rule.id for rule in pack.rules]
    assert ids[0] == "L-9" and "S-01" not in ids
    assert all("S-01" not in rule.depends_on for rule in pack.rules)


def test_until_counts_to_the_extract(project: Path, dq: Run, tmp_path: Path) -> None:
    write(project, OFF + "    until: 2026-10-30\n")
    dq("check", project, "--out", tmp_path / "new", "--no-workbooks")
    dq("check", project, "--as-of", "2026-10-26", "--out", tmp_path / "old", "--no-workbooks")
    assert "S-03" in rules_csv(tmp_path / "new") and "S-03" not in rules_csv(tmp_path / "old")
    assert "no longer switches off S-03: until 2026-10-30" in dq("lint", project).output


def test_faults_are_told_together(project: Path) -> None:
    file = write(
        project,
        "  - {disable: [S-0x], because: x}\n",
        "  - {disable: [type.person, L-1], because: x}\n",
        "  - {disable: [S-03, S-03], because: x}\n",
        "  - {disable: [S-01], because: x}\n",
        REPLACED,
        REPLACED.replace("S-01", "S-1"),
        ADDED,
    )
    told = faults(project)
    for words in (
        f"{file}:3: S-0x: disable: the packs have no rule 'S-0x'. Did you mean 'S-0",
        f"{file}:4: type.person: disable: 'type.person' is built in.",
        f"{file}:4: L-1: disable: This is a rule of the project's own. Remove it from {file}:",
        f"{file}:5: S-03: disable: The rule is switched off in {file}:5 too.",
        f"{file}:6: S-01: disable: The rule is replaced in {file}:7.",
        "replaces: the packs have no rule 'S-1'. Did you mean 'S-01'?",
    ):
        assert any(words in line for line in told), (words, told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  - {disable: [S-01]}\n", "'because' is missing."),
        ("  - {disable: [S-01], because: ' '}\n", "because: says why the project does without the rule"),
        ("  - {disable: [], because: x}\n", "disable:"),
        ("  - {disable: [S-01], because: x, untill: 2026-01-01}\n", "Did you mean 'until'?"),
        ("  - {disable: [S-01], because: x, until: soon}\n", "until:"),
        (REPLACED + REPLACED, "This id stands in local.yaml:3 too."),
        (REPLACED + REPLACED.replace("replaces: S-01", "replaces: S-01\n    id: L-2"), "S-01 is replaced in"),
        (ADDED.replace("L-1", "S-01"), "or write replaces: S-01."),
        (ADDED.replace("id: L-1", "tags: []"), "'id' is missing."),
    ],
)
def test_entries_that_are_wrong(project: Path, text: str, message: str) -> None:
    write(project, text)
    assert any(message in line for line in faults(project)), faults(project)


def test_a_rule_that_others_depend_on_cannot_just_go(project: Path) -> None:
    write(project, ADDED.replace("    dimension", "    depends_on: [S-03]\n    dimension", 1), OFF)
    [told] = faults(project)
    assert "disable: L-1 (local.yaml:3) depends on this rule." in told and "Switch L-1 off too" in told


def test_packs_neither_replace_nor_switch_off(project: Path, tmp_path: Path) -> None:
    pack = project / "more"
    pack.mkdir()
    (pack / "x.yaml").write_text("rules:\n" + OFF + REPLACED, encoding="utf-8")
    yaml = (project / "dq.yaml").read_text(encoding="utf-8").replace('pack"]', 'pack", more]')
    (project / "dq.yaml").write_text(yaml, encoding="utf-8")
    told = faults(project)
    assert len([line for line in told if "This has no effect in a pack. Put it into the project's folder rules/" in line]) == 2


def test_a_project_stands_alone(project: Path, dq: Run) -> None:
    result = dq("lint", project, project)
    assert result.exit_code == 1 and "A project stands alone." in result.output
