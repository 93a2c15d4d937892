"""The teams file: faults by line, all at once; who is where on a day; what stands above a team."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dq import teams
from dq.errors import ProjectError
from dq.organisation import Unit
from dq.teams import COLUMNS, LEVELS, TeamRow

HEAD = ",".join(COLUMNS)
MAY = dt.date(2026, 5, 1)
JUNE = dt.date(2026, 6, 1)


def read(tmp_path: Path, *lines: str, head: str = HEAD) -> tuple[TeamRow, ...]:
    path = tmp_path / "teams.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return teams.read(path)


def faults(tmp_path: Path, *lines: str, head: str = HEAD) -> list[str]:
    with pytest.raises(ProjectError) as error:
        read(tmp_path, *lines, head=head)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in error.value.problems]


def test_a_file_without_the_later_columns_is_read_as_before(tmp_path: Path) -> None:
    head = "worker_id,worker_name,team,service,left_on"
    rows = read(tmp_path, "W1,Ann,North,Care,", "", ",,,,", "W2,Bob,South,Care,2026-05-31", head=head)
    assert [(row.line, row.worker_id, row.team, row.since) for row in rows] == [
        (2, "W1", "North", dt.date.min), (5, "W2", "South", dt.date.min),
    ]  # fmt: skip
    assert teams.units(rows, MAY) == [Unit("North", "Care"), Unit("South", "Care")]


def test_the_row_that_began_last_holds(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "W1,Ann,South,Care,,Hope,Dana,2026-06-01",
        "W1,Ann,North,Assessment,,Hal,Dana,",
        "W2,Bob,South,Care,,Hope,Dana,2026-06-01",
    )
    assert [(row.worker_id, row.team) for row in teams.in_force(rows, MAY)] == [("W1", "North")]
    assert [(row.worker_id, row.team) for row in teams.in_force(rows, JUNE)] == [("W1", "South"), ("W2", "South")]
    assert [row.team for row in teams.in_force(rows, JUNE - dt.timedelta(days=1))] == ["North"]
    assert teams.units(rows, MAY) == [Unit("North", "Assessment", "Hal", "Dana")]
    assert teams.units(rows, JUNE) == [Unit("South", "Care", "Hope", "Dana")]


def test_what_stands_above_may_be_named_once_and_may_be_left_out(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "W1,,North,Care,,,,", "W2,,North,,,,,", "W3,,South,Care,,Hope,,", "W4,,East,,,Hope,Dana,", "W5,,West,,,,,", 
        "W6,,Hill,,,,Dora,",
    )  # fmt: skip
    assert teams.units(rows, MAY) == [
        Unit("North", "Care", "Hope", "Dana"), Unit("South", "Care", "Hope", "Dana"), Unit("East", "", "Hope", "Dana"),
        Unit("West"), Unit("Hill", "", "", "Dora"),
    ]  # fmt: skip


def test_who_has_left_says_nothing_against_who_is_there(tmp_path: Path) -> None:
    rows = read(tmp_path, "W1,,North,Old,2020-01-31,,,", "W2,,North,Care,,,,2021-01-01", "W3,,Closed,Old,2020-01-31,,,")
    assert teams.units(rows, MAY) == [Unit("North", "Care"), Unit("Closed", "Old")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["W1,,North,Care,,,,", "W2,,North,Care,,,,", "W3,,North,Duty,,,,"],
         ["teams.csv:4: Team 'North' is in service 'Duty' here and 'Care' in line 2."]),
        (["W1,,North,Care,,,,", "W2,,North,Duty,,,,2026-06-01"],
         ["teams.csv:3: Team 'North' is in service 'Duty' here and 'Care' in line 2 on 2026-06-01."]),
        (["W1,,North,Care,,,,", "W2,,North,Duty,,,,", "W3,,North,Care,,,,", "W4,,North,Care,,,,", "W5,,North,Duty,,,,"],
         ["teams.csv:3: Team 'North' is in service 'Duty' here and in another row, and 'Care' in line 2."]),
        (["W1,,North,Care,,Hope,,", "W2,,South,Care,,Hal,,"],
         ["teams.csv:3: Service 'Care' is under head of service 'Hal' here and 'Hope' in line 2."]),
        (["W1,,North,Care,,Hope,Dana,", "W2,,South,Duty,,Hope,Dora,"],
         ["teams.csv:3: Head of service 'Hope' is under director 'Dora' here and 'Dana' in line 2."]),
        (["W1,,North,,,Hope,,", "W2,,North,,,Hal,,"],
         ["teams.csv:3: Team 'North' is under head of service 'Hal' here and 'Hope' in line 2."]),
        (["W1,,North,Care,,,Dana,", "W2,,South,Care,,Hope,Dora,"],
         ["teams.csv:3: Service 'Care' is under director 'Dora' here and 'Dana' in line 2."]),
        (["W1,,North,Care,,,,", "W2,,North,Duty,,,,", "W2,,North,Duty,,,,", "W3,,,,,,,", "W4,,South,,31/03/2026,,,"],
         ["teams.csv:4: Team 'North' is in service 'Duty' here and 'Care' in line 2.",
          "teams.csv:4: Worker 'W2' stands here twice; first in line 3.",
          "teams.csv:5: A row needs worker_id and team.",
          "teams.csv:6: left_on is not a date. Write it like 2026-03-31."]),
        (["W1,,North,,,,,2026-06-01", "W1,,South,,,,,2026-06-01"],
         ["teams.csv:3: Worker 'W1' stands here twice from 2026-06-01; first in line 2."]),
        (["W1,,North,,2026-05-01,,,2026-06-01", "W2,,North,,,,,soon"],
         ["teams.csv:2: left_on lies before from: the row would never hold.", "teams.csv:3: from is not a date."]),
        (["W1,Lee, Ann,North,Care,,,,"], ["teams.csv:2: The row has more cells than the header."]),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_line_and_its_fix(tmp_path: Path, lines: list[str], said: list[str]) -> None:
    found = faults(tmp_path, *lines)
    assert len(found) == len(said)
    for fault, words in zip(found, said, strict=True):
        assert fault.startswith(words)
        if "Team" in words or "Worker" in words:
            assert " day in the column from." in fault


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("worker,team", ["There is no column 'worker_id'. Did you mean 'worker'?"]),
        ("a,b", ["There is no column 'team'.", "There is no column 'worker_id'."]),
        ("worker_id,team,head_of_servce", ["a column 'head_of_servce', which dq does not know. Did you mean 'head_of_service'?"]),
        ("worker_id,team,team", ["The column 'team' stands here twice."]),
    ],
)
def test_a_wrong_header_is_told(tmp_path: Path, head: str, said: list[str]) -> None:
    found = faults(tmp_path, "W1,North", head=head)
    assert len(found) == len(said) and all(words in fault for fault, words in zip(found, said, strict=True))


def test_columns_of_ones_own_are_passed_over(tmp_path: Path) -> None:
    [row] = read(tmp_path, "W1,North,1234", head="worker_id,team,telephone")
    assert row.team == "North"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("worker_id,team\nW1,Café\n".encode("cp1252"), "not in UTF-8"),
        (b"worker_id,team\nW1,N\0rth\n", "NUL characters"),
        (b'worker_id,team\nW1,"North\nW2,South\n', "runs over several lines"),
        (b'worker_id,team\nW1,"' + b"x" * 200_000, "no CSV"),
        (b"", "no column"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "teams.csv").write_bytes(content)
    with pytest.raises(ProjectError, match=said):
        teams.read(tmp_path / "teams.csv")


# contradictions, against every day looked at one by one

DAYS = [dt.date(2026, 1, day) for day in (1, 2, 3, 4)]
A_DAY = st.sampled_from(["", *(day.isoformat() for day in DAYS)])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["W1", "W2", "W3", "W4"]), st.sampled_from(["A", "B"]), st.sampled_from(["", "S", "T"]), A_DAY,
        st.sampled_from(["", "H", "I"]), st.sampled_from(["", "D", "E"]), A_DAY,
    ).filter(lambda row: not row[3] or row[3] >= row[6]),
    max_size=6, unique_by=lambda row: (row[0], row[6]),
)  # fmt: skip
"""Worker, team, service, left_on, head, director, from."""


def clash(rows: list[tuple[str, ...]], day: dt.date) -> bool:
    """Whether two rows that hold on a day, of workers in post, put the same under different ones."""
    holding: dict[str, tuple[str, ...]] = {}
    for row in sorted(rows, key=lambda row: row[6]):
        if row[6] <= day.isoformat():
            holding[row[0]] = row
    levels = [(row[1], row[2], row[4], row[5]) for row in holding.values() if not row[3] or day.isoformat() < row[3]]
    return any(
        one[lower] and one[lower] == other[lower] and one[upper] and other[upper] and one[upper] != other[upper]
        for one, other in combinations(levels, 2)
        for lower, upper in combinations(range(len(LEVELS)), 2)
    )


@settings(max_examples=300, deadline=None)
@given(ROWS)
def test_a_contradiction_is_found_when_it_holds_on_a_day_and_only_then(rows: list[tuple[str, ...]]) -> None:
    days = [dt.date(2025, 12, 31), *DAYS, dt.date(2026, 1, 5)]
    lines = [f"{row[0]},,{','.join(row[1:])}" for row in rows]
    with TemporaryDirectory() as folder:
        try:
            read(Path(folder), *lines)
            found = False
        except ProjectError as error:
            found = True
            for problem in error.problems:
                other = int(problem.message.partition(" in line ")[2].split()[0].rstrip("."))
                assert other != problem.line and {other, problem.line} <= set(range(2, len(lines) + 2))
    assert found == any(clash(rows, day) for day in days)
