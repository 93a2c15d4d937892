"""A pseudonymised copy gives the exceptions of the original, and holds nothing that the original held of people."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from alike import differences, listed

from dq import pack as packs
from dq import privacy, sample
from dq.privacy import Copy
from dq.sample.faults import campaign
from dq.sample.faults.registry import WEIGHTS

SAMPLE = Path(__file__).parents[2] / "samples" / "carefirst"
WEEKS = ("2026-10-26", "2026-11-02")


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two extracts with a fault of nearly every rule."""
    folder = tmp_path_factory.mktemp("dense") / "project"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaign, "FAULTY", 2.5)
        for rule in WEIGHTS:
            patch.setitem(WEIGHTS, rule, 1.0)
        sample.write(folder, children=1200, weeks=2, seed=22)
    return folder


@pytest.fixture(scope="module")
def copied(dense: Path) -> tuple[Path, Copy]:
    """Its copy."""
    out = dense.parent / "copy"
    return out, privacy.pseudonymise(dense, out)


@pytest.mark.parametrize("week", WEEKS)
def test_a_dense_project_and_its_copy_have_the_same_exceptions(dense: Path, copied: tuple[Path, Copy], week: str) -> None:
    out, made = copied
    compared, lost, more = differences(dense, out, made, week)
    assert lost == {} and more == {}
    assert len({rule for rule, *_ in compared}) > 250 and compared.total() > 700


def test_the_sample_and_its_copy_have_the_same_exceptions(tmp_path: Path) -> None:
    made = privacy.pseudonymise(SAMPLE, tmp_path / "copy", extracts="2026-10-26..")
    compared, lost, more = differences(SAMPLE, tmp_path / "copy", made, WEEKS[1])
    assert lost == {} and more == {} and compared.total() >= 20
    assert sorted(path.name for path in (tmp_path / "copy" / "extracts").iterdir()) == list(WEEKS)


NAMES = ("forename", "other_names", "surname", "name")


def _personal_words(project: Path) -> set[str]:
    """Every word of five characters or more in names of people; those with a figure in any number or address."""
    pack = packs.load("casework")
    source = packs.load_source_map(pack, "carefirst")
    words: set[str] = set()
    for path in project.glob("extracts/*/*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for name, table in source.tables.items():
            if not any(path.match(pattern) for pattern in table.files):
                continue
            for column, origin in table.columns.items():
                if origin.source and pack.contract.tables[name].columns[column].personal in ("key", "identity"):
                    found = {word for row in rows for word in re.findall(r"\w{5,}", row[origin.source] or "")}
                    words |= found if column in NAMES else {word for word in found if re.search("[0-9]", word)}
    with (project / "teams.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            people = (row["worker_name"], row["head_of_service"], row["director"])
            words.update([row["worker_id"], *(word for name in people for word in name.split())])
    return {word for word in words if len(word) >= 5}


def test_no_name_number_or_address_of_the_original_stands_anywhere_in_the_copy(dense: Path, copied: tuple[Path, Copy]) -> None:
    out, _ = copied
    words = _personal_words(dense)
    placeholders = {word for word in words if re.fullmatch(r"0+|9+|UNKNOWN|Unborn|TEST|DUPLICATE", word, re.IGNORECASE)}
    assert len(words) > 15_000
    for path in (path for path in out.rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8")
        there = set(re.findall(r"\w{5,}", text)) & (words - placeholders)
        assert not there, path.name


def test_free_text_is_blanked_to_its_length(dense: Path, copied: tuple[Path, Copy]) -> None:
    out, _ = copied
    for week in WEEKS:
        was = [row["TITLE"] for row in _rows(dense / "extracts" / week / "DOCUMENTS.csv")]
        now = [row["TITLE"] for row in _rows(out / "extracts" / week / "DOCUMENTS.csv")]
        assert sorted(map(len, was)) == sorted(map(len, now))
        assert {letter for text in now for letter in text if letter.isalnum()} <= set("xX0ëž")


def test_people_who_hang_together_are_shifted_together(dense: Path, copied: tuple[Path, Copy]) -> None:
    out, made = copied
    families = made.families
    people, count, largest = families.sizes()
    assert people > count > people // 10 and largest < people // 4
    assert set(families.weeks.tolist()) <= {*range(-52, 0), *range(1, 53)} and len(set(families.weeks.tolist())) > 40
    born = {row["PI_NUMBER"]: row["DATE_OF_BIRTH"] for row in _rows(dense / "extracts" / WEEKS[1] / "CLIENTS.csv")}
    now = {row["PI_NUMBER"]: row["DATE_OF_BIRTH"] for row in _rows(out / "extracts" / WEEKS[1] / "CLIENTS.csv")}
    same = [number for number, day in born.items() if day and now.get(made.surrogates.numbers.of(number)) == day]
    assert len(same) < len(born) // 100  # days that systems write where they know none


def test_the_same_secret_gives_a_later_extract_the_same_surrogates_and_shifts(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    first = privacy.pseudonymise(SAMPLE, tmp_path / "one", extracts="2026-09-28", key_file=key)
    again = privacy.pseudonymise(SAMPLE, tmp_path / "two", extracts="newest", key_file=key)
    known = first.surrogates.numbers.given
    shared = known.keys() & again.surrogates.numbers.given.keys()
    assert len(shared) > 2000
    assert {word for word in shared if known[word] != again.surrogates.numbers.given[word]} == set()
    words = first.surrogates.words.given
    assert all(again.surrogates.words.given[word] == words[word] for word in words.keys() & again.surrogates.words.given.keys())
    assert len(set(again.surrogates.numbers.given.values())) == len(again.surrogates.numbers.given)
    one, two = (_born(tmp_path / name) for name in ("one", "two"))
    moved = [number for number in one.keys() & two.keys() if one[number] != two[number]]
    assert len(moved) <= 20, "only families that were joined since are shifted otherwise"
    assert key.stat().st_mode & 0o077 == 0
    assert "500103" not in key.read_text(encoding="utf-8")


def test_without_a_key_file_every_copy_has_surrogates_of_its_own(tmp_path: Path) -> None:
    one = privacy.pseudonymise(SAMPLE, tmp_path / "one", extracts="newest").surrogates.numbers.given
    two = privacy.pseudonymise(SAMPLE, tmp_path / "two", extracts="newest").surrogates.numbers.given
    assert one.keys() == two.keys() and sum(one[word] == two[word] for word in one) < len(one) // 50


def test_the_rules_that_may_differ_are_those_whose_trees_name_the_calendar(copied: tuple[Path, Copy]) -> None:
    _, made = copied
    names = listed(made)
    rules = packs.load("casework").rules
    plain = {rule.id for rule in rules if re.search(r":as_of|:go_live|working_days\(|date '[12]", str(rule.statements))}
    assert plain <= names
    assert {"PER-019", "PER-022"} & names == set()
    assert len(names) < len(rules) // 4


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _born(project: Path) -> dict[str, str]:
    [extract] = (project / "extracts").iterdir()
    return {row["PI_NUMBER"]: row["DATE_OF_BIRTH"] for row in _rows(extract / "CLIENTS.csv")}


def test_no_surrogate_of_one_dictionary_is_an_original_of_the_other(copied: tuple[Path, Copy]) -> None:
    _, made = copied
    books = (made.surrogates.numbers, made.surrogates.words)
    for mine, other in (books, books[::-1]):
        shared = {word for word in mine.given.values() if len(word) >= 5} & other.originals
        assert len(mine.given) > 1_000 and not shared
