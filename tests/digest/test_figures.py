"""The sample's six weeks: every figure of every digest is worked out anew from `exceptions.parquet` of the runs, with pandas.

Nothing of the store or of `dq` is used for that: an exception is an id in a file; what it was before stands in the files before.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from dq.cli import entry

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"
WEEKS = ("2026-09-28", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")
DUE = {"blocker": 14, "major": 28, "minor": 56}
LABELS = {
    "New": "new", "Back again, after they were cleared": "reopened", "Handed over from other teams": "came",
    "Handed over to other teams": "went", "Cleared": "gone", "Record no longer in the extract": "gone",
    "Blockers: will not load, or would load onto the wrong child": "blocker", "Major: would load, but wrong or unusable": "major",
    "Minor: untidy": "minor", "To do": "after", "Overdue, of these": "overdue", "Open now": "after",
}  # fmt: skip


def dq(*arguments: object) -> Result:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@dataclass(frozen=True)
class Expected:
    """What the files say of some teams at one week, compared with another."""

    frames: dict[str, pd.DataFrame]

    def of(self, teams: set[str] | None, week: int, since: int) -> dict[str, int]:
        def mine(number: int) -> pd.DataFrame:
            frame = self.frames[WEEKS[number]]
            return frame if teams is None else frame[frame["team"].isin(teams)]

        now, before = mine(week), mine(since)
        all_now, all_before = set(self.frames[WEEKS[week]]["id"]), set(self.frames[WEEKS[since]]["id"])
        ever = set().union(*(self.frames[day]["id"] for day in WEEKS[: since + 1]))
        here, there = set(now["id"]), set(before["id"])
        came = here - there
        begun = {each: self.begun(each, week) for each in here}
        day = dt.date.fromisoformat(WEEKS[week])
        severity = dict(zip(now["id"], now["severity"], strict=True))
        late = [each for each in here if begun[each] + dt.timedelta(days=DUE[severity[each]]) < day]
        return {
            "before": len(there), "after": len(here), "new": len(came - ever), "reopened": len((came & ever) - all_before),
            "came": len(came & all_before), "went": len((there - here) & all_now), "gone": len((there - here) - all_now),
            "overdue": len(late), **{word: int((now["severity"] == word).sum()) for word in DUE},
        }  # fmt: skip

    def begun(self, exception: str, week: int) -> dt.date:
        """The day of the first of the weeks in a row in which it was found."""
        first = week
        while first and exception in set(self.frames[WEEKS[first - 1]]["id"]):
            first -= 1
        return dt.date.fromisoformat(WEEKS[first])


def figures(text: str) -> dict[str, list[str]]:
    """The figures of a digest's tables by what they count, as they are printed; several where several labels count alike."""
    found: dict[str, list[str]] = {}
    opened = []
    for line in text.splitlines():
        match = re.fullmatch(r"  (\S.*?) +(?:[+-] )?([\d,]+|fewer than 5|not shown)", line)
        if match and match[1].startswith("Open on "):
            opened.append(match[2])
        elif match and match[1].partition(" (")[0] in LABELS:
            found.setdefault(LABELS[match[1].partition(" (")[0]], []).append(match[2])
    if opened:
        found["before"] = [opened[0]]
        found.setdefault("after", []).append(opened[1])
    return found


def teams_of(rows: str) -> dict[str, list[int]]:
    """The rows of the table "By team": open, blockers, new and back, cleared, overdue."""
    lines = rows.partition("\nBy team\n")[2].partition("\n\n")[0].splitlines()[1:]
    found = {}
    for line in lines:
        name, *numbers = re.split(r"\s{2,}", line.strip())
        found[name] = [int(each) for each in numbers]
    return found


def compare(text: str, expected: dict[str, int], *, hidden: bool) -> int:
    """Hold every printed figure against the expected one, and what is not printed against zero; returns how many were compared."""
    printed = figures(text)
    compared = 0
    for word, number in expected.items():
        values = printed.get(word, [])
        if hidden and any(not each[0].isdigit() for each in values):
            assert "not shown" in values or number > 0
            continue
        if not values:
            assert number == 0 or "Nothing has changed" in text or "first digest: there is nothing" in text, word
        elif word == "gone":
            assert sum(int(each.replace(",", "")) for each in values) == number
        else:
            assert {int(each.replace(",", "")) for each in values} == {number}, (word, values, number)
        compared += 1
    return compared


def measures_of(folder: Path, week: str, level: str, unit: str) -> tuple[int, int]:
    """How many measures of a unit met their target, and how many were judged, from the run's own file."""
    with (folder / "reports" / f"{week}-1" / "measures.csv").open(encoding="utf-8", newline="") as file:
        said = [row["met"] for row in csv.DictReader(file) if (row["level"], row["unit"]) == (level, unit) and row["met"]]
    return said.count("yes"), len(said)


def organisation(folder: Path) -> dict[str, tuple[str, str]]:
    """Service and head of each team, from the teams file."""
    with (folder / "teams.csv").open(encoding="utf-8", newline="") as file:
        return {row["team"]: (row["service"], row["head_of_service"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[dict[str, Any]]]]:
    """The sample with a reader for every unit, checked with all rules and told of six times."""
    folder = tmp_path_factory.mktemp("digests") / "carefirst"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("reports", ".dq"))
    teams = organisation(folder)
    units = [("whole", ""), ("data team", "")] + [("team", each) for each in teams]
    units += [("service", each) for each in sorted({service for service, _ in teams.values()})]
    units += [("head", each) for each in sorted({head for _, head in teams.values()})]
    with (folder / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write("mail:\n  folder: outbox\n  readers:\n")
        for level, unit in units:
            more = f", unit: {json.dumps(unit)}" if unit else ""
            file.write(f"    - {{name: {json.dumps(f'{level}: {unit}')}, level: {level}, cadence: weekly{more}}}\n")
    told = []
    for week in WEEKS:
        result = dq("check", folder, "--as-of", week, "--no-workbooks")
        assert result.exit_code in (0, 1), result.output
        sent = dq("digest", "weekly", "--project", folder, "--json")
        assert sent.exit_code == 0, sent.output
        told.append(json.loads(sent.stdout)["messages"])
    return folder, told


def test_every_figure_is_that_of_the_files(project: tuple[Path, list[list[dict[str, Any]]]]) -> None:
    folder, told = project
    expected = Expected({week: pd.read_parquet(folder / "reports" / f"{week}-1" / "exceptions.parquet") for week in WEEKS})
    above = organisation(folder)
    compared = moved = 0
    for week, sent in enumerate(told):
        assert [each["outcome"] for each in sent] == ["sent"] * len(sent)
        for message in sent:
            level, _, unit = message["reader"].partition(": ")
            teams = None if not unit else {team for team, names in above.items() if unit in (team, *names)} | {unit}
            numbers = expected.of(teams, week, max(week - 1, 0))
            assert ("Forecast for go-live on 1 March 2027" in message["text"]) == (week >= 3)
            compared += compare(message["text"], numbers, hidden=level == "whole")
            moved += numbers["new"] + numbers["gone"] + numbers["came"] if week else 0
            if level in ("whole", "data team", "team", "service", "head"):
                met, judged = measures_of(folder, WEEKS[week], "whole" if level == "data team" else level, unit)
                said = re.search(r"  Measures that miss their target +(\d+) of (\d+)\n", message["text"])
                assert (said is not None and (int(said[1]), int(said[2])) == (judged - met, judged)) or not judged
                compared += 2
            if not unit:
                gates = json.loads((folder / "reports" / f"{WEEKS[week]}-1" / "run.json").read_text(encoding="utf-8"))["gates"]
                number = sum(gate["met"] for gate in gates)
                assert f"{number} of {len(gates)} gates" in message["text"]
            if level == "data team":
                for team, row in teams_of(message["text"]).items():
                    mine = expected.of({team.lower(), team}, week, max(week - 1, 0))
                    opened, blockers, *changes, overdue = row
                    assert (opened, blockers, overdue) == (mine["after"], mine["blocker"], mine["overdue"])
                    assert not week or changes[0] == mine["new"] + mine["reopened"] + mine["came"]
    assert compared > 500 and moved > 50


def test_the_board_never_sees_a_small_count(project: tuple[Path, list[list[dict[str, Any]]]]) -> None:
    _, told = project
    hidden = 0
    for sent in told:
        [board] = [each for each in sent if each["reader"].startswith("whole")]
        values = [value for values in figures(board["text"]).values() for value in values]
        assert not [value for value in values if value in ("1", "2", "3", "4")]
        hidden += sum(value == "fewer than 5" for value in values)
    assert hidden


def test_no_key_and_nobody_is_named(project: tuple[Path, list[list[dict[str, Any]]]]) -> None:
    """Every key, id, worker and value of every exception, and every name of staff, is looked for in every file of the outbox."""
    folder, _ = project
    said = "\n".join(path.read_text(encoding="utf-8") for path in (folder / "outbox").iterdir() if path.suffix != ".eml")
    said += "\n".join(path.read_bytes().decode() for path in (folder / "outbox").glob("*.eml"))
    words = set(re.findall(r"[\w/.-]+", said))
    personal: set[str] = set()
    for week in WEEKS:
        frame = pd.read_parquet(folder / "reports" / f"{week}-1" / "exceptions.parquet")
        for column in ("id", "key", "person", "worker"):
            personal |= {str(value) for value in frame[column].dropna() if len(str(value)) > 3 and str(value) != "extract"}
    with (folder / "teams.csv").open(encoding="utf-8", newline="") as file:
        staff = [row for row in csv.DictReader(file)]
    names = {row[column] for row in staff for column in ("worker_name", "head_of_service", "director") if row[column]}
    assert len(personal) > 50 and len(names) > 10
    assert not words & personal
    assert not [name for name in names if name in said]
