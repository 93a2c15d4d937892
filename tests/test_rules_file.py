"""Rules, views and settings as they are written: faults with file and line, for_each, examples."""

from pathlib import Path

import pytest
from bench import small

from dq import rules as rule_files
from dq.errors import PackError, Problem
from dq.rules import Rule

HEAD = "title: Something is right\n    dimension: validity\n    severity: major\n    fix: Mend it.\n    source: Test"
GOOD = f"""theme: Things
rules:
  - id: A-1
    {HEAD}
    table: person
    required: surname
    examples:
      - name: one of each
        person: [{{person_id: 01, surname: No}}, {{person_id: "2"}}]
        fails: [2]
"""


def read(tmp_path: Path, text: str) -> list[Rule]:
    (tmp_path / "things.yaml").write_text(text, encoding="utf-8")
    return rule_files.read_rules(tmp_path, small())


def faults(tmp_path: Path, text: str) -> list[Problem]:
    with pytest.raises(PackError) as caught:
        read(tmp_path, text)
    return caught.value.problems


def test_a_rule(tmp_path: Path) -> None:
    [rule] = read(tmp_path, GOOD)
    assert (rule.id, rule.theme, rule.table, rule.line) == ("A-1", "Things", "person", 3)
    assert rule.statements[0].value == "surname"
    [example] = rule.examples
    assert example.tables["person"] == ({"person_id": "01", "surname": "No"}, {"person_id": "2"})
    assert example.fails == {"person": ("2",)}


FAULTS = [
    ("    required: surname\n", "", 3, "exactly one check (assert: or a short form), got: none", ""),
    ("    required: surname\n", "    required: surname\n    forbidden: sex\n", 3, "got: required, forbidden", ""),
    ("    table: person\n", "    tabel: person\n", 3, "got: tabel, required", "Did you mean 'table'?"),
    ("    table: person\n", "", 3, "table is missing.", "Name the table"),
    ("severity: major", "severity: bad", 6, "severity: Input should be 'blocker', 'major' or 'minor'", ""),
    ("dimension: validity", "dimension: good", 5, "dimension: Input should be", ""),
    ("    fix: Mend it.\n", "", 3, "'fix' is missing.", ""),
    ("id: A-1", "id: A 1", 3, "id: String should match pattern", ""),
    ("rules:\n", "ruels:\n", 2, "'ruels' is not known here.", "Did you mean 'rules'?"),
    ("    required: surname\n", "    required: surname\n    fields: surname\n", 11, "fields: Input should be a valid tuple", ""),
    ("    required: surname\n", "    required: surname\n    for_each: {type: dat}\n", 11, "type: Input should be", ""),
    ("    required: surname\n", "    required: '{column}'\n    for_each: {type: datetime, tables: [plan]}\n", 11,
     "matches no column", "Loosen"),
    ("    required: surname\n", "    flags: [{table: person, required: sex, forbidden: sex}]\n", 10,
     "a table: and exactly one check", ""),
    ("    required: surname\n", "    flags: [{required: sex, fields: sex}]\n", 10, "fields: is a list of columns", "[a, b]"),
    ("    required: surname\n", "    required: sex\n    flags: [{required: sex}]\n", 3, "has no required beside them", ""),
    ("    required: surname\n", "    when: sex = 'M'\n    flags: [{required: sex}]\n", 10, "has no when: beside them", ""),
    ("      - name: one of each\n", "      - name: one of each\n        as_of: 2026-02-30\n", 13, "as_of is not a date", ""),
    ("fails: [2]", "fails: 2", 14, "fails: is a list of keys", ""),
    ("person: [{person_id: 01, surname: No}, {person_id: \"2\"}]", "person: {person_id: 01}", 13,
     "an example's table is a list of rows", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message", "fix"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults(tmp_path: Path, old: str, new: str, line: int, message: str, fix: str) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new, 1))
    mine = [problem for problem in found if message in problem.message and fix in problem.fix]
    assert mine, found
    assert mine[0].file == str(tmp_path / "things.yaml")
    assert mine[0].line == line, mine


def test_several_faults_of_several_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(GOOD.replace("severity: major", "severity: bad"), encoding="utf-8")
    twice = GOOD + GOOD.split("rules:\n")[1].replace("    table: person\n", "")
    found = faults(tmp_path, twice)
    assert {Path(problem.file).name for problem in found} == {"things.yaml", "other.yaml"}
    assert len(found) == 2


def test_an_id_stands_once(tmp_path: Path) -> None:
    [problem] = faults(tmp_path, GOOD + GOOD.split("rules:\n")[1])
    assert "This id stands in things.yaml:3 too." in problem.message
    assert problem.line == 15


def test_for_each_repeats_the_rule(tmp_path: Path) -> None:
    text = GOOD.replace(
        "    table: person\n    required: surname\n", "    table: '{table}'\n    for_each: {type: date}\n    parses: '{column}'\n"
    )
    rules = read(tmp_path, text.replace("Something is right", "'{title} of {table} is a date'"))
    assert [rule.id for rule in rules] == [
        "A-1.person.date_of_birth", "A-1.plan.start_date", "A-1.plan.end_date", "A-1.visit.visit_date",
    ]  # fmt: skip
    assert {rule.family for rule in rules} == {"A-1"}
    assert rules[1].title == "Start of plan is a date"
    assert rules[1].statements[0].value == "start_date"


@pytest.mark.parametrize(
    ("which", "count"),
    [
        ("codes: true", 3),
        ("links: true", 3),
        ("target_length: true", 2),
        ("codes: true, tables: [plan]", 1),
        ("columns: [plan_id]", 2),
    ],
)
def test_for_each_chooses_columns(tmp_path: Path, which: str, count: int) -> None:
    text = GOOD.replace("    table: person\n    required: surname\n", f"    for_each: {{{which}}}\n    required: '{{column}}'\n")
    assert len(read(tmp_path, text)) == count


VIEWS = [
    ("- {view: v, title: V, adds_to: person}", "a view with adds_to: has columns: and no sql:"),
    ("- {view: v, title: V, records: person, columns: {a: b}}", "a view with records: has sql: and no columns:"),
    ("- {view: v, title: V, sql: x}", "either has adds_to: with columns:, or records: with sql:"),
    ("- {view: v v, title: V, adds_to: person, columns: {a: b}}", "view: String should match pattern"),
    ("- {view: v, titel: V, adds_to: person, columns: {a: b}}", "'titel' is not known here."),
    ("- just text", "valid dictionary"),
]


@pytest.mark.parametrize(("text", "message"), VIEWS)
def test_faults_of_views(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "views.yaml").write_text(f"views:\n  {text}\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        rule_files.read_views(tmp_path)
    assert any(message in problem.message and problem.line == 2 for problem in caught.value.problems), caught.value.problems


SETTINGS = [
    ("a: {type: integer, value: x}", "The value is not of the type integer."),
    ("a: {type: integer, value: true}", "The value is not of the type integer."),
    ("a: {type: date, value: 2026-02-30}", "The value is not of the type date."),
    ("a: {type: date, value: 3, derived: true}", "The value is not of the type date."),
    ("a: {type: int, value: 3}", "type: Input should be"),
    ("a: {typ: integer, value: 3}", "'typ' is not known here."),
]


@pytest.mark.parametrize(("text", "message"), SETTINGS)
def test_faults_of_settings(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.yaml").write_text(f"settings:\n  {text}\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        rule_files.read_settings(tmp_path)
    assert any(message in problem.message and problem.line == 2 for problem in caught.value.problems), caught.value.problems


def test_no_settings(tmp_path: Path) -> None:
    assert rule_files.read_settings(tmp_path) == {}
    (tmp_path / "settings.yaml").write_text("# none yet\n", encoding="utf-8")
    assert rule_files.read_settings(tmp_path) == {}
