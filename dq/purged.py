"""Results whose values were removed: where that is written, and how it is read."""

from __future__ import annotations

import json
from pathlib import Path

MARK = "values_removed"
"""The key of run.json that says when the values of a run were removed."""


def removed_on(folder: Path) -> str:
    """The day on which the values of a run's results were removed; blank where they were not, or the results are gone."""
    try:
        said = json.loads((folder / "run.json").read_text(encoding="utf-8")).get(MARK)
    except (OSError, ValueError, AttributeError):
        return ""
    return str(said)[:10] if said else ""
