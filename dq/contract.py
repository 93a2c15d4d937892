"""The contract: tables, columns, keys, links and code lists that the rules of a pack speak of.

A pack's `dataset.yaml` becomes a `Contract` of frozen pydantic models. Nothing here reads records.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, StrictFloat, StrictInt, field_validator

from dq import yamlfile
from dq.errors import DqError, PackError, Problem, did_you_mean
from dq.xml_layout import Layout, XmlReturn, resolve
from dq.xml_layout import faults as xml_faults

Type = Literal["text", "integer", "number", "date", "datetime", "boolean", "code"]
Personal = Literal["none", "key", "identity", "sensitive", "date", "free_text"]
RESERVED = ("row_id", "row_hash", "file_id", "source_row", "dq_team", "this")
RESERVED_TABLES = (
    "this", "base", "failing", "inside", "linked", "counted", "before", "walk", "first", "next", "self",
    "input_file", "ingest_finding",
)  # fmt: skip
"""Names that the SQL of checks gives to what it reads."""
DEFAULT_RANGE = (dt.date(1900, 1, 1), dt.date(2100, 12, 31))


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Frozen):
    """What the new system asks of a column: its field, whether it must be filled, length in characters."""

    field: str
    mandatory: bool = False
    length: int | None = None
    precision: int | None = None
    characters: Literal["any", "latin1", "ascii"] = "any"


class Column(_Frozen):
    """One column: type, plausible range, privacy class, link, code list, and what the target asks."""

    name: str = ""
    title: str
    type: Type = "text"
    required: bool = False
    range: tuple[dt.date, dt.date] | tuple[StrictInt | StrictFloat, StrictInt | StrictFloat] | None = None
    length: int | None = None
    personal: Personal = "none"
    links: str | None = None
    codes: str | None = None
    target: Target | None = None
    ssd: str | None = None
    returns: tuple[str, ...] = ()
    note: str | None = None

    @field_validator("links")
    @classmethod
    def _names_a_column(cls, value: str | None) -> str | None:
        if value is not None and value.count(".") != 1:
            raise ValueError("a link is written table.column")
        return value

    @property
    def is_text(self) -> bool:
        """Whether the column holds text as it stood in the file (text or code)."""
        return self.type in ("text", "code")

    @property
    def plausible(self) -> tuple[dt.date, dt.date]:
        """First and last plausible day of a date or datetime column, both inclusive."""
        if self.range is not None and isinstance(self.range[0], dt.date) and isinstance(self.range[1], dt.date):
            return self.range[0], self.range[1]
        return DEFAULT_RANGE

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Least and greatest plausible value of an integer or number column, both inclusive."""
        if self.range is None or isinstance(self.range[0], dt.date) or isinstance(self.range[1], dt.date):
            return None
        return self.range[0], self.range[1]

    @property
    def link(self) -> tuple[str, str] | None:
        """Table and column that this column links to."""
        if self.links is None:
            return None
        table, column = self.links.split(".")
        return table, column


class Table(_Frozen):
    """One table: its key, the way to the person, what makes a record open, how a record is named.

    `looked_up_by` makes it a list to look things up in, such as a directory of postcodes: a column of its own, and the
    columns (`Table.column`) whose values name entries. Other entries, and other columns of its file, are passed over.
    """

    name: str = ""
    title: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    person: str | None = None
    worker: str | None = None
    open: str | None = None
    record: str = ""
    files: tuple[str, ...] = ()
    optional: bool = False
    last_year_of: str | None = None
    looked_up_by: dict[str, tuple[str, ...]] = {}
    note: str | None = None

    def column_of_type(self, *types: str) -> Iterator[Column]:
        """Columns of the given types, in the contract's order."""
        return (column for column in self.columns.values() if column.type in types)


class WorkerTable(_Frozen):
    """Where the extract lists workers: key, name, team, date left."""

    table: str
    key: str
    name: str | None = None
    team: str | None = None
    left: str | None = None


class TeamTable(_Frozen):
    """Where the extract lists teams: key and name, and the service, its head and the director that a team is under.

    Each of the last three is a column, or a way along links: `parent_id.manager_id` is the manager of the team that this is
    a part of.
    """

    table: str
    key: str
    name: str
    service: str | None = None
    head: str | None = None
    director: str | None = None


class AllocationTable(_Frozen):
    """Where the extract says who holds a case: person, worker, from, to; `when` picks the primary allocation."""

    table: str
    person: str
    worker: str
    start: str
    end: str
    team: str | None = None
    when: str | None = None


class Routing(_Frozen):
    """How a record finds its team by the extract's own tables."""

    worker: WorkerTable | None = None
    team: TeamTable | None = None
    allocation: AllocationTable | None = None


class PersonAddresses(_Frozen):
    """Where people's addresses stand: person, first line, postcode, the day from which."""

    table: str
    person: str
    line: str | None = None
    postcode: str | None = None
    since: str | None = None


class PersonNumbers(_Frozen):
    """Where further numbers of people stand, and which codes of `type` mean an NHS number or a UPN."""

    table: str
    person: str
    type: str
    value: str
    nhs_number: tuple[str, ...] = ()
    upn: tuple[str, ...] = ()


class PeopleMap(_Frozen):
    """Columns of the person table, and tables beside it, by which two records of one person are found."""

    forename: str
    surname: str
    date_of_birth: str
    sex: str | None = None
    sex_unknown: tuple[str, ...] = ()
    nhs_number: str | None = None
    upn: str | None = None
    address: PersonAddresses | None = None
    numbers: PersonNumbers | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables beside the person table."""
        return tuple(other.table for other in (self.address, self.numbers) if other is not None)

    @property
    def own(self) -> dict[str, str]:
        """What is compared, and the column of the person table that holds it."""
        parts = ("forename", "surname", "date_of_birth", "sex", "nhs_number", "upn")
        return {part: getattr(self, part) for part in parts if getattr(self, part)}


class _Dataset(_Frozen):
    pack: str
    title: str
    person_table: str
    tables: dict[str, Table]
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    owner: str = "data team"
    routing: Routing = Routing()
    people: PeopleMap | None = None
    xml: XmlReturn | None = None
    agree: dict[str, str] = {}
    note: str | None = None


class Code(_Frozen):
    """One code of a list: label, the dates between which it may be used, and the target system's code."""

    code: str
    label: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    target: str | None = None


@dataclass(frozen=True)
class Contract:
    """A pack's tables and code lists.

    `xml` says how an XML return is laid out into the tables, `agree` which column of the return says what a setting says.
    """

    pack: str
    title: str
    person_table: str
    tables: dict[str, Table]
    codes: dict[str, tuple[Code, ...]]
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    owner: str = "data team"
    routing: Routing = field(default_factory=Routing)
    people: PeopleMap | None = None
    folder: Path | None = field(default=None, compare=False)
    xml: Layout | None = None
    agree: Mapping[str, str] = field(default_factory=dict)

    def column(self, table: str, name: str) -> Column:
        """A column by table and name; KeyError when either is unknown."""
        return self.tables[table].columns[name]

    def person_path(self, table: str) -> list[tuple[str, str, str]] | None:
        """Links from a table to the person, or None where the table leads to nobody.

        Each step is (column here, linked table, linked column). An empty list means that the table's own `person`
        column holds the person's number.
        """
        path: list[tuple[str, str, str]] = []
        seen = {table}
        while True:
            here = self.tables[table]
            if here.person is None:
                return None
            link = here.columns[here.person].link
            if table == self.person_table or link is None or link[0] == self.person_table:
                return path
            path.append((here.person, *link))
            table = link[0]
            if table in seen:
                return None
            seen.add(table)

    def person_column(self, table: str) -> str | None:
        """Name of the column that holds the person's number at the end of `person_path`."""
        path = self.person_path(table)
        if path is None:
            return None
        return self.tables[path[-1][1] if path else table].person


def load(folder: Path) -> Contract:
    """Read `dataset.yaml` and `codes/*.csv` of a pack.

    Raises `PackError` with every fault: unknown keys, links to nowhere, keys and placeholders that name no column,
    code lists without a file.
    """
    try:
        document = yamlfile.read(folder / "dataset.yaml")
        dataset = yamlfile.validate(_Dataset, document)
    except DqError as error:
        raise PackError(error.problems) from None
    tables = {name: _named(name, table) for name, table in dataset.tables.items()}
    people = tables.get(dataset.person_table)
    if people is not None and people.person is None and people.key:
        tables[people.name] = people.model_copy(update={"person": people.key[0]})
    codes, problems = _read_codes(folder / "codes")
    head = (dataset.pack, dataset.title, dataset.person_table)
    columns = {name: table.columns for name, table in tables.items()}
    xml = resolve(dataset.xml, columns) if dataset.xml is not None else None
    contract = Contract(*head, tables, codes, dataset.date_formats, dataset.owner, dataset.routing, dataset.people, folder, xml)
    contract = replace(contract, agree=dataset.agree)
    problems += _faults(contract, document)
    if dataset.xml is not None and xml is not None:
        problems += [document.problem(("xml", *at), message, fix=fix) for at, message, fix in xml_faults(dataset.xml, xml, columns)]
    if problems:
        raise PackError(problems)
    return contract


def _named(name: str, table: Table) -> Table:
    columns = {key: column.model_copy(update={"name": key}) for key, column in table.columns.items()}
    return table.model_copy(update={"name": name, "columns": columns})


def _read_codes(folder: Path) -> tuple[dict[str, tuple[Code, ...]], list[Problem]]:
    codes: dict[str, tuple[Code, ...]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.csv")):
        rows: dict[str, Code] = {}
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if "code" not in (reader.fieldnames or []):
                problems.append(Problem(str(path), 1, "", "The header has no column 'code'."))
                continue
            for row in reader:
                try:
                    code = Code.model_validate({key: value for key, value in row.items() if key and value})
                except ValueError:
                    problems.append(Problem(str(path), reader.line_num, "", "A code row needs a code; its dates are ISO dates."))
                    continue
                if code.code in rows:
                    problems.append(Problem(str(path), reader.line_num, "", f"Code {code.code!r} stands here twice."))
                rows[code.code] = code
        codes[path.stem] = tuple(rows.values())
    return codes, problems


def _faults(contract: Contract, document: yamlfile.Document) -> list[Problem]:
    problems: list[Problem] = []

    def say(location: tuple[str | int, ...], message: str, fix: str = "") -> None:
        problems.append(document.problem(location, message, fix=fix))

    if contract.person_table not in contract.tables:
        say(("person_table",), f"There is no table {contract.person_table!r}.")
    for part, message, fix in _routing_faults(contract):
        say(("routing", part), message, fix)
    for place, used, words in _people_words(contract):
        known = contract.tables[used].columns if used in contract.tables else {}
        for each in words:
            if each not in known:
                say(("people", *place), f"people: {used} has no column {each!r}.", did_you_mean(each, known))
    for setting, said in contract.agree.items():
        header, _, part = said.partition(".")
        if header not in contract.tables:
            say(("agree", setting), f"agree: there is no table {header!r}.", did_you_mean(header, contract.tables))
        elif part not in contract.tables[header].columns:
            fix = did_you_mean(part, contract.tables[header].columns)
            say(("agree", setting), f"agree: {header} has no column {part!r}.", fix)
    for name, table in contract.tables.items():
        at = ("tables", name)
        if name.lower() in RESERVED_TABLES or name.lower().startswith(("dq_", "added_")) or not re.fullmatch(r"[A-Za-z_]\w*", name):
            say(at, f"The table name {name!r} is reserved, or not a plain name.", "Choose another name.")
        if not table.columns:
            say(at, f"Table {name!r} has no columns.", "Name them under columns:.")
        named = [(word, "key") for word in table.key]
        named += [(word, part) for word, part in ((table.person, "person"), (table.worker, "worker")) if word]
        named += [(word, "record") for word in re.findall(r"\{(.*?)\}", table.record)]
        for word, part in named:
            if word not in table.columns:
                say((*at, part), f"{part}: table {name!r} has no column {word!r}.", did_you_mean(word, table.columns))
        if table.last_year_of is not None and table.last_year_of not in contract.tables:
            say((*at, "last_year_of"), f"There is no table {table.last_year_of!r}.")
        for message, fix in _lookup_faults(contract, table):
            say((*at, "looked_up_by"), message, fix)
        for column in table.columns.values():
            where = (*at, "columns", column.name)
            if column.name in RESERVED or column.name.startswith("raw__"):
                say(where, f"The column name {column.name!r} is reserved.", "Choose another name.")
            if column.range is not None and column.range[0] > column.range[1]:  # type: ignore[operator]
                say((*where, "range"), "The range ends before it begins.", "Write [least, greatest].")
            if column.codes is not None and column.codes not in contract.codes:
                fix = did_you_mean(column.codes, contract.codes)
                say(where, f"There is no code list codes/{column.codes}.csv.", fix)
            if column.link is not None:
                other, target = column.link
                if other not in contract.tables:
                    say(where, f"Link to an unknown table {other!r}.", did_you_mean(other, contract.tables))
                elif target not in contract.tables[other].columns:
                    fix = did_you_mean(target, contract.tables[other].columns)
                    say(where, f"Link to an unknown column {column.links!r}.", fix)
    return problems


def _lookup_faults(contract: Contract, table: Table) -> Iterator[tuple[str, str]]:
    """What is wrong with `looked_up_by`, and what to do."""
    for own, users in table.looked_up_by.items():
        if own not in table.columns or not table.columns[own].is_text:
            yield f"looked_up_by: table {table.name!r} has no column of text {own!r}.", did_you_mean(own, table.columns)
        for each in users:
            name, _, field = each.partition(".")
            known = contract.tables[name].columns if name in contract.tables else {}
            if field not in known or not known[field].is_text or contract.tables[name].looked_up_by:
                fix = did_you_mean(field, known) or "Name columns of text in other tables, as Table.column."
                yield f"looked_up_by: there is no column of text {each!r}.", fix


def _routing_faults(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """Which part of `routing:`, what is wrong, and what to do."""
    roles = {"worker": contract.routing.worker, "team": contract.routing.team, "allocation": contract.routing.allocation}
    for part, role in roles.items():
        if role is None:
            continue
        if role.table not in contract.tables:
            yield part, f"routing: there is no table {role.table!r}.", did_you_mean(role.table, contract.tables)
            continue
        for fact, path in role.model_dump(exclude={"table", "when"}, exclude_none=True).items():
            here, words = role.table, path.split(".") if fact in TeamTable.model_fields.keys() - {"key", "name"} else [path]
            for place, word in enumerate(words, start=1):
                column = contract.tables[here].columns.get(word)
                if column is None:
                    fix = did_you_mean(word, contract.tables[here].columns)
                    yield part, f"routing: {here} has no column {word!r} ({fact}).", fix
                    break
                if place == len(words):
                    break
                if column.link is None or column.link[0] not in contract.tables:
                    yield part, f"routing: {here}.{word} leads nowhere ({fact}: {path}).", "Only a column with links: leads on."
                    break
                here = column.link[0]


def _people_words(contract: Contract) -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    """Where in `people:`, which table, and which of its columns are named there."""
    people = contract.people
    if people is None:
        return
    yield (), contract.person_table, list(people.own.values())
    for part, other in (("address", people.address), ("numbers", people.numbers)):
        if other is not None:
            words = ("person", "line", "postcode", "since", "type", "value")
            yield (part,), other.table, [value for word in words if isinstance(value := getattr(other, word, None), str)]
