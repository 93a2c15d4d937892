"""Measures of a pack: key figures by the week and the month. YAML to typed, frozen objects; nothing here knows an engine.

A measure counts records: those of `of:` are spoken of, those of them for which `counts:` is true are counted. It is read as a rule
is, so that its conditions mean what they would mean there: `rule_of` gives the rule whose verdict is counted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dq import yamlfile
from dq.errors import DqError, PackError, Problem
from dq.rules import Example, Row, Rule, Statement

Direction = Literal["at least", "at most"]
Cadence = Literal["daily", "weekly", "monthly"]
Owner = Literal["team", "service", "head", "director", "whole"]
Shape = Literal["share", "count", "average", "maximum"]
Chosen = Literal["missed", "counted", "all"]
FILE = "measures.yaml"

PERIODS = {
    "week": "{0} <= :as_of and {0} > add_days(:as_of, -7)",
    "month": "{0} <= :as_of and year({0}) = year(:as_of) and month({0}) = month(:as_of)",
    "last month": "year({0}) = year(add_months(:as_of, -1)) and month({0}) = month(add_months(:as_of, -1))",
    "year to date": "{0} <= :as_of and year(add_months({0}, -3)) = year(add_months(:as_of, -3))",
}
"""Which dates lie in the seven days up to the extract, its month, the whole month before, its financial year (from 1 April)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RecordList(_Frozen):
    """Which records behind a measure may be listed, the column by which they are ordered, and what is shown of them."""

    records: Chosen | None = None
    due: str | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One figure of a measure: of which records, which of them count, how it is put, and whether the target is for it.

    `word` is blank for the measure itself, else a period, a band or `maximum`. `statement` is the place of its condition in the
    measure's rule; a `period` says which of the measure's records are meant, a band which of them are counted.
    """

    word: str
    shape: Shape
    judged: bool
    statement: int = 0
    period: bool = False


@dataclass(frozen=True)
class MeasureExample:
    """Literal rows of some tables, and the figures that come of them: by part, what is counted, of how many, not assessed."""

    example: Example
    gives: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Measure:
    """One measure as written, with where it stands."""

    id: str
    title: str
    area: str
    table: str
    of: str | None
    counts: str | None
    by_week: str | None
    by_month: str | None
    bands: Mapping[str, str]
    per: Literal["worker"] | None
    target: float | str | None
    direction: Direction | None
    cadence: Cadence
    owner: Owner
    list: RecordList | None
    sample: int | None
    source: str
    reason: str
    examples: tuple[MeasureExample, ...] = field(default=(), compare=False)
    file: str = ""
    line: int = 0

    @property
    def setting(self) -> str:
        """The setting that the target is; blank where it is a number, or there is none."""
        return self.target.removeprefix(":") if isinstance(self.target, str) else ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its figures, in the order in which they are shown. The target is for the ones that are judged.

        Judged are the week where there is one, else the whole month before; of what is held by workers the most that one holds.
        """
        shape: Shape = "share" if self.counts is not None else "count"
        if self.per is not None:
            return (Part("", "average", False), Part("maximum", "maximum", True))
        periods = self.periods
        if periods:
            judged = "week" if "week" in periods else "last month"
            return tuple(Part(word, shape, word == judged, place, True) for place, word in enumerate(periods, start=1))
        bands = (Part(word, "share", False, place) for place, word in enumerate(self.bands, start=1))
        return (Part("", shape, True), *bands)

    @property
    def periods(self) -> dict[str, str]:
        """The condition of each period that is asked for."""
        columns = {"week": self.by_week, **dict.fromkeys(("month", "last month", "year to date"), self.by_month)}
        return {word: PERIODS[word].format(name) for word, name in columns.items() if name is not None}

    @property
    def listed(self) -> Chosen:
        """Which records its list holds, unless it says so: what missed of a share that is to be high, else what is counted."""
        if self.list is not None and self.list.records is not None:
            return self.list.records
        return "missed" if self.counts is not None and self.direction != "at most" else "counted"


def rule_of(measure: Measure) -> Rule:
    """The rule whose verdict is counted: first the measure itself, then the condition of each period or band alone."""
    counted = measure.counts if measure.counts is not None else "true"
    shown = measure.list if measure.list is not None else RecordList()
    fields = tuple(dict.fromkeys((*([shown.due] if shown.due else []), *shown.fields)))
    statements = [Statement(measure.table, "assert", counted, measure.of, fields)]
    conditions = (*measure.periods.values(), *measure.bands.values())
    statements += [Statement(measure.table, "assert", condition) for condition in conditions]
    return Rule(
        measure.id, measure.title, tuple(statements), "timeliness", "minor", "", measure.source, theme=measure.area,
        family=measure.id, file=measure.file, line=measure.line, reason=measure.reason,
        examples=tuple(each.example for each in measure.examples),
    )  # fmt: skip


class _MeasureSpec(_Frozen):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    title: str
    area: str
    table: str
    of: str | None = None
    counts: str | None = None
    by_week: str | None = None
    by_month: str | None = None
    bands: dict[str, str] = {}
    per: Literal["worker"] | None = None
    target: int | float | str | None = None
    direction: Direction | None = None
    cadence: Cadence
    owner: Owner
    list: RecordList | None = None
    sample: int | None = Field(default=None, ge=1)
    source: str
    reason: str
    examples: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("list") is True:
            return {**data, "list": {}}
        return data

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> Any:
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["properties"]["list"]["anyOf"].append({"const": True})
        return schema

    @model_validator(mode="after")
    def _one_shape(self) -> _MeasureSpec:
        several = [
            *(["per:"] if self.per else []),
            *(["bands:"] if self.bands else []),
            *(["by_week: or by_month:"] if self.by_week or self.by_month else []),
        ]
        if len(several) > 1:
            raise ValueError(f"a measure has one of {', '.join(several)}; make two measures of it")
        if self.counts is not None and (self.per or self.bands):
            raise ValueError(f"counts: and {several[0]} do not go together; say in of: which records count")
        if (self.target is None) != (self.direction is None):
            raise ValueError("target: and direction: (at least, at most) go together")
        if isinstance(self.target, str) and not re.fullmatch(r":[A-Za-z_]\w*", self.target):
            raise ValueError("target: is a number, or a setting such as :visits_target")
        if isinstance(self.target, int | float) and (self.target < 0 or (self.counts is not None and self.target > 100)):
            raise ValueError("target: of a share is a percentage from 0 to 100, of a count a number that is not below 0")
        if self.sample is not None and self.list is None:
            raise ValueError("sample: takes some of the records of list:, which is missing")
        return self


def read_measures(folder: Path) -> list[Measure]:
    """Measures of a pack in the order written; none where it has no measures.yaml. Raises `PackError` with every fault."""
    path = folder / FILE
    if not path.is_file():
        return []
    problems: list[Problem] = []
    measures: list[Measure] = []
    try:
        document = yamlfile.read(path, text_below=("examples",))
    except DqError as error:
        raise PackError(error.problems) from None
    for index, data in enumerate(_items(document, problems)):
        at: yamlfile.Location = ("measures", index)
        try:
            spec = yamlfile.validate(_MeasureSpec, document, data, at)
        except DqError as error:
            subject = str(data.get("id", "")) if isinstance(data, dict) else ""
            problems += [replace(problem, subject=subject) for problem in error.problems]
            continue
        bare = Measure(
            **{name: getattr(spec, name) for name in _MeasureSpec.model_fields if name != "examples"},
            file=str(path), line=document.line(at),
        )  # fmt: skip
        examples = tuple(
            _example(each, document, (*at, "examples", place), bare, problems) for place, each in enumerate(spec.examples)
        )
        measures.append(replace(bare, examples=examples))
    problems += _twice(measures)
    if problems:
        raise PackError(problems)
    return measures


def on_top(packs: Iterable[Measure], own: Iterable[Measure]) -> list[Measure]:
    """The measures of packs with a project's own: one that bears the id of a pack's stands in its place."""
    mine = {each.id: each for each in own}
    merged = [mine.pop(each.id, each) for each in packs]
    return [*merged, *mine.values()]


def _items(document: yamlfile.Document, problems: list[Problem]) -> list[Any]:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("measures"), list):
        problems.append(document.problem((), "The file begins with `measures:` and a list below it."))
        return []
    for name in data.keys() - {"measures", "note"}:
        problems.append(document.problem((name,), f"{name!r} is not known here.", fix="Known here: measures, note."))
    return list(data["measures"])


def _twice(measures: Iterable[Measure]) -> Iterator[Problem]:
    first: dict[str, Measure] = {}
    for each in measures:
        other = first.setdefault(each.id, each)
        if other is not each:
            message = f"This id stands in {Path(other.file).name}:{other.line} too."
            yield Problem(each.file, each.line, each.id, message, "Give each measure its own.")


NUMBERS = ("counted", "of", "not_assessed")
_KNOWN = ("name", "as_of", "go_live", "settings", "gives")


def _example(
    spec: Mapping[str, Any], document: yamlfile.Document, at: yamlfile.Location, measure: Measure, problems: list[Problem]
) -> MeasureExample:
    def fault(message: str, fix: str = "", *below: str) -> None:
        problems.append(document.problem((*at, *below), message, subject=measure.id, fix=fix))

    dates: dict[str, dt.date | None] = {}
    for name in ("as_of", "go_live"):
        try:
            dates[name] = dt.date.fromisoformat(spec[name]) if spec.get(name) else None
        except (TypeError, ValueError):
            fault(f"{name} is not a date like 2026-03-31.", "", name)
            dates[name] = None
    rows: dict[str, tuple[Row, ...]] = {}
    for name, value in spec.items():
        if name in _KNOWN:
            continue
        if value is not None and (not isinstance(value, list) or not all(isinstance(row, dict) for row in value)):
            fault(f"{name}: an example's table is a list of rows, each {{column: value}}.", "", name)
            continue
        rows[name] = tuple(value or ())
    settings = spec.get("settings") or {}
    if not isinstance(settings, dict):
        fault("settings: is {setting: value}.", "", "settings")
        settings = {}
    name = str(spec.get("name") or f"example {at[-1]}")
    example = Example(name, rows, {}, None, dates["as_of"], dates["go_live"], settings, document.line(at))
    return MeasureExample(example, _gives(spec.get("gives"), measure, fault))


def _gives(written: object, measure: Measure, fault: Any) -> dict[str, dict[str, int]]:
    """What an example expects, by part: straight away where the measure has one part, else below the part's word."""
    shape = "Write gives: {counted: 1, of: 2}, below the week, month or band where the measure has some."
    if not isinstance(written, dict):
        fault("gives: is missing, or no {counted: number, of: number}.", shape)
        return {}
    words = [part.word for part in measure.parts if part.shape in ("share", "count", "average")]
    nested = {"": written} if any(name in written for name in NUMBERS) else written
    found: dict[str, dict[str, int]] = {}
    for word, numbers in nested.items():
        if word not in words:
            fault(
                f"gives: there is no part {word!r}.", f"Known here: {', '.join(each or 'counted, of' for each in words)}.", "gives"
            )
            continue
        if not isinstance(numbers, dict) or not numbers or numbers.keys() - set(NUMBERS):
            fault(f"gives: {word} holds {', '.join(NUMBERS)} and nothing else.", shape, "gives")
            continue
        try:
            found[word] = {name: int(number) for name, number in numbers.items()}
        except (TypeError, ValueError):
            fault("gives: counted, of and not_assessed are whole numbers.", "", "gives")
    return found


def measure_schema() -> dict[str, Any]:
    """JSON Schema of one measure."""
    return _MeasureSpec.model_json_schema()
