"""Less personal data: a copy for sharing with a supplier, and results without their values."""

from dq.privacy.copy import pseudonymise
from dq.privacy.making import Copy

__all__ = ["Copy", "pseudonymise"]
