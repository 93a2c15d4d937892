"""The sample's six weekly extracts, checked one after another: every state occurs, and each for its reason.

What happens to a council is done to the documents of a copy: a place is lost, found and lost again, a document disappears, a
file is forgotten one week, and at the end the project loosens the rule. Of nine more documents the place stays lost, and people
decide about each in another way after the first week.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dq.cli import entry

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "carefirst"
WEEKS = ("2026-09-28", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02")
FORGOTTEN = 5
RULE = "DOC-001"
LOOSER = """theme: Local
rules:
  - replaces: DOC-001
    title: A document has a file
    table: document
    required: [file_name]
    dimension: completeness
    severity: major
    fix: Find the file.
    source: The board
    examples:
      - name: no file
        document: [{document_id: A, person_id: P}, {document_id: B, person_id: P, file_name: b.pdf}]
        fails: [A]
"""

LOST_AGAIN, VANISHING, LOST_FOR_GOOD, LATE = range(4)
BLANK_IN = {LOST_AGAIN: (1, 3, 4), VANISHING: (1, 2), LOST_FOR_GOOD: (1, 2, 3, 4, 5, 6), LATE: (2, 3, 4)}
GONE_FROM = {VANISHING: 3}
EXPECTED = {
    LOST_AGAIN: [(1, "new", "data"), (2, "cleared", "data"), (3, "reopened", "data"), (4, "open", "data"),
                 (5, "not checked", "data"), (6, "rule changed", "rule")],
    VANISHING: [(1, "new", "data"), (2, "open", "data"), (3, "left extract", "data"), (5, "not checked", "data"),
                (6, "left extract", "data")],
    LOST_FOR_GOOD: [(1, "new", "data"), (2, "open", "data"), (5, "not checked", "data"), (6, "rule changed", "rule")],
    LATE: [(2, "new", "data"), (3, "open", "data"), (5, "not checked", "data"), (6, "rule changed", "rule")],
}  # fmt: skip
"""Run, word and reason of every event of four documents; the forgotten file and the looser rule touch all."""

DECIDED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("dispose", "fix-in-old-system"), ("to do",) * 4),
    (("dispose", "transform-on-the-way"), ("transform on the way",) * 4),
    (("dispose", "fix-after-go-live"), ("fix after go-live",) * 4),
    (("dispose", "accept", "--note", "In the archive"), ("accept",) * 4),
    (("dispose", "do-not-migrate", "--note", "Of a sibling"), ("do not migrate",) * 4),
    (("dispose", "disputed", "--note", "It is on paper"), ("disputed",) * 4),
    (("assign", "--to", "R. Jones"), ("to do",) * 4),
    (("waive", "--until", WEEKS[2], "--reason", "Scanning", "--approver", "A. Head"), ("waived", "waived", "waived", "to do")),
    (("waive", "--since", WEEKS[1], "--until", "2027-01-01", "--reason", "Scanning", "--approver", "A. Head"),
     ("to do", "waived", "waived", "waived")),
)  # fmt: skip
"""What is decided after the first run about a document without a place, and where its exception lies after runs 1 to 4."""


def dq(*arguments: object) -> Result:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def change_documents(folder: Path) -> list[str]:
    """Choose four documents that are whole in every week, and do to each what is planned; returns their numbers."""
    weeks = []
    for week in WEEKS:
        with (folder / "extracts" / week / "DOCUMENTS.csv").open(encoding="utf-8", newline="") as file:
            weeks.append({row["DOC_ID"]: row for row in csv.DictReader(file) if row["DOC_ID"]})
    whole = [each for each in weeks[0] if all(each in week and week[each]["FILE_NAME"] and week[each]["STORE"] for week in weeks)]
    chosen = whole[: len(EXPECTED) + len(DECIDED)]
    for number, (week, rows) in enumerate(zip(WEEKS, weeks, strict=True), start=1):
        for place, document in enumerate(chosen):
            if number in BLANK_IN.get(place, range(1, 7)):
                rows[document]["STORE"] = ""
            if number >= GONE_FROM.get(place, number + 1):
                del rows[document]
        with (folder / "extracts" / week / "DOCUMENTS.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, next(iter(rows.values())))
            writer.writeheader()
            writer.writerows(rows.values())
    (folder / "extracts" / WEEKS[FORGOTTEN - 1] / "DOCUMENTS.csv").unlink()
    return chosen


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("weekly") / "carefirst"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("reports", ".dq"))
    with (folder / "dq.yaml").open("a", encoding="utf-8") as file:
        file.write(f"select: [{RULE}, PER-016, ALL-001, 'CPR-*', 'REF-00*', 'key_missing.*']\n")
    chosen = change_documents(folder)
    for number, week in enumerate(WEEKS, start=1):
        if number == len(WEEKS):
            (folder / "rules").mkdir()
            (folder / "rules" / "local.yaml").write_text(LOOSER, encoding="utf-8")
        result = dq("check", folder, "--as-of", week, "--no-workbooks")
        assert result.exit_code in (0, 1), result.output
        assert f"Recorded as run {number}: " in result.output
        if number == 1:
            decide(folder, chosen)
        if number == 4:
            assert "Nothing is recorded anew." in dq("check", folder, "--as-of", week, "--no-workbooks").output
            assert "Not recorded: run 4 has a later extract" in dq("check", folder, "--as-of", WEEKS[2], "--no-workbooks").output
            dq("runs", "--delete-latest", "--project", folder)
            dq("check", folder, "--as-of", week, "--no-workbooks")
        for place in range(len(EXPECTED), len(chosen)):
            PLACES.setdefault(chosen[place], []).append(shown(folder, chosen[place])["place"])
    return folder, chosen


PLACES: dict[str, list[str]] = {}
"""Where the exception of each document that people decided about lies after each run."""


def decide(folder: Path, chosen: Sequence[str]) -> None:
    """Type every decision of the first week."""
    for document, (arguments, _) in zip(chosen[len(EXPECTED) :], DECIDED, strict=True):
        result = dq(arguments[0], *arguments[1:], find(folder, document), "--project", folder)
        assert result.exit_code == 0, result.output


def find(folder: Path, document: str) -> str:
    """The exception of a document without a place."""
    [row] = [row for row in exceptions(folder / "reports" / f"{WEEKS[0]}-1") if (row["rule"], row["key"]) == (RULE, document)]
    return row["id"]


def shown(folder: Path, document: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(dq("show", find(folder, document), "--project", folder, "--json").stdout)
    return content


def exceptions(report: Path) -> list[dict[str, str]]:
    with (report / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def events(folder: Path, exception: str) -> list[tuple[int, str, str]]:
    content = json.loads(dq("show", exception, "--project", folder, "--json").stdout)
    return [(each["run"], each["became"], each["why"]) for each in content["events"]]


@pytest.mark.parametrize("place", EXPECTED)
def test_every_word_occurs_for_its_reason(project: tuple[Path, list[str]], place: int) -> None:
    folder, chosen = project
    every = {row["id"]: row for week in WEEKS for row in exceptions(folder / "reports" / f"{week}-1")}
    [mine] = [row["id"] for row in every.values() if (row["rule"], row["key"]) == (RULE, chosen[place])]
    assert events(folder, mine) == EXPECTED[place]


def test_what_each_run_found_is_on_the_list_after_it_and_nothing_else(project: tuple[Path, list[str]]) -> None:
    folder, _ = project
    found = [{row["id"] for row in exceptions(folder / "reports" / f"{week}-1")} for week in WEEKS]
    for each in set().union(*found):
        said = {run: word for run, word, _ in events(folder, each)}
        word = ""
        for number, ids in enumerate(found, start=1):
            word = said.get(number, word)
            assert (word in ("new", "open", "reopened")) is (each in ids), (each, number)


@pytest.mark.parametrize("place", range(len(DECIDED)))
def test_every_decision_puts_the_exception_where_it_belongs(project: tuple[Path, list[str]], place: int) -> None:
    folder, chosen = project
    document = chosen[len(EXPECTED) + place]
    assert PLACES[document] == [*DECIDED[place][1], "gone", "gone"]  # the file is forgotten, then the rule is looser
    content = shown(folder, document)
    assert [(event["run"], event["became"]) for event in content["events"]] == [
        (1, "new"), (2, "open"), (5, "not checked"), (6, "rule changed"),
    ]  # fmt: skip
    said = [line["became"].replace(" ", "-") for line in content["human"]] or [line["reason"] for line in content["waivers"]]
    assert said in ([DECIDED[place][0][1]], ["yes"], ["R.-Jones"], ["Scanning"])


def test_runs_and_differences_add_up(project: tuple[Path, list[str]]) -> None:
    folder, _ = project
    runs = json.loads(dq("runs", "--project", folder, "--json").stdout)["runs"]
    assert [run["as_of"] for run in runs] == list(WEEKS)
    assert {word for run in runs for word in run["moved"]} == {
        "new", "open", "cleared", "reopened", "left extract", "rule changed", "not checked",
    }  # fmt: skip
    for run in runs:
        assert run["exceptions"] == len(exceptions(folder / run["results"]))
    for earlier in range(1, len(runs)):
        content: dict[str, Any] = json.loads(dq("diff", earlier, len(runs), "--project", folder, "--json", "--all").stdout)
        totals = content["totals"]
        assert sum(totals[word] for word in ("new", "reopened", "seen again", "still open")) == runs[-1]["exceptions"]
        assert sum(line["exceptions"] for line in content["changes"]) == sum(totals.values())


def test_a_case_that_moves_is_handed_over(project: tuple[Path, list[str]]) -> None:
    """In the sample a referral goes from the first door to early help between two extracts."""
    folder, _ = project
    moved = []
    for later in range(2, len(WEEKS) + 1):
        content = json.loads(dq("diff", later - 1, later, "--project", folder, "--json").stdout)
        moved += [(later, line) for line in content["changes"] if line["change"] == "moved"]
    [(run, line)] = moved
    assert (line["rule"], line["from_team"], line["team"], line["exceptions"]) == (
        "REF-006", "Front Door North", "Early Help North", 1,
    )  # fmt: skip
    found = {row["id"] for row in exceptions(folder / "reports" / f"{WEEKS[run - 1]}-1") if row["rule"] == "REF-006"}
    notes = [
        each["note"]
        for exception in found
        for each in json.loads(dq("show", exception, "--project", folder, "--json").stdout)["events"]
        if each["run"] == run
    ]
    assert notes.count("handed over from Front Door North to Early Help North") == 1
