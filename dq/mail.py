"""The section `mail:` of dq.yaml: who gets a digest how often, and by which way it leaves. Secrets come from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dq.errors import Problem, did_you_mean
from dq.model import SCOPES, UNITLESS, Scope
from dq.yamlfile import Document

Cadence = Literal["daily", "weekly", "monthly"]
CADENCES: tuple[Cadence, ...] = get_args(Cadence)
DAYS: Mapping[Cadence, int] = {"daily": 1, "weekly": 7, "monthly": 31}
PASSWORD = "DQ_MAIL_PASSWORD"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRETS = ("password", "pass", "passwd", "secret", "token")


class Smtp(BaseModel):
    """The server that sends. The connection is encrypted unless `starttls: false` says that the server cannot."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    sender: str = Field(validation_alias="from")
    user: str | None = None
    starttls: bool = True

    @field_validator("host")
    @classmethod
    def _a_host(cls, host: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
            raise ValueError("the name of a server, like mail.testshire.example, without user and password")
        return host

    @field_validator("sender")
    @classmethod
    def _an_address(cls, address: str) -> str:
        return _address(address)


class Reader(BaseModel):
    """Somebody who gets a digest. Without `level` it tells what `dq access` lets them see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    cadence: Cadence
    level: Scope | None = None
    unit: str = ""
    to: tuple[str, ...] = ()
    apprise: str | None = None

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip() or not name.isprintable():
            raise ValueError("a reader has a name, on one line")
        return name

    @field_validator("cadence", mode="before")
    @classmethod
    def _a_cadence(cls, word: object) -> object:
        return _one_of(word, CADENCES)

    @field_validator("level", mode="before")
    @classmethod
    def _a_level(cls, word: object) -> object:
        return word if word is None else _one_of(word, SCOPES)

    @field_validator("to", mode="before")
    @classmethod
    def _a_list(cls, to: object) -> object:
        return [to] if isinstance(to, str) else to

    @field_validator("to")
    @classmethod
    def _addresses(cls, to: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_address(each) for each in to))

    @field_validator("apprise")
    @classmethod
    def _a_variable(cls, name: str | None) -> str | None:
        return _variable(name)


class Mail(BaseModel):
    """Who gets a digest, and by which way: a server, a folder from which another system sends, a channel.

    `access` says how often everybody gets one who stands in `dq access` with an address and is no reader by name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    readers: tuple[Reader, ...] = ()
    access: Cadence | None = None
    smtp: Smtp | None = None
    folder: str | None = None
    apprise: str | None = None

    @field_validator("access", mode="before")
    @classmethod
    def _a_cadence(cls, word: object) -> object:
        return word if word is None else _one_of(word, CADENCES)

    @field_validator("apprise")
    @classmethod
    def _a_variable(cls, name: str | None) -> str | None:
        return _variable(name)


def _address(address: str) -> str:
    if not ADDRESS.fullmatch(address):
        raise ValueError("an address looks like a.manager@testshire.example")
    return address


def _variable(name: str | None) -> str | None:
    if name is not None and not VARIABLE.fullmatch(name):
        raise ValueError("the address of a channel is a secret: put it into an environment variable, and its name here")
    return name


def _one_of(word: object, known: tuple[str, ...]) -> object:
    if word not in known:
        fix = did_you_mean(str(word), known)
        raise ValueError(f"one of {', '.join(known)}{'. ' + fix if fix else ''}")
    return word


def faults(document: Document) -> Iterator[Problem]:
    """What is wrong with the section as a whole, beside what is wrong with each word of it: found even where words are wrong."""
    mail = document.data.get("mail") if isinstance(document.data, dict) else None
    if mail is None:
        return
    if not isinstance(mail, dict):
        return  # said already: it is no mapping
    yield from _secrets(document, mail, ("mail",))
    yield from _server(document, mail.get("smtp"))
    if mail.get("smtp") is not None and mail.get("folder") is not None:
        fix = "Leave one of them out."
        yield document.problem(("mail", "folder"), "Messages leave by smtp: or by folder:, not by both.", subject="mail", fix=fix)
    readers = mail.get("readers")
    listed = readers if isinstance(readers, list) else []
    if not listed and mail.get("access") is None:
        fix = "Name them under readers:, or say access: weekly for everybody in dq access."
        yield document.problem(("mail",), "Nobody gets a digest.", subject="mail", fix=fix)
    sends = mail.get("smtp") is not None or mail.get("folder") is not None
    if mail.get("access") is not None and not sends:
        yield document.problem(("mail", "access"), "There is no way to an address.", subject="mail", fix="Add smtp: or folder:.")
    for place, reader in enumerate(listed):
        if isinstance(reader, dict):
            yield from _reader(document, mail, reader, ("mail", "readers", place), sends)
    yield from _twice(document, listed)


def _secrets(document: Document, data: object, at: tuple[str | int, ...]) -> Iterator[Problem]:
    """A password is refused wherever it stands in the section; what it is, is not repeated."""
    if isinstance(data, list):
        for place, each in enumerate(data):
            yield from _secrets(document, each, (*at, place))
    elif isinstance(data, dict):
        for name, value in data.items():
            if str(name).lower() in SECRETS:
                fix = f"Put it into the environment variable {PASSWORD}, and take it out here."
                yield document.problem((*at, name), "mail: holds no password.", subject="mail", fix=fix)
            yield from _secrets(document, value, (*at, name))


def _server(document: Document, smtp: object) -> Iterator[Problem]:
    if isinstance(smtp, dict) and smtp.get("user") and smtp.get("starttls") is False and smtp.get("port") != 465:
        fix = "Leave out starttls: false; or leave out user:, where the server asks for none."
        yield document.problem(("mail", "smtp", "starttls"), "The password would travel readable.", subject="mail", fix=fix)


def _reader(
    document: Document, mail: Mapping[str, Any], reader: Mapping[str, Any], at: tuple[str | int, ...], sends: bool
) -> Iterator[Problem]:
    name = f"reader {reader.get('name', '')}".strip()
    level, unit = reader.get("level"), reader.get("unit")
    if level in UNITLESS and unit:
        yield document.problem((*at, "unit"), f"{level} has no units.", subject=name, fix="Leave unit: out.")
    if level in SCOPES and level not in UNITLESS and not unit:
        yield document.problem((*at, "level"), f"Which {level}?", subject=name, fix="Add unit: with its name.")
    if level is None and unit:
        fix = f"Add level: ({', '.join(each for each in SCOPES if each not in UNITLESS)})."
        yield document.problem((*at, "unit"), "A unit has a level.", subject=name, fix=fix)
    if reader.get("to") and not sends:
        yield document.problem((*at, "to"), "There is no way to an address.", subject=name, fix="Add smtp: or folder: to mail:.")
    nowhere = not reader.get("to") and not reader.get("apprise") and not mail.get("apprise")
    if nowhere and mail.get("folder") is None:
        fix = "Add to: with an address, or apprise: with the variable that holds a channel."
        yield document.problem(at, "The digest has nowhere to go.", subject=name, fix=fix)


def _twice(document: Document, readers: list[Any]) -> Iterator[Problem]:
    seen: set[tuple[str, object]] = set()
    for place, reader in enumerate(readers):
        if not isinstance(reader, dict):
            continue
        key = (str(reader.get("name", "")).casefold(), reader.get("cadence"))
        if key in seen:
            fix = "Give each another name, or one of them another cadence."
            yield document.problem(("mail", "readers", place), "Two readers have this name.", subject=f"reader {key[0]}", fix=fix)
        seen.add(key)
