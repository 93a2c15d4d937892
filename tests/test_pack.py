"""Packs found by name and by path, put together, and rules selected from them."""

import shutil
from pathlib import Path

import pytest
from bench import SMALL

from dq import pack as packs
from dq.errors import OptionError, PackError

RULE = """theme: {theme}
rules:
  - {{id: {id}, title: T, table: {table}, required: {column}, dimension: completeness, severity: {severity}, fix: F,
     source: S, tags: [{tag}]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = Path(shutil.copytree(SMALL, tmp_path / "small"))
    write(home, "A-1", "person", "surname", "blocker")
    write(home, "B-1", "plan", "start_date", "minor")
    return home


def write(home: Path, id: str, table: str, column: str, severity: str) -> None:
    home.mkdir(exist_ok=True)
    text = RULE.format(theme=f"Theme {id}", id=id, table=table, column=column, severity=severity, tag=id.lower())
    (home / f"{id.lower()}.yaml").write_text(text, encoding="utf-8")


def test_packs_that_come_with_dq_are_found_by_name() -> None:
    assert {"casework", "cin", "ssda903"} <= set(packs.names())
    assert packs.locate("cin") == packs.home() / "cin"


def test_a_pack_that_is_not_there() -> None:
    with pytest.raises(PackError, match=r"There is no pack 'casewrk'. Did you mean 'casework'\?"):
        packs.load("casewrk")


def test_rules_of_another_folder_on_the_same_contract(folder: Path) -> None:
    write(folder.parent / "more", "C-1", "visit", "plan_id", "major")
    pack = packs.load(["small", "more"], folder.parent)
    assert [rule.id for rule in pack.rules] == ["A-1", "B-1", "C-1"]
    assert pack.folders == (folder, folder.parent / "more")


def test_a_pack_needs_a_contract(folder: Path) -> None:
    write(folder.parent / "more", "C-1", "visit", "plan_id", "major")
    with pytest.raises(PackError, match=r"The pack has no dataset.yaml."):
        packs.load("more", folder.parent)


def test_an_id_stands_in_one_pack_only(folder: Path) -> None:
    write(folder.parent / "more", "A-1", "visit", "plan_id", "major")
    with pytest.raises(PackError) as caught:
        packs.load(["small", "more"], folder.parent)
    [problem] = caught.value.problems
    assert problem.file == str(folder.parent / "more" / "a-1.yaml")
    assert str(folder / "a-1.yaml") + ":3" in problem.message


def test_faults_of_all_files_at_once(folder: Path) -> None:
    write(folder, "A-1", "person", "surname", "bad")
    (folder / "views.yaml").write_text("views: [{view: v}]\n", encoding="utf-8")
    (folder / "views").mkdir()
    (folder / "views" / "more.yaml").write_text("views: [{view: w}]\n", encoding="utf-8")
    (folder / "settings.yaml").write_text("settings: {a: {type: integer, value: x}}\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        packs.load("small", folder.parent)
    assert {Path(problem.file).name for problem in caught.value.problems} == {
        "a-1.yaml",
        "views.yaml",
        "more.yaml",
        "settings.yaml",
    }


SELECTED = [
    (["A-1"], ["A-1"]), (["*-1"], ["A-1", "B-1"]), (["-A-1"], ["B-1"]), (["*", "-B-*"], ["A-1"]), (["severity:minor"], ["B-1"]),
    (["table:pers*"], ["A-1"]), (["tag:b-1"], ["B-1"]), (["theme:Theme A-1"], ["A-1"]), (["dimension:completeness", "-table:plan"],
     ["A-1"]), ([], ["A-1", "B-1"]),
]  # fmt: skip


@pytest.mark.parametrize(("patterns", "ids"), SELECTED, ids=str)
def test_selected(folder: Path, patterns: list[str], ids: list[str]) -> None:
    assert [rule.id for rule in packs.load("small", folder.parent).select(patterns).rules] == ids


@pytest.mark.parametrize(
    ("pattern", "fix"), [("A-2", "Did you mean 'A-1'?"), ("colour:red", "Select by id"), ("severity:major", "Select by id")]
)
def test_a_pattern_that_selects_nothing(folder: Path, pattern: str, fix: str) -> None:
    with pytest.raises(OptionError) as caught:
        packs.load("small", folder.parent).select([pattern, "B-1"])
    [problem] = caught.value.problems
    assert problem.subject == f"--select {pattern}"
    assert fix in problem.fix


def test_source_maps_by_name_and_by_path(folder: Path) -> None:
    text = "system: Old\ntables: {person: {files: [A.csv], columns: {person_id: N}}}\n"
    (folder / "sources" / "old.yaml").parent.mkdir(exist_ok=True)
    (folder / "sources" / "old.yaml").write_text(text, encoding="utf-8")
    (folder.parent / "own.yaml").write_text(text.replace("Old", "Own"), encoding="utf-8")
    pack = packs.load("small", folder.parent)
    assert packs.load_source_map(pack, "old").system == "Old"
    assert packs.load_source_map(pack, "own.yaml", folder.parent).system == "Own"
    with pytest.raises(PackError, match=r"There is no source map 'olds'. Did you mean 'old'\?"):
        packs.load_source_map(pack, "olds")
