"""What is exported finds in the generated sample what the engine finds, rule by rule."""

from __future__ import annotations

import datetime as dt
import json
import os
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

from dq import export, loading, pack, request, run, sample, settings
from dq import read as read_frames
from dq.compile import Compiler
from dq.engines.duckdb import DuckDBEngine, connect

os.environ["GX_ANALYTICS_ENABLED"] = "False"

AS_OF = dt.date(2026, 11, 2)


@dataclass
class Sample:
    """The sample's frames, the casework pack, and the engine's verdicts: rule to row_id to true, false or None."""

    compiler: Compiler
    pack: pack.Pack
    frames: dict[str, pd.DataFrame]
    verdicts: dict[str, dict[int, bool | None]] = field(default_factory=dict)

    def rows(self, rule: str, told: bool | None) -> set[int]:
        """Rows of which the engine says this."""
        return {row for row, ok in self.verdicts[rule].items() if ok is told}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample") / "project"
    sample.write(folder, children=200, weeks=1, seed=3, faults=True)
    mangle(folder)
    wanted = request.of_path(folder)
    casework = pack.load("casework")
    values = settings.values(casework.settings) | {"as_of": AS_OF, "go_live": dt.date(2027, 3, 1)}
    compiler = Compiler(casework.contract, casework.views, casework.settings, values)
    told = Sample(compiler, casework, read_frames(folder))
    connection = connect(tmp_path_factory.mktemp("work"), threads=1)
    source = pack.load_source_map(casework, str(wanted.source))
    loading.load(connection, wanted, casework.contract, source, (), run._quiet)
    DuckDBEngine(connection, compiler)
    for rule in casework.rules:
        compiled = compiler.rule(rule)
        earlier = any(name.startswith("previous.") for name in compiled.reads.relations)
        if len(compiled.statements) == 1 and not compiled.views and not compiled.unset and not earlier:
            sql = compiler.sql(compiled.statements[0].verdict, "duckdb")
            told.verdicts[rule.id] = dict(connection.execute(sql).fetchall())
    connection.close()
    return told


def mangle(folder: Path) -> None:
    """Spoil cells of every file of the extract: blanks, dates that are none, codes that are none, texts that are too long."""
    [extract] = (folder / "extracts").iterdir()
    spoilt = ("", "31/02/2015", "ZZ", "x" * 300, "Zoë €", "2015-01-01", "01/01/2031", "-1", "1.23456", "y")
    for path in sorted(extract.glob("*.csv")):
        if path.name == "truth.csv":
            continue
        frame = pd.read_csv(path, dtype="string", keep_default_na=False, encoding="utf-8-sig")
        for place in range(1, frame.shape[1]):
            for number, row in enumerate(range(place % 7, len(frame), 7 + place % 5)):
                frame.iat[row, place] = spoilt[(number + place) % len(spoilt)]
        frame.to_csv(path, index=False, encoding="utf-8")


@pytest.fixture(scope="module")
def module(found: Sample) -> types.ModuleType:
    text = export.pandera_module(found.pack, found.compiler)
    assert "import dq" not in text and "from dq" not in text
    made = types.ModuleType("exported")
    exec(compile(text, "exported.py", "exec"), made.__dict__)
    return made


def test_verdicts_of_the_module_are_the_engine_s(found: Sample, module: types.ModuleType) -> None:
    compared = failing = unknown = 0
    for table, rules in module.VERDICTS.items():
        for rule, verdict in rules.items():
            said = verdict(found.frames[table])
            for told in (True, False):
                rows = set(said.index[(said == told).fillna(False)])
                assert rows == found.rows(rule, told), (rule, told)
            assert set(said.index[said.isna()]) >= found.rows(rule, None), rule
            compared += 1
            failing += bool(found.rows(rule, False))
            unknown += bool(found.rows(rule, None))
    assert compared > 450 and failing > 150 and unknown > 200, (compared, failing, unknown)


def test_schemas_of_the_module_find_what_the_engine_finds(found: Sample, module: types.ModuleType) -> None:
    for table, schema in module.SCHEMAS.items():
        rows: dict[str, set[int]] = {rule: set() for rule in module.VERDICTS[table]}
        try:
            schema.validate(found.frames[table], lazy=True)
        except pa.errors.SchemaErrors as caught:
            for error in caught.schema_errors:
                rows[error.check.name] |= set(error.check_output.index[~error.check_output])
        assert rows == {rule: found.rows(rule, False) for rule in rows}, table


def test_the_module_says_what_it_leaves_out(found: Sample, module: types.ModuleType) -> None:
    said = {rule for rules in module.VERDICTS.values() for rule in rules}
    document = " ".join((module.__doc__ or "").split())
    assert [rule.id for rule in found.pack.rules if rule.id not in said and rule.id not in document] == []
    assert f"the contract and {len(said)} rules" in document
    assert f"{len(found.pack.rules) - len(said)} rules could not be said" in document


def test_schemas_hold_the_contract(found: Sample, module: types.ModuleType) -> None:
    for name, table in found.pack.contract.tables.items():
        columns = module.SCHEMAS[name].columns
        assert [each for each in columns if not each.startswith("raw__")] == list(table.columns)
        for column in table.columns.values():
            assert columns[column.name].required == column.required
            codes = [code.code for code in found.pack.contract.codes.get(column.codes or "", ())]
            assert (columns[column.name].metadata or {}).get("codes", []) == codes


def test_suites_find_what_the_engine_finds(found: Sample) -> None:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("sample")
    compared = failing = 0
    for table, data in export.suites(found.pack, found.compiler).items():
        suite = gx.ExpectationSuite(**json.loads(json.dumps(data)))
        asset = source.add_dataframe_asset(table)
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": found.frames[table]})
        rows: dict[str, set[int]] = {}
        for result in batch.validate(suite, result_format="COMPLETE").results:
            config: Any = result.expectation_config
            assert not result.exception_info.get("raised_exception"), (table, config.type, config.kwargs)
            if "rule" not in config.meta:
                assert result.success, (table, config.type, config.kwargs)
                continue
            assert "unexpected_index_list" in result.result, (table, config.type, config.kwargs, str(result.exception_info)[-300:])
            listed = result.result["unexpected_index_list"]
            rows.setdefault(config.meta["rule"], set()).update(each["row_id"] for each in listed)
        for rule, said in rows.items():
            assert said == found.rows(rule, False), rule
            compared += 1
            failing += bool(said)
    assert compared > 300 and failing > 100, (compared, failing)


def test_suites_say_what_they_leave_out(found: Sample) -> None:
    for table, data in export.suites(found.pack, found.compiler).items():
        said = {each["meta"].get("rule") for each in data["expectations"]}
        rules = {rule.id for rule in found.pack.rules if table in [one.table for one in rule.statements]}
        notes = " ".join(data["notes"])
        assert [rule for rule in rules if rule not in said and rule not in notes] == [], table
