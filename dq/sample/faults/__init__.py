"""Faults: what goes wrong in records, planted on purpose, each with the findings that must follow.

Importing this package registers every planter.
"""

from __future__ import annotations

from dq.sample.faults import (  # noqa: F401
    allocation,
    assessments,
    care,
    care_records,
    homes,
    keys,
    leaving,
    lengths,
    loading,
    need,
    people,
    placements,
    protection,
    referrals,
    whole,
)
from dq.sample.faults.campaign import Campaign

__all__ = ["Campaign"]
