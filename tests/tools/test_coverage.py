"""dq coverage: what the target asks for has a rule."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dq import pack as packs
from dq.cli import entry
from dq.coverage import coverage

GOOD = Path(__file__).parent.parent / "run" / "pack"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(entry, ["coverage", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The small pack, whose target asks for a surname, a score and a plan's number."""
    shutil.copytree(GOOD, tmp_path / "pack")
    path = tmp_path / "pack" / "dataset.yaml"
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ("surname: {title: Surname,", "surname: {title: Surname, target: {field: P.SURNAME, mandatory: true, length: 35},"),
        ("score: {title: Score,", "score: {title: Score, target: {field: P.SCORE, mandatory: true},"),
        ("plan_id: {title: Plan, personal: key}", "plan_id: {title: Plan, personal: key, target: {field: L.ID, mandatory: true}}"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    return tmp_path / "pack"


def test_every_mandatory_field_and_every_code_list_of_casework_has_a_rule() -> None:
    rows = coverage(packs.load("casework"))
    assert sum(row.mandatory for row in rows) > 100 and sum(bool(row.codes) for row in rows) > 50
    assert [f"{row.table}.{row.column}: {', '.join(row.gaps)}" for row in rows if row.gaps] == []


def test_what_no_rule_looks_after_comes_first(pack: Path) -> None:
    rows = {f"{row.table}.{row.column}": row for row in coverage(packs.load(str(pack)))}
    assert next(iter(rows)) == "person.surname" and rows["person.surname"].gaps == ("no rule on its length",)
    assert rows["person.surname"].filled_by == ("S-01",)
    assert rows["person.score"].gaps == ("no rule that it is filled in",)
    assert rows["plan.plan_id"].gaps == () and rows["plan.plan_id"].filled_by == ("key_missing",)
    assert rows["allocation.main"].gaps == ("no rule that its codes are mapped",)
    assert [bool(row.gaps) for row in rows.values()] == sorted((bool(row.gaps) for row in rows.values()), reverse=True)


@pytest.mark.parametrize(
    ("check", "counts"),
    [
        ("required: [surname, score]", True),
        ("required: {columns: score}", True),
        ("assert: score is not null or active", True),
        ("assert: raw(score) is not null", True),
        ("assert: score is null", False),
        ("assert: score > 3", False),
        ("assert: exists (select 1 from plan as p where p.person_id = person.person_id and p.plan_id is not null)", False),
    ],
)
def test_a_rule_looks_after_a_field_when_it_asks_for_it(pack: Path, check: str, counts: bool) -> None:
    head = "rules:\n  - {id: S-01, title: A title, table: person, dimension: validity, severity: minor, fix: Mend it., source: Ours"
    (pack / "views.yaml").unlink()
    (pack / "rules.yaml").write_text(f"{head}, {check}}}\n", encoding="utf-8")
    rows = {f"{row.table}.{row.column}": row for row in coverage(packs.load(str(pack)))}
    assert ("S-01" in rows["person.score"].filled_by) is counts


def test_the_command_prints_a_table_csv_and_json(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, output = run(pack)
    assert code == 1 and "2 of 3 mandatory fields have a rule that they are filled in." in output
    assert "person.score" in output and "no rule that it is" in output
    code, output = run(pack, "--csv")
    rows = {row["column"]: row for row in csv.DictReader(io.StringIO(output))}
    assert code == 1 and rows["person.surname"]["filled by"] == "S-01" and rows["person.surname"]["length"] == "35"
    code, output = run(pack, "--json")
    facts = {f"{each['table']}.{each['column']}": each for each in json.loads(output)}
    assert code == 1 and facts["person.score"]["gaps"] == ["no rule that it is filled in"]


def test_it_ends_with_0_when_every_mandatory_field_has_a_rule() -> None:
    assert run("casework")[0] == 0
