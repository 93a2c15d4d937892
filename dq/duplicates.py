"""What `dq people` does in a project: train its model, show the pairs of an extract, rule that a pair is two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from sqlglot import exp

from dq import loading, pack, settings
from dq import request as requests
from dq.compile import Compiler
from dq.contract import Contract
from dq.engines.duckdb import connect, lock
from dq.errors import DqError, OptionError, Problem, did_you_mean
from dq.people import find, pairs, ruled
from dq.people import model as models
from dq.people.find import Found
from dq.people.levels import COMPARISONS
from dq.people.model import Model
from dq.request import Request
from dq.sqltext import cell_text, column, named, table

SEED = 1
"""Training draws its sample of pairs by this seed, always."""
CHECK = "distinct_people"
LIGHTEST = -10_000
"""Hundredths below which no pair weighs."""


@dataclass(frozen=True)
class Trained:
    """A model that was just written, the one before it, and what both find in the extract."""

    file: Path
    as_of: dt.date
    model: Model
    before: Model | None
    pairs: int
    appeared: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def changes(self) -> list[tuple[str, str, float, float]]:
        """(comparison, level, weight before, weight after) of every level whose weight moves."""
        return models.changes(self.before, self.model) if self.before is not None else []


@dataclass(frozen=True)
class Shown:
    """One pair for those who may see its records: what stands in both, and what each comparison adds (None: ruled out)."""

    key: str
    weight: float
    cluster: str
    agrees: str
    nearly: str
    differs: str
    blank: str
    cells: dict[str, tuple[str, str]]
    parts: tuple[tuple[str, str, float], ...]


def train(path: Path, as_of: dt.date | None = None) -> Trained:
    """Train a project's model on an extract (the newest, if none is named) and write its people.json.

    The same extract gives the same file. Raises `DqError` where Splink is not installed or the project has no rule that
    compares people.
    """
    matcher = find.matcher()
    with _loaded(path, as_of) as (connection, contract, request, least):
        file = _project(request) / models.FILE
        before = models.read(file) if file.is_file() else None
        apart = ruled.not_the_same(ruled.read(_project(request)))
        with find.opened(connection, contract, threads=1) as own:  # one thread, so that sums of fractions come out the same
            model, learnt = matcher.train(own, models.start(), SEED)
            model = replace(model, learnt={"extract": request.as_of.isoformat(), "seed": SEED, **learnt})
            now = find.score(own, model, least, apart=apart)
            then = find.score(own, before, least, apart=apart) if before is not None else None
    models.write(file, model)
    found, old = _keys(now), _keys(then) if then is not None else set()
    known = then is not None
    return Trained(
        file, request.as_of, model, before, len(found),
        tuple(sorted(found - old)) if known else (), tuple(sorted(old - found)),
    )  # fmt: skip


def show(path: Path, as_of: dt.date | None = None, *, only: Sequence[str] = ()) -> list[Shown]:
    """The pairs of an extract by the project's frozen model, heaviest first; of two ids named in `only` theirs alone.

    A pair named in `only` is shown even where it is too light, ruled out or left apart as a family. Raises `DqError`
    where people cannot be compared, or the two share nothing by which they would be.
    """
    with _loaded(path, as_of) as (connection, contract, request, least):
        project = _project(request)
        reason = find.lacking(project)
        if reason:
            raise DqError(reason)
        model = models.read(project / models.FILE)
        apart = ruled.not_the_same(ruled.read(project))
        with find.opened(connection, contract, threads=request.threads) as own:
            found = _pair(own, model, only) if only else find.score(own, model, least, apart=apart)
        belongs = pairs.clusters(found.pairs)
        cells = _cells(connection, contract, {found.rows[end] for pair in found.pairs for end in (pair.first, pair.second)})
    shown = []
    for pair in found.pairs:
        one, two = cells[found.rows[pair.first]], cells[found.rows[pair.second]]
        shown.append(
            Shown(
                found.key(pair),
                pair.weight / 100,
                found.ids[belongs[pair.first]] if pair.first in belongs else "",
                pair.told("same"),
                pair.told("near"),
                pair.told("other"),
                pair.blank,
                {word: (one[word], two[word]) for word in one},
                tuple(_parts(model, pair)),
            )
        )
    return sorted(shown, key=lambda each: (-each.weight, each.key))


def rule(path: Path, first: str, second: str, *, by: str, because: str, on: dt.date | None = None) -> Path:
    """Write down in a project that two records are not the same person; returns the file."""
    if not (path / "dq.yaml").is_file():
        raise OptionError(Problem(str(path), message="The folder has no dq.yaml.", fix="Name the project's folder first."))
    return ruled.append(path, ruled.Ruling(first, second, on or requests.today(), by, because))


def _pair(own: duckdb.DuckDBPyConnection, model: Model, only: Sequence[str]) -> Found:
    """The one pair of these two ids, however light."""
    everything = find.matcher().score(own, model, LIGHTEST)
    rows = own.execute("SELECT number, id, row_id FROM person_record ORDER BY number").fetchall()
    ids = {number: id_ for number, id_, _ in rows}
    numbers = {id_: number for number, id_ in ids.items()}
    strangers = [each for each in only if each not in numbers]
    if strangers:
        message = "The extract has no such person."
        raise OptionError([Problem(subject=each, message=message, fix=did_you_mean(each, numbers)) for each in strangers])
    ends = sorted(numbers[each] for each in only)
    mine = pairs.weigh(model, [each for each in everything if [each[0], each[1]] == ends], LIGHTEST, everything=True)
    if not mine:
        raise OptionError("The two records share no number, name, date of birth or address by which they would be compared.")
    return Found(tuple(mine), ids, {number: row for number, _, row in rows})


def _parts(model: Model, pair: pairs.Pair) -> Iterator[tuple[str, str, float]]:
    yield "any two people", "", model.prior_weight / 100
    for name, level in pair.levels.items():
        comparison = COMPARISONS[name]
        if level is None:
            yield comparison.title, "not compared", 0.0
        else:
            words = next(each.words for each in comparison.levels if each.name == level)
            yield comparison.title, words, model.weight(name, level) / 100


def _cells(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: set[int]) -> dict[int, dict[str, str]]:
    """The compared columns of the person table, as they stand in the file, by row."""
    subject, words = contract.tables[contract.person_table], contract.people
    assert words is not None
    own = {subject.columns[word].title: word for word in words.own.values()}
    blank = exp.Literal.string("")
    cells = {word: exp.func("coalesce", cell_text(subject.columns[word], subject.name), blank.copy()) for word in own.values()}
    select = exp.select(column("row_id", subject.name), *(named(cell, word) for word, cell in cells.items()))
    select = select.from_(table(subject.name))
    found = connection.execute(select.sql(dialect="duckdb")).fetchall()
    return {row: dict(zip(own, cells, strict=True)) for row, *cells in found if row in rows}


def _keys(found: Found) -> set[str]:
    return {found.key(pair) for pair in found.pairs}


def _project(request: Request) -> Path:
    assert request.base is not None
    return request.base


@contextmanager
def _loaded(path: Path, as_of: dt.date | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Contract, Request, int]]:
    """An engine that holds the tables by which people are compared, and the least weight (hundredths) that rules ask for."""
    request = requests.of_path(path, as_of=as_of)
    wanted = pack.load(request.packs, request.base, own=request.own, as_of=request.as_of)
    if wanted.contract.people is None:
        fix = "See docs/people.md."
        raise OptionError(Problem(str(path), message="The pack's dataset.yaml has no people:, so nobody is compared.", fix=fix))
    values = settings.values(wanted.settings, request.project_settings, request.settings)
    values |= {"as_of": request.as_of, "go_live": request.go_live}
    compiler = Compiler(wanted.contract, wanted.views, wanted.settings, values)
    mine = [each for each in wanted.rules if any(statement.check == CHECK for statement in each.statements)]
    limits = [part.pairs for each in mine for part in compiler.rule(each).statements if part.pairs is not None]
    if not limits:
        raise OptionError(Problem(str(path), message=f"No rule of the project's packs is a {CHECK}.", fix="See docs/people.md."))
    names = (wanted.contract.person_table, *wanted.contract.people.tables)
    smaller = replace(wanted.contract, tables={name: wanted.contract.tables[name] for name in names})
    source = pack.load_source_map(wanted, request.source, request.base) if request.source else None
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as work:
        connection = connect(Path(work))
        try:
            loading.load(connection, replace(request, previous=None), smaller, source, (), lambda step, done, total: None)
            lock(connection, [Path(work)])
            query = exp.select(*(compiler.lower(each, "duckdb") for each in limits)).sql(dialect="duckdb")
            weights = [round(100 * float(each)) for each in connection.execute(query).fetchall()[0]]
            yield connection, smaller, request, min(weights)
        finally:
            connection.close()
