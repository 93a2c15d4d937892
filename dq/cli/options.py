"""Options that several commands share."""

from __future__ import annotations

from dq.errors import OptionError, Problem


def as_settings(pairs: tuple[str, ...]) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping. Raises `OptionError`."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise OptionError([Problem(subject=f"--set {pair}", message="A setting is given as NAME=VALUE.") for pair in wrong])
    return {name.strip(): value.strip() for name, value in (pair.split("=", 1) for pair in pairs)}


def counted(measures: int) -> str:
    """How many measures there are beside rules and views; blank where a pack has none."""
    return f" and {measures:,} {'measure' if measures == 1 else 'measures'}" if measures else ""
