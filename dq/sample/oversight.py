"""Records around the casework: supervision, documents, disabilities, immigration statuses, other agencies' numbers."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import NONE
from dq.sample.draw import Draw
from dq.sample.schedule import every, repeat
from dq.sample.story import Story
from dq.sample.tables import Table, World, blank, flag, rising, same, text, where

DISABILITIES = {"AUT": 30.0, "LD": 22.0, "BEH": 14.0, "COMM": 9.0, "MOB": 9.0, "PC": 4.0, "HEAR": 3.0, "VIS": 3.0, "DDA": 6.0}
_TITLES = {
    "LETTER": "Letter to family", "REPORT": "Report for meeting", "MINUTES": "Minutes of meeting", "FORM": "Consent form",
    "COURT": "Court bundle", "IMAGE": "Drawing", "OTHER": "Note",
}  # fmt: skip
_DOCUMENTS = {"LETTER": 34.0, "REPORT": 26.0, "MINUTES": 16.0, "FORM": 13.0, "COURT": 5.0, "IMAGE": 2.0, "OTHER": 4.0}
_NUMBERS = {"FUPN": 30.0, "ULN": 34.0, "HO": 8.0, "COURT": 18.0, "YOT": 10.0}


def make_oversight(story: Story) -> World:
    """Tables supervision, document, disability, immigration_status and linked_identifier."""
    draw = story.draw("oversight")
    return {
        "supervision": _supervisions(story, draw),
        "document": _documents(story, draw),
        "disability": _disabilities(story, draw),
        "immigration_status": _immigration(story, draw),
        "linked_identifier": _identifiers(story, draw),
    }


def _supervisions(story: Story, draw: Draw) -> Table:
    """Cases of protection and care are talked over every four to five weeks, those of need every nine to eleven weeks.

    It has been written down for less than a year.
    """
    spells = story.spells
    begin = days.later(spells.referral, story.last - np.timedelta64(330, "D"))
    until = days.earlier(spells.close, story.last + np.timedelta64(5, "D"))
    needed = np.flatnonzero(spells.kind == "cin")
    closely = np.flatnonzero(~np.isin(spells.kind, ["nfa", "assess", "cin"]))
    seldom, some = every(draw, begin[needed], until[needed], (62, 78), (20, 50))
    often, more = every(draw, begin[closely], until[closely], (28, 36), (3, 12))
    spell, on = np.append(needed[seldom], closely[often]), np.append(some, more)
    post = story.cases.post_of(spell, on)
    recorded = days.add_working_days(on, draw.place((60, 25, 15), len(on)))
    columns = {
        "supervision_id": rising("55", recorded),
        "person_id": story.person(spell),
        "supervision_date": on,
        "worker_id": story.workforce.worker(post, on),
        "supervisor_id": story.workforce.manager_of(post),
        "next_due_date": days.add_days(on, 35),
        "recorded_date": recorded,
    }
    return Table(columns, recorded, spells.child[spell])


def _documents(story: Story, draw: Draw) -> Table:
    spells = story.spells
    owner, _ = repeat(draw.place((64, 26, 8, 2), len(spells)))
    span = days.days_between(spells.referral, days.earlier(spells.close, story.last))
    on = days.working_before(days.add_days(spells.referral[owner], draw.between(0, span[owner])))
    kind = draw.code(_DOCUMENTS, len(owner))
    title = blank(len(owner))
    for code, words in _TITLES.items():
        title = where(kind == code, words, title)
    ids = rising("80", on)
    columns = {
        "document_id": ids,
        "person_id": story.person(owner),
        "title": title,
        "type": kind,
        "document_date": on,
        "file_name": ids + ".pdf",
        "location": draw.code({"SYSTEM": 70.0, "DMS": 30.0}, len(owner)),
        "restricted": flag(draw.chance(0.02, len(owner))),
    }
    return Table(columns, on, spells.child[owner])


def _disabilities(story: Story, draw: Draw) -> Table:
    """One or two different disabilities of a disabled child; NONE for the others who were ever referred."""
    count = len(story.child_ids)
    none = ~story.disabled & (np.bincount(story.spells.child, minlength=count) > 0)
    owner, _ = repeat(np.where(story.disabled, draw.whole(1, 2, count), none))
    place = draw.place(DISABILITIES.values(), len(owner))
    _, first = np.unique(owner * len(DISABILITIES) + place, return_index=True)
    owner, place = owner[first], place[first]
    known = story.known[owner]
    columns = {
        "disability_id": rising("22", known),
        "person_id": story.child_ids[owner],
        "code": where(none[owner], "NONE", np.array(list(DISABILITIES), dtype=object)[place]),
        "start_date": known,
        "end_date": np.full(len(owner), NONE),
    }
    return Table(columns, known, owner)


def _immigration(story: Story, draw: Draw) -> Table:
    child = np.flatnonzero(draw.chance(0.025, len(story.child_ids)))
    known = story.known[child]
    status = draw.code({"ILR": 34.0, "DLR": 26.0, "REFUGEE": 22.0, "UASC": 18.0}, len(child))
    grown_up = days.add_years(story.children.birth[child], 18)
    columns = {
        "immigration_status_id": rising("23", known),
        "person_id": story.child_ids[child],
        "status": status,
        "start_date": known,
        "end_date": np.where(status == "UASC", grown_up, NONE).astype("datetime64[D]"),
    }
    return Table(columns, known, child)


def _identifiers(story: Story, draw: Draw) -> Table:
    child = np.flatnonzero(draw.chance(0.14, len(story.child_ids)))
    known, size = story.known[child], len(child)
    kind = draw.code(_NUMBERS, size)
    columns = {
        "identifier_id": rising("24", known),
        "person_id": story.child_ids[child],
        "type": kind,
        "value": where(kind == "FUPN", same("Z", size), same("", size)) + text(draw.whole(1_000_000_000, 9_999_999_999, size)),
        "start_date": known,
        "end_date": np.full(size, NONE),
    }
    return Table(columns, known, child)
