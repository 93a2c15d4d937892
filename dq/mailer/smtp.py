"""Sends by a mail server. What is said to be failed was surely not taken: only then may it be tried again.

A message is the server's from the moment in which its last line has gone out. Whatever breaks before that is a failure; what
breaks after it, before the server has answered, leaves it unsure.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dq.errors import Problem, ProjectError
from dq.mail import PASSWORD, Smtp
from dq.mailer.letter import SENT, Letter, Outcome, Way, as_email

SECONDS = 30
"""How long a server may take for one answer."""
IMPLICIT = 465
"""The port on which a connection is encrypted from its first byte."""


def secret(server: Smtp) -> str:
    """The password, where the server asks for one. Raises `ProjectError` where the environment does not hold it."""
    found = os.environ.get(PASSWORD, "")
    if server.user and not found:
        fix = f"Put the password of {server.user} into it; or leave out user:, where the server asks for none."
        raise ProjectError(Problem("dq.yaml", 0, "mail", f"The environment variable {PASSWORD} is not set.", fix))
    return found


@contextmanager
def sending(server: Smtp) -> Iterator[Way]:
    """A way by one server, connected when the first letter goes; once it does not answer, it is not asked again.

    Raises `ProjectError` where the password is missing.
    """
    session = _Session(server, secret(server))
    try:
        yield session.send
    finally:
        session.close()


class _Session:
    def __init__(self, server: Smtp, password: str) -> None:
        self.server, self.password = server, password
        self.connection: smtplib.SMTP | None = None
        self.down: Outcome | None = None

    def send(self, letter: Letter) -> Outcome:
        if self.down is not None:
            return self.down
        if self.connection is None:
            self.down = self._connect()
            if self.down is not None:
                return self.down
        return self._hand_over(letter)

    def _connect(self) -> Outcome | None:
        where = f"The mail server {self.server.host}:{self.server.port}"
        context = ssl.create_default_context()
        try:
            if self.server.port == IMPLICIT:
                self.connection = smtplib.SMTP_SSL(self.server.host, self.server.port, timeout=SECONDS, context=context)
            else:
                self.connection = smtplib.SMTP(self.server.host, self.server.port, timeout=SECONDS)
                if self.server.starttls:
                    self.connection.starttls(context=context)
            if self.server.user:
                self.connection.login(self.server.user, self.password)
        except smtplib.SMTPAuthenticationError:
            return self._given_up(f"{where} does not take user and password.")
        except smtplib.SMTPNotSupportedError:
            return self._given_up(f"{where} offers no encryption, or no log-in.")
        except ssl.SSLError:
            return self._given_up(f"{where} has a certificate that this machine does not trust.")
        except TimeoutError:
            return self._given_up(f"{where} did not answer in {SECONDS} seconds.")
        except (OSError, smtplib.SMTPException):
            return self._given_up(f"{where} cannot be reached.")
        return None

    def _given_up(self, words: str) -> Outcome:
        self.close()
        return Outcome("failed", words)

    def _hand_over(self, letter: Letter) -> Outcome:
        assert self.connection is not None
        message = as_email(letter, self.server.sender)
        try:
            self.connection.ehlo_or_helo_if_needed()
            for code, what in (
                (self.connection.mail(self.server.sender)[0], "sender"),
                (self.connection.rcpt(letter.to)[0], "address"),
            ):
                if code >= 400:
                    self._reset()
                    return Outcome("failed", f"The mail server does not take the {what} ({code}){_later(code)}.")
        except (OSError, smtplib.SMTPException):
            return self._lost("failed", "The mail server hung up before the message was handed over.")
        try:
            code, _ = self.connection.data(message.as_bytes())
        except smtplib.SMTPDataError as error:  # before the first line of the message
            self._reset()
            return Outcome("failed", f"The mail server does not take the message ({error.smtp_code}){_later(error.smtp_code)}.")
        except (OSError, smtplib.SMTPException):
            return self._lost("unsure", "The mail server hung up when it had the message, and did not say that it took it.")
        if code >= 400:
            self._reset()
            return Outcome("failed", f"The mail server does not take the message ({code}){_later(code)}.")
        return SENT

    def _reset(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            assert self.connection is not None
            self.connection.rset()

    def _lost(self, state: str, words: str) -> Outcome:
        self.close()
        return Outcome("unsure" if state == "unsure" else "failed", words)

    def close(self) -> None:
        """Say good-bye; never an error."""
        if self.connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.connection.quit()
            self.connection.close()
            self.connection = None


def _later(code: int) -> str:
    return " for now" if code < 500 else ""
