"""Fixtures of the run's tests."""

from run_project import dq, project

__all__ = ["dq", "project"]
