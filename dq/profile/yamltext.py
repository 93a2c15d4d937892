"""YAML as a person would write it: short values in flow style, evidence as comments beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z0-9_]+)*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"})
WIDTH = 128


def scalar(value: str) -> str:
    """A text: as it is where that cannot be misread, else in quotes."""
    return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value, ensure_ascii=False)


def sequence(values: Iterable[str]) -> str:
    """A flow list."""
    return f"[{', '.join(scalar(value) for value in values)}]"


def mapping(values: Mapping[str, str]) -> str:
    """A flow mapping of texts."""
    return f"{{{', '.join(f'{scalar(key)}: {scalar(value)}' for key, value in values.items())}}}"


def comment(text: str, indent: int) -> list[str]:
    """A comment, wrapped; control characters made visible."""
    clean = "".join(sign if sign.isprintable() else "?" for sign in text)
    lines: list[str] = []
    line = ""
    for word in clean.split():
        if line and len(line) + 1 + len(word) > WIDTH - indent - 2:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [f"{' ' * indent}# {each}" for each in [*lines, line] if each]
