"""Links: columns whose values are all, or nearly all, found in a unique column. One join of hashed distinct values.

Two numbers that both count from one contain each other by chance. So a link is only chosen where the names agree, or
the values are too long for chance, or the one table is wholly spoken of by the other; everything found is evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb
from sqlglot import exp

from dq.ingest import trees
from dq.profile import scratch
from dq.profile.judging import IDENTIFIER
from dq.profile.keys import NEARLY
from dq.profile.measure import VALUES
from dq.profile.model import Column, Link
from dq.profile.words import alike, words

HASHES = "dq_profile_hash"
SHOWN = 0.5
"""Shares of distinct values found below this are not mentioned."""
PEOPLE = frozenset({"birth", "sex", "forename", "surname", "ethnicity", "nhs", "upn"})
CHOSEN = 0.9
"""The share from which a link may be chosen."""


def start(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table of hashed distinct values: owner (number of table and place), hash, rows."""
    scratch.create(connection, HASHES, {"owner": "INTEGER", "h": "UBIGINT", "n": "BIGINT"})


def keep(connection: duckdb.DuckDBPyConnection, number: int, columns: Sequence[Column]) -> None:
    """Add the distinct values of a table's columns that could link, or be linked to (measured last)."""
    places = [column.facts.place for column in columns if _may_link(column)]
    if not places:
        return
    owner = exp.Add(this=trees.cast(exp.column("place"), "INTEGER"), expression=trees.number(number * 10_000))
    rows = exp.select(owner, trees.call("hash", exp.column("v")), "n").from_(scratch.table(VALUES))
    rows = rows.where(exp.In(this=exp.column("place"), expressions=[trees.number(place) for place in places]))
    connection.execute(trees.sql(exp.insert(rows, scratch.table(HASHES))))


def _may_link(column: Column) -> bool:
    facts = column.facts
    return column.type in ("text", "integer") and facts.distinct > 0 and facts.longest <= 64 and column.kind not in (
        "free text", "postcode", "date, Excel day number", "date, two-digit year", "date, several formats",
    )  # fmt: skip


def find(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[Column]], keys: Mapping[str, tuple[str, ...]]
) -> list[Link]:
    """Every containment of a column in a unique column of a table, with the one chosen for each column.

    Where several tables hold the same numbers (each child once), the one that looks most like a list of people wins.
    """
    people = {table: people_words(columns) for table, columns in tables.items()}
    owners = {
        number * 10_000 + column.facts.place: (table, column)
        for number, (table, columns) in enumerate(tables.items())
        for column in columns
        if _may_link(column)
    }
    unique = [owner for owner, (_, column) in owners.items() if _is_unique(column)]
    if not unique:
        return []
    found = []
    for owner, target, shared, rows in trees.run(connection, _joined(unique)):
        (table, column), (to_table, to_column) = owners[owner], owners[target]
        facts = column.facts
        if shared < SHOWN * facts.distinct or (facts.distinct < 2 < facts.filled and not _same_name(column, to_column)):
            continue
        link = Link(
            table, column.name, to_table, to_column.name, facts.distinct, int(shared), facts.filled, facts.filled - int(rows), 0.0
        )
        confidence = _confidence(link, column, to_column, keys)
        found.append(replace(link, confidence=round(confidence, 2)))
    found.sort(key=lambda link: (link.table, link.column, -link.confidence, -people[link.to_table], link.to_table, link.to_column))
    return _choose(found, keys, people)


def people_words(columns: Sequence[Column]) -> int:
    """How many columns a list of people would have: birth date, sex, names, ethnicity, NHS number, UPN."""
    return sum(bool(set(words(column.name)) & PEOPLE) for column in columns)


def _same_name(column: Column, target: Column) -> bool:
    return alike(words(column.name), words(target.name)) >= 0.9


def _is_unique(column: Column) -> bool:
    facts = column.facts
    return (
        facts.distinct >= 2
        and facts.distinct >= NEARLY * facts.filled
        and facts.filled >= 0.5 * facts.rows
        and column.personal != "identity"
    )


def _joined(unique: Sequence[int]) -> exp.Select:
    hashes = scratch.table(HASHES)
    targets = exp.select("owner", "h").from_(hashes.copy()).where(
        exp.In(this=exp.column("owner"), expressions=[trees.number(owner) for owner in unique])
    )  # fmt: skip
    joined = exp.select("f.owner", "t.owner", "count(*)", "sum(f.n)").from_(exp.alias_(hashes, "f", table=True))
    return joined.join(targets.subquery("t"), on="f.h = t.h and f.owner <> t.owner").group_by("1", "2")


def _confidence(link: Link, column: Column, target: Column, keys: Mapping[str, tuple[str, ...]]) -> float:
    here, there = words(column.name), words(target.name)
    table = words(link.to_table)
    names = max(alike(here, there), alike(here, (*table, *there)), alike(here, (*table, "id")), 0.9 * alike(here, table))
    if link.table == link.to_table:
        # A table that points at itself names its key otherwise: parent, manager, related.
        names = max(0.6 * bool(set(here) & {"parent", "related", "manager", "supervisor", "previous"}), 0.5 * names)
    elif not set(here) & set(there) - {"id", "number", "code", "reference"} and set(here) & IDENTIFIER:
        names = max(names, 0.3)
    chance = 0.0 if _by_chance(column) else 0.25
    key = 0.15 if keys[link.to_table] == (link.to_column,) else 0.0
    return link.share**2 * min(0.5 * names + chance + key + 0.1 * (link.share == 1), 1.0)


def _by_chance(column: Column) -> bool:
    """Short numbers are found among any other numbers that count from one."""
    return column.facts.longest <= 3 or (column.type == "integer" and column.facts.longest <= 4)


def _choose(found: list[Link], keys: Mapping[str, tuple[str, ...]], people: Mapping[str, int]) -> list[Link]:
    """Mark the best link of each column; a table's own key links only where it is named like the other table's key."""
    chosen: list[Link] = []
    taken: set[tuple[str, str]] = set()
    for link in found:
        own = keys[link.table] == (link.column,)
        same = alike(words(link.column), words(link.to_column)) >= 0.9
        back = people[link.table] > people[link.to_table] or any(
            other.chosen and (other.table, other.column) == (link.to_table, link.to_column) and other.to_table == link.table
            for other in chosen
        )
        fit = link.share >= CHOSEN and link.confidence >= 0.4 and (link.table, link.column) not in taken and not (own and not same)
        if fit and not (own and back):
            taken.add((link.table, link.column))
            chosen.append(replace(link, chosen=True))
        else:
            chosen.append(link)
    return chosen
