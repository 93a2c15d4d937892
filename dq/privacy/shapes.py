"""Texts and their shapes: what is compared, and surrogates of the same length and classes of characters."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection

from dq.functions import UPN_LETTERS

SPACE = " \t\n\r\v\f\u00a0"
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LATIN1 = "àáâãäåæçèéêëìíîïñòóôõöøùúûü"
_FURTHER = "ąćęłńśźżčďěňřšťůžășț"
_PLACEHOLDERS = {
    "unknown", "unborn", "baby", "infant", "test", "none", "null", "tbc", "tba", "notknown", "nil", "na", "nk",
    "1234567890", "0123456789", "gir0aa",
}  # fmt: skip
WORD = re.compile(r"[^\W\d_]+|[0-9]+")


def core(text: str) -> str:
    """The text as ingest reads it, without white space at its ends."""
    return text.strip(SPACE)


def compared(text: str) -> str:
    """A text as it is compared at its loosest: letters and figures only, without case. Length is kept a character each."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(filter(str.isalnum, text.lower()))
    return "".join(_small(character) for character in text if character.isalnum())


def dressed(text: str, surrogate: str) -> str:
    """A surrogate of `compared(text)` in the text's own case, spaces and signs."""
    if text.isascii() and text.isalnum():
        if text.islower() or text.isdigit():
            return surrogate
        if text.isupper() and surrogate.isascii():
            return surrogate.upper()
    letters = iter(surrogate)
    return "".join(_as(character, next(letters)) if character.isalnum() else character for character in text)


def is_placeholder(word: str) -> bool:
    """Whether a compared text stands for nothing: 0000000000, UNKNOWN."""
    return word in _PLACEHOLDERS or (len(word) >= 7 and len(set(word)) == 1)


def blanked(text: str, stays: Collection[int] = ()) -> str:
    """A text of which only the shape is left: x for a letter, 0 for a figure, signs and spaces as they are."""
    return "".join(character if place in stays else _blank(character) for place, character in enumerate(text))


def made_up(secret: bytes, word: str, attempt: int, *, spoken: bool) -> str:
    """The n-th surrogate of a compared text: keyed, of its length and classes; `spoken` where it should read like a word."""
    bytes_ = _bytes(secret, word, attempt, len(word))
    made = []
    sounds = 0
    for place, (character, byte) in enumerate(zip(word, bytes_, strict=True)):
        if character.isascii() and character.isalpha():
            letters = (_CONSONANTS, _VOWELS)[(sounds + (bytes_[0] & 1)) % 2] if spoken and attempt < 20 else _LETTERS
            sounds += 1
            made.append(letters[byte % len(letters)])
        elif character.isascii():
            leading = place == 0 or not word[place - 1].isdigit()
            if leading and character != "0":
                made.append("123456789"[byte % 9])
            else:
                made.append("0" if leading else "0123456789"[byte % 10])
        elif not character.isalpha():
            made.append("²" if ord(character) < 256 else "٣")
        else:
            letters = _LATIN1 if ord(character) < 256 else _FURTHER
            made.append(letters[byte % len(letters)])
    surrogate = "".join(made)
    if is_nhs_number(word):
        return _with_check_digit(surrogate)
    return _with_check_letter(surrogate) if is_upn(word) else surrogate


def is_nhs_number(word: str) -> bool:
    """Ten figures, not all the same, with a right check digit."""
    return bool(re.fullmatch("[0-9]{10}", word)) and len(set(word)) > 1 and _weighted(word, 11) % 11 == 0


def is_upn(word: str) -> bool:
    """A compared text that is a unique pupil number with a right check letter."""
    return bool(re.fullmatch(r"[a-z][0-9]{11}[0-9a-z]", word)) and _check_letter(word) == word[0]


def tag(secret: bytes, word: str) -> str:
    """What stands for a text in a key file."""
    return hmac.digest(secret, b"tag\x1f" + word.encode(), "sha256")[:12].hex()


def number(secret: bytes, word: str) -> int:
    """A keyed number of a text, of 64 bits."""
    return int.from_bytes(hmac.digest(secret, word.encode(), "sha256")[:8], "big")


def _bytes(secret: bytes, word: str, attempt: int, length: int) -> bytes:
    found = b""
    block = 0
    while len(found) < length:
        message = f"{attempt}\x1f{block}\x1f{word}".encode("utf-8", "surrogatepass")
        found += hmac.digest(secret, message, "sha256")
        block += 1
    return found[:length]


def _weighted(digits: str, first: int) -> int:
    return sum(int(digit) * (first - 1 - place) for place, digit in enumerate(digits))


def _with_check_digit(digits: str) -> str:
    for last in "0123456789":
        if is_nhs_number(digits[:9] + last):
            return digits[:9] + last
    return digits


def _check_letter(word: str) -> str:
    last = word[12]
    value = int(last) if last.isdigit() else UPN_LETTERS.find(last.upper())
    if value < 0:
        return ""
    total = sum(int(digit) * place for place, digit in enumerate(word[1:12], start=2)) + value * 13
    return UPN_LETTERS[total % 23].lower()


def _with_check_letter(word: str) -> str:
    return (_check_letter(word) or word[0]) + word[1:]


def _small(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 and small.upper() == character else character


def _as(original: str, surrogate: str) -> str:
    big = surrogate.upper()
    return big if original.isupper() and len(big) == 1 else surrogate


def _blank(character: str) -> str:
    if character.isdigit() and character.isascii():
        return "0"
    if not character.isalnum():
        return character
    plain = "x" if character.isascii() else "ë" if ord(character) < 256 else "ž"
    return plain.upper() if character.isupper() else plain
