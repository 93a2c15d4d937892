"""dq test-rules, explain, rules, schema, init, and the command line as a whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from dq import pack as packs
from dq.cli import COMMANDS, entry
from dq.rules import NOT_THEMES
from dq.schema import rule_file_schema
from dq.yamlfile import read

GOOD = Path(__file__).parent.parent / "run" / "pack"


def dq(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_examples_that_hold(tmp_path: Path) -> None:
    code, output = dq("test-rules", GOOD)
    assert code == 0 and "9 examples of 8 rules and 1 views: all as they say." in output


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("fails: [V2]\n  - id: S-03", "fails: [V3]\n  - id: S-03", "visit V3 should fail, but does not."),
        ("fails: [V2]\n  - id: S-03", "fails: [V3]\n  - id: S-03", "visit V2 fails, but should not."),
        ("fails: [V2]\n  - id: S-03", "fails: [V9]\n  - id: S-03", "visit has no record 'V9'"),
        ("fails: {plan: [P1], visit: [V1]}", "fails: {plan: [P1]}", "visit V1 fails, but should not."),
        ("previous_visit_date: 2026-01-05}}", "previous_visit_date: 2026-01-06}}", "is '2026-01-05', expected '2026-01-06'"),
        ("{person_id: A}, {person_id: B, surname: Fiction}], fails: [A]", "{person_id: A}], fails: [A]", "assessed and passes"),
    ],
)
def test_examples_that_do_not_hold_are_told_by_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    for path in (tmp_path / "pack" / "rules.yaml", tmp_path / "pack" / "views.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    code, output = dq("test-rules", tmp_path / "pack")
    assert code == 1 and message in output and ".yaml:" in output


def test_a_view_s_example_names_a_record_by_its_place(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    views = tmp_path / "pack" / "views.yaml"
    named = views.read_text(encoding="utf-8")
    views.write_text(named.replace("{V2: {previous", "{'#2': {previous"), encoding="utf-8")
    assert named != views.read_text(encoding="utf-8")
    assert dq("test-rules", tmp_path / "pack")[0] == 0
    views.write_text(named.replace("{V2: {previous", "{'#9': {previous"), encoding="utf-8")
    code, output = dq("test-rules", tmp_path / "pack")
    assert code == 1 and "there is no record '#9'." in output


def test_explain_shows_words_sql_reads_and_examples() -> None:
    code, output = dq("explain", "S-02", "--pack", GOOD, "--engine", "all", "--set", "visit_days=14")
    assert code == 0
    for words in (
        "Visits are no further apart",
        "-- duckdb: view visit_sequence",
        "-- spark:",
        "-- postgres:",
        ":visit_days = 14",
        "fails: visit: V2",
    ):
        assert words in output, words


def test_the_sql_that_explain_prints_is_the_sql_that_runs() -> None:
    import duckdb

    _, output = dq("explain", "S-01", "--pack", GOOD)
    sql = output.split("-- duckdb: verdict on person\n")[1].split("\n\nExample")[0]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE person (row_id BIGINT, surname VARCHAR)")
    connection.execute("INSERT INTO person VALUES (1, NULL), (2, 'Fiction')")
    assert sorted(connection.execute(sql).fetchall()) == [(1, False), (2, True)]


def test_explain_an_unknown_rule() -> None:
    code, output = dq("explain", "S-0x", "--pack", GOOD)
    assert code == 2 and "Did you mean" in output


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (("S-01",), {"S-01"}),
        (("S-0[12]",), {"S-01", "S-02"}),
        (("table:plan",), {"S-04", "S-05", "S-08"}),
        (("tag:visits",), {"S-02"}),
        (("severity:blocker", "-S-03"), {"S-01"}),
        (("-severity:minor", "-severity:major"), {"S-01", "S-03"}),
        (("dimension:acc*",), {"S-05", "S-06"}),
    ],
)
def test_selections(selection: tuple[str, ...], expected: set[str]) -> None:
    options = [part for each in selection for part in ("--select", each)]
    code, output = dq("rules", GOOD, "--json", *options)
    assert code == 0 and {row["id"] for row in json.loads(output)} == expected


def test_every_rule_file_that_came_with_dq_fits_the_schema() -> None:
    schema = rule_file_schema()
    seen = 0
    for name in packs.names():
        for path in packs.locate(name).glob("*.yaml"):
            if path.name in NOT_THEMES:
                continue
            data = json.loads(json.dumps(read(path, text_below=("examples",)).data, default=str))
            jsonschema.validate(data, schema)
            seen += len(data["rules"])
    assert seen > 100


def test_the_schema_refuses_what_lint_refuses() -> None:
    wrong = {
        "rules": [
            {"id": "A", "title": "b", "dimension": "validity", "severity": "minor", "fix": "c", "source": "d", "requird": "x"}
        ]
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, rule_file_schema())


def test_init_makes_a_project_that_lints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = dq("init", tmp_path / "new", "--source", "carefirst")
    assert code == 0 and "dq check" in output
    monkeypatch.chdir(tmp_path / "new")
    assert dq("lint", ".")[0] == 0 and dq("test-rules", ".")[0] == 0
    settings = json.loads((tmp_path / "new" / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    [schema] = settings["yaml.schemas"]
    assert json.loads((tmp_path / "new" / schema).read_text(encoding="utf-8"))["title"] == "Rules of a dq pack"
    code, output = dq("check", tmp_path / "new")
    assert code == 2 and "no extract" in output


def test_init_leaves_a_full_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    code, output = dq("init", tmp_path)
    assert code == 2 and "not empty" in output and [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_command_has_help() -> None:
    for name in COMMANDS:
        code, output = dq(name, "--help")
        assert code == 0 and "Usage" in output, name


def test_help_comes_at_once() -> None:
    times = []
    for _ in range(3):  # in seconds of processor time, for other tests run beside this one
        before = os.times()
        done = subprocess.run([sys.executable, "-m", "dq", "--help"], capture_output=True, text=True, check=True)
        after = os.times()
        times.append(after.children_user + after.children_system - before.children_user - before.children_system)
        assert "check" in done.stdout
    assert 0 < min(times) < 0.5, times


def test_a_fault_of_dq_itself_ends_with_2_and_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import dq.cli
    from dq import request

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Canaryfictionson")

    monkeypatch.setattr(request, "of_path", broken)
    monkeypatch.setattr(sys, "argv", ["dq", "check", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        dq.cli.main()
    shown = capsys.readouterr()
    assert ended.value.code == 2 and "RuntimeError" in shown.err and "Canary" not in shown.err + shown.out
