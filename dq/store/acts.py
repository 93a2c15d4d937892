"""The list of what people did, which is only ever added to."""

from __future__ import annotations

import datetime as dt

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.models import Act


def act(
    connection: BaseDatabaseWrapper, who: str, at: dt.datetime, what: str, subject: str, note: str = "", exceptions: int = 0
) -> Act:
    """Add an act, inside the transaction of what it did."""
    made: Act = Act.objects.using(connection.alias).create(
        at=at, who=who, what=what, subject=subject, note=note, exceptions=exceptions
    )
    return made
