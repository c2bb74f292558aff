"""What a JWT says of who asks. Apart from `oidc`, which loads what verifies one, and is needed only with an issuer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Claims:
    """An account of the issuer, and until when the token speaks for it."""

    issuer: str
    subject: str
    until: datetime


class NotAccepted(Exception):
    """The token proves nothing. The text says why, in words of ours, for the log."""


class IssuerUnavailable(Exception):
    """The issuer's keys cannot be had, so nobody can say whether the token proves anything. The text is for the log."""


class Verifier(Protocol):
    async def verify(self, token: str) -> Claims:
        """Raise `NotAccepted` or `IssuerUnavailable`."""
        ...
