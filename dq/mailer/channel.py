"""Sends to a channel: a Teams webhook, or whatever else Apprise knows. Its address is a secret and is never shown."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from dq.errors import Problem, ProjectError
from dq.mailer.letter import SENT, Letter, Outcome, Way

SECONDS = 60
"""How long one message may take."""
BROKE_OFF = ("read timed out", "read timeout", "remotedisconnected", "connection aborted", "incompleteread", "connection reset")
"""What the log says of a connection that broke when the message was out, as `requests` puts it."""


@contextmanager
def sending(variable: str) -> Iterator[Way]:
    """A way to the channel whose address is in an environment variable.

    Raises `ProjectError` where the variable is not set, its content is no address, or Apprise is not installed.
    """
    try:
        import apprise
    except ImportError:
        fix = 'Install it: pip install "dq[mail]" -c constraints.txt'
        raise ProjectError(Problem("dq.yaml", 0, "mail", "Apprise is not installed, which sends to channels.", fix)) from None
    address = os.environ.get(variable, "")
    if not address:
        fix = "Put the address of the channel into it, such as the webhook that Teams shows."
        raise ProjectError(Problem("dq.yaml", 0, "mail", f"The environment variable {variable} is not set.", fix))
    asset = apprise.AppriseAsset(
        async_mode=False, secure_logging=True, storage_mode=apprise.PersistentStoreMode.MEMORY,
        image_url_mask="", image_url_logo="",  # else a card fetches an image from the internet when it is opened
    )  # fmt: skip
    channel = apprise.Apprise(asset=asset)
    if not channel.add(address) or len(channel) != 1:
        fix = "It holds one address: a webhook as Teams shows it, or one that Apprise describes."
        raise ProjectError(Problem("dq.yaml", 0, "mail", f"What {variable} holds is no address of a channel.", fix))

    def send(letter: Letter) -> Outcome:
        with _overheard():
            result = channel.notify(
                title=letter.title,
                body=letter.brief,
                body_format=apprise.NotifyFormat.MARKDOWN,
                timeout=SECONDS,
                log_level=logging.DEBUG,
            )
        if result:
            return SENT
        said = " ".join(entry.message for entry in result.logs()).lower()
        if result.status == apprise.AppriseResultStatus.TIMEOUT or any(words in said for words in BROKE_OFF):
            return Outcome("unsure", "The channel did not answer when it had the message.")
        return Outcome("failed", "The channel does not take the message, or cannot be reached.")

    yield send


@contextmanager
def _overheard() -> Iterator[None]:
    """Apprise tells only its log how a connection broke; the log holds the address, so it goes nowhere else."""
    logger = logging.getLogger("apprise")
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagate
