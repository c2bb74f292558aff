"""What happens, beyond created, updated, archived and restored. Ids are in their wire form."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class MembershipApplied(Event):
    type: ClassVar[str] = "partner_membership.applied"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    program: str
    account: str


@dataclass(frozen=True)
class MembershipApproved(Event):
    type: ClassVar[str] = "partner_membership.approved"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class MembershipActivated(Event):
    type: ClassVar[str] = "partner_membership.activated"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    tier: str
    review_on: date


@dataclass(frozen=True)
class TierChanged(Event):
    type: ClassVar[str] = "partner_membership.tier_changed"
    tells: ClassVar[tuple[str, ...]] = ("tier",)
    from_tier: str
    to_tier: str
    reason: str | None


@dataclass(frozen=True)
class MembershipReviewed(Event):
    """`review_on` is when the next review is due."""

    type: ClassVar[str] = "partner_membership.reviewed"
    tells: ClassVar[tuple[str, ...]] = ("reviewOn",)
    review_on: date


@dataclass(frozen=True)
class MembershipReviewDue(Event):
    """The day of the review has come; told once for each such day."""

    type: ClassVar[str] = "partner_membership.review_due"
    tells: ClassVar[tuple[str, ...]] = ("isReviewDue",)
    review_on: date


@dataclass(frozen=True)
class MembershipSuspended(Event):
    type: ClassVar[str] = "partner_membership.suspended"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class MembershipResumed(Event):
    type: ClassVar[str] = "partner_membership.resumed"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class MembershipTerminated(Event):
    type: ClassVar[str] = "partner_membership.terminated"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class CertificationAwarded(Event):
    type: ClassVar[str] = "partner_certification.awarded"
    tells: ClassVar[tuple[str, ...]] = ("awardedOn",)
    certification: str
    account: str


@dataclass(frozen=True)
class CertificationRevoked(Event):
    type: ClassVar[str] = "partner_certification.revoked"
    tells: ClassVar[tuple[str, ...]] = ("revokedOn",)
    reason: str


@dataclass(frozen=True)
class OpportunityPartnerSet(Event):
    type: ClassVar[str] = "opportunity.partner_set"
    tells: ClassVar[tuple[str, ...]] = ("partners",)
    account: str
    role: str
