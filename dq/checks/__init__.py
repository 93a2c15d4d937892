"""Checks: the kinds of rule, one small function each, registered by decorator."""

from dq.checks import dates, free, people, records, values
from dq.checks.registry import CHECKS, Check, CheckFault, Condition, Subject

__all__ = ["CHECKS", "Check", "CheckFault", "Condition", "Subject", "dates", "free", "people", "records", "values"]
