"""One week's extract with faults being planted in it: choosing victims, changing records, writing down the truth.

A planter is a function of a `Planting`, registered under the rule that its fault breaks. It picks victims among
records that allow the fault, changes them, and writes down every finding that must follow, its own rule's and others'.
A child bears one fault at most, so that faults do not meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dq.sample import days
from dq.sample.control import OPEN
from dq.sample.days import Days, Flags, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.faults.registry import KEYS, Finding, Planter, Victim
from dq.sample.tables import NOBODY, Table, World, filled, join
from dq.sample.workforce import Workforce


@dataclass
class Planting:
    """An extract in the making. `used` are children that have or had a fault, `used_keys` records of nobody's child."""

    today: np.datetime64
    week: int
    tables: World
    workforce: Workforce
    children: int
    draw: Draw
    used: Flags
    used_keys: set[tuple[str, str]]
    people_before: int = 0  # people in the extract before, 0 where there is none
    more_open: dict[str, int] = field(default_factory=dict)  # open records that only the control totals know of
    counted: np.datetime64 | None = None  # day of the control totals where it is not the extract's
    raw: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    truth: list[Finding] = field(default_factory=list)
    victims: list[Victim] = field(default_factory=list)
    _continuing: list[Victim] = field(default_factory=list)
    _new: int = 0
    dropped: dict[str, list[Numbers]] = field(default_factory=dict)
    lost: dict[str, set[int]] = field(default_factory=dict)
    _rows: dict[str, tuple[Numbers, Numbers]] = field(default_factory=dict)
    _places: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._length = {name: len(table) for name, table in self.tables.items()}

    def plant(self, planter: Planter, continuing: list[Victim], new: int) -> list[Victim]:
        """Let a planter renew the faults that go on and add new ones; returns the victims it found."""
        self._continuing, self._new, self.victims = continuing, new, []
        planter(self)
        return self.victims

    # choosing

    def pick(self, table: str, allowed: Flags) -> Numbers:
        """Rows to spoil: those of last week that still allow it, and new ones of children without a fault."""
        return self._pick(table, allowed, None)[0]

    def pick_pairs(self, table: str, allowed: Flags) -> tuple[Numbers, Numbers]:
        """Pairs of rows of two different children, both to be part of one fault."""
        return self._pick(table, allowed, allowed)

    def _pick(self, table: str, allowed: Flags, partners: Flags | None) -> tuple[Numbers, Numbers]:
        chosen: list[Numbers] = []
        for victim in self._continuing:
            rows = self.rows_of_keys(table, victim)
            if len(rows) == len(victim) and allowed[rows].all():
                chosen.append(rows)
        many = 1 if partners is None else 2
        fresh = self._fresh(table, allowed, self._new * many)
        fresh = fresh[: len(fresh) // many * many].reshape(-1, many)
        chosen += list(fresh)
        rows = np.array(chosen, dtype=np.int64).reshape(-1, many)
        self.use(table, rows.ravel())
        keys = self.tables[table][KEYS[table]]
        self.victims = [tuple(keys[row] for row in each) for each in rows]
        return rows[:, 0], rows[:, -1]

    def _fresh(self, table: str, allowed: Flags, count: int) -> Numbers:
        """Rows of different unused children in random order, open children mostly first."""
        if count == 0:
            return np.array([], dtype=np.int64)
        child = self.tables[table].child
        free = allowed & ((child == NOBODY) | ~self.used[child])
        rows = np.flatnonzero(free[: self._length[table]])
        late = np.where(child[rows] == NOBODY, False, ~self.open[child[rows]]) & self.draw.chance(0.85, len(rows))
        rows = rows[np.lexsort((self.draw.random.random(len(rows)), late))]
        if len(rows) and child[rows[0]] == NOBODY:
            keys = self.tables[table][KEYS[table]]
            return np.array([row for row in rows if (table, keys[row]) not in self.used_keys][:count], dtype=np.int64)
        _, first = np.unique(child[rows], return_index=True)
        return rows[np.sort(first)][:count]

    def whole_extract(self, stays: bool = True) -> bool:
        """Whether a fault of the whole extract is wanted this week; one that does not stay is for new ones only."""
        wanted = self._new > 0 or (stays and len(self._continuing) > 0)
        self.victims = [("extract",)] if wanted else []
        return wanted

    def use(self, table: str, rows: Numbers) -> None:
        """Mark the children (or the records of no child) as taken."""
        child = self.tables[table].child[rows]
        self.used[child[child != NOBODY]] = True
        keys = self.tables[table][KEYS[table]]
        self.used_keys |= {(table, keys[row]) for row, whose in zip(rows, child, strict=True) if whose == NOBODY}

    def rows_of_keys(self, table: str, keys: Iterable[str]) -> Numbers:
        """The rows that bear these keys, in their order; keys that are gone are left out."""
        if table not in self._places:
            column = self.tables[table][KEYS[table]][: self._length[table]].tolist()
            self._places[table] = {key: row for row, key in reversed(list(enumerate(column)))}
        places = self._places[table]
        return np.array([places[key] for key in keys if key in places], dtype=np.int64)

    # looking

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def rows_of(self, table: str, child: int) -> Numbers:
        """The rows of a child, in order of entry (as they stood before any planting)."""
        if table not in self._rows:
            whose = self.tables[table].child[: self._length[table]]
            order = np.argsort(whose, kind="stable")
            self._rows[table] = (order, whose[order])
        order, whose = self._rows[table]
        return order[np.searchsorted(whose, child, side="left") : np.searchsorted(whose, child, side="right")]

    def beside(self, table: str, row: int, other: str) -> Numbers:
        """The rows of another table that belong to a row's child."""
        return self.rows_of(other, int(self.tables[table].child[row]))

    def linked(self, table: str, row: int, column: str, other: str, there: str) -> Numbers:
        """The rows of the same child in another table whose column `there` equals this row's `column`."""
        rows = self.beside(table, row, other)
        kept: Numbers = rows[self.tables[other][there][rows] == self.tables[table][column][row]]
        return kept

    def count(self, table: str, which: Flags | None = None) -> Numbers:
        """How many rows (of those chosen) each child has."""
        child = self.tables[table].child
        kept = child != NOBODY if which is None else which & (child != NOBODY)
        return np.bincount(child[kept], minlength=self.children)

    def of(self, table: str, per_child: Flags | Numbers) -> Flags:
        """A fact about children, for each row of a table; False for what is no child's."""
        child = self.tables[table].child
        flags: Flags = (child != NOBODY) & (per_child[child] != 0)
        return flags

    def filled(self, table: str, column: str) -> Flags:
        """Rows where a column is filled in."""
        values = self.tables[table][column]
        return filled(values)

    def is_one(self, table: str, column: str, *values: str) -> Flags:
        """Rows where a column has one of these values."""
        return np.isin(self.tables[table][column], list(values))

    def lasted(self, table: str, start: str, end: str) -> Numbers:
        """Days between two columns, to the day of the extract where the second is blank."""
        columns = self.tables[table]
        return days.days_between(columns[start].astype("datetime64[D]"), np.fmin(columns[end].astype("datetime64[D]"), self.today))

    def still_open(self, table: str) -> Flags:
        """Rows that have not ended."""
        ended: Flags = np.isnat(self.tables[table][OPEN[table]])
        return ended

    def _open_in(self, *tables: str) -> Flags:
        total = sum(self.count(table, self.still_open(table)) for table in tables)
        return np.asarray(total) > 0

    @cached_property
    def open(self) -> Flags:
        """Children with an open record."""
        return self._open_in(*OPEN)

    @cached_property
    def in_need(self) -> Flags:
        """Children with an open referral or child in need plan."""
        return self._open_in("cin_episode", "cin_plan")

    @cached_property
    def protected(self) -> Flags:
        """Children with an open child protection plan."""
        return self._open_in("cp_plan")

    @cached_property
    def looked_after(self) -> Flags:
        """Children with an open episode of care."""
        return self._open_in("cla_episode")

    @cached_property
    def births(self) -> Days:
        """Each child's date of birth as it truly is, NaT while unborn."""
        person = self.tables["person"]
        born = np.full(self.children, days.NONE)
        clients = person.child != NOBODY
        born[person.child[clients]] = person["date_of_birth"][clients]
        return born

    @cached_property
    def ages(self) -> Numbers:
        """Each child's age on the day of the extract; -1 while unborn."""
        return days.age(self.births, self.today)

    @cached_property
    def only_children(self) -> Flags:
        """Children without brothers or sisters."""
        family = self.tables["family"]
        alone = np.ones(self.children, dtype=bool)
        _, place, size = np.unique(family["family_id"].astype(str), return_inverse=True, return_counts=True)
        alone[family.child] = size[place] == 1
        return alone

    def ago(self, count: int) -> np.datetime64:
        """The day so many days before the extract."""
        return self.today - np.timedelta64(count, "D")

    def before_first(self, count: int) -> np.datetime64:
        """The day so many days before the first extract: the same day in every week."""
        return self.ago(count + 7 * self.week)

    # changing

    def set(self, table: str, column: str, rows: Numbers | int, value: object) -> None:
        """Write a value, or one for each row, into a column; None blanks it."""
        values = self.tables[table][column]
        values[rows] = np.datetime64("NaT") if value is None and values.dtype.kind == "M" else value

    def add(self, table: str, rows: Numbers, **changes: object) -> Numbers:
        """Copies of rows under new numbers, with changes (a value, or one for each row); returns their rows."""
        old = self.tables[table]
        copies = old.take(rows)
        copies[KEYS[table]] = copies[KEYS[table]] + "7"
        for column, value in changes.items():
            copies.columns[column][:] = value
        self.tables[table] = join([old, copies])
        return np.arange(len(old), len(old) + len(rows))

    def drop(self, table: str, rows: Numbers | int) -> None:
        """Leave rows out of the extract."""
        self.dropped.setdefault(table, []).append(np.atleast_1d(rows))

    def lose(self, table: str, rows: Numbers) -> None:
        """Leave rows out of the extract that the old system's control totals still count."""
        if len(rows):
            self.drop(table, rows)
            self.lost.setdefault(table, set()).update(rows.tolist())

    def unused(self, table: str) -> Flags:
        """Rows as they came, of children without a fault."""
        child = self.tables[table].child
        free: Flags = (child != NOBODY) & ~self.used[child]
        free[self._length[table] :] = False
        return free

    def write_raw(self, table: str, column: str, rows: Numbers, text: str) -> None:
        """Let a text that is no day stand in the cells of a day column."""
        self.raw.setdefault((table, column), {}).update(dict.fromkeys((int(row) for row in rows), text))

    def expect(self, rule: str, table: str, rows: Numbers | int) -> None:
        """Write down that a rule fails on these rows."""
        keys: Texts = self.tables[table][KEYS[table]][np.atleast_1d(rows)]
        self.truth += [(rule, table, key or "") for key in keys]
