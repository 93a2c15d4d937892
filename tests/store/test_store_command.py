"""dq store: backup, restore, check, as a user sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stores
from click.testing import CliRunner, Result

from dq.cli import entry
from dq.store import database, read, record


def dq(*arguments: object) -> Result:
    result = CliRunner().invoke(entry, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dq.yaml").write_text("project: Small\npacks: [casework]\ngo_live: 2027-03-01\n", encoding="utf-8")
    with database.opened(folder, None) as connection:
        for week in (0, 1):
            rows = stores.seen("a", "b")
            record.record(connection, stores.facts(week, rows), rows, stores.everybody())
    return folder


def test_a_project_moves_from_its_file_to_a_server_and_back(project: Path, tmp_path: Path) -> None:
    file, back = tmp_path / "b.zip", tmp_path / "back.zip"
    said = dq("store", "backup", file, "--project", project)
    assert said.exit_code == 0 and "4 event" in said.output and "2 finding" in said.output and "personal data" in said.output
    runs = dq("runs", "--project", project, "--json").output
    yaml = (project / "dq.yaml").read_text(encoding="utf-8")
    with stores.postgres() as url:
        (project / "dq.yaml").write_text(f"{yaml}store: {url}\n", encoding="utf-8")
        said = dq("store", "restore", file, "--project", project)
        assert said.exit_code == 0 and "2 run" in said.output
        assert dq("runs", "--project", project, "--json").output == runs
        assert dq("store", "check", "--project", project).exit_code == 0
        assert dq("store", "backup", back, "--project", project).exit_code == 0
    (project / "dq.yaml").write_text(yaml, encoding="utf-8")
    (project / database.FILE).rename(tmp_path / "old.sqlite3")
    content = json.loads(dq("store", "restore", back, "--project", project, "--json").output)
    assert content["database"] == "postgresql" and content["replaced"] is None
    assert dq("runs", "--project", project, "--json").output == runs


def test_what_is_there_is_not_lost_by_accident(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    dq("store", "backup", file, "--project", project)
    said = dq("store", "backup", file, "--project", project)
    assert said.exit_code == 2 and "--force" in said.output
    said = dq("store", "restore", file, "--project", project)
    assert said.exit_code == 2 and "--replace" in said.output
    said = dq("store", "restore", file, "--project", project, "--replace")
    [kept] = tmp_path.glob("b.replaced-*.zip")
    assert said.exit_code == 0 and str(kept) in said.output
    said = dq("store", "backup", project / database.FILE, "--project", project, "--force")
    assert said.exit_code == 2 and "does not belong into the folder of the store" in said.output
    with database.opened(project, None) as connection:
        assert len(read.runs(connection)) == 2


def test_a_check_says_what_it_looked_at_and_what_is_wrong(project: Path) -> None:
    said = dq("store", "check", "--project", project)
    assert said.exit_code == 0 and "The store is whole." in said.output and "Note: " in said.output
    with database.opened(project, None) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE dq_finding SET team = 'x' WHERE id = 'a'")
    said = dq("store", "check", "--project", project)
    assert said.exit_code == 1 and "last event left it: exception a\n" in said.output and "1 wrong. Put a backup" in said.output
    content = json.loads(dq("store", "check", "--project", project, "--json").output)
    assert sum(check["faults"] for check in content["checks"]) == 1


def test_without_a_store_there_is_nothing_to_back_up_or_check(project: Path, tmp_path: Path) -> None:
    (project / database.FILE).unlink()
    for command in (("backup", tmp_path / "b.zip"), ("check",)):
        said = dq("store", *command, "--project", project)
        assert said.exit_code == 2 and "No run is recorded yet" in said.output
    assert not (tmp_path / "b.zip").exists()


def test_a_damaged_store_is_told_with_the_way_out(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    dq("store", "backup", file, "--project", project)
    (project / database.FILE).write_bytes(b"no database" * 200)
    for suffix in ("-wal", "-shm"):
        (project / f"{database.FILE}{suffix}").unlink(missing_ok=True)
    said = dq("store", "check", "--project", project)
    assert said.exit_code == 2 and "Rename it" in said.output
    (project / database.FILE).rename(tmp_path / "broken")
    assert dq("store", "restore", file, "--project", project).exit_code == 0
    assert dq("store", "check", "--project", project).exit_code == 0
