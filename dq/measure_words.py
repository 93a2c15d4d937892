"""Figures of measures in words: how a value, a target and a trend are written."""

from __future__ import annotations

from collections.abc import Iterable

LEVEL_WORDS = {"whole": "the whole", "director": "director", "head": "head of service", "service": "service", "team": "team"}


def short(title: str, width: int = 60) -> str:
    """A title that fits into a column, cut at a word."""
    return title if len(title) <= width else f"{title[: width - 3].rsplit(' ', 1)[0].rstrip(',;')} ..."


def value(number: float | None, shape: str) -> str:
    """A figure as it is read: a share as per cent, never rounded up to 100 or down to 0; an average with one decimal."""
    if number is None:
        return "-"
    if shape == "share":
        percent = min(99.9, round(100 * number, 1)) if number < 1 else 100.0 if number == 1 else round(100 * number, 1)
        return f"{max(0.1, percent) if number > 0 else 0.0:.1f} %"
    return f"{number:,.1f}" if shape == "average" else f"{number:,.0f}"


def target(number: float | None, direction: str | None, shape: str) -> str:
    """A target with its direction; blank where there is none."""
    if number is None or direction is None:
        return ""
    return f"{direction} {100 * number:g} %" if shape == "share" else f"{direction} {number:g}"


def change(now: float | None, before: float | None, shape: str) -> str:
    """What changed since the last run: points of a share, or how many more or fewer; blank where there is nothing to compare."""
    if now is None or before is None:
        return ""
    difference = round(100 * (now - before), 1) if shape == "share" else round(now - before, 1)
    unit = " points" if shape == "share" else ""
    return f"{difference:+g}{unit}" if difference else "same"


def trend(values: Iterable[float | None], shape: str) -> str:
    """The last values, oldest first, as bare numbers; a dash where a run could not measure."""
    shown = [
        "-" if each is None else f"{100 * each:.0f}" if shape == "share" else f"{each:.1f}" if shape == "average" else f"{each:.0f}"
        for each in values
    ]
    return " ".join(shown) if len(shown) > 1 else ""


def met(value_: float | None, target_: float | None, direction: str | None, counted: int | None, of: int | None) -> bool | None:
    """Whether a target is met; of a share by its whole numbers, so that 9 of 10 are 90 per cent. None where nobody can tell."""
    if value_ is None or target_ is None or direction is None:
        return None
    left, right = (float(counted), round(target_ * of, 9)) if counted is not None and of else (value_, target_)
    return left >= right if direction == "at least" else left <= right
