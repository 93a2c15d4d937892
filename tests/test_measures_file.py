"""The language of measures: what it takes, what it refuses with file and line, what its figures mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from dq import examples, figures, lint, measure_words, pack, yamlfile
from dq.cli import entry
from dq.compile import Compiler
from dq.engines.tally import Tally
from dq.errors import DqError
from dq.measures import Measure, read_measures
from dq.organisation import Unit
from dq.schema import measure_file_schema

SMALL = Path(__file__).parent / "run" / "pack"
GOOD = """measures:
  - id: M-1
    title: Visits with a date
    area: Visits
    table: visit
    counts: visit_date < :as_of
    target: 90
    direction: at least
    cadence: weekly
    owner: team
    list: {due: visit_date}
    source: Local practice
    reason: Why.
    examples:
      - name: before, on the day, blank
        visit: [{visit_id: V1, visit_date: 2026-11-01}, {visit_id: V2, visit_date: 2026-11-02}, {visit_id: V3}]
        gives: {counted: 1, of: 2, not_assessed: 1}
"""


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "measures.yaml").write_text(text, encoding="utf-8")
    return folder


def read(tmp_path: Path, *changes: tuple[str, str]) -> Measure:
    text = GOOD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    [measure] = read_measures(written(tmp_path / "more", text))
    return measure


def faults(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """What is said of a measure with these changes, by reading it or by looking at the pack."""
    text = GOOD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    found = lint.lint([str(SMALL), str(written(tmp_path / "more", text))])
    return [str(each) for each in found.problems if "more" in each.file]


def test_a_good_one_lints_and_its_example_holds(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    tested = examples.run(pack.load([str(SMALL), str(tmp_path / "more")]).select(["S-01"]))
    assert tested.measures == 1 and tested.problems == []


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("table: visit", "table: visits", 2, "There is no table or view 'visits'. Did you mean 'visit'?"),
        ("counts: visit_date < :as_of", "counts: visit_dat < :as_of", 2, "There is no column 'visit_dat' in visit."),
        ("counts: visit_date < :as_of", "counts: visit_date", 2, "This is a date"),
        ("counts: visit_date < :as_of", "counts: visit_date = note", 2, "compares a date"),
        ("counts: visit_date < :as_of", "counts: visit_id in (select v.plan_id from visit as v)", 2, "IN over a subquery"),
        ("target: 90", "target: :visit_dayz", 2, "target: there is no setting :visit_dayz. Did you mean 'visit_days'?"),
        ("target: 90", "target: often", 2, "target: is a number, or a setting such as :visits_target."),
        ("target: 90", "target: 101", 2, "a percentage from 0 to 100"),
        ("    direction: at least\n", "", 2, "target: and direction: (at least, at most) go together."),
        ("direction: at least", "direction: more than", 8, "'at least' or 'at most'"),
        ("cadence: weekly", "cadence: yearly", 9, "'daily', 'weekly' or 'monthly'"),
        ("owner: team", "owners: team", 10, "'owners' is not known here. Did you mean 'owner'?"),
        ("list: {due: visit_date}", "list: {due: visit_day}", 2, "list: due: there is no column 'visit_day' in visit."),
        ("list: {due: visit_date}", "list: {due: note}", 2, "list: due: note is no date."),
        ("list: {due: visit_date}", "list: {fields: [notes]}", 2, "fields: there is no column 'notes' in visit."),
        ("list: {due: visit_date}", "sample: 3", 2, "sample: takes some of the records of list:, which is missing."),
        ("list: {due: visit_date}", "per: worker", 2, "counts: and per: do not go together"),
        ("list: {due: visit_date}", "bands: {early: visit_date < :as_of}", 2, "counts: and bands: do not go together"),
        ("reason: Why.", "", 2, "'reason' is missing."),
        ("gives: {counted: 1, of: 2, not_assessed: 1}", "expects: 1", 15, "gives: is missing"),
        ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {week: {counted: 1}}", 17, "there is no part 'week'"),
        ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {counted: some}", 17, "are whole numbers"),
        ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {counted: 0, of: 0}", 2, "No example counts a record."),
        ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {counted: 1, of: 1}", 2, "has a record that does not count."),
        ("visit_id: V1, visit_date", "visit_id: V1, day", 15, "visit has no column 'day'."),
        ("name: before, on the day, blank", "as_of: yesterday", 15, "as_of is not a date like 2026-03-31."),
        ("id: M-1", "id: S-01", 2, "A rule has this id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, before: str, after: str, line: int, message: str) -> None:
    said = faults(tmp_path, (before, after))
    assert any(message in each and f"measures.yaml:{line}:" in each for each in said), said


def test_a_period_needs_a_date_and_gives_below_its_name(tmp_path: Path) -> None:
    gives = ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {month: {counted: 1, of: 2}}")
    [said] = faults(tmp_path, ("list: {due: visit_date}", "by_month: note"), gives)
    assert "by_month: note is no date." in said
    [said] = faults(tmp_path, ("list: {due: visit_date}", "by_month: visit_date"))
    assert "gives: there is no part ''. Known here: month, last month, year to date." in said


def test_all_faults_of_all_measures_at_once(tmp_path: Path) -> None:
    second = GOOD.removeprefix("measures:\n").replace("M-1", "M-2").replace("visit_date < :as_of", "nothing = 1")
    text = GOOD.replace("table: visit", "table: visits") + second
    said = [str(each) for each in lint.lint([str(SMALL), str(written(tmp_path / "more", text))]).problems]
    assert any("M-1" in each and "'visits'" in each for each in said) and any(
        "M-2" in each and "'nothing'" in each for each in said
    )


def test_an_id_twice_and_a_file_that_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(DqError, match=r"This id stands in measures\.yaml:2 too"):
        read_measures(written(tmp_path / "a", GOOD + GOOD.removeprefix("measures:\n")))
    with pytest.raises(DqError, match="The file begins with `measures:`"):
        read_measures(written(tmp_path / "b", "rules: []\n"))
    with pytest.raises(DqError, match="not valid YAML"):
        read_measures(written(tmp_path / "c", "measures: [\n"))
    assert read_measures(tmp_path) == []


def test_an_example_that_says_otherwise_is_a_problem(tmp_path: Path) -> None:
    written(tmp_path / "more", GOOD.replace("counted: 1, of: 2", "counted: 2, of: 2"))
    tested = examples.run(pack.load([str(SMALL), str(tmp_path / "more")]).select(["S-01"]))
    [problem] = tested.problems
    assert problem.message == "before, on the day, blank: counted is 1, expected 2." and problem.line == 15


def test_parts_and_what_is_judged(tmp_path: Path) -> None:
    def parts(*changes: tuple[str, str]) -> list[tuple[str, str, bool]]:
        return [(each.word, each.shape, each.judged) for each in read(tmp_path, *changes).parts]

    plain = ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {counted: 1}")
    assert parts() == [("", "share", True)]
    assert parts(("    counts: visit_date < :as_of\n", "")) == [("", "count", True)]
    weeks = ("list: {due: visit_date}", "by_week: visit_date\n    by_month: visit_date")
    week = ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {week: {counted: 1}}")
    assert parts(weeks, week) == [
        ("week", "share", True), ("month", "share", False), ("last month", "share", False), ("year to date", "share", False)
    ]  # fmt: skip
    month = ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {month: {counted: 1}}")
    assert parts(("list: {due: visit_date}", "by_month: visit_date"), month)[1] == ("last month", "share", True)
    alone = ("    counts: visit_date < :as_of\n", "")
    assert parts(alone, ("list: {due: visit_date}", "per: worker"), plain) == [("", "average", False), ("maximum", "maximum", True)]
    bands = ("list: {due: visit_date}", "bands: {early: visit_date < :as_of, late: visit_date >= :as_of}")
    assert parts(alone, bands, plain) == [("", "count", True), ("early", "share", False), ("late", "share", False)]


def test_a_project_s_own_measure_stands_in_the_place_of_a_pack_s(tmp_path: Path) -> None:
    theirs = written(tmp_path / "theirs", GOOD)
    own = written(
        tmp_path / "own", GOOD.replace("Visits with a date", "Ours") + GOOD.removeprefix("measures:\n").replace("M-1", "M-2")
    )
    loaded = pack.load([str(SMALL), str(theirs)], own=own)
    assert [(each.id, each.title) for each in loaded.measures] == [("M-1", "Ours"), ("M-2", "Visits with a date")]


def test_two_packs_may_not_have_one_id(tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(tmp_path / name, GOOD)
    with pytest.raises(DqError, match=r"This id stands in .*measures\.yaml:2 too"):
        pack.load([str(SMALL), str(tmp_path / "one"), str(tmp_path / "two")])


def schema_accepts(document: Any) -> bool:
    return jsonschema.Draft202012Validator(measure_file_schema()).is_valid(document)


def test_the_schema_takes_what_is_right_and_refuses_what_is_wrong() -> None:
    jsonschema.Draft202012Validator.check_schema(measure_file_schema())
    shipped = yamlfile.read(pack.home() / "casework" / "measures.yaml", text_below=("examples",)).data
    assert schema_accepts(shipped)
    measure = shipped["measures"][0]
    assert schema_accepts({"measures": [{**measure, "list": True}]})
    for change in ({"cadence": "yearly"}, {"owner": "manager"}, {"colour": "red"}, {"sample": 0}, {"per": "team"}):
        assert not schema_accepts({"measures": [{**measure, **change}]})
    printed = CliRunner().invoke(entry, ["schema", "--measures"])
    assert printed.exit_code == 0 and json.loads(printed.output) == measure_file_schema()


def test_explain_shows_a_measure_and_its_sql() -> None:
    said = CliRunner().invoke(entry, ["explain", "MEA-001", "--pack", "casework", "--set", "visits_target=97"])
    assert said.exit_code == 0, said.output
    for part in (
        "Children on a child protection plan",
        "Target: at least 97 % (:visits_target)",
        "-- duckdb: verdict on cp_plan",
        "gives counted 2",
    ):
        assert part in said.output
    wrong = CliRunner().invoke(entry, ["explain", "MEA-01", "--pack", "casework"])
    assert wrong.exit_code != 0 and "No pack has such a rule or measure. Did you mean 'MEA-" in wrong.output


# figures

UNITS = (
    Unit("North", "Care", "Hope", "Dana"),
    Unit("South", "Care", "Hope", "Dana"),
    Unit("leavers", "leavers", "leavers", "leavers"),
)


def counted(
    tmp_path: Path, tallies: list[Tally], *changes: tuple[str, str], target: float | None = None
) -> dict[tuple[str, str, str], Any]:
    measure = read(tmp_path, *changes)
    loaded = pack.load(str(SMALL))
    compiler = Compiler(loaded.contract, loaded.views, loaded.settings, {"as_of": None, "go_live": None})
    compiled = figures.compile_one(compiler, measure)
    row = figures.row(compiled, tallies, "", UNITS, "data team")
    assert target is None or row.target == target
    return {(each.part, each.level, each.unit): each for each in row.figures}


def test_shares_add_up_and_are_judged_by_whole_numbers(tmp_path: Path) -> None:
    tallies = [Tally("", "North", None, 11, 10, 9), Tally("", "South", None, 5, 5, 4), Tally("", "", None, 1, 0, 0)]
    found = counted(tmp_path, tallies, target=0.9)
    assert (found["", "team", "North"].value, found["", "team", "North"].met, found["", "team", "North"].not_assessed) == (
        0.9,
        True,
        1,
    )
    assert found["", "team", "South"].met is False
    care = found["", "service", "Care"]
    assert (care.counted, care.of, care.not_assessed) == (13, 15, 1)
    assert (found["", "head", "Hope"].of, found["", "director", "Dana"].of) == (15, 15)
    whole = found["", "whole", ""]
    assert (whole.counted, whole.of, whole.not_assessed, whole.met) == (13, 15, 2, False)
    lost = found["", "team", "data team"]
    assert (lost.of, lost.value, lost.met) == (0, None, None)  # what leads to no record goes to the owner
    assert ("", "team", "leavers") not in found


def test_counts_say_nought_for_every_team(tmp_path: Path) -> None:
    alone = ("    counts: visit_date < :as_of\n", "")
    found = counted(
        tmp_path,
        [Tally("", "North", None, 3, 3, 3)],
        alone,
        ("target: 90\n    direction: at least", "target: 0\n    direction: at most"),
    )
    assert (found["", "team", "South"].counted, found["", "team", "South"].met) == (0, True)
    assert (found["", "team", "North"].value, found["", "team", "North"].met) == (3.0, False)
    assert found["", "whole", ""].counted == 3 and ("", "team", "leavers") not in found


def test_what_workers_hold_is_an_average_and_a_maximum_of_those_in_post(tmp_path: Path) -> None:
    alone = ("    counts: visit_date < :as_of\n", "")
    per = ("list: {due: visit_date}", "per: worker")
    target = ("target: 90\n    direction: at least", "target: 5\n    direction: at most")
    gives = ("gives: {counted: 1, of: 2, not_assessed: 1}", "gives: {counted: 1}")
    held = [
        ("North", "W1", 6),
        ("North", "W2", 2),
        ("South", "W3", 1),
        ("South", "W1", 1),
        ("leavers", "W9", 40),
        ("unallocated", None, 7),
    ]
    tallies = [Tally(part, team, worker, n, n, n) for part in ("", "maximum") for team, worker, n in held]
    found = counted(tmp_path, tallies, alone, per, target, gives)
    whole, most = found["", "whole", ""], found["maximum", "whole", ""]
    assert (whole.counted, whole.of, whole.met) == (10, 3, None) and most.value == 7 and most.met is False
    assert found["maximum", "team", "South"].met is True and found["", "team", "North"].value == 4
    assert ("", "team", "leavers") not in found and ("", "team", "unallocated") not in found


def test_nothing_to_count_is_neither_met_nor_missed(tmp_path: Path) -> None:
    found = counted(tmp_path, [])
    assert list(found) == [("", "whole", "")]
    whole = found["", "whole", ""]
    assert (whole.counted, whole.of, whole.value, whole.met) == (0, 0, None, None)


# words


@pytest.mark.parametrize(
    ("number", "shape", "words"),
    [
        (None, "share", "-"), (1.0, "share", "100.0 %"), (0.9999, "share", "99.9 %"), (0.0001, "share", "0.1 %"),
        (0.0, "share", "0.0 %"), (0.905, "share", "90.5 %"), (12.0, "count", "12"), (1234.0, "count", "1,234"),
        (10.44, "average", "10.4"), (14.0, "maximum", "14"),
    ],
)  # fmt: skip
def test_values_in_words(number: float | None, shape: str, words: str) -> None:
    assert measure_words.value(number, shape) == words


def test_changes_targets_and_trends_in_words() -> None:
    assert measure_words.change(0.9, 0.95, "share") == "-5 points" and measure_words.change(3, 1, "count") == "+2"
    assert measure_words.change(0.9, 0.9, "share") == "same" and measure_words.change(0.9, None, "share") == ""
    assert (
        measure_words.target(0.925, "at least", "share") == "at least 92.5 %"
        and measure_words.target(25, "at most", "maximum") == "at most 25"
    )
    assert measure_words.target(None, None, "share") == ""
    assert measure_words.trend([0.5, None, 1.0], "share") == "50 - 100" and measure_words.trend([3.0], "count") == ""
    assert measure_words.met(0.9, 0.9, "at least", 9, 10) is True and measure_words.met(0.1, 0.0, "at most", 1, 10) is False
    assert measure_words.met(None, 0.9, "at least", 0, 0) is None
    assert measure_words.short("A title that is not long") == "A title that is not long"
    assert measure_words.short("A title that is much too long", 20) == "A title that is ..."
