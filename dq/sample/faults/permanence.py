"""Faults of adoption, permanence before care, and immigration statuses."""

from __future__ import annotations

import numpy as np

from dq.sample import days
from dq.sample.days import Flags
from dq.sample.faults.planting import Planting
from dq.sample.faults.registry import plants
from dq.sample.faults.simple import cell, copy


def alone(x: Planting) -> Flags:
    """Children with an immigration status of an unaccompanied child, by child."""
    return np.asarray(x.count("immigration_status", x.is_one("immigration_status", "status", "UASC")) > 0)


def settled(x: Planting) -> Flags:
    """Immigration statuses other than that of an unaccompanied child."""
    return ~x.is_one("immigration_status", "status", "UASC")


def _couple(x: Planting) -> Flags:
    return x.is_one("permanence", "number_of_adopters", "2")


cell("PRM-003", "permanence", "adopter_legal_status", _couple, "L0")
cell("PRM-004", "permanence", "adopter_sex", _couple, "M1")
cell(
    "PRM-006",
    "permanence",
    "placement_order_date",
    lambda x: x.filled("permanence", "placement_order_date"),
    lambda x, rows: x["permanence"]["decision_date"][rows] - 3,
)
cell("PRM-007", "permanence", "decision_date", lambda x: x.filled("permanence", "placed_date"))


@plants("PRM-005")
def adopted_and_given_up(x: Planting) -> None:
    """An adopted child whose plan was given up."""
    rows = x.pick("permanence", x.is_one("permanence", "order_type", "ADOPT") & x.filled("permanence", "order_date"))
    x.set("permanence", "reversed_date", rows, x["permanence"]["order_date"][rows] - 20)
    x.set("permanence", "reversed_reason", rows, "RD1")
    x.expect("PRM-005", "permanence", rows)


cell("PRM-008", "previous_permanence", "authority", lambda x: x.is_one("previous_permanence", "option", "Z1"), "Testshire")
cell("PRM-009", "previous_permanence", "order_date", lambda x: x.is_one("previous_permanence", "option", "P1", "P2"))


def _grown_up(x: Planting) -> Flags:
    return settled(x) & ~x.filled("immigration_status", "end_date") & x.of("immigration_status", x.ages >= 19)


cell("UAS-001", "immigration_status", "status", _grown_up, "UASC")
cell(
    "UAS-002",
    "immigration_status",
    "end_date",
    settled,
    lambda x, rows: x["immigration_status"]["start_date"][rows] - 5,
)
copy(
    "UAS-003",
    "immigration_status",
    lambda x: settled(x) & (x["immigration_status"]["start_date"] < x.before_first(60)),
    lambda x, rows: {"start_date": days.add_days(x["immigration_status"]["start_date"][rows], 30)},
)
