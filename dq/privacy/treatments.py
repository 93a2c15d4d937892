"""Which treatment each column of a contract asks for. What is not known to be harmless is treated as personal."""

from __future__ import annotations

from dq.contract import Column, Contract, Table
from dq.privacy.model import Treatment

IDENTIFIERS = ("is_nhs_number", "is_upn", "is_postcode")


def treatments(contract: Contract, identifiers: frozenset[tuple[str, str]]) -> dict[tuple[str, str], Treatment]:
    """The treatment of every column by (table, column).

    `identifiers` are the columns that rules hold against the form of an NHS number, a UPN or a postcode; those that the
    contract's `people:` names are added.
    """
    known = identifiers | _named(contract)
    return {
        (table.name, column.name): _treatment(contract, table, column, known)
        for table in contract.tables.values()
        for column in table.columns.values()
    }


def of_nobody(contract: Contract, table: str) -> bool:
    """Whether a table leads to no person: workers, teams, control totals."""
    return contract.person_path(table) is None


def root(contract: Contract, table: str, column: str) -> tuple[str, str]:
    """The column at the end of a column's links; itself where it has none."""
    seen: set[tuple[str, str]] = set()
    here = (table, column)
    while here not in seen:
        seen.add(here)
        link = contract.tables[here[0]].columns[here[1]].link if here[0] in contract.tables else None
        if link is None or link[0] not in contract.tables or link[1] not in contract.tables[link[0]].columns:
            return here
        here = link
    return here


def _named(contract: Contract) -> frozenset[tuple[str, str]]:
    people = contract.people
    if people is None:
        return frozenset()
    found = [(contract.person_table, word) for word in (people.nhs_number, people.upn) if word]
    found += [(people.numbers.table, people.numbers.value)] if people.numbers else []
    found += [(people.address.table, people.address.postcode)] if people.address and people.address.postcode else []
    return frozenset(found)


def _treatment(contract: Contract, table: Table, column: Column, known: frozenset[tuple[str, str]]) -> Treatment:
    staff = any(each.personal == "identity" for each in table.columns.values())
    harmless = column.personal == "none" and of_nobody(contract, table.name) and not staff
    if column.type in ("date", "datetime"):
        return "day" if of_nobody(contract, table.name) else "date"
    if column.type in ("integer", "number", "boolean"):
        return "number" if column.personal in ("key", "identity") else "measure"
    if column.type == "code" and column.codes:
        return "code"
    origin, word = root(contract, table.name, column.name)
    target = contract.tables[origin].columns[word]
    if column.links and target.personal == "none" and column.personal == "none" and of_nobody(contract, origin):
        return "code"  # a team's number; one that no team has may be anything, like a code that no list knows
    if (
        column.personal == "key"
        or (table.name, column.name) in known
        or column.links
        or (column.name in table.key and not harmless)
    ):
        return "number"
    if column.personal == "free_text":
        return "text"
    return "kept" if harmless else "name"
