"""A purge removes values from results and history, keeps every count, and leaves no byte of them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("run", "store")]

import stores  # noqa: E402
from run_project import CANARY, PACK, TABLES, invoke, make  # noqa: E402

from dq.errors import ProjectError  # noqa: E402
from dq.privacy import purge, spent  # noqa: E402
from dq.store import database, decide, verify  # noqa: E402
from dq.store.decide import Selection  # noqa: E402
from dq.store.models import Act, Finding, Reply  # noqa: E402

FIRST, SECOND, THIRD = "2026-10-26", "2026-11-02", "2026-11-09"
NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
KEY = "CANARYKEY77"
Made = tuple[Path, str | None]


def check(project: Path, week: str) -> None:
    result = invoke("check", project, "--as-of", week, "--quiet")
    assert result.exit_code == 1, result.output


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Made]:
    """A project with two runs: the exception of the record with the canary as its key is cleared in the second."""
    project = make(tmp_path / "project")
    first, second = (project / "extracts" / week / "person.csv" for week in (FIRST, SECOND))
    first.write_text(TABLES["person"] + f"{KEY},,2012-01-01,,,,\n", encoding="utf-8")
    second.write_text(TABLES["person"] + f"{KEY},Brook,2012-01-01,,,,\n", encoding="utf-8")

    def finish(url: str | None) -> Made:
        settings = (project / "dq.yaml").read_text(encoding="utf-8") + (f"store: {url}\n" if url else "")
        (project / "dq.yaml").write_text(settings, encoding="utf-8")
        check(project, FIRST)
        with database.opened(project, url) as connection:
            [each] = Finding.objects.using(connection.alias).filter(key=KEY)
            chosen = Selection((each.pk,))
            decide.dispose(connection, "tester", NOW, chosen, "fix in the old system", f"Note of {CANARY}")
            act = Act.objects.using(connection.alias).get()
            said = {"answer": "fixed", "notes": f"{CANARY} said so", "answered_by": "North"}
            where = {"file": "a.xlsx", "sheet": "s", "row": 1}
            Reply.objects.using(connection.alias).create(act=act, finding=each.pk, **said, **where)
        check(project, SECOND)
        return project, url

    if request.param == "sqlite":
        yield finish(None)
        return
    with stores.postgres() as url:
        yield finish(url)


def results(project: Path, week: str) -> Path:
    return project / "reports" / f"{week}-1"


def run(project: Path, *arguments: str) -> str:
    result = invoke("purge", "--project", project, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def holding(folder: Path, *words: str) -> list[str]:
    """Files in which any of the words stands, in whatever byte."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(word.encode() in path.read_bytes() for word in words)]


def test_values_go_and_counts_stay(made: Made) -> None:
    project, _ = made
    folder = results(project, FIRST)
    before = pd.read_parquet(folder / "exceptions.parquet")
    kept = {name: (folder / name).read_bytes() for name in ("rules.csv", "summary.html", "timings.json")}
    said = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert holding(folder, KEY, CANARY) and list((folder / "teams").glob("*.xlsx"))
    output = run(project, "--before", SECOND, "--yes")
    assert "every count is kept" in output and KEY not in output and CANARY not in output
    assert holding(folder, KEY, CANARY) == [] and not (folder / "teams").exists()
    after = pd.read_parquet(folder / "exceptions.parquet")
    stays = [name for name in before.columns if name not in spent.PERSONAL]
    pd.testing.assert_frame_equal(before[stays], after[stays])
    assert list(before.columns) == list(after.columns) and before.dtypes.equals(after.dtypes)
    assert set(after["key"]) == set(after["values"]) == {""}
    with (folder / "exceptions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == list(before["id"]) and {row["record"] for row in rows} == {""}
    assert kept == {name: (folder / name).read_bytes() for name in kept}
    now = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert now.pop("values_removed")[:4].isdigit() and now == said
    assert set(pd.read_parquet(results(project, SECOND) / "exceptions.parquet")["key"]) != {""}, "the later run keeps its values"


def test_the_history_forgets_the_key_and_the_notes_and_still_tells_everything_else(made: Made) -> None:
    project, url = made
    with database.opened(project, url) as connection:
        [exception] = Finding.objects.using(connection.alias).filter(key=KEY).values_list("pk", flat=True)
    runs = json.loads(invoke("runs", "--project", project, "--json").stdout)["runs"]
    changes = invoke("diff", "--project", project, "--csv").stdout
    assert "2 notes" in run(project, "--before", "2026-11-03", "--dry-run")
    assert KEY in invoke("show", exception, "--project", project).output
    assert "see dq audit" in run(project, "--before", "2026-11-03", "--yes")
    shown = invoke("show", exception, "--project", project).output
    assert KEY not in shown and CANARY not in shown
    assert "its key was removed on 20" in shown and "cleared" in shown and "fix in the old system" in shown
    now = json.loads(invoke("runs", "--project", project, "--json").stdout)["runs"]
    assert all(line.pop("values_removed") for line in now)
    assert now == [{name: value for name, value in line.items() if name != "values_removed"} for line in runs]
    assert invoke("diff", "--project", project, "--csv").stdout == changes
    assert "The values of run 1 were removed on 20" in invoke("runs", "--project", project).output
    assert "The values of run 2 were removed on 20" in invoke("diff", "--project", project).output
    with database.opened(project, url) as connection:
        assert verify.verify(connection, project).faults == 0
        rows = stores.dump(connection)
        with connection.cursor() as cursor:
            for table in stores.DECIDED:
                cursor.execute(f"SELECT * FROM {table}")
                rows[table] = cursor.fetchall()
    assert KEY not in repr(rows) and CANARY not in repr(rows)


def test_no_byte_of_a_key_or_note_stays_in_the_file_of_the_store(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    person = project / "extracts" / FIRST / "person.csv"
    many = "".join(f"{KEY}{number},,2012-01-01,,,,\n" for number in range(3000))
    person.write_text(TABLES["person"] + many, encoding="utf-8")
    check(project, FIRST)
    check(project, SECOND)  # they left: their keys are needed as long as they may come back
    assert holding(project / ".dq", KEY)
    run(project, "--all-values", "--yes")
    assert holding(project / ".dq", KEY), "what left the extract is not cleared"
    (project / "extracts" / THIRD).mkdir()
    for name, text in TABLES.items():
        (project / "extracts" / THIRD / f"{name}.csv").write_text(text, encoding="utf-8")
    named = many.replace(",,2012", ",Brook,2012")
    (project / "extracts" / THIRD / "person.csv").write_text(TABLES["person"] + named, encoding="utf-8")
    check(project, THIRD)
    run(project, "--before", "2026-11-10", "--yes")
    assert holding(project / ".dq", KEY) == [] and holding(project / "reports", KEY) == []
    assert holding(project / "extracts", KEY), "the extracts are not a purge's business"


def test_an_exception_that_comes_back_has_its_key_again(made: Made) -> None:
    project, url = made
    run(project, "--all-values", "--yes")
    with database.opened(project, url) as connection:
        assert not Finding.objects.using(connection.alias).filter(key=KEY).exists()
    (project / "extracts" / THIRD).mkdir()
    for name in TABLES:
        text = (project / "extracts" / FIRST / f"{name}.csv").read_text(encoding="utf-8")
        (project / "extracts" / THIRD / f"{name}.csv").write_text(text, encoding="utf-8")
    check(project, THIRD)
    with database.opened(project, url) as connection:
        [found] = Finding.objects.using(connection.alias).filter(key=KEY)
        assert found.state == "reopened"
        assert verify.verify(connection, project).faults == 0
    assert f"Record {KEY}" in invoke("show", found.pk, "--project", project).output


def test_lists_go_too_and_none_is_written_from_what_is_empty(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    check(project, FIRST)
    assert invoke("lists", "--project", project).exit_code == 0
    assert list(results(project, FIRST).glob("lists/*.xlsx"))
    run(project, "--all-values", "--yes")
    assert not (results(project, FIRST) / "lists").exists() and not (results(project, FIRST) / "teams").exists()
    refused = invoke("lists", "--project", project)
    assert refused.exit_code == 2 and "there is nothing to write lists from" in refused.output


def test_it_asks_tries_and_says_what_is_wrong(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from dq.cli import entry

    project = make(tmp_path / "project")
    check(project, FIRST)
    (results(project, FIRST) / "my notes.docx").write_text("mine", encoding="utf-8")
    there = holding(results(project, FIRST), CANARY)

    def said(*arguments: str, answer: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(entry, ["purge", "--project", str(project), *arguments], input=answer)
        return result.exit_code, result.output

    assert "Which values are meant?" in said()[1] and said()[0] == 2
    assert said("--before", "2026-11-01", "--all-values")[0] == 2
    assert "It asks nothing." in said("--all-values", "--json")[1]
    assert "this was a trial" in said("--all-values", "--dry-run")[1]
    assert "Nothing was removed." in said("--all-values", answer="n\n")[1]
    assert "There is nothing to remove." in said("--before", FIRST)[1]
    assert holding(results(project, FIRST), CANARY) == there
    code, output = said("--all-values", answer="y\n")
    assert code == 0 and "not touched: my notes.docx" in output
    assert holding(results(project, FIRST), CANARY) == [] and (results(project, FIRST) / "my notes.docx").is_file()
    assert json.loads(said("--all-values", "--json", "--yes")[1])["runs"] == []
    (results(project, FIRST) / "run.json").write_text("{", encoding="utf-8")
    assert "cannot be read as that of a run" in said("--all-values", "--yes")[1]


@pytest.mark.parametrize("stop", ["exceptions.csv", "teams", "run.json"])
def test_a_purge_that_was_stopped_is_finished_by_the_next(tmp_path: Path, stop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make(tmp_path / "project")
    check(project, FIRST)
    folder = results(project, FIRST)

    def fails(path: Path, *arguments: object) -> Path:
        if stop in (path.name.removesuffix(".purging"), path.parent.name):
            raise PermissionError(13, "in use", str(path))
        return real(path, *arguments)  # type: ignore[arg-type]

    name = "unlink" if stop == "teams" else "replace"
    real: Callable[..., Path] = getattr(Path, name)
    with monkeypatch.context() as patch:
        patch.setattr(Path, name, fails)
        with pytest.raises(ProjectError, match="The file cannot be changed"):
            purge.carry_out(purge.plan(project, None), "tester", NOW)
    assert "values_removed" not in (folder / "run.json").read_text(encoding="utf-8")
    assert len(purge.plan(project, None).results) == 1
    purge.carry_out(purge.plan(project, None), "tester", NOW)
    assert holding(folder, CANARY) == [] and not list(folder.rglob("*.purging"))
    assert purge.plan(project, None).empty
    assert PACK.is_dir()
