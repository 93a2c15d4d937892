"""A small contract, and short ways to look at what was loaded with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import duckdb

from dq.contract import Column, Contract, Table

Rows = list[tuple[Any, ...]]


def make_contract(date_formats: tuple[str, ...] = ("%Y-%m-%d", "%d/%m/%Y")) -> Contract:
    person = {
        "person_id": Column(name="person_id", title="Person", required=True, personal="key"),
        "surname": Column(name="surname", title="Surname"),
        "date_of_birth": Column(name="date_of_birth", title="Born", type="date"),
    }
    visit = {
        "visit_id": Column(name="visit_id", title="Visit", required=True),
        "person_id": Column(name="person_id", title="Person", required=True, links="person.person_id"),
        "visit_date": Column(name="visit_date", title="Date", type="date", range=(dt.date(1990, 1, 1), dt.date(2040, 12, 31))),
        "started": Column(name="started", title="Started", type="datetime"),
        "seen": Column(name="seen", title="Seen", type="boolean"),
        "minutes": Column(name="minutes", title="Minutes", type="integer"),
        "miles": Column(name="miles", title="Miles", type="number"),
        "kind": Column(name="kind", title="Kind", type="code"),
    }
    tables = {
        "person": Table(name="person", title="People", key=("person_id",), columns=person, files=("clients",)),
        "visit": Table(name="visit", title="Visits", key=("visit_id",), columns=visit, person="person_id"),
    }
    return Contract("test", "Test", "person", tables, {}, date_formats)


class Loaded:
    """A loaded extract: its connection, and short ways to look at it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, query: str) -> Rows:
        return self.connection.execute(query).fetchall()

    def findings(self, rule: str) -> Rows:
        """(source_row, field, text) of a rule's findings."""
        return self.connection.execute(
            "select source_row, field, text from ingest_finding where rule = ? order by all", [rule]
        ).fetchall()

    def messages(self, rule: str) -> list[str]:
        query = "select message from ingest_finding where rule = ? order by source_row, field"
        return [row[0] for row in self.connection.execute(query, [rule]).fetchall()]

    def people(self) -> Rows:
        return self.rows("select source_row, person_id, surname from person order by row_id")


Ingest = Callable[..., Loaded]
