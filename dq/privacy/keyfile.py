"""The secret of a copy, and the file that keeps it where a later extract is to get the same surrogates.

Beside the secret stands what was given: surrogates and weeks, under keyed hashes of the originals. So nothing that was
given changes when a later extract holds more.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from dq.errors import OptionError, Problem

_KIND = "dq pseudonyms 1"


@dataclass
class Key:
    """A secret, and the surrogates and weeks that were given under it, by `shapes.tag` of the originals."""

    secret: bytes
    numbers: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    weeks: dict[str, int] = field(default_factory=dict)


def load(path: Path | None, out: Path) -> Key:
    """The key of a file, a new one where there is none. Raises `OptionError` for a file that is no key, or inside the copy."""
    if path is None:
        return Key(secrets.token_bytes(32))
    if out.resolve() in path.resolve().parents:
        fix = "Keep it where those who get the copy do not come."
        raise OptionError(Problem(str(path), message="The key file would lie inside the copy.", fix=fix))
    if not path.exists():
        if not path.parent.is_dir():
            raise OptionError(Problem(str(path), message="The folder for the key file does not exist."))
        return Key(secrets.token_bytes(32))
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["kind"] != _KIND:
            raise ValueError
        return Key(bytes.fromhex(data["secret"]), dict(data["numbers"]), dict(data["words"]), dict(data["weeks"]))
    except (OSError, ValueError, KeyError, TypeError):
        fix = "Give a file that an earlier `dq pseudonymise --key-file` wrote, or one that does not exist yet."
        raise OptionError(Problem(str(path), message="The file is no key file.", fix=fix)) from None


def save(key: Key, path: Path) -> None:
    """Write a key file that only its owner may read; the one before stays until the new one is whole."""
    text = json.dumps({"kind": _KIND, "secret": key.secret.hex(), "numbers": key.numbers, "words": key.words, "weeks": key.weeks})
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
