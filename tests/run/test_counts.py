"""dq counts: the organisation of each run, from the teams file or from the extract."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from run_project import CANARY, PACK, invoke, make

Command = Callable[..., Result]
FIRST, SECOND = "2026-10-26", "2026-11-02"
TEAMS = """worker_id,worker_name,team,service,left_on,head_of_service,director,from
W1,Ann,North,Care,,Hope Hall,Dana Dale,
W1,Ann,North,Duty,,Hal Hill,Dana Dale,2026-11-01
W2,Bob,South,Care,,Hope Hall,Dana Dale,
W3,Cy,South,Care,2026-02-01,,,
"""


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs; between them North goes from Care to Duty."""
    folder = make(tmp_path_factory.mktemp("organisation") / "project")
    (folder / "teams.csv").write_text(TEAMS, encoding="utf-8")
    with (folder / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("teams: teams.csv\n")
    for week in (FIRST, SECOND):
        invoke("check", folder, "--as-of", week, "--quiet", "--no-workbooks")
    return folder


def counts(dq: Command, project: Path, *options: object) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads(dq("counts", "--project", project, "--json", *options).stdout)
    return list(content["counts"])


def services(dq: Command, project: Path, run: int) -> dict[tuple[str, str, str], int]:
    found: Counter[tuple[str, str, str]] = Counter()
    for line in counts(dq, project, "--by", "service", "--run", run):
        found[line["director"], line["head_of_service"], line["service"]] += line["exceptions"]
    return dict(found)


def test_each_run_counts_by_the_organisation_of_its_day(twice: Path, dq: Command) -> None:
    always = {
        ("data team",) * 3: 1, ("unallocated",) * 3: 2, ("leavers",) * 3: 1,
        ("", "", ""): 2,  # of the performance team, the owner of a rule and no team of the file
    }  # fmt: skip
    assert services(dq, twice, 1) == {**always, ("Dana Dale", "Hope Hall", "Care"): 1}
    assert services(dq, twice, 2) == {**always, ("Dana Dale", "Hal Hill", "Duty"): 2}


def test_every_level_adds_up_to_the_run(twice: Path, dq: Command) -> None:
    runs = json.loads(dq("runs", "--project", twice, "--json").stdout)["runs"]
    for run in runs:
        for level in ("worker", "team", "service", "head", "director", "whole"):
            lines = counts(dq, twice, "--by", level, "--run", run["run"])
            assert sum(line["exceptions"] for line in lines) == run["exceptions"]


def test_the_counts_by_team_and_severity_are_those_of_the_exceptions(twice: Path, dq: Command) -> None:
    with (twice / "reports" / f"{SECOND}-1" / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        expected = Counter((row["team"], row["severity"]) for row in csv.DictReader(file))
    found: Counter[tuple[str, str]] = Counter()
    for line in counts(dq, twice):
        found[line["team"], line["severity"]] += line["exceptions"]
    assert found == expected
    majors = counts(dq, twice, "--severity", "major")
    assert sum(line["exceptions"] for line in majors) == sum(n for (_, severity), n in expected.items() if severity == "major")


def test_the_table_and_the_csv_say_the_same(twice: Path, dq: Command) -> None:
    shown = dq("counts", "--project", twice, "--by", "service").output
    assert shown.startswith("After run 2 (extract of 2026-11-02):\ndirector")
    assert "Hal Hill" in shown and "(no service)" in shown and "\nall " in shown
    rows = list(csv.DictReader(io.StringIO(dq("counts", "--project", twice, "--by", "service", "--csv").stdout)))
    lines = counts(dq, twice, "--by", "service")
    assert rows == [{name: str(value) for name, value in line.items()} for line in lines]
    assert CANARY not in shown


def test_levels_that_nobody_named_are_left_out_of_the_table(dq: Command, project: Path) -> None:
    dq("check", project, "--quiet", "--no-workbooks")
    shown = dq("counts", "--project", project).output.splitlines()
    assert shown[1].split()[:2] == ["team", "exceptions"]
    assert set(counts(dq, project)[0]) == {"director", "head_of_service", "service", "team", "severity", "state", "exceptions"}


def test_a_wrong_run_ends_with_2(twice: Path, dq: Command) -> None:
    result = dq("counts", "--project", twice, "--run", 7)
    assert result.exit_code == 2 and "7: There is no such run. There are runs 1 to 2" in result.output


def test_a_contradiction_stops_the_check_and_lint_names_it_too(twice: Path, dq: Command, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(twice, tmp_path / "wrong"))
    (folder / "teams.csv").write_text(TEAMS + "W4,Di,North,Care,,,,\n", encoding="utf-8")
    for command in ("check", "lint"):
        result = dq(command, folder)
        assert "teams.csv:3: Team 'North' is in service 'Duty' here and 'Care' in line 6 on 2026-11-01." in result.output
        assert result.exit_code == (2 if command == "check" else 1)
    assert len(list((folder / "reports").iterdir())) == 2


# from the extract

ROUTED = "service: parent_id, head: parent_id.manager_id, director: parent_id.parent_id.manager_id}"
COLUMNS = """      parent_id: {title: Part of, links: team.team_id}
      manager_id: {title: Manager, links: worker.worker_id}
"""


def pack(folder: Path, routed: str = ROUTED) -> Path:
    """The small pack with teams that are parts of teams."""
    shutil.copytree(PACK, folder)
    text = (folder / "dataset.yaml").read_text(encoding="utf-8")
    text = text.replace("team: {table: team, key: team_id, name: name}", "team: {table: team, key: team_id, name: name, " + routed)
    text = text.replace("      name: {title: Name}\n", "      name: {title: Name}\n" + COLUMNS)
    (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_extract_says_what_stands_above_a_team(project: Path, dq: Command, tmp_path: Path) -> None:
    with_parents = pack(tmp_path / "pack")
    text = (project / "dq.yaml").read_text(encoding="utf-8").replace(PACK.as_posix(), with_parents.as_posix())
    (project / "dq.yaml").write_text(text, encoding="utf-8")
    rows = ["T1,North,S1,", "T2,South,,", "S1,Care,D1,H1", "D1,Children,,D9", "T9,North,D1,"]
    (project / "extracts" / SECOND / "team.csv").write_text("\n".join(["team_id,name,parent_id,manager_id", *rows]) + "\n", "utf-8")
    with (project / "extracts" / SECOND / "worker.csv").open("a", encoding="utf-8") as file:
        file.write("H1,Hope Hall,,\n")
    dq("check", project, "--quiet", "--no-workbooks")
    found = {line["team"]: (line["service"], line["head_of_service"], line["director"]) for line in counts(dq, project)}
    assert found["North"] == ("Care", "Hope Hall", "D9")  # a manager who is no worker of the extract is called by number
    assert found["unallocated"] == ("unallocated",) * 3


@pytest.mark.parametrize(
    ("routed", "words"),
    [
        ("service: parent}", "routing: team has no column 'parent' (service). Did you mean 'parent_id'?"),
        ("head: name.manager_id}", "routing: team.name leads nowhere (head: name.manager_id). Only a column with links: leads on."),
        ("director: parent_id.manager}", "routing: team has no column 'manager' (director). Did you mean 'manager_id'?"),
    ],
)
def test_a_way_that_leads_nowhere_is_told_with_its_line(dq: Command, tmp_path: Path, routed: str, words: str) -> None:
    result = dq("lint", pack(tmp_path / "pack", routed))
    assert result.exit_code != 0 and f"dataset.yaml:7: {words}" in result.output
