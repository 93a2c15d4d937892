"""What the model needs of each person, from the tables of an extract, by the contract's `people:`."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from sqlglot import exp

from dq.contract import Contract
from dq.functions import Tree
from dq.sqltext import as_text, cell_text, column, key_text, named, table, text


def gather(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[pa.Table, pa.Table, pa.Table]:
    """People (id, row_id, forename, surname, date_of_birth, sex), addresses (id, line, postcode, since), numbers.

    One row a person: of several records under one id the first by the hash of its content. A record without an id is
    left out; dates that do not parse and sexes that say "unknown" are blank. Raises `KeyError` where the contract has no
    `people:`.
    """
    return _fetch(connection, _people(contract)), _fetch(connection, _addresses(contract)), _fetch(connection, _numbers(contract))


def _fetch(connection: duckdb.DuckDBPyConnection, query: Tree) -> pa.Table:
    return connection.sql(query.sql(dialect="duckdb")).to_arrow_table()


def _people(contract: Contract) -> Tree:
    subject, words = contract.tables[contract.person_table], contract.people
    if words is None:
        raise KeyError("people")
    name = subject.name
    sex: Tree = _blank()
    if words.sex:
        given = column(words.sex, name)
        unknown = exp.In(this=given, expressions=[text(code) for code in words.sex_unknown])
        sex = exp.Case(ifs=[exp.If(this=unknown, true=exp.null())], default=as_text(given)) if words.sex_unknown else given
    cells = {
        "forename": column(words.forename, name),
        "surname": column(words.surname, name),
        "date_of_birth": as_text(exp.cast(column(words.date_of_birth, name), "date")),
        "sex": sex,
    }
    identity = exp.Case(ifs=[exp.If(this=_filled(column(subject.key[0], name)), true=key_text(subject, name))])
    rows = exp.select(
        named(identity, "id"),
        named(column("row_id", name), "row_id"),
        named(column("row_hash", name), "row_hash"),
        *(named(tree, word) for word, tree in cells.items()),
    ).from_(table(name))
    first = "row_number() OVER (PARTITION BY id ORDER BY row_hash, row_id) = 1"
    query = exp.select("id", "row_id", *cells).from_(rows.subquery("p")).where("id IS NOT NULL")
    query.set("qualify", exp.Qualify(this=exp.maybe_parse(first, dialect="duckdb")))
    return query.order_by("row_id")


def _addresses(contract: Contract) -> Tree:
    words = contract.people.address if contract.people else None
    if words is None:
        return _none("id", "line", "postcode", "since")
    subject = contract.tables[words.table]
    cells = {
        "id": _person(contract, words.table, words.person),
        "line": column(words.line, subject.name) if words.line else _blank(),
        "postcode": column(words.postcode, subject.name) if words.postcode else _blank(),
        "since": as_text(exp.cast(column(words.since, subject.name), "date")) if words.since else _blank(),
    }
    return exp.select(*(named(tree, word) for word, tree in cells.items())).from_(table(subject.name)).order_by("row_id")


def _numbers(contract: Contract) -> Tree:
    subject, words = contract.tables[contract.person_table], contract.people
    parts: list[exp.Select] = []
    if words is not None:
        for kind in ("nhs_number", "upn"):
            word = getattr(words, kind)
            if word is not None:
                parts.append(_number(key_text(subject, subject.name), kind, column(word, subject.name), subject.name))
        if words.numbers is not None:
            other = contract.tables[words.numbers.table].name
            for kind in ("nhs_number", "upn"):
                codes = getattr(words.numbers, kind)
                if codes:
                    person = _person(contract, other, words.numbers.person)
                    query = _number(person, kind, column(words.numbers.value, other), other)
                    of_kind = exp.In(this=column(words.numbers.type, other), expressions=[text(code) for code in codes])
                    parts.append(query.where(of_kind))
    return exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0] if parts else _none("id", "kind", "value")


def _number(person: Tree, kind: str, value: Tree, source: str) -> exp.Select:
    select = exp.select(named(person, "id"), named(text(kind), "kind"), named(as_text(value), "value")).from_(table(source))
    return select.where(_filled(value.copy()))


def _person(contract: Contract, name: str, word: str) -> Tree:
    """The person's number as it stands in another table, written like a key."""
    cell = cell_text(contract.tables[name].columns[word], name)
    for old, new in (("\\", "\\\\"), ("|", "\\|")):
        cell = exp.Anonymous(this="REPLACE", expressions=[cell, text(old), text(new)])
    return cell


def _filled(tree: Tree) -> Tree:
    return exp.not_(exp.Is(this=tree.copy(), expression=exp.null()))


def _blank() -> Tree:
    return exp.cast(exp.null(), "text")


def _none(*words: str) -> exp.Select:
    return exp.select(*(named(_blank(), word) for word in words)).where(exp.false())
