"""A bench for rules: literal rows in, the keys that fail, pass and are not assessed out, through the real engine.

`tests/small` is a small pack with a column of every type. Rows are text, as in a file: ``"31/02/2026"`` is a cell that
does not parse, a column left out is blank, a table left out is empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dq import contract as contracts
from dq import ingest
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.contract import Contract
from dq.engines.base import Outcome
from dq.engines.duckdb import DuckDBEngine
from dq.rules import Rule, Setting, Statement, View
from dq.sqltext import as_text, column, key_text, named, table

SMALL = Path(__file__).parent / "small"
AS_OF, GO_LIVE = dt.date(2026, 11, 2), dt.date(2027, 3, 1)
Rows = Sequence[Mapping[str, str | None]]
SETTINGS = {
    "limit": Setting(type="integer", value=20),
    "unset": Setting(type="integer"),
    "year": Setting(type="integer", value=2026),
    "year_start": Setting(type="date", value="make_date(:year - 1, 4, 1)", derived=True),
}

GOLDEN = Path(__file__).parent / "golden"


@cache
def small() -> Contract:
    """The contract of the small pack."""
    return contracts.load(SMALL)


@dataclass(frozen=True)
class Verdict:
    """Keys of the records that fail, pass and are not assessed, sorted; a key stands as often as it has records."""

    fails: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def rule(on: str, check: Mapping[str, Any], *, id: str = "R-1", **parts: Any) -> Rule:
    """A rule of one check, such as ``{"required": "surname"}``, on a table."""
    [(name, value)] = check.items()
    statement = Statement(on, name, value, parts.pop("when", None), tuple(parts.pop("fields", ())))
    given = {"statements": (statement,), "dimension": "validity", "severity": "major", "fix": "Mend it.", "source": "Test"}
    return Rule(id=id, title="A rule", **{**given, **parts})


def compiler(views: Sequence[View] = (), settings: Mapping[str, Setting] = SETTINGS, **values: object) -> Compiler:
    """A compiler on the small contract."""
    return Compiler(small(), views, settings, {"as_of": AS_OF, "go_live": GO_LIVE, **values})


class Bench:
    """One engine for many tests: each call of `judge` or `run` loads its own rows."""

    def __init__(self, threads: int = 1) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": threads})
        self.engine = DuckDBEngine(self.connection, compiler())

    def load(self, tables: Mapping[str, Rows]) -> None:
        """Load rows; ``previous.x`` for the last extract."""
        for view in self.engine.compiler.views:
            self.connection.execute(f'DROP TABLE IF EXISTS "{view}"')
        self.connection.execute("DROP SCHEMA IF EXISTS previous CASCADE")
        self.connection.execute("DELETE FROM dq_finding")
        for schema in ("main", "previous"):
            wanted = {
                name: tables.get(name if schema == "main" else f"previous.{name}", ())
                for name in small().tables
                if schema == "main" or f"previous.{name}" in tables
            }
            if wanted:
                part = replace(small(), tables={name: small().tables[name] for name in wanted})
                frames = {name: _frame(name, rows) for name, rows in wanted.items()}
                ingest.load(self.connection, part, [], schema=schema, frames=frames)

    def build(self, compiler: Compiler) -> None:
        """Take a compiler and materialise its views."""
        self.engine.compiler = compiler
        self.engine.broken.clear()
        for view in compiler.views.values():
            reason = self.engine.build(view)
            assert not reason, reason

    def run(self, rules: Sequence[Rule], tables: Mapping[str, Rows], use: Compiler | None = None) -> dict[str, Outcome]:
        """Load rows and run rules one after the other; findings stay in `dq_finding`."""
        use = use or compiler()
        compiled = [use.rule(each) for each in rules]
        self.load(tables)
        self.build(use)
        return {each.rule.id: self.engine.evaluate(each) for each in compiled}

    def judge(self, rule: Rule, tables: Mapping[str, Rows], use: Compiler | None = None) -> Verdict:
        """The verdict of the rule's first statement; the engine's counts and findings must say the same."""
        use = use or compiler()
        outcome = self.run([rule], tables, use)[rule.id]
        assert not outcome.reason, outcome.reason
        verdict = self.verdict(use.rule(rule), use)
        counts = outcome.counts
        assert counts.failing == len(verdict.fails)
        assert counts.assessed == len(verdict.fails) + len(verdict.passes)
        assert counts.in_scope == counts.assessed + len(verdict.unknown)
        found = self.connection.execute("SELECT count(DISTINCT row_id) FROM dq_finding").fetchall()
        assert found == [(len(set(self._failing)),)]
        return verdict

    def verdict(self, compiled: CompiledRule, use: Compiler) -> Verdict:
        """Run the verdict of the first statement over the rows that are loaded."""
        statement = compiled.statements[0]
        rows = self.connection.execute(use.sql(statement.verdict, "duckdb")).fetchall()
        keys = self.keys(statement.table or "")
        self._failing = [row_id for row_id, ok in rows if ok is False]
        told = {want: tuple(sorted(keys[row_id] for row_id, ok in rows if ok is want)) for want in (False, True, None)}
        return Verdict(told[False], told[True], told[None])

    def keys(self, name: str) -> dict[int, str]:
        """row_id to key."""
        subject = small().tables[name]
        key = key_text(subject, name).sql(dialect="duckdb")
        return dict(self.connection.execute(f'SELECT row_id, {key} FROM "{name}"').fetchall())

    def findings(self) -> list[tuple[str, str, str]]:
        """(rule, table, key) of every finding, sorted."""
        rows = self.connection.execute("SELECT rule, table_name, row_id FROM dq_finding").fetchall()
        return sorted((rule, name, self.keys(name)[row_id]) for rule, name, row_id in rows)

    def view(self, name: str) -> list[dict[str, str | None]]:
        """Rows of a view that is built, with the key of the record that each leads to."""
        use = self.engine.compiler
        view = use.views[name]
        base = view.view.adds_to or view.view.records or ""
        parts = [named(as_text(column(word, name)), word).sql(dialect="duckdb") for word in view.columns]
        rows = self.connection.execute(
            f'SELECT "{name}".row_id, {", ".join(parts)} FROM {table(name).sql(dialect="duckdb")} ORDER BY ALL'
        ).fetchall()
        keys = self.keys(base)
        return [{"key": keys[row[0]], **dict(zip(view.columns, row[1:], strict=True))} for row in rows]


def _frame(name: str, rows: Rows) -> pd.DataFrame:
    columns = list(small().tables[name].columns)
    unknown = {word for row in rows for word in row} - set(columns)
    assert not unknown, f"{name} has no column {unknown}"
    return pd.DataFrame([{word: row.get(word) for word in columns} for row in rows], columns=columns, dtype="string")
