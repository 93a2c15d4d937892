"""What the compiler makes: checked trees of views and rules, and what they read. Nouns only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from dq.expression import Kind
from dq.functions import Tree
from dq.rules import Rule, View


@dataclass(frozen=True)
class Reads:
    """What a rule or view reads: tables and views, columns (table, column), settings, functions."""

    relations: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()
    settings: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    counted_from: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.relations | other.relations,
            self.columns | other.columns,
            self.settings | other.settings,
            self.functions | other.functions,
            self.counted_from | other.counted_from,
        )


@dataclass(frozen=True)
class CompiledView:
    """A view as a checked tree; `columns` are those that it gives beside row_id."""

    view: View
    tree: Tree
    columns: Mapping[str, Kind]
    reads: Reads
    needs: tuple[str, ...]


@dataclass(frozen=True)
class CompiledAlso:
    """Related records: ``SELECT row_id, primary_id FROM <also table> JOIN <failing table>`` without the failing filter."""

    table: str
    tree: exp.Select
    fields: tuple[str, ...]


@dataclass(frozen=True)
class CompiledStatement:
    """One statement of a rule: where its findings stand, its verdict, the fields shown.

    Where `pairs` is given, the findings are not records but pairs in ``dq_pair`` of at least this match weight.
    """

    relation: str
    table: str | None
    verdict: exp.Select
    fields: tuple[str, ...]
    also: tuple[CompiledAlso, ...]
    pairs: Tree | None = None


@dataclass(frozen=True)
class CompiledRule:
    """A rule ready to run: statements, what it reads, the views that it needs first, settings without a value."""

    rule: Rule
    statements: tuple[CompiledStatement, ...]
    reads: Reads
    views: tuple[str, ...]
    unset: tuple[str, ...] = ()
    fingerprint: str = field(default="", compare=False)
