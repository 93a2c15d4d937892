"""Rules, views and settings of a pack: YAML to typed, frozen objects. Nothing here knows an engine or a check."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dq import yamlfile
from dq.contract import Column, Contract, Table, Type
from dq.errors import DqError, PackError, Problem, did_you_mean
from dq.model import Dimension, Severity

SettingType = Literal["text", "integer", "number", "date", "boolean"]
NOT_THEMES = ("dataset.yaml", "views.yaml", "settings.yaml", "measures.yaml", "survivors.yaml")
Row = Mapping[str, str | None]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Setting(_Frozen):
    """A value that rules name as :name. A derived one is an expression over other settings."""

    type: SettingType
    value: str | int | float | bool | dt.date | None = None
    title: str = ""
    note: str = ""
    local: bool = False
    derived: bool = False

    def holds(self) -> bool:
        """Whether the value is of the type (or none, or an expression)."""
        kinds = {"text": str, "integer": int, "number": int | float, "date": dt.date, "boolean": bool}
        if self.derived:
            return isinstance(self.value, str)
        fits = isinstance(self.value, kinds[self.type]) and (self.type == "boolean" or not isinstance(self.value, bool))
        return self.value is None or fits


class Also(_Frozen):
    """Records related to a failing one that are flagged with it."""

    table: str
    match: dict[str, str] = {}
    where: str | None = None
    fields: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _same_names(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("match"), list):
            return {**data, "match": {name: name for name in data["match"]}}
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> Any:
        schema = handler.resolve_ref_schema(handler(core_schema))
        names = {"type": "array", "items": {"type": "string"}}
        schema["properties"]["match"] = {"anyOf": [schema["properties"]["match"], names]}
        return schema


class ForEach(_Frozen):
    """Which columns a rule is repeated over; conditions are joined by AND."""

    type: Type | None = None
    codes: bool | None = None
    links: bool | None = None
    target_mandatory: bool | None = None
    target_length: bool | None = None
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def takes(self, table: Table, column: Column) -> bool:
        """Whether the rule is repeated for this column."""
        target = column.target
        wanted = [
            (self.codes, column.codes is not None),
            (self.links, column.links is not None),
            (self.target_mandatory, target is not None and target.mandatory),
            (self.target_length, target is not None and (target.length is not None or target.precision is not None)),
        ]
        return (
            (self.type is None or column.type == self.type)
            and (not self.tables or table.name in self.tables)
            and (not self.columns or column.name in self.columns)
            and all(want is None or want == has for want, has in wanted)
        )


@dataclass(frozen=True)
class Statement:
    """One condition on the records of one table: a check by name and its parameters as written."""

    table: str
    check: str
    value: Any
    when: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """Literal rows of some tables, and which of them must fail."""

    name: str
    tables: Mapping[str, tuple[Row, ...]]
    fails: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expect: Any = None
    as_of: dt.date | None = None
    go_live: dt.date | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1


@dataclass(frozen=True)
class Rule:
    """One rule as written (or as repeated by `for_each`), with where it stands."""

    id: str
    title: str
    statements: tuple[Statement, ...]
    dimension: Dimension
    severity: Severity
    fix: str
    source: str
    unknown: Literal["not_assessed", "fail"] = "not_assessed"
    scope: Literal["record", "extract"] = "record"
    owner: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None
    depends_on: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    examples: tuple[Example, ...] = ()
    theme: str = ""
    family: str = ""
    file: str = ""
    line: int = 0
    replaces: str = ""
    reason: str = ""
    needs: tuple[tuple[str, ...], ...] = ()

    @property
    def table(self) -> str:
        """The table of the first statement, which the rule is listed under."""
        return self.statements[0].table


@dataclass(frozen=True)
class SwitchOff:
    """Rules of a pack that a project does without: their ids as written, why, and the last day it holds."""

    rules: tuple[str, ...]
    because: str
    until: dt.date | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class View:
    """What many rules share: columns added to a table, or a table of its own that leads back to records."""

    name: str
    title: str
    adds_to: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    records: str | None = None
    sql: str | None = None
    examples: tuple[Example, ...] = ()
    file: str = ""
    line: int = 0


class _RuleSpec(_Frozen):
    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    replaces: str | None = None
    title: str
    dimension: Dimension
    severity: Severity
    fix: str
    source: str
    reason: str = ""
    table: str | None = None
    when: str | bool | None = None
    fields: tuple[str, ...] = ()
    unknown: Literal["not_assessed", "fail"] = "not_assessed"
    scope: Literal["record", "extract"] = "record"
    owner: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None
    depends_on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    flags: tuple[dict[str, Any], ...] = ()
    for_each: ForEach | None = None
    examples: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _takes_the_place(cls, data: object) -> object:
        if isinstance(data, dict) and "id" not in data and isinstance(data.get("replaces"), str):
            return {"id": data["replaces"].replace(".", "-"), **data}
        return data


class _SwitchOffSpec(_Frozen):
    disable: tuple[str, ...] = Field(min_length=1)
    because: str
    until: dt.date | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("disable"), str):
            return {**data, "disable": [data["disable"]]}
        return data

    @model_validator(mode="after")
    def _says_why(self) -> _SwitchOffSpec:
        if not self.because.strip():
            raise ValueError("because: says why the project does without the rule; it is blank")
        return self


class _ViewSpec(_Frozen):
    view: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    title: str
    adds_to: str | None = None
    columns: dict[str, str] = {}
    records: str | None = None
    sql: str | None = None
    examples: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _one_shape(self) -> _ViewSpec:
        if (self.adds_to is None) == (self.records is None):
            raise ValueError("a view either has adds_to: with columns:, or records: with sql:")
        if self.adds_to is not None and (not self.columns or self.sql):
            raise ValueError("a view with adds_to: has columns: and no sql:")
        if self.records is not None and (not self.sql or self.columns):
            raise ValueError("a view with records: has sql: and no columns:")
        return self


class _SettingsSpec(_Frozen):
    settings: dict[str, Setting] = {}


def read_settings(folder: Path) -> dict[str, Setting]:
    """Settings of a pack; empty where it has no settings.yaml. Raises `PackError`."""
    path = folder / "settings.yaml"
    if not path.is_file():
        return {}
    try:
        document = yamlfile.read(path)
        found = dict(yamlfile.validate(_SettingsSpec, document, document.data or {}).settings)
    except DqError as error:
        raise PackError(error.problems) from None
    problems = [
        document.problem(("settings", name), f"The value is not of the type {setting.type}.", subject=f":{name}")
        for name, setting in found.items()
        if not setting.holds()
    ]
    if problems:
        raise PackError(problems)
    return found


def read_views(folder: Path) -> list[View]:
    """Views of a pack in the order written: `views.yaml`, then the files of `views/` by name.

    Raises `PackError` with every fault of every file.
    """
    problems: list[Problem] = []
    views: list[View] = []
    for path in (folder / "views.yaml", *sorted((folder / "views").glob("*.yaml"))):
        if path.is_file():
            try:
                views += _read_views_file(path, problems)
            except DqError as error:
                problems += error.problems
    if problems:
        raise PackError(problems)
    return views


def _read_views_file(path: Path, problems: list[Problem]) -> Iterator[View]:
    document = yamlfile.read(path, text_below=("examples",))
    for index, data in enumerate(_items(document, "views", problems)):
        at = ("views", index)
        try:
            spec = yamlfile.validate(_ViewSpec, document, data, at)
        except DqError as error:
            problems += error.problems
            continue
        examples = tuple(_examples(spec.examples, document, at, spec.adds_to or spec.records or "", problems))
        shape = (spec.adds_to, spec.columns, spec.records, spec.sql)
        yield View(spec.view, spec.title, *shape, examples, str(path), document.line(at))


def read_rules(folder: Path, contract: Contract, off: list[SwitchOff] | None = None) -> list[Rule]:
    """Rules of every theme file of a pack, `for_each` expanded. Raises `PackError` with every fault.

    With `off` the folder is a project's own: its rules may take the place of a pack's, and what it switches off is
    added to the list.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in NOT_THEMES:
            try:
                rules += _read_theme(path, contract, problems, off)
            except DqError as error:
                problems += error.problems
    first: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in first:
            where = f"{Path(first[rule.id].file).name}:{first[rule.id].line}"
            problems.append(Problem(rule.file, rule.line, rule.id, f"This id stands in {where} too.", "Give each rule its own."))
        first.setdefault(rule.id, rule)
    if problems:
        raise PackError(problems)
    return rules


def _items(document: yamlfile.Document, key: str, problems: list[Problem]) -> list[Any]:
    data = document.data or {}
    known = {"theme", "note", key}
    if not isinstance(data, dict) or not isinstance(data.get(key, []), list):
        problems.append(document.problem((), f"A file of {key} begins with `{key}:` and a list below it."))
        return []
    for name in data.keys() - known:
        problems.append(document.problem((name,), f"{name!r} is not known here.", fix=did_you_mean(name, known)))
    return list(data.get(key) or [])


_ELSEWHERE = "This has no effect in a pack."
_MOVE = "Put it into the project's folder rules/, which is read by itself and is not named under packs:."


def _read_theme(path: Path, contract: Contract, problems: list[Problem], off: list[SwitchOff] | None) -> Iterator[Rule]:
    document = yamlfile.read(path, text_below=("examples",))
    theme = (document.data or {}).get("theme", path.stem) if isinstance(document.data, dict) else path.stem
    for index, data in enumerate(_items(document, "rules", problems)):
        at: yamlfile.Location = ("rules", index)
        for word in ("replaces", "disable") if off is None and isinstance(data, dict) else ():
            if word in data:
                problems.append(document.problem((*at, word), f"{word}: {_ELSEWHERE}", fix=_MOVE))
        try:
            if isinstance(data, dict) and "disable" in data:
                switch = yamlfile.validate(_SwitchOffSpec, document, data, at)
                where = (str(path), document.line(at))
                if off is not None:
                    off.append(SwitchOff(switch.disable, " ".join(switch.because.split()), switch.until, *where))
                continue
            spec = yamlfile.validate(_RuleSpec, document, data, at)
        except DqError as error:
            subject = str(data.get("id", "")) if isinstance(data, dict) else ""
            problems += [replace(problem, subject=subject) for problem in error.problems]
            continue
        rule = _rule(spec, document, at, str(theme), problems)
        if rule is not None:
            repeated = list(_repeated(rule, spec, contract))
            if not repeated:
                message = "for_each matches no column of the contract."
                problems.append(document.problem((*at, "for_each"), message, subject=spec.id, fix="Loosen it, or remove the rule."))
            yield from repeated


def _rule(spec: _RuleSpec, document: yamlfile.Document, at: yamlfile.Location, theme: str, problems: list[Problem]) -> Rule | None:
    def fault(message: str, fix: str = "", location: yamlfile.Location = ()) -> None:
        problems.append(document.problem((*at, *location), message, subject=spec.id, fix=fix))

    # A rule that takes the place of one repetition keeps its id, which has dots in it.
    rule_id = spec.replaces if spec.replaces and spec.id == spec.replaces.replace(".", "-") else spec.id
    statements: list[Statement] = []
    checks = dict(spec.model_extra or {})
    if spec.flags:
        if spec.when is not None or spec.fields:
            fault("when: and fields: beside flags: have no effect.", "Put them into each of the flags.")
        if checks:
            fault(f"A rule with flags: has no {', '.join(checks)} beside them.", "Put it into one of the flags.")
        for index, flag in enumerate(spec.flags):
            rest = {key: value for key, value in flag.items() if key not in ("table", "when", "fields")}
            table, fields = flag.get("table", spec.table), flag.get("fields", [])
            if len(rest) != 1 or not isinstance(table, str):
                fault("Each flag has a table: and exactly one check.", location=("flags", index))
                continue
            if not isinstance(fields, list):
                fault("fields: is a list of columns.", "Write fields: [a, b].", ("flags", index, "fields"))
                continue
            [(check, value)] = rest.items()
            statements.append(Statement(table, check, value, _when(flag.get("when")), tuple(map(str, fields))))
        for name in ("when", "fields", "for_each"):
            if getattr(spec, name):
                fault(f"A rule with flags: has no {name}: beside them.", "Put it into each flag.", (name,))
    elif len(checks) != 1:
        known = [*_RuleSpec.model_fields, "assert", "required", "forbidden", "references"]
        hints = " ".join(filter(None, (did_you_mean(name, known) for name in checks)))
        got = ", ".join(checks) or "none"
        fault(f"A rule has exactly one check (assert: or a short form), got: {got}.", hints)
    elif spec.table is None and spec.for_each is None:
        fault("table is missing.", "Name the table whose records the rule speaks of.")
    else:
        [(check, value)] = checks.items()
        statements.append(Statement(spec.table or "{table}", check, value, _when(spec.when), spec.fields))
    examples = tuple(_examples(spec.examples, document, at, spec.table or "", problems, spec.id))
    if not statements:
        return None
    return Rule(
        rule_id, spec.title, tuple(statements), spec.dimension, spec.severity, spec.fix, spec.source, spec.unknown, spec.scope,
        spec.owner, spec.tags, spec.kind, spec.depends_on, spec.group, spec.also, examples, theme, rule_id,
        str(document.path), document.line(at), spec.replaces or "", spec.reason,
        tuple(tuple(each.split(" or ")) for each in spec.needs),
    )  # fmt: skip


def _when(value: object) -> str | None:
    return None if value is None or value is True else str(value)


def _repeated(rule: Rule, spec: _RuleSpec, contract: Contract) -> Iterator[Rule]:
    if spec.for_each is None:
        yield rule
        return
    for table in contract.tables.values():
        for column in table.columns.values():
            if spec.for_each.takes(table, column):
                words = {"table": table.name, "column": column.name, "title": column.title, "table_title": table.title}
                words["title_lower"] = column.title[:1].lower() + column.title[1:]
                yield _filled(replace(rule, id=f"{rule.id}.{table.name}.{column.name}"), words)


def _filled(rule: Rule, words: Mapping[str, str]) -> Rule:
    statements = tuple(
        Statement(
            _fill(each.table, words), each.check, _fill(each.value, words), _fill(each.when, words), _fill(each.fields, words)
        )
        for each in rule.statements
    )
    texts = {name: _fill(getattr(rule, name), words) for name in ("title", "fix", "reason", "depends_on")}
    return replace(rule, statements=statements, **texts)


def _fill(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), value)
    if isinstance(value, list | tuple):
        return type(value)(_fill(each, words) for each in value)
    if isinstance(value, dict):
        return {key: _fill(each, words) for key, each in value.items()}
    return value


def _examples(
    specs: tuple[dict[str, Any], ...],
    document: yamlfile.Document,
    at: yamlfile.Location,
    table: str,
    problems: list[Problem],
    subject: str = "",
) -> Iterator[Example]:
    for index, spec in enumerate(specs):
        where = (*at, "examples", index)
        known = {"name", "as_of", "go_live", "settings", "fails", "expect"}
        fails, dates = spec.get("fails"), {}
        for name in ("as_of", "go_live"):
            try:
                dates[name] = dt.date.fromisoformat(spec[name]) if spec.get(name) else None
            except (TypeError, ValueError):
                problems.append(document.problem((*where, name), f"{name} is not a date like 2026-03-31.", subject=subject))
                dates[name] = None
        if isinstance(fails, list):
            fails = {table: fails}
        rows: dict[str, tuple[Row, ...]] = {}
        for name, value in spec.items():
            if name in known:
                continue
            if value is not None and (not isinstance(value, list) or not all(isinstance(row, dict) for row in value)):
                message = f"{name}: an example's table is a list of rows, each {{column: value}}."
                problems.append(document.problem((*where, name), message, subject=subject))
                continue
            rows[name] = tuple(value or ())
        if fails is not None and not isinstance(fails, dict):
            problems.append(document.problem((*where, "fails"), "fails: is a list of keys, or table: keys.", subject=subject))
            fails = {}
        yield Example(
            str(spec.get("name") or f"example {index + 1}"),
            rows,
            {name: tuple(str(key) for key in keys or ()) for name, keys in (fails or {}).items()},
            spec.get("expect"),
            dates["as_of"],
            dates["go_live"],
            spec.get("settings") or {},
            document.line(where),
        )


def rule_schema() -> dict[str, Any]:
    """JSON Schema of one rule, without its checks."""
    schema = _RuleSpec.model_json_schema()
    schema["required"].remove("id")  # one that replaces another keeps its id
    schema["anyOf"] = [{"required": ["id"]}, {"required": ["replaces"]}]
    return schema


def switch_off_schema() -> dict[str, Any]:
    """JSON Schema of an entry that switches rules of a pack off."""
    schema = _SwitchOffSpec.model_json_schema()
    names = schema["properties"]["disable"]
    schema["properties"]["disable"] = {"anyOf": [names, {"type": "string"}]}
    return schema
