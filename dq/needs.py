"""What a rule needs of the extract before it can say anything: a table, or a column that somebody filled in.

A rule's `needs` lists tables (``provider_info``) and columns (``Episodes.PL_LA``); one entry may offer several, of which
any will do (``Episodes.PL_LA or postcode_directory``). Where one entry finds nothing the rule is not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import duckdb
from sqlglot import exp

from dq.contract import Contract
from dq.rules import Rule
from dq.sqltext import cell_text, table


def unmet(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: Iterable[Rule]) -> dict[str, str]:
    """Why rules cannot say anything of the loaded extract, by rule id; those that can are left out."""
    known: dict[str, bool] = {}
    reasons = {}
    for rule in rules:
        gone = []
        for need in rule.needs:
            for each in need:
                if each not in known:
                    known[each] = _there(connection, contract, each)
            if not any(known[each] for each in need):
                gone.append(need)
        if gone:
            reasons[rule.id] = " ".join(_reason(contract, need) for need in gone)
    return reasons


def _there(connection: duckdb.DuckDBPyConnection, contract: Contract, need: str) -> bool:
    """Whether the table has a record, or a record has something in the column."""
    name, _, field = need.partition(".")
    query = exp.select("1").from_(table(name)).limit(1)
    if field:
        stood = cell_text(contract.tables[name].columns[field], name)
        query = query.where(exp.not_(exp.Is(this=stood, expression=exp.Null())))
    return connection.execute(query.sql(dialect="duckdb")).fetchone() is not None


def _reason(contract: Contract, need: Sequence[str]) -> str:
    said = list(_words(contract, need))
    return f"The extract has {said[0]}." if len(said) == 1 else f"The extract has {', and '.join(said)}."


def _words(contract: Contract, need: Sequence[str]) -> Iterator[str]:
    for each in need:
        name, _, field = each.partition(".")
        title = contract.tables[name].columns[field].title if field else contract.tables[name].title
        yield f"no {name} with a {field} ({title})" if field else f"no {name} ({title})"
