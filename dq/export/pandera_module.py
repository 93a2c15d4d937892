"""A pack as a Python module of pandera schemas that needs pandas and pandera, and nothing of dq."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dq.compile import Compiler
from dq.contract import Column, Contract, Table
from dq.errors import PackError
from dq.export import in_pandas
from dq.export.source import CannotSay, statement
from dq.pack import Pack
from dq.rules import Rule

TYPES = {
    "text": "str", "code": "str", "integer": '"Int64"', "number": "float", "boolean": '"boolean"', "date": '"datetime64[ns]"',
    "datetime": '"datetime64[ns]"',
}  # fmt: skip
_WIDTH = 118
_IMPORTS = """from __future__ import annotations

import operator
import re
from itertools import repeat

import pandas as pd
import pandera.pandas as pa"""


@dataclass(frozen=True)
class _Said:
    """A rule that could be written: its function's name, what it says, its scope."""

    rule: Rule
    name: str
    told: str
    scope: str


def pandera_module(pack: Pack, compiler: Compiler, tables: Sequence[str] = ()) -> str:
    """The module's text, for all tables or some.

    `<table>_schema` is a schema with the contract's columns and a check for each rule that one row, or the rows with the
    same values, can answer; `VERDICTS` gives the same rules with their third value. The docstring lists the rules
    that could not be said, with the reason.
    """
    said: dict[str, list[_Said]] = {name: [] for name in tables or pack.contract.tables}
    left: dict[str, list[str]] = {}
    texts: dict[str, set[str]] = {name: set() for name in said}
    for number, rule in enumerate(rule for rule in pack.rules if rule.table in said or rule.table not in pack.contract.tables):
        try:
            told, scope, raw = statement(compiler, compiler.rule(rule))
        except CannotSay as error:
            left.setdefault(str(error), []).append(rule.id)
            continue
        except PackError:
            left.setdefault("it does not compile: see dq lint", []).append(rule.id)
            continue
        said[rule.table].append(_Said(rule, f"rule_{number + 1}", told, scope))
        texts[rule.table] |= raw
    parts = [_head(pack, said, left), _carried()]
    for name, rules in said.items():
        parts += [_function(each) for each in rules]
        parts.append(_schema(pack.contract, pack.contract.tables[name], rules, texts[name]))
    parts.append(_tail(said))
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _head(pack: Pack, said: dict[str, list[_Said]], left: dict[str, list[str]]) -> str:
    count = sum(map(len, said.values()))
    lines = [f"{pack.contract.title}: the contract and {count} rules as pandera schemas.", ""]
    lines += _wrapped(
        "A frame of each table has the columns of the contract with these types, blanks and unreadable cells missing; a column "
        "raw__x beside it holds the text of x as it stood in the file. Where a frame has no raw__x, x as text takes its place: "
        "then a cell that could not be read counts as blank. Validate with lazy=True. VERDICTS[table][rule](frame) gives true, "
        "false, or missing where the record is not assessed or out of scope; in a schema what is missing passes. Code lists "
        "and lengths are in the columns' metadata; they are checked where a rule checks them."
    )
    if left:
        lines += ["", f"{sum(map(len, left.values()))} rules could not be said:", ""]
        for reason, rules in sorted(left.items()):
            lines += _wrapped(f"- {reason}: {', '.join(rules)}", "  ")
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{body}\n"""\n\n# ruff: noqa\n\n{_IMPORTS}'


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _carried() -> str:
    """The functions that the rules use, as they stand in `in_pandas`, without what only a type checker reads."""
    source = inspect.getsource(in_pandas).split("# begin\n", 1)[1]
    return source.replace("Value = Any  # a Series, or one value for all rows\n", "Value = object\n")


def _function(each: _Said) -> str:
    scope = f",\n        {each.scope},\n    )" if each.scope else ")"
    begin = "told(\n        frame,\n        " if each.scope else "told(frame, "
    return f"def {each.name}(frame):\n    {_comment(each.rule)}\n    return {begin}{each.told}{scope}"


def _comment(rule: Rule) -> str:
    return repr(f"{rule.id}: {rule.title}")


def _schema(contract: Contract, table: Table, rules: Iterable[_Said], texts: set[str]) -> str:
    columns = [f"        {name!r}: {_column(contract, each)}," for name, each in table.columns.items()]
    for name in (each for each in table.columns if each in texts):
        title = f"{table.columns[name].title}, as it stood"
        columns.append(f'        "raw__{name}": pa.Column(str, nullable=True, required=False, title={title!r}),')
    every = list(rules)
    checks = [
        f"        pa.Check(passes({each.name}), name={each.rule.id!r}, ignore_na=False,\n"
        f"                 statistics={{'verdict': {each.name}}},\n"
        f"                 title={each.rule.title!r},\n                 description={each.rule.fix!r}),"
        for each in every
    ]
    facts = [f"        {_word(each.rule.id)!r}: {_facts(each.rule)!r}," for each in every]
    return "\n".join(
        [
            f"{table.name}_schema = pa.DataFrameSchema(", "    {", *columns, "    },", "    checks=[", *checks, "    ],",
            '    metadata={"dq": {"checks": {', *facts, "    }}},", f"    name={table.name!r},", f"    title={table.title!r},", ")",
        ]
    )  # fmt: skip


def _facts(rule: Rule) -> dict[str, str]:
    owner = {"owner": rule.owner} if rule.owner else {}
    return {"severity": rule.severity, "dimension": rule.dimension, **owner}


def _word(name: str) -> str:
    return "".join(each if each.isalnum() or each == "_" else "_" for each in name)


def _column(contract: Contract, column: Column) -> str:
    about: dict[str, object] = {}
    if column.codes in contract.codes:
        about["codes"] = [code.code for code in contract.codes[column.codes]]
    length = column.target.length if column.target is not None and column.target.length is not None else column.length
    if length is not None:
        about["length"] = length
    metadata = f", metadata={about!r}" if about else ""
    return f"pa.Column({TYPES[column.type]}, nullable=True, required={column.required}, title={column.title!r}{metadata})"


def _tail(said: dict[str, list[_Said]]) -> str:
    schemas = "\n".join(f"    {name!r}: {name}_schema," for name in said)
    lines = [f"SCHEMAS = {{\n{schemas}\n}}", "VERDICTS = {"]
    for name, rules in said.items():
        lines += [f"    {name!r}: {{", *(f"        {each.rule.id!r}: {each.name}," for each in rules), "    },"]
    return "\n".join([*lines, "}"])
