"""Regular expressions that mean the same to RE2 (DuckDB), POSIX ARE (PostgreSQL) and java.util.regex (Spark).

What a pattern may hold: characters, ``.``, classes ``[...]`` and ``[^...]`` with ranges, ``\\d \\w \\s`` and their
capitals (ASCII; the capitals not inside a class), ``\\t \\n \\r \\xHH \\x{H..}``, an escaped sign, ``^`` and ``$`` (ends of
the text), groups ``(...)`` and ``(?:...)``, ``|``, and ``* + ? {n} {n,} {n,m}`` up to 255. No flags, lookarounds, back references,
``\\b`` or ``\\p{..}``: the engines differ there. `written` spells a pattern for one engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"\\x\{(?P<code>[0-9A-Fa-f]{1,6})\}|\\x(?P<hex>[0-9A-Fa-f]{2})|\\(?P<set>[dwsDWS])|\\(?P<blank>[tnr])|\\(?P<sign>[^A-Za-z0-9\s])"
    r"|(?P<odd>\\.?)|\{(?P<count>\d+(?:,\d*)?)\}|(?P<group>\(\?:|\((?!\?))|(?P<other>.)",
    re.DOTALL,
)
_SETS = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\t\n\f\r "}
_SPECIAL = r"\^$.|?*+()[]{}-"
_MOST = 255
FIX = "A pattern keeps to what DuckDB, PostgreSQL and Spark share: no flags, lookarounds or \\b; see the reference."


def fault(pattern: str) -> str:
    """What is wrong with a pattern, or an empty string."""
    most, repeated = 1, False
    for kind, text, inside in _tokens(pattern):
        repeats = not inside and (kind == "count" or (kind == "other" and text in "*+?"))
        if repeats and repeated:
            return "a repetition is followed by another sign of repetition."
        repeated = repeats
        if kind == "odd":
            return f"{text or 'a last backslash'} does not mean the same everywhere."
        if kind == "set" and inside and text.isupper():
            return f"\\{text} may not stand inside a class."
        if kind == "code" and (int(text, 16) > 0x10FFFF or 0xD800 <= int(text, 16) <= 0xDFFF or int(text, 16) == 0):
            return f"\\x{{{text}}} is no character."
        if kind == "hex" and int(text, 16) == 0:
            return "\\x00 is no character."
        if kind == "other" and text == "\0":
            return "it holds a zero byte."
        if not inside and kind == "other" and text == "(":
            return "(?...) other than (?:...) is refused."
        if inside and kind == "other" and text in "[]":
            return f"a {text} inside a class is written \\{text}."
        if not inside and kind == "other" and text == "{":
            return "a { that counts nothing is written \\{."
        if not inside and kind == "count":
            counts = [int(each) for each in text.split(",") if each]
            most *= max(1, *counts)
            if max(counts) > _MOST or most > 1000:
                return f"a count is at most {_MOST}, and counts together at most 1000."
    try:
        re.compile(written(pattern, "postgres"))
    except (re.error, RecursionError, OverflowError) as error:
        return f"{getattr(error, 'msg', 'nested too deeply')}."
    return ""


def written(pattern: str, dialect: str) -> str:
    """The pattern as one engine, or Python's re, takes it; DuckDB's as it stands."""
    if dialect == "duckdb":
        return pattern
    parts = []
    for kind, text, inside in _tokens(pattern):
        if kind in ("code", "hex"):
            parts.append(_character(int(text, 16), dialect))
        elif kind == "set":
            name = _SETS[text.lower()]
            parts.append(name if inside else f"[{'^' if text.isupper() else ''}{name}]")
        elif kind == "group" and dialect == "python":
            parts.append("(?:")  # pandas warns of groups that nobody reads
        elif kind == "other" and text == "." and not inside:
            parts.append(r"[^\n]")
        elif kind == "other" and text == "$" and not inside and dialect == "spark":
            parts.append(r"\z")
        elif kind == "other" and text == "$" and not inside and dialect == "python":
            parts.append(r"\Z")  # re takes $ for the end of the last line too
        elif kind in ("blank", "sign", "odd"):
            parts.append(f"\\{text}" if kind != "odd" else text)
        elif kind == "count":
            parts.append(f"{{{text}}}")
        elif inside and dialect == "spark" and text in "&~":
            parts.append(f"\\{text}")  # Java reads [a&&b] as an intersection
        else:
            parts.append(text)
    return "".join(parts)


def _character(code: int, dialect: str) -> str:
    character = chr(code)
    if 0x20 < code < 0x7F:
        return f"\\{character}" if character in _SPECIAL else character
    if dialect == "spark":
        return f"\\x{{{code:x}}}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _tokens(pattern: str) -> Iterator[tuple[str, str, bool]]:
    """(kind, text, whether it stands inside a class); a ] that closes and a [ that opens stand outside."""
    inside, first = False, False
    for match in _TOKEN.finditer(pattern):
        kind = match.lastgroup or "other"
        text = match[kind]
        if inside and kind in ("group", "count"):
            # Signs without a meaning of their own in a class; one by one, so that a ] among them is seen.
            for each in match[0]:
                yield "other", each, True
            first = False
            continue
        if kind == "other" and not inside and text == "[":
            yield kind, text, False
            inside, first = True, True
            continue
        if kind == "other" and inside and text == "^" and first:
            yield kind, text, True
            continue
        if kind == "other" and inside and text == "]" and not first:
            inside = False
        yield kind, text, inside
        first = False
