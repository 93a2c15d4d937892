"""What happens, before any record is made of it: children, their journeys, and who works with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dq.sample import days
from dq.sample.cases import Cases, make_cases
from dq.sample.days import Days, Flags, Numbers
from dq.sample.draw import Draw, Texts
from dq.sample.journeys import Children, draw_journeys
from dq.sample.periods import Contacts, Help, Leaving, draw_contacts, draw_help, draw_leaving
from dq.sample.spells import Spells
from dq.sample.tables import numbers, rising
from dq.sample.workforce import Workforce


@dataclass
class Story:
    """The parts that every table is made from. `known` is each child's first day in the system."""

    seed: int
    first: np.datetime64  # day of the first extract
    last: np.datetime64  # day of the last extract
    children: Children
    spells: Spells
    contacts: Contacts
    helped: Help
    leaving: Leaving
    disabled: Flags
    dead: Days  # NaT for the living
    cases: Cases
    workforce: Workforce
    child_ids: Texts
    referral_ids: Texts
    known: Days

    def draw(self, part: str) -> Draw:
        """Chance for one part of the world."""
        return Draw(self.seed, part)

    def person(self, spell: Numbers) -> Texts:
        """Person number of each spell's child."""
        return self.child_ids[self.spells.child[spell]]

    def worker(self, spell: Numbers, on: Days) -> Texts:
        """Worker number of whoever answered for the spell on the day."""
        return self.workforce.worker(self.cases.post_of(spell, on), on)

    def team(self, spell: Numbers, on: Days) -> Texts:
        """Team number of whoever answered for the spell on the day."""
        return self.workforce.team_of(self.cases.post_of(spell, on))


def tell(seed: int, children: int, first: np.datetime64, last: np.datetime64) -> Story:
    """Draw everything that happens up to the last extract and a while beyond."""
    who, spells = draw_journeys(seed, children, last)
    draw = Draw(seed, "story")
    helped = draw_help(seed, who, spells, last)
    leaving = draw_leaving(seed, who, spells)
    disabled = draw.chance(0.11, children)
    latest = np.full(children, -1)
    latest[spells.child] = np.arange(len(spells))
    final = np.maximum(latest, 0)
    died = (latest >= 0) & (who.state == "closed") & (spells.kind[final] == "assess") & (spells.close[final] < last)
    died &= draw.chance(0.006, children)
    dead = np.where(died, spells.close[final], days.NONE).astype("datetime64[D]")
    contacts = draw_contacts(seed, who, dead, last)
    cases, workforce = make_cases(seed, spells, helped, leaving, disabled, first, last)
    known = np.full(children, days.day("2100-01-01"))
    np.minimum.at(known, spells.child, spells.contact)
    np.minimum.at(known, helped.child, helped.start)
    np.minimum.at(known, contacts.child, contacts.made)
    ids = numbers("5", children), rising("40", spells.referral)
    return Story(seed, first, last, who, spells, contacts, helped, leaving, disabled, dead, cases, workforce, *ids, known)
