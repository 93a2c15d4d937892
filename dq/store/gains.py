"""What clearing a rule would gain, as a run found it: children that it alone holds back, and the shortest way to the gate."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.models import Figure
from dq.summary import ShortList

GAIN, SHORT_LIST = "gain", "short list"
"""Names of the figures of kind `readiness`: a rule's gain, and the shortest way with the place of each rule in it."""


@dataclass(frozen=True)
class GainFact:
    """A rule and the open children who would be ready if it alone were cleared."""

    rule: str
    alone: int


def gains(connection: BaseDatabaseWrapper, run: int) -> tuple[GainFact, ...]:
    """What each rule alone would gain, most first; rules that alone would gain nothing among them."""
    found = Figure.objects.using(connection.alias).filter(run=run, kind="readiness", name=GAIN, level="rule")
    facts = [GainFact(rule, int(part or 0)) for rule, part in found.values_list("unit", "part")]
    return tuple(sorted(facts, key=lambda each: (-each.alone, each.rule)))


def short_list(connection: BaseDatabaseWrapper, run: int) -> ShortList | None:
    """The shortest way to the gate on ready children; None where no gate asks, or the run was recorded before it was kept."""
    found = list(Figure.objects.using(connection.alias).filter(run=run, kind="readiness", name=SHORT_LIST))
    whole = next((each for each in found if each.level == "whole"), None)
    if whole is None:
        return None
    rules = sorted((each.value or 0, each.unit) for each in found if each.level == "rule")
    reaches = None if whole.part is None else int(whole.part)
    return ShortList(tuple(rule for _, rule in rules), int(whole.whole or 0), reaches, bool(whole.value))
