"""Digests that were sent, could not be, or of which nobody knows: what keeps one from being sent twice.

A message is **claimed** in a transaction of its own before it is sent, and what became of it is noted after it: `sent`, or
`failed`, which the next call tries again. A process that dies in between leaves it claimed: it may have gone out, so nobody
sends it again unasked; after a while it is called `unsure`. Sent at most once is chosen before sent at least once, since a
manager who gets the same figures twice trusts them less, while one who gets none sees it in `dq digest --status`, or with the
next run. A newer run's message tells all since the last one that was surely sent, and takes the place of those that were not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from dq.store.database import writing
from dq.store.models import Message, Run

State = Literal["claimed", "sent", "failed", "unsure", "replaced"]
OPEN: tuple[State, ...] = ("claimed", "failed", "unsure")
STALE = dt.timedelta(minutes=15)
"""A claim this old is nobody's any more: sending takes a minute at most."""


@dataclass(frozen=True)
class Address:
    """Where a message goes: whose, by which way (`smtp`, `folder`, `apprise`), to which address or variable, how often."""

    reader: str
    way: str
    target: str
    cadence: str


@dataclass(frozen=True)
class Claim:
    """The right to send one message once; or, where `state` is not `claimed`, why there is none."""

    number: int
    state: State | Literal["busy"]
    attempts: int
    error: str = ""


@dataclass(frozen=True)
class MessageLine:
    """A message, as it is listed."""

    number: int
    reader: str
    way: str
    target: str
    cadence: str
    run: int
    as_of: dt.date
    state: State
    attempts: int
    at: dt.datetime
    error: str


@dataclass(frozen=True)
class Told:
    """What an address was last sent: the run that it told of and that still stands, and extracts whose runs were taken back."""

    run: int | None
    as_of: dt.date | None
    taken_back: tuple[dt.date, ...]
    same: bool


def told(connection: BaseDatabaseWrapper, address: Address, latest: Run) -> Told:
    """What an address knows; `same` where that is the latest run itself. Without a message nothing was told."""
    standing = dict(Run.objects.using(connection.alias).values_list("fingerprint", "number"))
    gone: list[dt.date] = []
    for message in _messages(connection, address).filter(state="sent").order_by("-id"):
        number = standing.get(message.fingerprint)
        if number is not None:
            same = message.fingerprint == latest.fingerprint and not gone
            return Told(number, message.as_of, tuple(dict.fromkeys(gone)), same)
        if not any(day == message.as_of for day in gone):
            gone.append(message.as_of)
    return Told(None, None, tuple(gone), False)


def claim(
    connection: BaseDatabaseWrapper, address: Address, run: Run, since: int | None, at: dt.datetime, *, unsure_again: bool = False
) -> Claim:
    """Take the right to send a message about a run; whoever comes second does not get it.

    What an earlier run's message did not reach is replaced by this one. `unsure_again` also takes what may have gone out.
    """
    with writing(connection):
        mine = _messages(connection, address)
        row = mine.filter(run=run.number, recorded=run.at).first()
        if row is None:
            mine.filter(state__in=OPEN).update(state="replaced")
            row = Message.objects.using(connection.alias).create(
                reader=address.reader, way=address.way, target=address.target, cadence=address.cadence, run=run.number,
                as_of=run.as_of, recorded=run.at, fingerprint=run.fingerprint, since=since, state="claimed", attempts=1, at=at,
            )  # fmt: skip
            return Claim(row.pk, "claimed", 1)
        state = _state(row, at)
        if state == "claimed":
            return Claim(row.pk, "busy", row.attempts)
        if state == "failed" or (state == "unsure" and unsure_again):
            row.state, row.attempts, row.at, row.since = "claimed", row.attempts + 1, at, since
            row.save(using=connection.alias)
            return Claim(row.pk, "claimed", row.attempts)
        return Claim(row.pk, state, row.attempts, row.error)


def finish(connection: BaseDatabaseWrapper, claimed: Claim, state: State, at: dt.datetime, error: str = "") -> bool:
    """Note what became of a claimed message; False where the claim was somebody else's by then."""
    with writing(connection):
        mine = Message.objects.using(connection.alias).filter(pk=claimed.number, state="claimed", attempts=claimed.attempts)
        return bool(mine.update(state=state, at=at, error=error))


def lines(connection: BaseDatabaseWrapper, at: dt.datetime) -> list[MessageLine]:
    """The last message of each address and cadence, and whatever is not sent; by reader."""
    last: dict[Address, Message] = {}
    for row in Message.objects.using(connection.alias).exclude(state="replaced").order_by("id"):
        last[Address(row.reader, row.way, row.target, row.cadence)] = row
    found = sorted(last.values(), key=lambda row: (row.reader, row.cadence, row.way, row.target))
    return [
        MessageLine(
            row.pk,
            row.reader,
            row.way,
            row.target,
            row.cadence,
            row.run,
            row.as_of,
            _state(row, at),
            row.attempts,
            row.at,
            row.error,
        )
        for row in found
    ]


def settle(connection: BaseDatabaseWrapper, at: dt.datetime, readers: tuple[str, ...]) -> int:
    """Call sent what may have gone out (of these readers, or of all); returns how many. For people who asked the reader."""
    with writing(connection):
        found = [row for row in Message.objects.using(connection.alias).filter(state__in=("claimed", "unsure"))]
        mine = [row.pk for row in found if _state(row, at) == "unsure" and (not readers or row.reader in readers)]
        return int(Message.objects.using(connection.alias).filter(pk__in=mine).update(state="sent", at=at))


def _messages(connection: BaseDatabaseWrapper, address: Address) -> Any:
    return Message.objects.using(connection.alias).filter(
        reader=address.reader, way=address.way, target=address.target, cadence=address.cadence
    )


def _state(row: Message, at: dt.datetime) -> State:
    stale = row.state == "claimed" and at - row.at >= STALE
    state: State = "unsure" if stale else row.state
    return state
