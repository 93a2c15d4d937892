"""A case of a check: literal rows, and which of them fail, pass and are not assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench import Bench, Rows, Verdict, rule

KEYS = {"person": "person_id", "plan": "plan_id", "visit": "visit_id"}


@dataclass(frozen=True)
class Case:
    """One table of rows held against one check."""

    name: str
    on: str
    check: Mapping[str, Any]
    tables: Mapping[str, Rows]
    want: Verdict
    when: str | None = None
    unknown: str = "not_assessed"

    @property
    def about(self) -> str:
        """The check's name."""
        return next(iter(self.check))

    def hold(self, bench: Bench) -> None:
        """Run the check over the rows."""
        assert bench.judge(rule(self.on, self.check, when=self.when, unknown=self.unknown), self.tables) == self.want


@dataclass
class Cases:
    """The cases of one file."""

    all: list[Case] = field(default_factory=list)

    def add(
        self,
        name: str,
        check: Mapping[str, Any],
        rows: Rows,
        *,
        fails: str = "",
        passes: str = "",
        unknown: str = "",
        on: str = "person",
        when: str | None = None,
        blank_fails: bool = False,
        **others: Rows,
    ) -> None:
        """Add a case. Keys are separated by blanks; rows of the table itself get the keys 1, 2, 3 where none is given."""
        key = KEYS[on]
        numbered = [{key: str(number), **row} for number, row in enumerate(rows, start=1)]
        tables = {on: numbered, **{each.replace("previous_", "previous."): value for each, value in others.items()}}
        want = Verdict(*(tuple(sorted(keys.split())) for keys in (fails, passes, unknown)))
        self.all.append(Case(name, on, check, tables, want, when, "fail" if blank_fails else "not_assessed"))


def values(column: str, *cells: str | None) -> Rows:
    """A row for each cell of one column."""
    return [{column: cell} for cell in cells]


def spans(*rows: tuple[str | None, str | None], **same: str) -> Rows:
    """Plans from and to."""
    return [{"start_date": start, "end_date": end, **same} for start, end in rows]
