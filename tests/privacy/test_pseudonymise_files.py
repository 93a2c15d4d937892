"""Files of every format, damaged rows, words of nobody's list, and what a project holds beside its extracts."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import python_calamine
import yaml
from alike import differences
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

import dq
from dq import privacy, sample
from dq.cli import entry
from dq.errors import DqError

PACK = Path(__file__).parents[1] / "run" / "pack"
OLD = Path(__file__).parents[1] / "ingest" / "files"
WEEK = "2026-11-02"
TABLES = {
    "person": [
        ["person_id", "surname", "date_of_birth", "score", "weight", "active", "seen_at"],
        ["A10017", "Canaryfictionson", "2015-03-01", "4", "20.5", "Y", "2026-10-01 10:30"],
        ["B10017", "", "2016-04-01", "7", "", "N", ""],
        ["C10017", "Whitlow", "2017-05-01", "many", "", "perhaps", ""],
        ["D10017", "Marsh", "Canary 2017-13-01", "", "1,5", "", "noon"],
    ],
    "plan": [
        ["plan_id", "person_id", "start_date", "end_date"],
        ["P1001", "A10017", "2026-01-01", ""],
        ["P2001", "B10017", "2026-01-01", ""],
        ["P3001", "C10017", "2026-03-01", "2026-02-01"],
        ["P4001", "D10017", "2026-03-01", ""],
        ["P5001", "D10017", "2026-03-01", "2026-04-01"],
    ],
    "visit": [
        ["visit_id", "plan_id", "worker_id", "visit_date", "note"],
        ["V1001", "P1001", "W1001", "2026-01-05", ""],
        ["V2001", "P1001", "W1001", "2026-03-05", "Canaryfictionson was at home\nand well"],
        ["V3001", "P2001", "W3001", "2026-01-05", ""],
        ["V4001", "P9001", "W9001", "2026-01-05", ""],
    ],
    "worker": [
        ["worker_id", "name", "team_id", "left_date"],
        ["W1001", "Rowan Canaryfictionson", "T1", ""],
        ["W3001", "Gone Away", "T2", "2026-02-01"],
    ],
    "team": [["team_id", "name"], ["T1", "North"], ["T2", "South"]],
    "allocation": [
        ["allocation_id", "person_id", "worker_id", "team_id", "start_date", "end_date", "main"],
        ["L1001", "A10017", "W1001", "T1", "2026-01-01", "", "Y"],
        ["L2001", "B10017", "W3001", "Canary team", "2026-01-01", "", "Y"],
    ],
}  # fmt: skip


def text(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose extract has a file of each format."""
    folder = tmp_path / "project"
    extract = folder / "extracts" / WEEK
    extract.mkdir(parents=True)
    book = Workbook()
    assert book.active is not None
    book.active.title = "person"
    for row in TABLES["person"]:
        book.active.append(row)
    book.save(extract / "person.xlsx")
    pd.DataFrame(TABLES["plan"][1:], columns=TABLES["plan"][0]).to_parquet(extract / "plan.parquet")
    (extract / "visit.csv.gz").write_bytes(gzip.compress(text(TABLES["visit"], ";").encode("utf-16")))
    with zipfile.ZipFile(extract / "staff.zip", "w") as archive:
        archive.writestr("worker.csv", text(TABLES["worker"]).replace("Gone", "Gön").encode("cp1252"))
        archive.writestr("team.csv", text(TABLES["team"]))
    (extract / "allocation.tsv").write_text(text(TABLES["allocation"], "\t"), encoding="utf-8-sig")
    (extract / "notes of the meeting.csv").write_text("what,who\nCanary,1\n")
    settings = (
        f'project: Small\npacks: ["{PACK.as_posix()}"]\ncontact: Ann Canaryfictionson\nstore: postgresql://dq@server/canary\n'
    )
    (folder / "dq.yaml").write_text(settings, encoding="utf-8")
    (folder / "people.json").write_text('{"canary": 1}', encoding="utf-8")
    return folder


def test_every_format_is_written_back_and_gives_the_same_exceptions(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    made = privacy.pseudonymise(project, out)
    settings = (project / "dq.yaml").read_text(encoding="utf-8").split("store:")[0]
    (project / "dq.yaml").write_text(settings, encoding="utf-8")
    compared, lost, more = differences(project, out, made, WEEK)
    assert lost == {} and more == {} and compared.total() >= 7
    files = sorted(path.name for path in (out / "extracts" / WEEK).iterdir())
    assert files == ["allocation.tsv", "person.xlsx", "plan.parquet", "staff.zip", "visit.csv.gz"]
    with zipfile.ZipFile(out / "extracts" / WEEK / "staff.zip") as archive:
        assert archive.namelist() == ["worker.csv", "team.csv"]
        assert "North" in archive.read("team.csv").decode()
    sheet = load_workbook(out / "extracts" / WEEK / "person.xlsx")["person"]
    cells = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {"4", "7", "20.5", "Y", "N", "xxxx", "xxxxxxx", "0,0", "Xxxxxx 0000-00-00"} <= set(cells)
    allocation = (out / "extracts" / WEEK / "allocation.tsv").read_text(encoding="utf-8-sig")
    assert "T1\t" in allocation and "Canary" not in allocation
    assert made.told is not None
    assert any("utf-16-le is written as UTF-8" in note for note in made.told.notes)


def test_nothing_planted_stands_in_any_byte_of_the_copy(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy"
    result = CliRunner().invoke(entry, ["pseudonymise", str(project), str(out)])
    assert result.exit_code == 0, result.output
    texts = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for path, content in list(texts.items()):
        if path.suffix == ".gz":
            texts[path] = gzip.decompress(content)
        if path.suffix in (".zip", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                texts[path] = b"".join(archive.read(name) for name in archive.namelist())
        if path.suffix == ".parquet":
            texts[path] = pd.read_parquet(path).to_csv().encode()
    for path, content in texts.items():
        for word in (b"anary", b"Whitlow", b"Marsh", b"Rowan", b"10017", b"W3001", b"V2001", b"at home"):
            assert word not in content, path.name
    assert "anary" not in result.output and "notes of the meeting.csv: no table takes it" in result.output
    assert "people.json" in result.output and "store: is left out" in result.output
    told = json.loads((out / "pseudonymised.json").read_text(encoding="utf-8"))
    assert told["people"] == 4 and told["may_differ"] and told["cells"]["text"] > 0
    assert (out / "packs" / "pack" / "dataset.yaml").is_file()
    assert "contact" not in (out / "dq.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_an_old_workbook_is_written_as_xlsx_and_the_source_map_learns_it(project: Path, tmp_path: Path, ending: str) -> None:
    extract = project / "extracts" / WEEK
    for path in extract.iterdir():
        path.unlink()
    shutil.copyfile(OLD / f"visit.{ending}", extract / f"visit.{ending}")
    book = python_calamine.load_workbook(extract / f"visit.{ending}")
    header = [str(each) for each in book.get_sheet_by_index(0).to_python()[0]]
    columns = {name: name for name in header if name in ("visit_id", "plan_id", "worker_id", "visit_date", "note")}
    source = {"system": "Old", "tables": {"visit": {"files": [f"visit.{ending}"], "columns": columns}}}
    (project / "map.yaml").write_text(yaml.safe_dump(source), encoding="utf-8")
    (project / "dq.yaml").write_text(f'project: Old\npacks: ["{PACK.as_posix()}"]\nsource: map.yaml\n', encoding="utf-8")
    made = privacy.pseudonymise(project, tmp_path / "copy")
    compared, lost, more = differences(project, tmp_path / "copy", made, WEEK)
    assert lost == {} and more == {} and compared.total() >= 1
    assert [path.name for path in (tmp_path / "copy" / "extracts" / WEEK).iterdir()] == ["visit.xlsx"]
    assert made.told is not None and made.told.notes == (f"visit.{ending}: an old workbook is written as .xlsx",)


def test_rows_that_cannot_be_read_are_counted_alike_and_say_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    sample.write(folder, children=40, weeks=1, seed=3, faults=False)
    clients = folder / "extracts" / WEEK / "CLIENTS.csv"
    damaged = '500999,"Canary"fictionson,,Smith,01/02/2010\n500998,Canary\n'
    damaged += "500997,Canary\0fictionson" + "," * 18 + "\n"
    clients.write_text(clients.read_text(encoding="utf-8") + damaged, encoding="utf-8")
    contacts = folder / "extracts" / WEEK / "CONTACTS.csv"
    contacts.write_text(contacts.read_text(encoding="utf-8") + '600999,"never closed canary\n', encoding="utf-8")
    activities = folder / "extracts" / WEEK / "ACTIVITIES.csv"
    width = activities.read_text(encoding="utf-8").splitlines()[0].count(",")
    lines = "".join(f"{number},CANARYKIND,Canary note{',' * (width - 2)}\n" for number in range(3))
    activities.write_text(activities.read_text(encoding="utf-8") + lines, encoding="utf-8")
    made = privacy.pseudonymise(folder, tmp_path / "copy")
    was, now = (dq.check(each, select=["reconciliation.*"]) for each in (folder, tmp_path / "copy"))
    assert len(was.exceptions) == len(now.exceptions) >= 5
    for column in ("rule", "table", "severity"):
        assert sorted(was.exceptions[column]) == sorted(now.exceptions[column])
    assert made.told is not None and sum(int(str(each["rejected"])) for each in made.told.files) == 4
    for path in (tmp_path / "copy").rglob("*.csv"):
        assert "anary" not in path.read_text(encoding="utf-8").lower().replace("dictionary", ""), path.name


def test_a_rule_of_ones_own_that_quotes_a_record_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    sample.write(folder, children=20, weeks=1, seed=3, faults=False)
    (folder / "rules").mkdir()
    rule = "theme: Local\nrules:\n  - disable: PER-022\n    because: agreed for 500001 and 500002\n"
    (folder / "rules" / "local.yaml").write_text(rule, encoding="utf-8")
    with pytest.raises(DqError, match=r"rules/local.yaml:4: A record's number stands here"):
        privacy.pseudonymise(folder, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["project"]
    (folder / "rules" / "local.yaml").write_text(rule.replace(" for 500001 and 500002", ""), encoding="utf-8")
    privacy.pseudonymise(folder, tmp_path / "copy")
    assert "PER-022" in (tmp_path / "copy" / "rules" / "local.yaml").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said_before_anything_is_written(project: Path, tmp_path: Path) -> None:
    def said(*arguments: str) -> str:
        result = CliRunner().invoke(entry, ["pseudonymise", *arguments])
        assert result.exit_code == 2, result.output
        return result.output

    (tmp_path / "there").mkdir()
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    out = str(tmp_path / "copy")
    assert "There is something already." in said(str(project), str(tmp_path / "there"))
    assert "The copy would lie inside the project." in said(str(project), str(project / "copy"))
    assert "it has no dq.yaml" in said(str(tmp_path), out)
    assert "This names no extracts." in said(str(project), out, "--extracts", "last week")
    assert "There are: 2026-11-02." in said(str(project), out, "--extracts", "2026-11-09..")
    assert "The file is no key file." in said(str(project), out, "--key-file", str(tmp_path / "bad.json"))
    assert "The key file would lie inside the copy." in said(str(project), out, "--key-file", f"{out}/key.json")
    (project / "extracts" / WEEK / "plan.parquet").write_bytes(b"PAR1 damaged")
    assert "plan.parquet" in said(str(project), out)
    assert not Path(out).exists() and not list(tmp_path.glob(".copy*"))
