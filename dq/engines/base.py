"""What an engine must do for a run, and what it says of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dq.compiled import CompiledRule, CompiledView


@dataclass(frozen=True)
class Counts:
    """Records of a rule: in scope, assessed (passed or failed), failing."""

    in_scope: int = 0
    assessed: int = 0
    failing: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.in_scope + other.in_scope, self.assessed + other.assessed, self.failing + other.failing)


@dataclass(frozen=True)
class Outcome:
    """How one rule went: counts in all and by team, or the reason why it was not evaluated, in our words."""

    counts: Counts = Counts()
    teams: dict[str, Counts] = field(default_factory=dict)
    seconds: float = 0.0
    reason: str = ""

    @property
    def evaluated(self) -> bool:
        """Whether the rule ran to its end."""
        return not self.reason


class Engine(Protocol):
    """Runs compiled views and rules over loaded tables; findings stay in the engine until the run collects them."""

    def build(self, view: CompiledView) -> str:
        """Materialise a view; returns the reason when it could not be, else an empty string."""

    def evaluate(self, rule: CompiledRule) -> Outcome:
        """Run one rule under the time limit; an error or a time-out is an outcome, never an exception."""


def absent(rule: CompiledRule, missing: Sequence[str]) -> str:
    """The reason of a rule whose tables are not in the extract."""
    return f"The extract has no {', '.join(missing)}." if missing else ""
