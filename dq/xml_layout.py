"""How the XML of a return is laid out into a contract's tables: the section `xml:` of `dataset.yaml`.

A table has a row for each element at its `record` path; a column is an element below it, or one elsewhere in the same unit
(a child), or a number that is given by position. Nothing here reads records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from dq.errors import did_you_mean

Path = tuple[str, ...]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(_Frozen):
    """A number given by position: which element of this path, among those of the unit, the row stands in (from 1)."""

    number: str


class Joined(_Frozen):
    """The texts of all elements of a path below the record in one cell."""

    all: str
    joined: str = ","


Written = str | tuple[str, ...] | Number | Joined | None


class XmlTable(_Frozen):
    """Which element is a record of a table, and where its columns stand.

    A column that is not named is the element of its own name in the record. With `if_any` an element is only a record where
    one of these columns is filled.
    """

    record: str
    columns: dict[str, Written] = Field(default_factory=dict)
    if_any: tuple[str, ...] = ()


class XmlReturn(_Frozen):
    """The section `xml:`; `unit` is the element that holds everything of one child, `columns` hold for every table."""

    root: str
    unit: str
    format_setting: str | None = None
    columns: dict[str, Written] = Field(default_factory=dict)
    tables: dict[str, XmlTable]


@dataclass(frozen=True)
class Place:
    """Where a column stands, as path from below the root.

    `numbered`: the position of that element is the value; `shared`: the element stands outside the record; `joined`: what
    stands between the texts when there are several.
    """

    path: Path
    numbered: bool = False
    shared: bool = False
    joined: str | None = None


@dataclass(frozen=True)
class RecordLayout:
    """One table of a return: the path of its records, the places of its columns (in order of preference)."""

    record: Path
    columns: Mapping[str, tuple[Place, ...]]
    if_any: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A return's XML as its contract reads it."""

    root: str
    unit: Path
    tables: Mapping[str, RecordLayout]
    format_setting: str | None = None


def resolve(written: XmlReturn, columns: Mapping[str, Mapping[str, object]]) -> Layout:
    """The layout with a place for each column of each table; `columns` are the contract's, by table.

    Tables and columns that the contract does not have are left out; `faults` names them.
    """
    tables = {}
    for name, table in written.tables.items():
        record = _path(table.record)
        places = {}
        for column in columns.get(name, ()):
            given = table.columns[column] if column in table.columns else written.columns.get(column, column)
            if given is not None:
                places[column] = _places(given, record)
        tables[name] = RecordLayout(record, places, table.if_any)
    return Layout(written.root, _path(written.unit), tables, written.format_setting)


def _path(text: str) -> Path:
    return tuple(part for part in text.split("/") if part and part != ".")


def _places(given: str | tuple[str, ...] | Number | Joined, record: Path) -> tuple[Place, ...]:
    if isinstance(given, Number):
        return (Place(_path(given.number), numbered=True),)
    if isinstance(given, Joined):
        return (Place((*record, *_path(given.all)), joined=given.joined),)
    texts = (given,) if isinstance(given, str) else given
    return tuple(_place(text, record) for text in texts)


def _place(text: str, record: Path) -> Place:
    if not text.startswith("/"):
        return Place((*record, *_path(text)))
    path = _path(text)
    return Place(path, shared=path[: len(record)] != record)


def faults(written: XmlReturn, layout: Layout, columns: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[Path, str, str]]:
    """Where in `xml:` something is wrong, what, and what to do."""
    if not layout.unit:
        yield ("unit",), "The unit is the path of an element below the root.", "Name the element that holds one child."
    everywhere = {column for names in columns.values() for column in names}
    for column in written.columns:
        if column not in everywhere:
            yield ("columns", column), f"xml: no table has a column {column!r}.", did_you_mean(column, everywhere)
    for name, table in written.tables.items():
        at = ("tables", name)
        if name not in columns:
            yield at, f"xml: there is no table {name!r}.", did_you_mean(name, columns)
            continue
        for column in table.columns:
            if column not in columns[name]:
                fix = did_you_mean(column, columns[name])
                yield (*at, "columns", column), f"xml: table {name!r} has no column {column!r}.", fix
        for column in table.if_any:
            if column not in columns[name]:
                yield (*at, "if_any"), f"xml: table {name!r} has no column {column!r}.", did_you_mean(column, columns[name])
        if not layout.tables[name].record:
            yield (
                (*at, "record"),
                "The record is the path of an element below the root.",
                "Write it from below the root, such as Children/Child.",
            )
            continue
        for column, message, fix in _placed(layout, name):
            shared = column in written.columns and column not in table.columns
            yield (("columns", column) if shared else (*at, "columns", column)), message, fix
        if table.if_any:
            yield from (((*at, "if_any"), message, fix) for message, fix in _lost(layout, name))


def _placed(layout: Layout, name: str) -> Iterator[tuple[str, str, str]]:
    """Columns whose places a row of the table cannot reach."""
    table, unit = layout.tables[name], layout.unit
    inside = table.record[: len(unit)] == unit
    for column, places in table.columns.items():
        for place in places:
            shown = "/".join(place.path)
            above = inside and table.record[: len(place.path)] == place.path and len(place.path) > len(unit)
            if place.numbered and not above:
                fix = f"Number an element between the unit ({'/'.join(unit)}) and the record, or the record itself."
                yield column, f"xml: {column} counts {shown}, in which a record of {name} does not stand.", fix
            if place.shared and not (inside and place.path[: len(unit)] == unit):
                message = f"xml: {column} is taken from {shown}, which is not in the unit of a record of {name}."
                yield column, message, "Take it from the unit."


def _lost(layout: Layout, name: str) -> Iterator[tuple[str, str]]:
    """Columns that would be dropped with the rows that `if_any` leaves out, because no other table reads them."""
    table = layout.tables[name]
    always = [one for other, one in layout.tables.items() if other != name and not one.if_any]
    kept = {place.path for one in always for places in one.columns.values() for place in places}
    for column, places in table.columns.items():
        lost = any(not place.shared and not place.numbered and place.path not in kept for place in places)
        if lost and column not in table.if_any:
            message = f"xml: {column} would be lost where none of {', '.join(table.if_any)} is filled."
            yield message, f"Add {column} to if_any."
