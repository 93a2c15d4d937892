"""dq checks children's case records before a council changes its case-recording system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dq.model import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from dq.api import Result, check, read

__all__ = ["Result", "__version__", "check", "read"]


def __getattr__(name: str) -> Any:
    """Load `check`, `read` and `Result` when they are first used, so that ``import dq`` stays quick."""
    if name in ("Result", "check", "read"):
        from dq import api

        return getattr(api, name)
    raise AttributeError(f"module 'dq' has no attribute {name!r}")
