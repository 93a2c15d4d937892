"""The records behind a measure, or a random sample of them, from the extract of the latest run: into a file, for an audit.

A sample is drawn by a seed (the run and the measure, unless another is given) and the records' keys: the same again whenever it is
drawn, and no other person's choice.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import exp
from xlsxwriter import Workbook

from dq import figures, history, loading, request, results, run, settings, teams
from dq import pack as packs
from dq.compile import Compiler
from dq.engines.duckdb import ROUTES, DuckDBEngine, connect, lock
from dq.engines.verdicts import aliased
from dq.errors import OptionError, Problem, did_you_mean
from dq.figures import CompiledMeasure
from dq.functions import Tree
from dq.measures import Measure, Part
from dq.pack import Pack
from dq.report.data_files import neutral
from dq.report.filenames import safe_name
from dq.request import Request
from dq.sqltext import as_text, cell_text, column, key_text, named, table
from dq.store import acts, database
from dq.store.database import writing
from dq.store.models import Run

HEAD = ("key", "record", "person", "worker", "team", "outcome")
OUTCOMES = {True: "counted", False: "not counted", None: "not assessed"}
_WANTED = {"missed": "ok IS DISTINCT FROM true", "counted": "ok IS TRUE", "all": "true"}
_CHOSEN = """
CREATE TEMP TABLE dq_listed AS
SELECT * FROM ({rows}) AS r WHERE {wanted} AND inside IS TRUE AND (? IS NULL OR list_contains(?, team))
"""
_DRAWN = """
SELECT * EXCLUDE (row_hash, inside) FROM (
  SELECT * FROM dq_listed ORDER BY md5(concat_ws(chr(31), ?, key)), key, row_hash LIMIT ?
) ORDER BY {due} key, row_hash
"""


@dataclass(frozen=True)
class Written:
    """What was written: the file, how many records, of how many, and the seed by which they were drawn (blank: all of them)."""

    file: str
    rows: int
    found: int
    seed: str


@dataclass(frozen=True)
class Wanted:
    """Which records: of which measure and part, of which unit, how many of them."""

    measure: Measure
    part: Part
    level: str
    unit: str
    sample: int | None
    seed: str

    @property
    def words(self) -> str:
        """What is kept in the list of acts."""
        where = "" if self.level == "whole" else f" for {self.level} {self.unit}"
        return f"{self.measure.id}{f' ({self.part.word})' if self.part.word else ''}{where}"


def write(
    project: Path, measure: str, *, part: str | None = None, level: str = "whole", unit: str = "", sample: int | None = None,
    seed: str | None = None, out: str | None = None,
) -> Written:  # fmt: skip
    """Write the list, and note in the store who drew it; `out` is a file (.csv, .xlsx), or - for CSV on the terminal.

    Raises `DqError` where no run is recorded, the measure has no list, the unit is unknown, or the file is there already.
    """
    asked = request.of_path(project)
    with database.opened(project, asked.store, create=False) as store:
        latest = Run.objects.using(store.alias).order_by("number").last()
        if latest is None:
            raise OptionError(Problem(message="No run is recorded.", fix=f"Check the project first: dq check {project}"))
        asked = request.of_path(project, as_of=latest.as_of)
        pack = packs.load(asked.packs, asked.base, own=asked.own, as_of=asked.as_of)
        chosen = _measure(pack, measure)
        wanted = Wanted(chosen, _part(chosen, part), level, unit, sample, seed or f"{latest.number}:{measure}")
        target = None if out == "-" else _target(project / latest.results, wanted, out)
        head, rows, found = _records(asked, pack, wanted)
        if target is None:
            sys.stdout.write(_csv(head, rows))
        else:
            _save(target, head, rows)
        with writing(store):
            note = f"{len(rows)} of {found}" + (f", seed {wanted.seed}" if sample is not None else "")
            acts.act(store, history.who(), request.now(), "list records", wanted.words, note)
    return Written(str(target or "-"), len(rows), found, wanted.seed if sample is not None else "")


def _measure(pack: Pack, name: str) -> Measure:
    known = {each.id: each for each in pack.measures}
    if name not in known:
        raise OptionError(Problem(subject=f"--list {name}", message="There is no such measure.", fix=did_you_mean(name, known)))
    if known[name].list is None:
        raise OptionError(
            Problem(subject=f"--list {name}", message="No records are listed behind it.", fix="Its list: is left out.")
        )
    return known[name]


def _part(measure: Measure, word: str | None) -> Part:
    """The part whose records are meant: the one named, else the one that the target is for."""
    listed = [each for each in measure.parts if each.shape in ("share", "count", "average")]
    if word is None:
        return next((each for each in listed if each.judged), listed[0])
    for each in listed:
        if each.word == word:
            return each
    known = ", ".join(each.word for each in listed if each.word) or "none"
    raise OptionError(Problem(subject=f"--part {word}", message=f"{measure.id} has no such part.", fix=f"It has: {known}."))


def _target(results_folder: Path, wanted: Wanted, out: str | None) -> Path:
    """The file to write, which must not be there: somebody may have written notes into it."""
    if out is None and not results_folder.is_dir():
        raise OptionError(
            Problem(str(results_folder), message="The results of the latest run are gone.", fix="Say where: --out FILE.")
        )
    words = [wanted.measure.id, wanted.part.word, wanted.unit, f"sample of {wanted.sample}" if wanted.sample is not None else ""]
    name = safe_name(" ".join(word for word in words if word))
    target = Path(out) if out is not None else results_folder / "audits" / f"{name}.csv"
    if target.suffix.lower() not in (".csv", ".xlsx"):
        raise OptionError(
            Problem(str(target), message="The file is neither .csv nor .xlsx.", fix="Give --out FILE.csv or FILE.xlsx.")
        )
    if target.exists():
        raise OptionError(
            Problem(str(target), message="The file is there already.", fix="Remove it, or give another with --out FILE.")
        )
    return target


def _records(asked: Request, pack: Pack, wanted: Wanted) -> tuple[list[str], list[tuple[object, ...]], int]:
    """Head and rows of the list, and how many records there are to choose from."""
    with _engine(asked, pack, wanted.measure) as (engine, compiled):
        connection = engine.connection
        mine = _teams(engine, pack, wanted)
        rows = _query(engine, compiled, wanted).sql(dialect="duckdb")
        band = wanted.part.statement and not wanted.part.period
        connection.execute(_CHOSEN.format(rows=rows, wanted="true" if band else _WANTED[wanted.measure.listed]), [mine, mine])
        [found] = connection.execute("SELECT count(*) FROM dq_listed").fetchall()[0]
        listed = wanted.measure.list
        due = f'"{listed.due}", ' if listed is not None and listed.due else ""
        cursor = connection.execute(_DRAWN.format(due=due), [wanted.seed, wanted.sample if wanted.sample is not None else found])
        head = ["outcome" if name == "ok" else str(name) for name, *_ in cursor.description or []]
        place = head.index("outcome")
        drawn = [tuple(OUTCOMES[cell] if at == place else cell for at, cell in enumerate(row)) for row in cursor.fetchall()]
    return head, drawn, int(found)


@contextmanager
def _engine(asked: Request, pack: Pack, measure: Measure) -> Iterator[tuple[DuckDBEngine, CompiledMeasure]]:
    """The extract loaded and routed, the views that the measure needs built. Raises `OptionError` where it cannot be counted."""
    source = packs.load_source_map(pack, asked.source, asked.base) if asked.source else None
    values = settings.values(pack.settings, asked.project_settings) | {"as_of": asked.as_of, "go_live": asked.go_live}
    compiler = Compiler(pack.contract, pack.views, pack.settings, values)
    compiled = figures.compile_one(compiler, measure)
    staff = teams.read(asked.teams) if asked.teams is not None else None
    with TemporaryDirectory(prefix="dq-", ignore_cleanup_errors=True) as scratch:
        connection = connect(Path(scratch), threads=asked.threads, memory=asked.memory)
        try:
            read = run.tables_read(compiler, [compiled.rule])
            missing = loading.load(connection, asked, pack.contract, source, read, lambda step, done, total: None).missing
            lock(connection, [Path(scratch)])
            engine = DuckDBEngine(connection, compiler, time_limit=asked.time_limit)
            run.route_records(engine, pack.contract, compiler, staff, asked.as_of)
            reason = run.cannot_run(compiler, compiled.rule, missing)
            for name, view in compiler.views.items():  # in the order in which one needs another
                if not reason and name in _views(compiler, compiled):
                    reason = engine.build(view)
            if reason:
                raise OptionError(Problem(subject=measure.id, message=reason))
            yield engine, compiled
        finally:
            connection.close()


def _views(compiler: Compiler, compiled: CompiledMeasure) -> set[str]:
    """The views that the measure reads, and those whose columns its list shows."""
    statement = compiled.rule.statements[0]
    relation = compiler.relations[compiled.measure.table]
    shown = {relation.added[word] for word in statement.fields if word in relation.added}
    return {*compiled.rule.views, *shown, *(need for name in shown for need in compiler.views[name].needs)}


def _teams(engine: DuckDBEngine, pack: Pack, wanted: Wanted) -> list[str] | None:
    """The teams below a unit; None for the whole."""
    if wanted.level == "whole":
        return None
    units = run.units(engine, pack.contract)
    name = figures.LEVELS[wanted.level]
    mine = [unit.team for unit in units if name(unit) == wanted.unit]
    if not mine:
        known = sorted({name(unit) for unit in units if name(unit)})
        fix = did_you_mean(wanted.unit, known) or f"There are: {', '.join(known) or 'none'}."
        raise OptionError(Problem(subject=f"--name {wanted.unit}", message=f"There is no such {wanted.level}.", fix=fix))
    return mine


def _query(engine: DuckDBEngine, compiled: CompiledMeasure, wanted: Wanted) -> exp.Select:
    """A row for each record that the measure speaks of: key, in words, way, verdict, its fields, whether it lies in the part."""
    statement = compiled.rule.statements[0]
    name = statement.table or ""
    contract = engine.compiler.contract
    verdict = statement.verdict.copy()
    part = wanted.part
    inside: Tree = compiled.rule.statements[part.statement].verdict.selects[1].unalias().copy() if part.statement else exp.true()
    verdict = verdict.select(named(inside, "inside"), copy=False)
    known = contract.tables.get(statement.relation)
    for word in statement.fields:
        in_file = known is not None and word in known.columns
        cell = (
            cell_text(known.columns[word], statement.relation)
            if known is not None and in_file
            else as_text(column(word, statement.relation))
        )
        verdict = verdict.select(named(cell, word), copy=False)
    lowered = engine.compiler.lower(verdict, "duckdb")
    subject = contract.tables[name]
    select = exp.select(
        named(key_text(subject, name), "key"), named(results.record_text(subject, name), "record"),
        named(column("person", "w"), "person"), named(column("worker", "w"), "worker"), named(column("team", "w"), "team"),
        column("ok", "v"), *(column(word, "v") for word in statement.fields), column("inside", "v"), column("row_hash", name),
    )  # fmt: skip
    select = select.from_(aliased(lowered, "v"))
    for source, alias, schema in ((name, name, None), (name, "w", ROUTES)):
        same = exp.EQ(this=column("row_id", alias), expression=column("row_id", "v"))
        select = select.join(table(source, alias, schema), on=same)
    return select


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return file.getvalue()


def _save(target: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write the file as a whole or not at all; only its owner may read it."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix.lower() == ".xlsx":
            _workbook(part, head, rows)
        else:
            part.write_text(_csv(head, rows), encoding="utf-8-sig", newline="")
        part.chmod(0o600)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise OptionError(
            Problem(str(target), message="The file cannot be written.", fix="Give another place with --out FILE.")
        ) from None


def _workbook(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Records")
        bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
        for place, word in enumerate(head):
            cells = ["" if row[place] is None else str(row[place]) for row in rows]
            sheet.set_column(place, place, min(48, max(len(word), 8, *(len(cell) for cell in cells)) + 2))
            sheet.write_string(0, place, word.replace("_", " "), bold)
            for line, cell in enumerate(cells, start=1):
                sheet.write_string(line, place, cell, wrap)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
