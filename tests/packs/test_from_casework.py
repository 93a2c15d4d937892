"""Returns built from the case record: the views that build them, the command, and a sample without faults."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from dq import case_return, examples, pack, request, sample
from dq.cli import entry
from dq.errors import OptionError

RETURNS = ("ssda903", "cin")
AUTUMN = "2026-11-02"


def _views(name: str) -> pack.Pack:
    """The views that build a return, with those of the case record that they read, but without the examples of these."""
    whole = pack.load(["casework", str(pack.locate(name) / "from_casework")])
    views = [view if "from_casework" in view.file else replace(view, examples=()) for view in whole.views]
    return replace(whole, rules=(), measures=(), views=tuple(views))


@pytest.mark.parametrize("name", RETURNS)
def test_the_views_do_what_their_examples_say(name: str) -> None:
    views = _views(name)
    tested = examples.run(views)
    assert not tested.problems
    assert tested.examples >= sum("from_casework" in view.file for view in views.views) > 10


@pytest.mark.parametrize("name", RETURNS)
def test_every_table_of_the_return_but_last_years_and_the_providers_is_built(name: str) -> None:
    built = {view.name.removeprefix("return_") for view in _views(name).views if view.name.startswith("return_")}
    tables = pack.load([name]).contract.tables.values()
    wanted = {table.name for table in tables if not table.last_year_of and table.name not in NOT_THE_COUNCILS}
    assert wanted - built == NOT_IN_A_CASE_RECORD[name]


NOT_THE_COUNCILS = {"provider_info", "postcode_directory"}
NOT_IN_A_CASE_RECORD = {"ssda903": {"DoLo"}, "cin": {"PreProceedings"}}
"""The case record's contract has no deprivation of liberty orders; its pre-proceedings have other outcomes than the census."""


QUERIES = {
    "CIN-2991Q": "The assessment of the episode was authorised before the year, and only the enquiry falls in it.",
    "CIN-8670Q": "An assessment runs late; that happens, and the case record says why.",
    "CIN-8825Q": "The assessment was authorised in the last days of one year, and the episode closed in the next.",
    "CIN-8873Q": "No factors were found, and the child moved away.",
}
"""Queries that a case record without faults may raise: a council answers them with a reason."""


def test_what_may_be_found_are_queries_alone() -> None:
    kinds = {rule.id: rule.kind for rule in pack.load(["cin"]).rules}
    assert {kinds[name] for name in QUERIES} == {"query"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean") / "carefirst"
    sample.write(folder, children=1200, weeks=1, seed=3, faults=False)
    return folder


@pytest.mark.parametrize("name", RETURNS)
def test_the_return_of_a_sample_without_faults_runs_clean(clean: Path, name: str, tmp_path: Path) -> None:
    out = tmp_path / "return"
    done = CliRunner().invoke(entry, ["return", name, str(clean), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"The return of 2026 is in {out}:" in done.output
    with (out / "report" / "exceptions.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [(row["rule"], row["key"]) for row in csv.DictReader(file) if row["rule"] not in QUERIES]
    assert found == []
    rules = list(csv.DictReader((out / "report" / "rules.csv").read_text(encoding="utf-8-sig").splitlines()))
    spoken = {row["rule"] for row in rules if int(row["in_scope"] or 0)}
    assert len(spoken) > 0.5 * len({row["rule"] for row in rules}), "Most rules have nothing to say: the return is too thin."


def test_the_same_extract_gives_the_same_files(clean: Path, tmp_path: Path) -> None:
    wanted = request.of_path(clean)
    texts = []
    for number in (1, 2):
        built = case_return.build(wanted, "ssda903", 2026, tmp_path / str(number), progress=lambda step, done, total: None)
        texts.append({file: (built.folder / file).read_bytes() for file in built.rows})
    assert texts[0] == texts[1] and {"episodes.csv", "previous/episodes.csv"} <= set(texts[0])


def test_a_return_that_is_none_says_which_there_are(clean: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"no way from the pack 'casework'.*cin, ssda903"):
        case_return.build(request.of_path(clean), "casework", 2026, tmp_path / "x", progress=lambda step, done, total: None)
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_no_project_is_told_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(entry, ["return", "cin", str(tmp_path)])
    assert done.exit_code == 2 and "dq check FOLDER --pack PACK" in done.output


@pytest.mark.parametrize(("day", "year"), [("2026-03-30", 2025), ("2026-03-31", 2026), (AUTUMN, 2026)])
def test_the_year_of_the_last_collection(day: str, year: int) -> None:
    assert case_return.year_of(dt.date.fromisoformat(day)) == year
