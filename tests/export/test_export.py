"""dq export, dq.read, and what is exported taken back by a project."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import dq
from dq.cli import entry
from dq.errors import OptionError

RUN = Path(__file__).parent.parent / "run"
sys.path.insert(0, str(RUN))
from run_project import PACK, project  # noqa: E402

__all__ = ["project"]
Keys = dict[str, set[str]]


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def findings(out: Path) -> Keys:
    found: Keys = {}
    with (out / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["rule"], set()).add(row["key"])
    return found


def test_a_project_takes_back_what_was_exported(project: Path, tmp_path: Path) -> None:
    """The exported module and suites, as checks of a project, find what the rules themselves find, with their facts."""
    assert call("export", "pandera", "--pack", PACK, "--out", project / "checks" / "all.py").exit_code == 0
    assert call("export", "expectations", "--pack", PACK, "--out", project / "checks").exit_code == 0
    lines = ["trust_python: true", "checks:", "  - pandera: checks/all.py"]
    lines += [f"  - {{expectations: checks/{name}.json, table: {name}}}" for name in ("person", "plan", "visit")]
    path = project / "dq.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    result = call("check", project, "--out", tmp_path / "out", "--no-workbooks")
    assert result.exit_code == 1, result.output
    found = findings(tmp_path / "out")
    assert found["S-01"] == found["pandera.person.S_01"] == found["gx.person.S_01"] == {"B"}
    assert not [rule for rule in found if rule.endswith(("dtype", "type.visit_id"))]
    rules = {row["rule"]: row for row in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["rules"]}
    assert not [rule for rule, row in rules.items() if row["status"] == "not_evaluated" and rule.startswith(("gx.", "pandera."))]
    for rule in ("pandera.person.S_01", "gx.person.S_01"):
        for fact in ("severity", "dimension", "in_scope", "assessed", "failing"):
            assert rules[rule][fact] == rules["S-01"][fact], (rule, fact)


def test_what_is_not_assessed_is_not_assessed_when_taken_back(project: Path, tmp_path: Path) -> None:
    (project / "rules").mkdir()
    facts = "dimension: validity, severity: minor, fix: F, source: S"
    rule = f"rules: [{{id: L-1, title: T, table: plan, ordered: [start_date, end_date], {facts}}}]\n"
    (project / "rules" / "local.yaml").write_text(rule, encoding="utf-8")
    call("export", "pandera", "--pack", project, "--select", "L-1", "--out", project / "all.py")
    path = project / "dq.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "trust_python: true\nchecks: [{pandera: all.py}]\n", encoding="utf-8")
    call("check", project, "--out", tmp_path / "out", "--no-workbooks")
    rules = {row["rule"]: row for row in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["rules"]}
    for fact in ("in_scope", "assessed", "failing", "not_assessed"):
        assert rules["pandera.plan.L_1"][fact] == rules["L-1"][fact], fact
    assert rules["L-1"]["not_assessed"] == 3


def test_the_module_needs_nothing_of_dq(project: Path, tmp_path: Path) -> None:
    call("export", "pandera", "--pack", PACK, "--out", tmp_path / "all.py")
    code = "import sys, all; assert not any(name.split('.')[0] in ('dq', 'duckdb') for name in sys.modules); print(*all.SCHEMAS)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.split()[0] == "person", done.stderr
    code = f"import sys; sys.modules['dq'] = None; exec(open({str(tmp_path / 'all.py')!r}).read())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_what_could_not_be_said_stands_at_the_top(project: Path) -> None:
    text = call("export", "pandera", "--pack", PACK).output
    head = text.split('"""')[1]
    for reason in (
        "- it flags related records too: S-04",
        "- it looks up other records: S-03, S-06",
        "- it reads the view visit_sequence: S-02",
        "- it speaks of the whole extract: S-05",
        "- it counts working days: S-08",
        "- the setting :unset has no value: S-07",
    ):
        assert reason in head
    [suite] = [json.loads(call("export", "expectations", "--pack", PACK, "--table", "plan").output)]
    assert "Not said: it flags related records too: S-04" in suite["notes"]


def test_settings_and_dates_are_written_in(project: Path) -> None:
    text = call("export", "pandera", "--pack", PACK, "--set", "unset=5").output
    assert "compare(frame['score'], '>=', 5)" in text
    (project / "rules").mkdir()
    facts = "dimension: validity, severity: minor, fix: F, source: S"
    rule = f"rules: [{{id: L-1, title: T, table: plan, assert: start_date <= :as_of, {facts}}}]"
    (project / "rules" / "local.yaml").write_text(rule + "\n", encoding="utf-8")
    assert "- the setting :as_of has no value: L-1" in call("export", "pandera", "--pack", project).output
    text = call("export", "pandera", "--pack", project, "--as-of", "2026-11-02", "--select", "L-1").output
    assert "compare(frame['start_date'], '<=', pd.Timestamp('2026-11-02'))" in text and "could not be said" not in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["pandera", "--table", "persn"], "--table persn: There is no such table. Did you mean 'person'?"),
        (["expectations"], "6 suites, one a table. Give a folder with --out, or one table with --table."),
        (["pandera", "--select", "X-1"], "No rule is selected by this."),
        (["pandera", "--set", "no=1"], "There is no such setting."),
        (["pandera", "--out", "/proc/no/such"], "The file cannot be written."),
    ],
)
def test_options_that_are_wrong(options: list[str], message: str) -> None:
    result = call("export", *options, "--pack", PACK)
    assert result.exit_code == 2 and message in result.output, result.output


def test_read_gives_frames_of_the_contract_s_types(project: Path) -> None:
    frames = dq.read(project)
    person = frames["person"]
    assert {name: str(dtype) for name, dtype in person.dtypes.items()} == {
        "person_id": "str", "surname": "str", "date_of_birth": "datetime64[ns]", "score": "Int64", "weight": "float64",
        "active": "boolean", "seen_at": "datetime64[ns]",
        **{name: "str" for name in person if name.startswith("raw__")},
    }  # fmt: skip
    assert person.loc[person["person_id"] == "A", "date_of_birth"].tolist() == [pd.Timestamp("2015-03-01")]
    spoilt = person[person["person_id"] == "D"].iloc[0]
    assert pd.isna(spoilt["date_of_birth"]) and spoilt["raw__date_of_birth"] == "2017-13-01"
    assert list(dq.read(project, tables=["plan"])) == ["plan"]
    with pytest.raises(OptionError, match="no such table"):
        dq.read(project, tables=["plans"])
