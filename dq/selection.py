"""Which rules a run carries out: those selected, those that they depend on, and the built-in ones."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from dq.builtin import KINDS
from dq.contract import Contract
from dq.pack import Pack, selected
from dq.rules import Rule


def with_dependencies(wanted: Pack, patterns: Sequence[str]) -> tuple[list[Rule], set[str]]:
    """Rules to run, those that others depend on first, and the ids that run only for the sake of others."""
    by_id = {rule.id: rule for rule in wanted.rules}
    own = [pattern for pattern in patterns if not _names_built_in(wanted.contract, pattern)]
    asked = [rule.id for rule in selected(wanted.rules, own)] if own or not patterns else []
    order: dict[str, None] = {}

    def add(rule_id: str, above: tuple[str, ...]) -> None:
        if rule_id in order or rule_id in above:
            return
        for needed in by_id[rule_id].depends_on:
            if needed in by_id:
                add(needed, (*above, rule_id))
        order[rule_id] = None

    for rule_id in asked:
        add(rule_id, ())
    return [by_id[rule_id] for rule_id in order], set(order) - set(asked)


def built_in(contract: Contract, patterns: Sequence[str]) -> set[str]:
    """Built-in rules that a selection leaves: all without one; otherwise those it names, and lost rows always."""
    every = {f"{kind}.{table}" for table in contract.tables for kind in KINDS}
    if not patterns:
        return every
    return {rule for rule in every if rule.startswith("reconciliation.") or any(fnmatchcase(rule, each) for each in patterns)}


def _names_built_in(contract: Contract, pattern: str) -> bool:
    """Whether a pattern names built-in rules, such as ``type.*``; a bare ``*`` names the pack's own."""
    return "." in pattern and any(fnmatchcase(f"{kind}.{table}", pattern) for kind in KINDS for table in contract.tables)
