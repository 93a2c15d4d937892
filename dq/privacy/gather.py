"""The first look at every cell: what needs a surrogate, who belongs to whom, how far dates may go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from dq.contract import Contract
from dq.ingest.opening import OpenFile
from dq.privacy import files, treat
from dq.privacy.dates import Written
from dq.privacy.families import FAR, Hashes, Numbers, hashed
from dq.privacy.files import Rows, Sheet
from dq.privacy.making import Copy, Users, names
from dq.privacy.shapes import compared, core, is_placeholder
from dq.privacy.treat import Cells
from dq.privacy.treatments import of_nobody, root
from dq.teams import TeamRow


def gather(making: Copy, teams: Sequence[TeamRow]) -> None:
    """Note every text that needs a surrogate, what connects people, and how far dates may go; settles the families."""
    _known_teams(making, teams)
    for number_, sheet, table, users, rows in making.parts():
        columns = [files.column(table, place, rows) for place in range(len(sheet.header))]
        for place, column in enumerate(columns):
            cells = making.ways.of(sheet, users, place)
            treat.gather(cells, column.texts, making.surrogates)
        making.known_by[number_, names(users)] = _connect(making, sheet, users, columns, len(rows))
        _note_ties(making, sheet, users, columns)
    making.surrogates.numbers.gather((row.worker_id for row in teams), frozenset())
    people = (name for row in teams for name in (row.worker_name, row.head_of_service, row.director))
    making.surrogates.gather_names(people, frozenset())
    making.families.settle()
    for number_, sheet, table, users, rows in making.parts():
        _limit(making, sheet, users, table, rows, making.family(number_, users))


def _known_teams(making: Copy, teams: Sequence[TeamRow]) -> None:
    """Numbers of the tables that belong to nobody and are not personal: teams."""
    making.ways.teams |= {row.team for row in teams}
    for _, _, table, users, rows in making.parts():
        for user in users:
            if not of_nobody(making.contract, user.table.name):
                continue
            for word in user.table.key:
                if making.ways.treatments[user.table.name, word] == "kept" and word in user.structure.positions:
                    column = files.column(table, user.structure.positions[word], rows)
                    making.ways.teams |= {core(text) for text in column.texts}
    making.ways.forget()


def _connect(making: Copy, sheet: Sheet, users: Users, columns: list[files.Column], rows: int) -> Hashes:
    nodes: list[Hashes] = []
    people = root(making.contract, making.contract.person_table, making.contract.tables[making.contract.person_table].key[0])
    for user in users:
        if of_nobody(making.contract, user.table.name):
            continue
        for name, place in sorted(user.structure.positions.items(), key=lambda each: each[0] != user.table.person):
            domain = _domain(making.contract, user.table.name, name)
            if domain is None:
                continue
            words = [_word(text) for text in columns[place].texts]
            hashes = np.append(hashed(domain, words), np.uint64(0))
            nodes.append(hashes[columns[place].places])
            if domain == ".".join(people):
                making.families.people(hashes[:-1], words)
        nodes += _same_person(making, user, columns)
    if not nodes:
        return np.zeros(rows, dtype=np.uint64)
    return making.families.connect(nodes)


def _domain(contract: Contract, table: str, name: str) -> str | None:
    """What a column's numbers count, where equal ones connect people; None for workers, teams and all that is no number."""
    column = contract.tables[table].columns[name]
    origin, word = root(contract, table, name)
    if of_nobody(contract, origin) or not (column.personal == "key" or column.links or name in contract.tables[table].key):
        return None
    people = contract.people
    if people is not None:
        numbers = {(contract.person_table, people.nhs_number), (contract.person_table, people.upn)}
        if people.numbers is not None:
            numbers.add((people.numbers.table, people.numbers.value))
        if (table, name) in numbers:
            return "number"
    shared = not column.links and name not in contract.tables[table].key
    return f"shared.{word}" if shared else f"{origin}.{word}"


def _word(text: str) -> str:
    word = compared(text)
    return "" if is_placeholder(word) else word


def _same_person(making: Copy, user: OpenFile, columns: list[files.Column]) -> list[Hashes]:
    """One node for people of the same name and birthday."""
    people = making.contract.people
    if people is None or user.table.name != making.contract.person_table:
        return []
    places = [user.structure.positions.get(name) for name in (people.forename, people.surname, people.date_of_birth)]
    if any(place is None for place in places):
        return []
    whole = [_texts(columns[place]) for place in places if place is not None]
    joined = [
        "|".join(parts) if all(parts) else "" for parts in zip(*([compared(text) for text in each] for each in whole), strict=True)
    ]
    return [hashed("same", joined)]


def _texts(column: files.Column) -> list[str]:
    texts = [*column.texts, ""]
    return [texts[place] for place in column.places.tolist()]


def _note_ties(making: Copy, sheet: Sheet, users: Users, columns: list[files.Column]) -> None:
    """Records of one person and one day: which of them comes first hangs on their keys, so those keep their order."""
    for user in users:
        table = user.table
        keys = [user.structure.positions.get(word) for word in table.key]
        owner = user.structure.positions.get(table.person or "")
        if len(keys) != 1 or keys[0] is None or owner is None or owner == keys[0]:
            continue
        for name, place in user.structure.positions.items():
            if table.columns[name].type not in ("date", "datetime"):
                continue
            frame = pd.DataFrame({"of": columns[owner].places, "on": columns[place].places, "key": columns[keys[0]].places})
            frame = frame[(frame >= 0).all(axis=1)].drop_duplicates()
            tied = frame[frame.duplicated(["of", "on"], keep=False)]
            for _, group in tied.groupby(["of", "on"])["key"]:
                texts = [core(columns[keys[0]].texts[key]) for key in group]
                for other in texts[1:]:
                    _tie(making.ties, texts[0], other)


def _tie(ties: dict[str, str], first: str, second: str) -> None:
    a, b = top(ties, first), top(ties, second)
    if a != b:
        ties[max(a, b)] = min(a, b)


def top(ties: dict[str, str], text: str) -> str:
    """The text that stands for all that it is tied to."""
    while ties.setdefault(text, text) != text:
        ties[text] = ties[ties[text]]
        text = ties[text]
    return text


def _limit(making: Copy, sheet: Sheet, users: Users, table: pa.Table, rows: Rows, family: Numbers) -> None:
    """No date may come to lie outside what its column calls plausible, or inside where it was not."""
    for place in range(len(sheet.header)):
        cells = making.ways.of(sheet, users, place)
        if cells.treatment != "date":
            continue
        column = files.column(table, place, rows)
        written = treat.read_dates(cells, column)
        for use in cells.uses:
            if use.treatment == "date":
                back, forth = zip(*(_room(each, *use.column.plausible) for each in [*written, None]), strict=True)
                filled = column.places >= 0
                places = column.places[filled]
                making.families.limit(family[filled], np.array(back)[places], np.array(forth)[places])
        _keep_apart(making, users, cells, table, rows, column, written, family)


def _room(written: Written | None, low: dt.date, high: dt.date) -> tuple[int, int]:
    if written is None:
        return FAR, FAR
    day = written.day
    if day > high:
        return ((day - high).days - 1) // 7, FAR
    if day < low:
        return FAR, ((low - day).days - 1) // 7
    return (day - low).days // 7, (high - day).days // 7


def _keep_apart(
    making: Copy, users: Users, cells: Cells, table: pa.Table, rows: Rows, column: files.Column,
    written: list[Written | None], family: Numbers,
) -> None:  # fmt: skip
    people = making.contract.people
    if people is None or (making.contract.person_table, people.date_of_birth) not in cells.columns:
        return
    user = next(each for each in users if each.table.name == making.contract.person_table)
    places = [user.structure.positions.get(name) for name in (people.forename, people.surname)]
    if None in places:
        return
    parts = [[compared(text) for text in _texts(files.column(table, place, rows))] for place in places if place is not None]
    names = hashed("name", ["|".join(each) if all(each) else "" for each in zip(*parts, strict=True)])
    days = np.array([each.day.toordinal() if each else 0 for each in [*written, None]])[column.places]
    usable = (names != 0) & (days != 0)
    making.families.keep_apart(names[usable], family[usable], days[usable])
