"""On which list an exception stands, on which sheet, in which order, and in which words: pure functions on plain data.

A team's list holds what is its own: what it is to do, and set aside with a reason what nobody asks of it for now. The data
team's list holds, below its own, what the teams asked it, and what is to be put right on the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dq import dispositions
from dq.dispositions import Place, Waiver
from dq.model import SEVERITIES, UNALLOCATED
from dq.report.words import long_date, team_title
from dq.store.desk import DeskRow, LastReply
from dq.store.issue import Given

FRESH, CLAIMED, REST, WAITING = range(4)
"""The order on the sheet: new since the last list, said fixed and still there, the rest, and what waits for others."""
ASKED = ("not ours", "need help")
"""Answers that leave the next step to the data team."""

WHY: Mapping[Place, str] = {
    "disputed": "The record is said to be right, and the rule wrong: {contact} looks at the rule.",
    "transform on the way": "It will be put right on the way into the new system, not in {system}.",
    "fix after go-live": "It is to be put right after go-live.",
    "accept": "It may stay as it is, for good.",
    "do not migrate": "The record will not move.",
    "waived": "It may stay as it is for a while.",
}
SPOKEN = {
    "fixed": "fixed in {system}",
    "will fix": "will fix",
    "rule is wrong": "the record is right, the rule is wrong",
}
"""An answer inside a sentence, where it is not the word itself."""
GONE = {
    "left extract": "The record is no longer in the extract. If nobody deleted or merged it on purpose, tell {contact}.",
    "rule changed": "The rule means something else now, and no longer finds it. Nothing is left to do.",
    "not checked": "It could not be checked this time. The next extract decides.",
}


@dataclass(frozen=True)
class Situation:
    """What the words of a list depend on, beside the exception: the extract, the project, each team's last list.

    `assigned_by` is the act that gave an exception to somebody, `gone_in` the run in which it left the lists uncleared.
    """

    as_of: dt.date
    go_live: dt.date | None
    due_days: Mapping[str, int]
    system: str
    contact: str
    owner: str
    last: Mapping[str, Given]
    assigned_by: Mapping[str, int]
    gone_in: Mapping[str, int]
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A line of a list. `why` is blank on the sheet "To do"."""

    list: str
    id: str
    rule: str
    table: str
    key: str
    severity: str
    order: int
    mark: str
    age: int
    due: dt.date | None
    overdue: bool
    before: str
    why: str
    until: dt.date | None
    assigned: str


def entries(row: DeskRow, now: Situation) -> Iterator[Entry]:
    """The lines that an exception gives: one on its team's list, and perhaps one on the data team's."""
    mine = row.desk or UNALLOCATED
    asked = row.place == "to do" and row.reply is not None and row.reply.answer in ASKED
    for_data_team = row.place in ("disputed", "transform on the way") or asked
    if mine == now.owner and for_data_team:
        order, mark = _order_of_asked(row, now)
        yield _entry(row, now, mine, order, mark, _said(row, now, aloud=True))
        return
    if row.place == "to do":
        order, mark = _order(row, now, mine)
        yield _entry(row, now, mine, order, mark, _said(row, now, aloud=False))
    elif not _told(row, now, mine):
        yield _entry(row, now, mine, REST, "", "", why=_why(row, now))
    if for_data_team:
        order, mark = _order_of_asked(row, now)
        yield _entry(row, now, now.owner, order, mark, _said(row, now, aloud=True))


def _told(row: DeskRow, now: Situation, team: str) -> bool:
    """Whether a list has said before that an exception is gone. What could not be checked is said as long as it is so."""
    last = now.last.get(team)
    return row.place == "gone" and row.word != "not checked" and last is not None and now.gone_in.get(row.id, 0) <= last.seen_run


def _entry(row: DeskRow, now: Situation, whose: str, order: int, mark: str, before: str, why: str = "") -> Entry:
    severity = row.severity if row.severity in SEVERITIES else SEVERITIES[-1]
    due = dispositions.due(severity, row.since, dict(now.due_days), now.go_live)
    assigned = row.agreed.assigned if row.agreed.assigned != row.desk else ""
    return Entry(
        whose, row.id, row.rule, row.table, row.key, row.severity, order, mark, (now.as_of - row.since).days, due,
        due < now.as_of and order != WAITING, before, why, row.waived_until if row.place == "waived" else None, assigned,
    )  # fmt: skip


def _order(row: DeskRow, now: Situation, team: str) -> tuple[int, str]:
    """Where a line of a team's own stands, and its word. In a team's first list nothing is new since the last one."""
    reply, last = row.reply, now.last.get(team)
    current = reply is not None and _day(reply) >= row.since
    if reply is not None and reply.answer in ASKED and current:
        return WAITING, "Waiting"
    if reply is not None and reply.answer == "fixed" and current:
        return (CLAIMED, "Said fixed") if _day(reply) < now.as_of else (WAITING, "Waiting")
    if last is None:
        return REST, {"new": "New", "reopened": "Back again"}.get(row.word, "Still open")
    if row.since_run > last.seen_run:
        return FRESH, "Back again" if row.word == "reopened" or _came_back(row) else "New"
    if row.came_in_run > last.seen_run or (row.desk != row.team and now.assigned_by.get(row.id, 0) > last.act):
        return FRESH, "Handed over"
    return REST, "Still open"


def _came_back(row: DeskRow) -> bool:
    return row.reply is not None and _day(row.reply) < row.since


def _order_of_asked(row: DeskRow, now: Situation) -> tuple[int, str]:
    """Where a line stands that a team put to the data team; new where the question came after the data team's last list."""
    last = now.last.get(now.owner)
    mark = "Transform" if row.place == "transform on the way" else "Asked of you"
    asked = row.reply.at if row.reply is not None and mark == "Asked of you" else None
    return (FRESH if last is not None and asked is not None and asked > last.at else WAITING), mark


def _said(row: DeskRow, now: Situation, *, aloud: bool) -> str:
    """The last answer in words; `aloud` for the data team, which did not give it."""
    reply = row.reply
    if reply is None:
        return f"Of {team_title(row.desk)}." if aloud and row.desk != now.owner else ""
    who = reply.answered_by or ("" if aloud else "You")
    if aloud and row.desk != now.owner:
        who = f"{team_title(row.desk)} ({who})" if who else team_title(row.desk)
    words = SPOKEN.get(reply.answer, reply.answer).format(system=now.system)
    parts = [f"{who or 'Somebody'} said on {long_date(_day(reply))}: {words}{_by(reply)}."]
    if not aloud and row.place == "to do":
        parts += _since_then(reply, now)
    if reply.notes:
        parts.append(f"Notes: {reply.notes}")
    return "\n".join(parts)


def _by(reply: LastReply) -> str:
    return "" if reply.fix_by is None else f"{' by' if reply.answer == 'will fix' else ','} {long_date(reply.fix_by)}"


def _since_then(reply: LastReply, now: Situation) -> list[str]:
    """What the extract says to an answer. Only a later one can show what was put right on the day of the answer."""
    if reply.answer in ASKED:
        return [f"{now.contact[:1].upper()}{now.contact[1:]} has it."]
    if reply.answer == "fixed" and _day(reply) < now.as_of:
        return [f"The extract of {long_date(now.as_of)} still shows it."]
    if reply.answer == "fixed":
        return ["The next extract will show it."]
    if reply.answer == "will fix" and reply.fix_by is not None and reply.fix_by < now.as_of:
        return ["That day has passed."]
    return []


def _why(row: DeskRow, now: Situation) -> str:
    words = GONE.get(row.word, GONE["not checked"]) if row.place == "gone" else WHY[row.place]
    told = words.format(contact=now.contact, system=now.system)
    waiver = (
        dispositions.waiver_of(now.waivers, row.id, row.rule, row.table, row.team, now.as_of) if row.place == "waived" else None
    )
    return told if waiver is None else f"{told}\nWhy: {waiver.reason}\nAllowed by: {waiver.approver}"


def _day(reply: LastReply) -> dt.date:
    return reply.at.astimezone().date()
