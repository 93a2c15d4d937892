"""Lists to look things up in: only the entries that other tables name are kept, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from dq import pack, request, run
from dq.errors import PackError, ProjectError

HEADER = "CHILD,SEX,DOB\nC1,M,2012-05-12\nC2,F,2012-05-12\n"
EPISODES = (
    "CHILD,DECOM,RNE,LS,PLACE,HOME_POST,PL_POST\n"
    "C1,2025-05-12,S,C2,U6,zz11aa,ZZ2 2BB\nC2,2025-05-12,S,C2,U6,ZZ1 1AA,ZZ3 3DD\nC2,2025-09-08,P,C2,K2,,\n"
)
PLACES = {"ZZ1 1AA": (530000, 180000), "ZZ22BB": (534828, 173562), "ZZ3 3DD": (530000, 820000)}
ELSEWHERE = 40
LOOKUP = """
project: Postcodes
pack: ssda903
settings: {local_authority: E09000099}
lookups:
  postcode_directory:
    file: reference/directory.csv
    columns: {POSTCODE: pcds, EASTING: east1m, NORTHING: north1m, AUTHORITY: lad25cd}
"""


def _lines(names: tuple[str, ...], note: str) -> str:
    rows = [(f"YY{number // 10} {number % 10}AA", 1, 1) for number in range(ELSEWHERE)]
    rows[3:3] = [(post, *place) for post, place in PLACES.items()]
    cells = [f'{post},{east},{north},E09000099,"{note}"' for post, east, north in rows]
    return "\n".join([",".join([*names, "remark"]), *cells, ""])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one extract, whose directory lies beside it under names of its own."""
    folder = tmp_path / "extracts" / "2026-06-30"
    folder.mkdir(parents=True)
    (folder / "header.csv").write_text(HEADER)
    (folder / "episodes.csv").write_text(EPISODES)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "directory.csv").write_text(_lines(("pcds", "east1m", "north1m", "lad25cd"), "a place"))
    (tmp_path / "dq.yaml").write_text(LOOKUP)
    return tmp_path


OWN = ("POSTCODE", "EASTING", "NORTHING", "AUTHORITY")
RULES = ["SSDA903-169", "SSDA903-392a", "SSDA903-454", "SSDA903-1015"]


def _checked(
    path: Path, **options: object
) -> tuple[list[tuple[object, ...]], dict[str, tuple[object, ...]], list[tuple[object, ...]]]:
    """The directory's rows that were kept, what rules say, and the account of its file."""
    wanted = request.of_path(path, select=RULES, **options)  # type: ignore[arg-type]
    with run.execute(wanted) as done:
        kept = done.connection.execute('SELECT "POSTCODE", source_row FROM postcode_directory ORDER BY 2').fetchall()
        counts = done.connection.execute(
            "SELECT rows_read, rows_loaded, rows_rejected, rows_elsewhere FROM input_file WHERE table_name = 'postcode_directory'"
        ).fetchall()
        said = {row.rule: (row.status, row.failing) for row in done.summary.rules if row.rule in RULES}
        wrong = done.connection.execute("SELECT rule FROM ingest_finding WHERE table_name = 'postcode_directory'").fetchall()
    assert not wrong
    return kept, said, counts


SAID = {
    "SSDA903-169": ("failed", 1), "SSDA903-392a": ("failed", 1), "SSDA903-454": ("failed", 1), "SSDA903-1015": ("passed", 0),
}  # fmt: skip
KEPT = [("ZZ1 1AA", 5), ("ZZ22BB", 6), ("ZZ3 3DD", 7)]


def test_of_a_directory_in_the_project_file_only_entries_that_the_return_names_are_kept(project: Path) -> None:
    kept, said, counts = _checked(project)
    assert kept == KEPT
    assert counts == [(ELSEWHERE + 3, 3, 0, ELSEWHERE)]
    assert said == SAID


def test_a_directory_in_the_extract_goes_before_the_one_in_the_project_file(project: Path) -> None:
    own = project / "extracts" / "2026-06-30" / "postcode_directory.csv"
    own.write_text("POSTCODE,EASTING,NORTHING,AUTHORITY\nZZ1 1AA,530000,180000,E09000099\n")
    kept, said, counts = _checked(project)
    assert (kept, counts) == ([("ZZ1 1AA", 2)], [(1, 1, 0, 0)])
    assert said["SSDA903-392a"] == ("failed", 3)


@pytest.mark.parametrize("note", ["a place", "two\nlines"], ids=["plain", "with line breaks in cells"])
def test_a_plain_folder_and_line_breaks(tmp_path: Path, note: str) -> None:
    (tmp_path / "header.csv").write_text(HEADER)
    (tmp_path / "episodes.csv").write_text(EPISODES)
    (tmp_path / "postcode_directory.csv").write_text(_lines(OWN, note))
    kept, said, counts = _checked(tmp_path, pack="ssda903", as_of=dt.date(2026, 6, 30), settings={"local_authority": "E09000099"})
    assert [post for post, _ in kept] == ["ZZ1 1AA", "ZZ22BB", "ZZ3 3DD"]
    assert kept == (KEPT if "\n" not in note else [("ZZ1 1AA", 8), ("ZZ22BB", 10), ("ZZ3 3DD", 12)])
    assert counts == [(ELSEWHERE + 3, 3, 0, ELSEWHERE)] and said == SAID


def test_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text(HEADER)
    (tmp_path / "episodes.csv").write_text(EPISODES)
    rows = [
        {"POSTCODE": post, "EASTING": east, "NORTHING": north, "AUTHORITY": "E09000099", "more": 1}
        for post, (east, north) in PLACES.items()
    ]
    rows += [{**rows[0], "POSTCODE": f"YY1 {number}AA"} for number in range(9)]
    pd.DataFrame(rows).to_parquet(tmp_path / "postcode_directory.parquet")
    kept, said, counts = _checked(tmp_path, pack="ssda903", as_of=dt.date(2026, 6, 30), settings={"local_authority": "E09000099"})
    assert len(kept) == 3 and counts == [(12, 3, 0, 9)] and said == SAID


def test_faults_in_the_project_file_are_told_at_once(project: Path) -> None:
    (project / "dq.yaml").write_text(
        LOOKUP.replace("EASTING:", "EASTNG:").replace("reference/directory.csv", "reference/none.csv")
        + "  postcode_directry: x.csv\n  Episodes: y.csv\n"
    )
    with pytest.raises(ProjectError) as caught:
        _checked(project)
    told = [(each.subject, each.message) for each in caught.value.problems]
    assert sorted(told) == [
        ("lookups: Episodes", "The contract has no such table to look up in."),
        ("lookups: postcode_directory", "The table has no column 'EASTNG'."),
        ("lookups: postcode_directory", "There is no file reference/none.csv."),
        ("lookups: postcode_directry", "The contract has no such table to look up in."),
    ]
    assert [each.fix for each in caught.value.problems if "directry" in each.subject] == ["Did you mean 'postcode_directory'?"]


def test_a_contract_may_only_be_looked_up_by_columns_of_text(tmp_path: Path) -> None:
    (tmp_path / "dataset.yaml").write_text(
        "pack: p\ntitle: P\nperson_table: child\ntables:\n"
        "  child:\n    title: Children\n    key: [id]\n    columns: {id: {title: Id}, born: {title: Born, type: date}}\n"
        "  place:\n    title: Places\n    key: [post]\n    looked_up_by: {post: [child.idd, child.born], size: [child.id]}\n"
        "    columns: {post: {title: Postcode}, size: {title: Size, type: number}}\n"
    )
    with pytest.raises(PackError) as caught:
        pack.load([str(tmp_path)])
    assert {each.message for each in caught.value.problems} == {
        "looked_up_by: there is no column of text 'child.idd'.",
        "looked_up_by: there is no column of text 'child.born'.",
        "looked_up_by: table 'place' has no column of text 'size'.",
    }
