"""The sample's six weekly extracts, checked one after another: every state occurs, and each for its reason.

The extracts as they are make exceptions new, open and cleared, and records leave. Three things are done to a copy, as they
happen to a council: a mended pupil number is lost again, a file is forgotten, and a limit is changed.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dq.cli import entry

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"
WEEKS = ("2026-09-28", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")
SELECT = "select: [PER-016, ALL-001, DOC-001, CPR-004, REF-001, key_missing.immigration_status]\n"


def dq(*arguments: object) -> Result:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("weekly") / "carefirst"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("reports", ".dq"))
    settings = folder / "dq.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + SELECT, encoding="utf-8")
    clients = folder / "extracts" / "2026-10-19" / "CLIENTS.csv"
    text = clients.read_text(encoding="utf-8")
    assert text.count(",F885215404253,") == 1
    clients.write_text(text.replace(",F885215404253,", ",,"), encoding="utf-8")
    (folder / "extracts" / "2026-10-26" / "DOCUMENTS.csv").unlink()
    for week in WEEKS:
        if week == WEEKS[-1]:
            with settings.open("a", encoding="utf-8") as file:
                file.write("settings: {allocation_days: 1000}\n")
        result = dq("check", folder, "--as-of", week, "--no-workbooks")
        assert result.exit_code in (0, 1), result.output
        assert f"Recorded as run {WEEKS.index(week) + 1}: " in result.output
    yield folder


def exceptions(report: Path) -> list[dict[str, str]]:
    with (report / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(project: Path, rule: str, key: str) -> list[tuple[int, str, str]]:
    """Run, word and reason of each event of an exception that was found by rule and key."""
    for report in sorted((project / "reports").iterdir()):
        for row in exceptions(report):
            if (row["rule"], row["key"]) == (rule, key):
                content = json.loads(dq("show", row["id"], "--project", project, "--json").stdout)
                assert (content["rule"], content["key"]) == (rule, key)
                return [(each["run"], each["became"], each["why"]) for each in content["events"]]
    raise AssertionError(f"No exception of {rule} on {key}")


@pytest.mark.parametrize(
    ("rule", "key", "expected"),
    [
        ("PER-016", "500400", [(1, "new", "data"), (2, "cleared", "data"), (4, "reopened", "data"), (5, "cleared", "data")]),
        ("DOC-001", "8000210", [(1, "new", "data"), (2, "open", "data"), (5, "not checked", "data"), (6, "cleared", "data")]),
        ("ALL-001", "500174", [(1, "new", "data"), (2, "cleared", "data")]),
        ("ALL-001", "500186", [(5, "new", "data"), (6, "rule changed", "rule")]),
        ("CPR-004", "49000377", [(1, "new", "data"), (2, "open", "data"), (3, "left extract", "data")]),
        ("REF-001", "40004127", [(1, "new", "data"), (2, "open", "data"), (5, "left extract", "data")]),
        ("key_missing.immigration_status", "", [(3, "new", "data"), (4, "open", "data")]),
    ],
)
def test_every_state_occurs_for_its_reason(project: Path, rule: str, key: str, expected: list[tuple[int, str, str]]) -> None:
    assert words(project, rule, key) == expected


def test_runs_and_differences_add_up(project: Path) -> None:
    runs = json.loads(dq("runs", "--project", project, "--json").stdout)["runs"]
    assert [run["as_of"] for run in runs] == list(WEEKS)
    for run in runs:
        assert run["exceptions"] == len(exceptions(project / run["results"]))
    for earlier in range(1, len(runs)):
        content: dict[str, Any] = json.loads(dq("diff", earlier, len(runs), "--project", project, "--json", "--all").stdout)
        totals = content["totals"]
        assert sum(totals[word] for word in ("new", "reopened", "seen again", "still open")) == runs[-1]["exceptions"]
        assert sum(line["exceptions"] for line in content["changes"]) == sum(totals.values())


def test_the_same_week_again_is_recognised_and_an_earlier_one_is_not_recorded(project: Path) -> None:
    before = dq("runs", "--project", project, "--json").stdout
    assert "This is run 6 again" in dq("check", project, "--no-workbooks").output
    assert "Not recorded: run 6 has a later extract" in dq("check", project, "--as-of", WEEKS[2], "--no-workbooks").output
    assert dq("runs", "--project", project, "--json").stdout == before
