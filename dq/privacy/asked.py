"""What rules ask of single cells. A surrogate must get the same answers, so that the same rules find it.

Rules and views are trees; each comparison in them that hangs on text alone (`is_nhs_number(nhs_number)`,
`starts_with(upper(postcode), 'ZZ99')`, a pattern on forename and surname) becomes a question to a single text. What a
question names itself (TEST, 999) is no secret of a record and may stay where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import duckdb
import pyarrow as pa
from sqlglot import exp

from dq import patterns
from dq.compile import Compiler
from dq.compiled import CompiledRule
from dq.functions import FUNCTIONS, Tree
from dq.privacy.treatments import IDENTIFIERS

_LEAVES = (exp.EQ, exp.NEQ, exp.In, exp.Like, exp.ILike, exp.Between, exp.LT, exp.LTE, exp.GT, exp.GTE)
_NOT_LETTERS = re.compile(r"\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?[^\]]*\]|\(\?:")
_MAYBE = re.compile(r"\w\?")
_RUN = re.compile(r"[^\W_]{2,}")
Place = tuple[str, str]


@dataclass(frozen=True)
class Question:
    """A predicate on the text `v`, as DuckDB reads it, and where in a text stand the words and signs that it names."""

    sql: str
    words: re.Pattern[str] | None
    signs: str


@dataclass
class Asked:
    """Questions, and by (table, column) which of them are asked there; `identifiers` are held against a known form."""

    questions: list[Question] = field(default_factory=list)
    at: dict[Place, set[int]] = field(default_factory=dict)
    identifiers: set[Place] = field(default_factory=set)

    def of(self, places: Iterable[Place]) -> frozenset[int]:
        """The questions asked at any of these places."""
        return frozenset(number for place in places for number in self.at.get(place, ()))

    def stays(self, text: str, numbers: Iterable[int]) -> set[int]:
        """Positions of a text that may stay as they are: words and signs that its questions name."""
        kept: set[int] = set()
        for number in numbers:
            question = self.questions[number]
            kept.update(place for place, character in enumerate(text) if character in question.signs)
            for found in question.words.finditer(text) if question.words else ():
                kept.update(range(*found.span("word")))
        return kept


class Answers:
    """Asks questions of many texts at once."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """An engine that reaches nothing outside itself."""
        return duckdb.connect(":memory:", config={"enable_external_access": "false"})

    def to(self, texts: Sequence[str], numbers: Iterable[int]) -> list[tuple[bool | None, ...]]:
        """The answers for each text, in the order of the questions' numbers."""
        wanted = [self.asked.questions[number].sql for number in sorted(numbers)]
        if not wanted or not texts:
            return [()] * len(texts)
        self.connection.register("asked", pa.table({"n": pa.array(range(len(texts))), "v": pa.array(texts, pa.string())}))
        try:
            rows = self.connection.execute(f"SELECT {', '.join(wanted)} FROM asked ORDER BY n").fetchall()
        finally:
            self.connection.unregister("asked")
        return [tuple(row) for row in rows]


def asked(compiler: Compiler, rules: Iterable[CompiledRule]) -> Asked:
    """The questions that rules, and the views that they need, ask of text columns."""
    result = Asked()
    numbers: dict[str, int] = {}
    with duckdb.connect(":memory:") as engine:
        _ask(compiler, rules, result, numbers, engine)
    return result


def _ask(
    compiler: Compiler, rules: Iterable[CompiledRule], result: Asked, numbers: dict[str, int], engine: duckdb.DuckDBPyConnection
) -> None:
    for tree in _trees(compiler, rules):
        tables = {each.alias_or_name: each.name for each in tree.find_all(exp.Table)}
        for leaf in _leaves(tree):
            for place, alone in _alone(compiler, leaf, tables):
                if _is_known_form(leaf):
                    result.identifiers.update(place)
                try:
                    sql = compiler.lower(alone, "duckdb").sql(dialect="duckdb")
                except (KeyError, ValueError, TypeError):
                    continue
                if sql not in numbers and _runs(engine, sql):
                    numbers[sql] = len(result.questions)
                    words, signs = _named(leaf)
                    result.questions.append(Question(f"({sql})", words, signs))
                if sql in numbers:
                    for each in place:
                        result.at.setdefault(each, set()).add(numbers[sql])


def _trees(compiler: Compiler, rules: Iterable[CompiledRule]) -> Iterator[Tree]:
    views: dict[str, None] = {}
    for rule in rules:
        for statement in rule.statements:
            yield statement.verdict
            yield from (also.tree for also in statement.also)
        views.update(dict.fromkeys(rule.views))
    yield from (compiler.views[name].tree for name in views)


def _leaves(tree: Tree) -> Iterator[Tree]:
    for node in tree.walk():
        call = isinstance(node, exp.Anonymous) and node.this in FUNCTIONS and FUNCTIONS[str(node.this)].returns == "boolean"
        plain = (call or isinstance(node, _LEAVES)) and not node.find(exp.Select, exp.Window, exp.AggFunc)
        says = call or node.find(exp.Anonymous) or any(literal.is_string for literal in node.find_all(exp.Literal))
        if plain and says and node.find(exp.Column):
            yield node


def _alone(compiler: Compiler, leaf: Tree, tables: dict[str, str]) -> Iterator[tuple[list[Place], Tree]]:
    """The leaf with one column as `v` and the others blank, each column in turn."""
    whole = _expanded(compiler, leaf, tables)
    columns = {(column.table, column.name) for column in whole.find_all(exp.Column)}
    for alias, name in sorted(columns):
        places = _places(compiler, tables.get(alias, ""), name)
        if not places:
            continue
        one = whole.copy()
        for column in list(one.find_all(exp.Column)):
            same = (column.table, column.name) == (alias, name)
            column.replace(exp.column("v") if same else exp.Literal.string(""))
        yield places, one


def _expanded(compiler: Compiler, leaf: Tree, tables: dict[str, str]) -> Tree:
    """The leaf with columns that a view adds replaced by what they are made of, where that is a plain expression."""
    tree: Tree = exp.Paren(this=leaf.copy())
    for column in list(tree.find_all(exp.Column)):
        relation = compiler.relations.get(tables.get(column.table, ""))
        view = relation.added.get(column.name) if relation is not None else None
        if view is None:
            continue
        made = next((each.this for each in compiler.views[view].tree.expressions if each.alias == column.name), None)
        if made is None or made.find(exp.Select, exp.Window, exp.AggFunc):
            continue
        copy = made.copy()
        if isinstance(copy, exp.Column):
            copy.set("table", exp.to_identifier(column.table))
        for inner in copy.find_all(exp.Column):
            inner.set("table", exp.to_identifier(column.table))
        column.replace(exp.paren(copy))
    return tree


def _places(compiler: Compiler, table: str, name: str) -> list[Place]:
    """Where a column stands in the contract; a name behind an alias that is not a table's is looked up in all tables."""
    contract = compiler.contract
    plain = name.removeprefix("raw__")
    if table in contract.tables:
        return [(table, plain)] if plain in contract.tables[table].columns else []
    return [(each.name, plain) for each in contract.tables.values() if plain in each.columns and each.columns[plain].is_text]


def _is_known_form(leaf: Tree) -> bool:
    return isinstance(leaf, exp.Anonymous) and leaf.this in IDENTIFIERS


def _runs(engine: duckdb.DuckDBPyConnection, sql: str) -> bool:
    try:
        engine.execute(f"SELECT {sql} FROM (SELECT 'a'::VARCHAR AS v)").fetchall()
    except duckdb.Error:
        return False
    return True


def _named(leaf: Tree) -> tuple[re.Pattern[str] | None, str]:
    """What a leaf names: its literals where they would be found, the words of a pattern as whole words, and its signs."""
    literals = [literal.name for literal in leaf.find_all(exp.Literal) if literal.is_string]
    calls = [str(call.this) for call in leaf.find_all(exp.Anonymous)]
    if "regexp_matches" in calls:
        pattern = next(call.expressions[1].name for call in leaf.find_all(exp.Anonymous) if call.this == "regexp_matches")
        pattern = patterns.written(pattern, "python")
        signs = "".join(character for character in pattern if ord(character) > 127)
        bare = _NOT_LETTERS.sub(" ", pattern)
        return _found(_RUN.findall(f"{bare.replace('?', '')} {_MAYBE.sub('', bare)}"), r"(?<![^\W\d_])", r"(?![^\W\d_])"), signs
    if "ends_with" in calls or "right" in calls:
        return _found(literals, "", "$"), ""
    if "starts_with" in calls or "left" in calls:
        return _found(literals, "^", ""), ""
    if "substr" in calls:
        numbers = [literal.name for literal in leaf.find_all(exp.Literal) if not literal.is_string]
        ahead = int(numbers[0]) - 1 if numbers and numbers[0].isdigit() else 0
        return _found(literals, f"^.{{{max(ahead, 0)}}}", ""), ""
    if "contains" in calls or isinstance(leaf, (exp.Like, exp.ILike)):
        return _found([part for literal in literals for part in re.split("[%_]", literal)], "", ""), ""
    return _found(literals, "^", "$"), ""


def _found(words: Iterable[str], before: str, after: str) -> re.Pattern[str] | None:
    wanted = sorted({word for word in words if len(word) >= 2}, key=lambda word: (-len(word), word))
    if not wanted:
        return None
    return re.compile(f"{before}(?P<word>{'|'.join(map(re.escape, wanted))}){after}", re.IGNORECASE)
