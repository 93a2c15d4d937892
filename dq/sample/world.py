"""The whole world: every record of the fictional council, each with the day on which it is entered."""

from __future__ import annotations

import numpy as np

from dq.sample.assessments import make_assessments
from dq.sample.care import draw_periods, draw_segments, make_care
from dq.sample.care_records import ask_who_may_agree, make_care_records
from dq.sample.cases import make_involvements
from dq.sample.leaving_care import make_care_leavers, make_missing
from dq.sample.oversight import make_oversight
from dq.sample.people import make_people, placement_homes
from dq.sample.permanence import Ends, adopted_children, make_permanence
from dq.sample.plans import make_plans
from dq.sample.referrals import make_referrals
from dq.sample.story import Story
from dq.sample.tables import World, among, join, rising
from dq.sample.workforce import make_workforce


def make_world(story: Story) -> World:
    """Every table, its records in order of entry."""
    people, world = make_people(story)
    world |= make_referrals(story)
    world |= make_assessments(story)
    world |= make_plans(story, world["initial_cp_conference"])
    periods = draw_periods(story)
    segments = draw_segments(story, periods)
    world |= make_care(story, periods, segments)
    episode, placement = world["cla_episode"], world["placement"]
    world |= make_care_records(story, periods, world["legal_status"], placement)
    final = np.searchsorted(episode["_period"], np.arange(len(periods.start)), side="right") - 1
    ask_who_may_agree(world["voluntary_agreement"], world["relationship"])
    ends = Ends(episode["ceased_reason"][final], placement["start_date"][segments.placement[final]])
    world |= make_permanence(story, periods, world["legal_status"], ends, people.family_ids)
    world |= make_missing(story, periods)
    world |= make_care_leavers(story)
    world |= make_oversight(story)
    world |= make_workforce(story.seed, story.workforce)
    world["involvement"] = make_involvements(story.cases, story.workforce, story.child_ids, story.referral_ids, story.last)
    world["address"] = join([world["address"], placement_homes(placement)])
    world["address"]["address_id"] = rising("30", world["address"].known)
    world["person"]["restricted"][adopted_children(world["permanence"])] = "Y"
    hidden = world["person"]["person_id"][world["person"]["restricted"] == "Y"]
    world["address"]["confidential"][among(world["address"]["person_id"], hidden)] = "Y"
    return {name: table.take(np.argsort(table.known, kind="stable")) for name, table in world.items()}
