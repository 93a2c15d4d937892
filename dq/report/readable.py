"""The values of an exception as a person would say them: "Date of visit: 5 May 2026"."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

from dq.report.words import long_date
from dq.summary import ColumnNote, TableNote

ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?)?")

Columns = Mapping[tuple[str, str], ColumnNote]


def columns_of(tables: Iterable[TableNote]) -> Columns:
    """Index the columns by table and column name."""
    return {(table.table, column.column): column for table in tables for column in table.columns}


def readable_values(values: str | None, table: str, columns: Columns) -> str:
    """Turn the JSON object of an exception's values into one line a value.

    Keys are columns of `table`, or `other_table.column`. A column without a note is named from its own name.
    What is not a JSON object is shown as it stands; no values give an empty text.
    """
    if not values:
        return ""
    try:
        pairs = json.loads(values)
    except ValueError:
        return values
    if not isinstance(pairs, dict):
        return values
    return "\n".join(_line(name, value, table, columns) for name, value in pairs.items())


def readable_value(value: object, type: str = "", labels: Mapping[str, str] | None = None) -> str:
    """One value in words: dates as "5 May 2026", yes and no, codes with their label, "(blank)" for none.

    A text that is not of its type (a date that does not parse) is shown as it stands.
    """
    if value is None or value == "":
        return "(blank)"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if type == "boolean" and text.lower() in ("true", "false"):
        return "Yes" if text.lower() == "true" else "No"
    label = (labels or {}).get(text, "")
    if label and label.casefold() != text.casefold():
        return f"{text} ({label})"
    if type in ("date", "datetime", "") and (parts := ISO.fullmatch(text)):
        return _dated(parts, text)
    return text


def _line(name: str, value: object, table: str, columns: Columns) -> str:
    note = columns.get((table, name))
    if note is None and "." in name:
        other, _, column = name.partition(".")
        note = columns.get((other, column))
        name = column
    if note is None:
        return f"{name.replace('_', ' ').strip().capitalize()}: {readable_value(value)}"
    return f"{note.title}: {readable_value(value, note.type, note.labels)}"


def _dated(parts: re.Match[str], text: str) -> str:
    try:
        day = date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return text
    midnight = parts[4] in (None, "00:00") and parts[5] in (None, ":00")
    return long_date(day) if midnight else f"{long_date(day)}, {parts[4]}"
