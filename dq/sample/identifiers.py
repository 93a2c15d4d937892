"""NHS numbers and unique pupil numbers with right check digits, postcodes of a fictional area."""

from __future__ import annotations

import numpy as np

from dq.sample.days import Numbers
from dq.sample.draw import Draw, Texts

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
AREA = "TH"  # no postcode area of this name exists
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_AUTHORITIES = (801, 831, 845, 873, 878, 885, 908, 921, 936)


def nhs_numbers(draw: Draw, count: int) -> Texts:
    """Different ten-digit numbers whose last digit is the modulus-11 check digit (NHS Data Dictionary).

    They lie between 400 000 000x and 799 999 999x: no test range, never one digit ten times.
    """
    bodies = _spread(draw, 400_000_000, 400_000_000, count + count // 5 + 50)
    digits = _digits(bodies, 9)
    check = (11 - (digits * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
    right = (check < 10) & ((digits != digits[:, :1]).any(axis=1))
    numbers = (bodies * 10 + check)[right][:count]
    return as_text(numbers)


def upns(draw: Draw, count: int) -> Texts:
    """Different pupil numbers: check letter (modulus 23), authority, school, year, serial (DfE UPN guidance)."""
    authority = np.array(_AUTHORITIES)[draw.whole(0, len(_AUTHORITIES) - 1, count)]
    serials = _spread(draw, 0, 400 * 1000 * 20, count)
    school, year, serial = 2000 + serials // 20_000, 4 + serials // 1000 % 20, serials % 1000
    bodies = ((authority * 10_000 + school) * 100 + year) * 1000 + serial
    letters = (_digits(bodies, 12) * np.arange(2, 14)).sum(axis=1) % 23
    first = np.array(list(UPN_LETTERS), dtype=object)[letters]
    numbers: Texts = first + as_text(bodies)
    return numbers


def postcodes(draw: Draw, count: int) -> Texts:
    """Postcodes of the right form in the fictional area."""
    outward = np.char.add(AREA, draw.whole(1, 38, count).astype("U2"))
    letters = np.array(list(_INWARD))
    inward = draw.whole(1, 9, count).astype("U1")
    for _ in range(2):
        inward = np.char.add(inward, letters[draw.whole(0, len(letters) - 1, count)])
    return np.char.add(np.char.add(outward, " "), inward).astype(object)


def as_text(numbers: Numbers) -> Texts:
    """Whole numbers as text."""
    return np.asarray(numbers.astype("U19").astype(object))


def _spread(draw: Draw, start: int, size: int, count: int) -> Numbers:
    """Different numbers of a range, without order: steps of a stride that shares no factor with its size."""
    stride = next(s for s in range(size // 3 * 2 + 1, size * 2) if np.gcd(s, size) == 1)
    first = int(draw.whole(0, size - 1, 1)[0])
    return start + (first + np.arange(count, dtype=np.int64) * stride) % size


def _digits(numbers: Numbers, width: int) -> Numbers:
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1, dtype=np.int64) % 10
