"""A message on its way: its words, where it goes, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal


@dataclass(frozen=True)
class Letter:
    """A message for one address. `id` is the same whenever this message is sent, so that a server can see that it had it.

    `title` and `brief` are what a channel shows: a heading, and the main figures in Markdown.
    """

    id: str
    name: str
    to: str
    subject: str
    text: str
    html: str
    title: str
    brief: str
    at: dt.datetime


@dataclass(frozen=True)
class Outcome:
    """`sent`; `failed`, surely not sent; or `unsure`: it may have gone out. `error` says why, never in another program's words."""

    state: Literal["sent", "failed", "unsure"]
    error: str = ""


SENT = Outcome("sent")
Way = Callable[[Letter], Outcome]


def as_email(letter: Letter, sender: str) -> EmailMessage:
    """The message as mail programs take it: plain text, and the same as HTML. It asks that nobody answers automatically."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(letter.subject.split())
    if sender:
        message["From"] = Address(display_name="dq", addr_spec=sender)
    if letter.to:
        message["To"] = Address(addr_spec=letter.to)
    message["Date"] = format_datetime(letter.at)
    domain = sender.rpartition("@")[2] or "dq.invalid"
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
