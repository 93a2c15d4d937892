"""From a record to the person, the worker and the team who must look at it: a query a table.

A record's own worker comes first while in post, then the worker (or team) of the person's current primary
allocation. What only leads to workers who have left goes to "leavers"; what leads nowhere goes to "unallocated"; a
table that belongs to no person goes to the contract's owner, and so does everything where neither the contract nor
the project knows teams (`routed` false). A project's teams file overrides the extract's tables.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from dq.contract import Contract
from dq.errors import Problem, ProjectError, did_you_mean
from dq.functions import Tree
from dq.model import LEAVERS, UNALLOCATED
from dq.sqltext import as_text, column, named, table, text

WORKERS, ALLOCATIONS, UNITS = "dq_worker", "dq_allocation", "dq_unit"
TEAM_FILE_COLUMNS = ("worker_id", "worker_name", "team", "service", "left_on")


@dataclass(frozen=True)
class TeamRow:
    """One worker of a project's teams file."""

    worker_id: str
    worker_name: str
    team: str
    service: str
    left_on: str


def read_teams(path: Path) -> list[TeamRow]:
    """Read teams.csv (worker_id, worker_name, team, service, left_on). Raises `ProjectError` with every fault."""
    if not path.is_file():
        raise ProjectError(Problem(str(path), message="The teams file does not exist."))
    rows: dict[str, TeamRow] = {}
    problems: list[Problem] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for name in TEAM_FILE_COLUMNS[:1] + TEAM_FILE_COLUMNS[2:3]:
            if name not in (reader.fieldnames or []):
                fix = did_you_mean(name, reader.fieldnames or []) or f"The header is {','.join(TEAM_FILE_COLUMNS)}."
                problems.append(Problem(str(path), 1, "", f"There is no column {name!r}.", fix))
        for row in [] if problems else reader:
            values = [(row.get(name) or "").strip() for name in TEAM_FILE_COLUMNS]
            if not values[0] or not values[2]:
                problems.append(Problem(str(path), reader.line_num, "", "A row needs worker_id and team."))
            elif values[4] and not _is_date(values[4]):
                problems.append(Problem(str(path), reader.line_num, "", "left_on is not a date.", "Write it like 2026-03-31."))
            elif values[0] in rows:
                problems.append(Problem(str(path), reader.line_num, "", f"Worker {values[0]!r} stands here twice."))
            else:
                rows[values[0]] = TeamRow(*values)
    if problems:
        raise ProjectError(problems)
    return list(rows.values())


def _is_date(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def workers(contract: Contract) -> exp.Select | None:
    """Workers of the extract: worker, name, team, left (a date or NULL), a row each; None where there is no such table."""
    where = contract.routing.worker
    if where is None:
        return None
    team: Tree = column(where.team, "w") if where.team else exp.null()
    teams = contract.routing.team
    if teams is not None:
        team = exp.func("coalesce", column(teams.name, "t"), team)
    select = exp.select(
        named(column(where.key, "w"), "worker"),
        named(exp.Max(this=column(where.name, "w") if where.name else exp.null()), "name"),
        named(exp.Max(this=as_text(team)), "team"),
        named(exp.Max(this=column(where.left, "w") if where.left else exp.cast(exp.null(), "date")), "left_on"),
    ).from_(table(where.table, "w"))
    if teams is not None and where.team:
        same = exp.EQ(this=column(teams.key, "t"), expression=column(where.team, "w"))
        select = select.join(table(teams.table, "t"), on=same, join_type="left")
    return select.where(exp.not_(exp.Is(this=column(where.key, "w"), expression=exp.null()))).group_by(column(where.key, "w"))


def allocations(contract: Contract, when: Tree | None, as_of: Tree) -> exp.Select | None:
    """The current primary allocation of each person: person, worker, team; the latest start wins, then the key."""
    where = contract.routing.allocation
    if where is None:
        return None
    order = [
        exp.Ordered(this=column(where.start, where.table), desc=True, nulls_first=False),
        *(exp.Ordered(this=column(key, where.table), desc=False) for key in (*contract.tables[where.table].key, "row_hash")),
    ]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(where.person, where.table)],
        order=exp.Order(expressions=order),
        over="OVER",
    )
    ended = column(where.end, where.table)
    current = exp.or_(exp.Is(this=ended, expression=exp.null()), exp.GT(this=ended.copy(), expression=as_of))
    team: Tree = column(where.team, where.table) if where.team else exp.null()
    teams = contract.routing.team
    if teams is not None:
        team = exp.func("coalesce", column(teams.name, "t"), team)
    inner = exp.select(
        named(column(where.person, where.table), "person"),
        named(column(where.worker, where.table), "worker"),
        named(as_text(team), "team"),
        named(number, "place"),
    ).from_(table(where.table))
    if teams is not None and where.team:
        same = exp.EQ(this=column(teams.key, "t"), expression=column(where.team, where.table))
        inner = inner.join(table(teams.table, "t"), on=same, join_type="left")
    inner = inner.where(current, *([when] if when is not None else []))
    outer = exp.select(*(column(each, "a") for each in ("person", "worker", "team")))
    chosen = exp.EQ(this=column("place", "a"), expression=exp.Literal.number(1))
    return outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("a")))).where(chosen)


def route(contract: Contract, name: str, *, routed: bool = True) -> exp.Select:
    """The way of every record of a table: row_id, person, worker, team. Reads dq_worker and dq_allocation."""
    subject = contract.tables[name]
    path = contract.person_path(name)
    if path is None:
        owner = text(contract.owner)
        nobody = exp.cast(exp.null(), "text")
        return exp.select(
            named(column("row_id", name), "row_id"), named(nobody, "person"), named(nobody.copy(), "worker"), named(owner, "team")
        ).from_(table(name))
    alias, select = name, exp.select().from_(table(name))
    for position, (here, there, key) in enumerate(path):
        step = f"step_{position}"
        linked = exp.select(column(key, there), named(exp.Max(this=_on(contract, there)), "onward"))
        linked = linked.from_(table(there)).group_by(column(key, there))
        same = exp.EQ(this=column(key, step), expression=column(here if position == 0 else "onward", alias))
        source = exp.Subquery(this=linked, alias=exp.TableAlias(this=exp.to_identifier(step, quoted=True)))
        select = select.join(source, on=same, join_type="left")
        alias = step
    person = column("onward", alias) if path else column(subject.person or "", name)
    if not routed:
        nobody = exp.cast(exp.null(), "text")
        columns = {"person": as_text(person), "worker": nobody, "team": text(contract.owner)}
        return select.select(named(column("row_id", name), "row_id"), *(named(value, word) for word, value in columns.items()))
    own: Tree = column(subject.worker, name) if subject.worker else exp.cast(exp.null(), "text")
    select = _join(select, WORKERS, "own", "worker", own) if subject.worker else select
    select = _join(select, ALLOCATIONS, "case", "person", person)
    select = _join(select, WORKERS, "holder", "worker", column("worker", "case"))
    worker, team = _owner(own if subject.worker else None)
    return select.select(
        named(column("row_id", name), "row_id"),
        named(as_text(person), "person"),
        named(as_text(worker), "worker"),
        named(team, "team"),
    )


def _on(contract: Contract, name: str) -> Tree:
    return column(contract.tables[name].person or "", name)


def _join(select: exp.Select, source: str, alias: str, key: str, value: Tree) -> exp.Select:
    return select.join(table(source, alias), on=exp.EQ(this=column(key, alias), expression=value.copy()), join_type="left")


def _owner(own: Tree | None) -> tuple[Tree, Tree]:
    """The worker and team of a record, by the order that the module's docstring tells."""
    here, holder, case = "own", "holder", "case"
    branches: list[tuple[Tree, Tree, Tree]] = []
    if own is not None:
        branches.append((_in_post(here), own, column("team", here)))
    branches.append((_in_post(holder), column("worker", case), _first(column("team", holder), column("team", case))))
    no_worker = exp.and_(_null(column("worker", case)), exp.not_(_null(column("team", case))))
    branches.append((no_worker, exp.null(), column("team", case)))
    if own is not None:
        branches.append((exp.not_(_null(column("worker", here))), own, text(LEAVERS)))
    branches.append((exp.not_(_null(column("worker", holder))), column("worker", case), text(LEAVERS)))
    worker = exp.Case(ifs=[exp.If(this=when.copy(), true=value.copy()) for when, value, _ in branches], default=exp.null())
    team = exp.Case(
        ifs=[exp.If(this=when.copy(), true=_first(value, text(UNALLOCATED))) for when, _, value in branches],
        default=text(UNALLOCATED),
    )
    return worker, team


def _in_post(alias: str) -> Tree:
    return exp.and_(exp.not_(_null(column("worker", alias))), exp.not_(column("has_left", alias)))


def _null(tree: Tree) -> Tree:
    return exp.Is(this=tree.copy(), expression=exp.null())


def _first(*values: Tree) -> Tree:
    return exp.func("coalesce", *(value.copy() for value in values))


def worker_rows(rows: Sequence[TeamRow]) -> list[tuple[str, str, str, str | None]]:
    """A teams file as rows of worker, name, team, left."""
    return [(row.worker_id, row.worker_name, row.team, row.left_on or None) for row in rows]
