"""What happens to deal registrations, beyond created, updated, archived and restored.

Ids are in their wire form. The kind of a conflict is in no event: partners may listen to their own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class RegistrationSubmitted(Event):
    type: ClassVar[str] = "deal_registration.submitted"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    has_conflict: bool


@dataclass(frozen=True)
class RegistrationReviewed(Event):
    """Somebody has begun to look at it."""

    type: ClassVar[str] = "deal_registration.review_started"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class RegistrationOverridden(Event):
    type: ClassVar[str] = "deal_registration.conflict_overridden"
    tells: ClassVar[tuple[str, ...]] = ("overrideReason",)


@dataclass(frozen=True)
class RegistrationApproved(Event):
    type: ClassVar[str] = "deal_registration.approved"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    expires_at: datetime


@dataclass(frozen=True)
class RegistrationRejected(Event):
    type: ClassVar[str] = "deal_registration.rejected"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class RegistrationExtended(Event):
    type: ClassVar[str] = "deal_registration.extended"
    tells: ClassVar[tuple[str, ...]] = ("expiresAt",)
    expires_at: datetime


@dataclass(frozen=True)
class RegistrationWithdrawn(Event):
    type: ClassVar[str] = "deal_registration.withdrawn"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    from_status: str


@dataclass(frozen=True)
class RegistrationExpired(Event):
    type: ClassVar[str] = "deal_registration.expired"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class RegistrationConverted(Event):
    type: ClassVar[str] = "deal_registration.converted"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    opportunity: str


@dataclass(frozen=True)
class DecisionOverdue(Event):
    """Nobody has decided within the time that was promised."""

    type: ClassVar[str] = "deal_registration.decision_overdue"
    tells: ClassVar[tuple[str, ...]] = ("isOverdue",)
