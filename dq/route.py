"""From a record to the person, the worker and the team who must look at it: a query a table.

A record's own worker comes first while in post, then the worker (or team) of the person's current primary
allocation. What only leads to workers who have left goes to "leavers"; what leads nowhere goes to "unallocated"; a
table that belongs to no person goes to the contract's owner, and so does everything where neither the contract nor
the project knows teams (`routed` false). A project's teams file overrides the extract's tables.
"""

from __future__ import annotations

from sqlglot import exp

from dq.contract import Contract
from dq.functions import Tree
from dq.model import LEAVERS, UNALLOCATED
from dq.sqltext import as_text, column, named, table, text

WORKERS, ALLOCATIONS, UNITS = "dq_worker", "dq_allocation", "dq_unit"


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


def units(contract: Contract) -> exp.Select | None:
    """Teams of the extract: team, service, head, director, a row a name; None where there is no such table.

    Of several teams of one name the one with the lowest key counts.
    """
    where = contract.routing.team
    if where is None:
        return None
    select = exp.select().from_(table(where.table, "t"))
    team = exp.func("coalesce", column(where.name, "t"), column(where.key, "t"))
    words: dict[str, Tree] = {"team": team, "key": column(where.key, "t")}
    for level in ("service", "head", "director"):
        path = getattr(where, level)
        select, words[level] = _climb(select, contract, path.split("."), level) if path else (select, text(""))
    select = select.select(*(named(_first(as_text(value), text("")), word) for word, value in words.items()))
    order = [exp.Ordered(this=column(word, "u"), desc=False) for word in ("key", "service", "head", "director")]
    number = exp.Window(this=exp.RowNumber(), partition_by=[column("team", "u")], order=exp.Order(expressions=order), over="OVER")
    every = ("team", "service", "head", "director")
    inner = exp.select(*(column(word, "u") for word in every), named(number, "place"))
    inner = inner.from_(exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("u"))))
    outer = exp.select(*(column(word, "v") for word in every))
    outer = outer.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("v"))))
    first = exp.EQ(this=column("place", "v"), expression=exp.Literal.number(1))
    return outer.where(first, exp.NEQ(this=column("team", "v"), expression=text("")))


def _climb(select: exp.Select, contract: Contract, path: list[str], level: str) -> tuple[exp.Select, Tree]:
    """Join one table after the other along the links of a path of columns; a team or worker at its end is called by name."""
    assert contract.routing.team is not None
    subject, alias = contract.tables[contract.routing.team.table], "t"
    names = {role.table: role.name for role in (contract.routing.team, contract.routing.worker) if role and role.name}
    for position, word in enumerate(path):
        link = subject.columns[word].link
        last = position == len(path) - 1
        if link is None or (last and link[0] not in names):
            return select, column(word, alias)
        step = f"{level}_{position}"
        same = exp.EQ(this=column(link[1], step), expression=column(word, alias))
        select = select.join(table(link[0], step), on=same, join_type="left")
        if last:
            return select, _first(column(names[link[0]], step), column(word, alias))
        subject, alias = contract.tables[link[0]], step
    raise AssertionError(path)


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
