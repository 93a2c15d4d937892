"""Values of settings: the pack's, then the project's, then those of the command line; each of its declared type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dq.errors import OptionError, Problem, did_you_mean
from dq.rules import Setting


def values(declared: Mapping[str, Setting], *given: Mapping[str, Any]) -> dict[str, object]:
    """Merge values given for settings, later mappings winning; text is read as the setting's type.

    Raises `OptionError` for unknown names and values that do not fit.
    """
    merged: dict[str, object] = {name: setting.value for name, setting in declared.items()}
    problems: list[Problem] = []
    for mapping in given:
        for name, value in mapping.items():
            if name not in declared:
                problems.append(Problem(subject=name, message="There is no such setting.", fix=did_you_mean(name, declared)))
                continue
            try:
                merged[name] = _typed(declared[name].type, value)
            except ValueError:
                kind = declared[name].type
                fix = "Write dates as 2026-03-31." if kind == "date" else ""
                problems.append(
                    Problem(subject=name, message=f"The value is not {'an' if kind == 'integer' else 'a'} {kind}.", fix=fix)
                )
    if problems:
        raise OptionError(problems)
    return merged


def _typed(kind: str, value: Any) -> object:
    if kind == "date":
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    if kind == "integer":
        return int(str(value))
    if kind == "number":
        return float(str(value))
    if kind == "boolean":
        known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if str(value).lower() not in known:
            raise ValueError(value)
        return known[str(value).lower()]
    return str(value)
