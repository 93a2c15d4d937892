"""How many records a measure speaks of and counts, by team and, where that is asked, by worker: one query a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from dq.compiled import CompiledRule
from dq.engines.duckdb import NO_TEAM, ROUTES, DuckDBEngine
from dq.engines.verdicts import TEAM, aliased
from dq.functions import Tree
from dq.measures import Part
from dq.sqltext import as_text, column, named, table


@dataclass(frozen=True)
class Tally:
    """Records of one part of a measure in one team (blank: they lead to none) and, where that was asked, of one worker."""

    part: str
    team: str
    worker: str | None
    in_scope: int
    assessed: int
    counted: int


def tally(engine: DuckDBEngine, rule: CompiledRule, parts: Sequence[Part], *, by_worker: bool = False) -> tuple[list[Tally], str]:
    """The tallies of every part of a measure, whose rule this is; or none, and why it could not be counted, in our words.

    Unlike a rule's, the rows of a view are counted as they stand, also where a record has several.
    """
    broken = [view for view in rule.views if view in engine.broken]
    if broken:
        return [], engine.broken[broken[0]]
    found: list[Tally] = []

    def run() -> None:
        for team, worker, *counts in engine.connection.execute(_query(engine, rule, parts, by_worker)).fetchall():
            where = NO_TEAM if team is None else engine.teams[team]
            for place, part in enumerate(parts):
                found.append(Tally(part.word, where, worker, *counts[3 * place : 3 * place + 3]))

    reason = engine.guarded(run)
    return ([], reason) if reason else (found, "")


def judged(engine: DuckDBEngine, rule: CompiledRule) -> exp.Select:
    """The measure's verdict on each record that it speaks of: row_id, ok, and the verdict of each statement after the first."""
    first, *others = rule.statements
    verdict = first.verdict.copy()
    for number, statement in enumerate(others, start=1):
        flag = statement.verdict.selects[1].unalias()
        verdict = verdict.select(named(flag.copy(), f"flag_{number}"), copy=False)
    lowered = engine.compiler.lower(verdict, "duckdb")
    assert isinstance(lowered, exp.Select)
    return lowered


def _query(engine: DuckDBEngine, rule: CompiledRule, parts: Sequence[Part], by_worker: bool) -> str:
    name = rule.statements[0].table or ""
    routed = name in engine.routed
    select = exp.select().from_(aliased(judged(engine, rule), "v"), copy=False)
    team: Tree = exp.cast(exp.null(), "smallint")
    worker: Tree = exp.cast(exp.null(), "text")
    if routed:
        team = exp.Column(this=TEAM.copy(), table=exp.to_identifier("t"))
        select = select.join(table(name, "t"), on=_same("t"), join_type="left", copy=False)
    if routed and by_worker:
        worker = as_text(column("worker", "w"))
        select = select.join(table(name, "w", ROUTES), on=_same("w"), join_type="left", copy=False)
    select = select.select(named(team, "team"), named(worker, "worker"), copy=False)
    for part in parts:
        select = select.select(*_counts(part), copy=False)
    return select.group_by("1", "2", copy=False).sql(dialect="duckdb", copy=False)


def _counts(part: Part) -> tuple[Tree, Tree, Tree]:
    """In scope, assessed, counted: of a period the records that lie in it, of a band those that it holds."""
    flag = column(f"flag_{part.statement}", "v") if part.statement else None
    ok = flag if flag is not None and not part.period else column("ok", "v")
    true = exp.Is(this=ok, expression=exp.true())
    known = exp.not_(exp.Is(this=ok.copy(), expression=exp.null()))
    if flag is None or not part.period:
        return exp.Count(this=exp.Star()), _count_if(known), _count_if(true)
    inside = exp.Is(this=flag, expression=exp.true())
    return _count_if(inside), _count_if(exp.and_(inside.copy(), known)), _count_if(exp.and_(inside.copy(), true))


def _count_if(condition: Tree) -> Tree:
    return exp.func("count_if", condition)


def _same(alias: str) -> Tree:
    return exp.EQ(this=column("row_id", alias), expression=column("row_id", "v"))
