"""Small builders for trees that the engine and the reports share: quoted names, text of a value, escaped keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sqlglot import exp

from dq.contract import Column, Table
from dq.functions import Tree


def name(word: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.to_identifier(word, quoted=True)


def column(word: str, table: str) -> exp.Column:
    """A quoted, qualified column."""
    return exp.column(word, table=table, quoted=True)


def table(word: str, alias: str = "", schema: str | None = None) -> exp.Table:
    """A quoted table with an alias."""
    return exp.Table(
        this=name(word),
        db=name(schema) if schema else None,
        alias=exp.TableAlias(this=name(alias or word)),
    )


def text(word: str) -> exp.Literal:
    """A text literal."""
    return exp.Literal.string(word)


def named(tree: Tree, alias: str) -> Tree:
    """``tree AS "alias"``"""
    return exp.alias_(tree, alias, quoted=True)


def as_text(tree: Tree) -> exp.Cast:
    """A value as text."""
    return exp.cast(tree, "text")


def cell_text(field: Column, alias: str) -> Tree:
    """A cell as text: the typed value in ISO form, or what stood in the file where it does not parse."""
    value = as_text(column(field.name, alias))
    return value if field.is_text else exp.func("coalesce", value, column(f"raw__{field.name}", alias))


def escaped(tree: Tree) -> Tree:
    """Text with ``\\`` and ``|`` escaped by ``\\``; blank where there is none."""
    inner = exp.Anonymous(this="REPLACE", expressions=[exp.func("coalesce", tree, text("")), text("\\"), text("\\\\")])
    return exp.Anonymous(this="REPLACE", expressions=[inner, text("|"), text("\\|")])


def joined(parts: Sequence[Tree]) -> Tree:
    """Texts put together; blank where there is none."""
    return reduce(lambda left, right: exp.DPipe(this=left, expression=right), parts) if parts else text("")


def key_text(subject: Table, alias: str) -> Tree:
    """The record's key: its parts escaped and joined by ``|``."""
    parts: list[Tree] = []
    for word in subject.key:
        parts += [text("|")] if parts else []
        parts.append(escaped(cell_text(subject.columns[word], alias)))
    return joined(parts)
