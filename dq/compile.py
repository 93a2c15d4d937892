"""Rules and views to SQL trees.

`Compiler` holds a pack's contract, views and settings. `rule()` and `view()` give trees in the portable language,
checked; `lower()` writes a tree for one engine. Shape of what comes out:

- a view: ``SELECT row_id, <columns> FROM ...``, materialised once a run under the view's name;
- a statement of a rule, its *verdict*: ``SELECT row_id, ok FROM <table> WHERE <when>``, a row for each record in
  scope, `ok` true (passes), false (fails) or NULL (not assessed).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from dq.calendar import FIRST, LAST, bank_holidays
from dq.checks import CHECKS, CheckFault, Subject
from dq.compiled import CompiledAlso, CompiledRule, CompiledStatement, CompiledView, Reads
from dq.contract import Contract, Table
from dq.errors import PackError, Problem, did_you_mean
from dq.expression import Catalogue, Kind, Reader, Relation, Scope, parse, read_select
from dq.expression.reader import Fault, described
from dq.functions import CALENDAR_FUNCTIONS, Dialect, Tree
from dq.lower import Context, lower
from dq.rules import Also, Rule, Setting, Statement, View
from dq.sqltext import column, named, table

BUILT_IN = {"as_of": "date", "go_live": "date"}


class Compiler:
    """Compiles views once and then rules, against one contract and one set of settings.

    `values` are the settings' values in force (built-in ones too); a setting without a value that a rule uses is a
    problem of that rule. Raises `PackError` when views are wrong.
    """

    def __init__(
        self,
        contract: Contract,
        views: Sequence[View],
        settings: Mapping[str, Setting],
        values: Mapping[str, object] | None = None,
    ) -> None:
        self.contract = contract
        self.settings = settings
        self.values = {**{name: setting.value for name, setting in settings.items()}, **(values or {})}
        types = {**{name: setting.type for name, setting in settings.items()}, **BUILT_IN}
        self.relations: dict[str, Relation] = {}
        self.catalogue = Catalogue(self.relations, types)
        self.views: dict[str, CompiledView] = {}
        for subject in contract.tables.values():
            self.relations[subject.name] = relation = _relation(contract, subject)
            self.relations[f"previous.{subject.name}"] = replace(relation, schema="previous")
        self.derived: dict[str, tuple[Tree, frozenset[str]]] = {}
        problems = list(self._derive())
        problems += [problem for view in views for problem in self._add_view(view)]
        if problems:
            raise PackError(problems)

    # settings

    def _derive(self) -> Iterator[Problem]:
        """Read the settings that are expressions over other settings; each must come to a value of its type."""
        for name, setting in self.settings.items():
            if not setting.derived:
                continue
            reader = Reader(self.catalogue)
            tree, kind = reader.read(str(setting.value), Scope({}))
            wanted = Kind(setting.type)
            if not reader.found.faults and kind.family not in (wanted.family, "null"):
                reader.fault(f"It comes to {described(kind)}, and its type is {setting.type}.", "Change the one or the other.")
            for fault in reader.found.faults:
                yield Problem("", 0, f":{name}", fault.message, fault.fix)
            self.derived[name] = tree, frozenset(reader.found.settings)
        for name in self.derived:
            if name in self._behind(name):
                yield Problem("", 0, f":{name}", "The setting is derived from itself.", "Break the ring.")

    def _behind(self, name: str) -> frozenset[str]:
        """The settings that a setting is derived from, through any number of steps."""
        found: set[str] = set()
        todo = [name]
        while todo:
            each = todo.pop()
            further = self.derived[each][1] - found if self._is_derived(each) else frozenset()
            found |= further
            todo += further
        return frozenset(found)

    def _is_derived(self, name: str) -> bool:
        """Whether the expression holds: a project may put a value of its own in its place."""
        return name in self.derived and self.values.get(name) == self.settings[name].value

    # views

    def _add_view(self, view: View) -> list[Problem]:
        reader = Reader(self.catalogue)
        base = view.adds_to or view.records or ""
        problems = []
        if base not in self.contract.tables:
            fix = did_you_mean(base, self.contract.tables)
            return [Problem(view.file, view.line, view.name, f"There is no table {base!r}.", fix)]
        if view.name in self.relations:
            problems.append(Problem(view.file, view.line, view.name, "The name is a table's or another view's.", "Choose another."))
        if view.adds_to is not None:
            tree, columns = self._added_columns(view, reader)
        else:
            parsed = parse(view.sql or "")
            if isinstance(parsed, Fault):
                return [Problem(view.file, view.line, view.name, parsed.message, parsed.fix)]
            tree, relation = read_select(reader, parsed, None, {}, view.name)
            columns = dict(relation.columns)
            if "row_id" not in columns:
                fix = f"Select the row_id of a {base} record, so that a finding can point to it."
                reader.fault("The view has no column row_id.", fix)
            columns.pop("row_id", None)
        problems += [Problem(view.file, view.line, view.name, fault.message, fault.fix) for fault in reader.found.faults]
        if problems:
            return problems
        reads = _reads(reader)
        self.views[view.name] = CompiledView(view, tree, columns, reads, self._views_read(reads))
        if view.adds_to is not None:
            relation = self.relations[base]
            added = {**relation.added, **dict.fromkeys(columns, view.name)}
            self.relations[base] = replace(relation, columns={**relation.columns, **columns}, added=added)
        else:
            everything = {"row_id": Kind("integer"), **columns}
            self.relations[view.name] = Relation(view.name, everything, table=base, key=())
        return []

    def variant(self, view: View) -> CompiledView:
        """Another wording of a view of this pack, compiled as if it stood in its place; raises `PackError`."""
        other = copy(self)
        other.relations = dict(self.relations)
        other.catalogue = Catalogue(other.relations, self.catalogue.settings)
        other.views = dict(self.views)
        base = self.relations[view.adds_to or view.records or ""]
        gone = {name for name, source in base.added.items() if source == view.name}
        other.relations[base.name] = replace(
            base,
            columns={name: kind for name, kind in base.columns.items() if name not in gone},
            added={name: source for name, source in base.added.items() if name not in gone},
        )
        other.relations.pop(view.name, None)
        problems = other._add_view(view)
        if problems:
            raise PackError(problems)
        return other.views[view.name]

    def _added_columns(self, view: View, reader: Reader) -> tuple[Tree, dict[str, Kind]]:
        base = view.adds_to or ""
        relation = self.relations[base]
        columns: dict[str, Kind] = {}
        expressions: list[Tree] = [exp.alias_(exp.column("row_id", table=base, quoted=True), "row_id", quoted=True)]
        for name, source in view.columns.items():
            if name in relation.columns:
                reader.fault(f"{base} has a column {name!r} already.", "Choose another name.")
            tree, kind = reader.read(source, Scope({base: relation}, windows=True, in_view=True))
            columns[name] = kind
            expressions.append(exp.alias_(tree, name, quoted=True))
        return exp.select(*expressions).from_(table(base)), columns

    def _views_read(self, reads: Reads) -> tuple[str, ...]:
        """Views that must stand before something with these reads can run, in the order to build them."""
        direct = {name for name in reads.relations if name in self.views}
        for relation, word in reads.columns:
            added = self.relations[relation].added if relation in self.relations else {}
            if word in added:
                direct.add(added[word])
        needed = set(direct)
        for name in direct:
            needed.update(self.views[name].needs)
        return tuple(name for name in self.views if name in needed)

    # rules

    def rule(self, rule: Rule) -> CompiledRule:
        """Compile one rule; raises `PackError` with every fault of it."""
        problems: list[Problem] = list(self._needs(rule))
        statements: list[CompiledStatement] = []
        reads = Reads()
        for statement in rule.statements:
            reader = Reader(self.catalogue)
            compiled = self._statement(rule, statement, reader)
            problems += [Problem(rule.file, rule.line, rule.id, fault.message, fault.fix) for fault in reader.found.faults]
            reads |= _reads(reader)
            if compiled is not None:
                statements.append(compiled)
                reads |= Reads(relations=frozenset({compiled.relation}))
        if problems:
            raise PackError(problems)
        views = self._views_read(reads)
        used = self._settings_used(reads, views)
        unset = tuple(sorted(name for name in used if self.values.get(name) is None))
        compiled_rule = CompiledRule(rule, tuple(statements), reads, views, unset)
        return replace(compiled_rule, fingerprint=self._fingerprint(compiled_rule))

    def _needs(self, rule: Rule) -> Iterator[Problem]:
        """Names in `needs` that are no table or column of the contract."""
        for each in (name for need in rule.needs for name in need):
            name, _, field = each.partition(".")
            known: Mapping[str, object] = self.contract.tables
            if name in known:
                known = self.contract.tables[name].columns if field else {"": None}
                name = field
            if name not in known:
                message = f"needs: the contract has no {'column' if field == name else 'table'} {each!r}."
                fix = did_you_mean(name, known) or "Write a table, table.column, or several with ' or ' between."
                yield Problem(rule.file, rule.line, rule.id, message, fix)

    def _settings_used(self, reads: Reads, views: Sequence[str]) -> set[str]:
        direct = reads.settings.union(*(self.views[name].reads.settings for name in views))
        return {*direct, *(each for name in direct for each in self._behind(name))}

    def _statement(self, rule: Rule, statement: Statement, reader: Reader) -> CompiledStatement | None:
        whole = rule.scope == "extract"
        relation = self.relations.get(statement.table)
        if relation is None or relation.schema is not None:
            known = [name for name in self.relations if not name.startswith("previous.")]
            reader.fault(f"There is no table or view {statement.table!r}.", did_you_mean(statement.table, known))
            return None
        if statement.check not in CHECKS:
            fix = did_you_mean(statement.check, CHECKS) or f"Known checks: {', '.join(sorted(CHECKS))}."
            reader.fault(f"There is no check {statement.check!r}.", fix)
            return None
        check = CHECKS[statement.check]
        subject = Subject(self.contract, relation, self.relations)
        try:
            condition = check.build(subject, **check.bind(statement.value))
        except CheckFault as fault:
            reader.fault(fault.fault.message, fault.fault.fix)
            return None
        sources = {} if whole else {statement.table: relation}
        scope = Scope(sources, windows=statement.check not in ("assert", "query"), whole_extract=whole)
        ok = reader.predicate(condition.tree, scope)
        if condition.pairs is not None:
            reader.predicate(exp.GTE(this=condition.pairs.copy(), expression=exp.Literal.number(0)), Scope({}))
        reader.found.relations.update(condition.tables)
        when = reader.predicate(statement.when, Scope(sources, whole_extract=whole)) if statement.when else None
        fields = statement.fields or tuple(name for name in condition.fields if not whole)
        for name in fields:
            if name not in relation.columns and not whole:
                reader.fault(f"fields: there is no column {name!r} in {statement.table}.", did_you_mean(name, relation.columns))
        for name in rule.group:
            if name not in relation.columns:
                reader.fault(f"group: there is no column {name!r} in {statement.table}.", did_you_mean(name, relation.columns))
        if condition.failing_rows is not None:
            among = self._not_among(condition.failing_rows, statement, reader)
            always = isinstance(ok, exp.Boolean)
            ok = among if always else exp.Case(ifs=[exp.If(this=ok, true=among)])
        if rule.unknown == "fail":
            ok = exp.Coalesce(this=exp.paren(ok), expressions=[exp.false()])
        also = tuple(self._also(each, statement, reader) for each in rule.also) if not whole else ()
        verdict = _verdict(statement.table, ok, when, whole)
        return CompiledStatement(
            statement.table, None if whole else relation.table, verdict, fields, tuple(each for each in also if each),
            condition.pairs,
        )  # fmt: skip

    def _not_among(self, failing: Tree, statement: Statement, reader: Reader) -> Tree:
        if statement.check == "query":
            failing, relation = read_select(reader, failing, None, {}, "failing")
            if "row_id" not in relation.columns:
                reader.fault("The query gives no row_id.", f"Select the row_id of the failing {statement.table} records.")
        else:
            reader.found.relations.add(statement.table)
            for table in failing.find_all(exp.Table):
                if table.name != "walk":
                    table.set("this", exp.to_identifier(table.name, quoted=True))
        same = exp.EQ(
            this=exp.column("row_id", table="failing", quoted=True),
            expression=exp.column("row_id", table=statement.table, quoted=True),
        )
        among = (
            exp.select("1").from_(exp.Subquery(this=failing, alias=exp.TableAlias(this=exp.to_identifier("failing")))).where(same)
        )
        return exp.not_(exp.Exists(this=among))

    def _also(self, also: Also, statement: Statement, reader: Reader) -> CompiledAlso | None:
        relation = self.relations.get(also.table)
        if relation is None or relation.table is None or relation.schema is not None:
            known = [name for name in self.relations if not name.startswith("previous.")]
            reader.fault(f"also: there is no table {also.table!r}.", did_you_mean(also.table, known))
            return None
        here = self.relations[statement.table]
        both = Scope({"this": here, also.table: relation})
        conditions = []
        for mine, theirs in also.match.items():
            pair = exp.EQ(this=exp.column(mine, table="this"), expression=exp.column(theirs, table=also.table))
            conditions.append(reader.predicate(pair, both))
        if also.where is not None:
            parsed = parse(also.where)
            if isinstance(parsed, Fault):
                reader.fault(parsed.message, parsed.fix)
                return None
            for column in parsed.find_all(exp.Column):
                if not column.table and column.find_ancestor(exp.Select) is None:
                    column.set("table", exp.to_identifier(also.table))
            conditions.append(reader.predicate(parsed, both))
        if not conditions:
            reader.fault("also: needs match: or where:.", "Say how the related records belong to the failing one.")
            return None
        for name in also.fields:
            if name not in relation.columns:
                reader.fault(f"also: there is no column {name!r} in {also.table}.", did_you_mean(name, relation.columns))
        reader.found.relations.add(also.table)
        select = exp.select(
            exp.alias_(exp.column("row_id", table=also.table, quoted=True), "row_id", quoted=True),
            exp.alias_(exp.column("row_id", table="this", quoted=True), "primary_id", quoted=True),
        )
        select = select.from_(table(statement.table, "this")).join(table(also.table), on=exp.and_(*conditions))
        return CompiledAlso(also.table, select, also.fields or tuple(also.match.values()))

    def _fingerprint(self, rule: CompiledRule) -> str:
        """Hash of what the rule means: its trees, its views', the settings in force, code lists by content, calendar."""
        parts = [statement.verdict.sql(dialect="duckdb") for statement in rule.statements]
        parts += [each.tree.sql(dialect="duckdb") for statement in rule.statements for each in statement.also]
        parts += [f"{name}:{self.views[name].tree.sql(dialect='duckdb')}" for name in rule.views]
        used = self._settings_used(rule.reads, rule.views)
        parts += [f"{name}={self.values.get(name)}" for name in sorted(used - set(BUILT_IN))]
        functions = set(rule.reads.functions).union(*(self.views[name].reads.functions for name in rule.views))
        parts += [f"{FIRST}:{LAST}:{sorted(bank_holidays())}"] if functions.intersection(CALENDAR_FUNCTIONS) else []
        parts += [rule.rule.unknown, rule.rule.scope, ",".join(rule.rule.depends_on)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    # engines

    def lower(self, tree: Tree, dialect: Dialect) -> Tree:
        """A checked tree as one engine takes it; see `dq.lower`."""
        derived = {name: self.derived[name][0] for name in self.derived if self._is_derived(name)}
        return lower(tree, dialect, Context(self.relations, self.values, derived))

    def sql(self, tree: Tree, dialect: Dialect, *, pretty: bool = False) -> str:
        """The SQL of a checked tree for one engine."""
        lowered = self.lower(tree, dialect)
        return lowered.sql(dialect=dialect, pretty=pretty, unsupported_level=ErrorLevel.RAISE)


def _relation(contract: Contract, subject: Table) -> Relation:
    columns = {"row_id": Kind("integer"), "row_hash": Kind("text")}
    for each in subject.columns.values():
        codes = frozenset(code.code for code in contract.codes[each.codes]) if each.codes in contract.codes else None
        columns[each.name] = Kind(each.type, codes if each.type == "code" else None, each.name)
    return Relation(subject.name, columns, table=subject.name, key=subject.key)


def _reads(reader: Reader) -> Reads:
    found = reader.found
    known = set(reader.catalogue.relations)
    return Reads(
        frozenset(found.relations | {relation for relation, _ in found.columns if relation in known}),
        frozenset(found.columns),
        frozenset(found.settings),
        frozenset(found.functions),
        frozenset(found.counted_from),
    )


def _verdict(name: str, ok: Tree, when: Tree | None, whole: bool) -> exp.Select:
    row_id: Tree = exp.cast(exp.Null(), "bigint") if whole else column("row_id", name)
    select = exp.select(named(row_id, "row_id"), named(exp.paren(ok), "ok"))
    select = select if whole else select.from_(table(name))
    return select.where(when) if when is not None else select
