"""The default engine: DuckDB, in process, locked.

Tables that a run leaves in the connection, beside those of ingest:

- ``dq_calendar`` (day, working_days, is_working);
- ``dq_route.<table>`` (row_id, person, worker, team): a row for each record;
- ``dq_team_name`` (number, team); the number of a record's team stands in its own table, as ``dq_team``;
- ``dq_finding`` (rule, table_name, row_id, statement, primary_table, primary_row, group_text, fields, "values");
- ``dq_pair`` (row_id, other_row, key, cluster, weight, same, near, other, blank): likely duplicates, which the people
  model found; ``dq_pair_finding`` (rule, table_name, row_id, other_row, key, group_text, fields, "values").
"""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow
from sqlglot import exp

from dq.calendar import working_day_table
from dq.compile import Compiler
from dq.compiled import CompiledAlso, CompiledRule, CompiledStatement, CompiledView
from dq.engines.base import Counts, Outcome
from dq.engines.verdicts import TEAM, aliased, by_record, temporary, unless_failed
from dq.functions import CALENDAR, Tree
from dq.sqltext import as_text, cell_text, column, escaped, joined, named, table, text

ROUTES = "dq_route"
NO_TEAM = ""
TEAMS = "dq_team_name"


def connect(work: Path, *, threads: int | None = None, memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in memory that spills to a folder of the run's own, with nothing fetched or loaded from outside."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(work),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "checkpoint_threshold": "1TB",  # a checkpoint of tables in memory rewrites them all, and saves nothing
    }
    if threads is not None:
        settings["threads"] = threads
    if memory is not None:
        settings["memory_limit"] = memory
    return duckdb.connect(":memory:", config=settings)


def lock(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Close the engine after ingest: files only below `folders`, no extension, no change of its settings.

    The order matters: the folders are named while access is on, the configuration is locked last.
    """
    allowed = exp.Array(expressions=[exp.Literal.string(str(folder)) for folder in folders]).sql(dialect="duckdb")
    connection.execute(f"SET allowed_directories = {allowed}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET allow_community_extensions = false")
    connection.execute("SET lock_configuration = true")


class DuckDBEngine:
    """One connection with the loaded tables, and the compiler whose trees it runs."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiler: Compiler, *, time_limit: float = 120.0) -> None:
        self.connection = connection
        self.compiler = compiler
        self.time_limit = time_limit
        self.broken: dict[str, str] = {}
        self.built: set[str] = set()
        self.routed: set[str] = set()
        self.teams: list[str] = []
        connection.execute(f"CREATE TABLE {CALENDAR} (day DATE, working_days BIGINT, is_working INTEGER)")
        days = working_day_table()
        connection.execute(
            f"INSERT INTO {CALENDAR} SELECT unnest(?), unnest(?), unnest(?)", [list(part) for part in zip(*days, strict=True)]
        )
        connection.execute(f"CREATE SCHEMA {ROUTES}")
        connection.execute(f"CREATE TABLE {TEAMS} (number SMALLINT, team VARCHAR)")
        connection.execute(
            "CREATE TABLE dq_finding (rule VARCHAR, table_name VARCHAR, row_id BIGINT, statement INTEGER, "
            'primary_table VARCHAR, primary_row BIGINT, group_text VARCHAR, fields VARCHAR, "values" VARCHAR)'
        )
        connection.execute(
            "CREATE TABLE dq_pair (row_id BIGINT, other_row BIGINT, key VARCHAR, cluster VARCHAR, weight DOUBLE, same VARCHAR, "
            "near VARCHAR, other VARCHAR, blank VARCHAR)"
        )
        connection.execute(
            "CREATE TABLE dq_pair_finding (rule VARCHAR, table_name VARCHAR, row_id BIGINT, other_row BIGINT, key VARCHAR, "
            'group_text VARCHAR, fields VARCHAR, "values" VARCHAR)'
        )

    @contextmanager
    def beside(self) -> Iterator[DuckDBEngine]:
        """The same tables on a connection of its own, so that rules can be evaluated from several threads."""
        twin = copy.copy(self)
        twin.connection = self.connection.cursor()
        try:
            yield twin
        finally:
            twin.connection.close()

    def create(self, name: str, query: Tree, *, schema: str | None = None) -> None:
        """Materialise a tree that is not a rule's: the routes of the records."""
        target = table(name, schema=schema)
        target.set("alias", None)
        self._execute(exp.Create(this=target, kind="TABLE", expression=query))

    def build(self, view: CompiledView) -> str:
        """Materialise a view under its name."""
        self.built.add(view.view.name)
        broken = [need for need in view.needs if need in self.broken]
        if broken:
            self.broken[view.view.name] = f"The view {broken[0]} could not be built."
        else:
            tree = self.compiler.lower(view.tree, "duckdb")
            reason = self.guarded(lambda: self.create(view.view.name, tree))
            if reason:
                self.broken[view.view.name] = f"The view {view.view.name} could not be built: {reason}"
        return self.broken.get(view.view.name, "")

    def route(self, name: str, query: Tree) -> None:
        """Materialise the routes of a table's records, and write the number of its team beside each record.

        Counting by a small number that stands in the table is several times faster than joining routes for every rule.
        """
        self.create(name, query, schema=ROUTES)
        found = self._execute(exp.select(column("team", "r")).distinct().from_(table(name, "r", ROUTES)).order_by("1")).fetchall()
        new = [team for (team,) in found if team not in self.teams]
        first = len(self.teams)
        self.teams += new
        self.connection.execute(f"INSERT INTO {TEAMS} SELECT unnest(?), unnest(?)", [list(range(first, first + len(new))), new])
        subject = exp.Table(this=exp.to_identifier(name, quoted=True))
        number = exp.ColumnDef(this=TEAM.copy(), kind=exp.DataType.build("smallint"))
        self._execute(exp.Alter(this=subject.copy(), kind="TABLE", actions=[number]))
        numbered = exp.select(column("row_id", "r"), column("number", "n")).from_(table(name, "r", ROUTES))
        numbered = numbered.join(table(TEAMS, "n"), on=exp.EQ(this=column("team", "n"), expression=column("team", "r")))
        change = exp.EQ(this=TEAM.copy(), expression=column("number", "r"))
        same = exp.EQ(this=column("row_id", "r"), expression=column("row_id", name))
        self._execute(
            exp.Update(this=subject, expressions=[change], from_=exp.From(this=aliased(numbered, "r")), where=exp.Where(this=same))
        )
        self.routed.add(name)

    def evaluate(self, rule: CompiledRule) -> Outcome:
        """Run one rule: counts, and findings where it fails. On an error or a time-out nothing of it stays."""
        broken = [view for view in rule.views if view in self.broken]
        if broken:
            return Outcome(reason=self.broken[broken[0]])
        started = time.perf_counter()
        totals: dict[str, Counts] = {}

        def run() -> None:
            for number, statement in enumerate(rule.statements):
                for team, counts in self._take(rule, statement, number, self._verdict(rule, statement)).items():
                    totals[team] = totals.get(team, Counts()) + counts

        reason = self.guarded(run)
        seconds = time.perf_counter() - started
        if reason:
            self.connection.execute("DELETE FROM dq_finding WHERE rule = ?", [rule.rule.id])
            self.connection.execute("DELETE FROM dq_pair_finding WHERE rule = ?", [rule.rule.id])
            return Outcome(seconds=seconds, reason=reason)
        whole = sum(totals.values(), Counts())
        return Outcome(whole, {team: counts for team, counts in totals.items() if team != NO_TEAM}, seconds)

    def take(self, rule: CompiledRule, rows: pyarrow.Table | None, whole: bool | None, seconds: float) -> Outcome:
        """Take the verdict on a rule that was judged elsewhere: by row (row_id, ok), or on the whole table."""
        [statement] = rule.statements
        if rows is None:
            if not whole:
                self.connection.execute(
                    "INSERT INTO dq_finding SELECT ?, ?, NULL, 0, NULL, NULL, '', '', '{}'", [rule.rule.id, statement.relation]
                )
            return Outcome(Counts(1, 1, 0 if whole else 1), {}, seconds)
        self.connection.register("dq_judged", rows)
        try:
            verdict = exp.select(column("row_id", "j"), column("ok", "j")).from_(table("dq_judged", "j"))
            by_team = self._take(rule, statement, 0, self._with_team(verdict, statement.table or ""))
        finally:
            self.connection.unregister("dq_judged")
        total = sum(by_team.values(), Counts())
        return Outcome(total, {team: counts for team, counts in by_team.items() if team != NO_TEAM}, seconds)

    def guarded(self, work: Callable[[], None]) -> str:
        """Run under the time limit; returns why it failed in our words (the engine's own may quote a record)."""
        timer = threading.Timer(self.time_limit, self.connection.interrupt)
        timer.start()
        try:
            work()
        except duckdb.InterruptException:
            return f"It took longer than {self.time_limit:g} seconds."
        except duckdb.OutOfMemoryException:
            return "It needed more memory than the run may use."
        except duckdb.Error as error:
            return f"The engine could not run it ({type(error).__name__})."
        finally:
            timer.cancel()
        return ""

    def _execute(self, tree: Tree) -> duckdb.DuckDBPyConnection:
        """Run a tree that is not used again."""
        return self.connection.execute(tree.sql(dialect="duckdb", copy=False))

    def _verdict(self, rule: CompiledRule, statement: CompiledStatement) -> exp.Select:
        """The rule's verdict on each record in scope: row_id, ok and, where records are routed, the number of the team."""
        verdict = self.compiler.lower(statement.verdict, "duckdb")
        assert isinstance(verdict, exp.Select)
        name = statement.table
        if name is None:
            return verdict
        if statement.relation != name:
            verdict = self._with_team(by_record(verdict), name)
        elif name in self.routed:
            verdict = verdict.select(exp.Column(this=TEAM.copy(), table=exp.to_identifier(name, quoted=True)))
        return unless_failed(verdict, rule.rule.depends_on, name, name in self.routed) if rule.rule.depends_on else verdict

    def _with_team(self, verdict: exp.Select, name: str) -> exp.Select:
        """A verdict (row_id, ok) with the number of each record's team, where the table's records are routed."""
        if name not in self.routed:
            return verdict
        number = exp.Column(this=TEAM.copy(), table=exp.to_identifier("t"))
        select = exp.select(named(column("row_id", "v"), "row_id"), named(column("ok", "v"), "ok"), number)
        same = exp.EQ(this=column("row_id", "t"), expression=column("row_id", "v"))
        return select.from_(aliased(verdict, "v")).join(table(name, "t"), on=same, join_type="left")

    def _take(self, rule: CompiledRule, statement: CompiledStatement, number: int, verdict: exp.Select) -> dict[str, Counts]:
        """Count a verdict by team and, where it fails, put its findings into dq_finding.

        Rows of a view that lead to no record count under no team.
        """
        routed = statement.table in self.routed
        ok = column("ok", "v")
        failing = exp.func("count_if", exp.Is(this=ok.copy(), expression=exp.false()))
        place = exp.Column(this=TEAM.copy(), table=exp.to_identifier("v")) if routed else exp.null()
        select = exp.select(place, exp.Count(this=exp.Star()), exp.Count(this=ok), failing)
        rows = self._execute(select.from_(aliased(verdict.copy(), "v")).group_by("1")).fetchall()
        found = {NO_TEAM if team is None else self.teams[team]: Counts(*counts) for team, *counts in rows}
        if statement.pairs is not None and statement.table is not None:
            self._collect_pairs(rule, statement, statement.table, verdict)
            return self._by_pair(rule, statement.table, found)
        if any(counts.failing for counts in found.values()):
            self._collect(rule, statement, number, verdict)
        return found

    def verdict_queries(self, rule: CompiledRule) -> list[tuple[str, list[str]]]:
        """For each statement the SQL of its verdict (row_id, ok), and that of the records flagged with a failing one."""
        return [
            (
                self._verdict(rule, statement).sql(dialect="duckdb"),
                [self.compiler.lower(also.tree, "duckdb").sql(dialect="duckdb") for also in statement.also],
            )
            for statement in rule.statements
        ]

    def _by_pair(self, rule: CompiledRule, name: str, by_team: dict[str, Counts]) -> dict[str, Counts]:
        """Counts with the pairs found, by the team of the first record, for failing: such a rule fails once a pair."""
        select = exp.select().from_(exp.alias_(exp.to_table("dq_pair_finding"), "f", table=True))
        team: Tree = text(NO_TEAM)
        if name in self.routed:
            same = exp.EQ(this=column("row_id", "r"), expression=column("row_id", "f"))
            select, team = select.join(table(name, "r", ROUTES), on=same), column("team", "r")
        select = select.select(named(team, "team"), exp.Count(this=exp.Star()))
        select = select.where(exp.EQ(this=column("rule", "f"), expression=text(rule.rule.id))).group_by(exp.Literal.number(1))
        found = {str(each or NO_TEAM): int(number) for each, number in self._execute(select).fetchall()}
        none = Counts()
        return {
            each: Counts(
                max(by_team.get(each, none).in_scope, found.get(each, 0)),
                max(by_team.get(each, none).assessed, found.get(each, 0)),
                found.get(each, 0),
            )
            for each in by_team | found
        }

    def _collect_pairs(self, rule: CompiledRule, statement: CompiledStatement, name: str, judged: exp.Select) -> None:
        """One finding a pair whose two records are both in scope, with what agrees in words and both records' cells."""
        left, right = "dq_left", "dq_right"
        cells: dict[str, Tree] = {"match_weight": as_text(column("weight", "p"))}
        for said, part in (("agrees", "same"), ("nearly_agrees", "near"), ("differs", "other"), ("not_compared", "blank")):
            cells[said] = column(part, "p")
        for word in statement.fields:
            one, two = (exp.func("coalesce", self._cell_of(name, word, alias), text("(blank)")) for alias in (left, right))
            both = joined([one.copy(), text(" / "), two.copy()])
            cells[word] = exp.Case(ifs=[exp.If(this=exp.EQ(this=one, expression=two), true=one.copy())], default=both)
        parts = [part for word, cell in cells.items() for part in (text(word), cell)]
        select = exp.select(
            text(rule.rule.id),
            text(name),
            column("row_id", "p"),
            column("other_row", "p"),
            column("key", "p"),
            column("cluster", "p"),
            text(";".join(statement.fields)),
            as_text(exp.Anonymous(this="json_object", expressions=parts)),
        ).from_(exp.alias_(exp.to_table("dq_pair"), "p", table=True))
        for alias, verdict, end in ((left, "v", "row_id"), (right, "w", "other_row")):
            here = exp.EQ(this=column("row_id", alias), expression=column(end, "p"))
            in_scope = exp.EQ(this=column("row_id", verdict), expression=column(end, "p"))
            select = select.join(table(name, alias), on=here).join(aliased(judged.copy(), verdict), on=in_scope)
        assert statement.pairs is not None
        select = select.where(exp.GTE(this=column("weight", "p"), expression=statement.pairs.copy()))
        lowered = self.compiler.lower(select, "duckdb")
        self._execute(exp.Insert(this=exp.to_table("dq_pair_finding"), expression=lowered))

    def _collect(self, rule: CompiledRule, statement: CompiledStatement, number: int, verdict: exp.Select) -> None:
        """Put a finding for each failing record, and for those related to it, into dq_finding."""
        if statement.table is None:
            self.connection.execute(
                "INSERT INTO dq_finding SELECT ?, ?, NULL, ?, NULL, NULL, '', '', '{}'",
                [rule.rule.id, statement.relation, number],
            )
            return
        relation = statement.relation
        failing = exp.select(named(column("row_id", "v"), "row_id")).distinct().from_(aliased(verdict, "v"))
        failing = failing.where(exp.Is(this=column("ok", "v"), expression=exp.false()))
        if statement.also:
            self._execute(temporary("dq_failing", failing))
            failing = exp.select(column("row_id", "v")).from_(exp.alias_(exp.to_table("dq_failing"), "v"))
        source = exp.select().from_(aliased(failing, "f"))
        same = exp.EQ(this=column("row_id", relation), expression=column("row_id", "f"))
        source = source.join(table(relation), on=same)
        group: Tree = text("")
        if rule.rule.group:
            parts: list[Tree] = []
            for word in rule.rule.group:
                parts += [text("|")] if parts else []
                parts.append(escaped(self._cell(relation, word)))
            group = joined(parts)
        select = source.select(
            column("row_id", "f"),
            exp.Literal.number(number),
            text(statement.table),
            column("row_id", "f") if statement.also else exp.cast(exp.null(), "bigint"),
            group,
            text(";".join(statement.fields)),
            self._values(relation, statement.fields),
        )
        self._insert(rule.rule.id, statement.table, select)
        for also in statement.also:
            self._collect_also(rule, also, failing, number, statement.table)

    def _collect_also(self, rule: CompiledRule, also: CompiledAlso, failing: exp.Select, number: int, primary: str) -> None:
        related = aliased(self.compiler.lower(also.tree, "duckdb"), "p")
        failed = aliased(failing.copy(), "f")
        first = (
            exp.select(named(column("row_id", "p"), "row_id"), named(exp.Min(this=column("primary_id", "p")), "primary_id"))
            .from_(related)
            .join(failed, on=exp.EQ(this=column("row_id", "f"), expression=column("primary_id", "p")))
            .group_by(column("row_id", "p"))
        )
        source = exp.select().from_(aliased(first, "g"))
        source = source.join(table(also.table), on=exp.EQ(this=column("row_id", also.table), expression=column("row_id", "g")))
        select = source.select(
            column("row_id", "g"),
            exp.Literal.number(number),
            text(primary),
            column("primary_id", "g"),
            text(""),
            text(";".join(also.fields)),
            self._values(also.table, also.fields),
        )
        self._insert(rule.rule.id, self.compiler.relations[also.table].table or also.table, select)

    def _insert(self, rule: str, name: str, select: exp.Select) -> None:
        select = select.copy()
        select.set("expressions", [text(rule), text(name), *select.expressions])
        lowered = self.compiler.lower(select, "duckdb")
        self._execute(exp.Insert(this=exp.to_table("dq_finding"), expression=lowered))

    def _cell(self, relation: str, word: str) -> Tree:
        return self._cell_of(relation, word, relation)

    def _cell_of(self, relation: str, word: str, alias: str) -> Tree:
        known = self.compiler.contract.tables.get(relation)
        if known is not None and word in known.columns:
            return cell_text(known.columns[word], alias)
        return as_text(column(word, alias))

    def _values(self, relation: str, fields: Sequence[str]) -> Tree:
        parts = [part for word in dict.fromkeys(fields) for part in (text(word), self._cell(relation, word))]
        return as_text(exp.Anonymous(this="json_object", expressions=parts)) if parts else text(json.dumps({}))
