"""Values as the two databases hand them over: SQLite gives dates and moments as text, PostgreSQL as what they are."""

from __future__ import annotations

import datetime as dt


def day(value: object) -> dt.date:
    """A date."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def moment(value: object) -> dt.datetime:
    """A moment, in UTC where it names no zone."""
    found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
