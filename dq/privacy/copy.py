"""The story of a pseudonymised copy: read every extract, gather, settle, write, say what was done."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from dq import config, pack, route, settings
from dq.compile import Compiler
from dq.contract import Contract
from dq.errors import OptionError, PackError, Problem, ProjectError, gathering
from dq.ingest.opening import OpenFile
from dq.privacy import calendar_rules, files, keyfile, project, report, treat, write
from dq.privacy.asked import asked
from dq.privacy.dates import Written
from dq.privacy.families import FAR, Families, hashed
from dq.privacy.files import Rows, Sheet
from dq.privacy.model import MayDiffer, Told
from dq.privacy.shapes import compared, core, is_placeholder, number, tag
from dq.privacy.surrogates import Surrogates
from dq.privacy.treat import Cells, Ways
from dq.privacy.treatments import of_nobody, root, treatments

Say = Callable[[str], None]
Ties = dict[str, str]


@dataclass
class Copy:
    """A copy in the making; afterwards, in this process only, the way from originals to surrogates."""

    contract: Contract
    ways: Ways
    surrogates: Surrogates
    families: Families
    sheets: list[Sheet] = field(default_factory=list)
    known_by: dict[tuple[int, tuple[str, ...]], npt.NDArray[np.uint64]] = field(default_factory=dict)
    ties: Ties = field(default_factory=dict)
    counted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    told: Told | None = None


def pseudonymise(folder: Path, out: Path, *, extracts: str = "all", key_file: Path | None = None, say: Say = lambda _: None) -> Copy:
    """Write a pseudonymised copy of a project into a folder that does not exist yet.

    Raises `DqError` and leaves nothing behind where the project, an option or an extract is wrong.
    """
    found, dates = _project(folder, extracts)
    if out.exists():
        raise OptionError(Problem(str(out), message="There is something already.", fix="Name a folder that does not exist yet."))
    if folder.resolve() in out.resolve().parents:
        raise OptionError(Problem(str(out), message="The copy would lie inside the project.", fix="Name a folder elsewhere."))
    key = keyfile.load(key_file, out)
    making, may_differ, source = _prepare(folder, found, key)
    beside = out.with_name(f".{out.name}.unfinished")
    if beside.exists():
        shutil.rmtree(beside)
    try:
        beside.mkdir(parents=True)
        with TemporaryDirectory(prefix="dq-") as scratch:
            unknown = _stage(making, source, dates, Path(scratch), say)
            teams = route.read_teams(folder / found.teams) if found.teams else []
            _gather(making, teams, say)
            _settle(making, key, say)
            told = _write(making, beside, found, say)
        names = {each.name: each.now for each in told if each.note.startswith("an old")}
        numbers, words = making.surrogates.numbers, making.surrogates.words
        notes = project.write(folder, found, beside, numbers.of, lambda text: making.surrogates.name(text, frozenset()), names)
        project.check_words(beside, [numbers.originals])
        left = [*project.left_out(folder, found), *(f"{name}: no table takes it" for name in unknown), *notes]
        making.told = report.tell(making.families, found.project, sorted(dates), told, making.counted, may_differ, left, _unlike(making))
        report.write(beside, making.told)
        key.numbers, key.words = numbers.moved, words.moved
        beside.rename(out)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(beside)
        raise
    if key_file is not None:
        keyfile.save(key, key_file)
    return making


def _project(folder: Path, wanted: str) -> tuple[config.Project, dict[dt.date, Path]]:
    if not (folder / "dq.yaml").is_file():
        raise OptionError(Problem(str(folder), message="The folder is no project: it has no dq.yaml."))
    found = config.load(folder)
    every = config.extracts(folder / found.extracts)
    if not every:
        raise ProjectError(Problem(str(folder / found.extracts), message="There is no extract."))
    if wanted == "all":
        return found, every
    if wanted == "newest":
        return found, {max(every): every[max(every)]}
    first, dots, last = wanted.partition("..")
    try:
        low = dt.date.fromisoformat(first) if first else min(every)
        high = (dt.date.fromisoformat(last) if last else max(every)) if dots else low
    except ValueError:
        fix = "Write all, newest, a date such as 2026-11-02, or two with dots between: 2026-10-05..2026-11-02."
        raise OptionError(Problem(subject=f"--extracts {wanted}", message="This names no extracts.", fix=fix)) from None
    chosen = {date: path for date, path in every.items() if low <= date <= high}
    if not chosen:
        there = ", ".join(date.isoformat() for date in every)
        raise OptionError(Problem(subject=f"--extracts {wanted}", message="There is no such extract.", fix=f"There are: {there}."))
    return found, chosen


def _prepare(folder: Path, found: config.Project, key: keyfile.Key) -> tuple[Copy, tuple[MayDiffer, ...], object]:
    wanted = pack.load(found.packs, folder, own=config.rules_folder(folder), as_of=config.newest(folder, found))
    source = pack.load_source_map(wanted, found.source, folder) if found.source else None
    values = settings.values(wanted.settings, found.settings)
    values |= {"as_of": config.newest(folder, found), "go_live": found.go_live}
    compiler = Compiler(wanted.contract, wanted.views, wanted.settings, values)
    problems: list[Problem] = []
    rules = []
    for rule in wanted.rules:
        with gathering(problems):
            rules.append(compiler.rule(rule))
    if problems:
        raise PackError(problems)
    questions = asked(compiler, rules)
    by = treatments(wanted.contract, frozenset(questions.identifiers))
    surrogates = Surrogates.keyed(key.secret, questions, {"numbers": key.numbers, "words": key.words})
    making = Copy(wanted.contract, Ways(wanted.contract, by, questions), surrogates, Families())
    return making, calendar_rules.may_differ(compiler, rules), source


def _stage(making: Copy, source: object, dates: dict[dt.date, Path], scratch: Path, say: Say) -> list[str]:
    problems: list[Problem] = []
    unknown: list[str] = []
    for date, path in sorted(dates.items()):
        with gathering(problems):
            sheets, others = files.stage(making.contract, source, date, path, scratch / date.isoformat(), say)  # type: ignore[arg-type]
            making.sheets += sheets
            unknown += [f"{date.isoformat()}/{name}" for name in others]
    if problems:
        raise ProjectError(problems)
    return unknown


def _each(making: Copy) -> Iterable[tuple[int, Sheet, pa.Table, tuple[OpenFile, ...], Rows]]:
    for number_, sheet in enumerate(making.sheets):
        table = sheet.read()
        for users, rows in files.parts(sheet, table):
            yield number_, sheet, table, users, rows


def _names(users: tuple[OpenFile, ...]) -> tuple[str, ...]:
    return tuple(user.table.name for user in users)


# gathering


def _gather(making: Copy, teams: list[route.TeamRow], say: Say) -> None:
    _known_teams(making, teams)
    for number_, sheet, table, users, rows in _each(making):
        columns = [files.column(table, place, rows) for place in range(len(sheet.header))]
        for place, column in enumerate(columns):
            cells = making.ways.of(sheet, users, place)
            treat.gather(cells, column.texts, making.surrogates)
        making.known_by[number_, _names(users)] = _connect(making, sheet, users, columns, len(rows))
        _note_ties(making, sheet, users, columns)
    making.surrogates.numbers.gather((row.worker_id for row in teams), frozenset())
    making.surrogates.gather_names((row.worker_name for row in teams), frozenset())
    making.families.settle()
    for number_, sheet, table, users, rows in _each(making):
        _limit(making, sheet, users, table, rows, making.families.of(making.known_by[number_, _names(users)]))
    say("Gathered")


def _known_teams(making: Copy, teams: list[route.TeamRow]) -> None:
    """Numbers of the tables that belong to nobody and are not personal: teams."""
    making.ways.teams |= {row.team for row in teams}
    for _, sheet, table, users, rows in _each(making):
        for user in users:
            if not of_nobody(making.contract, user.table.name):
                continue
            for word in user.table.key:
                if making.ways.treatments[user.table.name, word] == "kept" and word in user.structure.positions:
                    column = files.column(table, user.structure.positions[word], rows)
                    making.ways.teams |= {core(text) for text in column.texts}
    making.ways._made.clear()


def _connect(
    making: Copy, sheet: Sheet, users: tuple[OpenFile, ...], columns: list[files.Column], rows: int
) -> npt.NDArray[np.uint64]:
    nodes: list[npt.NDArray[np.uint64]] = []
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


def _same_person(making: Copy, user: OpenFile, columns: list[files.Column]) -> list[npt.NDArray[np.uint64]]:
    """One node for people of the same name and birthday."""
    people = making.contract.people
    if people is None or user.table.name != making.contract.person_table:
        return []
    places = [user.structure.positions.get(name) for name in (people.forename, people.surname, people.date_of_birth)]
    if any(place is None for place in places):
        return []
    whole = [_texts(columns[place]) for place in places if place is not None]
    joined = [
        "|".join(parts) if all(parts) else ""
        for parts in zip(*([compared(text) for text in each] for each in whole), strict=True)
    ]
    return [hashed("same", joined)]


def _texts(column: files.Column) -> list[str]:
    texts = [*column.texts, ""]
    return [texts[place] for place in column.places.tolist()]


def _note_ties(making: Copy, sheet: Sheet, users: tuple[OpenFile, ...], columns: list[files.Column]) -> None:
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


def _tie(ties: Ties, first: str, second: str) -> None:
    a, b = _top(ties, first), _top(ties, second)
    if a != b:
        ties[max(a, b)] = min(a, b)


def _top(ties: Ties, text: str) -> str:
    while ties.setdefault(text, text) != text:
        ties[text] = ties[ties[text]]
        text = ties[text]
    return text


def _limit(
    making: Copy, sheet: Sheet, users: tuple[OpenFile, ...], table: pa.Table, rows: Rows, family: npt.NDArray[np.int64]
) -> None:
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
    making: Copy, users: tuple[OpenFile, ...], cells: Cells, table: pa.Table, rows: Rows, column: files.Column,
    written: list[Written | None], family: npt.NDArray[np.int64],
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


# settling and writing


def _settle(making: Copy, key: keyfile.Key, say: Say) -> None:
    groups: dict[str, list[str]] = {}
    for text in making.ties:
        groups.setdefault(_top(making.ties, text), []).append(text)
    making.surrogates.numbers.settle(groups.values())
    making.surrogates.words.settle()
    making.families.choose(key.secret, key.weeks, lambda anchor: tag(key.secret, anchor))
    say("Surrogates and shifts are chosen")


def _write(making: Copy, out: Path, found: config.Project, say: Say) -> list[write.Written]:
    told: list[write.Written] = []
    secret = making.surrogates.numbers.secret
    for date in sorted({sheet.extract for sheet in making.sheets}):
        changed = []
        for number_, sheet in enumerate(making.sheets):
            if sheet.extract == date:
                table = _changed(making, number_, sheet)
                rows = np.random.default_rng(number(secret, f"rows\x1f{date}\x1f{sheet.ref.name}")).permutation(table.num_rows)
                changed.append((sheet, table.take(pa.array(rows))))
        folder = out / found.extracts / date.isoformat()
        folder.mkdir(parents=True)
        told += write.write(folder, changed)
        say(f"{date.isoformat()} is written")
    return told


def _changed(making: Copy, number_: int, sheet: Sheet) -> pa.Table:
    table = sheet.read()
    width = len(sheet.header)
    order: list[Rows] = []
    columns: list[list[pa.Array]] = [[] for _ in range(width)]
    for users, rows in files.parts(sheet, table):
        order.append(rows)
        weeks = making.families.weeks[making.families.of(making.known_by[number_, _names(users)])]
        for place in range(width):
            cells = making.ways.of(sheet, users, place)
            column = files.column(table, place, rows)
            filled = int((column.places >= 0).sum())
            making.counted[sheet.ref.name, sheet.header[place], cells.treatment] += filled
            if cells.treatment == "date":
                written = treat.read_dates(cells, column)
                column = treat.shift(cells, column, written, weeks, making.surrogates)
                columns[place].append(column.become(column.texts))
            else:
                columns[place].append(column.become(treat.change(cells, column, making.surrogates)))
    back = np.argsort(np.concatenate([*order, np.zeros(0, dtype=np.int64)]))
    arrays = [pa.concat_arrays([*parts, pa.array([], pa.string())]).take(pa.array(back)) for parts in columns]
    return pa.table(arrays, names=[f"c{place}" for place in range(width)])


def _unlike(making: Copy) -> int:
    return sum(bool(each) for book in (making.surrogates.numbers, making.surrogates.words) for each in book.unlike.values())
