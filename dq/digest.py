"""Sends digests: for each reader of a cadence what has changed since the last one that reached them, never twice for one run."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from django.db.backends.base.base import BaseDatabaseWrapper

from dq import config, digest_ahead, digest_parts, pack
from dq.config import Project
from dq.errors import OptionError, Problem, ProjectError, did_you_mean
from dq.listing import Situation
from dq.mail import ADDRESS, DAYS, Cadence, Mail
from dq.mailer import channel, smtp
from dq.mailer import folder as folder_way
from dq.mailer.letter import Letter, Way
from dq.model import UNITLESS, Scope
from dq.report.digest_facts import Ahead, Digest
from dq.report.digest_page import Page, page
from dq.store import access, changed, database, issue, messages
from dq.store.acts import act
from dq.store.changed import Shift
from dq.store.messages import Address, Told
from dq.store.models import Run

Done = Literal["sent", "failed", "unsure", "sent before", "busy", "no access", "would be sent"]
NOT_DONE: tuple[Done, ...] = ("failed", "unsure", "no access")
"""What makes `dq digest` end with 1: somebody has to look."""


@dataclass(frozen=True)
class Subscriber:
    """A reader with what they may see and where their messages go: pairs of a way and an address or variable."""

    name: str
    scopes: tuple[tuple[Scope, str], ...]
    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sending:
    """What became of one message; `digest` and `page` are None where it was not made."""

    reader: str
    way: str
    target: str
    outcome: Done
    since: int | None = None
    attempts: int = 0
    error: str = ""
    digest: Digest | None = None
    page: Page | None = None


@dataclass(frozen=True)
class Sent:
    """All messages of one call about one run."""

    cadence: Cadence
    run: int
    as_of: dt.date
    messages: tuple[Sending, ...]

    @property
    def done(self) -> bool:
        """Whether nobody has to look."""
        return all(each.outcome not in NOT_DONE for each in self.messages)


def send(
    folder: Path, who: str, at: dt.datetime, cadence: Cadence, *, readers: Sequence[str] = (), dry_run: bool = False,
    unsure_again: bool = False,
) -> Sent:  # fmt: skip
    """Send the digests of a cadence about a project's latest run, to all its readers or to those named.

    With `dry_run` they are made and not sent, whether or not they were sent before. `unsure_again` also sends what may have gone
    out. Raises `ProjectError` or `OptionError` before anything is sent: a section `mail:` that is wrong or missing, a unit that
    no run knew, a reader who is none, a secret that is not there.
    """
    project = config.load(folder)
    mail = _mail(folder, project)
    with database.opened(folder, project.store, create=False) as connection:
        run = Run.objects.using(connection.alias).order_by("number").last()
        if run is None:
            raise ProjectError(
                Problem(str(folder), message="No run is recorded.", fix=f"Check the project first: dq check {folder}")
            )
        wanted = _wanted(_subscribers(connection, mail, cadence), readers, cadence)
        desk = _Desk(connection, folder, project, run, cadence, [scope for each in wanted for scope in each.scopes])
        with ExitStack() as open_ways:
            ways = {} if dry_run else _ways(open_ways, folder, mail, wanted)
            done = tuple(
                _one(desk, ways, each, Address(each.name, *target, cadence), at, dry_run, unsure_again)
                for each in wanted
                for target in each.targets
            )
        number = sum(each.outcome == "sent" for each in done)
        if number:
            with database.writing(connection):
                act(connection, who, at, "digest", f"{cadence}, run {run.number}: {number} sent")
    return Sent(cadence, run.number, run.as_of, done)


def _mail(folder: Path, project: Project) -> Mail:
    if project.mail is None:
        fix = "Add mail: with readers and a way out, as docs/digest.md shows."
        raise ProjectError(Problem(str(folder / "dq.yaml"), message="Nobody gets a digest.", fix=fix))
    return project.mail


def _subscribers(connection: BaseDatabaseWrapper, mail: Mail, cadence: Cadence) -> list[Subscriber]:
    """The readers of a cadence. Who has no level of their own sees what `dq access` gives to their name or address."""
    given: dict[str, list[tuple[Scope, str]]] = {}
    names: dict[str, str] = {}
    for line in access.lines(connection):
        given.setdefault(line.person.casefold(), []).append((line.level, line.unit))  # type: ignore[arg-type]  # a scope
        names.setdefault(line.person.casefold(), line.person)
    post = "smtp" if mail.smtp is not None else "folder"
    found = []
    named: set[str] = set()
    for reader in mail.readers:
        mine = {reader.name.casefold(), *(each.casefold() for each in reader.to)}
        named |= mine
        if reader.cadence != cadence:
            continue
        scopes = (
            [(reader.level, reader.unit)]
            if reader.level is not None
            else [each for key in sorted(mine) for each in given.get(key, ())]
        )
        targets = [(post, each) for each in reader.to] + ([("apprise", reader.apprise)] if reader.apprise else [])
        if not targets:
            targets = [("folder", "")] if mail.folder is not None else [("apprise", mail.apprise or "")]
        found.append(Subscriber(reader.name, tuple(dict.fromkeys(scopes)), tuple(targets)))
    if mail.access == cadence:
        for key in sorted(set(given) - named):
            if ADDRESS.fullmatch(names[key]):
                found.append(Subscriber(names[key], tuple(dict.fromkeys(given[key])), ((post, names[key]),)))
    _must_know(connection, found)
    return found


def _must_know(connection: BaseDatabaseWrapper, subscribers: Sequence[Subscriber]) -> None:
    known: dict[Scope, list[str]] = {}
    problems = []
    for each in subscribers:
        for level, unit in each.scopes:
            if level in UNITLESS:
                continue
            there = known.setdefault(level, changed.known(connection, level))
            if unit not in there:
                fix = (
                    did_you_mean(unit, there) or f"There are: {', '.join(there[:12]) or 'none'}{' ...' if len(there) > 12 else ''}."
                )
                problems.append(Problem("dq.yaml", 0, f"reader {each.name}", f"No recorded run knows the {level} {unit!r}.", fix))
    if problems:
        raise ProjectError(problems)


def _wanted(subscribers: Sequence[Subscriber], readers: Sequence[str], cadence: Cadence) -> list[Subscriber]:
    known = [each.name for each in subscribers]
    problems = [
        Problem(subject=f"--reader {name}", message=f"No reader of {cadence} digests has this name.", fix=did_you_mean(name, known))
        for name in dict.fromkeys(readers)
        if name not in known
    ]
    if problems:
        raise OptionError(problems)
    return [each for each in subscribers if not readers or each.name in readers]


class _Desk:
    """Makes digests of one run; what several readers share is looked up once."""

    def __init__(
        self, connection: BaseDatabaseWrapper, folder: Path, project: Project, run: Run, cadence: Cadence,
        scopes: Sequence[tuple[Scope, str]],
    ) -> None:  # fmt: skip
        self.connection, self.folder, self.project, self.run, self.cadence = connection, folder, project, run, cadence
        self.scopes = list(dict.fromkeys(scopes))
        self.runs: Mapping[int, Run] = {each.number: each for each in Run.objects.using(connection.alias)}
        self.shifts: dict[int, list[Shift]] = {}

    @cached_property
    def standing(self) -> digest_parts.Standing:
        """Where every open exception stands: looked up only when there is something to tell."""
        wanted = pack.load(self.project.packs, self.folder, own=config.rules_folder(self.folder), as_of=self.run.as_of)
        now = _situation(self.connection, self.project, self.run, wanted.contract.owner)
        declared = {each.id: each for each in wanted.measures}
        return digest_parts.standing(self.connection, self.run, now, declared, DAYS[self.cadence])

    @cached_property
    def ahead(self) -> Mapping[tuple[Scope, str], Ahead]:
        """What is to be expected of every unit that somebody reads of."""
        return digest_ahead.ahead(self.connection, self.project, self.run, self.standing.units, self.scopes)

    def digest(self, subscriber: Subscriber, told: Told) -> tuple[Digest, int | None]:
        """What a reader is told, and the run that it is compared with."""
        first = told.run is None and not told.taken_back
        earlier = self._before(told)
        number = earlier.number if earlier is not None else 0
        if number not in self.shifts:
            self.shifts[number] = changed.shifts(self.connection, earlier, self.run)
        parts = tuple(
            digest_parts.part(
                self.connection, self.standing, self.shifts[number], earlier, level, unit, DAYS[self.cadence],
                self.ahead.get((level, unit)),
            )
            for level, unit in subscriber.scopes
        )  # fmt: skip
        since = earlier.as_of if earlier is not None else None
        return Digest(
            self.project.project, self.cadence, self.run.number, self.run.as_of, self.project.contact, since, first,
            told.taken_back, parts,
        ), earlier.number if earlier is not None else None  # fmt: skip

    def _before(self, told: Told) -> Run | None:
        """The run that was told of last; for a first digest the last run a period ago, or else the first there is."""
        if told.run is not None and told.run != self.run.number:
            return self.runs[told.run]
        earlier = [each for _, each in sorted(self.runs.items()) if each.number < self.run.number]
        old = [each for each in earlier if each.as_of <= self.run.as_of - dt.timedelta(days=DAYS[self.cadence])]
        return old[-1] if old else earlier[0] if earlier else None


def _situation(connection: BaseDatabaseWrapper, project: Project, run: Run, owner: str) -> Situation:
    days = {str(name): number for name, number in project.due_days.items()}
    last = issue.latest(issue.given(connection))
    return Situation(
        run.as_of, project.go_live, days, "", project.contact, owner, last, issue.handed_over(connection),
        issue.gone(connection),
    )  # fmt: skip


def _ways(stack: ExitStack, folder: Path, mail: Mail, wanted: Sequence[Subscriber]) -> dict[tuple[str, str], Way]:
    """Each way that is needed, opened: all secrets are there before the first message goes."""
    needed = sorted(
        {target if target[0] == "apprise" else (target[0], "") for each in wanted if each.scopes for target in each.targets}
    )
    problems: list[Problem] = []
    found: dict[tuple[str, str], Way] = {}
    for way, variable in needed:
        try:
            if way == "apprise":
                found[way, variable] = stack.enter_context(channel.sending(variable))
            elif mail.smtp is not None:
                found[way, variable] = stack.enter_context(smtp.sending(mail.smtp))
            else:
                found[way, variable] = stack.enter_context(folder_way.sending(folder / (mail.folder or "")))
        except ProjectError as error:
            problems += error.problems
    if problems:
        raise ProjectError(problems)
    return found


def _one(
    desk: _Desk, ways: Mapping[tuple[str, str], Way], subscriber: Subscriber, address: Address, at: dt.datetime, dry_run: bool,
    unsure_again: bool,
) -> Sending:  # fmt: skip
    """Make a message, claim it, send it, note what became of it."""
    here = (subscriber.name, address.way, address.target)
    if not subscriber.scopes:
        return Sending(*here, "no access", error="dq access gives nothing to this name or address.")
    told = messages.told(desk.connection, address, desk.run)
    if told.same and not dry_run:
        return Sending(*here, "sent before", desk.run.number)
    made, since = desk.digest(subscriber, told)
    said = page(made)
    if dry_run:
        return Sending(*here, "would be sent", since, 0, "", made, said)
    claim = messages.claim(desk.connection, address, desk.run, since, at, unsure_again=unsure_again)
    if claim.state != "claimed":
        words = "Another process is sending it, or broke off." if claim.state == "busy" else claim.error or _UNSURE
        return Sending(*here, _REFUSED[claim.state], since, claim.attempts, words if claim.state != "sent" else "")
    way = ways[(address.way, address.target if address.way == "apprise" else "")]
    outcome = way(_letter(desk, address, said, at))
    messages.finish(desk.connection, claim, outcome.state, at, outcome.error)
    return Sending(*here, outcome.state, since, claim.attempts, outcome.error, made, said)


_REFUSED: Mapping[str, Done] = {"busy": "busy", "sent": "sent before", "unsure": "unsure", "replaced": "sent before"}
_UNSURE = "A process broke off while it was sending it."


def _letter(desk: _Desk, address: Address, said: Page, at: dt.datetime) -> Letter:
    """The message, with an id that is the same each time that it is sent."""
    run = desk.run
    mark = hashlib.sha256(f"{desk.project.project} {address} {run.number} {run.at.timestamp()}".encode()).hexdigest()[:24]
    plain = re.sub(r"[^A-Za-z0-9]+", "-", address.reader).strip("-").lower()[:40] or "reader"
    name = f"{run.as_of.isoformat()}-{address.cadence}-{plain}-{mark[:8]}"
    to = address.target if address.way != "apprise" else ""
    return Letter(f"dq-{mark}", name, to, said.subject, said.text, said.html, said.title, said.brief, at)


def outstanding(folder: Path, at: dt.datetime) -> Iterator[messages.MessageLine]:
    """The last message of each address, and what became of it."""
    project = config.load(folder)
    with database.opened(folder, project.store, create=False) as connection:
        yield from messages.lines(connection, at)
