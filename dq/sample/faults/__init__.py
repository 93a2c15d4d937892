"""Faults: what goes wrong in records, planted on purpose, each with the findings that must follow.

Importing this package registers every planter.
"""

from __future__ import annotations

from dq.sample.faults import (  # noqa: F401
    allocation,
    assessments,
    care,
    care_detail,
    care_records,
    controls,
    homes,
    identity,
    interviews,
    keys,
    leaving,
    lengths,
    loading,
    need,
    order_of_work,
    people,
    permanence,
    placements,
    protection,
    referrals,
    section_20,
    unseen,
    visits,
    whole,
)
from dq.sample.faults.campaign import Campaign

__all__ = ["Campaign"]
