"""Every case of every check, in the Python and the expectations that are exported: what can be said is said rightly."""

from __future__ import annotations

import os
import types

import pandas as pd
import pytest
import test_date_checks
import test_record_checks
import test_value_checks
from bench import Bench, Verdict, compiler, rule, small
from cases import Case

from dq.export import pandera_module, suites
from dq.frames import typed_frame
from dq.pack import Pack

os.environ["GX_ANALYTICS_ENABLED"] = "False"

CASES = [*test_value_checks.CASES.all, *test_date_checks.CASES.all, *test_record_checks.CASES.all]
IDS = [f"{case.about}: {case.name}" for case in CASES]
CHECKS_IN_PYTHON = {
    "required",
    "forbidden",
    "parses",
    "one_of",
    "mapped",
    "matches",
    "fits",
    "ordered",
    "within",
    "unique",
    "assert",
}
CHECKS_IN_SUITES = {"required", "forbidden", "one_of", "mapped", "matches", "fits", "ordered", "unique"}


def made(case: Case) -> Pack:
    contract = small()
    return Pack("small", (), contract, (rule(case.on, case.check, when=case.when, unknown=case.unknown),), (), {})


def frame(case: Case, bench: Bench) -> pd.DataFrame:
    table = small().tables[case.on]
    bench.load(case.tables)
    columns = [*table.columns, *(f"raw__{each.name}" for each in table.columns.values() if not each.is_text)]
    return typed_frame(bench.connection, table, columns)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_exported_python_says_the_same(case: Case, bench: Bench) -> None:
    module = types.ModuleType("exported")
    exec(compile(pandera_module(made(case), compiler()), "exported.py", "exec"), module.__dict__)
    verdict = module.VERDICTS[case.on].get("R-1")
    if verdict is None:
        assert "rules could not be said" in (module.__doc__ or "")
        assert case.about not in CHECKS_IN_PYTHON or any(
            words in (module.__doc__ or "") for words in ("looks up other", "working days", "divides", "LIKE", "order", "uses")
        ), module.__doc__
        return
    rows = frame(case, bench)
    said = verdict(rows)
    keys = bench.keys(case.on)
    told = [tuple(sorted(keys[row] for row in said.index[(said == want).fillna(False)])) for want in (False, True)]
    scope = {key for keys in (case.want.fails, case.want.passes, case.want.unknown) for key in keys}
    blank = tuple(sorted(keys[row] for row in said.index[said.isna()] if keys[row] in scope))
    assert Verdict(*told, blank) == case.want


def test_the_checks_that_python_can_say(bench: Bench) -> None:
    said = {case.about for case in CASES if "\n    'R-1:" in pandera_module(made(case), compiler())}
    assert said == CHECKS_IN_PYTHON & {case.about for case in CASES}


def test_the_exported_suites_say_the_same(bench: Bench) -> None:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("cases")
    said = set()
    for number, case in enumerate(CASES):
        data = suites(made(case), compiler(), [case.on])[case.on]
        data["expectations"] = [each for each in data["expectations"] if each["meta"].get("rule")]
        if not data["expectations"]:
            assert any(note.startswith("Not said: ") for note in data["notes"])
            continue
        said.add(case.about)
        rows = frame(case, bench)
        asset = source.add_dataframe_asset(f"case {number}")
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": rows})
        failing: set[int] = set()
        for result in batch.validate(gx.ExpectationSuite(**data), result_format="COMPLETE").results:
            assert "unexpected_index_list" in result.result, (case.name, str(result.exception_info)[-300:])
            failing |= {each["row_id"] for each in result.result["unexpected_index_list"]}
        keys = bench.keys(case.on)
        assert tuple(sorted(keys[row] for row in failing)) == case.want.fails, case.name
    assert said == CHECKS_IN_SUITES
