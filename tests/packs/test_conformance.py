"""The return packs against the recorded cases of the DfE's rules.

Each case is run three times: by itself, as recorded and with its rows shuffled; and once among all other cases of the
same settings, as one return whose rows are shuffled, through the public `dq.check`. No rule may depend on the order of
a file, nor on which other children are in it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest
from recorded_cases import CASES, EXTRACT, PREFIXES, Case, Rows, differences, pack, recorded

import dq
from dq.bench import Bench, build, load, opened, situation
from dq.rules import Example

NUMBERS = {"ssda903": ("CHILD",), "cin": ("LAchildID", "CINdetailsID", "AssessmentID", "CPPID")}
"""Columns that tell children and their records apart: each case's get a mark of their own in a common return."""

ACROSS_CHILDREN: dict[str, str] = {
    "CIN-1520": "children with the same pupil number",
    "CIN-1570": "the length of the child number, which the mark changes",
    "CIN-1580": "the signs of the child number, which the mark changes",
}
"""Rules that compare one child with others, or look at the number itself, and what; their cases are run by themselves only."""

absent = pytest.mark.skipif(
    not CASES.is_dir(), reason=f"THE RECORDED CASES ARE NOT HERE ({CASES}): no return rule is held against them"
)


def _wanted(case: Case) -> Rows:
    known = differences().get(str(case))
    return known.ours if known else case.expected


@pytest.fixture(scope="module")
def benches() -> Iterator[dict[str, Bench]]:
    with opened(pack("ssda903")) as ssda903, opened(pack("cin")) as cin:
        yield {"ssda903": ssda903, "cin": cin}


def _alone(bench: Bench, case: Case, *, shuffled: bool) -> Rows:
    """Positions of the flagged rows by table, the case being the whole return."""
    order = {name: list(range(len(frame))) for name, frame in case.tables.items()}
    if shuffled:
        for name, positions in order.items():
            random.Random(f"{case} {name}").shuffle(positions)
            if len(positions) > 1 and positions == sorted(positions):
                positions.reverse()
    rows = {name: tuple(_records(frame.iloc[order[name]])) for name, frame in case.tables.items()}
    rule = next(rule for rule in bench.pack.rules if rule.id == case.rule)
    example = Example(str(case), rows, settings=case.settings)
    problems: list[Any] = []
    with situation(bench, example):
        compiled = bench.compiler.rule(rule)
        load(bench, example, [compiled], problems, case.rule, "")
        for view in compiled.views:
            build(bench, view)
        bench.connection.execute("DELETE FROM dq_finding")
        outcome = bench.engine.evaluate(compiled)
    assert not problems and not outcome.reason, (problems, outcome.reason)
    found: Rows = defaultdict(list)
    query = "SELECT DISTINCT table_name, row_id FROM dq_finding"
    for name, row_id in bench.connection.execute(query).fetchall():
        found[EXTRACT if row_id is None else name].append(0 if row_id is None else order[name][int(row_id) - 1])
    return {name: sorted(positions) for name, positions in found.items()}


def _records(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    for record in frame.to_dict("records"):
        yield {str(name): value for name, value in record.items() if not pd.isna(value)}


@absent
@pytest.mark.parametrize("shuffled", [False, True], ids=["as recorded", "shuffled"])
@pytest.mark.parametrize("case", recorded(), ids=str)
def test_the_recorded_rows_are_flagged(benches: dict[str, Bench], case: Case, shuffled: bool) -> None:
    assert _alone(benches[case.pack], case, shuffled=shuffled) == _wanted(case), differences().get(str(case))


@absent
@pytest.mark.parametrize("case", [case for case in recorded() if case.cells], ids=str)
def test_the_recorded_fields_are_shown(benches: dict[str, Bench], case: Case) -> None:
    """Keys are always shown, so they need not be among a rule's fields."""
    compiled = benches[case.pack].compiler.rule(next(rule for rule in pack(case.pack).rules if rule.id == case.rule))
    shown = {(statement.table, field) for statement in compiled.statements for field in statement.fields}
    shown |= {(also.table, field) for statement in compiled.statements for also in statement.also for field in also.fields}
    keys = {(table.name, column) for table in pack(case.pack).contract.tables.values() for column in table.key}
    assert not case.cells - shown - keys


@cache
def _together() -> dict[str, list[Case]]:
    """Cases that can stand in one return: those of a pack and of the same settings, by a name for them.

    A list of providers and a rule on the whole return belong to no child: their cases are not mixed.
    """
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in recorded():
        whole = next(rule.scope for rule in pack(case.pack).rules if rule.id == case.rule) == "extract"
        if not whole and "provider_info" not in case.tables and case.rule not in ACROSS_CHILDREN:
            groups[f"{case.pack} {dict(sorted(case.settings.items()))}"].append(case)
    return dict(groups)


@absent
@pytest.mark.parametrize("name", _together(), ids=str)
def test_other_children_and_the_order_of_the_file_change_nothing(name: str) -> None:
    cases = _together()[name]
    first = cases[0]
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for number, case in enumerate(cases):
        for table, frame in case.tables.items():
            marked = frame.assign(case=number, position=range(len(frame)))
            for column in NUMBERS[case.pack]:
                if column in frame.columns:
                    marked[column] = frame[column].where(frame[column].isna(), f"K{number}-" + frame[column])
            parts[table].append(marked)
    whole = {table: pd.concat(frames, ignore_index=True).sample(frac=1, random_state=7) for table, frames in parts.items()}
    for table in pack(first.pack).contract.tables.values():
        if not table.optional:
            whole.setdefault(table.name, pd.DataFrame(columns=["case", "position"]))
    rules = sorted({case.rule for case in cases})
    result = dq.check(
        {table: frame.drop(columns=["case", "position"]).reset_index(drop=True) for table, frame in whole.items()},
        pack=first.pack, select=rules, settings=first.settings, as_of="2026-06-30",
    )  # fmt: skip
    assert "not_evaluated" not in set(result.rules.loc[result.rules["rule"].isin(rules), "status"])
    found: dict[int, Rows] = defaultdict(lambda: defaultdict(list))
    for rule, table, line in result.exceptions[["rule", "table", "source_row"]].itertuples(index=False):
        if table in whole and not pd.isna(line):
            row = whole[table].iloc[int(line) - 2]
            if cases[int(row["case"])].rule == rule:
                found[int(row["case"])][table].append(int(row["position"]))
    for number, case in enumerate(cases):
        assert {table: sorted(rows) for table, rows in found[number].items()} == _wanted(case), case


@absent
def test_every_difference_that_the_docs_list_is_one() -> None:
    cases = {str(case): case for case in recorded()}
    for name, difference in differences().items():
        assert name in cases, f"docs/conformance.md lists {name}, which is no recorded case of a rule in the packs."
        assert cases[name].expected == difference.recorded, f"docs/conformance.md is wrong about what was recorded for {name}."
        assert difference.ours != difference.recorded, f"{name} does not differ: take it off the list in docs/conformance.md."
        assert difference.why


@absent
def test_every_rule_of_the_return_packs_has_a_recorded_case() -> None:
    without = {rule.id for name in PREFIXES for rule in pack(name).rules} - {case.rule for case in recorded()}
    assert not without


@absent
def test_how_many_recorded_cases_agree(capsys: pytest.CaptureFixture[str]) -> None:
    total, differing = len(recorded()), len(differences())
    with capsys.disabled():
        print(f"\n{total - differing} of {total} recorded cases agree; {differing} differ, as docs/conformance.md lists")
    assert total - differing > 0.9 * total
