"""From the text of a predicate or a view to a checked tree.

The text is parsed by SQLGlot and walked once. Node classes that are allowed have a handler, registered with
`handles`; everything else is refused with what to write instead. The walk gives every node a type from our own
table, resolves every column to its table, checks date literals and codes, and returns a new tree in which columns
are qualified and functions are calls of `dq.functions`. Nothing is written for an engine yet.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dq.errors import did_you_mean
from dq.functions import BINARY_ORDER, Tree, call

Family = Literal["text", "number", "time", "boolean", "null", "any"]
FAMILIES: dict[str, Family] = {
    "text": "text", "code": "text", "integer": "number", "number": "number", "date": "time", "datetime": "time",
    "boolean": "boolean", "null": "null", "any": "any",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """The type of a value, with the codes it may hold where it is a column with a code list."""

    type: str
    codes: frozenset[str] | None = None
    column: str = ""

    @property
    def family(self) -> Family:
        """What it can be compared with."""
        return FAMILIES[self.type]


NULL = Kind("null")
BOOLEAN = Kind("boolean")


@dataclass(frozen=True)
class Relation:
    """What can stand after FROM: a contract table (with the columns that views add to it), a view, a CTE.

    `added` gives for each column that a view adds the name of that view. `schema` is ``previous`` for the tables of
    the last extract.
    """

    name: str
    columns: Mapping[str, Kind]
    table: str | None = None
    schema: str | None = None
    added: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()

    @property
    def is_contract_table(self) -> bool:
        """Whether this is a table of the contract (now or in the last extract), not a view, CTE or subquery."""
        return self.table is not None and self.table == self.name

    def in_file(self, column: str) -> bool:
        """Whether the column is one of a file: not a view's, not row_id or row_hash."""
        return (
            self.is_contract_table and column in self.columns and column not in self.added and column not in ("row_id", "row_hash")
        )


@dataclass(frozen=True)
class Catalogue:
    """All relations by name (``previous.x`` for the last extract), and the types of all settings."""

    relations: Mapping[str, Relation]
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in an expression, and what to write instead."""

    message: str
    fix: str = ""


@dataclass
class Reading:
    """What the walk found: faults, columns read (relation, column), settings and functions used.

    `counted_from` are the columns that working days are counted from or to.
    """

    faults: list[Fault] = field(default_factory=list)
    columns: set[tuple[str, str]] = field(default_factory=set)
    relations: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    counted_from: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Scope:
    """The relations that columns may come from here, by alias; the scope outside, if any."""

    sources: Mapping[str, Relation]
    outer: Scope | None = None
    qualified: bool = False
    windows: bool = False
    in_view: bool = False
    aggregates: bool = False
    whole_extract: bool = False
    ctes: Mapping[str, Relation] = field(default_factory=dict)
    crossings: list[str] = field(default_factory=list)

    def find(self, alias: str) -> Relation | None:
        """The relation with this alias, here or outside; notes in the scopes outside that they were used."""
        if alias in self.sources:
            return self.sources[alias]
        if self.outer is None:
            return None
        self.outer.crossings.append(alias)
        return self.outer.find(alias)

    def aliases(self) -> list[str]:
        """All aliases in sight."""
        return [*self.sources, *(self.outer.aliases() if self.outer else [])]


Typed = tuple[Tree, Kind]
Handler = Callable[["Reader", Any, Scope], Typed]

_HANDLERS: dict[type[exp.Expr], tuple[Handler, frozenset[str] | None]] = {}
ELSEWHERE = "See the list of what a rule may hold."
REFUSED: dict[type[exp.Expr], str] = {
    exp.Star: "Name the columns.",
    exp.Select: "Put the subquery into EXISTS (...) or compare its single aggregate.",
    exp.Interval: "Use add_days(d, n), add_months(d, n) or add_years(d, n).",
    exp.Dot: "Name a column as table.column.",
    exp.Parameter: "Use a setting, :name.",
    exp.Into: "A rule only reads.",
    exp.Alias: "Leave out the name; a condition needs none.",
    exp.Command: "A rule only reads.",
    exp.Limit: "Compare a single aggregate, such as min(...) or max(...).",
    exp.SimilarTo: "Use regexp_matches(x, '^...$').",
    exp.Collate: "Text is compared byte by byte; use upper(x) or lower(x).",
    exp.Any: "Write one comparison for each value, joined by OR, or use IN.",
    exp.Bracket: "Use substr(x, from, length).",
    exp.TableSample: "A rule reads every record.",
}


def handles(*classes: type[exp.Expr], parts: str | None = "this expression") -> Callable[[Handler], Handler]:
    """Register the handler of some node classes: what has none may not stand in a rule or view.

    `parts` names what the handler reads of a node. A node that carries anything else is refused, so that nothing is
    dropped in silence (SQLGlot keeps the NOT of NOT LIKE, and SYMMETRIC, in parts of their own). None: the handler
    looks itself.
    """

    def register(handler: Handler) -> Handler:
        known = None if parts is None else frozenset(parts.split())
        _HANDLERS.update(dict.fromkeys(classes, (handler, known)))
        return handler

    return register


def parse(source: str) -> Tree | Fault:
    """Parse one expression or SELECT; a `Fault` when it is not one."""
    try:
        trees = [tree for tree in sqlglot.parse(_with_dollars(source), dialect="duckdb") if tree is not None]
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        near = str(details[0].get("highlight") or "").strip()
        return Fault("This cannot be read as SQL" + (f", near {near!r}." if near else "."), "Check brackets and quotes.")
    except TypeError:  # compiled, SQLGlot says so of an operator without an operand
        return Fault("This cannot be read as SQL.", "Check that each operator has something on both sides.")
    except RecursionError:  # SQLGlot reads brackets by recursion
        return Fault("This is nested too deeply to be read.", "Split it into several rules, or use a view.")
    if len(trees) != 1:
        return Fault("Exactly one expression is expected.", "Remove semicolons.")
    for node in trees[0].walk():
        node.comments = None
    return trees[0]


_QUOTED_OR_SETTING = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![:\w]):([A-Za-z_]\w*)""")


def _with_dollars(source: str) -> str:
    """`:name` as `$name`, outside quotes: DuckDB also reads ``(x :name`` as an alias before its expression."""
    return _QUOTED_OR_SETTING.sub(lambda match: f"${match[1]}" if match[1] else match[0], source)


class Reader:
    """Walks expressions against a catalogue; one instance a rule or view, so that faults and reads add up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.found = Reading()

    def fault(self, message: str, fix: str = "") -> Typed:
        """Note a fault and go on, so that all of them are reported."""
        fault = Fault(message, fix)
        if fault not in self.found.faults:
            self.found.faults.append(fault)
        return exp.Null(), Kind("any")

    def predicate(self, source: str | Tree, scope: Scope) -> Tree:
        """Check a condition given as text or as an unchecked tree; its root must be boolean."""
        try:
            tree, kind = self.read(source, scope)
        except RecursionError:
            tree, kind = self.fault("This is nested too deeply to be read.", "Split it into several rules, or use a view.")
        if kind.family not in ("boolean", "null", "any"):
            fix = "Compare it with something, for example `... is not null`."
            self.fault(f"This is {described(kind)}, not a condition.", fix)
        return tree

    def read(self, source: str | Tree, scope: Scope) -> Typed:
        """Check an expression given as text or as an unchecked tree; returns the checked tree and its type."""
        tree = parse(source) if isinstance(source, str) else source
        if isinstance(tree, Fault):
            return self.fault(tree.message, tree.fix)
        return self.walk(tree, scope)

    def walk(self, node: Tree, scope: Scope) -> Typed:
        """Check one node and all below it."""
        found = _HANDLERS.get(type(node)) or (_HANDLERS.get(exp.Func) if isinstance(node, exp.Func) else None)
        if found is None:
            return self.fault(f"{type(node).__name__} may not stand here.", REFUSED.get(type(node), ELSEWHERE))
        handler, parts = found
        if parts is not None and not self.holds_only(node, parts):
            return exp.Null(), Kind("any")
        tree, kind = handler(self, node, scope)
        if kind.family == "null" and not isinstance(node, exp.Null | exp.Paren):
            # It has no type, and the engines disagree about what it may stand beside.
            return self.fault("This is null whatever the record holds.", "Write null, or name a column.")
        return tree, kind

    def holds_only(self, node: Tree, parts: Collection[str]) -> bool:
        """Whether a node carries nothing but `parts`; a fault for what else it carries."""
        extra = sorted(part.strip("_") for part, value in node.args.items() if value not in (None, False, []) and part not in parts)
        if extra:
            self.fault(f"{', '.join(extra).upper()} may not stand in {type(node).__name__.upper()}.", ELSEWHERE)
        return not extra

    def condition(self, node: Tree, scope: Scope) -> Tree:
        """Check a node that must be true, false or unknown."""
        tree, kind = self.walk(node, scope)
        if kind.family not in ("boolean", "null", "any"):
            self.fault(f"{described(kind)} stands where a condition is expected.", "Compare it with something.")
        return tree

    def same_family(self, left: Typed, right: Typed, what: str) -> tuple[Tree, Tree]:
        """Check that two values can be compared; turns a text literal beside a date into a date literal."""
        left, right = self.date_literal(left, right), self.date_literal(right, left)
        (left_tree, left_kind), (right_tree, right_kind) = left, right
        families = {left_kind.family, right_kind.family} - {"null", "any"}
        if len(families) > 1:
            fix = "Compare like with like."
            if families == {"text", "number"}:
                fix = "Put quotes round a code; a number in a text column is text."
            self.fault(f"{what} compares {described(left_kind)} with {described(right_kind)}.", fix)
        for one, (tree, _) in ((left_kind, right), (right_kind, left)):
            if one.codes is not None and isinstance(tree, exp.Literal) and tree.is_string and tree.name not in one.codes:
                known = did_you_mean(tree.name, one.codes)
                self.fault(f"{tree.name!r} is not in the code list of {one.column}.", known)
        return left_tree, right_tree

    def beside(self, value: Typed, others: Iterable[Typed]) -> Typed:
        """A text literal as a date literal where one of the others is a date."""
        for other in others:
            value = self.date_literal(value, other)
        return value

    def date_literal(self, value: Typed, other: Typed) -> Typed:
        """A text literal beside a date as a date literal; other values as they are."""
        tree, _ = value
        if other[1].family != "time" or not (isinstance(tree, exp.Literal) and tree.is_string):
            return value
        if not is_date(tree.name):
            return self.fault(f"{tree.name!r} is not a date that exists.", "Write dates as 2026-03-31.")
        return exp.cast(tree.copy(), "date"), Kind("date")


def is_date(text: str) -> bool:
    """Whether the text is a date written 2026-03-31 that exists."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


def binary(typed: Typed) -> Tree:
    """A value as it is ordered: text byte by byte on every engine."""
    tree, kind = typed
    return call(BINARY_ORDER, tree) if kind.family == "text" else tree


def widest(kinds: Iterable[Kind]) -> Kind:
    """The type of a value that is one of several: the first that is known, a number where integers and numbers mix."""
    known = [kind for kind in kinds if kind.family not in ("null", "any")]
    if not known:
        return NULL
    return Kind("number" if {kind.type for kind in known} == {"integer", "number"} else known[0].type)


def described(kind: Kind) -> str:
    """The type in words, with its column: "a date (date of birth)"."""
    names = {"null": "NULL", "integer": "an integer", "any": "something unknown", "boolean": "a true or false"}
    return names.get(kind.type, f"a {kind.type}") + (f" ({kind.column})" if kind.column else "")
