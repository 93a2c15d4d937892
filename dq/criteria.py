"""What gates may ask, and the entries of `gates:` in dq.yaml that ask it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field

from dq.errors import Problem, did_you_mean
from dq.model import DIMENSIONS, Severity
from dq.summary import Comparison
from dq.yamlfile import Document

METRICS = (
    "blockers", "majors", "minors", "exceptions", "ready_children", "ready_all", "rows_unreconciled", "rules_not_evaluated",
    "blocker_rules_not_evaluated", "blockers_allowed", *DIMENSIONS,
)  # fmt: skip
TITLES = {
    "blockers": "Exceptions that stop a record from loading, or load it onto the wrong child",
    "majors": "Exceptions that load but are wrong or unusable",
    "minors": "Untidy records",
    "exceptions": "Exceptions of every severity",
    "ready_children": "Open children whose whole record is free of blockers",
    "ready_all": "All children whose whole record is free of blockers",
    "blockers_allowed": "Blockers that are waived, or put right on the way",
    "rows_unreconciled": "Rows of the extract that were not read",
    "rules_not_evaluated": "Rules that could not run",
    "blocker_rules_not_evaluated": "Blocker rules that could not run",
}
SHARES = ("ready_children", "ready_all", *DIMENSIONS)
BY_UNIT = ("ready_children", "blockers", "majors", "minors", "exceptions")
"""Metrics that are measured of each unit of the organisation too."""
CHILDREN = "open_children"
"""Counted of each unit beside its metrics: a unit without any has no share of ready children."""

Per = Literal["team", "service", "head", "director"]
PER: tuple[Per, ...] = get_args(Per)
UNIT_WORDS: Mapping[Per, tuple[str, str]] = {
    "team": ("team", "teams"), "service": ("service", "services"), "head": ("head of service", "heads of service"),
    "director": ("director", "directors"),
}  # fmt: skip

GATE = re.compile(
    r"^\s*(?P<measure>[A-Za-z_][\w.]*)\s*(?P<comparison>==|!=|>=|<=|>|<)\s*(?P<needed>\d+(\.\d+)?)\s*(?P<percent>%?)\s*$"
)
MOST_RUNS = 100


@dataclass(frozen=True)
class Asked:
    """A gate as the board set it: `runs` in a row, for each unit at the level `per` (blank: in all), needed `by` a day."""

    criterion: str
    measure: str
    comparison: Comparison
    needed: float
    severity: Severity = "blocker"
    owner: str = ""
    runs: int = 1
    per: Per | Literal[""] = ""
    by: dt.date | None = None
    by_name: str = ""

    @property
    def same(self) -> tuple[object, ...]:
        """What makes two entries one gate."""
        return self.measure, self.comparison, self.needed, self.per

    @property
    def title(self) -> str:
        """The metric in words."""
        return title(self.measure)

    def holds(self, value: float | None) -> bool:
        """Whether a value is as asked; one that could not be measured is not."""
        return value is not None and _HOLDS[self.comparison](value, self.needed)

    def short_by(self, value: float | None) -> float:
        """How far a value is from what is asked: zero where it holds, infinite where nothing was measured."""
        return math.inf if value is None else 0.0 if self.holds(value) else abs(value - self.needed) or 1e-12


_HOLDS: Mapping[Comparison, Any] = {
    "==": lambda value, needed: value == needed, "!=": lambda value, needed: value != needed,
    ">=": lambda value, needed: value >= needed, "<=": lambda value, needed: value <= needed,
    ">": lambda value, needed: value > needed, "<": lambda value, needed: value < needed,
}  # fmt: skip


class GateEntry(BaseModel):
    """An entry of `gates:`, written as a mapping; one written as a text is its `gate` alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gate: str
    severity: Severity = "blocker"
    owner: str = ""
    runs: int = Field(1, validation_alias="for", ge=1, le=MOST_RUNS, strict=True)
    per: Per | None = None
    by: dt.date | str | None = None


def title(measure: str) -> str:
    """What a metric measures, in words."""
    return TITLES.get(measure, f"Share of {measure} assessments that passed")


def asked(entry: GateEntry, trial_loads: Mapping[str, dt.date], go_live: dt.date | None) -> Asked:
    """An entry that `faults` finds nothing wrong with, with the day by which it must be met."""
    measure, comparison, needed = _parts(entry.gate)
    by, name = _day(entry.by, trial_loads)
    if by is None:
        by, name = go_live, "go-live" if go_live else ""
    criterion = " ".join(entry.gate.split())
    return Asked(criterion, measure, comparison, needed, entry.severity, entry.owner, entry.runs, entry.per or "", by, name)


def plain(criterion: str) -> Asked:
    """A gate without anything beside it."""
    return Asked(criterion, *_parts(criterion))


def _parts(criterion: str) -> tuple[str, Comparison, float]:
    match = GATE.match(criterion)
    if match is None or match["measure"] not in METRICS:
        raise ValueError(criterion)
    return match["measure"], cast(Comparison, match["comparison"]), float(match["needed"]) / (100 if match["percent"] else 1)


def _day(by: object, trial_loads: Mapping[str, Any]) -> tuple[dt.date | None, str]:
    """The day that `by:` means and what it is called; None where it means none."""
    if isinstance(by, dt.date):
        return by, ""
    if isinstance(by, str) and isinstance(trial_loads.get(by), dt.date):
        return trial_loads[by], by
    try:
        return (dt.date.fromisoformat(by), "") if isinstance(by, str) else (None, "")
    except ValueError:
        return None, ""


ALWAYS = (plain("rows_unreconciled == 0"), plain("blocker_rules_not_evaluated == 0"))
"""What every run is held against, whatever the board set."""


def faults(document: Document) -> Iterator[Problem]:
    """What is wrong with `gates:` and `trial_loads:` of a dq.yaml beyond its shape, which pydantic looks at."""
    data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
    given_day, given_loads = data.get("go_live"), data.get("trial_loads")
    go_live = given_day if isinstance(given_day, dt.date) else None
    loads: dict[str, Any] = given_loads if isinstance(given_loads, dict) else {}
    yield from _load_faults(document, loads, go_live)
    seen: dict[tuple[object, ...], int] = {}
    for place, entry in enumerate(data["gates"] if isinstance(data.get("gates"), list) else ()):
        given = {"gate": entry} if isinstance(entry, str) else entry
        if not isinstance(given, dict) or not isinstance(given.get("gate"), str):
            continue
        at = ("gates", place)
        wrong = list(_gate_faults(given))
        for key, message, fix in (*wrong, *_by_faults(given.get("by"), loads, go_live)):
            yield document.problem((*at, key), message, subject="gates", fix=fix)
        if wrong:
            continue
        same = (*_parts(given["gate"]), given.get("per"))
        if same in seen:
            message = f"The gate {given['gate']!r} stands here twice, first on line {seen[same]}."
            yield document.problem(at, message, subject="gates", fix="Take one of them out.")
        seen.setdefault(same, document.line(at))
        if same[:3] in [each.same[:3] for each in ALWAYS] and given.get("severity", "blocker") != "blocker":
            message = f"The gate {given['gate']!r} always applies, as a blocker."
            yield document.problem((*at, "severity"), message, subject="gates", fix="Take the entry out.")


def _load_faults(document: Document, loads: Mapping[str, Any], go_live: dt.date | None) -> Iterator[Problem]:
    for name, day in loads.items():
        at = ("trial_loads", name)
        if not name.strip():
            yield document.problem(at, "A trial load has no name.", subject="trial_loads", fix="Write Trial load 1: 2026-12-07.")
        if isinstance(day, dt.date) and go_live is not None and day >= go_live:
            message = f"{name!r} is on {day.isoformat()}, which is not before go-live on {go_live.isoformat()}."
            yield document.problem(at, message, subject="trial_loads", fix="Correct one of the two dates.")


def _gate_faults(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Key, message and fix."""
    text = given["gate"]
    match = GATE.match(text)
    if match is None:
        yield "gate", f"The gate {text!r} cannot be read.", "Write it like `blockers == 0` or `ready_children >= 98%`."
        return
    measure, needed, percent = match["measure"], float(match["needed"]), bool(match["percent"])
    if measure not in METRICS:
        fix = did_you_mean(measure, METRICS) or f"Known: {', '.join(METRICS)}."
        yield "gate", f"{text!r}: there is no metric {measure!r}.", fix
        return
    if measure in SHARES and needed / (100 if percent else 1) > 1:
        yield (
            "gate",
            f"{text!r}: {measure} is a share and never above 100%.",
            f"Write {measure} {match['comparison']} 98%, or 0.98.",
        )
    if measure not in SHARES and percent:
        yield "gate", f"{text!r}: {measure} is a count, not a share.", "Leave out the %."
    per = given.get("per")
    if per in PER and measure not in BY_UNIT:
        yield "per", f"{measure} is not measured per {per}.", f"Those that are: {', '.join(BY_UNIT)}."


def _by_faults(by: object, loads: Mapping[str, Any], go_live: dt.date | None) -> Iterator[tuple[str, str, str]]:
    day, _ = _day(by, loads)
    if isinstance(by, str) and by not in loads and day is None:
        fix = did_you_mean(by, loads) or _known(loads)
        yield "by", f"by: {by!r} is neither a trial load nor a date.", fix
    elif day is not None and go_live is not None and day > go_live:
        message = f"by: {day.isoformat()} is after go-live on {go_live.isoformat()}."
        yield "by", message, "A gate is met before go-live: correct one of the two dates."


def _known(loads: Iterable[str]) -> str:
    named = ", ".join(loads)
    return f"Known: {named}." if named else "Name the trial loads first: trial_loads: {Trial load 1: 2026-12-07}."
