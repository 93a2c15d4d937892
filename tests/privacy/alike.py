"""A project and its pseudonymised copy side by side: the same exceptions, up to surrogate keys."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dq
from dq.privacy import Copy

Found = Counter[tuple[str, ...]]


def listed(made: Copy) -> set[str]:
    """The rules that the copy says may differ."""
    assert made.told is not None
    return {each.rule for each in made.told.may_differ}


def found(project: Path, as_of: str, without: set[str], made: Copy | None = None) -> Found:
    """Rule, table, key, severity, fields and team of every exception; with `made` the key is the surrogate's."""
    exceptions = dq.check(project, as_of=as_of).exceptions
    rows = exceptions[["rule", "table", "key", "severity", "fields", "team"]].fillna("").to_numpy().tolist()
    kept = [tuple(row) for row in rows if row[0] not in without and not row[0].startswith("calendar.")]
    if made is None:
        return Counter(kept)
    return Counter((rule, table, surrogate_key(made, rule, key), *rest) for rule, table, key, *rest in kept)


def surrogate_key(made: Copy, rule: str, key: str) -> str:
    """The key as it stands in the copy. Keys of no record (rejected rows, the whole extract) stay."""
    if rule.startswith(("reconciliation.", "structure.")) or key == "extract":
        return key
    return "|".join(made.surrogates.numbers.of(part) for part in key.split("|"))


def differences(project: Path, copy: Path, made: Copy, as_of: str) -> tuple[Found, Found, Found]:
    """What was compared, what the copy lost, what it has more."""
    without = listed(made)
    was, now = found(project, as_of, without, made), found(copy, as_of, without)
    return was, was - now, now - was
