"""Passwords for workbooks that travel: where they come from, and how a workbook is locked and opened with one.

A password never stands on a command line, in a file of ours or in a message: the environment variable's name does.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from dq.errors import OptionError, Problem

SHORTEST = 8
LONGEST = 255  # what Excel takes


def from_environment(name: str, *, shortest: int = SHORTEST) -> str:
    """The password in an environment variable. Raises `OptionError` where it is missing, or too short to protect anything.

    To open what somebody else locked, any length will do.
    """
    subject = f"--password-env {name}"
    value = os.environ.get(name)
    if not value:
        state = "is not set" if value is None else "is empty"
        fix = "Put the password into it first, where your shell's history does not keep it."
        raise OptionError(Problem(subject=subject, message=f"The environment variable {state}.", fix=fix))
    if not shortest <= len(value) <= LONGEST:
        fix = f"A password has {shortest} to {LONGEST} characters; three words are easy to say on the telephone."
        raise OptionError(Problem(subject=subject, message="The password in it is too short or too long.", fix=fix))
    if value != value.strip() or not value.isprintable():
        fix = "Take out blanks at its ends, line breaks and other characters that cannot be typed."
        raise OptionError(Problem(subject=subject, message="The password in it cannot be typed.", fix=fix))
    return value


def lock(plain: Path, locked: Path, password: str) -> None:
    """Write an .xlsx workbook encrypted as Excel does it (AES-256): Excel and LibreOffice ask for the password."""
    with plain.open("rb") as given, locked.open("wb") as target:
        OOXMLFile(given).encrypt(password, target)


def is_locked(content: bytes) -> bool:
    """Whether a file is a workbook that needs a password to be opened."""
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted())
    except Exception:  # the library has no one error for what is no workbook
        return False


def unlock(content: bytes, passwords: tuple[str, ...]) -> bytes | None:
    """The workbook inside an encrypted one, in memory; None where none of the passwords opens it."""
    for password in passwords:
        opened = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(content))
            file.load_key(password=password, verify_password=True)
            file.decrypt(opened)
        except (InvalidKeyError, DecryptionError, FileFormatError):
            continue
        return opened.getvalue()
    return None
