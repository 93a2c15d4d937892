"""One cell as every spreadsheet program may give it back: as text, as a date, as an answer, as an exception's id."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from dq.dispositions import ANSWERS, Answer
from dq.report.words import MONTHS
from dq.team_list import ANSWERS as WORDS

DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([a-z]{3,9})\.?,?[\s\-]+(\d{4}|\d{2})")
SERIAL = (36_526, 73_050)  # 2000 to 2099 as a spreadsheet counts days
EPOCH = dt.date(1899, 12, 30)


def text(cell: Any) -> str:
    """A cell as text: ISO dates, whole numbers without a point."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def plain(cell: Any) -> str:
    """A cell for comparing words: small letters, single blanks, no full stop at its end."""
    return " ".join(text(cell).split()).casefold().rstrip(" .!")


def exception_id(cell: Any) -> str:
    """An exception's id; blank where the cell holds none. Digits alone may have lost their zeros in front."""
    found = "".join(text(cell).split()).casefold().strip("'\"")
    if found.isascii() and found.isdigit() and len(found) >= 8:
        found = found.zfill(12)
    return found if re.fullmatch(r"[0-9a-f]{12}", found) else ""


def answer(cell: Any) -> Answer | None:
    """The answer that a cell's words mean; None for words that are not in the list."""
    said = plain(cell).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    for each in ANSWERS:
        words = WORDS[each][0]
        if said in (each, plain(words.replace("{system}", "")), plain(words)):
            return each
    if said.startswith("fixed in "):
        return "fixed"
    return None


def day(cell: Any) -> dt.date | None:
    """The date in a cell: a date, a serial number, or a text with the day first, as people in Britain write it.

    None for what is no date. A year of two figures is of this century: it is about the future.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    said = plain(cell)
    if (isinstance(cell, int | float) and not isinstance(cell, bool)) or re.fullmatch(r"\d{5}", said):
        number = float(cell)
        return EPOCH + dt.timedelta(days=int(number)) if SERIAL[0] <= number <= SERIAL[1] else None
    if match := YEAR_FIRST.fullmatch(said):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := DAY_FIRST.fullmatch(said):
        return _date(_year(match[3]), int(match[2]), int(match[1]))
    if match := IN_WORDS.fullmatch(_without_weekday(said)):
        months = [place for place, name in enumerate(MONTHS, 1) if name.casefold().startswith(match[2])]
        return _date(_year(match[3]), months[0], int(match[1])) if len(months) == 1 else None
    return None


def _without_weekday(said: str) -> str:
    return re.sub(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+", "", said)


def _year(figures: str) -> int:
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def letter(place: int) -> str:
    """A column as a spreadsheet names it: A, B, ..., AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
