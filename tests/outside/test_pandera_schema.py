"""A pandera schema as rules: which rows each part of it fails, passes and leaves open."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
from bench import small

from dq.config import Checks
from dq.errors import ProjectError
from dq.outside import pandera_schema
from dq.outside.model import Verdicts

FRAME = pd.DataFrame(
    {
        "person_id": pd.array(["1", "2", "2", None, "4"], dtype="str"),
        "surname": pd.array(["Ash", None, None, "Birch", "7"], dtype="str"),
        "siblings": pd.array([1, None, 30, 4, 5], dtype="Int64"),
    },
    index=pd.Index([11, 12, 13, 14, 15], name="row_id"),
)


def run(schema: pa.DataFrameSchema, **entry: str) -> tuple[pandera_schema.PanderaChecks, dict[str, Verdicts]]:
    read = pandera_schema.read(Path("x.py"), Checks(pandera="x.py", **entry), small(), "person", schema, "0")
    return read, read.run(FRAME[[each for each in read.columns if each in FRAME]])


def rows(verdict: Verdicts) -> str:
    """A letter a row: fails, passes, blank (not assessed); or what is said of the whole, or the reason."""
    if verdict.rows is None:
        return verdict.reason or str(verdict.whole)
    return "".join("-" if pd.isna(each) else "p" if each else "f" for each in verdict.rows)


CASES = [
    ({"surname": pa.Column(str, pa.Check.str_length(min_value=4), nullable=True)}, {}, {"surname.str_length": "f--pf"}),
    ({"surname": pa.Column(str, pa.Check(lambda s: s != "7", name="x", ignore_na=False), nullable=True)}, {},
     {"surname.x": "ppppf"}),
    ({"surname": pa.Column(str, pa.Check.ne("7", n_failure_cases=0), nullable=True)}, {}, {"surname.not_equal_to": "p--pf"}),
    ({"surname": pa.Column(str)}, {}, {"surname.not_nullable": "pffpp", "surname.dtype": "True"}),
    ({"surname": pa.Column(nullable=True, unique=True)}, {}, {"surname.unique": "p--pp"}),
    ({"person_id": pa.Column(nullable=True, unique=True)}, {}, {"person_id.unique": "pff-p"}),
    ({"siblings": pa.Column("datetime64[ns]", nullable=True)}, {}, {"siblings.dtype": "False"}),
    ({"surname": pa.Column(int, nullable=True, coerce=True)}, {}, {"surname.dtype": "fppfp"}),
    ({"siblings": pa.Column("Int64", pa.Check(lambda s: s.max() < 9, name="top"), nullable=True)}, {}, {"siblings.top": "False"}),
    ({"siblings": pa.Column("Int64", pa.Check(lambda s: s.max() < 99, name="top"), nullable=True)}, {}, {"siblings.top": "True"}),
    ({"siblings": pa.Column("Int64", pa.Check(lambda n: n < 9, element_wise=True, name="few"), nullable=True)}, {},
     {"siblings.few": "p-fpp"}),
    ({"s.*name": pa.Column(str, pa.Check.ne("7"), nullable=True, regex=True)}, {}, {"surname.not_equal_to": "p--pf"}),
    ({"person_id": pa.Column(nullable=True), "surname": pa.Column(nullable=True)}, {"unique": ["person_id", "surname"]},
     {"unique.person_id_surname": "pffpp"}),
    ({"surname": pa.Column(nullable=True)}, {"strict": True}, {"strict": "False"}),
    ({"surname": pa.Column(nullable=True), "person_id": pa.Column(nullable=True)}, {"ordered": True}, {"ordered": "False"}),
    ({}, {"checks": pa.Check(lambda f: f["siblings"].isna() | (f["siblings"] < 9), name="few")}, {"few": "ppfpp"}),
    ({}, {"checks": pa.Check(lambda f: f["siblings"] < 9, name="few")},
     {"few": "The check could not be run on this table (ValueError)."}),
    ({}, {"checks": pa.Check(lambda f: f.notna(), name="cells", ignore_na=False)}, {"cells": "pfffp"}),
    ({"surname": pa.Column(nullable=True, drop_invalid_rows=True, checks=pa.Check.ne("7"))}, {"drop_invalid_rows": True},
     {"surname.not_equal_to": "p--pf"}),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "rest", "expected"), CASES, ids=[f"{n} {next(iter(case[2]))}" for n, case in enumerate(CASES)])
def test_rows(columns: dict[str, pa.Column], rest: dict[str, object], expected: dict[str, str]) -> None:
    _, found = run(pa.DataFrameSchema(columns, **rest))
    assert {name: rows(found[f"pandera.person.{name}"]) for name in expected} == expected


def test_a_schema_that_ends_the_program_ends_itself_alone() -> None:
    def leave(frame: pd.DataFrame) -> bool:
        raise SystemExit(0)

    _, found = run(pa.DataFrameSchema({"surname": pa.Column(str, nullable=True)}, checks=pa.Check(leave, name="leave")))
    assert {rows(each) for each in found.values()} == {"The schema could not be run on this table (SystemExit)."}


def test_facts_of_checks_columns_schemas_and_the_project() -> None:
    schema = pa.DataFrameSchema(
        {
            "surname": pa.Column(
                str,
                [pa.Check.ne("7", title="No digits", description="Enter letters."), pa.Check.str_length(2, raise_warning=True)],
                nullable=True,
                metadata={"dq": {"owner": "desk", "checks": {"not_equal_to": {"severity": "blocker"}}}},
            ),
            "sex": pa.Column(str, nullable=True),
        },
        metadata={"dq": {"dimension": "accuracy"}},
    )
    read, _ = run(schema, severity="minor", fix="Mend it.")
    facts = {
        rule.id.removeprefix("pandera.person."): (rule.severity, rule.dimension, rule.owner, rule.title, rule.fix)
        for rule in read.rules
    }
    assert facts == {
        "surname.dtype": ("minor", "accuracy", "desk", "Surname has the type that the schema asks for", "Mend it."),
        "surname.not_equal_to": ("blocker", "accuracy", "desk", "No digits", "Enter letters."),
        "surname.str_length": ("minor", "accuracy", "desk", "Surname meets str_length(2)", "Mend it."),
        "sex.dtype": ("minor", "accuracy", None, "Sex has the type that the schema asks for", "Mend it."),
    }


def test_only_the_columns_that_are_named_are_fetched() -> None:
    read, _ = run(pa.DataFrameSchema({"surname": pa.Column(nullable=True), "no_such": pa.Column(required=False)}))
    assert read.columns == ("surname",)
    read, _ = run(pa.DataFrameSchema({"raw__siblings": pa.Column(nullable=True, required=False)}))
    assert read.columns == ("raw__siblings",)
    with pytest.raises(ProjectError, match="person has no column 'raw__surname'"):
        run(pa.DataFrameSchema({"raw__surname": pa.Column(nullable=True)}))
