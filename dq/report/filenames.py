"""File names that Windows, Excel and Linux all accept."""

import re
import unicodedata
from collections.abc import Iterable

RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | {
    device + digit for device in ("com", "lpt") for digit in "0123456789¹²³"
}
LONGEST = 60  # characters; Excel opens nothing whose whole path is longer than 218
LONGEST_BYTES = 180  # a name may have 255 bytes on Linux, and needs room for " (99).xlsx.part"


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Give every name a file name (without extension), no two equal even where case does not matter.

    The same set of names gives the same file names, whatever their order: names are served sorted, and the
    second of two that clash gets " (2)".
    """
    taken: set[str] = set()
    chosen: dict[str, str] = {}
    for name in sorted(set(names)):
        stem = safe_name(name)
        candidate, number = stem, 1
        while _folded(candidate) in taken:
            number += 1
            candidate = f"{stem} ({number})"
        taken.add(_folded(candidate))
        chosen[name] = candidate
    return chosen


def safe_name(name: str) -> str:
    """Turn a name into a file name: forbidden characters become "-", devices and blanks get a word."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(" " if character.isspace() else character for character in text)
    text = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    text = re.sub(r'[<>:"/\\|?*]+', "-", text).replace("[", "(").replace("]", ")")
    text = re.sub(r" +", " ", text).lstrip(" .~").rstrip(" .")
    text = text[:LONGEST].encode()[:LONGEST_BYTES].decode(errors="ignore").rstrip(" .")
    if not text:
        return "Team"
    if text.split(".")[0].strip().casefold() in RESERVED:
        return f"Team {text}"
    return text


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
