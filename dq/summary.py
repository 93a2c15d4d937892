"""What a run tells its readers, as plain values.

A `RunSummary` holds no keys, names, dates of birth or free text of any record: rule ids, titles, table
and team names, counts and reasons in our own words. Everything that is shown to the board, printed on a
terminal or written to `run.json` comes from it, so nothing personal can reach those outputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dq.model import Status

Comparison = Literal["==", "!=", ">=", "<=", ">", "<"]
NO_TABLE = "The extract has no"
"""How the reason of a rule begins that had nothing to check because its table, which may be absent, is."""


@dataclass(frozen=True)
class RuleRow:
    """One rule on one table: a line of `rules.csv`.

    `in_scope` = `assessed` + `not_assessed`; `failing` is a part of `assessed`. `reason` says in our own
    words why the rule was not evaluated, or hardly assessed; it never quotes a cell or an engine.
    """

    rule: str
    title: str
    table: str
    severity: str
    dimension: str
    status: Status
    in_scope: int = 0
    assessed: int = 0
    failing: int = 0
    not_assessed: int = 0
    seconds: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """How many exceptions share a rule, table, team, severity and dimension. See `count_exceptions`."""

    rule: str
    table: str
    team: str
    severity: str
    dimension: str
    exceptions: int


@dataclass(frozen=True)
class Readiness:
    """Children whose whole record is free of blockers.

    `at_most` is true when something found belongs to no child (an orphan, a rejected row, a rule that did
    not run): the true figure can then only be lower. `unattached` gives each such reason as a sentence.

    `unchecked` open children are not ready because a blocker rule did not run that would have read a record of theirs.
    `allowed` open children are ready only because their blockers are waived or put right on the way. `cannot_load` people have
    a blocker on their own record, and `touched` further open children a link to one of them, which is lost with it.
    """

    open_children: int
    ready_children: int
    all_children: int
    ready_all: int
    at_most: bool = False
    unattached: tuple[str, ...] = ()
    unchecked: int = 0
    allowed: int = 0
    cannot_load: int = 0
    touched: int = 0


@dataclass(frozen=True)
class Cut:
    """Ready children of one part: of a unit of the organisation, or as far as one theme, dimension, table or severity goes.

    At the levels `team`, `service`, `head`, `director` the children are those of the unit; at `theme`, `dimension` and `table`
    they are all open children, ready where nothing of that name blocks them; at `severity`, where they have no exception so bad.
    """

    level: str
    name: str
    open_children: int
    ready_children: int


@dataclass(frozen=True)
class Gain:
    """A rule that keeps open children from being ready: how many, and how many of them it alone."""

    rule: str
    title: str
    children: int
    alone: int


@dataclass(frozen=True)
class ShortList:
    """The fewest rules whose exceptions must all be cleared so that `needed` open children are ready.

    `reaches` children are ready then; None where no list reaches it. `proven` is false where there was no time to prove
    that no shorter list does.
    """

    rules: tuple[str, ...]
    needed: int
    reaches: int | None
    proven: bool = True


@dataclass(frozen=True)
class Allowance:
    """Blockers that do not count against readiness: why, and who approved it."""

    because: str
    approver: str
    exceptions: int


Place = tuple[str, str, str]
"""Metric, level of the organisation (`whole` for all of it) and unit."""


@dataclass(frozen=True)
class Measures:
    """What one run measured, for gates: a value by metric, level and unit, None where there was nothing to measure.

    `unsure` counts by metric the rules that it counts and that could not run; `extract` is a fingerprint of the files.
    `run` is None for a run that is not recorded yet.
    """

    as_of: date
    extract: str
    values: Mapping[Place, float | None]
    unsure: Mapping[str, int] = field(default_factory=dict)
    run: int | None = None


@dataclass(frozen=True)
class UnitGate:
    """What a gate that is judged for each unit found in one of them."""

    unit: str
    measured: float | None
    met: bool


@dataclass(frozen=True)
class Gate:
    """A condition for go-live. `criterion` is as the project wrote it, `title` says it in words.

    `measured` is None when it could not be measured; such a gate is not met. `share` is true when
    `measured` and `needed` are shares from 0 to 1, which are shown as percentages. Only a gate of severity `blocker` decides the
    verdict. `runs` says in how many runs in a row it must hold, `in_a_row` in how many it did, this one included. With `per`
    it is judged for each of the `units` at that level, and `measured` is that of the unit farthest from what is needed.
    """

    criterion: str
    measured: float | None
    comparison: Comparison
    needed: float
    met: bool
    reason: str = ""
    title: str = ""
    share: bool = False
    measure: str = ""
    severity: str = "blocker"
    owner: str = ""
    by: date | None = None
    by_name: str = ""
    runs: int = 1
    in_a_row: int = 0
    per: str = ""
    units: tuple[UnitGate, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it stands in the way of go-live while it is not met."""
        return self.severity == "blocker"

    @property
    def failing(self) -> tuple[UnitGate, ...]:
        """The units that do not meet it."""
        return tuple(each for each in self.units if not each.met)


@dataclass(frozen=True)
class PassRate:
    """The share of assessments that passed; `rate` is None when nothing was assessed."""

    name: str
    assessed: int
    failing: int
    rate: float | None


@dataclass(frozen=True)
class InputFile:
    """One file read for one table; rows read = loaded + rejected + elsewhere, or the page says it is not."""

    file: str
    table: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_elsewhere: int
    sha256: str


@dataclass(frozen=True)
class ColumnNote:
    """How a column's values are shown to a person; `labels` turns codes into words."""

    column: str
    title: str
    type: str = "text"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableNote:
    """How a table and its columns are called; view columns that rules show belong here too."""

    table: str
    title: str
    columns: tuple[ColumnNote, ...] = ()


@dataclass(frozen=True)
class SwitchedOff:
    """A rule of a pack that the project does without, why, and the last day it does (None: until it is changed)."""

    rule: str
    title: str
    table: str
    severity: str
    because: str
    until: date | None = None


@dataclass(frozen=True)
class OwnRule:
    """A rule of a pack in whose place the project has its own; `changes` are the parts that differ, as `part: old -> new`."""

    rule: str
    replaces: str
    title: str
    table: str
    severity: str
    was: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasureFigure:
    """A figure of a measure for one unit of the organisation: `counted` of `of` make the `value`.

    `part` is blank for the measure itself, else a period, a band or `maximum`. A count has no `of`; of work held by workers `of` is
    how many of them hold some. `unit` is blank for the whole, and where a team is under nobody. `value` is None where there is
    nothing to count from, `met` where no target is for this figure.
    """

    measure: str
    part: str
    level: str
    unit: str
    counted: int | None
    of: int | None
    not_assessed: int
    value: float | None
    met: bool | None


@dataclass(frozen=True)
class MeasureRow:
    """A measure and its figures, those of each part from the whole down to the teams.

    `shapes` gives for each part whether it is a `share`, `count`, `average` or `maximum`, in the order in which they are shown;
    `judged` is the part that the target is for. The target of a share is a share from 0 to 1. `reason` says why there is no figure,
    or no target.
    """

    measure: str
    title: str
    area: str
    shapes: Mapping[str, str]
    judged: str
    target: float | None
    direction: str | None
    cadence: str
    owner: str
    reason: str = ""
    figures: tuple[MeasureFigure, ...] = ()


@dataclass(frozen=True)
class RunSummary:
    """A run, for its readers.

    `system` is the old system's name as its users say it; `contact` is whom a manager should ask. `teams`
    are the teams that get a workbook even when there is nothing for them to do. `notes` are sentences about the files that
    were read, or were not. `seconds` of the rules and
    `timings` (seconds by step) go to `timings.json` alone, so that all other files are equal between runs.
    """

    project: str
    pack: str
    as_of: date
    rules: tuple[RuleRow, ...]
    found: tuple[Found, ...]
    readiness: Readiness
    go_live: date | None = None
    gates: tuple[Gate, ...] = ()
    by_dimension: tuple[PassRate, ...] = ()
    by_table: tuple[PassRate, ...] = ()
    by_team: tuple[PassRate, ...] = ()
    cuts: tuple[Cut, ...] = ()
    gains: tuple[Gain, ...] = ()
    short_list: ShortList | None = None
    measures: Measures | None = None
    allowed: tuple[Allowance, ...] = ()
    inputs: tuple[InputFile, ...] = ()
    unrecognised: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    switched_off: tuple[SwitchedOff, ...] = ()
    replaced: tuple[OwnRule, ...] = ()
    key_figures: tuple[MeasureRow, ...] = ()
    tables: tuple[TableNote, ...] = ()
    teams: tuple[str, ...] = ()
    system: str = "the old system"
    contact: str = "the data team"
    versions: Mapping[str, str] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
