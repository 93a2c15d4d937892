"""People recorded twice: what is left apart, rulings, the frozen file, and that nothing depends on threads."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import dq
from dq import duplicates, sample
from dq.cli import cli
from dq.errors import OptionError, ProjectError
from dq.people import find, model, pairs, ruled
from dq.people.levels import COMPARISONS
from dq.people.model import Chance
from dq.people.prepare import nicknames

RULE = "PER-090"
needs_splink = pytest.mark.skipif(not find.installed(), reason=f"NO Splink: people were not compared; {find.INSTALL}")
SAME = {name: "same" for name in ("forename", "surname", "date_of_birth", "sex", "address", "nhs_number", "upn")}
ALIKE = {**SAME, "nhs_number": None, "upn": None}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generated project with six or so pairs and three twins."""
    path = tmp_path_factory.mktemp("people") / "project"
    sample.write(path, children=120, weeks=1, seed=4)
    return path


@pytest.mark.parametrize(
    ("levels", "apart"),
    [
        ({**ALIKE}, False),
        ({**ALIKE, "forename": "different"}, True),
        ({**ALIKE, "forename": "different", "address": "postcode"}, True),
        ({**ALIKE, "forename": "different", "address": "different"}, False),
        ({**ALIKE, "forename": "different", "nhs_number": "same"}, False),
        ({**ALIKE, "forename": "typo"}, False),
        ({**ALIKE, "forename": "typo", "sex": "different"}, True),
        ({**ALIKE, "forename": "typo", "nhs_number": "different"}, True),
        ({**ALIKE, "forename": "short_form", "date_of_birth": "years"}, True),
        ({**ALIKE, "date_of_birth": "years"}, False),
        ({**ALIKE, "date_of_birth": "years", "upn": "different"}, True),
        ({**ALIKE, "date_of_birth": "different"}, True),
        ({**ALIKE, "forename": "swapped", "surname": None}, False),
    ],
    ids=lambda value: str(value) if isinstance(value, bool) else ",".join(f"{k}={v}" for k, v in value.items() if v != ALIKE[k]),
)
def test_families_are_left_apart(levels: dict[str, str | None], apart: bool) -> None:
    assert pairs.apart(levels) is apart


def test_three_things_must_agree_or_a_number() -> None:
    unborn = {**ALIKE, "forename": None, "date_of_birth": None}
    assert pairs.unknown(unborn)
    assert pairs.unknown({**ALIKE, "address": None, "forename": "different"})
    assert not pairs.unknown({**unborn, "nhs_number": "same"})
    assert not pairs.unknown({**ALIKE, "forename": "swapped", "surname": None, "address": None})


def test_clusters_are_of_more_than_two() -> None:
    found = [pairs.Pair(first, second, 100, ALIKE) for first, second in ((1, 2), (4, 7), (7, 9), (3, 4))]
    assert pairs.clusters(found) == {3: 3, 4: 3, 7: 3, 9: 3}


def test_weights_are_whole_hundredths_and_the_file_gives_them_back(tmp_path: Path) -> None:
    begin = model.start()
    model.write(tmp_path / "people.json", begin)
    again = model.read(tmp_path / "people.json")
    assert again.fingerprint == begin.fingerprint
    assert again.weight("sex", "same") == 97
    assert model.changes(begin, again) == []
    chances = {**again.chances, "sex": {**again.chances["sex"], "same": Chance(0.5, 0.5)}}
    assert model.changes(begin, replace(again, chances=chances)) == [("sex", "the same", 0.97, 0.0)]


def test_every_fault_of_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    model.write(path, model.start())
    document = json.loads(path.read_text(encoding="utf-8"))
    document["comparisons"]["sex"]["same"]["m"] = 0
    document["comparisons"]["forenam"] = document["comparisons"].pop("forename")
    document["prior"] = {}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        model.read(path)
    told = " ".join(map(str, caught.value.problems))
    for part in ("prior", "sex: same", "Did you mean 'forename'?", "forename: Its levels should be same, swapped"):
        assert part in told
    path.write_text("{\n  nothing", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"people.json:2: The file is not JSON. Make it anew: dq people train PROJECT."):
        model.read(path)


def test_names_of_a_family_are_forms_of_one_name() -> None:
    families: dict[str, set[int]] = {}
    for name, family in nicknames():
        families.setdefault(name, set()).add(family)
    assert families["TILLY"] & families["MATILDA"]
    assert not families["ADAM"] & families["ANDREW"]
    assert all(name.isalpha() for name in families)


def test_start_values_are_shares() -> None:
    for comparison in COMPARISONS.values():
        for side in ("m", "u"):
            assert sum(getattr(level, side) for level in comparison.levels) == pytest.approx(1, abs=0.02), (comparison.name, side)
        assert comparison.levels[-1].sql == "ELSE"


def test_rulings_are_read_with_every_fault_and_appended(tmp_path: Path) -> None:
    (tmp_path / "dq.yaml").write_text("project: x\npack: casework\n", encoding="utf-8")
    duplicates.rule(tmp_path, "P1", "P2", by="A. Marsh", because="Cousins, seen both", on=dt.date(2026, 11, 2))
    duplicates.rule(tmp_path, "P3", "P2", by="A. Marsh", because="Twins", on=dt.date(2026, 11, 3))
    assert ruled.not_the_same(ruled.read(tmp_path)) == {frozenset(("P1", "P2")), frozenset(("P2", "P3"))}
    with pytest.raises(OptionError, match="ruled already"):
        duplicates.rule(tmp_path, "P2", "P1", by="A. Marsh", because="Again")
    with (tmp_path / ruled.FILE).open("a", encoding="utf-8") as file:
        file.write("P4,P4,2026-11-02,A,b\nP5,,yesterday,A,b\nP2,P1,2026-11-02,A,b\n")
    with pytest.raises(ProjectError) as caught:
        ruled.read(tmp_path)
    told = [str(problem).split("people_ruled.csv:")[1] for problem in caught.value.problems]
    assert [each[:1] for each in told] == ["4", "5", "5", "6"]
    assert "first and second are one id" in told[0]
    assert "This pair is ruled in line 2 too." in told[3]


@needs_splink
def test_a_ruled_pair_stays_away_and_findings_are_the_same_on_any_number_of_threads(project: Path) -> None:
    def exceptions(threads: int) -> list[tuple[str, ...]]:
        with_threads = dq.check(project, select=[RULE], threads=threads)
        return [tuple(map(str, row)) for row in with_threads.exceptions.to_numpy().tolist()]

    one = exceptions(1)
    assert one == exceptions(2)
    keys = dq.check(project, select=[RULE]).exceptions["key"].tolist()
    assert len(keys) >= 4
    first, second = keys[0].split("|")
    try:
        duplicates.rule(project, second, first, by="A. Marsh", because="Seen both")
        assert dq.check(project, select=[RULE]).exceptions["key"].tolist() == keys[1:]
    finally:
        (project / ruled.FILE).unlink()


@needs_splink
def test_training_gives_the_same_file_twice_and_says_what_changes(project: Path) -> None:
    frozen = project / "people.json"
    before = frozen.read_bytes()
    try:
        first = duplicates.train(project)
        content = frozen.read_bytes()
        assert first.changes and content != before
        second = duplicates.train(project)
        assert frozen.read_bytes() == content
        assert second.changes == [] and not second.appeared and not second.gone
        names = {cell for pair in duplicates.show(project) for both in pair.cells.values() for cell in both if len(cell) > 3}
        assert names and not [name for name in names if name in content.decode()]
    finally:
        frozen.write_bytes(before)


@needs_splink
def test_a_pair_is_shown_side_by_side_and_all_as_csv(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    listed = CliRunner().invoke(cli, ["people", "show", str(project), "--csv"])
    assert listed.exit_code == 0, listed.output
    key = listed.output.splitlines()[1].split(",")[0]
    shown = CliRunner().invoke(cli, ["people", "show", str(project), key])
    assert "Date of birth" in shown.output and "together" in shown.output
    unknown = CliRunner().invoke(cli, ["people", "show", str(project), "nobody", "else"])
    assert unknown.exit_code == 2 and "The extract has no such person." in unknown.output
    assert "WARNING" not in capfd.readouterr().err


@needs_splink
def test_what_everybody_may_see_holds_no_pair(project: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["check", str(project), "--select", RULE, "--out", str(tmp_path / "out"), "--threads", "1"])
    assert done.exit_code in (0, 1), done.output
    keys = [pair.key for pair in duplicates.show(project)]
    names = {cell for pair in duplicates.show(project) for both in pair.cells.values() for cell in both if len(cell) > 3}
    open_to_all = [
        done.output,
        *((tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("run.json", "rules.csv", "summary.html")),
    ]
    assert RULE in open_to_all[1] and RULE in open_to_all[2]
    for text in open_to_all:
        assert not [each for each in (*keys, *names) if each in text]


def test_a_plain_folder_has_no_model(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("person_id,forename,surname\nP1,Ada,Marsh\n", encoding="utf-8")
    (tmp_path / "address.csv").write_text("address_id,person_id\n", encoding="utf-8")
    result = dq.check(tmp_path, pack="casework", select=[RULE], as_of="2026-11-02")
    row = result.rules.set_index("rule").loc[RULE]
    assert (row["status"], row["severity"]) == ("not_evaluated", "major")
    assert "in a project only" in row["reason"]
