"""Less personal data: a copy for sharing with a supplier, and results without their values."""

from dq.privacy.copy import Copy, pseudonymise

__all__ = ["Copy", "pseudonymise"]
