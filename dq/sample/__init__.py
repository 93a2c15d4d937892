"""Fictional projects: a council's children, their histories, an export of them week by week, and the faults in it."""

from __future__ import annotations

from dq.sample.project import write

__all__ = ["write"]
